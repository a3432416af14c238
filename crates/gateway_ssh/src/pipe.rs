//! One direction of one session: what one SSH half read and the other has to write, in order.
//!
//! The SSH library hands data over from its connection's only loop. Were that loop to wait until the
//! other half has taken the data, it would not read the window adjustments that the other direction
//! waits for, and two full directions would wait for each other for ever. So writing into a pipe
//! never waits; whoever fills it looks at [`Pipe::is_backlogged`] and slows down. Data that waits is
//! joined, so that a slow reader gets few large pieces.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};
use russh::Sig;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Largest piece of joined data: one SSH packet.
const PIECE_BYTES: usize = 32 << 10;
/// More than this waiting means that the reader is slower than the writer.
const BACKLOG_BYTES: usize = 256 << 10;
/// More than this waiting is taken from nobody.
const FLOOD_BYTES: usize = 8 << 20;

/// Which of a channel's two streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    /// Standard input or output.
    Main,
    /// Standard error.
    Error,
}

/// One thing that a half said.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// Data of a stream.
    Data(Stream, Bytes),
    /// No more data.
    Eof,
    /// The channel is closed.
    Close,
    /// A request of ours was granted.
    Success,
    /// A request of ours was not granted.
    Failure,
    /// The window changed (columns, rows, pixels wide, pixels high).
    Window([u32; 4]),
    /// A signal for the program.
    Signal(Sig),
    /// How the program ended.
    ExitStatus(u32),
    /// The signal that ended the program.
    ExitSignal {
        /// Which.
        signal: Sig,
        /// Whether it left a core file.
        core_dumped: bool,
        /// In words.
        message: String,
    },
}

enum Queued {
    Data(Stream, BytesMut),
    Other(Event),
}

#[derive(Default)]
struct State {
    queue: VecDeque<Queued>,
    bytes: usize,
    writer_gone: bool,
    reader_gone: bool,
}

#[derive(Default)]
struct Pipe {
    state: Mutex<State>,
    readable: Notify,
    room: Notify,
    hung_up: CancellationToken,
}

impl Pipe {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The end that the SSH half writes into; when it goes, the reader reads what is left and then `None`.
pub(crate) struct Writer(Arc<Pipe>);

/// The end that is read.
pub(crate) struct Reader(Arc<Pipe>);

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Writer")
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reader")
    }
}

/// A pipe's two ends.
pub(crate) fn pipe() -> (Writer, Reader) {
    let pipe = Arc::new(Pipe::default());
    (Writer(Arc::clone(&pipe)), Reader(pipe))
}

impl Writer {
    /// Appends data; joins it to data of the same stream that still waits.
    pub(crate) fn data(&self, stream: Stream, data: &[u8]) {
        let mut state = self.0.state();
        if state.reader_gone {
            return;
        }
        state.bytes += data.len();
        match state.queue.back_mut() {
            Some(Queued::Data(last, piece)) if *last == stream && piece.len() + data.len() <= PIECE_BYTES => {
                piece.extend_from_slice(data);
            }
            _ => state.queue.push_back(Queued::Data(stream, data.into())),
        }
        drop(state);
        self.0.readable.notify_one();
    }

    /// Appends anything else.
    pub(crate) fn event(&self, event: Event) {
        let hang_up = matches!(event, Event::Close);
        let mut state = self.0.state();
        if state.reader_gone {
            return;
        }
        state.queue.push_back(Queued::Other(event));
        drop(state);
        self.0.readable.notify_one();
        if hang_up {
            self.0.hung_up.cancel();
        }
    }

    /// Whether more waits than should.
    pub(crate) fn is_backlogged(&self) -> bool {
        self.0.state().bytes > BACKLOG_BYTES
    }

    /// Whether so much waits that nothing more may come, whatever for.
    pub(crate) fn is_flooded(&self) -> bool {
        self.0.state().bytes > FLOOD_BYTES
    }

    /// Completes when no more waits than should, or nobody reads any more. Cancel-safe.
    pub(crate) async fn room(&self) {
        while self.is_backlogged() {
            self.0.room.notified().await;
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.0.state().writer_gone = true;
        self.0.readable.notify_one();
        self.0.hung_up.cancel();
    }
}

impl Reader {
    /// What comes next; `None` when the writer is gone and nothing is left. Cancel-safe.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        loop {
            {
                let mut state = self.0.state();
                if let Some(queued) = state.queue.pop_front() {
                    let event = match queued {
                        Queued::Other(event) => event,
                        Queued::Data(stream, piece) => {
                            let was_backlogged = state.bytes > BACKLOG_BYTES;
                            state.bytes -= piece.len();
                            if was_backlogged && state.bytes <= BACKLOG_BYTES {
                                self.0.room.notify_one();
                            }
                            Event::Data(stream, piece.freeze())
                        }
                    };
                    return Some(event);
                }
                if state.writer_gone {
                    return None;
                }
            }
            self.0.readable.notified().await;
        }
    }

    /// Completes when the writer is gone or has said that its channel is closed, whatever still waits.
    pub(crate) async fn hung_up(&self) {
        self.0.hung_up.cancelled().await;
    }

    /// Cancelled when [`Reader::hung_up`] completes.
    pub(crate) fn hang_up(&self) -> CancellationToken {
        self.0.hung_up.clone()
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.reader_gone = true;
        state.queue = VecDeque::new();
        state.bytes = 0;
        drop(state);
        self.0.room.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;
    use proptest::prelude::*;

    use super::{BACKLOG_BYTES, Event, PIECE_BYTES, Stream, pipe};

    fn data(event: Option<Event>) -> Option<(Stream, Bytes)> {
        match event {
            Some(Event::Data(stream, bytes)) => Some((stream, bytes)),
            _ => None,
        }
    }

    #[tokio::test]
    async fn waiting_data_is_joined_up_to_a_piece() {
        let (writer, mut reader) = pipe();
        writer.data(Stream::Main, b"one ");
        writer.data(Stream::Main, b"two");
        writer.data(Stream::Error, b"oops");
        writer.data(Stream::Main, &[b'x'; PIECE_BYTES]);
        writer.data(Stream::Main, b"y");
        writer.event(Event::Eof);
        drop(writer);
        let full = [b'x'; PIECE_BYTES];
        let pieces: [(Stream, &[u8]); 4] = [
            (Stream::Main, b"one two"),
            (Stream::Error, b"oops"),
            (Stream::Main, &full),
            (Stream::Main, b"y"),
        ];
        for (stream, bytes) in pieces {
            assert_eq!(data(reader.next().await), Some((stream, Bytes::copy_from_slice(bytes))));
        }
        assert!(matches!(reader.next().await, Some(Event::Eof)));
        assert!(reader.next().await.is_none());
    }

    #[tokio::test]
    async fn a_backlog_waits_until_it_is_read() {
        let (writer, mut reader) = pipe();
        writer.data(Stream::Main, &vec![0; BACKLOG_BYTES]);
        writer.room().await;
        writer.data(Stream::Main, b"!");
        assert!(writer.is_backlogged());
        let (event, ()) = tokio::join!(reader.next(), writer.room());
        assert!(matches!(event, Some(Event::Data(..))));
        assert!(!writer.is_backlogged());
    }

    #[tokio::test]
    async fn nobody_waits_for_a_reader_that_is_gone() {
        let (writer, reader) = pipe();
        writer.data(Stream::Main, &vec![0; BACKLOG_BYTES + 1]);
        let waiting = tokio::spawn(async move { writer.room().await });
        tokio::task::yield_now().await;
        drop(reader);
        tokio::time::timeout(Duration::from_secs(10), waiting).await.expect("room").expect("no panic");
    }

    #[tokio::test]
    async fn a_close_is_heard_before_the_data_ahead_of_it_is_read() {
        let (writer, mut reader) = pipe();
        writer.data(Stream::Main, b"last words");
        writer.event(Event::Close);
        reader.hung_up().await;
        assert!(matches!(reader.next().await, Some(Event::Data(..))));
        assert!(matches!(reader.next().await, Some(Event::Close)));
    }

    proptest! {
        #[test]
        fn no_byte_is_lost_or_moved(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..5000), 0..40)) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
            let read = runtime.block_on(async {
                let (writer, mut reader) = pipe();
                for piece in &pieces {
                    writer.data(Stream::Main, piece);
                }
                drop(writer);
                let mut read = Vec::new();
                while let Some(event) = reader.next().await {
                    if let Event::Data(_, bytes) = event {
                        read.extend_from_slice(&bytes);
                    }
                }
                read
            });
            prop_assert_eq!(read, pieces.concat());
        }
    }
}
