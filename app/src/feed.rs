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
use wire::{Change, FeedFrame, Millis, Rights, Session};

use crate::board::Board;
use crate::clock::{Clock, browser_now};
use crate::pwa::Mine;
use crate::slices::Slice;
use crate::{calls, leaving, shell};
use link::Link;
use order::Order;

/// Silence is looked for this often.
const LOOK: Duration = Duration::from_millis(500);
/// A hidden page has no animation frames; it applies what came this often.
const HIDDEN: Duration = Duration::from_millis(250);
/// Milliseconds of a frame that what came may take.
const APPLY_MS: f64 = 16.0;
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

/// What waits for the next animation frame, in the order in which it came.
#[derive(Debug, Default)]
struct Pending {
    news: VecDeque<News>,
    scheduled: bool,
}

#[derive(Debug)]
enum News {
    /// A piece of a snapshot, and how many sessions are still to come.
    Piece(Vec<(Session, Rights)>, usize),
    Changes(Vec<Change>),
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
        self.pending.update_value(|pending| pending.news.clear());
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
        let frame: FeedFrame = wire::decode(bytes).map_err(|_| order::Untrusted)?;
        self.order.try_update_value(|order| order.accept(&frame)).ok_or(order::Untrusted)??;
        self.heard_at.set_value(browser_now());
        match frame {
            FeedFrame::Hello { build, now, heartbeat_ms } => {
                self.heartbeat_ms.set_value(heartbeat_ms.into());
                self.clock.hear(now);
                self.mine.begin_anew();
                self.new_build.set(shell::own_build().is_some_and(|own| own != build));
            }
            FeedFrame::Snapshot { sessions, rest, .. } => {
                self.mine.take_piece(&sessions, rest == 0);
                self.attempt.set_value(0);
                self.push(News::Piece(sessions, usize::try_from(rest).unwrap_or(usize::MAX)));
            }
            FeedFrame::Changes { changes, .. } => {
                self.mine.follow(&changes, self.clock.read());
                self.push(News::Changes(changes));
            }
            FeedFrame::Heartbeat { now, .. } => self.clock.hear(now),
            FeedFrame::SignedOut(end) => leaving::to_sign_in(Some(end.reason)),
        }
        Ok(())
    }

    fn push(self, news: News) {
        self.pending.update_value(|pending| pending.news.push_back(news));
        self.schedule();
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
        let slice = Slice::begin(APPLY_MS);
        let mut changes = Vec::new();
        loop {
            let next = self.pending.try_update_value(|pending| {
                pending.scheduled = false;
                pending.news.pop_front()
            });
            match next.flatten() {
                Some(News::Changes(more)) => changes.extend(more),
                Some(News::Piece(sessions, rest)) => {
                    self.board.apply(std::mem::take(&mut changes), browser_now());
                    self.board.take_piece(sessions, rest);
                    if rest == 0 {
                        self.set_status(Status::Live);
                    }
                }
                None => break,
            }
            if !slice.has_time() {
                break;
            }
        }
        self.board.apply(changes, browser_now());
        if self.pending.with_value(|pending| !pending.news.is_empty()) {
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
