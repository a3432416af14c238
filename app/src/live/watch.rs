//! Keeps the socket, the screen and the page of one session together until its pane closes: a watcher's, or
//! the session's own terminal.
//!
//! What a watcher types is sent while they hold the control lease, and never before. The screen is a terminal's text
//! or a desktop's picture; which, is known from the start.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use gloo_timers::callback::Interval;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Serialize;
use web_sys::{HtmlCanvasElement, HtmlElement, HtmlTextAreaElement};
use wire::connect::{ConnectAnswer, ConnectRequest};
use wire::desktop::{Extent, Mouse};
use wire::live::{LiveFrame, LiveRequest, Modes};
use wire::{Millis, Session, SessionId};

use super::desk::{self, Desk};
use super::easel::{Became, Easel};
use super::hands::{self, Hands};
use super::notify::{Fonts, Room};
use super::owner::{self, Owner};
use super::painter::Painter;
use super::phase::Phase;
use super::shows::Shows;
use super::socket::Socket;
use super::standing::Standing;
use super::stream::{News, Stream};
use crate::backend::BackendError;
use crate::clock::browser_now;
use crate::{calls, leaving};

/// Parsing that one picture may take, in milliseconds: leaves half a frame to the page.
const FRAME_BUDGET_MS: f64 = 8.0;
/// Silence after which the connection counts as broken, in milliseconds: a heartbeat is due every 10 s.
const SILENCE_MS: i64 = 15_000;
/// First wait before connecting again, in milliseconds; it doubles up to [`LONGEST_WAIT_MS`].
const FIRST_WAIT_MS: u32 = 250;
/// Longest wait before connecting again, in milliseconds.
const LONGEST_WAIT_MS: u32 = 8_000;
/// Typed or pasted bytes in one message: well below [`LiveRequest::MAX_BYTES`].
const PIECE: usize = 8 << 10;

/// Where a watch draws and listens.
pub(crate) struct Place {
    pub(crate) stage: HtmlElement,
    pub(crate) sheet: Sheet,
    /// Has the focus while keys go to the session, and stays at the cursor.
    pub(crate) keys: HtmlTextAreaElement,
}

/// What a screen is drawn on.
pub(crate) enum Sheet {
    /// A terminal's text.
    Text(HtmlElement),
    /// A desktop's picture.
    Picture(HtmlCanvasElement),
}

impl Sheet {
    /// What it is on the page.
    pub(crate) fn element(&self) -> &HtmlElement {
        match self {
            Self::Text(element) => element,
            Self::Picture(canvas) => canvas,
        }
    }
}

/// A running watch. Dropping it leaves the session.
pub(crate) struct Watch {
    pub(super) inner: Rc<Inner>,
    _pulse: Interval,
    _room: Room,
    _fonts: Fonts,
    _hands: Hands,
}

impl Watch {
    /// Watches `session` at `place`.
    pub(crate) fn start(session: &Session, shows: Shows, place: Place) -> Self {
        Self::begin(Part::Watcher { session: session.id, owner: session.user.clone() }, shows, place)
    }

    /// Is the terminal or desktop of a session of the person's own at `place`.
    pub(crate) fn own(owner: Owner, shows: Shows, place: Place) -> Self {
        Self::begin(Part::Owner(owner), shows, place)
    }

    fn begin(part: Part, shows: Shows, place: Place) -> Self {
        let (stage, element) = (place.stage.clone(), place.sheet.element().clone());
        let inner = Rc::new_cyclic(|weak: &Weak<Inner>| {
            let easel = match &place.sheet {
                Sheet::Picture(canvas) => {
                    let weak = weak.clone();
                    let became = move |became| {
                        if let Some(inner) = weak.upgrade() {
                            inner.became(became);
                        }
                    };
                    Some(Easel::new(stage.clone(), canvas.clone(), became))
                }
                Sheet::Text(_) => None,
            };
            let painter = Painter::new(stage.clone(), element.clone(), Some(place.keys.clone().into()));
            Inner {
                part,
                shows,
                place,
                stream: RefCell::default(),
                painter: RefCell::new(painter),
                easel,
                socket: RefCell::default(),
                heard: Cell::new(browser_now()),
                tries: Cell::new(0),
                frame_asked: Cell::new(false),
                grip: hands::Grip::default(),
                desk: Desk::default(),
                mouse: Cell::new(None),
            }
        });
        inner.connect();
        let pulse = Interval::new(1_000, on(&inner, |inner| inner.check_pulse()));
        let room = Room::of(&stage, on(&inner, |inner| inner.fit()));
        let fonts = Fonts::of(&element, on(&inner, |inner| inner.font_changed()));
        let weak = Rc::downgrade(&inner);
        let hands = Hands::of(&stage, move |event| {
            if let Some(inner) = weak.upgrade().filter(|inner| inner.may_type()) {
                match inner.easel {
                    Some(_) => desk::heard(&inner, event),
                    None => hands::heard(&inner, event),
                }
            }
        });
        Self { inner, _pulse: pulse, _room: room, _fonts: fonts, _hands: hands }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.inner.socket.take();
    }
}

/// Whose the pane is.
pub(super) enum Part {
    /// Somebody who watches.
    Watcher {
        session: SessionId,
        /// Name of the session's user.
        owner: String,
    },
    /// The session's user.
    Owner(Owner),
}

pub(super) struct Inner {
    pub(super) part: Part,
    pub(super) shows: Shows,
    pub(super) place: Place,
    stream: RefCell<Stream>,
    pub(super) painter: RefCell<Painter>,
    /// Where the picture is, if the screen is one; then the painter has nothing to do.
    pub(super) easel: Option<Easel>,
    socket: RefCell<Option<Socket>>,
    /// The browser's clock when the last frame came.
    heard: Cell<Millis>,
    /// Connections tried since the screen last came.
    pub(super) tries: Cell<u32>,
    frame_asked: Cell<bool>,
    pub(super) grip: hands::Grip,
    pub(super) desk: Desk,
    /// Where a desktop's mouse was last.
    mouse: Cell<Option<Mouse>>,
}

/// A callback that holds the watch only weakly: it does nothing once the pane is closed.
pub(super) fn on(inner: &Rc<Inner>, act: impl Fn(&Rc<Inner>) + 'static) -> impl Fn() + 'static {
    let inner = Rc::downgrade(inner);
    move || {
        if let Some(inner) = inner.upgrade() {
            act(&inner);
        }
    }
}

impl Inner {
    pub(super) fn connect(self: &Rc<Self>) {
        let inner = Rc::downgrade(self);
        let on_message = move |bytes: &[u8]| {
            if let Some(inner) = inner.upgrade() {
                inner.message(bytes);
            }
        };
        self.heard.set(browser_now());
        if let Some(easel) = &self.easel {
            easel.start_over();
        }
        self.mouse.set(None);
        self.point_out();
        let weak = Rc::downgrade(self);
        let on_close = move |code| {
            if let Some(inner) = weak.upgrade() {
                inner.closed(code);
            }
        };
        let path = match &self.part {
            Part::Watcher { session, .. } => format!("/ws/sessions/{session}/live"),
            Part::Owner(owner) => owner.path(),
        };
        match Socket::open(&path, on(self, Self::opened), on_message, on_close) {
            Ok(socket) => drop(self.socket.replace(Some(socket))),
            Err(_) => self.lost(),
        }
    }

    fn opened(self: &Rc<Self>) {
        if let Part::Owner(owner) = &self.part {
            owner::begin(self, owner);
        }
    }

    fn closed(self: &Rc<Self>, code: u16) {
        match &self.part {
            Part::Owner(owner) if owner::closed(self, owner, code) => {}
            _ => self.lost(),
        }
    }

    fn message(self: &Rc<Self>, bytes: &[u8]) {
        self.heard.set(browser_now());
        if let Part::Owner(owner) = &self.part
            && owner.is_waiting()
        {
            let Ok(answer) = wire::decode::<ConnectAnswer>(bytes) else { return self.lost() };
            return owner::answered(self, owner, answer);
        }
        let Ok(frame) = wire::decode::<LiveFrame>(bytes) else { return self.lost() };
        let starts = matches!(frame, LiveFrame::Init { .. } | LiveFrame::Picture { .. });
        let is_picture =
            matches!(frame, LiveFrame::Picture { .. } | LiveFrame::Drawn { .. } | LiveFrame::Pointer { .. });
        let news = match &self.easel {
            Some(easel) if is_picture => easel.take(frame).map(|()| None),
            _ => self.stream.borrow_mut().take(frame).map(Some),
        };
        if starts {
            self.tries.set(0);
            self.painter.borrow_mut().start_over();
            self.live();
        }
        match news {
            Ok(None) => {}
            Ok(Some(news)) => self.hear(news),
            // Nothing is wrong with the session: only this copy of it is of no use.
            Err(_) => self.connect(),
        }
    }

    fn hear(self: &Rc<Self>, news: News) {
        match news {
            News::Work => self.ask_frame(),
            News::Watchers(watchers) => self.shows.watchers.set(watchers),
            News::Alive(now) => self.shows.clock.hear(now),
            News::Waiting => {
                self.tries.set(0);
                self.shows.phase.set(Phase::Waiting);
            }
            News::Refused(words) => self.finish(Phase::Refused(words)),
            News::Ended(end) => self.finish(Phase::Ended(end)),
            News::Seated(seat) => self.stand(|standing| standing.seated(seat)),
            News::Control(lease) => {
                let now = self.shows.clock.read();
                if let Part::Watcher { owner, .. } = &self.part {
                    self.stand(|standing| standing.control(lease, owner, now));
                }
            }
            News::Paused(by) => self.stand(|standing| standing.pause(by)),
            News::Denied(words) => self.stand(|standing| standing.denied(&words)),
            News::Told(words) => self.shows.told.tell(&words),
            News::Asks(question) => self.shows.told.asks(question),
            News::Clip(text) => desk::copied(self, text),
            News::Mouse(mouse) => {
                self.mouse.set(Some(mouse));
                self.point_out();
            }
        }
    }

    /// Shows where a desktop's mouse is while it is in somebody else's hand.
    fn point_out(&self) {
        let Some(easel) = &self.easel else { return };
        let is_others = |mouse: &Mouse| match &self.part {
            Part::Owner(_) => mouse.seat.is_some(),
            Part::Watcher { .. } => self.shows.standing.with_untracked(|standing| {
                standing.mine().is_none_or(|lease| mouse.seat != Some(lease.seat))
            }),
        };
        let others = self.mouse.get().filter(is_others);
        if others.is_some() {
            self.desk.moved_away();
        }
        easel.mouse(others.map(|mouse| (mouse.x, mouse.y)));
    }

    /// What became of frames of a picture.
    fn became(self: &Rc<Self>, became: Became) {
        match became {
            Became::Drawn(extent) => self.drawn(extent),
            // Not at once: what is wrong with a picture may be wrong with the next.
            Became::Broken => self.lost(),
        }
    }

    fn drawn(&self, extent: Extent) {
        let before = self.shows.extent.get_untracked();
        if before.is_none() {
            mark_painted();
        }
        if before != Some(extent) {
            self.shows.extent.set(Some(extent));
        }
    }

    /// The screen is here.
    fn live(&self) {
        let anew = self.shows.phase.with_untracked(|phase| *phase != Phase::Live);
        self.shows.phase.set(Phase::Live);
        if anew && matches!(self.part, Part::Owner(_)) {
            hands::gained(self);
        }
    }

    /// Whether what is typed here goes to the session.
    pub(super) fn may_type(&self) -> bool {
        untrack(|| self.shows.is_mine())
    }

    /// Changes who may type, and hands the keyboard over when that is somebody else now.
    fn stand(&self, change: impl FnOnce(&mut Standing)) {
        let mine = || self.shows.standing.with_untracked(|standing| standing.mine().is_some());
        let before = mine();
        self.shows.standing.update(change);
        match (before, mine()) {
            (false, true) => hands::gained(self),
            (true, false) => hands::lost(self),
            _ => {}
        }
        self.point_out();
    }

    /// Sends one request, if there is a connection: a [`LiveRequest`], or a [`ConnectRequest`] of the session's own
    /// terminal.
    pub(super) fn send(&self, request: &impl Serialize) {
        if let Some(socket) = &*self.socket.borrow() {
            socket.send(&wire::encode(request));
        }
    }

    /// Sends what was typed, in order and in pieces.
    pub(super) fn send_input(&self, bytes: &[u8]) {
        for piece in bytes.chunks(PIECE) {
            match &self.part {
                Part::Watcher { .. } => self.send(&LiveRequest::Input(piece.to_vec())),
                Part::Owner(_) => self.send(&ConnectRequest::Input(piece.to_vec())),
            }
        }
    }

    /// Sends pasted text.
    pub(super) fn paste(&self, text: &str) {
        if self.easel.is_some() {
            return desk::paste(self, text);
        }
        self.send_input(&super::paste::bytes(text, self.modes().bracketed_paste));
    }

    /// The modes that the program set, as far as its output was worked off.
    pub(super) fn modes(&self) -> Modes {
        self.stream.borrow_mut().screen().map_or_else(Modes::default, |screen| screen.modes())
    }

    /// Whether the program wants its cursor keys another way.
    pub(super) fn app_cursor(&self) -> bool {
        self.stream.borrow_mut().screen().is_some_and(|screen| screen.app_cursor())
    }

    pub(super) fn finish(&self, phase: Phase) {
        if matches!(self.part, Part::Owner(_)) {
            hands::lost(self);
        }
        self.shows.watchers.set(Vec::new());
        self.stand(|standing| *standing = Standing::default());
        self.shows.asked.set(None);
        self.shows.told.asks(None);
        self.shows.phase.set(phase);
        self.socket.take();
    }

    pub(super) fn lost(self: &Rc<Self>) {
        self.socket.take();
        if self.shows.phase.with_untracked(Phase::is_final) {
            return;
        }
        self.stand(Standing::disconnected);
        if self.shows.phase.with_untracked(|phase| *phase == Phase::Live) {
            self.shows.phase.set(Phase::Stale(self.heard.get()));
        }
        let wait = FIRST_WAIT_MS.saturating_mul(1 << self.tries.get().min(8)).min(LONGEST_WAIT_MS);
        self.tries.set(self.tries.get() + 1);
        let session = match &self.part {
            Part::Watcher { session, .. } => Some(*session),
            Part::Owner(owner) => owner.session(),
        };
        match session {
            Some(session) => spawn_local(come_back(Rc::downgrade(self), session, wait)),
            // There is nothing to come back to.
            None => self.finish(Phase::Refused(BackendError::Unreachable.to_string())),
        }
    }

    fn check_pulse(self: &Rc<Self>) {
        if matches!(self.part, Part::Watcher { .. }) {
            desk::still_holds(self);
        }
        if self.socket.borrow().is_some() && browser_now().since(self.heard.get()) > SILENCE_MS {
            self.lost();
        }
    }

    fn ask_frame(self: &Rc<Self>) {
        // A page that is not seen gets no frames: it keeps up without drawing, and draws when seen.
        if document().hidden() {
            self.stream.borrow_mut().work(|| true);
            self.answer();
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
                    mark_painted();
                }
                self.shows.size.set(size);
            }
            if self.shows.title.with_untracked(|shown| shown != screen.title()) {
                self.shows.title.set(screen.title().to_owned());
            }
        }
        drop(stream);
        self.answer();
        if !done {
            self.ask_frame();
        }
    }

    /// Answers what the program asks of its terminal, where this is it.
    fn answer(&self) {
        let answers = self.stream.borrow_mut().take_answers();
        if !answers.is_empty() && matches!(self.part, Part::Owner(_)) {
            self.send_input(answers.as_bytes());
        }
    }

    fn fit(self: &Rc<Self>) {
        if let Some(easel) = &self.easel {
            easel.fit();
        }
        if let Some(screen) = self.stream.borrow_mut().screen() {
            self.painter.borrow_mut().fit(screen.size());
        }
        if let Part::Owner(owner) = &self.part {
            owner::resize(self, owner);
        }
    }

    /// The fonts that the screen needs may come later than the screen.
    fn font_changed(self: &Rc<Self>) {
        if self.easel.is_some() {
            return;
        }
        self.painter.borrow_mut().font_changed(self.stream.borrow_mut().screen());
        self.fit();
    }
}

/// For whoever measures how long the pane takes to open.
fn mark_painted() {
    let _measured = window().performance().map(|clock| clock.mark("sightline:live-painted"));
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
            if let Some(refusal) = shown.refusal.filter(|_| matches!(present.part, Part::Watcher { .. })) {
                return present.finish(Phase::Refused(refusal));
            }
        }
        // The page's feed is told why, and leaves at once; who is still here at the next try does not wait.
        Err(BackendError::SignedOut) if present.tries.get() > 1 => return leaving::to_sign_in(None),
        Err(error @ (BackendError::NotFound | BackendError::Refused(_))) => {
            return present.finish(Phase::Refused(error.to_string()));
        }
        Err(BackendError::SignedOut | BackendError::Failed | BackendError::Unreachable) => {}
    }
    drop(present);
    TimeoutFuture::new(wait_ms).await;
    if let Some(inner) = inner.upgrade() {
        inner.connect();
    }
}
