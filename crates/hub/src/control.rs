//! Taking part in one session: who may type beside the owner, whose input waits, what the owner hears.
//!
//! Input is kept with the lease under which it was typed and dies with it, so nothing that was typed
//! before a lease ended is taken from here after. Watchers wait for room, the owner never does: an
//! owner's key costs one atomic load while nobody takes part.

mod kinds;
mod owner;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;
use tokio::time::Instant;
use wire::live::{Lease, LeaseMode, LiveFrame};
use wire::{Millis, UserId};

use kinds::{ASKING, EXCLUSIVE, INPUT_WAITS, NEWS, PAUSED};
pub use kinds::{Deed, Deeds, Directive, Hand, Hindrance, Times, Typed};

use crate::MarkKind;
use crate::consent::{Answer, Consents, Stand};
use crate::lock::lock;
use crate::notice::{Notice, Notices};
use crate::registry::Entry;

/// Input that waits for the gateway, in bytes; a watcher who types more waits.
const INPUT: usize = 64 << 10;

/// One who has a seat.
#[derive(Debug)]
pub(crate) struct Sitter {
    pub(crate) seat: u64,
    pub(crate) name: String,
    pub(crate) full_name: String,
    /// Whether the owner is told of them.
    pub(crate) told: bool,
    pub(crate) deeds: Deeds,
}

/// What became of input.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Accepted {
    Yes,
    /// There is no room for it now.
    Full,
    /// The watcher does not hold the lease.
    NoLease,
}

#[derive(Default)]
pub(crate) struct Desk {
    part: Mutex<Part>,
    flags: AtomicU8,
    /// Input waits.
    typed: Notify,
    /// Something is to be told.
    told: Notify,
    /// The owner's input goes on.
    resumed: Notify,
    /// There is room for input again.
    room: watch::Sender<()>,
}

#[derive(Default)]
struct Part {
    lease: Option<Held>,
    /// Counts leases: what was typed under another one is nothing.
    generation: u64,
    paused: Option<Pauser>,
    input: VecDeque<(u64, Typed)>,
    input_bytes: usize,
    notices: Notices,
    consents: Consents,
    /// The question that the gateway was given last.
    asked: Option<u64>,
    /// The control of somebody who may still hold keys has ended.
    let_go: bool,
    bell: bool,
    bell_at: Option<Instant>,
    over: bool,
}

struct Held {
    lease: Lease,
    by: Arc<str>,
    modes: Vec<LeaseMode>,
    since: Instant,
    until: Instant,
    told: bool,
    deeds: Deeds,
    timer: AbortHandle,
}

struct Pauser {
    seat: u64,
    name: String,
}

impl Entry {
    fn part(&self) -> MutexGuard<'_, Part> {
        lock(&self.desk.part)
    }

    /// Says to both sides what is so now. Called with every change, before the lock is given back.
    fn settle(&self, part: &Part) {
        let mut flags = 0;
        if part.paused.is_some() {
            flags |= PAUSED;
        }
        if part.lease.as_ref().is_some_and(|held| held.lease.mode == LeaseMode::Exclusive) {
            flags |= EXCLUSIVE;
        }
        let question = part.consents.first().map(|question| question.id);
        if question.is_some() {
            flags |= ASKING;
        }
        if part.let_go
            || !part.notices.is_empty()
            || part.bell
            || (question.is_some() && question != part.asked)
        {
            flags |= NEWS;
        }
        if !part.input.is_empty() {
            flags |= INPUT_WAITS;
        }
        let before = self.desk.flags.swap(flags, Ordering::AcqRel);
        // After the flags: whoever is woken looks at them.
        if flags & NEWS != 0 {
            self.desk.told.notify_one();
        }
        if before & PAUSED != 0 && flags & PAUSED == 0 {
            self.desk.resumed.notify_one();
        }
    }

    fn tell(&self, part: &mut Part, notice: Notice) {
        if self.live.can_be_told() && !part.over {
            part.notices.push(notice);
        }
    }

    // What watchers do.

    /// Somebody sits down; the frames that say how things stand.
    pub(crate) fn seated(&self, sitter: &Sitter) -> Vec<LiveFrame> {
        let mut part = self.part();
        if sitter.told {
            self.tell(&mut part, Notice::Joined { by: sitter.name.clone() });
        }
        self.mark(MarkKind::Joined, &sitter.name, "");
        self.settle(&part);
        let mut frames = vec![LiveFrame::Seated(sitter.seat)];
        frames.extend(part.frames());
        frames
    }

    /// How things stand, for a watcher that missed the changes.
    pub(crate) fn standing(&self) -> Vec<LiveFrame> {
        let part = self.part();
        vec![
            LiveFrame::Watchers(self.live.who_watches()),
            LiveFrame::Control(part.lease.as_ref().map(|held| held.lease.clone())),
            LiveFrame::Paused(part.paused.as_ref().map(|pauser| pauser.name.clone())),
        ]
    }

    /// Somebody's seat is taken away, with all that they held.
    pub(crate) fn left(&self, sitter: &Sitter) {
        let mut part = self.part();
        self.withhold(&mut part, sitter);
        if sitter.told {
            self.tell(&mut part, Notice::Left { by: sitter.name.clone() });
        }
        self.mark(MarkKind::Left, &sitter.name, "");
        self.settle(&part);
    }

    /// Somebody may not take part any more.
    pub(crate) fn lose_control(&self, sitter: &Sitter) {
        let mut part = self.part();
        self.withhold(&mut part, sitter);
        self.settle(&part);
    }

    fn withhold(&self, part: &mut Part, sitter: &Sitter) {
        if part.is_held_by(sitter) {
            self.end_lease(part);
        }
        if part.paused.as_ref().is_some_and(|pauser| pauser.seat == sitter.seat) {
            self.end_pause(part, sitter);
        }
    }

    /// Gives the lease, or changes its mode; the error says why not.
    pub(crate) fn ask(
        self: &Arc<Self>,
        sitter: &Sitter,
        mode: LeaseMode,
        length: Duration,
    ) -> Result<(), String> {
        if !self.live.takes_input() {
            return Err("this session has no terminal to type in".into());
        }
        let mut part = self.part();
        self.expire(&mut part);
        if part.over {
            return Err(OVER.into());
        }
        match &mut part.lease {
            Some(held) if held.lease.seat != sitter.seat => {
                return Err(format!("{} has the keyboard", held.lease.user));
            }
            Some(held) if held.lease.mode == mode => return Ok(()),
            Some(held) => {
                held.lease.mode = mode;
                held.modes.push(mode);
            }
            None => {
                part.generation += 1;
                let until = Instant::now() + length;
                part.lease = Some(Held {
                    lease: Lease {
                        seat: sitter.seat,
                        user: sitter.name.clone(),
                        full_name: sitter.full_name.clone(),
                        mode,
                        until: in_time(length),
                    },
                    by: sitter.name.as_str().into(),
                    modes: vec![mode],
                    since: Instant::now(),
                    until,
                    told: sitter.told,
                    deeds: sitter.deeds.clone(),
                    timer: self.end_later(part.generation, until),
                });
            }
        }
        self.live.tell(&LiveFrame::Control(part.lease.as_ref().map(|held| held.lease.clone())));
        if sitter.told {
            self.tell(&mut part, Notice::Lease { by: sitter.name.clone(), mode });
        }
        self.mark(MarkKind::Lease, &sitter.name, mode_word(mode));
        self.settle(&part);
        Ok(())
    }

    /// Lets the watcher's lease last its whole length from now.
    pub(crate) fn renew(&self, sitter: &Sitter, length: Duration) -> Result<(), String> {
        let mut part = self.part();
        self.expire(&mut part);
        if !part.is_held_by(sitter) {
            self.settle(&part);
            return Err(NO_LEASE.into());
        }
        if let Some(held) = &mut part.lease {
            held.until = Instant::now() + length;
            held.lease.until = in_time(length);
            self.live.tell(&LiveFrame::Control(Some(held.lease.clone())));
        }
        Ok(())
    }

    /// The watcher gives its lease back.
    pub(crate) fn release(&self, sitter: &Sitter) {
        let mut part = self.part();
        if part.is_held_by(sitter) {
            self.end_lease(&mut part);
            self.settle(&part);
        }
    }

    /// Takes what the holder typed, whole or not at all.
    pub(crate) fn type_in(&self, sitter: &Sitter, bytes: &Bytes) -> Accepted {
        let mut part = self.part();
        self.expire(&mut part);
        let (true, Some(held)) = (part.is_held_by(sitter), &part.lease) else {
            self.settle(&part);
            return Accepted::NoLease;
        };
        if part.input_bytes > 0 && part.input_bytes + bytes.len() > INPUT {
            return Accepted::Full;
        }
        let hand = Hand { seat: sitter.seat, told: sitter.told };
        let typed = Typed { by: Arc::clone(&held.by), hand, bytes: bytes.clone() };
        let generation = part.generation;
        part.input_bytes += bytes.len();
        part.input.push_back((generation, typed));
        self.settle(&part);
        self.desk.typed.notify_one();
        Accepted::Yes
    }

    /// A message for the owner.
    pub(crate) fn message(&self, sitter: &Sitter, text: &str) -> Result<(), String> {
        if !self.live.can_be_told() {
            return Err("this session has no terminal to show a message in".into());
        }
        let mut part = self.part();
        if part.over {
            return Err(OVER.into());
        }
        self.tell(&mut part, Notice::Message { by: sitter.name.clone(), text: text.to_owned() });
        self.mark(MarkKind::Message, &sitter.name, text);
        sitter.deeds.push(Deed::Message(text.to_owned()));
        self.settle(&part);
        Ok(())
    }

    /// The owner's input is to wait.
    pub(crate) fn pause(&self, sitter: &Sitter) -> Result<(), String> {
        let mut part = self.part();
        match &part.paused {
            _ if part.over => return Err(OVER.into()),
            Some(pauser) if pauser.seat != sitter.seat => {
                return Err(format!("{} paused the input already", pauser.name));
            }
            Some(_) => return Err("you paused the input already".into()),
            None => {}
        }
        part.paused = Some(Pauser { seat: sitter.seat, name: sitter.name.clone() });
        self.live.tell(&LiveFrame::Paused(Some(sitter.name.clone())));
        self.tell(&mut part, Notice::Paused { by: sitter.name.clone() });
        self.mark(MarkKind::Paused, &sitter.name, "");
        sitter.deeds.push(Deed::Paused);
        self.settle(&part);
        Ok(())
    }

    /// It goes on; whether it had been paused.
    pub(crate) fn resume(&self, sitter: &Sitter) -> bool {
        let mut part = self.part();
        let paused = part.paused.is_some();
        if paused {
            self.end_pause(&mut part, sitter);
            self.settle(&part);
        }
        paused
    }

    fn end_pause(&self, part: &mut Part, by: &Sitter) {
        part.paused = None;
        self.live.tell(&LiveFrame::Paused(None));
        self.tell(part, Notice::Resumed { by: by.name.clone() });
        self.mark(MarkKind::Resumed, &by.name, "");
        by.deeds.push(Deed::Resumed);
    }

    fn end_lease(&self, part: &mut Part) {
        let Some(held) = part.lease.take() else { return };
        held.timer.abort();
        part.input.clear();
        part.input_bytes = 0;
        part.let_go |= self.live.is_picture();
        self.live.tell(&LiveFrame::Control(None));
        if held.told {
            self.tell(part, Notice::LeaseEnded { by: held.lease.user.clone() });
        }
        self.mark(MarkKind::LeaseEnded, &held.lease.user, "");
        held.deeds.push(Deed::Lease { modes: held.modes, lasted: held.since.elapsed() });
        self.desk.room.send_replace(());
    }

    /// Ends a lease whose time is over, should its timer be late.
    fn expire(&self, part: &mut Part) {
        if part.lease.as_ref().is_some_and(|held| held.until <= Instant::now()) {
            self.end_lease(part);
        }
    }

    /// Starts the timer of a lease. It ends with the lease.
    fn end_later(self: &Arc<Self>, generation: u64, until: Instant) -> AbortHandle {
        let entry = Arc::downgrade(self);
        let timer = async move {
            let mut until = until;
            loop {
                tokio::time::sleep_until(until).await;
                let Some(entry) = entry.upgrade() else { return };
                let mut part = entry.part();
                if part.generation != generation {
                    return;
                }
                entry.expire(&mut part);
                entry.settle(&part);
                let Some(held) = &part.lease else { return };
                until = held.until;
            }
        };
        tokio::spawn(timer).abort_handle()
    }

    // Consent.

    /// Asks the owner whether somebody may watch.
    pub(crate) fn ask_owner(&self, asker: Option<UserId>, by: &str) -> Stand {
        let mut part = self.part();
        let stand = part.consents.ask(asker, by);
        self.settle(&part);
        stand
    }

    pub(crate) fn answer_for(&self, asker: Option<UserId>) -> Answer {
        self.part().consents.answer_for(asker)
    }

    /// One window waits for the answer no more.
    pub(crate) fn withdraw(&self, question: u64) {
        let mut part = self.part();
        if let Some(question) = part.consents.withdraw(question)
            && part.asked.is_some_and(|asked| asked >= question.id)
        {
            self.tell(&mut part, Notice::Withdrawn { by: question.by });
        }
        self.settle(&part);
    }

    pub(crate) fn room(&self) -> watch::Receiver<()> {
        self.desk.room.subscribe()
    }
}

/// Why input or a renewal is not taken.
pub(crate) const NO_LEASE: &str = "ask for control first: you do not have the keyboard";

/// Why nothing is done any more.
const OVER: &str = "this session has ended";

impl Part {
    fn is_held_by(&self, sitter: &Sitter) -> bool {
        self.lease.as_ref().is_some_and(|held| held.lease.seat == sitter.seat)
    }

    fn frames(&self) -> Vec<LiveFrame> {
        let lease = self.lease.as_ref().map(|held| LiveFrame::Control(Some(held.lease.clone())));
        let paused = self.paused.as_ref().map(|pauser| LiveFrame::Paused(Some(pauser.name.clone())));
        lease.into_iter().chain(paused).collect()
    }
}

/// A mode in one word.
#[must_use]
pub const fn mode_word(mode: LeaseMode) -> &'static str {
    match mode {
        LeaseMode::Shared => "shared",
        LeaseMode::Exclusive => "exclusive",
    }
}

fn in_time(length: Duration) -> Millis {
    Millis(Millis::now().0.saturating_add(i64::try_from(length.as_millis()).unwrap_or(i64::MAX)))
}
