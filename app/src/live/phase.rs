//! Where a live pane stands, and how it says so.

use wire::{End, Millis};

/// Where the pane stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Nothing has come yet.
    Connecting,
    /// The session's user is asked whether they agree.
    Waiting,
    /// What is shown is what is.
    Live,
    /// The last sign of life is of that time; the page connects again by itself.
    Stale(Millis),
    /// The session is over.
    Ended(End),
    /// It is open and not to be watched, with the reason.
    Refused(String),
}

impl Phase {
    /// Whether nothing will follow.
    pub(crate) fn is_final(&self) -> bool {
        matches!(self, Self::Ended(_) | Self::Refused(_))
    }
}

/// A refusal as a sentence: `watching is off` becomes `Watching is off.`
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let mut sentence: String =
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    if !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_read_as_sentences() {
        assert_eq!(sentence("this session has no screen"), "This session has no screen.");
        assert_eq!(sentence(""), ".");
    }
}
