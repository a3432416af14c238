//! The person's end of a session where that is a terminal in a page.
//!
//! The page signs its person in and draws the screen through the hub, so nothing is written to it here: a
//! session tells the page that it is open, or why it is not. What the page says goes into the same pipe that an
//! SSH client's channel fills.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use gateway::{Wish, visible};
use hub::{NotOpen, OpenSession, Window, Windows};
use russh::Sig;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use wire::SessionId;
use wire::live::Size;

use crate::User;
use crate::near;
use crate::person::{Gone, Person};
use crate::pipe::{Event, Reader, Stream, Writer, pipe};
use crate::session::{Request, Start};
use crate::words::Trouble;

/// What the page's screen is, as programs know it.
const TERM: &str = "xterm-256color";

/// A person in a page who wants a session; they have signed in.
#[derive(Clone, Debug)]
pub struct Visit {
    /// Who.
    pub user: User,
    /// Where their browser is.
    pub from: IpAddr,
    /// Login on the agent.
    pub login: String,
    /// Name of the agent.
    pub agent: String,
    /// Size of the page's terminal.
    pub size: Size,
}

/// Opens sessions for pages. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Terminals(mpsc::UnboundedSender<Ask>);

/// A visit on its way to one of the gateway's threads.
#[derive(Debug)]
pub(crate) struct Ask {
    visit: Visit,
    words: Reader,
    page: Page,
}

/// The door for pages, and the gateway's side of it.
pub(crate) fn door() -> (Terminals, mpsc::UnboundedReceiver<Ask>) {
    let (asks, inbox) = mpsc::unbounded_channel();
    (Terminals(asks), inbox)
}

impl Terminals {
    /// Opens a session; dropping the future gives it up.
    ///
    /// # Errors
    /// Why there is none, in one line for the person.
    pub async fn open(&self, visit: Visit) -> Result<Terminal, String> {
        let (writer, words) = pipe();
        let (answer, answered) = oneshot::channel();
        let (lost, over) = (Arc::new(AtomicBool::new(false)), CancellationToken::new());
        let page = Page { answer: Mutex::new(Some(answer)), lost: Arc::clone(&lost), over: over.clone() };
        let stopping = || gateway::Trouble::Stopping.to_string();
        self.0.send(Ask { visit, words, page }).map_err(|_| stopping())?;
        let (session, windows) = answered.await.map_err(|_| stopping())??;
        Ok(Terminal { session, windows, writer, lost, over })
    }
}

impl Ask {
    /// The session that is asked for, and its person's end.
    pub(crate) fn into_parts(self) -> (Request, impl Person) {
        let Visit { user, from, login, agent, size } = self.visit;
        let window = [size.cols.into(), size.rows.into(), 0, 0];
        let request = Request {
            user,
            wish: Wish::Account { login, agent },
            from,
            start: Start::Shell,
            terminal: Some(near::Terminal { term: TERM.into(), window, modes: Vec::new() }),
            variables: Vec::new(),
            words: self.words,
        };
        (request, self.page)
    }
}

type Answer = Result<(SessionId, Windows), String>;

/// What a session knows of its page.
#[derive(Debug)]
struct Page {
    answer: Mutex<Option<oneshot::Sender<Answer>>>,
    lost: Arc<AtomicBool>,
    over: CancellationToken,
}

impl Page {
    fn answer(&self, answer: Answer) {
        let sender = self.answer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(sender) = sender {
            // Whoever asked may have left: then the pipe is gone, too, and the session ends by that.
            let _ = sender.send(answer);
        }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.over.cancel();
    }
}

impl Person for Page {
    fn has_terminal(&self) -> bool {
        true
    }

    fn is_broken(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    fn opened(&self, open: &OpenSession) {
        self.answer(Ok((open.id(), open.windows())));
    }

    /// Nothing: the hub's window shows it.
    async fn data(&self, _stream: Stream, _bytes: Bytes) -> Result<(), Gone> {
        Ok(())
    }

    async fn eof(&self) -> Result<(), Gone> {
        Ok(())
    }

    async fn exit_status(&self, _status: u32) -> Result<(), Gone> {
        Ok(())
    }

    async fn exit_signal(&self, _signal: Sig, _core_dumped: bool, _message: String) -> Result<(), Gone> {
        Ok(())
    }

    async fn close(&self) -> Result<(), Gone> {
        Ok(())
    }

    /// The reason why there is no session; one that was open has its end on the screen's own frames.
    async fn end(&self, trouble: &Trouble, _before: Vec<u8>, _words: &Reader) {
        self.answer(Err(visible(&trouble.to_string())));
    }
}

/// An open session that a page is the terminal of. Dropping it ends the session.
#[derive(Debug)]
pub struct Terminal {
    session: SessionId,
    windows: Windows,
    writer: Writer,
    lost: Arc<AtomicBool>,
    over: CancellationToken,
}

impl Terminal {
    /// The session.
    #[must_use]
    pub const fn session(&self) -> SessionId {
        self.session
    }

    /// A window on its screen.
    ///
    /// # Errors
    /// When it is over.
    pub fn window(&self) -> Result<Window, NotOpen> {
        self.windows.open()
    }

    /// The person's keys, for the target. Never waits: listen to nobody while [`Terminal::is_backlogged`].
    pub fn keys(&self, bytes: &[u8]) {
        self.writer.data(Stream::Main, bytes);
    }

    /// Whether the target takes keys slower than they come.
    #[must_use]
    pub fn is_backlogged(&self) -> bool {
        self.writer.is_backlogged()
    }

    /// Completes when it is not. Cancel-safe; for one caller at a time.
    pub async fn room(&self) {
        self.writer.room().await;
    }

    /// The person's window has another size.
    pub fn resize(&self, size: Size) {
        self.writer.event(Event::Window([size.cols.into(), size.rows.into(), 0, 0]));
    }

    /// The person leaves: the session ends.
    pub fn leave(&self) {
        self.writer.event(Event::Close);
    }

    /// The person is gone and does not come back: the session ends as `client lost`.
    pub fn lose(&self) {
        self.lost.store(true, Ordering::Relaxed);
        self.leave();
    }

    /// Completes when the session is over. Cancel-safe.
    pub async fn over(&self) {
        self.over.cancelled().await;
    }
}
