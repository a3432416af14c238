//! A session's way into its recording, if it has one: when a keyframe is due, and whether it goes on.
//!
//! A whole picture is dear, and a clock that ticks changes little of it: one is due when replay would have much to
//! draw before it shows a moment, and after a time only if it is no larger than what was drawn since the last.

use std::future::pending;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use bytes::Bytes;
use wire::desktop::Tile;
use wire::{End, Millis};

use crate::desktop::Shown;
use crate::registry::Entry;
use crate::{Keyframe, Mark, MarkKind, Moment, PictureFrame, Recorder};

/// Output after which a keyframe is due, in bytes: what replay parses at most before it shows a moment.
const KEYFRAME_BYTES: usize = 256 << 10;
/// Time after which a keyframe is due if there was output, in milliseconds.
const KEYFRAME_MS: i64 = 10_000;

/// The same of a picture: bytes of tiles,
const PICTURE_BYTES: usize = 4 << 20;
/// pixels of them,
const PICTURE_PIXELS: usize = 16 << 20;
/// and milliseconds, if anything changed.
const PICTURE_MS: i64 = 60_000;

pub(crate) struct Tape {
    recorder: Option<Box<dyn Recorder>>,
    /// Output since the last keyframe, in bytes.
    since: AtomicUsize,
    /// Pixels that were drawn since the last picture.
    pixels: AtomicUsize,
    /// Bytes of the last picture.
    picture: AtomicUsize,
    /// When the last keyframe was taken.
    last: AtomicI64,
}

impl Tape {
    /// The recording of a session that was opened at `now`; none if it is not recorded.
    pub(crate) const fn new(recorder: Option<Box<dyn Recorder>>, now: Millis) -> Self {
        Self {
            recorder,
            since: AtomicUsize::new(0),
            pixels: AtomicUsize::new(0),
            picture: AtomicUsize::new(0),
            last: AtomicI64::new(now.0),
        }
    }

    pub(crate) const fn is_recorded(&self) -> bool {
        self.recorder.is_some()
    }

    /// Takes output in; whether to wait for room.
    pub(crate) fn output(&self, bytes: &Bytes) -> bool {
        self.since.fetch_add(bytes.len(), Ordering::Relaxed);
        self.take_with(|| Moment::Output(bytes.clone()))
    }

    /// Takes in what a desktop shows, and the whole of it when that is due; whether to wait for room. Called while the
    /// stage is locked, so one at a time.
    pub(crate) fn drawn(&self, shown: Shown, now: Millis, whole: impl FnOnce() -> PictureFrame) -> bool {
        if !self.is_recorded() {
            return false;
        }
        let (bytes, pixels) = shown.cost();
        let Shown { seq, another, tiles } = shown;
        if let Some((extent, _)) = another {
            self.take(Moment::Extent(extent));
        }
        let behind = self.take(Moment::Drawn { seq, tiles });
        let bytes = self.since.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let pixels = self.pixels.fetch_add(pixels, Ordering::Relaxed) + pixels;
        let passed = now.since(Millis(self.last.load(Ordering::Relaxed)));
        let is_worth_it = bytes >= self.picture.load(Ordering::Relaxed);
        let is_due = bytes >= PICTURE_BYTES
            || pixels >= PICTURE_PIXELS
            || passed >= PICTURE_MS
            || is_worth_it && passed >= KEYFRAME_MS;
        if !is_due {
            return behind;
        }
        let whole = whole();
        self.picture.store(whole.tiles.iter().map(Tile::size).sum(), Ordering::Relaxed);
        self.since.store(0, Ordering::Relaxed);
        self.pixels.store(0, Ordering::Relaxed);
        self.last.store(now.0, Ordering::Relaxed);
        self.take(Moment::Picture(whole)) || behind
    }

    /// Takes a moment in; whether to wait for room.
    pub(crate) fn take(&self, moment: Moment) -> bool {
        self.take_with(|| moment)
    }

    /// As [`Tape::take`], for a moment that costs something to make.
    pub(crate) fn take_with(&self, moment: impl FnOnce() -> Moment) -> bool {
        self.recorder.as_ref().is_some_and(|recorder| !recorder.take(moment()))
    }

    pub(crate) async fn room(&self) {
        if let Some(recorder) = &self.recorder {
            recorder.room().await;
        }
    }

    pub(crate) async fn lost(&self) -> String {
        match &self.recorder {
            Some(recorder) => recorder.lost().await,
            None => pending().await,
        }
    }

    pub(crate) fn close(&self, end: &End) {
        if let Some(recorder) = &self.recorder {
            recorder.close(end);
        }
    }

    pub(crate) fn wants_keyframe(&self, now: Millis) -> bool {
        self.is_recorded()
            && (self.since.load(Ordering::Relaxed) >= KEYFRAME_BYTES
                || now.since(Millis(self.last.load(Ordering::Relaxed))) >= KEYFRAME_MS)
    }

    pub(crate) fn keyframe(&self, keyframe: Keyframe, now: Millis) {
        self.take(Moment::Keyframe(keyframe));
        self.since.store(0, Ordering::Relaxed);
        self.last.store(now.0, Ordering::Relaxed);
    }
}

impl Entry {
    /// Takes note of what `by` did in the session, in the order in which things happen.
    pub(crate) fn mark(&self, kind: MarkKind, by: &str, text: &str) {
        if self.tape.is_recorded() {
            self.tape.take(Moment::Mark(Mark { kind, by: by.to_owned(), text: text.to_owned() }));
        }
    }
}
