//! One person's connection, from the first byte to the last.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use gateway::Slot;
use russh::keys::PrivateKey;
use russh::{MethodKind, MethodSet, SshId, server};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::GatewayConfig;
use crate::gateway::Shared;
use crate::line::Line;
use crate::near::Near;

/// What both halves say they are.
pub(crate) const SSH_ID: &str = "SSH-2.0-Sightline";
/// How much a peer may send ahead of what we took: enough for 40 MB/s over a way of 50 ms.
pub(crate) const WINDOW_BYTES: u32 = 2 << 20;
/// Largest packet of data, in bytes.
pub(crate) const PACKET_BYTES: u32 = 32 << 10;
/// Keepalives without an answer after which a peer counts as gone.
pub(crate) const KEEPALIVES: usize = 3;
/// Sign-in attempts of one connection; OpenSSH asks three times by each of two methods.
const SIGN_IN_ATTEMPTS: usize = 10;
/// How long sessions have to tell their people that the gateway stops.
const STOP_TIME: Duration = Duration::from_secs(2);

/// The ways to sign in.
pub(crate) fn methods() -> MethodSet {
    [MethodKind::PublicKey, MethodKind::KeyboardInteractive, MethodKind::Password].as_slice().into()
}

/// How the half that people connect to is set up.
pub(crate) fn ssh_config(config: &GatewayConfig, host_key: PrivateKey) -> server::Config {
    server::Config {
        server_id: SshId::Standard(Cow::Borrowed(SSH_ID)),
        methods: methods(),
        // The library would make a key that is not registered wait like a wrong password, and
        // clients offer every key they have; the handler delays what should be delayed itself.
        auth_rejection_time: Duration::ZERO,
        auth_rejection_time_initial: Some(Duration::ZERO),
        keys: vec![host_key],
        window_size: WINDOW_BYTES,
        maximum_packet_size: PACKET_BYTES,
        max_auth_attempts: SIGN_IN_ATTEMPTS,
        inactivity_timeout: None,
        keepalive_interval: Some(config.keepalive),
        keepalive_max: KEEPALIVES,
        nodelay: true,
        ..server::Config::default()
    }
}

/// Serves one connection. Its sessions run as tasks of their own and end when it ends.
pub(crate) async fn serve(shared: Arc<Shared>, stream: std::net::TcpStream, peer: SocketAddr, slot: Slot) {
    let stream = match TcpStream::from_std(stream) {
        Ok(stream) => stream,
        Err(error) => {
            tracing::error!(%peer, %error, "cannot serve a connection");
            return;
        }
    };
    let deadline = tokio::time::Instant::now() + shared.config.sign_in_timeout;
    let (line, cutter) = Line::new(stream);
    let handle = Arc::new(OnceLock::new());
    let signed_in = CancellationToken::new();
    let near = Near::new(
        Arc::clone(&shared),
        peer.ip(),
        slot,
        signed_in.clone(),
        Arc::clone(&handle),
        cutter.clone(),
    );
    let starting = server::run_stream(Arc::clone(&shared.ssh), line, near);
    let starting = tokio::select! {
        started = timeout(shared.config.sign_in_timeout, starting) => started,
        () = shared.stop.cancelled() => return,
    };
    let mut running = match starting {
        Ok(Ok(running)) => running,
        Ok(Err(error)) => {
            tracing::debug!(%peer, %error, "no SSH client");
            return;
        }
        Err(_) => {
            tracing::debug!(%peer, "nothing said in time");
            return;
        }
    };
    // Set before the connection's own task first runs: both are on this thread, which was not given
    // away in between.
    let _ = handle.set(running.handle());

    let ended = tokio::select! {
        result = &mut running => Some(result),
        () = overdue(deadline, &signed_in) => {
            tracing::debug!(%peer, "not signed in in time");
            None
        }
        () = shared.stop.cancelled() => {
            // Sessions have something to tell; who has not signed in has none.
            let time = if signed_in.is_cancelled() { STOP_TIME } else { Duration::ZERO };
            timeout(time, &mut running).await.ok()
        }
    };
    let result = match ended {
        Some(result) => result,
        None => {
            cutter.cut();
            running.await
        }
    };
    if let Err(error) = result {
        tracing::debug!(%peer, %error, "connection ended");
    }
}

/// Completes at the deadline for signing in, unless that was done.
async fn overdue(deadline: tokio::time::Instant, signed_in: &CancellationToken) {
    tokio::select! {
        () = signed_in.cancelled() => std::future::pending().await,
        () = tokio::time::sleep_until(deadline) => {}
    }
}

/// Completes after the time that a refusal takes at least, counted from `started`.
pub(crate) async fn refusal(started: tokio::time::Instant, delay: Duration) {
    sleep(delay.saturating_sub(started.elapsed())).await;
}
