//! Watches one session: keeps the socket, the screen and the page together until the pane closes.
//!
//! Nothing that happens on the page is ever sent to the session.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use gloo_timers::callback::Interval;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::HtmlElement;
use wire::live::{LiveFrame, Size, Watcher};
use wire::{Millis, SessionId};

use super::notify::{Fonts, Room};
use super::painter::Painter;
use super::phase::Phase;
use super::socket::Socket;
use super::stream::{News, Stream};
use crate::backend::BackendError;
use crate::calls;
use crate::clock::{Clock, browser_now};

/// Parsing that one picture may take, in milliseconds: leaves half a frame to the page.
const FRAME_BUDGET_MS: f64 = 8.0;
/// Silence after which the connection counts as broken, in milliseconds: a heartbeat is due every 10 s.
const SILENCE_MS: i64 = 15_000;
/// First wait before connecting again, in milliseconds; it doubles up to [`LONGEST_WAIT_MS`].
const FIRST_WAIT_MS: u32 = 250;
/// Longest wait before connecting again, in milliseconds.
const LONGEST_WAIT_MS: u32 = 8_000;

/// What the pane shows of a watch.
#[derive(Clone, Copy)]
pub(crate) struct Shows {
    pub(crate) phase: RwSignal<Phase>,
    pub(crate) watchers: RwSignal<Vec<Watcher>>,
    pub(crate) size: RwSignal<Option<Size>>,
    pub(crate) title: RwSignal<String>,
    /// Told the server's time.
    pub(crate) clock: Clock,
}

/// A running watch. Dropping it leaves the session.
pub(crate) struct Watch {
    inner: Rc<Inner>,
    _pulse: Interval,
    _room: Room,
    _fonts: Fonts,
}

impl Watch {
    /// Watches `id` and draws it into `sheet` within `stage`.
    pub(crate) fn start(id: SessionId, shows: Shows, stage: HtmlElement, sheet: HtmlElement) -> Self {
        let painter = Painter::new(stage.clone(), sheet.clone());
        let inner = Rc::new(Inner {
            id,
            shows,
            stream: RefCell::default(),
            painter: RefCell::new(painter),
            socket: RefCell::default(),
            heard: Cell::new(browser_now()),
            tries: Cell::new(0),
            frame_asked: Cell::new(false),
        });
        inner.connect();
        let pulse = Interval::new(1_000, on(&inner, |inner| inner.check_pulse()));
        let room = Room::of(&stage, on(&inner, |inner| inner.fit()));
        let fonts = Fonts::of(&sheet, on(&inner, |inner| inner.font_changed()));
        Self { inner, _pulse: pulse, _room: room, _fonts: fonts }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.inner.socket.take();
    }
}

struct Inner {
    id: SessionId,
    shows: Shows,
    stream: RefCell<Stream>,
    painter: RefCell<Painter>,
    socket: RefCell<Option<Socket>>,
    /// The browser's clock when the last frame came.
    heard: Cell<Millis>,
    /// Connections tried since the last `Init`.
    tries: Cell<u32>,
    frame_asked: Cell<bool>,
}

/// A callback that holds the watch only weakly: it does nothing once the pane is closed.
fn on(inner: &Rc<Inner>, act: impl Fn(&Rc<Inner>) + 'static) -> impl Fn() + 'static {
    let inner = Rc::downgrade(inner);
    move || {
        if let Some(inner) = inner.upgrade() {
            act(&inner);
        }
    }
}

impl Inner {
    fn connect(self: &Rc<Self>) {
        let inner = Rc::downgrade(self);
        let on_message = move |bytes: &[u8]| {
            if let Some(inner) = inner.upgrade() {
                inner.message(bytes);
            }
        };
        self.heard.set(browser_now());
        let socket =
            Socket::open(&format!("/ws/sessions/{}/live", self.id), on_message, on(self, Self::lost));
        match socket {
            Ok(socket) => drop(self.socket.replace(Some(socket))),
            Err(_) => self.lost(),
        }
    }

    fn message(self: &Rc<Self>, bytes: &[u8]) {
        self.heard.set(browser_now());
        let Ok(frame) = wire::decode::<LiveFrame>(bytes) else { return self.lost() };
        let starts = matches!(frame, LiveFrame::Init { .. });
        let news = self.stream.borrow_mut().take(frame);
        if starts {
            self.tries.set(0);
            self.painter.borrow_mut().start_over();
            self.shows.phase.set(Phase::Live);
        }
        match news {
            Ok(News::Work) => self.ask_frame(),
            Ok(News::Watchers(watchers)) => self.shows.watchers.set(watchers),
            Ok(News::Alive(now)) => self.shows.clock.hear(now),
            Ok(News::Ended(end)) => self.finish(Phase::Ended(end)),
            // Nothing is wrong with the session: only this copy of it is of no use.
            Err(_) => self.connect(),
        }
    }

    fn finish(&self, phase: Phase) {
        self.shows.watchers.set(Vec::new());
        self.shows.phase.set(phase);
        self.socket.take();
    }

    fn lost(self: &Rc<Self>) {
        self.socket.take();
        if self.shows.phase.with_untracked(Phase::is_final) {
            return;
        }
        if self.shows.phase.with_untracked(|phase| *phase == Phase::Live) {
            self.shows.phase.set(Phase::Stale(self.heard.get()));
        }
        let wait = FIRST_WAIT_MS.saturating_mul(1 << self.tries.get().min(8)).min(LONGEST_WAIT_MS);
        self.tries.set(self.tries.get() + 1);
        spawn_local(come_back(Rc::downgrade(self), self.id, wait));
    }

    fn check_pulse(self: &Rc<Self>) {
        if self.socket.borrow().is_some() && browser_now().since(self.heard.get()) > SILENCE_MS {
            self.lost();
        }
    }

    fn ask_frame(self: &Rc<Self>) {
        // A page that is not seen gets no frames: it keeps up without drawing, and draws when seen.
        if document().hidden() {
            self.stream.borrow_mut().work(|| true);
        }
        if !self.frame_asked.replace(true) {
            request_animation_frame(on(self, Self::frame));
        }
    }

    fn frame(self: &Rc<Self>) {
        self.frame_asked.set(false);
        let clock = window().performance();
        let now = || clock.as_ref().map_or(0.0, web_sys::Performance::now);
        let start = now();
        let mut stream = self.stream.borrow_mut();
        let done = stream.work(|| now() - start < FRAME_BUDGET_MS);
        if let Some(screen) = stream.screen() {
            self.painter.borrow_mut().paint(screen);
            let size = Some(screen.size());
            if self.shows.size.with_untracked(|shown| *shown != size) {
                if self.shows.size.get_untracked().is_none() {
                    // For whoever measures how long the pane takes to open.
                    let _ = clock.as_ref().map(|clock| clock.mark("sightline:live-painted"));
                }
                self.shows.size.set(size);
            }
            if self.shows.title.with_untracked(|shown| shown != screen.title()) {
                self.shows.title.set(screen.title().to_owned());
            }
        }
        drop(stream);
        if !done {
            self.ask_frame();
        }
    }

    fn fit(&self) {
        if let Some(screen) = self.stream.borrow_mut().screen() {
            self.painter.borrow_mut().fit(screen.size());
        }
    }

    /// The fonts that the screen needs may come later than the screen.
    fn font_changed(&self) {
        self.painter.borrow_mut().font_changed(self.stream.borrow_mut().screen());
    }
}

/// Asks the server how the session stands, and connects again if there is something to watch.
async fn come_back(inner: Weak<Inner>, id: SessionId, wait_ms: u32) {
    let answer = calls::session(id).await;
    let Some(present) = inner.upgrade() else { return };
    match answer {
        Ok(shown) => {
            if let Some(end) = shown.ended {
                return present.finish(Phase::Ended(end));
            }
            if let Some(refusal) = shown.refusal {
                return present.finish(Phase::Refused(refusal));
            }
        }
        Err(BackendError::SignedOut) => return sign_in_again(),
        Err(error @ (BackendError::NotFound | BackendError::Refused(_))) => {
            return present.finish(Phase::Refused(error.to_string()));
        }
        Err(BackendError::Failed | BackendError::Unreachable) => {}
    }
    drop(present);
    TimeoutFuture::new(wait_ms).await;
    if let Some(inner) = inner.upgrade() {
        inner.connect();
    }
}

fn sign_in_again() {
    let location = window().location();
    if let Ok(path) = location.pathname() {
        let _ = location.set_href(&format!("/sign-in?next={path}"));
    }
}
