//! What the person in a session is to be told of those who take part, until their gateway has it.
//!
//! Bounded: of too many, those that tell of coming and going are dropped before messages. Never text
//! that is ready to be written: names and messages are as their authors typed them.

use std::collections::VecDeque;

use wire::live::LeaseMode;

/// Notices that wait for a gateway, at most.
const KEPT: usize = 32;

/// One thing for the owner to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Somebody watches now.
    Joined {
        /// Name of the watcher.
        by: String,
    },
    /// They do not any more.
    Left {
        /// Name of the watcher.
        by: String,
    },
    /// Somebody may type now, or in another mode.
    Lease {
        /// Name of the holder.
        by: String,
        /// How they share the keyboard.
        mode: LeaseMode,
    },
    /// They may not any more.
    LeaseEnded {
        /// Name of the holder.
        by: String,
    },
    /// The owner's keys count for nothing.
    Paused {
        /// Name of who paused them.
        by: String,
    },
    /// They count again.
    Resumed {
        /// Name of who resumed them, or who had paused them and left.
        by: String,
    },
    /// A message.
    Message {
        /// Name of its author.
        by: String,
        /// As it was typed.
        text: String,
    },
    /// The owner answered a question.
    Answered {
        /// Name of who had asked.
        by: String,
        /// Whether they may watch.
        yes: bool,
    },
    /// Nobody waits for the answer to a question any more.
    Withdrawn {
        /// Name of who had asked.
        by: String,
    },
}

impl Notice {
    /// Whether it only tells of somebody's coming and going.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Joined { .. } | Self::Left { .. } | Self::Withdrawn { .. })
    }
}

/// Notices in their order, the oldest first, not more than a few.
#[derive(Debug, Default)]
pub struct Notices(VecDeque<Notice>);

impl Notices {
    /// Adds one; makes room by dropping the oldest that tells of coming and going, or else the oldest
    /// that is no message, or else the oldest.
    pub fn push(&mut self, notice: Notice) {
        if self.0.len() >= KEPT {
            let is_message = |notice: &Notice| matches!(notice, Notice::Message { .. });
            let passing = self.0.iter().position(Notice::is_passing);
            let oldest = passing.or_else(|| self.0.iter().position(|notice| !is_message(notice)));
            self.0.remove(oldest.unwrap_or(0));
        }
        self.0.push_back(notice);
    }

    /// Takes the oldest.
    pub fn pop(&mut self) -> Option<Notice> {
        self.0.pop_front()
    }

    /// All of them, the oldest first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Notice> {
        self.0.iter()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::{KEPT, Notice, Notices};

    #[test]
    fn messages_outlive_coming_and_going() {
        let mut notices = Notices::default();
        notices.push(Notice::Message { by: "olga".into(), text: "first".into() });
        notices.push(Notice::Paused { by: "olga".into() });
        for _ in 0..2 * KEPT {
            notices.push(Notice::Joined { by: "otto".into() });
        }
        assert_eq!(notices.iter().len(), KEPT);
        for at in 0..KEPT {
            notices.push(Notice::Message { by: "olga".into(), text: at.to_string() });
        }
        let kept: Vec<_> = std::iter::from_fn(|| notices.pop()).collect();
        assert_eq!(kept.len(), KEPT);
        assert!(kept.iter().all(|notice| matches!(notice, Notice::Message { .. })));
        assert_eq!(kept[0], Notice::Message { by: "olga".into(), text: "0".into() });
    }
}
