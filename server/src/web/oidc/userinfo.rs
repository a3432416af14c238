//! `/oidc/userinfo`: an application asks who its access token stands for (OpenID Connect Core 1.0, 5.3).

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::super::Shared;
use super::super::caller::{MAX_TOKEN_BYTES, bearer};
use super::failed;

/// The answer.
pub(super) async fn tell(State(web): State<Shared>, headers: HeaderMap) -> Response {
    let Some(token) = bearer(&headers) else { return unknown("Bearer realm=\"Sightline\"") };
    let person = match token.len() {
        1..=MAX_TOKEN_BYTES => web.services.oidc.person(token).await,
        _ => Ok(None),
    };
    match person {
        Ok(Some(person)) => Json(person).into_response(),
        Ok(None) => unknown("Bearer realm=\"Sightline\", error=\"invalid_token\""),
        Err(error) => failed(error),
    }
}

fn unknown(challenge: &'static str) -> Response {
    let header = [(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))];
    (StatusCode::UNAUTHORIZED, header, "the access token is not good (any more)\n").into_response()
}
