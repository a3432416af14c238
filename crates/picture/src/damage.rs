//! Which parts of a picture changed: bounded, however many small changes there are.
//!
//! The picture is divided into cells; each knows the smallest rectangle within it that holds all its changes.

use wire::desktop::{Extent, Rect};

/// Width and height of a cell, in pixels: a line of text is one or two cells high, and the largest desktop
/// has two thousand cells.
pub(crate) const CELL: u16 = 64;

/// Most rectangles that changes are told as; beyond it each row of cells becomes one.
const MOST: usize = 48;

/// Changed parts of a picture of one extent.
#[derive(Clone, Debug)]
pub struct Damage {
    columns: usize,
    cells: Vec<Cell>,
    is_empty: bool,
}

/// What changed in a cell, in pixels from the cell's corner; `right` and `bottom` are the last ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cell {
    left: u8,
    top: u8,
    right: u8,
    bottom: u8,
}

const CLEAN: Cell = Cell { left: u8::MAX, top: u8::MAX, right: 0, bottom: 0 };

/// Cells side by side, and perhaps below each other, that become one rectangle.
#[derive(Clone, Copy, Debug)]
struct Block {
    /// First and last column of cells.
    columns: (usize, usize),
    /// Last row of cells.
    last: usize,
    /// First and last pixel, across and down.
    across: (u16, u16),
    down: (u16, u16),
}

impl Damage {
    /// Nothing changed.
    #[must_use]
    pub fn new(extent: Extent) -> Self {
        let columns = usize::from(extent.width.div_ceil(CELL));
        let rows = usize::from(extent.height.div_ceil(CELL));
        Self { columns, cells: vec![CLEAN; columns * rows], is_empty: true }
    }

    /// Whether nothing changed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// Nothing counts as changed any more.
    pub fn clear(&mut self) {
        self.cells.fill(CLEAN);
        self.is_empty = true;
    }

    /// Pixels of one row changed: `from` is the first, `last` the last, both in one column of cells.
    pub(crate) fn mark(&mut self, y: u16, from: u16, last: u16) {
        let at = usize::from(y / CELL) * self.columns + usize::from(from / CELL);
        let Some(cell) = self.cells.get_mut(at) else { return };
        let within = |place: u16| (place % CELL) as u8;
        cell.left = cell.left.min(within(from));
        cell.right = cell.right.max(within(last));
        cell.top = cell.top.min(within(y));
        cell.bottom = cell.bottom.max(within(y));
        self.is_empty = false;
    }

    /// What changed, as rectangles that do not overlap; nothing counts as changed afterwards.
    pub fn take(&mut self) -> Vec<Rect> {
        if self.is_empty {
            return Vec::new();
        }
        let mut blocks = self.blocks(1);
        if blocks.len() > MOST {
            blocks = self.blocks(self.columns);
        }
        self.clear();
        blocks.iter().map(Block::rect).collect()
    }

    /// Changed cells gathered: along a row over gaps of so many clean ones, and down where they are the same
    /// columns.
    fn blocks(&self, gap: usize) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        for (row, cells) in self.cells.chunks(self.columns.max(1)).enumerate() {
            let begin = blocks.len();
            for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| **cell != CLEAN) {
                let block = cell.block(column, row);
                match blocks[begin..].last_mut() {
                    Some(last) if column - last.columns.1 <= gap + 1 => last.join(&block),
                    _ => blocks.push(block),
                }
            }
            self.join_down(&mut blocks, begin, row);
        }
        blocks
    }

    /// Joins the blocks of a row, which begin there in the list, to those that end in the row above.
    fn join_down(&self, blocks: &mut Vec<Block>, begin: usize, row: usize) {
        let below = blocks.split_off(begin);
        for block in below {
            let above = blocks[..begin]
                .iter_mut()
                .find(|above| above.last + 1 == row && above.columns == block.columns);
            match above {
                Some(above) => above.join(&block),
                None => blocks.push(block),
            }
        }
    }
}

impl Cell {
    fn block(self, column: usize, row: usize) -> Block {
        let (x, y) = (column as u16 * CELL, row as u16 * CELL);
        Block {
            columns: (column, column),
            last: row,
            across: (x + u16::from(self.left), x + u16::from(self.right)),
            down: (y + u16::from(self.top), y + u16::from(self.bottom)),
        }
    }
}

impl Block {
    /// Grows to hold a later one of the same row of cells, or the one below.
    fn join(&mut self, other: &Self) {
        self.columns.1 = other.columns.1;
        self.last = other.last;
        self.across = (self.across.0.min(other.across.0), self.across.1.max(other.across.1));
        self.down = (self.down.0.min(other.down.0), self.down.1.max(other.down.1));
    }

    const fn rect(&self) -> Rect {
        Rect {
            x: self.across.0,
            y: self.down.0,
            width: self.across.1 - self.across.0 + 1,
            height: self.down.1 - self.down.0 + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXTENT: Extent = Extent { width: 640, height: 400 };

    fn marked(runs: &[(u16, u16, u16)]) -> Vec<Rect> {
        let mut damage = Damage::new(EXTENT);
        runs.iter().for_each(|&(y, from, last)| damage.mark(y, from, last));
        let rects = damage.take();
        assert!(damage.is_empty() && damage.take().is_empty());
        rects
    }

    const fn rect(x: u16, y: u16, width: u16, height: u16) -> Rect {
        Rect { x, y, width, height }
    }

    #[test]
    fn changes_are_told_as_few_tight_rectangles() {
        for (runs, rects) in [
            (&[][..], vec![]),
            (&[(10, 5, 9)], vec![rect(5, 10, 5, 1)]),
            (&[(10, 5, 9), (12, 7, 20)], vec![rect(5, 10, 16, 3)]),
            // Side by side, over a gap of one, and too far.
            (&[(0, 60, 63), (1, 64, 70)], vec![rect(60, 0, 11, 2)]),
            (&[(0, 60, 63), (1, 128, 130)], vec![rect(60, 0, 71, 2)]),
            (&[(0, 60, 63), (1, 192, 193)], vec![rect(60, 0, 4, 1), rect(192, 1, 2, 1)]),
            // Below each other: the same columns become one.
            (&[(63, 0, 9), (64, 5, 12)], vec![rect(0, 63, 13, 2)]),
            (&[(63, 0, 9), (64, 5, 12), (64, 64, 65)], vec![rect(0, 63, 10, 1), rect(5, 64, 61, 1)]),
            (&[(399, 639, 639)], vec![rect(639, 399, 1, 1)]),
        ] {
            assert_eq!(marked(runs), rects, "{runs:?}");
        }
    }

    #[test]
    fn many_become_one_a_row() {
        let extent = Extent::MAX;
        let mut damage = Damage::new(extent);
        for y in (0..extent.height).step_by(CELL.into()) {
            for x in (y % 128..extent.width).step_by(192) {
                damage.mark(y, x, x);
            }
        }
        assert!(damage.take().len() <= usize::from(extent.height.div_ceil(CELL)));
    }
}
