//! The pixels of a desktop.

use wire::desktop::{Extent, Rect};

use crate::Damage;
use crate::damage::CELL;

/// Bytes of a pixel here: red, green, blue.
pub(crate) const RGB: usize = 3;
/// Bytes of a pixel as it is painted: red, green, blue and one that is not used.
const RGBX: usize = 4;

/// A picture in memory: 3 bytes a pixel, 3 MiB at 1280x800. Black at first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Framebuffer {
    extent: Extent,
    pixels: Vec<u8>,
}

impl Framebuffer {
    /// A black picture.
    #[must_use]
    pub fn new(extent: Extent) -> Self {
        let length = usize::from(extent.width) * usize::from(extent.height) * RGB;
        Self { extent, pixels: vec![0; length] }
    }

    /// Its size.
    #[must_use]
    pub const fn extent(&self) -> Extent {
        self.extent
    }

    /// Its pixels, row by row: red, green, blue.
    #[must_use]
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// Paints `rect.height` rows of `rect.width` pixels, 4 bytes each (red, green, blue, unused), a row every
    /// `stride` bytes, and marks what is another than before. What lies outside of the picture or is missing
    /// in `pixels` is left out.
    pub fn paint(&mut self, rect: Rect, pixels: &[u8], stride: usize, damage: &mut Damage) {
        let width = rect.width.min(self.extent.width.saturating_sub(rect.x));
        let height = rect.height.min(self.extent.height.saturating_sub(rect.y));
        for row in 0..height {
            let from = usize::from(row) * stride;
            let Some(row_pixels) = pixels.get(from..from + usize::from(width) * RGBX) else { return };
            self.paint_row(rect.x, rect.y + row, row_pixels, damage);
        }
    }

    fn paint_row(&mut self, x: u16, y: u16, mut row: &[u8], damage: &mut Damage) {
        let mut x = x;
        let mut converted = [0; CELL as usize * RGB];
        while !row.is_empty() {
            let room = usize::from(CELL - x % CELL);
            let (piece, rest) = row.split_at(row.len().min(room * RGBX));
            row = rest;
            let count = piece.len() / RGBX;
            let new = &mut converted[..count * RGB];
            for (to, from) in new.chunks_exact_mut(RGB).zip(piece.chunks_exact(RGBX)) {
                to.copy_from_slice(&from[..RGB]);
            }
            self.replace(x, y, new, damage);
            x += count as u16;
        }
    }

    /// Makes a part the same as in another picture of the same size, and marks what is another than before.
    pub(crate) fn follow(&mut self, other: &Self, rect: Rect, damage: &mut Damage) {
        for row in 0..rect.height {
            let mut x = rect.x;
            let mut row_pixels = &other.pixels[other.row(rect, row)];
            while !row_pixels.is_empty() {
                let room = usize::from(CELL - x % CELL);
                let (new, rest) = row_pixels.split_at(row_pixels.len().min(room * RGB));
                self.replace(x, rect.y + row, new, damage);
                row_pixels = rest;
                x += (new.len() / RGB) as u16;
            }
        }
    }

    /// Replaces pixels of one row, which are in one column of cells, and marks what is another than before.
    fn replace(&mut self, x: u16, y: u16, new: &[u8], damage: &mut Damage) {
        let at = self.at(x, y);
        let old = &mut self.pixels[at..at + new.len()];
        if old != new {
            let first = old.iter().zip(new).position(|(old, new)| old != new).unwrap_or(0);
            let last = old.iter().zip(new).rposition(|(old, new)| old != new).unwrap_or(first);
            damage.mark(y, x + (first / RGB) as u16, x + (last / RGB) as u16);
            old.copy_from_slice(new);
        }
    }

    /// Where the pixels of one row of a part of it begin and end.
    pub(crate) fn row(&self, rect: Rect, row: u16) -> std::ops::Range<usize> {
        let at = self.at(rect.x, rect.y + row);
        at..at + usize::from(rect.width) * RGB
    }

    pub(crate) fn pixels_mut(&mut self) -> &mut [u8] {
        &mut self.pixels
    }

    fn at(&self, x: u16, y: u16) -> usize {
        (usize::from(y) * usize::from(self.extent.width) + usize::from(x)) * RGB
    }

    /// Whether a part lies within it and is not empty.
    pub(crate) fn holds(&self, rect: Rect) -> bool {
        let ends = |from: u16, length: u16, of: u16| {
            length > 0 && from.checked_add(length).is_some_and(|end| end <= of)
        };
        ends(rect.x, rect.width, self.extent.width) && ends(rect.y, rect.height, self.extent.height)
    }
}
