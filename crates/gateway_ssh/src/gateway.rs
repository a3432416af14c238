//! The gateway as a whole: listens, admits connections within limits, and stops in order.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use gateway::{Admission, Threads};
use hub::Hub;
use russh::keys::PrivateKey;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::browser::{self, Ask, Terminals};
use crate::keys::{self, KeyError};
use crate::office::Office;
use crate::{Directory, GatewayConfig, connection, session};

/// What can keep a gateway from running.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The host key cannot be used.
    #[error("the gateway's host key cannot be used: {0}")]
    HostKey(#[from] KeyError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address} for SSH: {error}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// Why not.
        error: io::Error,
    },
    /// The machine gives no thread or runtime.
    #[error("cannot start the gateway's threads: {0}")]
    Threads(io::Error),
}

/// An SSH gateway that is about to be started.
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
    /// When the host key cannot be used or the address not be listened on.
    pub async fn bind(self, address: SocketAddr) -> Result<Bound, GatewayError> {
        let host_key = keys::read_private(&self.config.host_key)?;
        let listen = |error| GatewayError::Listen { address, error };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let local = listener.local_addr().map_err(listen)?;
        let (terminals, asks) = browser::door();
        Ok(Bound { gateway: self, host_key, listener, local, terminals, asks })
    }
}

/// A gateway that listens.
pub struct Bound {
    gateway: Gateway,
    host_key: PrivateKey,
    listener: TcpListener,
    local: SocketAddr,
    terminals: Terminals,
    asks: mpsc::UnboundedReceiver<Ask>,
}

impl Bound {
    /// Where it listens.
    #[must_use]
    pub const fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// Opens sessions for people in pages, once it serves.
    #[must_use]
    pub fn terminals(&self) -> Terminals {
        self.terminals.clone()
    }

    /// Serves until `stop`, then ends every connection and returns.
    ///
    /// # Errors
    /// When the machine gives no threads.
    pub async fn serve(mut self, stop: CancellationToken) -> Result<(), GatewayError> {
        let Gateway { config, directory, hub } = self.gateway;
        let threads = Threads::start("ssh", config.threads).map_err(GatewayError::Threads)?;
        let admission = Admission::new(config.max_unauthenticated);
        let shared = Arc::new(Shared {
            ssh: Arc::new(connection::ssh_config(&config, self.host_key)),
            office: Office::new(directory),
            hub,
            port: self.local.port(),
            config,
            stop: stop.clone(),
            tasks: TaskTracker::new(),
        });
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                (stream, peer, slot) = admission.admit(&self.listener) => {
                    let job = connection::serve(Arc::clone(&shared), stream, peer, slot);
                    threads.run(shared.tasks.track_future(job));
                }
                Some(ask) = self.asks.recv() => {
                    let (request, page) = ask.into_parts();
                    let job = session::run(Arc::clone(&shared), request, page);
                    threads.run(shared.tasks.track_future(job));
                }
            }
        }
        // Who still asks hears that it stops.
        drop((self.listener, self.asks));
        shared.tasks.close();
        threads.end(shared.tasks.wait()).await;
        Ok(())
    }
}

/// What every connection shares.
pub(crate) struct Shared {
    pub(crate) ssh: Arc<russh::server::Config>,
    pub(crate) office: Office,
    pub(crate) hub: Hub,
    pub(crate) port: u16,
    pub(crate) config: GatewayConfig,
    pub(crate) stop: CancellationToken,
    pub(crate) tasks: TaskTracker,
}
