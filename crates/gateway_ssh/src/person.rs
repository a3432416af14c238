//! The person's end of a session, whatever they sit at: what a session tells them, as one trait.
//!
//! What they say comes through a pipe, whoever fills it.

use bytes::Bytes;
use hub::OpenSession;
use russh::Sig;

use crate::pipe::{Reader, Stream};
use crate::words::Trouble;

/// The connection is gone; whoever notices goes on as if it had taken what was written.
#[derive(Debug)]
pub(crate) struct Gone;

/// One person at one session; a future that waits, waits for their side alone.
pub(crate) trait Person: Send + Sync + 'static {
    /// Whether they have a terminal, so that lines end in CR LF.
    fn has_terminal(&self) -> bool;

    /// Whether they went without taking their leave.
    fn is_broken(&self) -> bool;

    /// Their session is open.
    fn opened(&self, open: &OpenSession);

    /// Shows what the target wrote.
    fn data(&self, stream: Stream, bytes: Bytes) -> impl Future<Output = Result<(), Gone>> + Send;

    /// The target says no more.
    fn eof(&self) -> impl Future<Output = Result<(), Gone>> + Send;

    /// How the program ended.
    fn exit_status(&self, status: u32) -> impl Future<Output = Result<(), Gone>> + Send;

    /// The signal that ended the program.
    fn exit_signal(
        &self,
        signal: Sig,
        core_dumped: bool,
        message: String,
    ) -> impl Future<Output = Result<(), Gone>> + Send;

    /// The session is over in order.
    fn close(&self) -> impl Future<Output = Result<(), Gone>> + Send;

    /// Tells them what went wrong and ends the session, with `before` written to a terminal first.
    fn end(&self, trouble: &Trouble, before: Vec<u8>, words: &Reader) -> impl Future<Output = ()> + Send;
}
