//! The page's end of a session: how a page asks for a desktop, and what it does there.
//!
//! The page signs its person in and draws the picture through the hub, so nothing is shown to it here: a session
//! tells the page that it is open, or why it is not. What the page says never waits; whoever says it looks at the
//! backlog.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use ::gateway::{User, visible};
use hub::{NotOpen, OpenSession, Window, Windows};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use wire::SessionId;
use wire::desktop::{Extent, Gesture};

use crate::words::Trouble;

/// More than this waiting means that the desktop is slower than the page, in bytes.
const BACKLOG_BYTES: usize = 64 << 10;

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
    /// How much room their page has.
    pub extent: Extent,
}

/// Bytes that are no list of gestures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no list of gestures")]
pub struct Unreadable;

/// Opens sessions for pages. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Desktops(mpsc::UnboundedSender<Ask>);

/// A visit on its way to one of the gateway's threads.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) visit: Visit,
    pub(crate) page: Page,
}

/// The door for pages, and the gateway's side of it.
pub(crate) fn door() -> (Desktops, mpsc::UnboundedReceiver<Ask>) {
    let (asks, inbox) = mpsc::unbounded_channel();
    (Desktops(asks), inbox)
}

impl Desktops {
    /// Opens a session; dropping the future gives it up.
    ///
    /// # Errors
    /// Why there is none, in one line for the person.
    pub async fn open(&self, visit: Visit) -> Result<Desktop, String> {
        let (said, heard) = mpsc::unbounded_channel();
        let (answer, answered) = oneshot::channel();
        let backlog = Arc::<Backlog>::default();
        let (left, over) = (CancellationToken::new(), CancellationToken::new());
        let page = Page {
            answer: Some(answer),
            heard,
            backlog: Arc::clone(&backlog),
            left: left.clone(),
            lost: Arc::default(),
            over: over.clone(),
        };
        let lost = Arc::clone(&page.lost);
        // Until there is a desktop that says so itself.
        let leaves = left.drop_guard();
        let stopping = || ::gateway::Trouble::Stopping.to_string();
        self.0.send(Ask { visit, page }).map_err(|_| stopping())?;
        let (session, windows) = answered.await.map_err(|_| stopping())??;
        Ok(Desktop { session, windows, said, backlog, left: leaves.disarm(), lost, over })
    }
}

type Answer = Result<(SessionId, Windows), String>;

/// One thing that the page says.
#[derive(Debug)]
pub(crate) enum Said {
    /// What its person does, and how much of the backlog that is.
    Gestures(Vec<Gesture>, usize),
    /// It has another size.
    Resize(Extent),
    /// An answer to a question.
    Answer { question: u64, yes: bool },
}

#[derive(Debug, Default)]
struct Backlog {
    bytes: AtomicUsize,
    room: Notify,
}

/// What a session knows of its page. Dropping it says that the session is over.
#[derive(Debug)]
pub(crate) struct Page {
    answer: Option<oneshot::Sender<Answer>>,
    heard: mpsc::UnboundedReceiver<Said>,
    backlog: Arc<Backlog>,
    left: CancellationToken,
    lost: Arc<AtomicBool>,
    over: CancellationToken,
}

impl Page {
    fn answer(&mut self, answer: Answer) {
        if let Some(sender) = self.answer.take() {
            // Whoever asked may have left: then the session ends by that.
            let _ = sender.send(answer);
        }
    }

    /// Their session is open.
    pub(crate) fn opened(&mut self, open: &OpenSession) {
        self.answer(Ok((open.id(), open.windows())));
    }

    /// There is none.
    pub(crate) fn refused(&mut self, trouble: &Trouble) {
        self.answer(Err(visible(&trouble.to_string())));
    }

    /// What comes next. Cancel-safe; waits for ever when the page is gone, see [`Page::left`].
    pub(crate) async fn next(&mut self) -> Said {
        let Some(said) = self.heard.recv().await else { return std::future::pending().await };
        if let Said::Gestures(_, bytes) = &said {
            let before = self.backlog.bytes.fetch_sub(*bytes, Ordering::AcqRel);
            if before > BACKLOG_BYTES && before - bytes <= BACKLOG_BYTES {
                self.backlog.room.notify_one();
            }
        }
        said
    }

    /// Cancelled when the person left.
    pub(crate) fn left(&self) -> CancellationToken {
        self.left.clone()
    }

    /// Whether they went without taking their leave.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.heard.close();
        self.backlog.bytes.store(0, Ordering::Release);
        self.backlog.room.notify_one();
        self.over.cancel();
    }
}

/// An open session that a page is the desktop of. Dropping it ends the session.
#[derive(Debug)]
pub struct Desktop {
    session: SessionId,
    windows: Windows,
    said: mpsc::UnboundedSender<Said>,
    backlog: Arc<Backlog>,
    left: CancellationToken,
    lost: Arc<AtomicBool>,
    over: CancellationToken,
}

impl Desktop {
    /// The session.
    #[must_use]
    pub const fn session(&self) -> SessionId {
        self.session
    }

    /// A window on its picture.
    ///
    /// # Errors
    /// When it is over.
    pub fn window(&self) -> Result<Window, NotOpen> {
        self.windows.open()
    }

    /// What the person does: an encoded list of [`Gesture`]s. Never waits: listen to nobody while
    /// [`Desktop::is_backlogged`].
    ///
    /// # Errors
    /// When it is none.
    pub fn gestures(&self, bytes: &[u8]) -> Result<(), Unreadable> {
        let gestures = wire::decode(bytes).map_err(|_| Unreadable)?;
        if !self.over.is_cancelled() {
            self.backlog.bytes.fetch_add(bytes.len(), Ordering::AcqRel);
            self.say(Said::Gestures(gestures, bytes.len()));
        }
        Ok(())
    }

    /// Whether the desktop takes gestures slower than they come.
    #[must_use]
    pub fn is_backlogged(&self) -> bool {
        self.backlog.bytes.load(Ordering::Acquire) > BACKLOG_BYTES
    }

    /// Completes when it is not. Cancel-safe; for one caller at a time.
    pub async fn room(&self) {
        while self.is_backlogged() && !self.over.is_cancelled() {
            self.backlog.room.notified().await;
        }
    }

    /// The person's page has another size.
    pub fn resize(&self, extent: Extent) {
        self.say(Said::Resize(extent));
    }

    /// The person answers a question about who may watch.
    pub fn answer(&self, question: u64, yes: bool) {
        self.say(Said::Answer { question, yes });
    }

    /// The person leaves: the session ends.
    pub fn leave(&self) {
        self.left.cancel();
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

    fn say(&self, said: Said) {
        // Nobody listens to a session that is over.
        let _ = self.said.send(said);
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        self.leave();
    }
}
