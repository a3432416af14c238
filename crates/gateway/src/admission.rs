//! Who may come in: connections that have not signed in yet are few, in all and from one address.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Pause after the machine ran out of something (descriptors, memory) while accepting.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Bounds the connections that have not signed in: in all, and for one address half as many.
pub struct Admission {
    places: Arc<Semaphore>,
    per_address: usize,
    addresses: Mutex<HashMap<IpAddr, usize>>,
}

impl Admission {
    /// At most so many connections may be open that have not signed in.
    #[must_use]
    pub fn new(limit: usize) -> Arc<Self> {
        let limit = limit.max(2);
        Arc::new(Self {
            places: Arc::new(Semaphore::new(limit)),
            per_address: limit.div_ceil(2),
            addresses: Mutex::default(),
        })
    }

    /// The next connection, in a form that another runtime can take over. Waits while too many have not
    /// signed in; the system's own queue holds the rest meanwhile.
    pub async fn admit(self: &Arc<Self>, listener: &TcpListener) -> (std::net::TcpStream, SocketAddr, Slot) {
        loop {
            let place = self.place().await;
            match listener.accept().await.and_then(|(stream, peer)| Ok((into_std(stream)?, peer))) {
                Ok((stream, peer)) => match self.slot(peer.ip(), place) {
                    Some(slot) => return (stream, peer, slot),
                    None => {
                        tracing::warn!(%peer, "too many connections from one address that have not signed in");
                    }
                },
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
pub struct Slot {
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

fn into_std(stream: TcpStream) -> io::Result<std::net::TcpStream> {
    stream.set_nodelay(true)?;
    stream.into_std()
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
