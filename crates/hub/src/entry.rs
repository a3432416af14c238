//! What the hub is told of a session when it opens, beside the attributes that lists show.

use wire::desktop::Extent;
use wire::live::Size;
use wire::{AccountId, Session, SessionId, UserId};

use crate::{KeysRule, RecordingRule};

/// How the person in a session learns of watchers; set on the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchPolicy {
    /// They are told.
    Announced,
    /// They are asked first.
    Consent,
    /// They are not told; the watcher needs the privilege for all sessions.
    Covert,
}

/// What authority over a session depends on.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// The session.
    pub session: SessionId,
    /// Who opened it; none when a source reported it of a user that nobody knows here.
    pub user: Option<UserId>,
    /// The account that it is on; none for `CONSOLE`.
    pub account: Option<AccountId>,
    /// The account's watch policy.
    pub policy: WatchPolicy,
}

/// What a session's screen is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScreenKind {
    /// There is none: nothing to watch (a sign-in, a file transfer).
    None,
    /// A terminal of that size, fed with what the target writes.
    Terminal(Size),
    /// A terminal of that size that the gateway itself writes in: what happens in the session, line by line.
    /// Nobody types there.
    Log(Size),
    /// Plain text of a command without a terminal: line feeds start a line, control characters
    /// are made visible and obey nobody.
    Text(Size),
    /// A desktop of that extent, which the gateway paints.
    Picture(Extent),
}

/// A session to be opened.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Its attributes; `watchers` is 0.
    pub session: Session,
    /// What authority over it depends on.
    pub facts: Facts,
    /// Its screen.
    pub screen: ScreenKind,
    /// Whether it is to be recorded.
    pub recording: RecordingRule,
    /// What of the keys its recording holds, where its screen is a picture.
    pub keys: KeysRule,
}
