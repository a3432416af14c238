//! Which columns are shown, in which order; kept as JSON per person.
//!
//! What another version wrote is taken as far as it is known: never a reason to fail.

use serde::{Deserialize, Serialize};

use super::{Column, Sheet};

/// Order and visibility of all columns; at least one is always shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    sheet: Sheet,
    columns: Vec<(Column, bool)>,
}

/// As it is stored: names of columns, so that unknown ones can be passed over.
#[derive(Serialize, Deserialize)]
struct Stored {
    #[serde(default)]
    columns: Vec<String>,
    #[serde(default)]
    hidden: Vec<String>,
}

impl Default for Layout {
    fn default() -> Self {
        Self::of(Sheet::default())
    }
}

impl Layout {
    /// The layout of a table that nobody has arranged yet.
    #[must_use]
    pub fn of(sheet: Sheet) -> Self {
        let columns = sheet.columns().iter().enumerate();
        Self {
            sheet,
            columns: columns.map(|(at, column)| (*column, at < sheet.shown_by_default())).collect(),
        }
    }

    /// Which table it is of.
    #[must_use]
    pub const fn sheet(&self) -> Sheet {
        self.sheet
    }

    /// Reads a stored layout of a table. Unknown columns are passed over, missing ones come last as they are
    /// by default, and what cannot be read at all is the default layout.
    #[must_use]
    pub fn from_json(sheet: Sheet, json: &str) -> Self {
        let default = Self::of(sheet);
        let Ok(stored) = serde_json::from_str::<Stored>(json) else { return default };
        let mut columns: Vec<(Column, bool)> = Vec::with_capacity(default.columns.len());
        for key in &stored.columns {
            if let Some(column) = from_key(key)
                && sheet.columns().contains(&column)
                && !columns.iter().any(|(known, _)| *known == column)
            {
                columns.push((column, !stored.hidden.contains(key)));
            }
        }
        if columns.is_empty() {
            return default;
        }
        for (column, shown) in &default.columns {
            if !columns.iter().any(|(known, _)| known == column) {
                columns.push((*column, *shown));
            }
        }
        if !columns.iter().any(|(_, shown)| *shown) {
            return default;
        }
        Self { sheet, columns }
    }

    /// As [`Layout::from_json`] reads it.
    #[must_use]
    pub fn to_json(&self) -> String {
        let key = |(column, _): &(Column, bool)| key(*column);
        let stored = Stored {
            columns: self.columns.iter().map(key).collect(),
            hidden: self.columns.iter().filter(|(_, shown)| !shown).map(key).collect(),
        };
        serde_json::to_string(&stored).expect("names of columns are plain JSON")
    }

    /// The shown columns in their order.
    #[must_use]
    pub fn shown(&self) -> Vec<Column> {
        self.columns.iter().filter(|(_, shown)| *shown).map(|(column, _)| *column).collect()
    }

    /// Every column in order, and whether it is shown.
    #[must_use]
    pub fn columns(&self) -> &[(Column, bool)] {
        &self.columns
    }

    /// Whether a column is shown.
    #[must_use]
    pub fn is_shown(&self, column: Column) -> bool {
        self.columns.contains(&(column, true))
    }

    /// Shows or hides a column; the last one that is shown stays.
    pub fn show(&mut self, column: Column, shown: bool) {
        let last = !shown && self.columns.iter().filter(|(_, shown)| *shown).count() == 1;
        if let Some(entry) = self.columns.iter_mut().find(|(known, _)| *known == column)
            && !last
        {
            entry.1 = shown;
        }
    }

    /// Moves a column to the place of another, which makes room.
    pub fn move_to(&mut self, column: Column, place_of: Column) {
        if let (Some(from), Some(to)) = (self.place(column), self.place(place_of)) {
            let entry = self.columns.remove(from);
            self.columns.insert(to, entry);
        }
    }

    /// Whether a column stands before another.
    #[must_use]
    pub fn is_before(&self, column: Column, other: Column) -> bool {
        self.place(column) < self.place(other)
    }

    /// Moves a column one place to the left or right among the shown ones; whether it moved.
    pub fn nudge(&mut self, column: Column, right: bool) -> bool {
        self.step(column, right, |(_, shown)| *shown)
    }

    /// Moves a column one place up or down among all of them; whether it moved.
    pub fn nudge_in_list(&mut self, column: Column, down: bool) -> bool {
        self.step(column, down, |_| true)
    }

    /// Moves a column past its next neighbour that counts.
    fn step(&mut self, column: Column, forward: bool, counts: impl Fn(&(Column, bool)) -> bool) -> bool {
        let Some(from) = self.place(column) else { return false };
        let to = if forward {
            (from + 1..self.columns.len()).find(|at| counts(&self.columns[*at]))
        } else {
            (0..from).rev().find(|at| counts(&self.columns[*at]))
        };
        let Some(to) = to else { return false };
        let entry = self.columns.remove(from);
        self.columns.insert(to, entry);
        true
    }

    fn place(&self, column: Column) -> Option<usize> {
        self.columns.iter().position(|(known, _)| *known == column)
    }
}

fn key(column: Column) -> String {
    match serde_json::to_value(column) {
        Ok(serde_json::Value::String(key)) => key,
        _ => unreachable!("a column is written as its name"),
    }
}

fn from_key(key: &str) -> Option<Column> {
    serde_json::from_value(serde_json::Value::String(key.into())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_default_shows_the_nine() {
        let labels: Vec<_> = Layout::default().shown().into_iter().map(Column::label).collect();
        assert_eq!(
            labels,
            [
                "User",
                "Device",
                "Client",
                "Start date",
                "Type",
                "Port",
                "Service URL",
                "Account name",
                "Service provider"
            ]
        );
    }

    #[test]
    fn a_layout_of_another_version_is_taken_as_far_as_known() {
        let layout = Layout::from_json(
            Sheet::Sessions,
            r#"{"columns":["type","gone","user","type"],"hidden":["user","gone"],"more":1}"#,
        );
        assert_eq!(
            layout.columns()[..3],
            [(Column::Type, true), (Column::User, false), (Column::Device, true)]
        );
        assert_eq!(layout.columns().len(), Column::ALL.len());
    }

    #[test]
    fn nonsense_is_the_default() {
        for json in
            ["", "null", "[]", "{", r#"{"columns":5}"#, r#"{"columns":["gone"]}"#, r#"{"columns":[]}"#]
        {
            assert_eq!(Layout::from_json(Sheet::Sessions, json), Layout::default(), "{json}");
        }
    }

    #[test]
    fn the_last_column_stays() {
        let mut layout = Layout::default();
        for column in Column::ALL {
            layout.show(column, false);
        }
        assert_eq!(layout.shown(), [Column::ServiceProvider]);
    }

    #[test]
    fn columns_move_among_the_shown() {
        let mut layout = Layout::default();
        layout.show(Column::Device, false);
        assert!(layout.nudge(Column::Client, false));
        assert_eq!(layout.shown()[..2], [Column::Client, Column::User]);
        assert!(!layout.nudge(Column::Client, false));
        layout.move_to(Column::Type, Column::Client);
        assert_eq!(layout.shown()[..3], [Column::Type, Column::Client, Column::User]);
        layout.move_to(Column::Type, Column::User);
        assert_eq!(layout.shown()[..3], [Column::Client, Column::User, Column::Type]);
        assert!(
            layout.is_before(Column::User, Column::Type) && !layout.is_before(Column::Type, Column::User)
        );
    }

    proptest! {
        #[test]
        fn a_layout_survives_its_storage(steps in prop::collection::vec((0..16_usize, 0..16_usize, any::<bool>()), 0..40)) {
            let mut layout = Layout::default();
            for (column, place_of, shown) in steps {
                layout.move_to(Column::ALL[column], Column::ALL[place_of]);
                layout.show(Column::ALL[column], shown);
                prop_assert_eq!(layout.columns().len(), Column::ALL.len());
                prop_assert!(!layout.shown().is_empty());
            }
            prop_assert_eq!(Layout::from_json(Sheet::Sessions, &layout.to_json()), layout);
        }
    }
}
