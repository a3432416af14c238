//! `/reports`: other systems say which sessions are open there, and hear which they are asked to end.

use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{FromRequestParts, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use report::{Action, Answer, Answers, Command, Commands, Status, bounds};
use serde::Deserialize;
use serde_json::Value;
use tokio::time::Instant;
use utoipa::IntoParams;
use wire::Millis;

use super::super::Shared;
use super::super::caller::{MAX_TOKEN_BYTES, bearer};
use super::super::problem::Problem;
use super::openapi::{Reports, Taken};
use crate::crypto::tokens;
use crate::reports::{Fault, Unavailable, decode};
use crate::store::Source;

/// Bodies above this are read on a thread that serves nobody else, in bytes.
const LARGE_BODY: usize = 64 << 10;

/// The agent whose token was sent; without one the call is answered 401.
pub(super) struct Reporter(Source);

impl FromRequestParts<Shared> for Reporter {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Shared) -> Result<Self, Problem> {
        let Some(token) = bearer(&parts.headers) else { return Err(Problem::no_agent_token()) };
        if token.len() > MAX_TOKEN_BYTES || !token.starts_with(tokens::AGENT_PREFIX) {
            return Err(Problem::bad_agent_token());
        }
        let source = web.services.store.source_of_token(&tokens::hash(token)).await;
        source.map_err(Problem::failed)?.map(Self).ok_or_else(Problem::bad_agent_token)
    }
}

/// `POST /reports`: one report or an array of them. The answer to one that is refused is a problem; the answers
/// to an array are one each, in its order.
#[utoipa::path(post, path = "/api/v1/reports", tag = "reports", request_body = Reports,
    security(("agent" = [])),
    responses((status = 200, description = "What became of each report", body = Taken)))]
pub(super) async fn take(
    State(web): State<Shared>,
    Reporter(source): Reporter,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    if !is_json(&headers) {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "send reports as JSON, with `Content-Type: application/json`",
        ));
    }
    let body = body.map_err(|rejection| Problem::new(rejection.status(), rejection.body_text()))?;
    let now = Millis::now();
    let read = if body.len() > LARGE_BODY {
        tokio::task::spawn_blocking(move || read(&body, now)).await.map_err(Problem::failed)?
    } else {
        read(&body, now)
    };
    let (reports, batch) = read?;
    let answers = web.services.reports.take(source, reports).await?;
    if batch {
        return Ok(Json(Answers { answers }).into_response());
    }
    match answers.into_iter().next() {
        Some(answer) if answer.status != Status::Refused => Ok(Json(answer).into_response()),
        Some(Answer { field, reason, .. }) => {
            let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, reason.unwrap_or_default());
            Err(problem.field(field.unwrap_or_default()))
        }
        None => Err(Problem::failed("a report has no answer")),
    }
}

type Read = (Vec<Result<report::Report, Fault>>, bool);

/// The reports of a body, and whether they are a batch.
fn read(body: &[u8], now: Millis) -> Result<Read, Problem> {
    let json: Value = serde_json::from_slice(body)
        .map_err(|error| Problem::new(StatusCode::BAD_REQUEST, format!("the body is not JSON: {error}")))?;
    match json {
        Value::Array(all) if all.len() > bounds::BATCH => Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("send at most {} reports at once", bounds::BATCH),
        )),
        Value::Array(all) => Ok((all.into_iter().map(|report| decode(report, now)).collect(), true)),
        one @ Value::Object(_) => Ok((vec![decode(one, now)], false)),
        _ => Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "send a report, which is an object, or an array of reports",
        )),
    }
}

/// What a source asks for commands with.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// The `next` of the answer before this; everything that waits when left out.
    after: Option<u64>,
    /// How long to wait when there is nothing, in seconds; not at all when left out.
    #[param(maximum = 60)]
    wait: Option<u64>,
}

/// `GET /reports/commands`: what the source is asked to do, at once or when somebody asks.
#[utoipa::path(get, path = "/api/v1/reports/commands", tag = "reports", params(Asked), security(("agent" = [])),
    responses((status = 200, description = "What to do; nothing, when nothing came up in time", body = Commands)))]
pub(super) async fn commands(
    State(web): State<Shared>,
    Reporter(source): Reporter,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Commands>, Problem> {
    let bad = |detail: String| Problem::new(StatusCode::BAD_REQUEST, detail);
    let Query(Asked { after, wait }) = asked.map_err(|rejection| bad(rejection.body_text()))?;
    let (after, wait) = (after.unwrap_or(0), wait.unwrap_or(0));
    if wait > bounds::WAIT_MAX {
        return Err(bad(format!("wait at most {} seconds", bounds::WAIT_MAX)));
    }
    let services = &web.services;
    let next = services.reports.commands().next(source.id, after, Instant::now() + Duration::from_secs(wait));
    let waiting = tokio::select! {
        waiting = next => waiting,
        () = services.stopping.cancelled() => Vec::new(),
    };
    let next = waiting.last().map_or(after, |last| last.number);
    let commands = waiting.into_iter().map(|command| Command {
        command: Action::Terminate,
        key: command.key,
        session: command.session,
        by: command.by,
        reason: command.reason,
        asked_at: Timestamp::from_millisecond(command.asked_at.0).unwrap_or_default(),
    });
    Ok(Json(Commands { commands: commands.collect(), next }))
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

impl From<Unavailable> for Problem {
    fn from(error: Unavailable) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string())
    }
}
