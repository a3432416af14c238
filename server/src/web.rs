//! The web: pages, sign-in, sockets and the JSON API over one router.
//!
//! Decides who a request comes from and what it may cost; who may do what is decided by
//! [`hub::permit`], and no SQL is here.

mod access_logs;
mod api;
mod asked;
mod audit;
mod backend;
mod caller;
mod connect;
mod export;
mod feed;
mod forms;
mod gauges;
mod headers;
mod health;
mod live;
mod local_path;
mod look;
mod oidc;
mod origin;
mod pages;
mod peer;
mod problem;
mod recordings;
mod session_path;
mod sessions;
mod signed_in;
mod site;
mod socket;
mod sso;
mod views;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, get, post};
use axum::serve::ListenerExt;
use tokio::net::TcpListener;

use crate::services::Services;
use crate::throttle::Throttle;
pub(crate) use api::session_json;
use gauges::Gauges;
use origin::Origins;
use recordings::Replays;
use site::Site;

/// Largest body that a form or a server function may send, in bytes: a layout with long names fits.
const MAX_BODY_BYTES: usize = 64 << 10;
/// How long open sockets and requests get to end after the server was told to stop.
const STOP_GRACE: Duration = Duration::from_secs(1);

/// What every handler needs.
struct Web {
    services: Arc<Services>,
    site: Site,
    origins: Origins,
    gauges: Arc<Gauges>,
    replays: Replays,
    codes: sso::Codes,
    /// Tries with codes, by address.
    code_tries: Throttle,
}

type Shared = Arc<Web>;

/// Serves until [`Services::stopping`] is cancelled and requests under way are answered.
///
/// # Errors
/// When the assets cannot be read or the listener fails.
pub async fn serve(services: Arc<Services>, listener: TcpListener) -> anyhow::Result<()> {
    let site = Site::read(&services.config.site)?;
    if let Some(missing) = site.missing() {
        tracing::warn!("{missing}");
    }
    let origins = Origins::new(&services.config.public_url);
    let stopping = services.stopping.clone();
    let (gauges, replays) = (Arc::default(), Replays::default());
    let (codes, code_tries) = (sso::Codes::default(), Throttle::default());
    let web = Arc::new(Web { services, site, origins, gauges, replays, codes, code_tries });

    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps small packets back");
        }
    });
    let app = router(Arc::clone(&web)).into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, app).with_graceful_shutdown(stopping.clone().cancelled_owned());
    let overdue = async {
        stopping.cancelled().await;
        tokio::time::sleep(STOP_GRACE).await;
    };
    tokio::select! {
        served = server.into_future() => served?,
        () = overdue => tracing::warn!("some requests did not end in time"),
    }
    // Upgraded connections are no requests any more: they close on `stopping` by themselves.
    let _ = tokio::time::timeout(STOP_GRACE, web.gauges.sockets_closed()).await;
    Ok(())
}

fn router(web: Shared) -> Router {
    Router::new()
        .route("/sign-in", post(forms::sign_in))
        .route("/sign-out", post(forms::sign_out))
        .route("/set-up", post(forms::set_up))
        .route(sso::VERIFY, get(sso::verify))
        .route("/sso/begin", get(sso::begin))
        .route("/sso/start", get(sso::start))
        .route("/sso/callback", get(sso::callback))
        .route("/sso/sign-out", get(sso::sign_out))
        .route("/ws/sessions", get(feed::upgrade))
        .route("/ws/sessions/{id}/live", get(live::upgrade))
        .route("/ws/connect/{account}", get(connect::upgrade))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/pkg/{*path}", get(site::file))
        .route("/audit.csv", get(audit::csv))
        .route("/access-logs.csv", get(access_logs::csv))
        .route("/api/{*function}", post(pages::call))
        .nest("/api/v1", api::router())
        .route("/api/v1/", any(api::unknown))
        .merge(oidc::router())
        .merge(recordings::router())
        .merge(pages::router())
        .fallback(pages::other)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn_with_state(Arc::clone(&web), origin::check))
        .layer(from_fn_with_state(Arc::clone(&web), headers::harden))
        .layer(from_fn(headers::log))
        .with_state(web)
}
