//! Encoded frames on their way to whoever looks at the screen: each kept once, however many they are.
//!
//! Never waits for a reader: who falls behind what is kept must begin anew. The owner's own window reads here,
//! too, and only what is on the screen: who watches is for watchers, and is told to the owner where policy says so.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use wire::live::Watcher;

/// Frames kept for watchers that are behind, in bytes.
const KEPT: usize = 256 << 10;

/// Names one reader of one session's screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Seat(pub(crate) u64);

/// What a reader finds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// The next frame.
    Frame(Bytes),
    /// Frames that it had not read are gone.
    Lagged,
    /// Nothing yet.
    Nothing,
    /// The last frame was read.
    Over,
}

#[derive(Debug, Default)]
pub(crate) struct Ring {
    frames: VecDeque<Kept>,
    bytes: usize,
    /// Number of the first frame of `frames`; each frame has the next number.
    first: u64,
    /// Where each has read to, and who watches there; the owner watches nobody.
    seats: BTreeMap<Seat, (u64, Option<Watcher>)>,
    next_seat: u64,
    over: bool,
    /// Whether a fan-out task runs for this session.
    pub(crate) fanout: bool,
}

/// One frame, and whom it is for.
#[derive(Debug)]
struct Kept {
    frame: Bytes,
    for_owner: bool,
}

impl Ring {
    /// Nothing comes after the last frame.
    pub(crate) fn push(&mut self, frame: Bytes) {
        self.push_for(frame, true);
    }

    /// The same for what the owner's window does not show.
    pub(crate) fn push_for_watchers(&mut self, frame: Bytes) {
        self.push_for(frame, false);
    }

    fn push_for(&mut self, frame: Bytes, for_owner: bool) {
        if !self.over {
            self.append(Kept { frame, for_owner });
        }
    }

    fn append(&mut self, kept: Kept) {
        self.bytes += kept.frame.len();
        self.frames.push_back(kept);
        let wanted = self.seats.values().map(|(at, _)| *at).min().unwrap_or(self.end());
        // The last frame always stays: it may be the end, or a screen larger than the ring.
        while self.frames.len() > 1 && (self.first < wanted || self.bytes > KEPT) {
            if let Some(gone) = self.frames.pop_front() {
                self.bytes -= gone.frame.len();
                self.first += 1;
            }
        }
    }

    /// The last frame: nothing comes after it.
    pub(crate) fn close(&mut self, frame: Bytes) {
        self.append(Kept { frame, for_owner: true });
        self.over = true;
    }

    /// A seat whose first frame is the next one: a watcher's, or the owner's.
    pub(crate) fn join(&mut self, watcher: Option<Watcher>) -> Seat {
        let seat = Seat(self.next_seat);
        self.next_seat += 1;
        self.seats.insert(seat, (self.end(), watcher));
        seat
    }

    pub(crate) fn leave(&mut self, seat: Seat) {
        self.seats.remove(&seat);
        if self.seats.is_empty() && !self.over {
            self.first = self.end();
            self.frames = VecDeque::new();
            self.bytes = 0;
        }
    }

    /// Those who watch.
    pub(crate) fn watchers(&self) -> impl Iterator<Item = &Watcher> {
        self.seats.values().filter_map(|(_, watcher)| watcher.as_ref())
    }

    /// Whether the owner looks.
    pub(crate) fn has_window(&self) -> bool {
        self.seats.values().any(|(_, watcher)| watcher.is_none())
    }

    /// Whether nobody looks, not even the owner.
    pub(crate) fn is_empty(&self) -> bool {
        self.seats.is_empty()
    }

    pub(crate) fn read(&mut self, seat: Seat) -> Read {
        let (first, end) = (self.first, self.end());
        let Some((at, watcher)) = self.seats.get_mut(&seat) else { return Read::Over };
        loop {
            if *at < first {
                return Read::Lagged;
            }
            if *at == end {
                return if self.over { Read::Over } else { Read::Nothing };
            }
            let Some(kept) = usize::try_from(*at - first).ok().and_then(|index| self.frames.get(index))
            else {
                return Read::Lagged;
            };
            *at += 1;
            if kept.for_owner || watcher.is_some() {
                return Read::Frame(kept.frame.clone());
            }
        }
    }

    /// Takes a seat to the end of what is there, where a fresh screen puts it; not past the last
    /// frame of all.
    pub(crate) fn catch_up(&mut self, seat: Seat) {
        let end = self.end() - u64::from(self.over);
        if let Some((at, _)) = self.seats.get_mut(&seat) {
            *at = end;
        }
    }

    pub(crate) const fn is_over(&self) -> bool {
        self.over
    }

    fn end(&self) -> u64 {
        self.first + self.frames.len() as u64
    }
}
