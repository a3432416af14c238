//! Many sessions at once: light SSH clients inside the bench.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use futures::{StreamExt, TryStreamExt};
use russh::client::{Config, Handle, Handler, connect};
use russh::keys::{PrivateKey, PrivateKeyWithHashAlg, PublicKeyOrCertificate, load_secret_key};
use russh::{ChannelMsg, Disconnect};
use tokio::task::JoinHandle;

/// Log-ins at a time.
const AT_ONCE: usize = 16;
/// The longest that one may take.
const LOG_IN: Duration = Duration::from_secs(60);

struct Client;

impl Handler for Client {
    type Error = russh::Error;

    async fn check_server_key(&mut self, _: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        // The gateway of this very world.
        Ok(true)
    }
}

/// Open sessions.
pub(crate) struct Swarm(Vec<(Handle<Client>, JoinHandle<()>)>);

impl Swarm {
    /// Opens `count` sessions with a terminal of 120 × 40 as `login` (`USER:ACCOUNT@AGENT`).
    pub(crate) async fn open(
        gateway: SocketAddr,
        login: &str,
        key: &Path,
        count: usize,
    ) -> anyhow::Result<Self> {
        let key = Arc::new(load_secret_key(key, None)?);
        let config = Arc::new(Config { nodelay: true, ..Config::default() });
        let opened = futures::stream::iter(0..count)
            .map(|_| {
                let one = one(gateway, login, Arc::clone(&key), Arc::clone(&config));
                async { tokio::time::timeout(LOG_IN, one).await.context("a log-in takes too long")? }
            })
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
        Ok(Self(opened))
    }

    /// How many are still open.
    pub(crate) fn open_now(&self) -> usize {
        self.0.iter().filter(|(handle, reader)| !handle.is_closed() && !reader.is_finished()).count()
    }

    /// Closes them all.
    pub(crate) async fn close(self) {
        for (handle, reader) in self.0 {
            // One that is closed already is as good.
            let _ = handle.disconnect(Disconnect::ByApplication, "", "").await;
            let _ = tokio::time::timeout(LOG_IN, reader).await;
        }
    }
}

async fn one(
    gateway: SocketAddr,
    login: &str,
    key: Arc<PrivateKey>,
    config: Arc<Config>,
) -> anyhow::Result<(Handle<Client>, JoinHandle<()>)> {
    let mut handle = connect(config, gateway, Client).await?;
    let proof = PrivateKeyWithHashAlg::new(key, None);
    anyhow::ensure!(handle.authenticate_publickey(login, proof).await?.success(), "{login} was refused");
    let mut channel = handle.channel_open_session().await?;
    channel.request_pty(true, "xterm-256color", 120, 40, 0, 0, &[]).await?;
    channel.request_shell(true).await?;
    // The first of its own output shows that the session stands.
    let mut seen = Vec::new();
    while !seen.windows(5).any(|window| window == b"farm$") {
        match channel.wait().await.context("the session closed at once")? {
            ChannelMsg::Data { data } => seen.extend_from_slice(&data),
            ChannelMsg::Close => anyhow::bail!("refused: {}", String::from_utf8_lossy(&seen).trim()),
            _ => {}
        }
    }
    let reader = tokio::spawn(async move {
        while let Some(message) = channel.wait().await {
            if matches!(message, ChannelMsg::Close) {
                break;
            }
        }
    });
    Ok((handle, reader))
}
