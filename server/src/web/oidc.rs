//! OpenID Connect: where browsers and applications come to the provider.
//!
//! Browsers are sent on or to a page of ours; applications get JSON. What a form of another site sends is no more
//! than a link of it: it is looked at when the browser has come again with GET, and with its cookie.

mod authorize;
mod logout;
mod token;
mod userinfo;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};

use super::Shared;
use super::forms::to;
use super::problem::Problem;
use crate::oidc::discovery::{self, AUTHORIZE, JWKS, LOGOUT, TOKEN, USERINFO};
use crate::oidc::params::Params;

/// The page that says why a request is not answered.
pub(super) const REFUSED: &str = "/oidc/refused";
/// The page that asks whether to sign out.
pub(super) const SIGN_OUT: &str = "/oidc/sign-out";

/// The routes.
pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route("/.well-known/openid-configuration", get(describe))
        .route("/.well-known/oauth-authorization-server", get(describe))
        .route(JWKS, get(keys))
        .route(AUTHORIZE, get(authorize::ask).post(authorize::ask_by_form))
        .route(TOKEN, axum::routing::post(token::give))
        .route(USERINFO, get(userinfo::tell).post(userinfo::tell))
        .route(LOGOUT, get(logout::ask).post(logout::by_form))
}

/// Whether a request may come from anywhere: these look for themselves at what they do on whose word.
pub(super) fn is_for_all_origins(path: &str) -> bool {
    [AUTHORIZE, TOKEN, USERINFO, LOGOUT].contains(&path)
}

/// `GET /.well-known/openid-configuration`.
async fn describe(State(web): State<Shared>) -> Response {
    Json(discovery::describe(web.services.oidc.issuer())).into_response()
}

/// `GET /oidc/jwks`.
async fn keys(State(web): State<Shared>) -> Result<Response, Problem> {
    let keys = web.services.oidc.keys().jwks().await;
    keys.map(|keys| Json(keys).into_response()).map_err(Problem::failed)
}

/// Sends the browser to the page that says why.
fn refused(why: &str) -> Response {
    to(&format!("{REFUSED}?why={why}"))
}

/// Has the browser come again with GET.
fn again(path: &str, body: &Bytes) -> Response {
    match Params::read(body) {
        Ok(params) => to(&params.onto(path)),
        Err(_) => refused("request"),
    }
}

/// The server could not; `error` goes to the log.
fn failed(error: impl std::fmt::Display) -> Response {
    let problem = Problem::failed(error);
    (StatusCode::INTERNAL_SERVER_ERROR, format!("{}\n", problem.detail())).into_response()
}
