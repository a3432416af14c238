//! For machines that look after the server: is it alive, is it ready, and some numbers.

use std::fmt::Write;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use wire::SessionType;

use super::Shared;

/// `GET /healthz`: the process answers.
pub(super) async fn alive() -> &'static str {
    "alive\n"
}

/// `GET /readyz`: the database answers and nobody told the server to stop. The gateway listens before
/// the web does.
pub(super) async fn ready(State(web): State<Shared>) -> Response {
    if web.services.stopping.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response();
    }
    if let Err(error) = web.services.store.ping().await {
        tracing::error!(%error, "not ready");
        return (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response();
    }
    (StatusCode::OK, if web.has_pages() { "ready\n" } else { "ready, without pages: they are not built\n" })
        .into_response()
}

/// `GET /metrics`: Prometheus text. Numbers only: no name of a person or an account.
pub(super) async fn metrics(State(web): State<Shared>) -> Response {
    let sessions = web.services.hub.list().snapshot();
    let sockets = web.gauges.sockets();
    let mut text = String::new();
    family(&mut text, "sightline_sessions_open", "gauge", "Open sessions by type.");
    for kind in SessionType::ALL {
        let count = sessions.iter().filter(|listed| listed.session.kind == kind).count();
        let _ = writeln!(text, "sightline_sessions_open{{type=\"{kind}\"}} {count}");
    }
    let watchers: u64 = sessions.iter().map(|listed| u64::from(listed.session.watchers)).sum();
    for (name, kind, help, value) in [
        ("sightline_watchers", "gauge", "Live screens that somebody has open.", watchers),
        ("sightline_feed_sockets", "gauge", "Open sockets of the list feed.", sockets.feed),
        (
            "sightline_live_sockets",
            "gauge",
            "Open sockets of live screens that somebody watches.",
            sockets.live,
        ),
        ("sightline_own_sockets", "gauge", "Open sockets of people's own sessions in a page.", sockets.own),
        (
            "sightline_sign_in_failures_total",
            "counter",
            "Refused web sign-ins.",
            web.gauges.sign_in_failures(),
        ),
    ] {
        family(&mut text, name, kind, help);
        let _ = writeln!(text, "{name} {value}");
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

fn family(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}
