//! What the owner's side asks of those who take part: their input, and what the owner is to hear.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::Instant;
use wire::live::LeaseMode;

use super::kinds::{Directive, Hindrance, INPUT_WAITS, NEWS, Typed};
use crate::notice::Notice;
use crate::registry::Entry;

/// Between two bells for keys that count for nothing.
const BELL: Duration = Duration::from_secs(1);

impl Entry {
    pub(crate) fn answer(&self, question: u64, yes: bool) {
        let mut part = self.part();
        if let Some(by) = part.consents.answer(question, yes) {
            self.tell(&mut part, Notice::Answered { by, yes });
        }
        self.settle(&part);
        drop(part);
        self.live.wake();
    }

    pub(crate) fn hindrance(&self) -> Hindrance {
        Hindrance(self.desk.flags.load(Ordering::Acquire))
    }

    pub(crate) fn has_news(&self) -> bool {
        self.desk.flags.load(Ordering::Acquire) & NEWS != 0
    }

    pub(crate) async fn news(&self) {
        while !self.has_news() {
            self.desk.told.notified().await;
        }
    }

    pub(crate) fn directive(&self) -> Option<Directive> {
        let mut part = self.part();
        let directive = if std::mem::take(&mut part.let_go) {
            Some(Directive::LetGo)
        } else if let Some(notice) = part.notices.pop() {
            Some(Directive::Tell(notice))
        } else if std::mem::take(&mut part.bell) {
            Some(Directive::Bell)
        } else {
            let question = part.consents.first().filter(|question| Some(question.id) != part.asked).cloned();
            part.asked = question.as_ref().map(|question| question.id).or(part.asked);
            question.map(Directive::Ask)
        };
        self.settle(&part);
        directive
    }

    /// The next input of the holder. Cancel-safe.
    pub(crate) async fn input(&self) -> Typed {
        loop {
            if self.desk.flags.load(Ordering::Acquire) & INPUT_WAITS != 0
                && let Some(typed) = self.take_input()
            {
                return typed;
            }
            self.desk.typed.notified().await;
        }
    }

    fn take_input(&self) -> Option<Typed> {
        let mut part = self.part();
        self.expire(&mut part);
        let mut found = None;
        while found.is_none()
            && let Some((generation, typed)) = part.input.pop_front()
        {
            part.input_bytes -= typed.bytes.len();
            self.desk.room.send_replace(());
            found = (part.lease.is_some() && part.generation == generation).then_some(typed);
        }
        self.settle(&part);
        found
    }

    /// The owner takes the keyboard back from whoever has it for themselves.
    pub(crate) fn take_back(&self) {
        let mut part = self.part();
        if part.lease.as_ref().is_some_and(|held| held.lease.mode == LeaseMode::Exclusive) {
            self.end_lease(&mut part);
            self.settle(&part);
        }
    }

    /// A key of the owner counted for nothing.
    pub(crate) fn in_vain(&self) {
        let mut part = self.part();
        if part.bell_at.is_none_or(|at| at.elapsed() >= BELL) {
            part.bell_at = Some(Instant::now());
            part.bell = true;
            self.settle(&part);
        }
    }

    /// Completes when the owner's input is not paused. Cancel-safe.
    pub(crate) async fn resumed(&self) {
        while self.hindrance().is_paused() {
            self.desk.resumed.notified().await;
        }
    }

    /// The session is over: nobody types, nobody waits. Before its last frame.
    pub(crate) fn close_desk(&self) {
        let mut part = self.part();
        self.end_lease(&mut part);
        part.over = true;
        part.paused = None;
        part.consents.clear();
        self.settle(&part);
    }
}
