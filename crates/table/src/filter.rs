//! The filter box and the type chips.

use wire::{Session, SessionType};

use super::Column;
use super::column::Value;

/// A set of session types; the empty set stands for all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KindSet(u8);

impl KindSet {
    const fn bit(kind: SessionType) -> u8 {
        1 << kind as u8
    }

    /// Whether nothing is chosen, so that everything passes.
    #[must_use]
    pub const fn is_all(self) -> bool {
        self.0 == 0
    }

    /// Whether a type is chosen.
    #[must_use]
    pub const fn chosen(self, kind: SessionType) -> bool {
        self.0 & Self::bit(kind) != 0
    }

    /// Whether sessions of a type pass.
    #[must_use]
    pub const fn passes(self, kind: SessionType) -> bool {
        self.is_all() || self.chosen(kind)
    }

    /// Chooses a type, or no longer. Choosing every type is the same as choosing none.
    #[must_use]
    pub const fn toggled(self, kind: SessionType) -> Self {
        let all = (1 << SessionType::ALL.len()) - 1;
        let next = self.0 ^ Self::bit(kind);
        if next == all { Self(0) } else { Self(next) }
    }
}

/// What rows must hold to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words of the filter box, in lower case; each must be somewhere in the row.
    words: Vec<String>,
    /// Chosen types.
    pub kinds: KindSet,
}

impl Filter {
    /// The filter that a person typed.
    #[must_use]
    pub fn new(typed: &str, kinds: KindSet) -> Self {
        Self { words: typed.split_whitespace().map(str::to_lowercase).collect(), kinds }
    }

    /// Whether every row passes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.kinds.is_all()
    }

    /// Whether a row whose text is `haystack` holds every word.
    #[must_use]
    pub fn holds(&self, haystack: &str) -> bool {
        self.words.iter().all(|word| haystack.contains(word.as_str()))
    }

    /// In words, for the audit log: `all`, or `words: db root; types: PAM SSH`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let mut parts = Vec::new();
        if !self.words.is_empty() {
            parts.push(format!("words: {}", self.words.join(" ")));
        }
        if !self.kinds.is_all() {
            let kinds: Vec<_> = SessionType::ALL
                .into_iter()
                .filter(|kind| self.kinds.chosen(*kind))
                .map(SessionType::as_str)
                .collect();
            parts.push(format!("types: {}", kinds.join(", ")));
        }
        if parts.is_empty() { "all".into() } else { parts.join("; ") }
    }
}

/// The text that the filter box looks in: every word and number of a session, in lower case, one
/// value a line, so that no word is found across two values.
#[must_use]
pub(super) fn haystack(session: &Session) -> Box<str> {
    let mut text = String::with_capacity(224);
    for column in Column::ALL {
        match column.value(session) {
            Value::Text(value) => text.push_str(&value.to_lowercase()),
            Value::Number(_) if column == Column::Watchers => continue,
            Value::Number(value) => text.push_str(&value.to_string()),
            Value::At(_) | Value::Since(_) => continue,
        }
        text.push('\n');
    }
    text.into_boxed_str()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::session;
    use super::*;

    #[test]
    fn every_word_must_be_there() {
        let mut row = session(1);
        row.user = "Alice".into();
        row.service_url = "ssh://DB-1:22".into();
        let text = haystack(&row);
        for (typed, passes) in [
            ("", true),
            ("ALICE db-1", true),
            ("  ssh://db ", true),
            ("alice bob", false),
            ("alicedb", false),
        ] {
            assert_eq!(Filter::new(typed, KindSet::default()).holds(&text), passes, "{typed}");
        }
    }

    #[test]
    fn choosing_every_type_is_choosing_none() {
        let mut kinds = KindSet::default();
        for kind in SessionType::ALL {
            kinds = kinds.toggled(kind);
        }
        assert!(kinds.is_all());
        assert!(SessionType::ALL.into_iter().all(|kind| kinds.passes(kind)));
        let one = kinds.toggled(SessionType::PamSsh);
        assert!(one.passes(SessionType::PamSsh) && !one.passes(SessionType::Pam));
    }

    #[test]
    fn a_filter_says_what_it_is() {
        let kinds = KindSet::default().toggled(SessionType::PamSsh).toggled(SessionType::Console);
        assert_eq!(Filter::new(" Root  db", kinds).in_words(), "words: root db; types: CONSOLE, PAM SSH");
        assert_eq!(Filter::default().in_words(), "all");
    }
}
