//! The person's end of one session where that is an SSH client's channel.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use hub::OpenSession;
use russh::server::{Handle, Msg};
use russh::{ChannelWriteHalf, Sig};
use tokio::time::timeout;

use crate::line::Cutter;
use crate::person::{Gone, Person};
use crate::pipe::{Reader, Stream};
use crate::words::Trouble;

/// The code of standard error among a channel's streams (RFC 4254 section 5.2).
const STANDARD_ERROR: u32 = 1;
/// How long a person's client has to take a last line.
const TAKE_TIME: Duration = Duration::from_millis(300);
/// How long it then has to leave: the line may have a long way to go.
const LEAVE_TIME: Duration = Duration::from_secs(2);

/// Writes to the person.
pub(crate) struct NearEnd {
    channel: ChannelWriteHalf<Msg>,
    handle: Handle,
    cutter: Cutter,
    terminal: bool,
    running: Arc<AtomicUsize>,
}

impl NearEnd {
    /// One more session on the connection that `cutter` cuts.
    pub(super) fn new(
        channel: ChannelWriteHalf<Msg>,
        handle: Handle,
        cutter: Cutter,
        terminal: bool,
        running: Arc<AtomicUsize>,
    ) -> Self {
        running.fetch_add(1, Ordering::Relaxed);
        Self { channel, handle, cutter, terminal, running }
    }

    /// One line on standard error.
    async fn line(&self, text: &str) -> Result<(), Gone> {
        let end = if self.terminal { "\r\n" } else { "\n" };
        self.data(Stream::Error, format!("{text}{end}").into()).await
    }
}

impl Person for NearEnd {
    fn has_terminal(&self) -> bool {
        self.terminal
    }

    fn is_broken(&self) -> bool {
        self.cutter.is_broken()
    }

    fn opened(&self, _open: &OpenSession) {}

    async fn data(&self, stream: Stream, bytes: Bytes) -> Result<(), Gone> {
        let written = match stream {
            Stream::Main => self.channel.data_bytes(bytes).await,
            Stream::Error => self.channel.extended_data_bytes(STANDARD_ERROR, bytes).await,
        };
        written.map_err(|_| Gone)
    }

    async fn eof(&self) -> Result<(), Gone> {
        self.channel.eof().await.map_err(|_| Gone)
    }

    async fn exit_status(&self, status: u32) -> Result<(), Gone> {
        self.channel.exit_status(status).await.map_err(|_| Gone)
    }

    async fn exit_signal(&self, signal: Sig, core_dumped: bool, message: String) -> Result<(), Gone> {
        let id = self.channel.id();
        self.handle
            .exit_signal_request(id, signal, core_dumped, message, String::new())
            .await
            .map_err(|()| Gone)
    }

    async fn close(&self) -> Result<(), Gone> {
        self.channel.close().await.map_err(|_| Gone)
    }

    /// A client that does not take it in time is cut off, if this is its only session.
    async fn end(&self, trouble: &Trouble, before: Vec<u8>, words: &Reader) {
        let telling = async {
            if self.terminal && !before.is_empty() {
                self.data(Stream::Main, before.into()).await?;
            }
            self.line(&trouble.line()).await?;
            self.exit_status(trouble.exit_status()).await?;
            self.eof().await?;
            self.close().await
        };
        let told = timeout(TAKE_TIME, telling).await;
        let left = match told {
            Ok(Ok(())) => timeout(LEAVE_TIME, words.hung_up()).await.is_ok(),
            Ok(Err(Gone)) => true,
            Err(_) => false,
        };
        if !left && self.running.load(Ordering::Relaxed) <= 1 {
            self.cutter.cut();
        }
    }
}

impl Drop for NearEnd {
    fn drop(&mut self) {
        self.running.fetch_sub(1, Ordering::Relaxed);
    }
}
