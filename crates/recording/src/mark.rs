//! Marks: what happened to a session beside its terminal, for the timeline.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a mark tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkKind {
    /// Somebody has the screen open.
    Joined,
    /// They have it open no longer.
    Left,
    /// Somebody may type beside the owner; the text says how they share the keyboard.
    Lease,
    /// They may no longer; the text says why, if there is more to say.
    LeaseEnded,
    /// Somebody wrote to the owner; the text is the message.
    Message,
    /// Somebody paused the owner's input.
    Paused,
    /// The owner's input counts again.
    Resumed,
    /// A file was read, written or changed; the text says which and how.
    File,
    /// Anything else, in words.
    Note,
}

/// Something that happened beside the terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// What it was.
    pub kind: MarkKind,
    /// Name of the user who did it, if somebody in particular did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What its kind says.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// The short label that the marker of the recording shows.
impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by = self.by.as_deref().unwrap_or("somebody");
        let text = &self.text;
        match self.kind {
            MarkKind::Joined => write!(f, "{by} watches"),
            MarkKind::Left => write!(f, "{by} no longer watches"),
            MarkKind::Lease => write!(f, "{by} has the keyboard{}", InBrackets(text)),
            MarkKind::LeaseEnded => write!(f, "{by} no longer has the keyboard{}", InBrackets(text)),
            MarkKind::Message => write!(f, "message from {by}: {text}"),
            MarkKind::Paused => write!(f, "{by} paused the input"),
            MarkKind::Resumed => write!(f, "{by} resumed the input"),
            MarkKind::File => write!(f, "file: {text}"),
            MarkKind::Note => f.write_str(text),
        }
    }
}

struct InBrackets<'a>(&'a str);

impl fmt::Display for InBrackets<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, " ({})", self.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_short_and_plain() {
        for (kind, text, label) in [
            (MarkKind::Joined, "", "olga watches"),
            (MarkKind::Left, "", "olga no longer watches"),
            (MarkKind::Lease, "shared", "olga has the keyboard (shared)"),
            (MarkKind::LeaseEnded, "", "olga no longer has the keyboard"),
            (MarkKind::Message, "please stop", "message from olga: please stop"),
            (MarkKind::Paused, "", "olga paused the input"),
            (MarkKind::Resumed, "", "olga resumed the input"),
            (MarkKind::File, "read /etc/hosts", "file: read /etc/hosts"),
            (MarkKind::Note, "the target was slow", "the target was slow"),
        ] {
            assert_eq!(Mark { kind, by: Some("olga".into()), text: text.into() }.to_string(), label);
        }
        assert_eq!(
            Mark { kind: MarkKind::Resumed, by: None, text: String::new() }.to_string(),
            "somebody resumed the input"
        );
    }
}
