//! One connection's bytes, in the clear or under TLS, and the conversation that opens it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsStream;

/// Room for what is read at a time, in bytes.
const READ_BYTES: usize = 4 << 10;
/// How long a peer may take to read our last words, and how much of what it still says is taken.
const LAST_WORDS: Duration = Duration::from_secs(1);
const LAST_BYTES: usize = 64 << 10;

/// A connection's bytes.
pub(crate) enum Stream {
    /// In the clear.
    Plain(TcpStream),
    /// Under TLS.
    Tls(Box<TlsStream<TcpStream>>),
}

impl Stream {
    /// Whether it is under TLS.
    pub(crate) const fn is_tls(&self) -> bool {
        matches!(self, Self::Tls(_))
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, buf),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

/// Why a conversation does not go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Broken {
    /// The connection broke, or ended.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A message of a length that has no place here.
    #[error("a message of {0} bytes has no place in a sign-in")]
    TooLong(usize),
}

/// The conversation before a session: whole messages, one at a time.
pub(crate) struct Talk {
    pub(crate) stream: Stream,
    /// What was read beyond the last message.
    pub(crate) ahead: BytesMut,
}

impl Talk {
    pub(crate) fn new(stream: Stream) -> Self {
        Self { stream, ahead: BytesMut::new() }
    }

    /// Sends messages.
    pub(crate) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    /// The next message: its type and body, of a length that is not more than `most`.
    pub(crate) async fn message(&mut self, most: usize) -> Result<(u8, Bytes), Broken> {
        self.fill(5).await?;
        let kind = self.ahead[0];
        let length =
            u32::from_be_bytes([self.ahead[1], self.ahead[2], self.ahead[3], self.ahead[4]]) as usize;
        if !(4..=most).contains(&length) {
            return Err(Broken::TooLong(length));
        }
        self.fill(length + 1).await?;
        let body = self.ahead.split_to(length + 1).freeze().slice(5..);
        Ok((kind, body))
    }

    async fn fill(&mut self, length: usize) -> io::Result<()> {
        while self.ahead.len() < length {
            self.ahead.reserve(READ_BYTES);
            if self.stream.read_buf(&mut self.ahead).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(())
    }

    /// Says something last, and lets the peer read it.
    pub(crate) async fn end(mut self, last: &[u8]) {
        let said = async {
            self.send(last).await?;
            part(&mut self.stream).await
        };
        // Whoever does not listen to the end has nothing to hear.
        let _ = timeout(LAST_WORDS, said).await;
    }
}

/// Closes our side and takes what the peer still says: what is left unread would make the system break the
/// connection off before our last words are read.
pub(crate) async fn part(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> io::Result<()> {
    stream.shutdown().await?;
    let mut unheard = [0; 4096];
    let mut taken = 0;
    while taken < LAST_BYTES {
        match stream.read(&mut unheard).await? {
            0 => break,
            count => taken += count,
        }
    }
    Ok(())
}
