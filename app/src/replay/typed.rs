//! The line that somebody types, as the replay shows it. Pure.

use crate::text::visible;

/// Longest line that is shown, in characters: its end counts.
const MOST: usize = 120;

/// What was typed last, and by whom.
pub(crate) struct Typed {
    owner: String,
    by: Option<String>,
    text: String,
    /// The next key begins a line.
    done: bool,
}

impl Typed {
    /// Nothing yet, in a session of this owner.
    pub(crate) const fn of(owner: String) -> Self {
        Self { owner, by: None, text: String::new(), done: false }
    }

    /// Forgets it.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.done = false;
    }

    /// Adds keys of somebody; of the owner if nobody is named.
    pub(crate) fn add(&mut self, by: Option<&str>, keys: &str) {
        if self.done || self.by.as_deref() != by {
            self.text.clear();
            self.by = by.map(str::to_owned);
        }
        self.done = keys.ends_with(['\r', '\n']);
        let pictures = keys.replace(['\r', '\n'], "⏎").replace(['\x7f', '\x08'], "⌫").replace('\t', "⇥");
        self.text.push_str(&visible(&pictures));
        let beyond = self.text.chars().count().saturating_sub(MOST);
        if beyond > 0 {
            self.text = self.text.chars().skip(beyond).collect();
        }
    }

    /// `olga: ls⏎`; empty when nobody has typed.
    pub(crate) fn line(&self) -> String {
        if self.text.is_empty() {
            return String::new();
        }
        format!("{}: {}", visible(self.by.as_deref().unwrap_or(&self.owner)), self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_with_enter_and_with_another_author() {
        let mut typed = Typed::of("alice".into());
        assert_eq!(typed.line(), "");
        for (by, keys, line) in [
            (None, "ls\t-", "alice: ls⇥-"),
            (None, "\x1b[A\r", "alice: ls⇥-␛[A⏎"),
            (None, "x", "alice: x"),
            (Some("olga\u{202e}"), "y", "olga⟨U+202E⟩: y"),
            (None, "z", "alice: z"),
        ] {
            typed.add(by, keys);
            assert_eq!(typed.line(), line);
        }
        typed.add(None, &"0123456789".repeat(20));
        assert_eq!(typed.line().chars().count(), MOST + "alice: ".len());
        typed.clear();
        assert_eq!(typed.line(), "");
    }
}
