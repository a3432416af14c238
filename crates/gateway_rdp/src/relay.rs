//! One desktop between its target and its people, until one of them ends it.
//!
//! One task does everything: what the target draws goes into the hub's picture and is shown at a pace, what people do
//! goes to the target between two of its frames, and what the owner is to know is told beside the picture. Nothing
//! waits for a page or a watcher; only showing waits, for the recording.

mod acting;
mod clips;

use std::sync::Arc;
use std::time::Duration;

use gateway::Connection;
use hub::{OpenSession, Terminated};
use tokio::time::{Instant, sleep_until};
use wire::desktop::{Extent, Gesture};

use crate::Rules;
use crate::clipboard::Clipboard;
use crate::desk::{Page, Said, Visit};
use crate::far::{Far, Fault, Inbox};
use crate::gateway::Shared;
use crate::hands::{Hands, Who};
use crate::outbox::Outbox;
use crate::pace::Pace;
use crate::stage::{Effect, Stage, Undrawable};
use crate::teller::tell;
use crate::words::Trouble;

/// A page's size counts when it has had it for so long: people drag windows.
const SETTLED: Duration = Duration::from_millis(300);
/// How long a target may take to say that its desktop can change its size.
const RESIZABLE_WITHIN: Duration = Duration::from_secs(5);
/// How long both sides may take to agree on another size.
const AGREED_WITHIN: Duration = Duration::from_secs(20);
/// How long a target has to begin with a size that it was asked for; then it may be asked again.
const BEGUN_WITHIN: Duration = Duration::from_secs(5);
/// A watcher who holds keys and says nothing for so long is gone: their page says once a second that it is there.
const WATCHER_HOLDS: Duration = Duration::from_secs(5);

/// How a session came to its end.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The target ended it in order.
    Closed,
    /// The target ended it, and said why.
    TargetEnded(String),
    /// The person left.
    PersonGone,
    /// The target's connection ended in the middle.
    TargetLost,
    /// The target's bytes are no desktop.
    Undrawable(String),
    /// The target could not be connected anew.
    Unreached(Trouble),
    /// Our own code gave up.
    Panicked,
    /// Somebody ended it.
    Terminated(Terminated),
    /// The gateway stops.
    Stopping,
}

/// What a session is about.
pub(crate) struct Session<'a> {
    pub(crate) shared: &'a Arc<Shared>,
    pub(crate) visit: &'a Visit,
    pub(crate) connection: &'a Connection,
    pub(crate) rules: Rules,
    pub(crate) open: &'a OpenSession,
}

/// What outlives a connection.
#[derive(Debug, Default)]
pub(crate) struct Rest {
    clipboard: Clipboard,
    pace: Pace,
}

/// A session that runs.
pub(crate) struct Relay<'a> {
    session: &'a Session<'a>,
    inbox: Inbox,
    outbox: Outbox,
    stage: Stage,
    hands: Hands,
    clipboard: Clipboard,
    pace: Pace,
    since: Instant,
    /// The size that the page wants, and when it is to be asked for.
    wanted: Option<(Extent, Instant)>,
    /// The target was asked for a size and has not begun with it: until then.
    asked: Option<Instant>,
    /// The desktop was offered a text and has not taken notice: until then.
    offered: Option<Instant>,
    /// What somebody did after that.
    held: Option<Held>,
    /// Since when both sides agree anew.
    agreeing: Option<Instant>,
    /// When the watcher who has control did something.
    watcher: Instant,
    /// The target changes to this size when it is connected anew, and not otherwise.
    anew: Option<Extent>,
}

/// What somebody did, to be carried out later.
struct Held {
    /// By the watcher who typed it, or by the owner.
    typed: Option<hub::Typed>,
    gestures: Vec<Gesture>,
}

/// What happens next.
enum Turn {
    /// What was held may go on.
    Held(Held),
    /// The desktop took no notice of a text.
    Unsettled,
    Frame(std::io::Result<(ironrdp_pdu::Action, bytes::BytesMut)>),
    Said(Said),
    Typed(hub::Typed),
    News,
    Room,
    Show,
    Resize(Extent),
    LetGo,
    Late,
}

impl<'a> Relay<'a> {
    /// A session on a target that has just agreed on a desktop.
    pub(crate) fn new(session: &'a Session<'a>, far: Far, rest: Rest) -> Result<Self, Fault> {
        let Far { inbox, outbox, agreed } = far;
        let Rest { clipboard, pace } = rest;
        let stage = Stage::new(agreed)?;
        let hands = Hands::new(stage.extent(), stage.takes_characters());
        let now = Instant::now();
        let begun = stage.input(&hands.begin());
        let relay = Self {
            session,
            inbox,
            outbox,
            stage,
            hands,
            clipboard,
            pace,
            since: now,
            wanted: None,
            asked: None,
            offered: None,
            held: None,
            agreeing: None,
            watcher: now,
            anew: None,
        };
        relay.outbox.send(begun.unwrap_or_default());
        Ok(relay)
    }

    /// Cuts the connection; what is left is for the next one.
    pub(crate) fn cut(self) -> Rest {
        Rest { clipboard: self.clipboard.anew(), pace: self.pace }
    }

    /// Runs until something ends it, or until the target is to be connected anew for that size.
    pub(crate) async fn run(&mut self, page: &mut Page) -> Result<Extent, Outcome> {
        loop {
            if self.outbox.is_flooded() {
                return Err(Outcome::Undrawable("it reads nothing of what it asks for".into()));
            }
            if self.pace.is_overdue(Instant::now()) {
                self.show().await;
            }
            let done = match self.turn(page).await {
                Turn::Frame(Ok((action, frame))) => {
                    let at = self.inbox.last_read_at();
                    match self.stage.take(action, &frame, at) {
                        Ok(effects) => {
                            let parts = effects.iter().filter_map(Effect::part);
                            if self.pace.is_whole(parts, Instant::now()) {
                                self.show().await;
                            }
                            self.all(effects)
                        }
                        Err(undrawable) => Err(undrawable.into()),
                    }
                }
                Turn::Frame(Err(error)) if error.kind() == std::io::ErrorKind::Other => {
                    Err(Outcome::Undrawable("what it says has no known form".into()))
                }
                Turn::Frame(Err(_)) => Err(Outcome::TargetLost),
                Turn::Said(said) => self.said(said).await,
                Turn::Typed(typed) => self.typed(typed).await,
                Turn::News => self.news(),
                Turn::Room => Ok(()),
                Turn::Held(Held { typed: None, gestures }) => self.by_owner(gestures).await,
                Turn::Held(Held { typed, gestures }) => self.act(typed.as_ref(), gestures).await,
                Turn::Unsettled => {
                    self.offered = None;
                    Ok(())
                }
                Turn::Show => {
                    self.show().await;
                    Ok(())
                }
                Turn::Resize(extent) => self.resize(extent),
                Turn::LetGo => self.let_go(Who::Watcher),
                Turn::Late => Err(Outcome::Undrawable("it does not agree on another size".into())),
            };
            if let Err(outcome) = done {
                // What was drawn last is worth seeing.
                self.show().await;
                return Err(outcome);
            }
            if let Some(extent) = self.anew.take() {
                return Ok(extent);
            }
        }
    }

    async fn turn(&mut self, page: &mut Page) -> Turn {
        let Self { inbox, outbox, stage, pace, wanted, asked, offered, agreeing, hands, watcher, .. } = self;
        let (held, open) = (&mut self.held, self.session.open);
        let due = pace.due();
        let is_full = outbox.is_backlogged();
        let takes_input = stage.is_active() && offered.is_none();
        let at = |moment: Option<Instant>| sleep_until(moment.unwrap_or_else(Instant::now));
        let holds = hands.holds(Who::Watcher);
        // One size after the other: a target that is asked for a second one while it changes to the first may do
        // neither.
        let resize = wanted.map(|(_, when)| asked.map_or(when, |until| when.max(until)));
        tokio::select! {
            // Who may do something before what is done. People before pictures; what is due before either is, for a
            // target that draws without an end leaves no pause; pictures before showing them: what is shown is whole.
            biased;
            () = open.news() => Turn::News,
            () = std::future::ready(()), if held.is_some() && takes_input => {
                held.take().map_or(Turn::Unsettled, Turn::Held)
            }
            said = page.next(), if takes_input && !is_full => Turn::Said(said),
            typed = open.input(), if takes_input && !is_full => Turn::Typed(typed),
            () = at(*offered), if offered.is_some() => Turn::Unsettled,
            () = at(resize), if resize.is_some() && takes_input => {
                Turn::Resize(wanted.take().map_or(stage.extent(), |(extent, _)| extent))
            }
            () = sleep_until(*watcher + WATCHER_HOLDS), if holds && takes_input => Turn::LetGo,
            () = at(agreeing.map(|since| since + AGREED_WITHIN)), if agreeing.is_some() => Turn::Late,
            frame = inbox.read_pdu() => Turn::Frame(frame),
            () = outbox.room(), if is_full => Turn::Room,
            () = at(due), if due.is_some() => Turn::Show,
        }
    }

    /// Something is to be told, and who may no longer do anything holds nothing.
    fn news(&mut self) -> Result<(), Outcome> {
        let open = self.session.open;
        if tell(open) {
            self.held.take_if(|held| held.typed.is_some());
            self.let_go(Who::Watcher)?;
        }
        if open.hindrance().is_paused() { self.let_go(Who::Owner) } else { Ok(()) }
    }

    async fn show(&mut self) {
        let began = Instant::now();
        self.session.open.show().await;
        self.pace.shown(began, Instant::now());
    }

    fn all(&mut self, effects: Vec<Effect>) -> Result<(), Outcome> {
        let open = self.session.open;
        for effect in effects {
            match effect {
                Effect::Say(bytes) => self.outbox.send(bytes),
                Effect::Drawn(rect) => {
                    open.paint(rect, self.stage.pixels(rect), self.stage.stride());
                    self.pace.drawn(Instant::now());
                }
                Effect::Pointer(pointer) => open.pointer(pointer),
                Effect::Extent(extent) => {
                    self.asked = None;
                    open.extent(extent);
                    self.hands.extent(extent);
                    self.pace.drawn(Instant::now());
                }
                Effect::Over(None) => return Err(Outcome::Closed),
                Effect::Over(Some(why)) => return Err(Outcome::TargetEnded(why)),
            }
        }
        self.agreeing = match self.agreeing {
            Some(_) if self.stage.is_active() => {
                self.send(&self.hands.again())?;
                None
            }
            None if self.stage.is_active() => None,
            since => since.or_else(|| Some(Instant::now())),
        };
        self.attend()
    }

    /// The page has had another size for a while.
    fn resize(&mut self, extent: Extent) -> Result<(), Outcome> {
        if extent == self.stage.extent() {
            return Ok(());
        }
        let deadline = self.since + RESIZABLE_WITHIN;
        match self.stage.resizable() {
            Some(true) => {
                if let Some(asked) = self.stage.resize(extent)? {
                    self.outbox.send(asked);
                    self.asked = Some(Instant::now() + BEGUN_WITHIN);
                }
                Ok(())
            }
            // It may say so yet.
            Some(false) if Instant::now() < deadline => {
                self.wanted = Some((extent, Instant::now() + SETTLED));
                Ok(())
            }
            _ => {
                self.anew = Some(extent);
                Ok(())
            }
        }
    }
}

impl From<Undrawable> for Outcome {
    fn from(undrawable: Undrawable) -> Self {
        Self::Undrawable(undrawable.0)
    }
}
