//! Forward authentication: a proxy in front of a web application asks here, for each request, who makes it.
//!
//! The application is on another host, so it has a cookie of its own: whoever has none is sent to `/sso/begin` there,
//! which marks the browser and sends it to `/sso/start` here; the person signs in, and goes back with a code to
//! `/sso/callback` on the application's host, which sets the cookie of a browser with that mark alone: nobody can sign
//! somebody else's browser in with a code of their own. The application's proxy hands both on. What a proxy says of the
//! request is believed only of a trusted one.

mod codes;
mod forwarded;
mod mark;

use app::text::percent_encoded;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use url::Url;
use wire::{AgentId, Millis};

use super::forms::to;
use super::pages::query_of;
use super::signed_in::value_of;
use super::{Shared, Web};
use crate::applications::{WebSso, WebSsoError};
use crate::audit::{Action, Event};
use crate::crypto::tokens;
use crate::store::Application;
pub(super) use codes::Codes;
use codes::Pending;
use forwarded::{address, original};
use mark::Mark;

/// Where proxies ask.
pub(super) const VERIFY: &str = "/sso/verify";
/// What begins like this is asked for on the hosts of applications, too.
pub(super) const PREFIX: &str = "/sso/";
/// Longest address that somebody is sent back to, in bytes: with what is around it, it fits into a query that is kept
/// while somebody signs in.
const MAX_RETURN_BYTES: usize = 1500;

/// Who made the request, for the application. Each is always there, so that none of the browser's gets through.
const USER: HeaderName = HeaderName::from_static("remote-user");
const NAME: HeaderName = HeaderName::from_static("remote-name");
const EMAIL: HeaderName = HeaderName::from_static("remote-email");
const GROUPS: HeaderName = HeaderName::from_static("remote-groups");

/// Why somebody is not signed in to an application, as the page's address says it.
#[derive(Clone, Copy)]
enum Why {
    /// There is no application at that address.
    Unknown,
    /// The code is nobody's, was used, is too old, or another application's or browser's.
    Code,
    /// The application is for others.
    NotAllowed,
    /// They signed out of it.
    SignedOut,
    /// The server could not.
    Failed,
}

impl Why {
    const fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Code => "code",
            Self::NotAllowed => "not-allowed",
            Self::SignedOut => "signed-out",
            Self::Failed => "failed",
        }
    }
}

/// `GET /sso/verify`: 200 with who it is; else 401, or a redirect to signing in where the proxy hands that on.
pub(super) async fn verify(State(web): State<Shared>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let (url, application) = match web.asked_for(&parts).await {
        Ok(found) => found,
        Err(refusal) => return refusal,
    };
    let found = match value_of(&parts.headers, &cookie_name(application.agent)) {
        Some(cookie) => web.services.applications.of_cookie(cookie, application.agent).await,
        None => Ok(None),
    };
    match found {
        Ok(Some(found)) => who(&found),
        Ok(None) => sign_in_first(&parts, &url, &application),
        Err(error) => unavailable(&error),
    }
}

/// `GET /sso/begin?rd=…`, on an application's host: marks the browser, and sends it here to sign in.
pub(super) async fn begin(State(web): State<Shared>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let (_, application) = match web.asked_for(&parts).await {
        Ok(found) => found,
        Err(refusal) => return refusal,
    };
    let wanted = query_of(&parts.uri, "rd").and_then(|text| address(&text).ok());
    let back = match wanted {
        Some(url) => match web.services.applications.at(&url).await {
            Ok(Some(at)) if at.agent == application.agent => short(url, &application),
            Ok(_) => application.url.clone(),
            Err(error) => return unavailable(&error),
        },
        None => application.url.clone(),
    };
    let name = mark_name(application.agent);
    let mark = Mark::of(value_of(&parts.headers, &name));
    let start = start_path(&back, &mark.state());
    let mut response = to(&format!("{}{start}", web.services.config.public_url));
    // As long as the browser is open: people take their time to sign in.
    response.headers_mut().append(header::SET_COOKIE, cookie_header(&application, &name, mark.value(), None));
    response
}

/// `GET /sso/start?rd=…&state=…`, on this host: signs somebody in, and sends them back with a code.
pub(super) async fn start(State(web): State<Shared>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let asked = query_of(&parts.uri, "rd").and_then(|text| address(&text).ok());
    let Some(url) = asked else { return web.notice(Why::Unknown, None) };
    let applications = &web.services.applications;
    let application = match applications.at(&url).await {
        Ok(Some(application)) => application,
        Ok(None) => {
            tracing::warn!(
                host = url.host_str(),
                "somebody asked to sign in where no application is registered"
            );
            return web.notice(Why::Unknown, None);
        }
        Err(error) => return unavailable(&error),
    };
    let url = short(url, &application);
    let Some(state) = query_of(&parts.uri, "state").filter(|state| mark::is_state(state)) else {
        return to(&begin_at(&application, &url));
    };
    let here = start_path(&url, &state);
    let signed = match web.signed_in(&parts).await {
        Ok(Some(signed)) => signed,
        Ok(None) => return to(&format!("/sign-in?next={}", percent_encoded(&here))),
        Err(error) => return unavailable(&error),
    };
    let device = web.peer(&parts);
    match applications.may_enter(&signed, &application, device).await {
        Ok(_) => {}
        Err(WebSsoError::Terminated { .. }) => {
            return to(&format!("/sign-in?error=terminated&next={}", percent_encoded(&here)));
        }
        Err(WebSsoError::NotAdmitted { .. }) => return web.notice(Why::NotAllowed, None),
        Err(error) => return unavailable(&error),
    }
    let pending = Pending { sign_in: signed.key, application: application.agent, state, back: url, device };
    match web.codes.add(pending) {
        Some(code) => to(&format!("{}/sso/callback?code={code}", application.url)),
        None => {
            tracing::error!("too many people sign in to applications at once: some are refused");
            web.notice(Why::Failed, None)
        }
    }
}

/// `GET /sso/callback?code=…`, on an application's host: gives the browser the application's cookie.
pub(super) async fn callback(State(web): State<Shared>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let (_, application) = match web.asked_for(&parts).await {
        Ok(found) => found,
        Err(refusal) => return refusal,
    };
    let code = query_of(&parts.uri, "code").unwrap_or_default();
    let mark = value_of(&parts.headers, &mark_name(application.agent));
    let device = web.peer(&parts);
    // Codes cannot be guessed; an address that tries does not fill the audit either.
    let Ok(attempt) = web.code_tries.attempt(&tokens::hash(&code), device) else {
        return web.notice(Why::Code, Some(&application.url));
    };
    let pending = match web.codes.take(&code, application.agent, mark) {
        Ok(pending) => pending,
        Err(wrong) => {
            let event = Event::new(Action::SignInFailed, "web application").from(device);
            web.services.journal.note(event.on(&application.name).detail(wrong.to_string()));
            return web.notice(Why::Code, Some(&application.url));
        }
    };
    attempt.succeeded();
    match web.enter_application(&pending, &application).await {
        Ok(Some((cookie, seconds))) => {
            let mut response = to(&pending.back);
            response.headers_mut().append(header::SET_COOKIE, cookie_of(&application, &cookie, seconds));
            response
        }
        Ok(None) | Err(WebSsoError::Terminated { .. }) => to(&begin_at(&application, &pending.back)),
        Err(WebSsoError::NotAdmitted { .. }) => web.notice(Why::NotAllowed, None),
        Err(error) => unavailable(&error),
    }
}

/// `GET /sso/sign-out`, on an application's host: ends the person's session there.
pub(super) async fn sign_out(State(web): State<Shared>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let (_, application) = match web.asked_for(&parts).await {
        Ok(found) => found,
        Err(refusal) => return refusal,
    };
    // A page of another site sends nobody out.
    if parts.headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site") {
        return to(&application.url);
    }
    if let Some(cookie) = value_of(&parts.headers, &cookie_name(application.agent)) {
        match web.services.applications.of_cookie(cookie, application.agent).await {
            Ok(Some(found)) => web.services.applications.end(&found).await,
            Ok(None) => {}
            // The cookie must not be taken away while what it stands for still works.
            Err(error) => return unavailable(&error),
        }
    }
    let mut response = web.notice(Why::SignedOut, Some(&application.url));
    response.headers_mut().append(header::SET_COOKIE, cookie_of(&application, "", 0));
    response
}

impl Web {
    /// What somebody asked the application for, and which one it is, as its proxy says.
    async fn asked_for(&self, parts: &Parts) -> Result<(Url, Arc<Application>), Response> {
        if !self.through_proxy(parts) {
            tracing::warn!(peer = %self.peer(parts), "forward authentication was asked for by an untrusted proxy");
            let refusal = "this proxy is not trusted: add its address to trusted_proxies of Sightline\n";
            return Err((StatusCode::FORBIDDEN, refusal).into_response());
        }
        let url = match original(&parts.headers) {
            Ok(url) => url,
            Err(unclear) => {
                tracing::warn!(%unclear, "a proxy does not say what was asked for");
                return Err((StatusCode::BAD_REQUEST, format!("{unclear}\n")).into_response());
            }
        };
        match self.services.applications.at(&url).await {
            Ok(Some(application)) => Ok((url, application)),
            Ok(None) => {
                let host = url.host_str().unwrap_or_default();
                tracing::warn!(host, "a proxy asked for a host where no application is registered");
                Err((StatusCode::FORBIDDEN, "no application is registered at this address\n").into_response())
            }
            Err(error) => Err(unavailable(&error)),
        }
    }

    /// Opens the session of a code that was good; the cookie's value, and for how many seconds it is good.
    async fn enter_application(
        &self,
        pending: &Pending,
        application: &Application,
    ) -> Result<Option<(String, i64)>, WebSsoError> {
        let Some(signed) = self.services.console.of_key(&pending.sign_in).await? else { return Ok(None) };
        let applications = &self.services.applications;
        let found = applications.signed_in(&signed, application, pending.device).await?;
        let seconds = signed.expires_at.since(Millis::now()) / 1000;
        Ok(applications.new_cookie(&found).await?.map(|cookie| (cookie, seconds)))
    }

    /// The page that says why; `back` is where the person wanted to go.
    fn notice(&self, why: Why, back: Option<&str>) -> Response {
        let back = back.map_or_else(String::new, |back| format!("&rd={}", percent_encoded(back)));
        to(&format!("{}/sso/notice?why={}{back}", self.services.config.public_url, why.word()))
    }
}

/// The answer to a request of somebody who is not signed in.
fn sign_in_first(parts: &Parts, url: &Url, application: &Application) -> Response {
    let Ok(location) = HeaderValue::try_from(begin_at(application, url.as_str())) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let redirects = parts.uri.query().is_some_and(|query| query.split('&').any(|pair| pair == "redirect"));
    let status =
        if redirects && is_navigation(&parts.headers) { StatusCode::FOUND } else { StatusCode::UNAUTHORIZED };
    // nginx sends the browser there by itself, see `error_page`.
    (status, [(header::LOCATION, location)], "sign in first\n").into_response()
}

/// Where signing in to an application begins, on its host.
fn begin_at(application: &Application, back: &str) -> String {
    format!("{}/sso/begin?rd={}", application.url, percent_encoded(back))
}

/// Where it goes on, on this host.
fn start_path(back: &str, state: &str) -> String {
    format!("/sso/start?rd={}&state={state}", percent_encoded(back))
}

/// An address at an application, or the application's own when that one is too long to be kept.
fn short(url: Url, application: &Application) -> String {
    if url.as_str().len() > MAX_RETURN_BYTES { application.url.clone() } else { url.into() }
}

/// Whether the browser would show the answer as a page: neither a script's request nor one that changes something.
fn is_navigation(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let reads = text("x-forwarded-method").is_none_or(|method| method == "GET" || method == "HEAD");
    reads && text("sec-fetch-mode").is_none_or(|mode| mode == "navigate")
}

/// 200, with who it is.
fn who(found: &WebSso) -> Response {
    let person = &found.person;
    let mut response = StatusCode::OK.into_response();
    let groups = person.groups.join(",");
    for (name, value) in
        [(USER, &person.user), (NAME, &person.full_name), (EMAIL, &person.email), (GROUPS, &groups)]
    {
        // UTF-8, as other authentication servers send it. The directory takes no control characters.
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap_or(HeaderValue::from_static(""));
        response.headers_mut().insert(name, value);
    }
    response
}

/// The server could not; the person is as signed in as before.
fn unavailable(error: &dyn std::fmt::Display) -> Response {
    tracing::error!(%error, "a sign-in to an application could not be looked up");
    (StatusCode::SERVICE_UNAVAILABLE, "the sign-in could not be looked up: try again\n").into_response()
}

/// One cookie for each application: several may share a host, whatever their ports.
fn cookie_name(application: AgentId) -> String {
    format!("sightline-{application}")
}

/// The cookie that a browser has while somebody signs in to the application.
fn mark_name(application: AgentId) -> String {
    format!("sightline-begun-{application}")
}

/// The header that gives a browser the application's cookie, or takes it away.
fn cookie_of(application: &Application, value: &str, seconds: i64) -> HeaderValue {
    cookie_header(application, &cookie_name(application.agent), value, Some(seconds))
}

/// The header that sets a cookie for an application, until the browser is closed when no seconds are given. Other
/// sites' forms do not carry it.
fn cookie_header(application: &Application, name: &str, value: &str, seconds: Option<i64>) -> HeaderValue {
    let path = Url::parse(&application.url).map_or_else(|_| "/".into(), |url| url.path().to_owned());
    let age = seconds.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
    let secure = if application.url.starts_with("https:") { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path={path}; HttpOnly; SameSite=Lax{age}{secure}");
    let mut header = HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""));
    header.set_sensitive(true);
    header
}

#[cfg(test)]
mod tests {
    use crate::store::OpenTo;

    use super::*;

    #[test]
    fn the_cookie_is_the_applications_alone() {
        for (url, rest) in [
            ("https://crm.example", "Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure"),
            ("https://tools.example/crm", "Path=/crm; HttpOnly; SameSite=Lax; Max-Age=60; Secure"),
            ("http://127.0.0.1:8080", "Path=/; HttpOnly; SameSite=Lax; Max-Age=60"),
        ] {
            let application = Application {
                agent: AgentId::generate(),
                name: "crm".into(),
                display_name: "CRM".into(),
                url: url.into(),
                secret_hash: String::new(),
                redirects: Vec::new(),
                sign_out_redirects: Vec::new(),
                back_channel: None,
                open_to: OpenTo::Everybody,
            };
            let expected = format!("sightline-{}=abc; {rest}", application.agent);
            assert_eq!(cookie_of(&application, "abc", 60), expected);
        }
    }

    #[test]
    fn only_what_is_opened_as_a_page_is_redirected() {
        for (headers, opened) in [
            (&[][..], true),
            (&[("x-forwarded-method", "GET"), ("sec-fetch-mode", "navigate")], true),
            (&[("x-forwarded-method", "HEAD")], true),
            (&[("x-forwarded-method", "POST"), ("sec-fetch-mode", "navigate")], false),
            (&[("x-forwarded-method", "GET"), ("sec-fetch-mode", "cors")], false),
            (&[("sec-fetch-mode", "websocket")], false),
        ] {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.insert(*name, HeaderValue::from_static(value));
            }
            assert_eq!(is_navigation(&map), opened, "{headers:?}");
        }
    }
}
