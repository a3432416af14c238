//! Statements that are to be cancelled: keys of our own for clients, each for the target's.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rand::Rng;
use subtle::ConstantTimeEq;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::far::{Certificate, under_tls};
use crate::startup::CancelKey;
use crate::stream::Stream;

/// How long a target may take to hear that a statement is to be cancelled.
const TIME: Duration = Duration::from_secs(2);

/// Where a statement is cancelled.
pub(crate) struct Way {
    pub(crate) address: SocketAddr,
    pub(crate) key: CancelKey,
    /// The certificate of the session's own connection, if that is under TLS.
    pub(crate) certificate: Option<Certificate>,
}

/// The sessions whose statements can be cancelled, by the process that their client was told.
#[derive(Default)]
pub(crate) struct Cancels(Mutex<Known>);

/// Secret and way, by process.
type Known = HashMap<u32, ([u8; 4], Arc<Way>)>;

impl Cancels {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new key, good for as long as the answer lives.
    pub(crate) fn register(&self, way: Arc<Way>) -> Registered<'_> {
        let mut random = rand::rng();
        let secret: [u8; 4] = random.random();
        let mut known = self.known();
        let process = loop {
            // Positive, as processes are.
            let process = random.random_range(1..=u32::MAX >> 1);
            if !known.contains_key(&process) {
                break process;
            }
        };
        known.insert(process, (secret, way));
        drop(known);
        Registered { cancels: self, key: CancelKey { process, secret: secret.into() } }
    }

    /// The way for a key that we gave out.
    pub(crate) fn way(&self, key: &CancelKey) -> Option<Arc<Way>> {
        let known = self.known();
        let (secret, way) = known.get(&key.process)?;
        bool::from(secret.as_slice().ct_eq(&key.secret)).then(|| Arc::clone(way))
    }
}

/// A key that was given out.
pub(crate) struct Registered<'a> {
    cancels: &'a Cancels,
    pub(crate) key: CancelKey,
}

impl Drop for Registered<'_> {
    fn drop(&mut self) {
        self.cancels.known().remove(&self.key.process);
    }
}

/// Asks a target to cancel what it does; whether it heard.
pub(crate) async fn cancel(way: &Way, connector: &TlsConnector) -> bool {
    let ask = async {
        let stream = TcpStream::connect(way.address).await.ok()?;
        let mut stream = match &way.certificate {
            None => Stream::Plain(stream),
            Some(known) => {
                let (stream, shown) = under_tls(stream, &known.name, connector).await.ok()??;
                (shown.der == known.der).then_some(stream)?
            }
        };
        stream.write_all(&way.key.to_bytes()).await.ok()?;
        stream.flush().await.ok()?;
        // It closes the connection when it has told the process.
        let _ = stream.read(&mut [0; 1]).await;
        Some(())
    };
    matches!(timeout(TIME, ask).await, Ok(Some(())))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{CancelKey, Cancels, Way};

    #[test]
    fn a_key_is_good_for_its_session_alone_and_no_longer() {
        let cancels = Cancels::default();
        let way = |process| {
            let key = CancelKey { process, secret: vec![1, 2, 3, 4] };
            Arc::new(Way { address: ([127, 0, 0, 1], 1).into(), key, certificate: None })
        };
        let (one, other) = (cancels.register(way(1)), cancels.register(way(2)));
        assert_eq!(cancels.way(&one.key).expect("known").key.process, 1);
        assert!(cancels.way(&CancelKey { secret: other.key.secret.clone(), ..one.key.clone() }).is_none());
        assert!(cancels.way(&CancelKey { secret: Vec::new(), ..one.key.clone() }).is_none());
        let gone = other.key.clone();
        drop(other);
        assert!(cancels.way(&gone).is_none() && cancels.way(&one.key).is_some());
    }
}
