//! `POST /oidc/token`: an application brings a code and gets tokens (OpenID Connect Core 1.0, 3.1.3).

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::super::Shared;
use super::super::peer::Peer;
use crate::oidc::NoClient;
use crate::oidc::credentials::Credentials;
use crate::oidc::params::Params;
use crate::oidc::token_request::{TokenFault, TokenRequest};

/// The answer.
pub(super) async fn give(
    State(web): State<Shared>,
    Peer(peer): Peer,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let bad = |fault| refusal(StatusCode::BAD_REQUEST, fault);
    let Ok(params) = Params::read(&body) else {
        return bad(TokenFault::new("invalid_request", "the request is too long"));
    };
    let oidc = &web.services.oidc;
    let header = headers.get(header::AUTHORIZATION).map(HeaderValue::as_bytes);
    let credentials = match Credentials::read(header, &params) {
        Ok(credentials) => credentials,
        Err(error) => return no_client(header.is_some(), &error),
    };
    let application = match oidc.proved(&credentials, peer).await {
        Ok(application) => application,
        Err(error @ NoClient::Wrong) => return no_client(credentials.basic, &error),
        Err(error @ NoClient::Throttled(wait)) => {
            let fault = TokenFault::new("invalid_client", error.to_string());
            let mut response = refusal(StatusCode::TOO_MANY_REQUESTS, fault);
            let seconds = HeaderValue::from(wait.as_secs().max(1));
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
            return response;
        }
        Err(NoClient::Store(error)) => return failed(error),
    };
    let request = match TokenRequest::read(&params) {
        Ok(request) => request,
        Err(fault) => return bad(fault),
    };
    match oidc.redeem(&application, &request).await {
        Ok(Ok(tokens)) => Json(tokens).into_response(),
        Ok(Err(fault)) => bad(fault),
        Err(error) => failed(error),
    }
}

fn no_client(basic: bool, error: &dyn std::error::Error) -> Response {
    let mut response =
        refusal(StatusCode::UNAUTHORIZED, TokenFault::new("invalid_client", error.to_string()));
    if basic {
        let challenge = HeaderValue::from_static("Basic realm=\"Sightline\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

fn failed(error: impl std::fmt::Display) -> Response {
    tracing::error!(%error, "tokens could not be given");
    let fault = TokenFault::new("server_error", "the server could not do that: try again");
    refusal(StatusCode::INTERNAL_SERVER_ERROR, fault)
}

fn refusal(status: StatusCode, fault: TokenFault) -> Response {
    (status, Json(fault)).into_response()
}
