//! Pages through Leptos: rendered for the person who is signed in, with a policy of their own nonce.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use app::backend::{Backend, BackendError};
use app::text::percent_encoded;
use app::{App, SetStatus};
use axum::body::{Body, to_bytes};
use axum::extract::{Query, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{RequestExt, Router};
use hub::{ReadAudit, permit_global};
use leptos::nonce::use_nonce;
use leptos::prelude::{provide_context, use_context};
use leptos::server_fn::error::FromServerFnError;
use leptos_axum::ResponseOptions;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use wire::{SessionId, UserId};

use super::backend::Pages;
use super::forms::to;
use super::headers::page_policy;
use super::local_path::{HOME, local_path};
use super::look::Chosen;
use super::sessions::SessionError;
use super::{Shared, Web, oidc, problem::Problem};

/// Largest page, in bytes: a page holds no rows, so it never comes near.
const MAX_PAGE_BYTES: usize = 8 << 20;
/// How long a page may be in the making: longer than the database may let it wait.
const LONGEST_RENDER: Duration = Duration::from_secs(12);
/// Pages for people who are not signed in.
const OPEN_TO_ALL: [&str; 2] = ["/sign-in", "/set-up"];
/// The page that says why somebody is not signed in to an application, for whoever it is.
const NOTICE: &str = "/sso/notice";

/// A route for each page that the app names.
pub(super) fn router() -> Router<Shared> {
    let pages = leptos_axum::generate_route_list(App);
    let router = Router::new().route("/", get(|| async { to(HOME) }));
    pages
        .iter()
        .map(leptos_axum::AxumRouteListing::path)
        .filter(|path| *path != "/")
        .fold(router, |router, path| router.route(path, get(page)))
}

/// A page that the app has.
async fn page(State(web): State<Shared>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let (parts, _) = request.into_parts();
    let signed = match web.signed_in(&parts).await {
        Ok(signed) => signed,
        Err(error) => return plain(&Problem::failed(error)),
    };
    let open_to_all = OPEN_TO_ALL.contains(&path.as_str());
    if path == "/set-up"
        && query_of(&parts.uri, "token").is_some_and(|token| !web.services.set_up.is_valid(&token))
    {
        return to("/set-up?error=link");
    }
    let mut status = StatusCode::OK;
    // Who has to show again who they are: an application wants it, or their session there was terminated.
    let again = path == "/sign-in"
        && query_of(&parts.uri, "error")
            .is_some_and(|error| matches!(error.as_str(), "again" | "terminated"));
    match &signed {
        _ if path == NOTICE || path == oidc::SIGN_OUT || again => {}
        _ if path == oidc::REFUSED => status = StatusCode::BAD_REQUEST,
        Some(_) if open_to_all => return to(local_path(query_of(&parts.uri, "next").as_deref())),
        None if !open_to_all => {
            let here = parts.uri.path_and_query().map_or(HOME, |here| here.as_str());
            return to(&format!("/sign-in?next={}", percent_encoded(local_path(Some(here)))));
        }
        Some(signed) => {
            if let Some(id) = path.strip_prefix("/sessions/") {
                // Decided before rendering: a session that the viewer may not see has no page.
                match id.parse::<SessionId>() {
                    Err(_) => status = StatusCode::NOT_FOUND,
                    Ok(id) => match web.session(&signed.known.viewer, id).await {
                        Ok(_) => {}
                        Err(SessionError::Store(error)) => return plain(&Problem::failed(error)),
                        Err(_) => status = StatusCode::NOT_FOUND,
                    },
                }
            } else if path == "/audit" && permit_global::<ReadAudit>(&signed.known.viewer).is_err() {
                status = StatusCode::NOT_FOUND;
            }
        }
        None => {}
    }
    let user = signed.and_then(|signed| signed.known.viewer.user_id);
    render(&web, Request::from_parts(parts, Body::empty()), status, user).await
}

/// Everything else: a file at the top of the site folder, or no such page.
pub(super) async fn other(State(web): State<Shared>, request: Request) -> Response {
    let path = request.uri().path();
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return (StatusCode::NOT_FOUND, "no such address\n").into_response();
    }
    if let Some(file) = web.site.answer(path, request.headers()) {
        return file;
    }
    if ["/api", "/ws", "/pkg"]
        .iter()
        .any(|area| path.strip_prefix(area).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    {
        return (StatusCode::NOT_FOUND, "no such address\n").into_response();
    }
    render(&web, request, StatusCode::NOT_FOUND, None).await
}

/// `POST /api/…`: a server function of the app.
pub(super) async fn call(State(web): State<Shared>, request: Request) -> Response {
    let backend: Arc<dyn Backend> = Arc::new(Pages(Arc::clone(&web)));
    let context = move || provide_context(Arc::clone(&backend));
    let answer = leptos_axum::handle_server_fns_with_context(context, request.with_limited_body()).await;
    with_status(answer.into_response(), web.services.stopping.is_cancelled()).await
}

/// Leptos answers 500 to whatever a server function refuses; says who is to blame instead.
async fn with_status(answer: Response, stopping: bool) -> Response {
    if answer.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return answer;
    }
    let (mut parts, body) = answer.into_parts();
    let Ok(body) = to_bytes(body, MAX_PAGE_BYTES).await else {
        return plain(&Problem::failed("an answer is cut off"));
    };
    parts.status = match BackendError::de(body.clone()) {
        BackendError::SignedOut => StatusCode::UNAUTHORIZED,
        BackendError::NotFound => StatusCode::NOT_FOUND,
        BackendError::Refused(_) => StatusCode::FORBIDDEN,
        BackendError::Failed if stopping => StatusCode::SERVICE_UNAVAILABLE,
        BackendError::Failed | BackendError::Unreachable => parts.status,
    };
    Response::from_parts(parts, Body::from(body))
}

/// Renders a page for that user, if somebody is signed in.
async fn render(web: &Shared, request: Request, status: StatusCode, user: Option<UserId>) -> Response {
    let Some(assets) = web.site.assets().cloned() else {
        let missing = web.site.missing().unwrap_or("the pages are not built");
        return (StatusCode::SERVICE_UNAVAILABLE, format!("{missing}\n")).into_response();
    };
    let backend: Arc<dyn Backend> = Arc::new(Pages(Arc::clone(web)));
    let (parts, _) = request.into_parts();
    let Chosen { rendered, cookie } = web.look(&parts, user).await;
    let context = move || {
        provide_context(assets.clone());
        provide_context(rendered);
        provide_context(Arc::clone(&backend));
        let Some(response) = use_context::<ResponseOptions>() else { return };
        if status != StatusCode::OK {
            response.set_status(status);
        }
        if let Some(policy) = use_nonce().and_then(|nonce| HeaderValue::try_from(page_policy(&nonce)).ok()) {
            response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
        }
        if let Some(cookie) = cookie.clone() {
            response.insert_header(header::SET_COOKIE, cookie);
        }
        provide_context(SetStatus::new(move |status| response.set_status(status)));
    };
    let render = leptos_axum::render_app_async_with_context(context, app::shell);
    // On one thread from the first element to the last: what a page makes for its own thread alone must
    // not be dropped on another.
    let page = spawn_blocking(move || {
        Handle::current().block_on(async {
            let made = async || {
                let request = Request::from_parts(parts.clone(), Body::empty());
                let (parts, body) = render(request).await.into_parts();
                to_bytes(body, MAX_PAGE_BYTES).await.map(|body| Response::from_parts(parts, Body::from(body)))
            };
            // Seen once, on a machine under great load: a page that never came to its end, as if the word
            // that the last thing it waits for has come had been lost.
            match timeout(LONGEST_RENDER, made()).await {
                Ok(page) => Ok(page),
                Err(_) => {
                    tracing::warn!(path = parts.uri.path(), "a page took too long: making it once more");
                    timeout(LONGEST_RENDER, made()).await
                }
            }
        })
    });
    match page.await {
        Ok(Ok(Ok(page))) => page,
        Ok(Ok(Err(error))) => plain(&Problem::failed(error)),
        Ok(Err(error)) => plain(&Problem::failed(error)),
        Err(error) => plain(&Problem::failed(error)),
    }
}

/// A problem as a page's plain answer.
fn plain(problem: &Problem) -> Response {
    (problem.status(), format!("{}\n", problem.detail())).into_response()
}

/// One value of a query, decoded.
pub(super) fn query_of(uri: &Uri, name: &str) -> Option<String> {
    let Query(mut values) = Query::<HashMap<String, String>>::try_from_uri(uri).ok()?;
    values.remove(name)
}

impl Web {
    /// Whether people can see pages at all.
    pub(super) const fn has_pages(&self) -> bool {
        self.site.assets().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_is_to_blame_has_a_status() {
        for (error, stopping, status) in [
            (BackendError::SignedOut, true, StatusCode::UNAUTHORIZED),
            (BackendError::NotFound, false, StatusCode::NOT_FOUND),
            (BackendError::Refused("no".into()), false, StatusCode::FORBIDDEN),
            (BackendError::Failed, false, StatusCode::INTERNAL_SERVER_ERROR),
            (BackendError::Failed, true, StatusCode::SERVICE_UNAVAILABLE),
        ] {
            let refused = (StatusCode::INTERNAL_SERVER_ERROR, error.ser()).into_response();
            let answer = with_status(refused, stopping).await;
            assert_eq!(answer.status(), status, "{error:?}");
            let body = to_bytes(answer.into_body(), MAX_PAGE_BYTES).await.expect("a body");
            assert_eq!(BackendError::de(body).to_string(), error.to_string());
        }
    }
}
