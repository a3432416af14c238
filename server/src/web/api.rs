//! The JSON API below `/api/v1`: sessions and the access log for scripts. Every error is a problem document.

#![expect(unused_qualifications, reason = "the macros that describe handlers write paths out")]

mod openapi;
mod reports;
mod session_json;
mod words;

use app::backend::LogQuery;
use axum::Json;
use axum::Router;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::StatusCode;
use axum::routing::{any, get, post};
use hub::rights;
use report::bounds;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use wire::{End, Millis, SessionType};

use super::Shared;
use super::caller::Caller;
use super::problem::Problem;
use super::session_path::SessionPath;
use super::sessions::SessionError;
use crate::reports::Outcome;
use openapi::LogParameters;
pub(crate) use session_json::{SessionJson, session_json};
use words::SessionTypeName;

/// Where it is.
pub(super) const PREFIX: &str = "/api/v1/";
/// Where reports go.
pub(super) const REPORTS: &str = "/api/v1/reports";
/// Largest body that a call may send, in bytes.
const MAX_BODY_BYTES: usize = 16 << 10;
/// Sessions on one page of the access log.
const LOG_PAGE: u32 = 500;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// Of this type alone.
    #[param(value_type = Option<SessionTypeName>)]
    r#type: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Reason {
    /// Why: the person in the session reads it, and the access log keeps it.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// A page of the access log.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LogPage)]
struct LogJson {
    sessions: Vec<SessionJson>,
    /// Where the next page begins: what to send as `before`; null on the last one.
    next: Option<String>,
}

/// The routes, to be nested.
pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route("/sessions", get(list))
        .route("/access-logs", get(access_logs))
        .route("/sessions/{id}", get(one))
        .route("/sessions/{id}/terminate", post(terminate))
        .route("/openapi.json", get(openapi::describe))
        .route("/reports", post(reports::take).layer(DefaultBodyLimit::max(bounds::BODY_BYTES)))
        .route("/reports/commands", get(reports::commands))
        // A route and not a fallback: below `/api` a fallback comes after the pages' server functions.
        .route("/", any(unknown))
        .route("/{*rest}", any(unknown))
        .method_not_allowed_fallback(async || {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this address does not take that method: see Allow")
        })
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
}

/// What is not there.
pub(super) async fn unknown() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "there is nothing at this address")
}

/// `GET /sessions`: those that are open, oldest first.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "sessions", params(Filter),
    security(("person" = []), ("cookie" = [])),
    responses((status = 200, description = "The open sessions that the caller may see", body = [SessionJson])))]
async fn list(
    State(web): State<Shared>,
    Caller(viewer): Caller,
    filter: Result<Query<Filter>, QueryRejection>,
) -> Result<Json<Vec<SessionJson>>, Problem> {
    let bad = |detail: String| Problem::new(StatusCode::BAD_REQUEST, detail);
    let Query(filter) = filter.map_err(|rejection| bad(rejection.body_text()))?;
    let kind = filter.r#type.map(|text| text.parse::<SessionType>()).transpose();
    let kind = kind.map_err(|unknown| bad(unknown.to_string()))?;
    let hub = web.services.hub.clone();
    let sessions = tokio::task::spawn_blocking(move || {
        let mut listed = hub.list().snapshot();
        listed.retain(|listed| {
            kind.is_none_or(|kind| listed.session.kind == kind)
                && rights(&viewer, &listed.facts, listed.screen).is_some()
        });
        listed.sort_by_key(|listed| listed.session.id);
        let now = Millis::now();
        listed.iter().map(|listed| session_json(&listed.session, None, now)).collect()
    });
    sessions.await.map(Json).map_err(Problem::failed)
}

/// `GET /access-logs`: open and ended, newest first, page by page.
#[utoipa::path(get, path = "/api/v1/access-logs", tag = "sessions", params(LogParameters),
    security(("person" = []), ("cookie" = [])),
    responses((status = 200, description = "A page of the sessions that the caller may see", body = LogJson)))]
async fn access_logs(
    State(web): State<Shared>,
    Caller(viewer): Caller,
    query: Result<Query<LogQuery>, QueryRejection>,
) -> Result<Json<LogJson>, Problem> {
    let bad = |rejection: QueryRejection| Problem::new(StatusCode::BAD_REQUEST, rejection.body_text());
    let Query(query) = query.map_err(bad)?;
    let page = web.access_log(&viewer, &query, LOG_PAGE).await?;
    let sessions = page.entries.into_iter().map(|entry| {
        session_json(&entry.session, entry.ended.as_ref(), page.now).watched_by(entry.watched_by)
    });
    Ok(Json(LogJson { sessions: sessions.collect(), next: page.older }))
}

/// `GET /sessions/{id}`: open or ended.
#[utoipa::path(get, path = "/api/v1/sessions/{id}", tag = "sessions",
    params(("id" = String, Path, format = "uuid", description = "Id of the session")),
    security(("person" = []), ("cookie" = [])),
    responses((status = 200, description = "The session, open or ended", body = SessionJson)))]
async fn one(
    State(web): State<Shared>,
    Caller(viewer): Caller,
    SessionPath(id): SessionPath,
) -> Result<Json<SessionJson>, Problem> {
    let row = web.session(&viewer, id).await?;
    Ok(Json(session_json(&row.session, row.ended.as_ref(), Millis::now())))
}

/// `POST /sessions/{id}/terminate`: the answer is the session with its end; or without, with status 202, when only
/// its source can end it and has not done so yet.
#[utoipa::path(post, path = "/api/v1/sessions/{id}/terminate", tag = "sessions",
    params(("id" = String, Path, format = "uuid", description = "Id of the session")),
    request_body = Reason, security(("person" = []), ("cookie" = [])),
    responses(
        (status = 200, description = "The session has ended", body = SessionJson),
        (status = 202, description = "Its source is asked and has not answered yet", body = SessionJson),
    ))]
async fn terminate(
    State(web): State<Shared>,
    Caller(viewer): Caller,
    SessionPath(id): SessionPath,
    body: Result<Json<Reason>, JsonRejection>,
) -> Result<(StatusCode, Json<SessionJson>), Problem> {
    let Json(Reason { reason }) =
        body.map_err(|rejection| Problem::new(rejection.status(), rejection.body_text()))?;
    let (session, outcome) = web.terminate(&viewer, id, &reason).await?;
    let json = |end: Option<&End>| Json(session_json(&session, end, Millis::now()));
    match outcome {
        Outcome::Ended(end) => Ok((StatusCode::OK, json(Some(&end)))),
        Outcome::Waiting { .. } => Ok((StatusCode::ACCEPTED, json(None))),
        Outcome::Refused(why) => {
            Err(Problem::new(StatusCode::CONFLICT, format!("the session's source refuses to end it: {why}")))
        }
    }
}

impl From<SessionError> for Problem {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Refused(refusal) => refusal.into(),
            SessionError::Ended => Self::new(StatusCode::CONFLICT, error.to_string()),
            SessionError::Reason => Self::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()),
            SessionError::Source(_) => Self::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
            SessionError::Store(error) => Self::failed(error),
        }
    }
}
