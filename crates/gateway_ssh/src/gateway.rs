//! The gateway as a whole: listens, admits connections within limits, and stops in order.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hub::Hub;
use russh::keys::PrivateKey;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::keys::{self, KeyError};
use crate::office::Office;
use crate::threads::Threads;
use crate::{Directory, GatewayConfig, connection};

/// How long connections have to end when the gateway stops; then they are dropped.
const STOP_TIME: Duration = Duration::from_secs(5);
/// Pause after the machine ran out of something (descriptors, memory) while accepting.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

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
        Ok(Bound { gateway: self, host_key, listener, local })
    }
}

/// A gateway that listens.
pub struct Bound {
    gateway: Gateway,
    host_key: PrivateKey,
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
        let threads = Threads::start(config.threads).map_err(GatewayError::Threads)?;
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
            let (stream, peer) = tokio::select! {
                () = stop.cancelled() => break,
                accepted = admit(&self.listener, &admission) => accepted,
            };
            let Some(slot) = stream.slot else { continue };
            let job = connection::serve(Arc::clone(&shared), stream.stream, peer, slot);
            threads.run(shared.tasks.track_future(job));
        }
        drop(self.listener);
        shared.tasks.close();
        if tokio::time::timeout(STOP_TIME, shared.tasks.wait()).await.is_err() {
            tracing::warn!("connections that did not end in time were dropped");
        }
        // Joining blocks, if only for a moment.
        if tokio::task::spawn_blocking(move || threads.stop()).await.is_err() {
            tracing::error!("the gateway's threads did not end in order");
        }
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

struct Accepted {
    stream: std::net::TcpStream,
    /// None: that address has too many connections that have not signed in.
    slot: Option<Slot>,
}

/// The next connection, in a form that another runtime can take over. Waits while too many have not
/// signed in; the system's own queue holds the rest meanwhile.
async fn admit(listener: &TcpListener, admission: &Arc<Admission>) -> (Accepted, SocketAddr) {
    loop {
        let place = admission.place().await;
        match listener.accept().await.and_then(|(stream, peer)| Ok((into_std(stream)?, peer))) {
            Ok((stream, peer)) => {
                let slot = admission.slot(peer.ip(), place);
                if slot.is_none() {
                    tracing::warn!(%peer, "too many connections from one address that have not signed in");
                }
                return (Accepted { stream, slot }, peer);
            }
            Err(error) => {
                // A client that left while it waited is no reason to pause; a machine that has no
                // descriptors left is, or this loop would spin.
                if error.kind() != io::ErrorKind::ConnectionAborted {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

fn into_std(stream: TcpStream) -> io::Result<std::net::TcpStream> {
    stream.set_nodelay(true)?;
    stream.into_std()
}

/// Bounds the connections that have not signed in: in all, and for one address half as many.
struct Admission {
    places: Arc<Semaphore>,
    per_address: usize,
    addresses: Mutex<HashMap<IpAddr, usize>>,
}

impl Admission {
    fn new(limit: usize) -> Arc<Self> {
        let limit = limit.max(2);
        Arc::new(Self {
            places: Arc::new(Semaphore::new(limit)),
            per_address: limit.div_ceil(2),
            addresses: Mutex::default(),
        })
    }

    async fn place(&self) -> Option<OwnedSemaphorePermit> {
        // The semaphore is never closed.
        Arc::clone(&self.places).acquire_owned().await.ok()
    }

    fn slot(self: &Arc<Self>, address: IpAddr, place: Option<OwnedSemaphorePermit>) -> Option<Slot> {
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        let count = addresses.entry(address).or_default();
        if *count >= self.per_address {
            return None;
        }
        *count += 1;
        Some(Slot { admission: Arc::clone(self), address, _place: place? })
    }
}

/// One connection that has not signed in; dropped when it has, or when it is gone.
pub(crate) struct Slot {
    admission: Arc<Admission>,
    address: IpAddr,
    _place: OwnedSemaphorePermit,
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut addresses = self.admission.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = addresses.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                addresses.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::Admission;

    #[tokio::test]
    async fn one_address_cannot_take_every_place() {
        let admission = Admission::new(4);
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let other = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
        let first = admission.slot(address, admission.place().await).expect("a slot");
        let _second = admission.slot(address, admission.place().await).expect("a slot");
        assert!(admission.slot(address, admission.place().await).is_none());
        let _other = admission.slot(other, admission.place().await).expect("a slot");
        drop(first);
        assert!(admission.slot(address, admission.place().await).is_some());
    }

    #[tokio::test]
    async fn places_come_back() {
        let admission = Admission::new(2);
        for last in 1..20_u8 {
            let address = IpAddr::V4(Ipv4Addr::new(127, 0, 0, last));
            drop(admission.slot(address, admission.place().await));
        }
        assert_eq!(admission.places.available_permits(), 2);
        assert!(admission.addresses.lock().expect("lock").is_empty());
    }
}
