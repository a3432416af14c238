//! Encoded frames on their way to the watchers: each kept once, however many there are.
//!
//! Never waits for a watcher: who falls behind what is kept must begin anew.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use wire::live::Watcher;

/// Frames kept for watchers that are behind, in bytes.
const KEPT: usize = 256 << 10;

/// Names one watcher of one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Seat(pub(crate) u64);

/// What a watcher finds.
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
    frames: VecDeque<Bytes>,
    bytes: usize,
    /// Number of the first frame of `frames`; each frame has the next number.
    first: u64,
    seats: BTreeMap<Seat, (u64, Watcher)>,
    next_seat: u64,
    over: bool,
    /// Whether a fan-out task runs for this session.
    pub(crate) fanout: bool,
}

impl Ring {
    /// Nothing comes after the last frame.
    pub(crate) fn push(&mut self, frame: Bytes) {
        if !self.over {
            self.append(frame);
        }
    }

    fn append(&mut self, frame: Bytes) {
        self.bytes += frame.len();
        self.frames.push_back(frame);
        let wanted = self.seats.values().map(|(at, _)| *at).min().unwrap_or(self.end());
        // The last frame always stays: it may be the end, or a screen larger than the ring.
        while self.frames.len() > 1 && (self.first < wanted || self.bytes > KEPT) {
            if let Some(gone) = self.frames.pop_front() {
                self.bytes -= gone.len();
                self.first += 1;
            }
        }
    }

    /// The last frame: nothing comes after it.
    pub(crate) fn close(&mut self, frame: Bytes) {
        self.append(frame);
        self.over = true;
    }

    /// A seat whose first frame is the next one.
    pub(crate) fn join(&mut self, watcher: Watcher) -> Seat {
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

    pub(crate) fn watchers(&self) -> impl ExactSizeIterator<Item = &Watcher> {
        self.seats.values().map(|(_, watcher)| watcher)
    }

    pub(crate) fn read(&mut self, seat: Seat) -> Read {
        let (first, end) = (self.first, self.end());
        let Some((at, _)) = self.seats.get_mut(&seat) else { return Read::Over };
        if *at < first {
            return Read::Lagged;
        }
        if *at == end {
            return if self.over { Read::Over } else { Read::Nothing };
        }
        let frame = usize::try_from(*at - first).ok().and_then(|index| self.frames.get(index)).cloned();
        *at += 1;
        frame.map_or(Read::Lagged, Read::Frame)
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
