//! How a session ended.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Millis;

/// Why a session ended; the text of [`EndReason::as_str`] is what tables and the API keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EndReason {
    /// The program on the target ended, or the user closed the connection.
    Closed,
    /// The user signed out.
    SignedOut,
    /// A sign-in reached its end.
    Expired,
    /// Somebody ended it.
    Terminated,
    /// The user's connection broke.
    ClientLost,
    /// The target's connection broke, or was never made.
    TargetLost,
    /// The node that held it went away.
    NodeLost,
    /// It had to be recorded and no longer could be.
    RecordingLost,
    /// Nothing was heard of it for longer than its source had promised.
    SourceLost,
}

impl EndReason {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::Closed,
        Self::SignedOut,
        Self::Expired,
        Self::Terminated,
        Self::ClientLost,
        Self::TargetLost,
        Self::NodeLost,
        Self::RecordingLost,
        Self::SourceLost,
    ];

    /// The reason in words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::SignedOut => "signed out",
            Self::Expired => "expired",
            Self::Terminated => "terminated",
            Self::ClientLost => "client lost",
            Self::TargetLost => "target lost",
            Self::NodeLost => "node lost",
            Self::RecordingLost => "recording lost",
            Self::SourceLost => "source lost",
        }
    }
}

impl fmt::Display for EndReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for EndReason {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text).ok_or(())
    }
}

/// The end of a session: when, why, and who is behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// When it ended.
    pub at: Millis,
    /// Why.
    pub reason: EndReason,
    /// Name of the person who ended it, if somebody did.
    pub by: Option<String>,
    /// What that person gave as the reason.
    pub note: Option<String>,
}

impl End {
    /// An end that nobody in particular is behind, at `at`.
    #[must_use]
    pub const fn new(reason: EndReason, at: Millis) -> Self {
        Self { at, reason, by: None, note: None }
    }
}
