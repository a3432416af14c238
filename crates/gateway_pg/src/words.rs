//! What the gateway says to people: one error for each way a session can come to nothing. Pure.

use gateway::visible;
use hub::{Notice, WatchPolicy};

use crate::backend::Report;
use crate::startup::Unreadable;

/// Told at the start of a session, where the person is told of watchers at all.
pub(crate) const fn greeting(policy: WatchPolicy) -> Option<&'static str> {
    match policy {
        WatchPolicy::Announced => Some("Sightline: this session may be watched; you are told when it is."),
        // Nobody can be asked here, so nobody watches.
        WatchPolicy::Consent | WatchPolicy::Covert => None,
    }
}

/// A notice as the person reads it; some only answer for themselves.
pub(crate) fn notice(notice: &Notice) -> Option<String> {
    let words = match notice {
        Notice::Paused { by } => format!("{by} paused this session: your statements wait."),
        Notice::Resumed { .. } => "this session goes on.".into(),
        Notice::Lease { .. }
        | Notice::LeaseEnded { .. }
        | Notice::Answered { .. }
        | Notice::Withdrawn { .. } => return None,
        other => gateway::notice(other)?,
    };
    Some(visible(&format!("Sightline: {words}")))
}

/// Why there is no session (any more).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Trouble {
    /// What every gateway has.
    #[error(transparent)]
    Common(gateway::Trouble),
    /// No first packet.
    #[error(transparent)]
    Start(#[from] Unreadable),
    /// Bytes that are no message.
    #[error("this is no message of the PostgreSQL protocol")]
    NoMessage,
    /// In the clear, from afar.
    #[error("this gateway takes connections under TLS only: connect with sslmode=require")]
    TlsRequired,
    /// A connection that copies a server.
    #[error("replication does not go through this gateway")]
    Replication,
    /// No account was named, or it cannot be read.
    #[error("name the account: connect with user={user}:LOGIN@AGENT")]
    NoAccount { user: String },
    /// The client did not keep to the sign-in.
    #[error("the sign-in failed: {0}")]
    Exchange(&'static str),
    /// Wrong user or password, or a disabled user: never says which.
    #[error("wrong user or password")]
    SignInRefused,
    /// The second try of a client that blames TLS.
    #[error("this user was refused under TLS a moment ago, so this try without TLS was not looked at")]
    NotLookedAt,
    /// No start-up and sign-in in time.
    #[error("nobody signed in within {seconds} s: connect again")]
    Late { seconds: u64 },
    /// Too many attempts.
    #[error("too many attempts to sign in: wait a little and try again")]
    Throttled,
    /// No grant, or no such account: the same words, so that nobody learns which accounts exist.
    #[error("you may not connect to {account}, or there is no such account on a PostgreSQL server")]
    NotYours { account: String },
    /// The target's machine answered that nobody listens, or the network did.
    #[error("{target} refused the connection: {why}")]
    Refused { target: String, why: String },
    /// The target took the connection and did not speak with us to the end.
    #[error("{target} broke the connection off: {why}")]
    Handshake { target: String, why: String },
    /// The target offers no TLS.
    #[error("{target} offers no TLS, and is not on this machine: nothing secret is sent there")]
    NoTls { target: String },
    /// The target offered TLS before, and does not any more.
    #[error("{target} offers no TLS any more, and had it before; ask an administrator before you connect")]
    TlsLost { target: String },
    /// The target did not accept the account's secret.
    #[error("{target} refused the sign-in of {login}: its password on Sightline may be out of date")]
    SignIn { target: String, login: String },
    /// The target asks for something else than a password.
    #[error("{target} wants the account to sign in in a way that is not known here: {why}")]
    Method { target: String, why: &'static str },
    /// The target said why not.
    #[error("{target} said: {}", report.message)]
    Target { target: String, report: Box<Report> },
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
}

impl<T: Into<gateway::Trouble>> From<T> for Trouble {
    fn from(trouble: T) -> Self {
        Self::Common(trouble.into())
    }
}

impl Trouble {
    /// As a client reads it. Nothing in it obeys anybody.
    pub(crate) fn report(&self) -> Report {
        let hint = match self {
            // Whoever fails gets it, or it would say who is known.
            Self::SignInRefused => {
                "If you were never asked for your password since this gateway was set up, \
                 sign in to Sightline's page with it once, then connect again."
            }
            _ => "",
        };
        let code = match self {
            Self::Target { report, .. } if !report.code.is_empty() => &report.code,
            _ => self.code(),
        };
        Report {
            severity: "FATAL".into(),
            code: code.into(),
            message: visible(&format!("Sightline: {self}")),
            hint: hint.into(),
        }
    }

    /// The SQLSTATE (PostgreSQL documentation, appendix A).
    const fn code(&self) -> &'static str {
        use gateway::Trouble as Common;
        match self {
            Self::Start(Unreadable::Version(_)) | Self::Replication => "0A000",
            Self::Start(_) | Self::NoMessage | Self::Exchange(_) => "08P01",
            Self::TlsRequired
            | Self::NotLookedAt
            | Self::NoAccount { .. }
            | Self::NotYours { .. }
            | Self::Throttled => "28000",
            Self::SignInRefused => "28P01",
            // As PostgreSQL has it for its own limit.
            Self::Late { .. } => "57014",
            Self::Refused { .. }
            | Self::Handshake { .. }
            | Self::Unreachable { .. }
            | Self::NoTls { .. }
            | Self::TlsLost { .. }
            | Self::Target { .. } => "08001",
            Self::SignIn { .. } | Self::Method { .. } | Self::Certificate { .. } => "08004",
            Self::Common(Common::Directory | Common::Ledger | Common::NotRecorded(_)) => "58000",
            Self::TargetLost { .. } => "08006",
            Self::Common(Common::Terminated { .. } | Common::Stopping) => "57P01",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Trouble;
    use crate::backend::Report;

    #[test]
    fn an_error_is_one_line_that_obeys_nobody() {
        let ended =
            gateway::Trouble::Terminated { by: "eve\x07".into(), reason: "done\r\nFATAL: lies".into() };
        let report = Trouble::from(ended).report();
        assert_eq!(
            report.message,
            "Sightline: Session ended by eve<U+0007>: done<U+000D><U+000A>FATAL: lies"
        );
        assert_eq!((report.severity.as_str(), report.code.as_str()), ("FATAL", "57P01"));
    }

    #[test]
    fn a_targets_own_code_is_kept() {
        let report = Report { code: "3D000".into(), message: "no such database".into(), ..Report::default() };
        let report = Trouble::Target { target: "dw".into(), report: report.into() }.report();
        assert_eq!(
            (report.code.as_str(), report.message.as_str()),
            ("3D000", "Sightline: dw said: no such database")
        );
    }
}
