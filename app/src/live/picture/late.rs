//! Frames that come faster than they are decoded: one step, without what others of them hide.

use wire::desktop::{Extent, Pointer, Source, Tile};

use super::pixels;

/// Frames that nobody decodes yet, as one.
#[derive(Debug)]
pub(super) struct Late {
    pub(super) frames: usize,
    pub(super) seq: Option<u64>,
    pub(super) extent: Option<Extent>,
    pub(super) pointer: Option<Pointer>,
    pub(super) tiles: Vec<Tile>,
}

impl Late {
    /// The frame after those.
    pub(super) fn follow(&mut self, next: Self) {
        if next.extent.is_some() {
            self.tiles.clear();
        } else if !self.moves() && !next.moves() {
            self.tiles.retain(|tile| !next.tiles.iter().any(|above| above.rect.holds(tile.rect)));
        }
        self.frames += next.frames;
        self.seq = next.seq.or(self.seq);
        self.extent = next.extent.or(self.extent);
        self.pointer = next.pointer.or(self.pointer.take());
        self.tiles.extend(next.tiles);
    }

    /// Whether it shows again what was there before.
    fn moves(&self) -> bool {
        self.tiles.iter().any(|tile| matches!(tile.source, Source::Moved { .. }))
    }

    /// How many pixels it draws.
    pub(super) fn pixels(&self) -> usize {
        self.tiles.iter().map(|tile| pixels(tile.rect)).sum()
    }
}
