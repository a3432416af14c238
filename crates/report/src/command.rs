//! What a source is asked to do.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use wire::SessionId;

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// End the session, and report `close`; or report `refused`.
    Terminate,
}

/// A session that the source is asked to end. It comes again until it is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// What to do.
    pub command: Action,
    /// The session's key.
    pub key: String,
    /// The session's id on the list.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = "uuid"))]
    pub session: SessionId,
    /// Who asks.
    pub by: String,
    /// Their reason.
    pub reason: String,
    /// When they asked.
    pub asked_at: Timestamp,
}

/// What a source is asked to do now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Commands {
    /// Oldest first; none when nothing came up in time.
    pub commands: Vec<Command>,
    /// What to send as `after` next time: then these are known to have arrived.
    pub next: u64,
}
