//! What is drawn: the screen, the position, passing words.

use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use recording::Moment;
use screen::Screen;
use wire::desktop::Extent;

use super::super::deck::{Deck, Shown};
use super::super::markup::{place, set};
use super::super::side;
use super::super::timeline::{self, clock};
use super::Inner;
use crate::words::{fill, words};

/// How long a passing word stands, in milliseconds: long enough to be read.
const WORD_MS: u32 = 2_000;

impl Inner {
    pub(super) fn draw(&self) {
        let mut deck = self.deck.borrow_mut();
        let Some(deck_here) = deck.as_mut() else { return };
        match deck_here.take_shown() {
            Some(shown) => self.draw_picture(shown),
            None => self.draw_text(deck_here.screen()),
        }
        let (typed, now) = (deck_here.typed(), deck_here.now());
        drop(deck);
        self.parts.say("typed", &typed);
        if self.target.get().is_none() {
            self.show_position(now);
        }
        self.light();
    }

    fn draw_text(&self, screen: &mut Screen) {
        self.painter.borrow_mut().paint(screen);
        let size = Some(screen.size());
        if self.shows.size.with_untracked(|shown| *shown != size) {
            self.shows.size.set(size);
        }
        if self.shows.title.with_untracked(|shown| shown != screen.title()) {
            self.shows.title.set(screen.title().to_owned());
        }
    }

    fn draw_picture(&self, shown: Shown) {
        if shown.anew {
            self.easel.start_over();
        }
        if shown.anew || shown.mouse.is_some() {
            self.easel.mouse(shown.mouse);
        }
        if self.awaited.get() {
            self.easel.show_at_once(shown.at_once().sights);
        } else {
            shown.sights.into_iter().for_each(|sight| self.easel.show(sight));
        }
    }

    /// What was given to the easel is on the canvas.
    pub(super) fn drawn_picture(&self, extent: Extent) {
        if self.shows.extent.get_untracked() != Some(extent) {
            self.shows.extent.set(Some(extent));
            let label =
                fill(words().replay.picture_of, &[("width", &extent.width), ("height", &extent.height)]);
            set(&self.parts.get("picture"), "aria-label", &label);
        }
        self.mark_painted();
    }

    /// For whoever measures how long it takes to get to a moment: it is painted, if nothing waits any more.
    pub(super) fn mark_painted(&self) {
        if self.awaited.get() && self.easel.waits() == 0 {
            self.awaited.set(false);
            let _measured = window().performance().map(|clock| clock.mark("sightline:replay-painted"));
        }
    }

    pub(super) fn show_position(&self, at: Moment) {
        let duration = self.duration();
        let share = timeline::share(at, duration);
        place(&self.parts.get("fill"), "width", share);
        place(&self.parts.get("knob"), "left", share);
        let second = at.0 / 1_000;
        if self.second.replace(Some(second)) == Some(second) {
            return;
        }
        self.parts.say("now", &clock(at));
        let track = self.parts.get("track");
        set(&track, "aria-valuenow", &second.to_string());
        set(
            &track,
            "aria-valuetext",
            &fill(words().replay.position_of, &[("now", &clock(at)), ("whole", &clock(duration))]),
        );
        side::point_to(&self.parts, &self.spots.borrow(), at);
    }

    /// Shows a word for a while, and then another.
    pub(super) fn flash(self: &Rc<Self>, part: &'static str, word: &str, then: &'static str) {
        self.parts.say(part, word);
        let (inner, word) = (Rc::downgrade(self), word.to_owned());
        spawn_local(async move {
            TimeoutFuture::new(WORD_MS).await;
            let Some(inner) = inner.upgrade() else { return };
            if inner.parts.get(part).text_content().as_deref() == Some(&word) {
                inner.parts.say(part, then);
            }
        });
    }

    pub(super) fn fit(&self) {
        self.easel.fit();
        if let Some(deck) = self.deck.borrow_mut().as_mut() {
            self.painter.borrow_mut().fit(deck.screen().size());
        }
    }

    /// The fonts that the screen needs may come later than the screen.
    pub(super) fn font_changed(&self) {
        let mut deck = self.deck.borrow_mut();
        self.painter.borrow_mut().font_changed(deck.as_mut().map(Deck::screen));
    }
}
