//! The reports.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One report: an object with one member, which says what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// A session was opened.
    Open(Open),
    /// It is still open.
    Heartbeat(Heartbeat),
    /// It has ended.
    Close(Close),
    /// The source was asked to end it and will not.
    Refused(Refused),
}

impl Report {
    /// The session's key.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            Self::Open(open) => &open.key,
            Self::Heartbeat(heartbeat) => &heartbeat.key,
            Self::Close(close) => &close.key,
            Self::Refused(refused) => &refused.key,
        }
    }
}

/// What kind of session a source may report; gateways and the sign-in make the others themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Kind {
    /// Signed in to a web application.
    #[serde(rename = "WebSSO")]
    WebSso,
    /// Signed in to a workstation.
    #[serde(rename = "ESSO")]
    Esso,
    /// A privileged connection of a protocol without a type of its own.
    #[serde(rename = "PAM")]
    Pam,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::WebSso, Self::Esso, Self::Pam];

    /// The kind as reports write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WebSso => "WebSSO",
            Self::Esso => "ESSO",
            Self::Pam => "PAM",
        }
    }
}

/// A session was opened. Sent again with the same key it changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Open {
    /// The source's own name for the session: unique among all that the source ever reports.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 128))]
    pub key: String,
    /// Name of the user.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 128))]
    pub user: String,
    /// Full name; the one known here when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(max_length = 200))]
    pub full_name: Option<String>,
    /// IP address that the user connected from.
    #[cfg_attr(feature = "schema", schema(value_type = String, example = "192.0.2.7"))]
    pub device: IpAddr,
    /// Host name of the server or workstation where the session was started.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 253))]
    pub client: String,
    /// Port of that server; 0 when the user came to it by none, as at its own keyboard.
    #[cfg_attr(feature = "schema", schema(minimum = 0, maximum = 65535))]
    pub port: u16,
    /// What kind of session it is.
    pub r#type: Kind,
    /// What it is connected to: `https://crm.example`. Without a password.
    #[cfg_attr(
        feature = "schema",
        schema(min_length = 1, max_length = 500, example = "https://crm.example")
    )]
    pub service_url: String,
    /// Login of the account. When the agent has this account, its owners see the session.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 128))]
    pub account_name: String,
    /// Where the session ends; the agent's display name when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(max_length = 200))]
    pub service_provider: Option<String>,
    /// The group of gateway nodes that it went through; the agent's when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(max_length = 128))]
    pub jump_server_group: Option<String>,
    /// When it was opened; now when left out. Not in the future.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// After how many seconds without a report of it the session counts as lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(minimum = 10, maximum = 86400))]
    pub lease_seconds: Option<u32>,
}

/// A session is still open: its lease begins anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Heartbeat {
    /// The session's key.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 128))]
    pub key: String,
    /// When its user last did something, if the source knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_active_at: Option<Timestamp>,
}

/// Why a source says that a session has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum CloseReason {
    /// The program ended, or the user closed the connection.
    #[serde(rename = "closed")]
    Closed,
    /// The user signed out.
    #[serde(rename = "signed out")]
    SignedOut,
    /// The sign-in reached its end.
    #[serde(rename = "expired")]
    Expired,
    /// Somebody ended it.
    #[serde(rename = "terminated")]
    Terminated,
    /// The user's connection broke.
    #[serde(rename = "client lost")]
    ClientLost,
    /// The target's connection broke.
    #[serde(rename = "target lost")]
    TargetLost,
}

impl CloseReason {
    /// Every reason.
    pub const ALL: [Self; 6] =
        [Self::Closed, Self::SignedOut, Self::Expired, Self::Terminated, Self::ClientLost, Self::TargetLost];

    /// The reason as reports write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::SignedOut => "signed out",
            Self::Expired => "expired",
            Self::Terminated => "terminated",
            Self::ClientLost => "client lost",
            Self::TargetLost => "target lost",
        }
    }
}

/// A session has ended. Sent again it changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Close {
    /// The session's key.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 128))]
    pub key: String,
    /// When; now when left out. Not in the future.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Why; `terminated` when the source was asked to end it, else `closed`, when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<CloseReason>,
    /// More about it, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(max_length = 200))]
    pub note: Option<String>,
}

/// The source was asked to end a session and will not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Refused {
    /// The session's key.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 128))]
    pub key: String,
    /// Why not: shown to the person who asked.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 500))]
    pub reason: String,
}
