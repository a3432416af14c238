//! Where a live pane stands, and how it says so.

use wire::{End, EndReason, Millis};

use crate::text::visible;

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

/// Why and by whom, in one line: `terminated by tom: maintenance`.
pub(crate) fn end_words(end: &End) -> String {
    let mut words = end.reason.to_string();
    if let Some(by) = &end.by {
        words.push_str(" by ");
        words.push_str(&visible(by));
    }
    if let Some(note) = end.note.as_deref().filter(|note| !note.is_empty()) {
        words.push_str(": ");
        words.push_str(&visible(note));
    }
    words
}

/// What the reason means, for somebody who does not know the word.
pub(crate) const fn end_meaning(reason: EndReason) -> &'static str {
    match reason {
        EndReason::Closed => "The program on the target ended, or the user closed the connection.",
        EndReason::SignedOut => "The user signed out.",
        EndReason::Expired => "The sign-in reached its end.",
        EndReason::Terminated => "Somebody who may do so ended it.",
        EndReason::ClientLost => "The user's connection broke.",
        EndReason::TargetLost => "The connection to the target broke.",
        EndReason::NodeLost => "The node that held it went away.",
        EndReason::RecordingLost => "It had to be recorded and no longer could be.",
        EndReason::SourceLost => "Nothing was heard of it for longer than its source had promised.",
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
    fn an_end_tells_who_and_why() {
        let mut end = End::new(EndReason::ClientLost, Millis(0));
        assert_eq!(end_words(&end), "client lost");
        end = End {
            reason: EndReason::Terminated,
            by: Some("tom".into()),
            note: Some("maintenance".into()),
            ..end
        };
        assert_eq!(end_words(&end), "terminated by tom: maintenance");
        end.note = Some(String::new());
        assert_eq!(end_words(&end), "terminated by tom");
    }

    #[test]
    fn refusals_are_read_as_sentences() {
        assert_eq!(sentence("this session has no screen"), "This session has no screen.");
        assert_eq!(sentence(""), ".");
    }
}
