//! A session's own terminal or desktop: what its page says to the server beside keys, and how it comes back.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wire::connect::{ConnectAnswer, ConnectRequest, Room};
use wire::{AccountId, SessionId};

use super::phase::Phase;
use super::watch::{Inner, on};
use crate::calls;
use crate::words::words;

/// Letters of a terminal, in pixels: what a desktop's terminals have.
const FONT: f64 = 14.0;
/// On a narrow screen, so that a line holds more than a few words.
const SMALL_FONT: f64 = 12.0;
/// A stage below this width is narrow, in pixels.
const NARROW: i32 = 600;
/// How long a window stands still before the session is given its size, in milliseconds: while it is dragged,
/// programs would draw themselves anew for each pixel.
const STILL_MS: u32 = 90;
/// The same of a desktop, which begins anew for some servers.
const DESKTOP_STILL_MS: u32 = 300;

/// The server's codes for a socket that is closed for good.
const SIGNED_OUT: u16 = 4401;
const FORBIDDEN: u16 = 4403;
const REPLACED: u16 = 4409;

/// What a page knows of its own session.
pub(crate) struct Owner {
    account: AccountId,
    session: Cell<Option<SessionId>>,
    /// The first message is out, its answer not here.
    waiting: Cell<bool>,
    /// The size that the session was given.
    size: Cell<Option<Room>>,
    /// Runs while the window changes.
    still: RefCell<Option<Timeout>>,
    on_open: Callback<SessionId>,
}

impl Owner {
    /// A terminal or desktop on an account: of a new session, or of one that is taken up again. `on_open` is told the
    /// session.
    pub(crate) fn new(account: AccountId, session: Option<SessionId>, on_open: Callback<SessionId>) -> Self {
        Self {
            account,
            session: Cell::new(session),
            waiting: Cell::new(true),
            size: Cell::new(None),
            still: RefCell::default(),
            on_open,
        }
    }

    pub(super) fn path(&self) -> String {
        format!("/ws/connect/{}", self.account)
    }

    /// Whether the next message is the answer to the first.
    pub(super) fn is_waiting(&self) -> bool {
        self.waiting.get()
    }

    pub(super) fn session(&self) -> Option<SessionId> {
        self.session.get()
    }
}

/// The socket is open: says what is wanted.
pub(super) fn begin(inner: &Inner, owner: &Owner) {
    // Who comes back has the size that the session has: what says meanwhile that the network is lost takes room, and is
    // gone as soon as there is a picture. Another size is said then.
    let size = owner.size.get().unwrap_or_else(|| window_size(inner));
    owner.waiting.set(true);
    owner.size.set(Some(size));
    inner.send(&match owner.session.get() {
        Some(session) => ConnectRequest::Return(session, size),
        None => ConnectRequest::Open(size),
    });
}

/// The server's answer to the first message.
pub(super) fn answered(inner: &Rc<Inner>, owner: &Owner, answer: ConnectAnswer) {
    match answer {
        ConnectAnswer::Opened(session) => {
            owner.waiting.set(false);
            let id = session.id;
            let first = inner.shows.own.with_untracked(Option::is_none);
            owner.session.set(Some(id));
            inner.shows.own.set(Some(*session));
            if first {
                owner.on_open.run(id);
            }
            // The window may have changed while the session was opened.
            resize(inner, owner);
        }
        ConnectAnswer::Failed(words) => match owner.session.get() {
            // How it ended says more than that it is over.
            Some(session) => spawn_local(look_back(Rc::clone(inner), session, words)),
            None => inner.finish(Phase::Refused(words)),
        },
    }
}

async fn look_back(inner: Rc<Inner>, session: SessionId, words: String) {
    let phase = match calls::session(session).await {
        Ok(shown) => shown.ended.map(Phase::Ended),
        Err(_) => None,
    };
    inner.finish(phase.unwrap_or(Phase::Refused(words)));
}

/// Takes the code of a socket that is closed for good; whether it is.
pub(super) fn closed(inner: &Rc<Inner>, owner: &Owner, code: u16) -> bool {
    let words = &words().connect;
    owner.waiting.set(true);
    let why = match code {
        FORBIDDEN => words.no_right,
        REPLACED => words.elsewhere,
        SIGNED_OUT => words.signed_out,
        _ => return false,
    };
    inner.finish(Phase::Refused(why.to_owned()));
    true
}

/// The window may have another size: tells the session, once it stands still.
pub(super) fn resize(inner: &Rc<Inner>, owner: &Owner) {
    if owner.is_waiting() || owner.size.get() == Some(window_size(inner)) {
        return;
    }
    let tell = on(inner, |inner| {
        let super::watch::Part::Owner(owner) = &inner.part else { return };
        let size = window_size(inner);
        if !owner.is_waiting() && owner.size.replace(Some(size)) != Some(size) {
            inner.send(&ConnectRequest::Resize(size));
        }
    });
    let still = if inner.easel.is_some() { DESKTOP_STILL_MS } else { STILL_MS };
    owner.still.replace(Some(Timeout::new(still, tell)));
}

/// The terminal or desktop that the page has room for.
fn window_size(inner: &Inner) -> Room {
    if let Some(easel) = &inner.easel {
        return Room::Pixels(easel.capacity());
    }
    let font = if inner.place.stage.client_width() < NARROW { SMALL_FONT } else { FONT };
    Room::Cells(inner.painter.borrow().capacity(font))
}
