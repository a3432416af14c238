//! One person's connection, from the first byte to the last.

use std::net::SocketAddr;
use std::sync::Arc;

use gateway::{Slot, keep_alive};
use tokio::net::TcpStream;

use crate::cancel::cancel;
use crate::gateway::Shared;
use crate::near::{self, Came, Ended};
use crate::session;

/// Serves one connection.
pub(crate) async fn serve(shared: Arc<Shared>, stream: std::net::TcpStream, peer: SocketAddr, slot: Slot) {
    let stream = match TcpStream::from_std(stream).and_then(|stream| keep_alive(&stream).map(|()| stream)) {
        Ok(stream) => stream,
        Err(error) => {
            tracing::error!(%peer, %error, "cannot serve a connection");
            return;
        }
    };
    let came = tokio::select! {
        came = near::receive(&shared, stream, peer.ip()) => came,
        () = shared.stop.cancelled() => return,
    };
    match came {
        Ok(Came::Cancels(key)) => {
            // Whatever comes of it, the client is told nothing.
            if let Some(way) = shared.cancels.way(&key) {
                cancel(&way, &shared.connector).await;
            }
        }
        Ok(Came::SignedIn(person)) => {
            drop(slot);
            session::run(&shared, *person, peer.ip()).await;
        }
        Err(Ended::Told(talk, trouble)) => {
            tracing::debug!(%peer, reason = %trouble, "not signed in");
            talk.end(&trouble.report().error()).await;
        }
        Err(Ended::Gone) => tracing::debug!(%peer, "left before the end of the sign-in"),
    }
}
