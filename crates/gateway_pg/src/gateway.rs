//! The gateway as a whole: listens, admits connections within limits, and stops in order.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use gateway::tls::connector;
use gateway::{Admission, Threads};
use hub::Hub;
use tokio::net::TcpListener;
use tokio_rustls::{TlsAcceptor, TlsConnector};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::cancel::Cancels;
use crate::near::Retries;
use crate::ports::Office;
use crate::{Directory, GatewayConfig, connection};

/// What can keep a gateway from running.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address} for PostgreSQL: {error}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// Why not.
        error: io::Error,
    },
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// The machine gives no thread or runtime.
    #[error("cannot start the gateway's threads: {0}")]
    Threads(io::Error),
}

/// A PostgreSQL gateway that is about to be started.
pub struct Gateway {
    config: GatewayConfig,
    directory: Arc<dyn Directory>,
    hub: Hub,
}

impl Gateway {
    /// A gateway that asks `directory` and shows its sessions to `hub`.
    #[must_use]
    pub fn new(config: GatewayConfig, directory: Arc<dyn Directory>, hub: Hub) -> Self {
        Self { config, directory, hub }
    }

    /// Listens on an address; nobody is served before [`Bound::serve`].
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn bind(self, address: SocketAddr) -> Result<Bound, GatewayError> {
        let listen = |error| GatewayError::Listen { address, error };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let local = listener.local_addr().map_err(listen)?;
        Ok(Bound { gateway: self, listener, local })
    }
}

/// A gateway that listens and does not serve yet.
pub struct Bound {
    gateway: Gateway,
    listener: TcpListener,
    local: SocketAddr,
}

impl Bound {
    /// Where it listens.
    #[must_use]
    pub const fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// Serves until `stop`, then ends every connection and returns.
    ///
    /// # Errors
    /// When the machine gives no threads.
    pub async fn serve(self, stop: CancellationToken) -> Result<(), GatewayError> {
        let Gateway { config, directory, hub } = self.gateway;
        let threads = Threads::start("pg", config.threads).map_err(GatewayError::Threads)?;
        let admission = Admission::new(config.max_unauthenticated);
        let shared = Arc::new(Shared {
            acceptor: TlsAcceptor::from(Arc::clone(&config.identity.tls)),
            connector: connector()?,
            office: Office::new(directory),
            hub,
            port: self.local.port(),
            config,
            cancels: Cancels::default(),
            retries: Retries::default(),
            stop: stop.clone(),
        });
        let tasks = TaskTracker::new();
        loop {
            let (stream, peer, slot) = tokio::select! {
                () = stop.cancelled() => break,
                accepted = admission.admit(&self.listener) => accepted,
            };
            threads.run(tasks.track_future(connection::serve(Arc::clone(&shared), stream, peer, slot)));
        }
        drop(self.listener);
        tasks.close();
        threads.end(tasks.wait()).await;
        Ok(())
    }
}

/// What every connection shares.
pub(crate) struct Shared {
    pub(crate) acceptor: TlsAcceptor,
    pub(crate) connector: TlsConnector,
    pub(crate) office: Office,
    pub(crate) hub: Hub,
    pub(crate) port: u16,
    pub(crate) config: GatewayConfig,
    pub(crate) cancels: Cancels,
    pub(crate) retries: Retries,
    pub(crate) stop: CancellationToken,
}
