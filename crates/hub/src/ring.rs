//! Encoded frames on their way to whoever looks at the screen: each kept once, however many they are.
//!
//! Never waits for a reader: who falls behind what is kept must begin anew. The owner's own window reads here,
//! too, and only what is on the screen: who watches is for watchers, and is told to the owner where policy says so.
//! What is for the owner alone has a queue of its own ([`Told`]), so that no flood of frames displaces it; where the
//! mouse is waits in no queue at all ([`Pointing`]).

mod pointing;
mod told;

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use pointing::Pointing;
use tokio::time::Instant;
use told::{Standing, Told};
use wire::desktop::Mouse;
use wire::live::{LiveFrame, Watcher};

/// Frames kept for watchers that are behind, in bytes: a few screens of a terminal.
pub(crate) const OF_TERMINAL: usize = 256 << 10;
/// And a few pictures of a video, 1280x800.
pub(crate) const OF_PICTURE: usize = 6 << 20;
/// Above so many bytes, frames that everybody has read go at once.
const LARGE: usize = OF_TERMINAL;

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

#[derive(Debug)]
pub(crate) struct Ring {
    /// Most bytes that are kept.
    kept: usize,
    frames: VecDeque<Kept>,
    bytes: usize,
    /// Number of the first frame of `frames`; each frame has the next number.
    first: u64,
    seats: BTreeMap<Seat, Reader>,
    next_seat: u64,
    /// What a window that the owner opens is to hear first.
    standing: Standing,
    pointing: Pointing,
    over: bool,
    /// Whether a fan-out task runs for this session.
    pub(crate) fanout: bool,
}

/// Who reads at a seat.
#[derive(Debug)]
struct Reader {
    /// Number of the next frame.
    at: u64,
    /// How many places of the mouse were handed out when it looked last.
    pointed: u64,
    who: Who,
}

#[derive(Debug)]
enum Who {
    Watcher(Watcher),
    /// The owner, and what they alone are told.
    Owner(Told),
}

/// One frame, and whom it is for.
#[derive(Debug)]
struct Kept {
    frame: Bytes,
    for_owner: bool,
}

impl Ring {
    /// One that keeps so many bytes.
    pub(crate) fn new(kept: usize) -> Self {
        Self {
            kept,
            frames: VecDeque::new(),
            bytes: 0,
            first: 0,
            seats: BTreeMap::new(),
            next_seat: 0,
            standing: Standing::new(),
            pointing: Pointing::default(),
            over: false,
            fanout: false,
        }
    }

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
        let wanted = self.wanted();
        // The last frame always stays: it may be the end, or a screen larger than the ring.
        while self.frames.len() > 1 && (self.first < wanted || self.bytes > self.kept) {
            self.drop_first();
        }
    }

    /// The first frame that somebody has still to read.
    fn wanted(&self) -> u64 {
        self.seats.values().map(|reader| reader.at).min().unwrap_or(self.end())
    }

    fn drop_first(&mut self) {
        if let Some(gone) = self.frames.pop_front() {
            self.bytes -= gone.frame.len();
            self.first += 1;
        }
    }

    /// Says something to the owner alone, in all windows of theirs; some of it waits for one.
    pub(crate) fn tell_owner(&mut self, frame: &LiveFrame) {
        if self.over {
            return;
        }
        let encoded: Bytes = wire::encode(frame).into();
        let mut heard = false;
        for reader in self.seats.values_mut() {
            if let Who::Owner(told) = &mut reader.who {
                told.push(encoded.clone());
                heard = true;
            }
        }
        self.standing.take(frame, encoded, heard);
    }

    /// The mouse is there, which the owner may know or not; whether somebody must come to hand it out.
    pub(crate) fn mouse(&mut self, mouse: Mouse, for_owner: bool) -> bool {
        self.pointing.moved(mouse, for_owner)
    }

    /// When the mouse's place is to be handed out, if it waits.
    pub(crate) fn mouse_due(&self) -> Option<Instant> {
        self.pointing.due()
    }

    /// Hands it out, if it is due.
    pub(crate) fn hand_out_mouse(&mut self) {
        self.pointing.hand_out(Instant::now());
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
        let who = watcher.map_or_else(|| Who::Owner(self.standing.begin()), Who::Watcher);
        self.seats.insert(seat, Reader { at: self.end(), pointed: 0, who });
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
        self.seats.values().filter_map(|reader| match &reader.who {
            Who::Watcher(watcher) => Some(watcher),
            Who::Owner(_) => None,
        })
    }

    /// Whether the owner looks.
    pub(crate) fn has_window(&self) -> bool {
        self.seats.values().any(|reader| matches!(reader.who, Who::Owner(_)))
    }

    /// Whether nobody looks, not even the owner.
    pub(crate) fn is_empty(&self) -> bool {
        self.seats.is_empty()
    }

    pub(crate) fn read(&mut self, seat: Seat) -> Read {
        let found = self.find(seat);
        // Who is quick has read them all before the next comes: large ones need not wait for it. The last frame of
        // all stays for whoever has yet to catch up.
        while self.bytes > LARGE && !self.over && self.first < self.wanted() {
            self.drop_first();
        }
        found
    }

    fn find(&mut self, seat: Seat) -> Read {
        let (first, end) = (self.first, self.end());
        let Some(Reader { at, pointed, who }) = self.seats.get_mut(&seat) else { return Read::Over };
        if let Who::Owner(told) = who
            && let Some(frame) = told.pop()
        {
            return Read::Frame(frame);
        }
        // Nothing comes after the last frame.
        if !self.over
            && let Some(frame) = self.pointing.read(pointed, matches!(who, Who::Owner(_)))
        {
            return Read::Frame(frame);
        }
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
            if kept.for_owner || matches!(who, Who::Watcher(_)) {
                return Read::Frame(kept.frame.clone());
            }
        }
    }

    /// Takes a seat to the end of what is there, where a fresh screen puts it; not past the last
    /// frame of all.
    pub(crate) fn catch_up(&mut self, seat: Seat) {
        let end = self.end() - u64::from(self.over);
        if let Some(reader) = self.seats.get_mut(&seat) {
            reader.at = end;
        }
    }

    pub(crate) const fn is_over(&self) -> bool {
        self.over
    }

    fn end(&self) -> u64 {
        self.first + self.frames.len() as u64
    }
}
