//! The `{id}` of a session in a path.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use wire::SessionId;

use super::problem::Problem;

/// The session's id; what is no id names no session.
pub(super) struct SessionPath(pub(super) SessionId);

impl<S: Send + Sync> FromRequestParts<S> for SessionPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let text = Path::<String>::from_request_parts(parts, state).await;
        let id = text.ok().and_then(|Path(text)| text.parse().ok());
        id.map(Self).ok_or_else(Problem::no_session)
    }
}
