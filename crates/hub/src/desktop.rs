//! A session's desktop: the framebuffer that its gateway paints into, and what of it was handed out.

use std::sync::{Arc, Mutex, OnceLock, Weak};

use bytes::Bytes;
use picture::{Framebuffer, Painting};
use wire::desktop::{Extent, Pointer, Rect, Tile};
use wire::live::LiveFrame;

use crate::PictureFrame;
use crate::lock::lock;

/// A picture, and what of it is still to be shown.
pub(crate) struct Desktop {
    /// Last event that was handed out.
    seq: u64,
    painting: Painting,
    /// It has another extent than what was handed out last.
    is_another: bool,
    pointer: Pointer,
    /// The whole picture for those who join just now.
    whole: Weak<Whole>,
}

/// What is handed out in one step.
pub(crate) struct Shown {
    pub(crate) seq: u64,
    /// The extent and the pointer, where it is the whole of another picture.
    pub(crate) another: Option<(Extent, Pointer)>,
    pub(crate) tiles: Vec<Tile>,
}

/// A whole picture at one moment, encoded when the first asks for it and kept as long as somebody does.
pub(crate) struct Whole {
    seq: u64,
    pointer: Pointer,
    /// Until it is encoded.
    framebuffer: Mutex<Option<Framebuffer>>,
    encoded: OnceLock<Bytes>,
}

impl Desktop {
    pub(crate) fn new(extent: Extent) -> Self {
        let extent = clamped(extent);
        Self {
            seq: 0,
            painting: Painting::new(extent),
            is_another: false,
            pointer: Pointer::Default,
            whole: Weak::new(),
        }
    }

    /// Pixels into the picture.
    pub(crate) fn paint(&mut self, rect: Rect, pixels: &[u8], stride: usize) {
        self.painting.paint(rect, pixels, stride);
    }

    /// Another extent: black until it is painted.
    pub(crate) fn extent(&mut self, extent: Extent) {
        let extent = clamped(extent);
        if extent != self.painting.painted().extent() {
            self.painting = Painting::new(extent);
            self.is_another = true;
        }
    }

    /// Another pointer; the number of the event, if it is another.
    pub(crate) fn pointer(&mut self, pointer: &Pointer) -> Option<u64> {
        if self.pointer == *pointer {
            return None;
        }
        self.pointer = pointer.clone();
        Some(self.next())
    }

    /// Whether there is something to hand out.
    pub(crate) const fn is_changed(&self) -> bool {
        self.is_another || self.painting.is_changed()
    }

    /// What is to be handed out; from then on it counts as handed out.
    pub(crate) fn show(&mut self) -> Shown {
        let seq = self.next();
        if std::mem::take(&mut self.is_another) {
            let another = Some((self.painting.painted().extent(), self.pointer.clone()));
            return Shown { seq, another, tiles: self.painting.whole() };
        }
        Shown { seq, another: None, tiles: self.painting.changes() }
    }

    /// Counts what was painted as handed out: nobody is there to take it.
    pub(crate) fn pass_over(&mut self) {
        self.next();
        self.painting.pass_over();
        self.is_another = false;
    }

    /// The whole picture as it was handed out.
    pub(crate) fn whole(&mut self) -> Arc<Whole> {
        if let Some(whole) = self.whole.upgrade() {
            return whole;
        }
        let whole = Arc::new(Whole {
            seq: self.seq,
            pointer: self.pointer.clone(),
            framebuffer: Mutex::new(Some(self.painting.painted().clone())),
            encoded: OnceLock::new(),
        });
        self.whole = Arc::downgrade(&whole);
        whole
    }

    /// The same for the recording.
    pub(crate) fn frame(&self) -> PictureFrame {
        PictureFrame {
            seq: self.seq,
            extent: self.painting.painted().extent(),
            pointer: self.pointer.clone(),
            tiles: self.painting.painted().whole(),
        }
    }

    /// Number of the next event; what was the whole picture no longer is.
    fn next(&mut self) -> u64 {
        self.seq += 1;
        self.whole = Weak::new();
        self.seq
    }
}

impl Shown {
    /// Bytes of its images, and their pixels.
    pub(crate) fn cost(&self) -> (usize, usize) {
        let pixels = |tile: &Tile| usize::from(tile.rect.width) * usize::from(tile.rect.height);
        (self.tiles.iter().map(Tile::size).sum(), self.tiles.iter().map(pixels).sum())
    }

    /// As everybody is told of it; takes the tiles, which [`Shown::take_back`] gives back.
    pub(crate) fn frame(&mut self) -> LiveFrame {
        let tiles = std::mem::take(&mut self.tiles);
        match self.another.clone() {
            Some((extent, pointer)) => LiveFrame::Picture { seq: self.seq, extent, pointer, tiles },
            None => LiveFrame::Drawn { seq: self.seq, tiles },
        }
    }

    pub(crate) fn take_back(&mut self, frame: LiveFrame) {
        if let LiveFrame::Picture { tiles, .. } | LiveFrame::Drawn { tiles, .. } = frame {
            self.tiles = tiles;
        }
    }
}

impl Whole {
    /// As a frame. The first who asks encodes it, others wait: not while the picture is locked.
    pub(crate) fn encoded(&self) -> Bytes {
        let encode = || {
            let framebuffer = lock(&self.framebuffer).take();
            let frame = framebuffer.map(|framebuffer| LiveFrame::Picture {
                seq: self.seq,
                extent: framebuffer.extent(),
                pointer: self.pointer.clone(),
                tiles: framebuffer.whole(),
            });
            frame.map(|frame| wire::encode(&frame).into()).unwrap_or_default()
        };
        self.encoded.get_or_init(encode).clone()
    }
}

/// Within the bounds of desktops: what a target says is not to be believed with memory.
fn clamped(extent: Extent) -> Extent {
    Extent::clamped(extent.width.into(), extent.height.into())
}
