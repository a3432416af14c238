//! What a watch draws, and when: in animation frames, as large as there is room.

use std::rc::Rc;

use leptos::prelude::*;
use wire::desktop::Extent;

use super::super::easel::Became;
use super::super::owner;
use super::{Inner, Part, on};

/// Parsing that one picture may take, in milliseconds: leaves half a frame to the page.
const FRAME_BUDGET_MS: f64 = 8.0;

impl Inner {
    /// What became of frames of a picture.
    pub(super) fn became(self: &Rc<Self>, became: Became) {
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

    pub(super) fn ask_frame(self: &Rc<Self>) {
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

    pub(super) fn fit(self: &Rc<Self>) {
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
    pub(super) fn font_changed(self: &Rc<Self>) {
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
