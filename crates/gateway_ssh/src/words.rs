//! What the gateway says to people: one line for each way a connection can come to nothing. Pure.

pub(crate) use gateway::{greeting, io_error, visible};
use hub::{Notice, Question};
use wire::live::LeaseMode;

/// A question as the person reads it.
pub(crate) fn question(question: &Question) -> String {
    format!(
        "Sightline: {} asks to watch this session. Press Ctrl+] then y to allow it, Ctrl+] then n to refuse.",
        question.by
    )
}

/// A notice as the person reads it; some only answer for themselves.
pub(crate) fn notice(notice: &Notice) -> Option<String> {
    let words = match notice {
        Notice::Lease { by, mode: LeaseMode::Exclusive } => {
            format!("{by} has the keyboard. Press any key to take it back.")
        }
        Notice::Paused { by } => format!("{by} paused your input: your keys count for nothing."),
        Notice::Resumed { .. } => "your input goes on: your keys count again.".into(),
        other => gateway::notice(other)?,
    };
    Some(format!("Sightline: {words}"))
}

/// Why there is no session (any more).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Trouble {
    /// What every gateway has.
    #[error(transparent)]
    Common(gateway::Trouble),
    /// A user's name alone, and no terminal to pick an account on.
    #[error("name the account: use {user}:LOGIN@AGENT as the user name")]
    NoAccount { user: String },
    /// The part after the user's name is no account.
    #[error("cannot read the account: use {user}:LOGIN@AGENT as the user name")]
    Malformed { user: String },
    /// No grant, or no such account: the same words, so that nobody learns which accounts exist.
    #[error("you may not connect to {account}, or there is no such account")]
    NotYours { account: String },
    /// The user may connect to nothing.
    #[error("there is no account that you may connect to")]
    NoAccounts,
    /// The person left the picker.
    #[error("no account picked")]
    NotPicked,
    /// The target's machine answered that nobody listens, or the network did.
    #[error("{target} refused the connection: {why}")]
    Refused { target: String, why: String },
    /// The target took the connection and did not speak SSH with us to the end.
    #[error("{target} broke the connection off: {why}")]
    Handshake { target: String, why: String },
    /// The target did not accept the account's secret.
    #[error("{target} refused the sign-in of {login}: its password or key on Sightline may be out of date")]
    SignIn { target: String, login: String },
    /// The account's private key cannot be read.
    #[error("the private key of {login} on Sightline cannot be used: {why}")]
    Key { login: String, why: String },
    /// Nothing came in time.
    #[error("{target} is unreachable: no answer within {seconds} s")]
    Unreachable { target: String, seconds: u64 },
    /// The target shows another host key than the pinned one.
    #[error(
        "the host key of {target} changed: expected {pinned}, got {shown}; ask an administrator before you connect"
    )]
    HostKey { target: String, pinned: String, shown: String },
    /// What cannot be recorded does not go on.
    #[error("this file transfer can be recorded no further, so it does not go on")]
    Unfollowed,
    /// The target does not start what was asked for.
    #[error("{target} does not start {what}")]
    NotStarted { target: String, what: &'static str },
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
    /// The line that the person reads, without its end. Nothing in it obeys anybody.
    pub(crate) fn line(&self) -> String {
        visible(&format!("sightline: {self}"))
    }

    /// The exit status: 255, as `ssh` has it for its own failures; 1 when the person left.
    pub(crate) fn exit_status(&self) -> u32 {
        match self {
            Self::NotPicked => 1,
            _ => 255,
        }
    }
}

/// An error of the SSH library in a few words, without its prefixes.
pub(crate) fn ssh_error(error: &russh::Error) -> String {
    match error {
        russh::Error::NoCommonAlgo { kind, .. } => format!("no common algorithm ({kind:?})"),
        russh::Error::IO(error) => io_error(error),
        russh::Error::HUP | russh::Error::Disconnect => "connection closed".into(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::Trouble;

    #[test]
    fn a_line_is_one_line() {
        let ended =
            gateway::Trouble::Terminated { by: "eve\x07".into(), reason: "done\r\nsightline: lies".into() };
        let trouble = Trouble::from(ended);
        assert_eq!(
            trouble.line(),
            "sightline: Session ended by eve<U+0007>: done<U+000D><U+000A>sightline: lies"
        );
        assert_eq!(trouble.exit_status(), 255);
    }
}
