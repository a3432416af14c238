//! What the gateway says to people: one sentence for each thing that a desktop cannot say itself. Pure.

use gateway::visible;
use hub::{Notice, Question};
use wire::desktop::Gesture;
use wire::live::LeaseMode;

/// A question as the person reads it.
pub(crate) fn question(question: &Question) -> String {
    visible(&format!("Sightline: {} asks to watch this session.", question.by))
}

/// A notice as the person reads it; some only answer for themselves.
pub(crate) fn notice(notice: &Notice) -> Option<String> {
    let words = match notice {
        Notice::Lease { by, mode: LeaseMode::Exclusive } => {
            format!("{by} has keyboard and mouse. Press any key or click to take them back.")
        }
        Notice::Paused { by } => format!("{by} paused your input: keyboard and mouse count for nothing."),
        Notice::Resumed { .. } => "your input goes on: keyboard and mouse count again.".into(),
        other => gateway::notice(other)?,
    };
    Some(visible(&format!("Sightline: {words}")))
}

/// Told when a key counted for nothing.
pub(crate) const IN_VAIN: &str = "Sightline: your input is paused, so that counted for nothing.";

/// Told when the account has no clipboard.
pub(crate) const NO_CLIPBOARD: &str =
    "Sightline: this account lets no text go to or from the desktop's clipboard.";

/// Told when the desktop does not take text now.
pub(crate) const CLIPBOARD_NOT_READY: &str =
    "Sightline: the desktop has no clipboard for text (yet), so nothing went there.";

/// Told when text does not fit.
pub(crate) fn too_long() -> String {
    let most = Gesture::MAX_CLIP_BYTES >> 10;
    format!("Sightline: text of more than {most} KiB does not go from clipboard to clipboard.")
}

/// What a mark says of text that went to the desktop, or from it.
pub(crate) fn clipped(into: bool, characters: usize) -> String {
    let way = if into { "to" } else { "from" };
    format!("clipboard {way} the desktop: {characters} characters")
}

/// Why there is no session (any more).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Trouble {
    /// What every gateway has.
    #[error(transparent)]
    Common(gateway::Trouble),
    /// No grant, or no such account: the same words, so that nobody learns which accounts exist.
    #[error("you may not connect to {account}, or there is no such account")]
    NotYours { account: String },
    /// The target's machine answered that nobody listens, or the network did.
    #[error("{target} refused the connection: {why}")]
    Refused { target: String, why: String },
    /// Somebody else answers there.
    #[error("{target} does not speak RDP: {why}")]
    NoRdp { target: String, why: String },
    /// The target wants a protection that is none, or one that is not known here.
    #[error("{target} offers no TLS: nothing secret is sent there")]
    NoTls { target: String },
    /// The target took the connection and did not speak with us to the end.
    #[error("{target} broke the connection off: {why}")]
    Handshake { target: String, why: String },
    /// The target did not accept the account's secret.
    #[error("{target} refused the sign-in of {login}: its password on Sightline may be out of date")]
    SignIn { target: String, login: String },
    /// The account has a key.
    #[error("{login} has no password on Sightline, and a desktop takes nothing else")]
    NoPassword { login: String },
    /// Nothing came in time.
    #[error("{target} is unreachable: no answer within {seconds} s")]
    Unreachable { target: String, seconds: u64 },
    /// The target shows another certificate than the pinned one.
    #[error(
        "the certificate of {target} changed: expected {pinned}, got {shown}; ask an administrator before you connect"
    )]
    Certificate { target: String, pinned: String, shown: String },
    /// The target went away in the middle.
    #[error("{target} broke the connection off")]
    TargetLost { target: String },
    /// The target says why it ends.
    #[error("{target} ended the session: {why}")]
    TargetEnded { target: String, why: String },
    /// Bytes in the middle that are no desktop.
    #[error("{target} sent what is no desktop, so the session ended: {why}")]
    Undrawable { target: String, why: String },
    /// Our own code gave up on what the target sent.
    #[error("what {target} sent could not be drawn, so the session ended; others go on")]
    Panicked { target: String },
}

impl<T: Into<gateway::Trouble>> From<T> for Trouble {
    fn from(trouble: T) -> Self {
        Self::Common(trouble.into())
    }
}
