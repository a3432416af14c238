//! What people in a session are told in the same words, whatever the protocol. Pure.

use hub::{Notice, WatchPolicy};
use wire::live::LeaseMode;

/// Told at the start of a session in which people can be asked, where they are told or asked of watchers at all.
#[must_use]
pub const fn greeting(policy: WatchPolicy) -> Option<&'static str> {
    match policy {
        WatchPolicy::Announced => Some("Sightline: this session may be watched; you are told when it is."),
        WatchPolicy::Consent => Some("Sightline: this session may be watched; you are asked first."),
        WatchPolicy::Covert => None,
    }
}

/// A notice in words that every protocol has; none for what answers for itself, and for what depends on how
/// people type there.
#[must_use]
pub fn notice(notice: &Notice) -> Option<String> {
    match notice {
        Notice::Joined { by } => Some(format!("{by} watches this session.")),
        Notice::Left { by } => Some(format!("{by} does not watch any more.")),
        Notice::Lease { by, mode: LeaseMode::Shared } => Some(format!("{by} may type, beside you.")),
        Notice::LeaseEnded { by } => Some(format!("{by} may not type any more.")),
        Notice::Message { by, text } => Some(format!("message from {by}: {text}")),
        Notice::Answered { by, yes: false } => Some(format!("{by} may not watch this session.")),
        Notice::Withdrawn { by } => Some(format!("{by} does not ask any more.")),
        Notice::Answered { yes: true, .. }
        | Notice::Lease { mode: LeaseMode::Exclusive, .. }
        | Notice::Paused { .. }
        | Notice::Resumed { .. } => None,
    }
}
