//! The live feed: one socket for the whole page, that returns by itself.
//!
//! Frames are applied once an animation frame. A gap, silence or a closed socket makes what the
//! page shows stale, says so, and connects again; the new snapshot sets everything right.

mod link;
mod order;

use std::collections::VecDeque;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wire::{Change, FeedFrame, Millis, Piece};

use crate::board::Board;
use crate::clock::{Clock, browser_now};
use crate::pwa::Mine;
use crate::{calls, leaving, shell};
use link::Link;
use order::Order;

/// Silence is looked for this often.
const LOOK: Duration = Duration::from_millis(500);
/// A hidden page has no animation frames; it applies what came this often.
const HIDDEN: Duration = Duration::from_millis(250);
/// With so many changes a frame looks for no more: some milliseconds of work.
const AT_ONCE: usize = 2_000;
/// Heartbeats to expect until the server has said otherwise, in milliseconds.
const HEARTBEAT_MS: i64 = 5_000;
/// The close code of a socket whose sign-in has ended.
const CLOSED_SIGNED_OUT: u16 = 4401;

/// How current the page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Waiting for the first snapshot.
    Connecting,
    /// Current.
    Live,
    /// Last heard of the server at this time.
    Stale(Millis),
    /// The server has not answered yet.
    Failed,
}

/// What waits for the next animation frame.
#[derive(Debug, Default)]
struct Pending {
    /// In the order in which they came.
    changes: VecDeque<Vec<Change>>,
    /// The last piece of a snapshot has come.
    complete: bool,
    scheduled: bool,
}

impl Pending {
    /// The next changes, about `most` of them.
    fn take(&mut self, most: usize) -> Vec<Change> {
        let mut taken = self.changes.pop_front().unwrap_or_default();
        while taken.len() < most
            && let Some(more) = self.changes.pop_front()
        {
            taken.extend(more);
        }
        taken
    }
}

/// The page's connection to the list; a handle, cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct Feed {
    board: Board,
    clock: Clock,
    mine: Mine,
    status: RwSignal<Status>,
    new_build: RwSignal<bool>,
    order: StoredValue<Order>,
    pending: StoredValue<Pending>,
    heartbeat_ms: StoredValue<i64>,
    heard_at: StoredValue<Millis>,
    attempt: StoredValue<u32>,
    /// Made in the browser alone: a socket belongs to its one thread.
    link: StoredValue<Option<StoredValue<Option<Link>, LocalStorage>>>,
    retry: StoredValue<Option<TimeoutHandle>>,
}

impl Feed {
    /// Makes the feed of a page and puts it into the context; in the browser it connects.
    pub(crate) fn provide(board: Board) -> Self {
        let feed = Self {
            board,
            clock: expect_context(),
            mine: expect_context(),
            status: RwSignal::new(Status::Connecting),
            new_build: RwSignal::new(false),
            order: StoredValue::default(),
            pending: StoredValue::default(),
            heartbeat_ms: StoredValue::new(HEARTBEAT_MS),
            heard_at: StoredValue::default(),
            attempt: StoredValue::new(0),
            link: StoredValue::new(None),
            retry: StoredValue::new(None),
        };
        Effect::new(move |_| feed.start());
        provide_context(feed);
        feed
    }

    /// How current the page is.
    #[must_use]
    pub fn status(self) -> Status {
        self.status.get()
    }

    /// Whether another build serves than made this page.
    #[must_use]
    pub fn has_new_build(self) -> bool {
        self.new_build.get()
    }

    fn start(self) {
        leaving::come_back();
        self.link.set_value(Some(StoredValue::new_local(None)));
        self.connect();
        let look = set_interval_with_handle(move || self.look(), LOOK);
        let online = window_event_listener(leptos::ev::online, move |_| self.connect_at_once());
        let shown = window_event_listener(leptos::ev::Custom::<web_sys::Event>::new("focus"), move |_| {
            self.connect_at_once();
        });
        on_cleanup(move || {
            if let Ok(look) = look {
                look.clear();
            }
            online.remove();
            shown.remove();
            self.cancel_retry();
            self.set_link(None);
        });
    }

    /// Opens a new socket in place of the old one. Never called by the old one's own handlers,
    /// which go with it.
    fn connect(self) {
        self.cancel_retry();
        self.order.set_value(Order::default());
        // What the old connection brought and is not applied yet is in the new snapshot.
        self.pending.update_value(|pending| {
            pending.changes.clear();
            pending.complete = false;
        });
        self.board.break_off();
        self.heard_at.set_value(browser_now());
        let link = Link::open(
            "/ws/sessions",
            move |bytes| {
                if self.hear(&bytes).is_err() {
                    self.lost();
                }
            },
            move |code| {
                if code == CLOSED_SIGNED_OUT {
                    leaving::to_sign_in(None);
                } else {
                    self.lost();
                }
            },
        );
        match link {
            Ok(link) => self.set_link(Some(link)),
            Err(_) => self.lost(),
        }
    }

    fn set_link(self, link: Option<Link>) {
        if let Some(place) = self.link.get_value() {
            // The page may be gone by now, and the place with it.
            let _gone = place.try_set_value(link);
        }
    }

    fn connect_at_once(self) {
        if self.retry.with_value(Option::is_some) {
            self.connect();
        }
    }

    fn cancel_retry(self) {
        let retry = self.retry.try_update_value(Option::take).flatten();
        if let Some(retry) = retry {
            retry.clear();
        }
    }

    /// Takes one message; an error means that the connection is no longer to be trusted.
    fn hear(self, bytes: &[u8]) -> Result<(), order::Untrusted> {
        if let Some(piece) = Piece::read(bytes) {
            return self.take_piece(piece.map_err(|_| order::Untrusted)?);
        }
        let frame = FeedFrame::read(bytes).map_err(|_| order::Untrusted)?;
        self.order.try_update_value(|order| order.accept(&frame)).ok_or(order::Untrusted)??;
        self.heard_at.set_value(browser_now());
        match frame {
            FeedFrame::Hello { build, now, heartbeat_ms } => {
                self.heartbeat_ms.set_value(heartbeat_ms.into());
                self.clock.hear(now);
                self.mine.begin_anew();
                self.new_build.set(shell::own_build().is_some_and(|own| own != build));
            }
            // Read as a piece, above.
            FeedFrame::Snapshot { .. } => {}
            FeedFrame::Changes { changes, .. } => {
                self.mine.follow(&changes, self.clock.read());
                self.pending.update_value(|pending| pending.changes.push_back(changes));
                self.schedule();
            }
            FeedFrame::Heartbeat { now, .. } => self.clock.hear(now),
            FeedFrame::SignedOut(end) => leaving::to_sign_in(Some(end.reason)),
        }
        Ok(())
    }

    /// Takes a piece of a snapshot at once, so that no more than one is held twice; it shows with the next frame.
    fn take_piece(self, piece: Piece<'_>) -> Result<(), order::Untrusted> {
        let (came, rest) = (piece.sessions.len(), piece.rest);
        self.order
            .try_update_value(|order| order.accept_piece(piece.seq, came, rest))
            .ok_or(order::Untrusted)??;
        self.heard_at.set_value(browser_now());
        self.attempt.set_value(0);
        self.mine.take_piece(&piece);
        // What came before it goes first.
        let before = self.pending.try_update_value(|pending| pending.take(usize::MAX)).unwrap_or_default();
        if !before.is_empty() {
            self.board.apply(before, browser_now());
        }
        self.board.take_piece(piece);
        self.pending.update_value(|pending| pending.complete = rest == 0);
        self.schedule();
        Ok(())
    }

    fn schedule(self) {
        let first = self.pending.try_update_value(|pending| !std::mem::replace(&mut pending.scheduled, true));
        match first {
            Some(true) if document().hidden() => set_timeout(move || self.apply(), HIDDEN),
            Some(true) => request_animation_frame(move || self.apply()),
            _ => {}
        }
    }

    /// Applies what waits, as much of it as a frame has time for; the rest goes into the next one.
    fn apply(self) {
        let most = if document().hidden() { usize::MAX } else { AT_ONCE };
        let next = self.pending.try_update_value(|pending| {
            pending.scheduled = false;
            (pending.take(most), std::mem::take(&mut pending.complete), pending.changes.is_empty())
        });
        // None when the page is gone.
        let Some((changes, complete, is_all)) = next else { return };
        self.board.apply(changes, browser_now());
        if complete {
            self.set_status(Status::Live);
        }
        if !is_all {
            self.schedule();
        }
    }

    /// Looks for silence, and for tombstones whose time is over.
    fn look(self) {
        self.board.apply(Vec::new(), browser_now());
        let silence = browser_now().since(self.heard_at.get_value());
        let waits = self.retry.with_value(Option::is_some);
        if !waits && silence * 2 > self.heartbeat_ms.get_value() * 5 {
            self.lost();
        }
    }

    /// The connection is gone or not to be trusted: says so and comes back in a while.
    fn lost(self) {
        if self.retry.with_value(Option::is_some) {
            return;
        }
        match self.status.get_untracked() {
            Status::Live => self.set_status(Status::Stale(self.clock_of_last_word())),
            Status::Connecting => self.set_status(Status::Failed),
            Status::Stale(_) | Status::Failed => {}
        }
        if let Some(link) = self.link.get_value() {
            link.with_value(|link| link.iter().for_each(Link::close));
        }
        let attempt = self.attempt.get_value();
        self.attempt.set_value(attempt.saturating_add(1));
        let wait = order::delay_ms(attempt, js_sys::Math::random());
        self.retry
            .set_value(set_timeout_with_handle(move || self.connect(), Duration::from_millis(wait)).ok());
        // A refused socket does not say why; the sign-in may be over.
        spawn_local(async move {
            if let Ok(None) = calls::me().await {
                leaving::to_sign_in(None);
            }
        });
    }

    fn clock_of_last_word(self) -> Millis {
        self.heard_at.get_value()
    }

    fn set_status(self, status: Status) {
        if self.status.get_untracked() != status {
            self.status.set(status);
        }
    }
}
