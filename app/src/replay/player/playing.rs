//! How time goes on: frame by frame, with bytes fetched ahead.

use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use recording::Moment;

use super::super::deck::{Deck, Step};
use super::super::fetch;
use super::super::markup::set;
use super::super::timeline::clock;
use super::seeking::piece;
use super::{Inner, on};
use crate::live::sentence;
use crate::words::{fill, span, told, words};

/// Longest time between two pictures that counts, in milliseconds: a page that nobody saw does not race.
const LONGEST_FRAME_MS: f64 = 250.0;
/// Pictures that may wait to be drawn while time goes on.
const MOST_WAITING: usize = 8;
/// Skipped time that is worth a word, in milliseconds.
const WORTH_A_WORD_MS: u64 = 1_000;

const PLAY: &str = "m8 5 11 7-11 7Z";
const PAUSE: &str = "M9 5v14M15 5v14";

impl Inner {
    /// Plays, or pauses.
    pub(super) fn toggle(self: &Rc<Self>) {
        if self.deck.borrow().is_none() {
            return;
        }
        let play = !self.playing.get();
        if play && self.now() >= self.duration() {
            self.seek(Moment(0));
        }
        self.set_playing(play);
        let words = &words().replay;
        let said = if play {
            words.playing.to_owned()
        } else {
            fill(words.paused_at, &[("at", &clock(self.now()))])
        };
        self.parts.say("said", &said);
    }

    pub(super) fn set_playing(self: &Rc<Self>, playing: bool) {
        self.playing.set(playing);
        self.drawn.set(None);
        let words = &words().replay;
        let (word, path) = if playing { (words.pause, PAUSE) } else { (words.play, PLAY) };
        let button = self.parts.get("play");
        set(&button, "aria-label", word);
        set(&button, "title", &fill(words.space, &[("word", &word)]));
        set(&self.parts.get("play-path"), "d", path);
        if playing {
            self.fill();
            self.ask_frame();
        }
    }

    pub(super) fn set_speed(&self, speed: f64) {
        self.speed.set(speed);
        self.parts.say("said", &fill(words().replay.speed_is, &[("speed", &speed)]));
    }

    pub(super) fn set_skip_idle(&self, skip: bool) {
        self.skip_idle.set(skip);
    }

    pub(super) fn ask_frame(self: &Rc<Self>) {
        if !self.frame_asked.replace(true) {
            request_animation_frame(on(self, Self::frame));
        }
    }

    pub(super) fn frame(self: &Rc<Self>) {
        self.frame_asked.set(false);
        if !self.playing.get() {
            return;
        }
        self.ask_frame();
        let now = window().performance().map_or(0.0, |clock| clock.now());
        let before = self.drawn.replace(Some(now));
        // Pictures that are not drawn yet are waited for, as bytes are.
        let waits = self.seeking.get() || self.easel.waits() > MOST_WAITING;
        let (Some(before), false) = (before, waits) else { return };
        let due = (now - before).min(LONGEST_FRAME_MS) * self.speed.get() + self.rest.get();
        self.rest.set(due.fract());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few seconds at most")]
        let due = due as u64;
        let played = self
            .deck
            .borrow_mut()
            .as_mut()
            .map(|deck| (deck.play(due, self.skip_idle.get()), deck.take_skipped()));
        let Some((step, skipped)) = played else { return };
        if skipped >= WORTH_A_WORD_MS {
            let skipped = i64::try_from(skipped).unwrap_or(i64::MAX);
            self.flash("skipped", &fill(words().replay.skipped, &[("span", &span(skipped))]), "");
        }
        self.draw();
        match step {
            Step::Going | Step::Waiting => self.fill(),
            Step::Ended => {
                self.set_playing(false);
                self.parts.say("said", words().replay.the_end);
            }
        }
    }

    /// Fetches ahead.
    pub(super) fn fill(self: &Rc<Self>) {
        if self.filling.get() || self.seeking.get() {
            return;
        }
        let Some(range) = self.deck.borrow().as_ref().and_then(Deck::wants) else { return };
        self.filling.set(true);
        let inner = Rc::downgrade(self);
        let id = self.id;
        spawn_local(async move {
            let bytes = fetch::bytes(piece(id, range.start, range.end)).await;
            let Some(inner) = inner.upgrade() else { return };
            inner.filling.set(false);
            match bytes {
                Ok(bytes) => inner.give(range.start, &bytes),
                Err(words) => inner.fail(&words),
            }
        });
    }

    pub(super) fn give(&self, from: u64, bytes: &[u8]) {
        if let Some(deck) = self.deck.borrow_mut().as_mut() {
            deck.give(from, bytes);
        }
    }

    pub(super) fn fail(self: &Rc<Self>, words: &str) {
        self.set_playing(false);
        let said = sentence(&told(words));
        self.parts.say("skipped", &said);
        self.parts.say("said", &said);
    }
}
