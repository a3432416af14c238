//! What the server says to reports.

use serde::{Deserialize, Serialize};
use wire::SessionId;

/// What became of one report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The session is on the list now.
    Opened,
    /// The session was on the list already: nothing was changed.
    Known,
    /// The lease begins anew.
    Renewed,
    /// The session has ended, by this report or before it: `end_reason` says how.
    Closed,
    /// The session has ended before: `end_reason` says how. A session that goes on needs a new key.
    Ended,
    /// The person who asked is told.
    Noted,
    /// Nothing was done: `field` and `reason` say why.
    Refused,
}

/// The answer to one report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// What became of it.
    pub status: Status,
    /// The session's key, when the report has a readable one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The session's id on the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, format = "uuid"))]
    pub session: Option<SessionId>,
    /// How a session that is not open has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_reason: Option<String>,
    /// Which part of a refused report is wrong: a JSON pointer (RFC 6901) into the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Why the report was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The answers to the reports of one request, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Answers {
    /// One for each report.
    pub answers: Vec<Answer>,
}

impl Answer {
    /// The answer to a report that was taken.
    #[must_use]
    pub fn taken(status: Status, key: &str, session: SessionId) -> Self {
        let (key, session) = (Some(key.to_owned()), Some(session));
        Self { status, key, session, end_reason: None, field: None, reason: None }
    }

    /// The answer to a report that was not.
    #[must_use]
    pub fn refused(key: Option<String>, field: impl Into<String>, reason: impl Into<String>) -> Self {
        let (field, reason) = (Some(field.into()), Some(reason.into()));
        Self { status: Status::Refused, key, session: None, end_reason: None, field, reason }
    }

    /// With how the session has ended.
    #[must_use]
    pub fn because(mut self, end_reason: &str) -> Self {
        self.end_reason = Some(end_reason.to_owned());
        self
    }
}
