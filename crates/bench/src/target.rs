//! A light SSH target inside the bench, for thousands of sessions: a process for each would
//! measure the machine's memory instead of the gateway's. A login called `busy` never rests.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use russh::server::{Auth, ChannelOpenHandle, Config, Handler, Msg, Session, VerifiedPublicKey, run_stream};
use russh::{Channel, ChannelId, Pty};
use tokio::net::TcpListener;

/// Login whose shell writes without end.
pub(crate) const BUSY: &str = "busy";
/// Login whose shell waits for keys.
pub(crate) const IDLE: &str = "idle";

/// 50 kB/s: so many bytes ...
const BYTES: usize = 2_000;
/// ... so often.
const EVERY: Duration = Duration::from_millis(40);

/// Starts it on a free port; it ends with the runtime.
pub(crate) async fn start(host_key: &Path) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let key = russh::keys::load_secret_key(host_key, None)?;
    let config = Arc::new(Config { keys: vec![key], nodelay: true, ..Config::default() });
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let config = Arc::clone(&config);
            tokio::spawn(async move {
                if let Ok(session) = run_stream(config, stream, Shell { busy: false }).await {
                    // A client that goes away is how every session here ends.
                    let _ = session.await;
                }
            });
        }
    });
    Ok(address)
}

struct Shell {
    busy: bool,
}

impl Handler for Shell {
    type Error = russh::Error;

    async fn auth_publickey(&mut self, user: &str, _: VerifiedPublicKey<'_>) -> Result<Auth, Self::Error> {
        self.busy = user == BUSY;
        Ok(Auth::Accept)
    }

    async fn channel_open_session(
        &mut self,
        _: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Self::Error> {
        reply.accept().await;
        Ok(())
    }

    async fn pty_request(
        &mut self,
        channel: ChannelId,
        _: &str,
        _: u32,
        _: u32,
        _: u32,
        _: u32,
        _: &[(Pty, u32)],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.channel_success(channel)
    }

    async fn shell_request(&mut self, channel: ChannelId, session: &mut Session) -> Result<(), Self::Error> {
        session.channel_success(channel)?;
        session.data(channel, &b"Welcome to the farm.\r\nfarm$ "[..])?;
        if self.busy {
            let handle = session.handle();
            tokio::spawn(async move {
                let mut tick = tokio::time::interval(EVERY);
                for line in 0_u64.. {
                    tick.tick().await;
                    if handle.data(channel, text(line)).await.is_err() {
                        break;
                    }
                }
            });
        }
        Ok(())
    }

    async fn data(
        &mut self,
        channel: ChannelId,
        data: &[u8],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.data(channel, data.to_vec())
    }
}

/// Lines of a log, with a colour here and there.
fn text(line: u64) -> Vec<u8> {
    let mut text = String::with_capacity(BYTES + 128);
    for part in 0.. {
        if text.len() >= BYTES {
            break;
        }
        text += &format!(
            "\x1b[3{}m{line:>8}.{part}\x1b[0m GET /orders/{} 200 in {} ms\r\n",
            part % 8,
            line * 31,
            part
        );
    }
    text.truncate(BYTES);
    text.into_bytes()
}
