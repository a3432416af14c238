//! What goes wrong between us and a target, in words. Pure.

use std::error::Error;
use std::io;

use gateway::{io_error, visible};
use ironrdp_connector::{ConnectorError, ConnectorErrorKind};
use ironrdp_pdu::nego::FailureCode;

use crate::words::Trouble;

/// Longest reason that people get to read, in characters.
const REASON_CHARS: usize = 200;

/// Why a step came to nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// The connection broke, or ended, or what came has no length.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// What came is not what the protocol says.
    #[error(transparent)]
    Protocol(#[from] ConnectorError),
    /// The target sends us to another one.
    #[error("it sends the session to another server, which is not followed")]
    Redirected,
    /// A size that no desktop has.
    #[error("its desktop is {0} by {1} pixels")]
    Extent(u16, u16),
}

impl Fault {
    /// Where the target has not said a word of RDP yet.
    pub(crate) fn at_first(self, target: String) -> Trouble {
        match &self {
            Self::Io(error) if error.kind() == io::ErrorKind::Other => {
                Trouble::NoRdp { target, why: self.why() }
            }
            Self::Protocol(error) => match error.kind() {
                ConnectorErrorKind::Negotiation(failure)
                    if failure.code() == FailureCode::SSL_NOT_ALLOWED_BY_SERVER
                        || failure.code() == FailureCode::SSL_CERT_NOT_ON_SERVER =>
                {
                    Trouble::NoTls { target }
                }
                ConnectorErrorKind::Negotiation(failure) => {
                    Trouble::Refused { target, why: failure.to_string() }
                }
                // It chose a protection that it was not offered: its own, which is none.
                ConnectorErrorKind::Reason(_) => Trouble::NoTls { target },
                _ => Trouble::NoRdp { target, why: self.why() },
            },
            _ => Trouble::Handshake { target, why: self.why() },
        }
    }

    /// Where both speak RDP.
    pub(crate) fn later(self, target: String) -> Trouble {
        Trouble::Handshake { target, why: self.why() }
    }

    /// Whether the connection ended.
    pub(crate) fn is_end(&self) -> bool {
        matches!(self, Self::Io(error) if error.kind() != io::ErrorKind::Other)
    }

    /// Why, in a few words.
    pub(crate) fn why(&self) -> String {
        let words = match self {
            Self::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => "connection closed".into(),
            Self::Io(error) if error.kind() == io::ErrorKind::Other => {
                "what it says has no known form".into()
            }
            Self::Io(error) => io_error(error),
            Self::Protocol(error) => match error.kind() {
                ConnectorErrorKind::Reason(reason) => reason.clone(),
                _ => innermost(error),
            },
            Self::Redirected | Self::Extent(..) => self.to_string(),
        };
        brief(&words)
    }
}

/// The cause of an error that has one.
pub(crate) fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    brief(&inner.to_string())
}

/// Text from outside that fits a sentence.
fn brief(text: &str) -> String {
    let shown = visible(text);
    if shown.chars().count() <= REASON_CHARS {
        return shown;
    }
    shown.chars().take(REASON_CHARS).chain(['…']).collect()
}
