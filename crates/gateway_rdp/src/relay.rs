//! One desktop between its target and its people, until one of them ends it.
//!
//! One task does everything: what the target draws goes into the hub's picture and is shown at a pace, what people do
//! goes to the target between two of its frames, and what the owner is to know is told beside the picture. Nothing
//! waits for a page or a watcher; only showing waits, for the recording.

use std::sync::Arc;
use std::time::Duration;

use gateway::Connection;
use hub::{Mark, MarkKind, OpenSession, Terminated};
use tokio::time::{Instant, sleep_until};
use wire::desktop::{Extent, Gesture};
use wire::live::LiveFrame;

use crate::clipboard::{Clipboard, TooLong};
use crate::desk::{Page, Said, Visit};
use crate::far::{Far, Fault, Inbox};
use crate::gateway::Shared;
use crate::hands::{Hands, Who};
use crate::outbox::Outbox;
use crate::pace::Pace;
use crate::stage::{Effect, Stage, Undrawable};
use crate::teller::{say, tell};
use crate::words::{self, Trouble};
use crate::{Clipped, Rules, Way};

/// A page's size counts when it has had it for so long: people drag windows.
const SETTLED: Duration = Duration::from_millis(300);
/// How long a target may take to say that its desktop can change its size.
const RESIZABLE_WITHIN: Duration = Duration::from_secs(5);
/// How long both sides may take to agree on another size.
const AGREED_WITHIN: Duration = Duration::from_secs(20);
/// How long a target has to begin with a size that it was asked for; then it may be asked again.
const BEGUN_WITHIN: Duration = Duration::from_secs(5);
/// How long a desktop has to take notice of a text; what is typed afterwards, which may paste it, waits so long.
const SETTLED_WITHIN: Duration = Duration::from_secs(1);
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
                        Ok(effects) => self.all(effects),
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
        self.pace.shown(Instant::now());
        self.session.open.show().await;
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

    async fn said(&mut self, said: Said) -> Result<(), Outcome> {
        match said {
            Said::Gestures(gestures, _) => self.by_owner(gestures).await,
            Said::Resize(extent) => {
                self.wanted = Some((extent, Instant::now() + SETTLED));
                Ok(())
            }
            Said::Answer { question, yes } => {
                self.session.open.answer(question, yes);
                Ok(())
            }
        }
    }

    /// The owner does something: what of it counts, while others take part.
    async fn by_owner(&mut self, mut gestures: Vec<Gesture>) -> Result<(), Outcome> {
        let open = self.session.open;
        if open.hindrance().is_paused() {
            if gestures.iter().any(is_deed) {
                open.in_vain();
            }
            return self.let_go(Who::Owner);
        }
        if open.hindrance().is_exclusive() {
            if gestures.iter().any(is_deed) {
                open.take_back();
            } else {
                // Two hands on one mouse; what is let go counts all the same.
                gestures.retain(|gesture| !matches!(gesture, Gesture::Move { .. } | Gesture::Wheel { .. }));
            }
        }
        self.act(None, gestures).await
    }

    /// The watcher who has control does something.
    async fn typed(&mut self, typed: hub::Typed) -> Result<(), Outcome> {
        self.watcher = Instant::now();
        match wire::decode::<Vec<Gesture>>(&typed.bytes) {
            Ok(gestures) => self.act(Some(&typed), gestures).await,
            Err(error) => {
                tracing::debug!(%error, by = ?typed.by, "a watcher's input is no list of gestures");
                Ok(())
            }
        }
    }

    /// What counts is done in its order: by the owner, or by the watcher who typed it. What follows a text may paste it,
    /// so it waits until the desktop has taken notice.
    async fn act(&mut self, typed: Option<&hub::Typed>, mut gestures: Vec<Gesture>) -> Result<(), Outcome> {
        while !gestures.is_empty() {
            let is_text = |gesture: &Gesture| matches!(gesture, Gesture::Clip { more: false, .. });
            let end = gestures.iter().position(is_text).map_or(gestures.len(), |at| at + 1);
            let rest = gestures.split_off(end);
            self.act_until_text(typed, gestures).await?;
            if self.offered.is_some() {
                if !rest.is_empty() {
                    self.held = Some(Held { typed: typed.cloned(), gestures: rest });
                }
                break;
            }
            gestures = rest;
        }
        Ok(())
    }

    /// Gestures with at most one whole text, at their end.
    async fn act_until_text(
        &mut self,
        typed: Option<&hub::Typed>,
        mut gestures: Vec<Gesture>,
    ) -> Result<(), Outcome> {
        let open = self.session.open;
        let (who, by) = typed.map_or((Who::Owner, None), |typed| (Who::Watcher, Some(&*typed.by)));
        let events: Vec<_> = gestures.iter().flat_map(|gesture| self.hands.act(who, gesture)).collect();
        let pieces: Vec<_> =
            gestures.extract_if(.., |gesture| matches!(gesture, Gesture::Clip { .. })).collect();
        if gestures.iter().any(|gesture| matches!(gesture, Gesture::Move { .. } | Gesture::Press { .. })) {
            let (x, y) = self.hands.at();
            open.points(x, y, typed.map(|typed| typed.hand));
        }
        if !gestures.is_empty() {
            // Before it goes out, so that a recording has the key before what it changes.
            open.typed(by, &wire::encode(&gestures).into()).await;
        }
        self.send(&events)?;
        for piece in &pieces {
            if let Gesture::Clip { text, more } = piece {
                self.clip(who, by, text, *more)?;
            }
        }
        Ok(())
    }

    fn let_go(&mut self, who: Who) -> Result<(), Outcome> {
        let events = self.hands.release(who);
        self.send(&events)
    }

    fn send(&self, events: &[ironrdp_pdu::input::fast_path::FastPathInputEvent]) -> Result<(), Outcome> {
        if !events.is_empty() {
            self.outbox.send(self.stage.input(events)?);
        }
        Ok(())
    }

    /// A piece of text for the desktop's clipboard.
    fn clip(&mut self, who: Who, by: Option<&str>, text: &str, more: bool) -> Result<(), Outcome> {
        let open = self.session.open;
        let tell = |line: String| {
            if who == Who::Owner {
                say(open, line);
            }
        };
        let text = match self.clipboard.piece(who, text, more) {
            None => return Ok(()),
            Some(_) if !self.session.rules.clipboard => {
                tell(words::NO_CLIPBOARD.into());
                return Ok(());
            }
            Some(Err(TooLong)) => {
                tell(words::too_long());
                return Ok(());
            }
            Some(Ok(text)) => text,
        };
        let characters = text.chars().count();
        match self.clipboard.offer(&mut self.stage.active, text) {
            None => tell(words::CLIPBOARD_NOT_READY.into()),
            Some(offered) => {
                self.outbox.send(offered.map_err(Undrawable::from)?);
                self.offered = Some(Instant::now() + SETTLED_WITHIN);
                self.note_clip(by, Way::In, characters);
            }
        }
        Ok(())
    }

    /// What the desktop says about its clipboard.
    fn attend(&mut self) -> Result<(), Outcome> {
        if !self.session.rules.clipboard || !self.stage.is_active() {
            return Ok(());
        }
        let attended = self.clipboard.attend(&mut self.stage.active).map_err(Undrawable::from)?;
        attended.answers.into_iter().for_each(|answer| self.outbox.send(answer));
        if attended.settled {
            self.offered = None;
        }
        for text in attended.texts {
            match text {
                Ok(text) => {
                    self.note_clip(None, Way::Out, text.chars().count());
                    self.session.open.tell_owner(&LiveFrame::Clip(text));
                }
                Err(TooLong) => say(self.session.open, words::too_long()),
            }
        }
        Ok(())
    }

    fn note_clip(&self, by: Option<&str>, way: Way, characters: usize) {
        let Session { shared, visit, open, connection, .. } = self.session;
        open.mark(Mark {
            kind: MarkKind::Note,
            by: by.unwrap_or_default().to_owned(),
            text: words::clipped(way == Way::In, characters),
        });
        let clipped = Clipped {
            session: open.id(),
            user: visit.user.clone(),
            from: visit.from,
            account: format!("{}@{}", connection.login, connection.agent_name),
            by: by.map(str::to_owned),
            way,
            characters,
        };
        let shared = Arc::clone(shared);
        tokio::spawn(async move { shared.office.clipped(clipped).await });
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

/// Whether somebody means something by it: not the mouse's way, nor what is let go.
const fn is_deed(gesture: &Gesture) -> bool {
    match gesture {
        Gesture::Key { down, .. } | Gesture::Press { down, .. } => *down,
        Gesture::Text(_) | Gesture::Clip { .. } => true,
        Gesture::Move { .. } | Gesture::Wheel { .. } | Gesture::Released => false,
    }
}

impl From<Undrawable> for Outcome {
    fn from(undrawable: Undrawable) -> Self {
        Self::Undrawable(undrawable.0)
    }
}
