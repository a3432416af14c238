//! Going to another moment: from a keyframe on, or by reading on.

use std::rc::{Rc, Weak};

use leptos::task::spawn_local;
use recording::Moment;
use wire::SessionId;

use super::super::deck::Deck;
use super::super::{fetch, timeline};
use super::Inner;

impl Inner {
    /// Goes to a moment; while that takes its time, the last wish counts.
    pub(super) fn seek(self: &Rc<Self>, to: Moment) {
        let to = to.min(self.duration());
        self.target.set(Some(to));
        self.show_position(to);
        if !self.seeking.replace(true) {
            let inner = Rc::downgrade(self);
            spawn_local(async move {
                while let Some(wish) = inner.upgrade().and_then(|inner| inner.target.get()) {
                    let reached = go(&inner, wish).await;
                    let Some(inner) = inner.upgrade() else { return };
                    // Another wish may have come meanwhile.
                    if inner.target.get() == Some(wish) {
                        inner.target.set(None);
                        inner.seeking.set(false);
                        match reached {
                            Ok(()) => inner.arrived(),
                            Err(words) => inner.fail(&words),
                        }
                        return;
                    }
                }
            });
        }
    }

    pub(super) fn arrived(self: &Rc<Self>) {
        self.painter.borrow_mut().start_over();
        self.drawn.set(None);
        self.awaited.set(true);
        self.draw();
        self.mark_painted();
        if self.playing.get() {
            self.fill();
        }
    }

    /// Goes to the spot after the playhead, or before it.
    pub(super) fn seek_spot(self: &Rc<Self>, after: bool) {
        let spot = timeline::beside(&self.spots.borrow(), self.now(), after);
        self.seek(spot.unwrap_or(if after { self.duration() } else { Moment(0) }));
    }
}

/// Brings the deck to a moment, or gives up when another is wished for.
async fn go(inner: &Weak<Inner>, to: Moment) -> Result<(), String> {
    let Some(id) = inner.upgrade().map(|inner| inner.id) else { return Ok(()) };
    let is_near = with_deck(inner, |deck| deck.is_near(to)).unwrap_or(true);
    if !is_near {
        let frame = fetch::ask(format!("/recordings/{id}/frame?at={}", to.0)).await?;
        with_deck(inner, |deck| deck.restart(frame));
    }
    loop {
        let is_wished = inner.upgrade().is_some_and(|inner| inner.target.get() == Some(to));
        let needs = with_deck(inner, |deck| if deck.reach(to) { None } else { Some(deck.needs(to)) });
        let Some(needs) = needs.flatten().filter(|_| is_wished) else { return Ok(()) };
        let bytes = fetch::bytes(piece(id, needs.start, needs.end)).await?;
        if bytes.is_empty() {
            return Err(crate::words::words().replay.ends_early.into());
        }
        with_deck(inner, |deck| deck.give(needs.start, &bytes));
    }
}

fn with_deck<T>(inner: &Weak<Inner>, act: impl FnOnce(&mut Deck) -> T) -> Option<T> {
    inner.upgrade()?.deck.borrow_mut().as_mut().map(act)
}

/// Where the server has a piece of the recording.
pub(super) fn piece(id: SessionId, from: u64, to: u64) -> String {
    format!("/recordings/{id}/bytes?from={from}&to={to}")
}
