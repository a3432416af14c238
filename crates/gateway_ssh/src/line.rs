//! A TCP connection that can be cut from outside and remembers how it ended.
//!
//! The SSH library's tasks cannot be aborted and wait for a peer that may never answer; when their
//! line is cut, every read and write of theirs fails and they end.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// How long the peer has to close its side after we closed ours: closing with its last bytes unread
/// would reset the connection and could take our own last bytes with it.
const LINGER: Duration = Duration::from_secs(1);

/// Read in one call of the system, in bytes: the library asks for each packet's length and then for
/// the rest of it, and terminals write packets of a few hundred bytes.
const READ_BYTES: usize = 64 << 10;

thread_local! {
    /// Where reads land first. One for each thread, so that a connection that is silent holds none.
    static LANDING: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
}

/// Cuts a [`Line`] and says how it ended. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Cutter {
    cut: CancellationToken,
    broken: Arc<AtomicBool>,
}

impl Cutter {
    /// Ends the connection now, whatever is under way on it.
    pub(crate) fn cut(&self) {
        self.cut.cancel();
    }

    /// Whether the peer went away without taking its leave: its end came, or an error, before the
    /// protocol was over.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
    }
}

/// The connection itself, for the SSH library.
pub(crate) struct Line {
    stream: TcpStream,
    broken: Arc<AtomicBool>,
    cut: Pin<Box<WaitForCancellationFutureOwned>>,
    is_cut: bool,
    closing: Option<Pin<Box<Sleep>>>,
    /// Read from the system and not yet asked for.
    ahead: Bytes,
}

impl Line {
    /// Wraps a connection; the other half cuts it.
    pub(crate) fn new(stream: TcpStream) -> (Self, Cutter) {
        let cut = CancellationToken::new();
        let broken = Arc::new(AtomicBool::new(false));
        let cutter = Cutter { cut: cut.clone(), broken: Arc::clone(&broken) };
        (
            Self {
                stream,
                broken,
                cut: Box::pin(cut.cancelled_owned()),
                is_cut: false,
                closing: None,
                ahead: Bytes::new(),
            },
            cutter,
        )
    }

    fn is_cut(&mut self, cx: &mut Context<'_>) -> bool {
        self.is_cut = self.is_cut || self.cut.as_mut().poll(cx).is_ready();
        self.is_cut
    }

    /// Reads what is there; nothing at the connection's end.
    fn read_ahead(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let read = LANDING.with_borrow_mut(|landing| {
            let mut landing = ReadBuf::new(landing);
            let read = ready!(Pin::new(&mut self.stream).poll_read(cx, &mut landing));
            Poll::Ready(read.map(|()| Bytes::copy_from_slice(landing.filled())))
        });
        match (read, &mut self.closing) {
            (Poll::Ready(Ok(bytes)), _) if !bytes.is_empty() => {
                self.ahead = bytes;
                Poll::Ready(Ok(()))
            }
            (Poll::Ready(result), _) => {
                self.note_break();
                Poll::Ready(result.map(|_| ()))
            }
            (Poll::Pending, Some(closing)) => closing.as_mut().poll(cx).map(Ok),
            (Poll::Pending, None) => Poll::Pending,
        }
    }

    fn note_break(&self) {
        if self.closing.is_none() {
            self.broken.store(true, Ordering::Relaxed);
        }
    }
}

impl Drop for Line {
    /// The library drops a connection without closing it when the peer broke the protocol or fell
    /// silent.
    fn drop(&mut self) {
        if !self.is_cut {
            self.note_break();
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.is_cut(cx) {
            return Poll::Ready(Ok(()));
        }
        if self.ahead.is_empty() {
            ready!(self.read_ahead(cx))?;
        }
        let count = buf.remaining().min(self.ahead.len());
        buf.put_slice(&self.ahead.split_to(count));
        if self.ahead.is_empty() {
            // An empty part of a buffer would keep all of it.
            self.ahead = Bytes::new();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.stream).poll_write(cx, buf) {
            Poll::Pending if self.is_cut(cx) => Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into())),
            Poll::Ready(Err(error)) => {
                self.note_break();
                Poll::Ready(Err(error))
            }
            other => other,
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.closing.is_none() {
            self.closing = Some(Box::pin(sleep(LINGER)));
        }
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
