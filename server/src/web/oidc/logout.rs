//! `/oidc/logout`: an application sends a browser to sign out of Sightline (RP-Initiated Logout 1.0).
//!
//! With an ID token of the person it is done; else they are asked, or any page could sign them out.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use super::super::Shared;
use super::super::forms::{CLEAR_SITE_DATA, away, to};
use super::super::signed_in::{clear_cookie, cookie};
use super::{LOGOUT, SIGN_OUT, again, failed, refused};
use crate::oidc::OidcError;
use crate::oidc::params::Params;
use crate::store::Application;

/// The page that asks sends this along.
const CONFIRMED: &str = "confirmed";

/// What an application asks for.
struct Wanted {
    params: Params,
    /// The application, if it can be told which.
    application: Option<Arc<Application>>,
    /// Its ID token: whose, and of which sign-in.
    hint: Option<crate::oidc::Hint>,
}

impl Wanted {
    /// `None` when it contradicts itself.
    async fn read(web: &Shared, bytes: &[u8]) -> Result<Option<Self>, OidcError> {
        let Ok(params) = Params::read(bytes) else { return Ok(None) };
        let part = |name: &'static str| params.get(name).map(|value| value.map(str::to_owned));
        let (Ok(token), Ok(client)) = (part("id_token_hint"), part("client_id")) else { return Ok(None) };
        let hint = match token {
            Some(token) => web.services.oidc.hint(&token).await?,
            None => None,
        };
        // Section 2: an ID token of another application does not speak for this one.
        if let (Some(hint), Some(client)) = (&hint, &client)
            && hint.client != *client
        {
            return Ok(None);
        }
        let client = client.or_else(|| hint.as_ref().map(|hint| hint.client.clone()));
        let application = match client {
            Some(client) => web.services.oidc.client(&client).await?,
            None => None,
        };
        Ok(Some(Self { params, application, hint }))
    }

    /// Where the browser goes when it is done. Only where the application said that it may (section 3).
    fn done(&self, go: fn(&str) -> Response) -> Response {
        let Ok(Some(address)) = self.params.get("post_logout_redirect_uri") else {
            return to("/sign-in?error=signed-out");
        };
        let known = self.application.as_ref().is_some_and(|application| {
            application.sign_out_redirects.iter().any(|registered| registered == address)
        });
        if !known {
            return refused("after");
        }
        let state = self.params.get("state").ok().flatten();
        let answer = state.map_or_else(Params::default, |state| Params::default().with("state", state));
        go(&answer.onto(address))
    }
}

/// `GET`.
pub(super) async fn ask(State(web): State<Shared>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    match answer(&web, &parts).await {
        Ok(response) => response,
        Err(error) => failed(error),
    }
}

async fn answer(web: &Shared, parts: &Parts) -> Result<Response, OidcError> {
    let query = parts.uri.query().unwrap_or_default();
    let Some(wanted) = Wanted::read(web, query.as_bytes()).await? else { return Ok(refused("request")) };
    let signed = web.signed_in(parts).await?;
    let who = signed.as_ref().and_then(|signed| signed.known.viewer.user_id).map(|id| id.to_string());
    match (&wanted.hint, signed) {
        (Some(hint), Some(_)) if who.as_ref() == Some(&hint.sub) => {
            sign_out(web, &parts.headers, wanted.done(to)).await
        }
        // Not in this browser, or not any more: the sign-in that the application means.
        (Some(hint), None) => {
            web.services.oidc.sign_out(&hint.sid).await?;
            Ok(wanted.done(to))
        }
        (_, Some(_)) => Ok(to(&wanted.params.without(&["id_token_hint", CONFIRMED]).onto(SIGN_OUT))),
        (None, None) => Ok(wanted.done(to)),
    }
}

/// `POST`: the page that asks, or an application's form.
pub(super) async fn by_form(State(web): State<Shared>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, super::super::MAX_BODY_BYTES).await else {
        return refused("request");
    };
    let confirmed = Params::read(&body).is_ok_and(|params| matches!(params.get(CONFIRMED), Ok(Some(_))));
    // On the word of our own page alone.
    if !confirmed || !web.origins.allow(&parts.uri, &parts.headers) {
        return again(LOGOUT, &body);
    }
    let done = match Wanted::read(&web, &body).await {
        Ok(Some(wanted)) => sign_out(&web, &parts.headers, wanted.done(away)).await,
        Ok(None) => Ok(refused("request")),
        Err(error) => Err(error),
    };
    done.unwrap_or_else(failed)
}

/// Ends the sign-in of the browser.
async fn sign_out(web: &Shared, headers: &HeaderMap, mut done: Response) -> Result<Response, OidcError> {
    if let Some(cookie) = cookie(headers) {
        web.services.console.sign_out(cookie).await?;
    }
    let headers = done.headers_mut();
    headers.insert(header::SET_COOKIE, clear_cookie(web.services.config.is_https()));
    headers.insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"storage\""));
    Ok(done)
}
