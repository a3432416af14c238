//! Errors as `application/problem+json` (RFC 9457).

use std::borrow::Cow;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hub::{NotOpen, Refusal};
use serde::Serialize;
use utoipa::ToSchema;

/// An answer that is an error, with a sentence for the person who asked.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    detail: Cow<'static, str>,
    challenge: Option<&'static str>,
    field: Option<String>,
}

/// The members of RFC 9457 that are used; `about:blank` says that the status is the whole type.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Problem)]
pub(super) struct Body<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    detail: &'a str,
    /// JSON pointer to what is wrong in the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    field: Option<&'a str>,
}

impl Problem {
    /// A problem of that status; `detail` is shown as it reads.
    pub(super) fn new(status: StatusCode, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { status, detail: detail.into(), challenge: None, field: None }
    }

    /// Nobody is signed in.
    pub(super) fn signed_out() -> Self {
        Self {
            challenge: Some("Bearer realm=\"Sightline\""),
            ..Self::new(StatusCode::UNAUTHORIZED, "sign in, or send an API token as a bearer token")
        }
    }

    /// The bearer token is nobody's.
    pub(super) fn bad_token() -> Self {
        Self {
            challenge: Some("Bearer realm=\"Sightline\", error=\"invalid_token\""),
            ..Self::new(StatusCode::UNAUTHORIZED, "this API token is not valid: it may have been revoked")
        }
    }

    /// No agent's token was sent.
    pub(super) fn no_agent_token() -> Self {
        Self {
            challenge: Some("Bearer realm=\"Sightline reports\""),
            ..Self::new(StatusCode::UNAUTHORIZED, "send the agent's token as a bearer token")
        }
    }

    /// The bearer token is no agent's.
    pub(super) fn bad_agent_token() -> Self {
        Self {
            challenge: Some("Bearer realm=\"Sightline reports\", error=\"invalid_token\""),
            ..Self::new(StatusCode::UNAUTHORIZED, "this is no agent's token: it may have been replaced")
        }
    }

    /// With a JSON pointer to what is wrong in the body.
    pub(super) fn field(self, pointer: String) -> Self {
        Self { field: Some(pointer), ..self }
    }

    /// There is no such session for the one who asks.
    pub(super) fn no_session() -> Self {
        Refusal::Unknown.into()
    }

    /// The server could not; `error` goes to the log, not to the answer.
    pub(super) fn failed(error: impl std::fmt::Display) -> Self {
        tracing::error!(%error, "a request could not be answered");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "the server could not do that: try again")
    }

    /// Its status.
    pub(super) const fn status(&self) -> StatusCode {
        self.status
    }

    /// Its sentence.
    pub(super) fn detail(&self) -> &str {
        &self.detail
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal {
            Refusal::Unknown => StatusCode::NOT_FOUND,
            Refusal::Forbidden(_) => StatusCode::FORBIDDEN,
        };
        Self::new(status, refusal.to_string())
    }
}

impl From<NotOpen> for Problem {
    fn from(not_open: NotOpen) -> Self {
        match not_open {
            NotOpen::Refused(refusal) => refusal.into(),
            NotOpen::NoScreen => Self::new(StatusCode::FORBIDDEN, not_open.to_string()),
            NotOpen::Ended => Self::new(StatusCode::NOT_FOUND, not_open.to_string()),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = Body {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: &self.detail,
            field: self.field.as_deref(),
        };
        let mut response = (self.status, axum::Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(challenge) = self.challenge {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }
}
