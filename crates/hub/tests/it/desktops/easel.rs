//! A picture drawn from frames, as a page draws it; refuses gaps and repeats.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use bytes::Bytes;
use picture::Framebuffer;
use wire::End;
use wire::desktop::{Extent, Mouse, Pointer, Rect};
use wire::live::{LiveFrame, Watcher};

#[derive(Default)]
pub(crate) struct Easel {
    pub(crate) framebuffer: Option<Framebuffer>,
    pub(crate) pointer: Pointer,
    pub(crate) pictures: usize,
    pub(crate) drawn: usize,
    pub(crate) bytes: usize,
    /// What it looked like after each event, in short.
    pub(crate) seen: BTreeMap<u64, (Extent, u64)>,
    /// Where the mouse was, each time that it was told.
    pub(crate) mice: Vec<Mouse>,
    /// What the owner alone is told.
    pub(crate) aside: Vec<LiveFrame>,
    pub(crate) watchers: Vec<Watcher>,
    pub(crate) ended: Option<End>,
    seq: u64,
}

impl Easel {
    pub(crate) fn take(&mut self, frame: &Bytes) {
        assert!(self.ended.is_none(), "nothing comes after the end");
        self.bytes += frame.len();
        match wire::decode(frame).unwrap() {
            LiveFrame::Picture { seq, extent, pointer, tiles } => {
                assert!(seq >= self.seq);
                self.pictures += 1;
                self.seq = seq;
                self.pointer = pointer;
                let mut framebuffer = Framebuffer::new(extent);
                tiles.iter().for_each(|tile| framebuffer.apply(tile).unwrap());
                self.framebuffer = Some(framebuffer);
                self.look();
            }
            LiveFrame::Drawn { seq, tiles } => {
                self.next(seq);
                self.drawn += 1;
                let framebuffer = self.framebuffer.as_mut().expect("the picture comes first");
                tiles.iter().for_each(|tile| framebuffer.apply(tile).unwrap());
                self.look();
            }
            LiveFrame::Pointer { seq, pointer } => {
                self.next(seq);
                self.pointer = pointer;
                self.look();
            }
            LiveFrame::Mouse(mouse) => {
                assert!(self.framebuffer.is_some(), "the picture comes first");
                self.mice.push(mouse);
            }
            LiveFrame::Watchers(watchers) => self.watchers = watchers,
            LiveFrame::Ended(end) => self.ended = Some(end),
            frame @ (LiveFrame::Told(_) | LiveFrame::Asks(_) | LiveFrame::Clip(_)) => self.aside.push(frame),
            LiveFrame::Init { .. } | LiveFrame::Output { .. } | LiveFrame::Resize { .. } => {
                panic!("a picture is no terminal")
            }
            LiveFrame::Heartbeat(_)
            | LiveFrame::Seated(_)
            | LiveFrame::Control(_)
            | LiveFrame::Paused(_)
            | LiveFrame::Denied(_)
            | LiveFrame::Waiting
            | LiveFrame::Refused(_) => {}
        }
    }

    fn next(&mut self, seq: u64) {
        self.seq += 1;
        assert_eq!(seq, self.seq, "no gap and no repeat");
    }

    fn look(&mut self) {
        let framebuffer = self.framebuffer.as_ref().expect("the picture comes first");
        let mut hasher = DefaultHasher::new();
        framebuffer.pixels().hash(&mut hasher);
        self.seen.insert(self.seq, (framebuffer.extent(), hasher.finish()));
    }
}

/// Reads until nothing comes any more. Time must be paused.
macro_rules! settle {
    ($easel:expr, $reader:expr) => {
        while let Ok(Some(frame)) = timeout(Duration::from_secs(2), $reader.next()).await {
            $easel.take(&frame);
        }
    };
}
pub(crate) use settle;

/// Pixels that look like chance and do not compress.
pub(crate) fn noise(rect: Rect, seed: u32) -> Vec<u8> {
    let mut x = seed.wrapping_mul(2_654_435_761) | 1;
    let mut next = || {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        x.to_le_bytes()
    };
    (0..usize::from(rect.width) * usize::from(rect.height)).flat_map(|_| next()).collect()
}
