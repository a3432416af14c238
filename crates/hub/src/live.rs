//! One open session's live side: inbox, screen and watchers, and the steps between them.
//!
//! Locks: the owner's side takes `inbox` alone, for the time of a copy, unless it must draw. `stage`
//! is held while drawing. Who takes several takes them in the order `stage`, `ring`, `inbox`. A desktop has no
//! inbox: its owner's side paints on the stage, which nobody else holds for longer than it takes to show what is
//! painted.

mod pictures;
mod scene;

use std::sync::Mutex;
use std::time::{Duration, Instant};

use bytes::Bytes;
use screen::Aside;
use tokio::sync::{Notify, watch};
use wire::End;
use wire::live::{LiveFrame, Size, Watcher};

use crate::desktop::Desktop;
use crate::inbox::Inbox;
use crate::lock::lock;
use crate::ring::{OF_PICTURE, OF_TERMINAL, Read, Ring, Seat};
use crate::tape::Tape;
use crate::terminal::Terminal;
use crate::{Keyframe, NotOpen, ScreenKind};
use scene::{FLUSH, First, Scene, Stage};

/// Drawing goes on for so long before others on the thread have their turn.
const SLICE: Duration = Duration::from_millis(1);

pub(crate) struct Live {
    kind: ScreenKind,
    inbox: Mutex<Inbox>,
    stage: Mutex<Scene>,
    ring: Mutex<Ring>,
    /// Tells the fan-out that there is output, or an end, or nobody to work for.
    pub(crate) arrived: Notify,
    /// Tells watchers that there is something to read.
    news: watch::Sender<()>,
}

/// What a flush found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flushed {
    /// Nothing or little was sent.
    Calm,
    /// So much was drawn that watchers got the screen instead.
    Flood,
    /// The session is over, or nobody watches any more.
    Done,
}

impl Live {
    pub(crate) fn new(kind: ScreenKind) -> Self {
        let stage = match kind {
            ScreenKind::Picture(extent) => Scene::Desktop(Box::new(Desktop::new(extent))),
            _ => Terminal::new(kind).map_or(Scene::Empty, |terminal| Scene::Terminal(Stage::new(terminal))),
        };
        let kept = if matches!(stage, Scene::Desktop(_)) { OF_PICTURE } else { OF_TERMINAL };
        Self {
            kind,
            inbox: Mutex::new(Inbox::new(kind)),
            stage: Mutex::new(stage),
            ring: Mutex::new(Ring::new(kept)),
            arrived: Notify::new(),
            news: watch::Sender::new(()),
        }
    }

    pub(crate) fn has_screen(&self) -> bool {
        self.kind != ScreenKind::None
    }

    pub(crate) const fn is_picture(&self) -> bool {
        matches!(self.kind, ScreenKind::Picture(_))
    }

    /// Whether somebody can type in it, and so be asked there.
    pub(crate) const fn takes_input(&self) -> bool {
        matches!(self.kind, ScreenKind::Terminal(_) | ScreenKind::Picture(_))
    }

    /// Whether its owner can be told something in it.
    pub(crate) const fn can_be_told(&self) -> bool {
        matches!(self.kind, ScreenKind::Terminal(_) | ScreenKind::Log(_) | ScreenKind::Picture(_))
    }

    /// How the session ended, if it has.
    pub(crate) fn ended(&self) -> Option<End> {
        lock(&self.inbox).ended.clone()
    }

    /// Says something to all watchers, in the order of what else they are told.
    pub(crate) fn tell(&self, frame: &LiveFrame) {
        let mut ring = lock(&self.ring);
        if ring.watchers().next().is_some() {
            ring.push_for_watchers(encoded(frame));
        }
        drop(ring);
        self.wake();
    }

    /// Lets everybody look who waits for something.
    pub(crate) fn wake(&self) {
        self.news.send_replace(());
    }

    /// Takes output in; whether the owner's side must draw before it goes on.
    pub(crate) fn output(&self, chunk: &[u8]) -> bool {
        self.take_in(|inbox| inbox.push(chunk))
    }

    /// Takes a change of size in; as [`Live::output`].
    pub(crate) fn resize(&self, size: Size) -> bool {
        self.take_in(|inbox| inbox.resize(size))
    }

    fn take_in(&self, push: impl FnOnce(&mut Inbox)) -> bool {
        if matches!(self.kind, ScreenKind::None | ScreenKind::Picture(_)) {
            return false;
        }
        let mut inbox = lock(&self.inbox);
        if inbox.ended.is_some() {
            return false;
        }
        push(&mut inbox);
        let (watched, over) = (inbox.watched, inbox.is_over());
        drop(inbox);
        if watched {
            self.arrived.notify_one();
        }
        over
    }

    /// Nothing comes in after this; watchers hear of it when they have seen the rest.
    pub(crate) fn end(&self, end: End) {
        let watched = {
            let mut inbox = lock(&self.inbox);
            inbox.ended.get_or_insert(end);
            inbox.watched
        };
        if watched {
            self.arrived.notify_one();
        }
        // Those who wait for the owner's consent have no seat.
        self.wake();
    }

    /// Draws what came in, for a slice of time; false when there is more to do.
    pub(crate) fn draw(&self) -> bool {
        let mut scene = lock(&self.stage);
        let Scene::Terminal(stage) = &mut *scene else { return true };
        let started = Instant::now();
        let watched = loop {
            if stage.todo.is_empty() {
                let mut inbox = lock(&self.inbox);
                stage.todo = inbox.take();
                if stage.todo.is_empty() {
                    inbox.drawn(stage.terminal.footing());
                    break inbox.watched;
                }
            }
            let watched = lock(&self.inbox).watched;
            stage.step(watched);
            if started.elapsed() >= SLICE {
                return false;
            }
        };
        if !watched {
            stage.terminal.park();
        }
        true
    }

    /// The whole terminal, if everything that came in was drawn; none where there is no terminal, or more to
    /// draw first.
    pub(crate) fn keyframe(&self) -> Option<Keyframe> {
        let mut scene = lock(&self.stage);
        let Scene::Terminal(stage) = &mut *scene else { return None };
        if !stage.todo.is_empty() || !lock(&self.inbox).is_empty() {
            return None;
        }
        Some(stage.terminal.keyframe())
    }

    /// What puts lines above the cursor's, and the program's title, after [`Live::draw`].
    pub(crate) fn aside(&self, lines: &[String]) -> Option<(Aside, String)> {
        let mut scene = lock(&self.stage);
        let Scene::Terminal(stage) = &mut *scene else { return None };
        let found = stage.terminal.aside(lines);
        let watched = lock(&self.inbox).watched;
        if !watched {
            stage.terminal.park();
        }
        Some(found)
    }

    /// Hands what was drawn to the watchers, after [`Live::draw`].
    pub(crate) fn flush(&self) -> Flushed {
        let mut scene = lock(&self.stage);
        let mut ring = lock(&self.ring);
        let flood = matches!(&*scene, Scene::Terminal(stage) if stage.unsent_bytes > FLUSH);
        scene.flush(&mut ring);
        let mut inbox = lock(&self.inbox);
        if ring.is_empty() {
            inbox.watched = false;
            ring.fanout = false;
            drop((inbox, ring));
            scene.park();
            return Flushed::Done;
        }
        ring.hand_out_mouse();
        if let Some(end) = inbox.ended.clone()
            && scene.is_drawn()
            && inbox.is_empty()
        {
            ring.close(encoded(&LiveFrame::Ended(end)));
            ring.fanout = false;
            drop((inbox, ring));
            self.news.send_replace(());
            return Flushed::Done;
        }
        drop((inbox, ring));
        self.news.send_replace(());
        if flood { Flushed::Flood } else { Flushed::Calm }
    }

    /// Seats a watcher, or the owner's own window: the screen as it is drawn now, and the seat from which all that follows is
    /// read. One step under the stage's lock, so nothing is missed and nothing comes twice.
    pub(crate) fn join(&self, watcher: Option<Watcher>, tape: &Tape) -> Result<(Seat, Bytes), NotOpen> {
        let mut scene = lock(&self.stage);
        if matches!(*scene, Scene::Empty) {
            return Err(NotOpen::NoScreen);
        }
        self.bring_up_to_date(&mut scene, tape);
        let mut ring = lock(&self.ring);
        let mut inbox = lock(&self.inbox);
        if inbox.ended.is_some() {
            return Err(NotOpen::Ended);
        }
        inbox.watched = true;
        drop(inbox);
        scene.flush(&mut ring);
        let watches = watcher.is_some();
        let seat = ring.join(watcher);
        if watches {
            tell_watchers(&mut ring);
        }
        drop(ring);
        let first = scene.first();
        drop(scene);
        self.news.send_replace(());
        self.arrived.notify_one();
        // None only of an empty stage.
        first.map(|first| (seat, first.encoded())).ok_or(NotOpen::NoScreen)
    }

    /// Takes a seat away.
    pub(crate) fn leave(&self, seat: Seat) {
        let mut ring = lock(&self.ring);
        ring.leave(seat);
        let is_empty = ring.is_empty();
        if !is_empty {
            tell_watchers(&mut ring);
        }
        drop(ring);
        if is_empty {
            self.arrived.notify_one();
        } else {
            self.news.send_replace(());
        }
    }

    /// What the watcher finds.
    pub(crate) fn read(&self, seat: Seat) -> Read {
        lock(&self.ring).read(seat)
    }

    /// Whether the caller must start the fan-out: nobody else does.
    pub(crate) fn claim_fanout(&self) -> bool {
        let mut ring = lock(&self.ring);
        let claimed = !ring.fanout && !ring.is_over();
        ring.fanout |= claimed;
        claimed
    }

    /// A fresh screen for a watcher that fell behind.
    pub(crate) fn catch_up(&self, seat: Seat, tape: &Tape) -> Option<Bytes> {
        let mut scene = lock(&self.stage);
        self.bring_up_to_date(&mut scene, tape);
        let mut ring = lock(&self.ring);
        scene.flush(&mut ring);
        ring.catch_up(seat);
        drop(ring);
        let first = scene.first();
        drop(scene);
        self.news.send_replace(());
        first.map(First::encoded)
    }

    /// The fan-out is gone: whoever waits next starts another, which finds all there is to do.
    pub(crate) fn fanout_stopped(&self) {
        lock(&self.ring).fanout = false;
        self.arrived.notify_one();
        self.news.send_replace(());
    }

    /// Whether the owner looks through the hub.
    pub(crate) fn has_window(&self) -> bool {
        lock(&self.ring).has_window()
    }

    pub(crate) fn who_watches(&self) -> Vec<Watcher> {
        lock(&self.ring).watchers().cloned().collect()
    }

    pub(crate) fn watchers(&self) -> u32 {
        u32::try_from(lock(&self.ring).watchers().count()).unwrap_or(u32::MAX)
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<()> {
        self.news.subscribe()
    }
}

fn tell_watchers(ring: &mut Ring) {
    let watchers = ring.watchers().cloned().collect();
    ring.push_for_watchers(encoded(&LiveFrame::Watchers(watchers)));
}

fn encoded(frame: &LiveFrame) -> Bytes {
    wire::encode(frame).into()
}
