//! The connection of a watch: what it says first, what comes over it, and how it comes back.

use std::rc::{Rc, Weak};

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wire::SessionId;
use wire::connect::ConnectAnswer;
use wire::live::LiveFrame;

use super::super::phase::Phase;
use super::super::socket::Socket;
use super::super::standing::Standing;
use super::super::{desk, hands, owner};
use super::{Inner, Part, on};
use crate::backend::BackendError;
use crate::clock::browser_now;
use crate::{calls, leaving};

/// Silence after which the connection counts as broken, in milliseconds: a heartbeat is due every 10 s.
const SILENCE_MS: i64 = 15_000;
/// First wait before connecting again, in milliseconds; it doubles up to [`LONGEST_WAIT_MS`].
const FIRST_WAIT_MS: u32 = 250;
/// Longest wait before connecting again, in milliseconds.
const LONGEST_WAIT_MS: u32 = 8_000;

impl Inner {
    pub(in super::super) fn connect(self: &Rc<Self>) {
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

    /// The screen is here.
    fn live(&self) {
        let anew = self.shows.phase.with_untracked(|phase| *phase != Phase::Live);
        self.shows.phase.set(Phase::Live);
        if anew && matches!(self.part, Part::Owner(_)) {
            hands::gained(self);
        }
    }

    pub(in super::super) fn finish(&self, phase: Phase) {
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

    pub(in super::super) fn lost(self: &Rc<Self>) {
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

    pub(super) fn check_pulse(self: &Rc<Self>) {
        if matches!(self.part, Part::Watcher { .. }) {
            desk::still_holds(self);
        }
        if self.socket.borrow().is_some() && browser_now().since(self.heard.get()) > SILENCE_MS {
            self.lost();
        }
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
