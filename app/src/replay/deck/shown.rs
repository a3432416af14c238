//! What a recorded picture shows, in order, on its way to a canvas.

use recording::What;
use wire::desktop::{Extent, Pointer, Rect};

/// What is to be drawn.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    /// What was on the canvas before is of no use.
    pub(crate) anew: bool,
    /// Pictures, parts of them and pointers.
    pub(crate) whats: Vec<What>,
    /// The next line may be the whole picture.
    begins: bool,
}

impl Shown {
    /// Begins with a black picture of that extent; without one the next thing that happens is the whole picture.
    pub(super) fn begin(black: Option<Extent>) -> Self {
        Self { anew: true, begins: black.is_none(), whats: black.map(What::Extent).into_iter().collect() }
    }

    /// Something happened.
    pub(super) fn add(&mut self, what: What) {
        match what {
            // Who read on to it has it already.
            What::Whole(_) if !self.begins => {}
            What::Whole(_) | What::Extent(_) | What::Drawn { .. } | What::Pointer { .. } => {
                self.begins = false;
                self.whats.push(what);
            }
            _ => {}
        }
    }

    /// Takes what there is.
    pub(super) fn take(&mut self) -> Self {
        let anew = std::mem::take(&mut self.anew);
        Self { anew, whats: std::mem::take(&mut self.whats), begins: false }
    }

    /// The same without what nobody would see, when all of it is drawn at once: what something else is drawn over.
    pub(crate) fn at_once(mut self) -> Self {
        let is_start = |what: &What| matches!(what, What::Whole(_) | What::Extent(_));
        let start = self.whats.iter().rposition(is_start).unwrap_or(0);
        let before: Vec<_> = self.whats.drain(..start).collect();
        let mut kept = Vec::new();
        if let Some(What::Extent(_)) = self.whats.first() {
            // A black picture has the pointer of the one before, and its number until the next comes.
            let pointer = before.iter().rev().find_map(pointer);
            kept.extend(pointer.map(|(seq, pointer)| What::Pointer { seq, pointer: pointer.clone() }));
            let seq = before.iter().rev().find_map(number);
            kept.extend(seq.map(|seq| What::Drawn { seq, tiles: Vec::new() }));
        }
        let mut over: Vec<Rect> = Vec::new();
        for what in self.whats.iter_mut().rev() {
            let tiles = match what {
                What::Drawn { tiles, .. } => tiles,
                What::Whole(picture) => &mut picture.tiles,
                _ => continue,
            };
            tiles.retain(|tile| !over.iter().any(|over| holds(*over, tile.rect)));
            over.extend(tiles.iter().map(|tile| tile.rect));
        }
        self.whats.splice(0..0, kept);
        self
    }
}

fn number(what: &What) -> Option<u64> {
    match what {
        What::Drawn { seq, .. } | What::Pointer { seq, .. } => Some(*seq),
        What::Whole(picture) => Some(picture.seq),
        _ => None,
    }
}

fn pointer(what: &What) -> Option<(u64, &Pointer)> {
    match what {
        What::Pointer { seq, pointer } => Some((*seq, pointer)),
        What::Whole(picture) => Some((picture.seq, &picture.pointer)),
        _ => None,
    }
}

/// Whether all of the other is in the one.
fn holds(one: Rect, other: Rect) -> bool {
    let end = |from: u16, length: u16| u32::from(from) + u32::from(length);
    one.x <= other.x
        && one.y <= other.y
        && end(one.x, one.width) >= end(other.x, other.width)
        && end(one.y, one.height) >= end(other.y, other.height)
}

#[cfg(test)]
mod tests {
    use recording::Picture;
    use wire::desktop::Tile;

    use super::*;

    const EXTENT: Extent = Extent { width: 400, height: 300 };

    fn tile(x: u16, width: u16) -> Tile {
        Tile { rect: Rect { x, y: 0, width, height: 10 }, image: vec![1] }
    }

    fn drawn(seq: u64, tiles: &[(u16, u16)]) -> What {
        What::Drawn { seq, tiles: tiles.iter().map(|&(x, width)| tile(x, width)).collect() }
    }

    fn whole(seq: u64) -> What {
        What::Whole(Picture { seq, extent: EXTENT, pointer: Pointer::Default, tiles: vec![tile(0, 400)] })
    }

    fn hidden(seq: u64) -> What {
        What::Pointer { seq, pointer: Pointer::Hidden }
    }

    #[test]
    fn a_whole_picture_counts_only_where_reading_begins() {
        let mut shown = Shown::begin(None);
        for what in [whole(7), drawn(8, &[(0, 10)]), whole(8), What::Marker("x".into()), drawn(9, &[(5, 10)])]
        {
            shown.add(what);
        }
        let taken = shown.take();
        assert_eq!(taken.whats, [whole(7), drawn(8, &[(0, 10)]), drawn(9, &[(5, 10)])]);
        assert!(taken.anew && !shown.take().anew);
        shown.add(whole(9));
        assert!(shown.take().whats.is_empty());
        assert_eq!(Shown::begin(Some(EXTENT)).take().whats, [What::Extent(EXTENT)]);
    }

    #[test]
    fn what_is_drawn_over_is_left_out() {
        let mut shown = Shown::begin(None);
        for what in [
            whole(1),
            drawn(2, &[(0, 10), (50, 10)]),
            drawn(3, &[(0, 20)]),
            drawn(4, &[(5, 10)]),
            hidden(5),
            drawn(6, &[(55, 10)]),
        ] {
            shown.add(what);
        }
        let expected = [
            whole(1),
            drawn(2, &[(50, 10)]),
            drawn(3, &[(0, 20)]),
            drawn(4, &[(5, 10)]),
            hidden(5),
            drawn(6, &[(55, 10)]),
        ];
        assert_eq!(shown.take().at_once().whats, expected);
    }

    #[test]
    fn what_was_before_another_extent_is_left_out() {
        let mut shown = Shown::begin(None);
        for what in [whole(1), hidden(2), drawn(3, &[(0, 400)]), What::Extent(EXTENT), drawn(4, &[(9, 9)])] {
            shown.add(what);
        }
        let expected = [hidden(2), drawn(3, &[]), What::Extent(EXTENT), drawn(4, &[(9, 9)])];
        assert_eq!(shown.take().at_once().whats, expected);
    }
}
