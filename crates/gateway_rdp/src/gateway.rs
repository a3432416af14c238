//! The gateway as a whole: takes what pages ask for, gives each session a thread, and stops in order.

use std::io;
use std::sync::Arc;

use gateway::Threads;
use gateway::tls::connector;
use hub::Hub;
use tokio::sync::mpsc;
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::desk::{self, Ask, Desktops};
use crate::ports::Office;
use crate::{Directory, GatewayConfig, session};

/// What can keep a gateway from running.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// The machine gives no thread or runtime.
    #[error("cannot start the gateway's threads: {0}")]
    Threads(io::Error),
}

/// An RDP gateway that is about to be started.
pub struct Gateway {
    config: GatewayConfig,
    directory: Arc<dyn Directory>,
    hub: Hub,
    desktops: Desktops,
    asks: mpsc::UnboundedReceiver<Ask>,
}

impl Gateway {
    /// A gateway that asks `directory` and shows its sessions to `hub`.
    #[must_use]
    pub fn new(config: GatewayConfig, directory: Arc<dyn Directory>, hub: Hub) -> Self {
        let (desktops, asks) = desk::door();
        Self { config, directory, hub, desktops, asks }
    }

    /// Opens sessions for people in pages, once it serves.
    #[must_use]
    pub fn desktops(&self) -> Desktops {
        self.desktops.clone()
    }

    /// Serves until `stop`, then ends every session and returns.
    ///
    /// # Errors
    /// When the machine gives no threads.
    pub async fn serve(self, stop: CancellationToken) -> Result<(), GatewayError> {
        let Self { config, directory, hub, desktops, mut asks } = self;
        let threads = Threads::start("rdp", config.threads).map_err(GatewayError::Threads)?;
        let shared = Arc::new(Shared {
            connector: connector()?,
            office: Office::new(directory),
            hub,
            config,
            stop: stop.clone(),
        });
        let tasks = TaskTracker::new();
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                Some(ask) = asks.recv() => {
                    threads.run(tasks.track_future(session::run(Arc::clone(&shared), ask)));
                }
            }
        }
        // Who still asks hears that it stops.
        drop((desktops, asks));
        tasks.close();
        threads.end(tasks.wait()).await;
        Ok(())
    }
}

/// What every session shares.
pub(crate) struct Shared {
    pub(crate) connector: TlsConnector,
    pub(crate) office: Office,
    pub(crate) hub: Hub,
    pub(crate) config: GatewayConfig,
    pub(crate) stop: CancellationToken,
}
