//! Plain forms that work without any script: sign in, sign out, first set-up.
//!
//! Every answer is a redirect; what went wrong travels as a word in the query.

use app::text::percent_encoded;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::local_path::{HOME, local_path};
use super::peer::Peer;
use super::signed_in::{clear_cookie, cookie, set_cookie};
use super::{Shared, Web, sso};
use crate::auth::{Door, Outcome};
use crate::oidc::discovery::AUTHORIZE;
use crate::set_up::SetUpError;
use crate::store::User;

/// Has the browser forget what it keeps of this site.
pub(super) const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// Has the browser open another page.
const REFRESH: HeaderName = HeaderName::from_static("refresh");
/// Paths here that send the browser to an application.
const LEADING_AWAY: [&str; 2] = [sso::PREFIX, AUTHORIZE];

/// The sign-in form.
#[derive(Deserialize)]
pub(super) struct SignIn {
    user: String,
    password: String,
    next: Option<String>,
}

/// The set-up form.
#[derive(Deserialize)]
pub(super) struct SetUp {
    token: String,
    user: String,
    #[serde(default)]
    full_name: String,
    password: String,
}

/// `POST /sign-in`.
pub(super) async fn sign_in(
    State(web): State<Shared>,
    Peer(peer): Peer,
    headers: HeaderMap,
    form: Result<Form<SignIn>, FormRejection>,
) -> Response {
    let Ok(Form(form)) = form else { return to("/sign-in?error=failed") };
    let password = Zeroizing::new(form.password);
    let next = local_path(form.next.as_deref());
    let again = |error: &str| {
        web.gauges.sign_in_failed();
        to(&format!("/sign-in?error={error}&next={}", percent_encoded(next)))
    };
    match web.services.auth.password(form.user.trim(), &password, peer, Door::Web).await {
        Ok(Outcome::Accepted(user)) => web.enter(&user, Peer(peer), &headers, next).await,
        Ok(Outcome::Wrong) => again("wrong"),
        Ok(Outcome::Disabled) => again("disabled"),
        Ok(Outcome::Throttled(_)) => again("throttled"),
        Err(error) => {
            tracing::error!(%error, "a sign-in could not be checked");
            again("failed")
        }
    }
}

/// `POST /sign-out`.
pub(super) async fn sign_out(State(web): State<Shared>, headers: HeaderMap) -> Response {
    if let Some(cookie) = cookie(&headers)
        && let Err(error) = web.services.console.sign_out(cookie).await
    {
        // The cookie must not be taken away while what it stands for still works.
        tracing::error!(%error, "a sign-out could not be written down");
        return (StatusCode::INTERNAL_SERVER_ERROR, "you could not be signed out: try again\n")
            .into_response();
    }
    let mut response = to("/sign-in");
    response.headers_mut().insert(header::SET_COOKIE, clear_cookie(web.services.config.is_https()));
    // What the page kept in the browser goes with the person: its caches, its worker, its storage. Not
    // "cache": of Sightline that holds the built files alone, the same for everybody; nor "cookies": how the
    // page looks is a choice of the browser's.
    response.headers_mut().insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"storage\""));
    response
}

/// `POST /set-up`.
pub(super) async fn set_up(
    State(web): State<Shared>,
    Peer(peer): Peer,
    headers: HeaderMap,
    form: Result<Form<SetUp>, FormRejection>,
) -> Response {
    let Ok(Form(form)) = form else { return to("/set-up?error=failed") };
    let password = Zeroizing::new(form.password);
    let again = |error: &str| to(&format!("/set-up?token={}&error={error}", percent_encoded(&form.token)));
    let (name, full_name) = (form.user.trim(), form.full_name.trim());
    match web.services.set_up.complete(&form.token, name, full_name, &password, peer).await {
        Ok(user) => web.enter(&user, Peer(peer), &headers, HOME).await,
        Err(SetUpError::Link) => to("/set-up?error=link"),
        Err(SetUpError::Name(_)) => again("name"),
        Err(SetUpError::Password(_)) => again("password"),
        Err(error @ (SetUpError::Store(_) | SetUpError::Hash(_) | SetUpError::Vault(_))) => {
            tracing::error!(%error, "the first user could not be made");
            again("failed")
        }
    }
}

impl Web {
    /// Opens a sign-in for a user and sends the browser on. A sign-in that the browser had ends first,
    /// so that nobody leaves a session behind that they cannot reach.
    async fn enter(&self, user: &User, Peer(peer): Peer, headers: &HeaderMap, next: &str) -> Response {
        let console = &self.services.console;
        if let Some(old) = cookie(headers)
            && let Err(error) = console.sign_out(old).await
        {
            tracing::warn!(%error, "the sign-in before could not be ended");
        }
        let opened = console.sign_in(user, peer).await;
        let cookie = match &opened {
            Ok(value) => set_cookie(value, self.services.config.is_https()),
            Err(error) => {
                tracing::error!(%error, "a sign-in could not be opened");
                None
            }
        };
        let Some(cookie) = cookie else { return to("/sign-in?error=failed") };
        let mut response = onward(next);
        response.headers_mut().insert(header::SET_COOKIE, cookie);
        response
    }
}

/// Sends the browser on after a form. What may lead on to another host is asked for anew, as a page that is opened:
/// browsers follow no redirect of a form to where the page's policy lets no form go.
fn onward(next: &str) -> Response {
    if LEADING_AWAY.iter().any(|area| next.starts_with(area)) { away(next) } else { to(next) }
}

/// Has the browser open an address as a page, after a form.
pub(super) fn away(next: &str) -> Response {
    let Ok(refresh) = HeaderValue::try_from(format!("0; url={next}")) else { return to(HOME) };
    let link = next.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    let page = format!("<!doctype html><title>Sightline</title><a href=\"{link}\">Sightline</a>\n");
    ([(REFRESH, refresh)], Html(page)).into_response()
}

/// Sends the browser to a path of this site, with GET.
pub(super) fn to(path: &str) -> Response {
    let location = HeaderValue::try_from(path).unwrap_or(HeaderValue::from_static(HOME));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}
