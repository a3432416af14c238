//! Keeps the socket, the screen and the page of one session together until its pane closes: a watcher's, or
//! the session's own terminal.
//!
//! What a watcher types is sent while they hold the control lease, and never before. The screen is a terminal's text
//! or a desktop's picture; which, is known from the start.

mod drawing;
mod line;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use gloo_timers::callback::Interval;
use leptos::prelude::*;
use serde::Serialize;
use web_sys::{HtmlCanvasElement, HtmlElement, HtmlTextAreaElement};
use wire::connect::ConnectRequest;
use wire::desktop::Mouse;
use wire::live::{LiveRequest, Modes};
use wire::{Millis, Session, SessionId};

use super::desk::{self, Desk};
use super::easel::Easel;
use super::hands::{self, Hands};
use super::notify::{Fonts, Room};
use super::owner::Owner;
use super::painter::Painter;
use super::phase::Phase;
use super::shows::Shows;
use super::socket::Socket;
use super::standing::Standing;
use super::stream::{News, Stream};
use crate::clock::browser_now;

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
}
