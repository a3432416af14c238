//! Sorting as text, for addresses and storage: `-start_date,user`, a minus for downwards.

use super::{Column, Direction, Sort};

impl Sort {
    /// As [`Sort::from_text`] reads it.
    #[must_use]
    pub fn to_text(&self) -> String {
        let text = |(column, direction): &(Column, Direction)| match direction {
            Direction::Up => column.key(),
            Direction::Down => format!("-{}", column.key()),
        };
        self.columns().iter().map(text).collect::<Vec<_>>().join(",")
    }

    /// Reads it; unknown columns are passed over, and nothing known is the default.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        let mut columns: Vec<(Column, Direction)> = Vec::new();
        for part in text.split(',') {
            let (key, direction) = match part.strip_prefix('-') {
                Some(key) => (key, Direction::Down),
                None => (part, Direction::Up),
            };
            if let Some(column) = Column::from_key(key)
                && !columns.iter().any(|(known, _)| *known == column)
            {
                columns.push((column, direction));
            }
        }
        if columns.is_empty() { Self::default() } else { Self(columns) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_it_is_written() {
        for text in ["-start_date", "user", "-watchers,user,-service_url"] {
            assert_eq!(Sort::from_text(text).to_text(), text);
        }
        for text in ["", "-", "gone", ",,"] {
            assert_eq!(Sort::from_text(text), Sort::default(), "{text}");
        }
        assert_eq!(Sort::from_text("user,-user,gone,port").to_text(), "user,port");
    }
}
