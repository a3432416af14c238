//! A session as the list shows it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Millis, SessionId};

/// What kind of connection a session is; written as on the page (`PAM SSH`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SessionType {
    /// Signed in to Sightline itself.
    #[serde(rename = "CONSOLE")]
    Console,
    /// Signed in to a web application.
    #[serde(rename = "WebSSO")]
    WebSso,
    /// Signed in to a workstation.
    #[serde(rename = "ESSO")]
    Esso,
    /// A privileged connection of a protocol without a type of its own.
    #[serde(rename = "PAM")]
    Pam,
    /// A privileged desktop.
    #[serde(rename = "PAM RDP")]
    PamRdp,
    /// A privileged shell, command or file transfer over SSH.
    #[serde(rename = "PAM SSH")]
    PamSsh,
}

impl SessionType {
    /// Every type, in the order in which the page lists them.
    pub const ALL: [Self; 6] =
        [Self::Console, Self::WebSso, Self::Esso, Self::Pam, Self::PamRdp, Self::PamSsh];

    /// The type as people and tables write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Console => "CONSOLE",
            Self::WebSso => "WebSSO",
            Self::Esso => "ESSO",
            Self::Pam => "PAM",
            Self::PamRdp => "PAM RDP",
            Self::PamSsh => "PAM SSH",
        }
    }
}

impl fmt::Display for SessionType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The text names no session type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown session type {0:?}: use CONSOLE, WebSSO, ESSO, PAM, PAM RDP or PAM SSH")]
pub struct UnknownSessionType(pub String);

impl FromStr for SessionType {
    type Err = UnknownSessionType;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| UnknownSessionType(text.into()))
    }
}

/// One open connection of one user, with the attributes that the columns show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Name of the user who opened it.
    pub user: String,
    /// Full name of that user; empty when not known.
    pub full_name: String,
    /// IP address that the user connected from.
    pub device: String,
    /// Host name of the server or workstation where it was started.
    pub client: String,
    /// When it was opened.
    pub started_at: Millis,
    /// What kind of connection it is.
    pub kind: SessionType,
    /// Port of the server where it was started.
    pub port: u16,
    /// What it is connected to: `ssh://db-1:22`.
    pub service_url: String,
    /// Login on the agent; the user's own name for `CONSOLE`.
    pub account_name: String,
    /// Display name of the agent or application where it ends.
    pub service_provider: String,
    /// Name of the agent; none for `CONSOLE`.
    pub agent: Option<String>,
    /// The group of gateway nodes that the agent is reached through, if any.
    pub jump_server_group: Option<String>,
    /// How many people have its screen open.
    pub watchers: u32,
    /// When its user last typed or its screen last changed, to within five seconds.
    pub last_active_at: Millis,
    /// Name of the node that holds it.
    pub node: String,
    /// Whether it is, or was, recorded.
    pub recorded: bool,
    /// The user is as a source has reported it: nobody of that name is known here.
    pub user_reported: bool,
    /// Whether its source was asked to end it.
    pub end_asked: EndAsked,
}

/// Where a request to end a session stands that its source must end. A session that runs through a gateway
/// ends at once and has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EndAsked {
    /// Nobody asked.
    #[default]
    No,
    /// The source was asked and has time to answer.
    Waiting,
    /// The source has not answered in its time; it is still asked.
    Silent,
    /// The source would not.
    Refused,
}

/// What the viewer of a session may do with it; decided by the server, shown by the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rights {
    /// Watch its screen: allowed, and there is one. The account may ask for its user's consent first.
    pub watch: bool,
    /// Type into it, send messages, pause its input.
    pub control: bool,
    /// End it.
    pub terminate: bool,
    /// Replay its recording, should there be one.
    pub replay: bool,
    /// It is on an account that the viewer owns. Allows nothing by itself.
    pub owned: bool,
}
