//! The half that speaks to targets: connects, checks the host key, proves the account.
//!
//! The account's secret never leaves before the host key was found good.

mod handler;
mod sign_in;

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};

use russh::client::{self, Msg};
use russh::{ChannelWriteHalf, Preferred, SshId};
use tokio::net::TcpStream;
use tokio::time::timeout;

pub(crate) use handler::Nudge;

use crate::connection::{KEEPALIVES, PACKET_BYTES, SSH_ID, WINDOW_BYTES};
use crate::gateway::Shared;
use crate::line::{Cutter, Line};
use crate::pipe::{Reader, pipe};
use crate::words::{Trouble, io_error, ssh_error};
use crate::{Connection, keys};
use handler::FarHandler;

/// A target that accepted the account. Dropping it cuts the connection.
pub(crate) struct Far {
    handle: client::Handle<FarHandler>,
    /// What the target says.
    pub(crate) words: Reader,
    /// Makes room for what the person says.
    pub(crate) nudge: Arc<Nudge>,
    _line: CutOnDrop,
}

struct CutOnDrop(Cutter);

impl Drop for CutOnDrop {
    fn drop(&mut self) {
        self.0.cut();
    }
}

/// The first trouble that the handler met, which the library's own error would hide.
#[derive(Clone, Default)]
struct Met(Arc<Mutex<Option<Trouble>>>);

impl Met {
    fn set(&self, trouble: Trouble) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(trouble);
    }

    fn take(&self) -> Option<Trouble> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Far {
    /// Connects to an account's target and signs in, within the configured time in all.
    pub(crate) async fn connect(shared: &Shared, connection: &Connection) -> Result<Self, Trouble> {
        let time = shared.config.target_timeout;
        timeout(time, Self::connect_and_sign_in(shared, connection)).await.unwrap_or_else(|_| {
            Err(Trouble::Unreachable { target: connection.agent_name.clone(), seconds: time.as_secs() })
        })
    }

    async fn connect_and_sign_in(shared: &Shared, connection: &Connection) -> Result<Self, Trouble> {
        let target = || connection.agent_name.clone();
        let refused = |error: std::io::Error| Trouble::Refused { target: target(), why: io_error(&error) };
        let stream =
            TcpStream::connect((connection.host.as_str(), connection.port)).await.map_err(refused)?;
        stream.set_nodelay(true).map_err(refused)?;
        let (line, cutter) = Line::new(stream);
        let cut = CutOnDrop(cutter);

        let (writer, words) = pipe();
        let met = Met::default();
        let nudge = Arc::<Nudge>::default();
        let handler = FarHandler {
            office: shared.office.clone(),
            agent: connection.agent,
            target: target(),
            login: connection.login.clone(),
            writer,
            met: met.clone(),
            nudge: Arc::clone(&nudge),
        };
        let config = Arc::new(ssh_config(shared, connection));
        let mut handle = client::connect_stream(config, line, handler).await.map_err(|error| {
            met.take().unwrap_or_else(|| Trouble::Handshake { target: target(), why: ssh_error(&error) })
        })?;
        sign_in::sign_in(&mut handle, connection, &met).await?;
        Ok(Self { handle, words, nudge, _line: cut })
    }

    /// Opens the channel of a session; `None` when the target does not.
    pub(crate) async fn channel(&self) -> Option<ChannelWriteHalf<Msg>> {
        let (unused, channel) = self.handle.channel_open_session().await.ok()?.split();
        // What the target says comes through the handler; see `pipe` for why it must.
        drop(unused);
        Some(channel)
    }
}

fn ssh_config(shared: &Shared, connection: &Connection) -> client::Config {
    client::Config {
        client_id: SshId::Standard(Cow::Borrowed(SSH_ID)),
        window_size: WINDOW_BYTES,
        maximum_packet_size: PACKET_BYTES,
        keepalive_interval: Some(shared.config.keepalive),
        keepalive_max: KEEPALIVES,
        inactivity_timeout: None,
        nodelay: true,
        preferred: preferred(connection.pinned_key.as_deref()),
        ..client::Config::default()
    }
}

/// The algorithms to ask for; of host keys first the type that is pinned, or a target that has one
/// more type would look as if its key had changed.
fn preferred(pinned: Option<&str>) -> Preferred {
    let mut preferred = Preferred::default();
    if let Some(pinned) = pinned.and_then(|line| keys::read_public(line).ok()) {
        let mut types = preferred.key.into_owned();
        // RSA stands for several signature algorithms of the same key.
        types.sort_by_key(|algorithm| {
            let is_rsa = algorithm.clone().is_rsa() && pinned.algorithm().is_rsa();
            !(is_rsa || *algorithm == pinned.algorithm())
        });
        preferred.key = types.into();
    }
    preferred
}

#[cfg(test)]
mod tests {
    use russh::keys::ssh_key::PrivateKey;
    use russh::keys::{Algorithm, EcdsaCurve, key::safe_rng};

    use super::preferred;
    use crate::keys::line_of;

    #[test]
    fn the_pinned_type_of_host_key_is_asked_for_first() {
        let ecdsa = Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 };
        let key = PrivateKey::random(&mut safe_rng(), ecdsa.clone()).expect("a key");
        let line = line_of(key.public_key()).expect("a line");
        assert_eq!(preferred(Some(&line)).key[0], ecdsa);
        assert_eq!(preferred(None).key[0], Algorithm::Ed25519);
        assert_eq!(preferred(Some("nonsense")).key[0], Algorithm::Ed25519);
    }
}
