//! A picture that others follow: what is painted, and what they have of it.

use wire::desktop::{Extent, Rect, Source, Tile};

use crate::{Damage, Framebuffer, moved};

/// A picture that somebody paints, and the one that those who follow it have: 6 MiB at 1280x800. Black at first.
#[derive(Clone, Debug)]
pub struct Painting {
    painted: Framebuffer,
    /// What the followers have.
    shown: Framebuffer,
    /// Where they may have another picture.
    damage: Damage,
}

impl Painting {
    /// A black picture, which the followers have.
    #[must_use]
    pub fn new(extent: Extent) -> Self {
        let black = Framebuffer::new(extent);
        Self { painted: black.clone(), shown: black, damage: Damage::new(extent) }
    }

    /// The picture.
    #[must_use]
    pub const fn painted(&self) -> &Framebuffer {
        &self.painted
    }

    /// Paints, as [`Framebuffer::paint`] does.
    pub fn paint(&mut self, rect: Rect, pixels: &[u8], stride: usize) {
        self.painted.paint(rect, pixels, stride, &mut self.damage);
    }

    /// Whether something was painted since the followers were told.
    #[must_use]
    pub const fn is_changed(&self) -> bool {
        !self.damage.is_empty()
    }

    /// What makes the followers' picture this one, to be drawn one after the other; they have it from now on.
    pub fn changes(&mut self) -> Vec<Tile> {
        let rects = self.damage.take();
        let mut tiles = Vec::new();
        for rect in &rects {
            if let Some(moved) = moved::find(&self.shown, &self.painted, *rect) {
                let tile =
                    Tile { rect: moved.rect, source: Source::Moved { x: moved.rect.x, y: moved.from() } };
                // What was found lies within the picture; otherwise nothing moves and all of it is told as images.
                if self.shown.apply(&tile).is_ok() {
                    tiles.push(tile);
                }
            }
        }
        rects.iter().for_each(|rect| self.shown.follow(&self.painted, *rect, &mut self.damage));
        tiles.extend(self.damage.take().into_iter().flat_map(|rect| self.painted.tiles(rect)));
        tiles
    }

    /// All of it; the followers have it from now on.
    pub fn whole(&mut self) -> Vec<Tile> {
        self.pass_over();
        self.painted.whole()
    }

    /// Counts as told what was painted: nobody follows.
    pub fn pass_over(&mut self) {
        for rect in self.damage.take() {
            self.shown.follow(&self.painted, rect, &mut self.damage);
        }
        self.damage.clear();
    }
}
