//! What a recorded picture shows, in order, on its way to a canvas.

use recording::Sight;
use wire::desktop::{Extent, Pointer, Rect, Source, Tile};

/// What is to be drawn.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    /// What was on the canvas before is of no use.
    pub(crate) anew: bool,
    /// Pictures, parts of them and pointers.
    pub(crate) sights: Vec<Sight>,
    /// Where the mouse is, if it moved.
    pub(crate) mouse: Option<(u16, u16)>,
    /// The next line may be the whole picture.
    begins: bool,
}

impl Shown {
    /// Begins with a black picture of that extent; without one the next thing that happens is the whole picture.
    pub(super) fn begin(black: Option<Extent>) -> Self {
        Self {
            anew: true,
            begins: black.is_none(),
            sights: black.map(Sight::Extent).into_iter().collect(),
            mouse: None,
        }
    }

    /// Something happened.
    pub(super) fn add(&mut self, sight: Sight) {
        match sight {
            // Who read on to it has it already.
            Sight::Whole(_) if !self.begins => {}
            Sight::Mouse(x, y) => self.mouse = Some((x, y)),
            sight => {
                self.begins = false;
                self.sights.push(sight);
            }
        }
    }

    /// Takes what there is.
    pub(super) fn take(&mut self) -> Self {
        let anew = std::mem::take(&mut self.anew);
        Self { anew, sights: std::mem::take(&mut self.sights), mouse: self.mouse.take(), begins: false }
    }

    /// The same without what nobody would see, when all of it is drawn at once: what something else is drawn over.
    pub(crate) fn at_once(mut self) -> Self {
        let is_start = |sight: &Sight| matches!(sight, Sight::Whole(_) | Sight::Extent(_));
        let start = self.sights.iter().rposition(is_start).unwrap_or(0);
        let before: Vec<_> = self.sights.drain(..start).collect();
        let mut kept = Vec::new();
        if let Some(Sight::Extent(_)) = self.sights.first() {
            // A black picture has the pointer of the one before, and its number until the next comes.
            let pointer = before.iter().rev().find_map(pointer);
            kept.extend(pointer.map(|(seq, pointer)| Sight::Pointer { seq, pointer: pointer.clone() }));
            let seq = before.iter().rev().find_map(number);
            kept.extend(seq.map(|seq| Sight::Drawn { seq, tiles: Vec::new() }));
        }
        let mut over: Vec<Rect> = Vec::new();
        for sight in self.sights.iter_mut().rev() {
            let tiles = match sight {
                Sight::Drawn { tiles, .. } => tiles,
                Sight::Whole(picture) => &mut picture.tiles,
                _ => continue,
            };
            let mut kept: Vec<Tile> = std::mem::take(tiles);
            let mut at = kept.len();
            while at > 0 {
                at -= 1;
                let Tile { rect, source } = &kept[at];
                if over.iter().any(|over| over.holds(*rect)) {
                    kept.remove(at);
                    continue;
                }
                over.push(*rect);
                if let Source::Moved { x, y } = source {
                    // What is moved from there is seen, whatever is drawn over it later.
                    let from = Rect { x: *x, y: *y, ..*rect };
                    over.retain(|over| over.is_apart(from));
                }
            }
            *tiles = kept;
        }
        self.sights.splice(0..0, kept);
        self
    }
}

fn number(sight: &Sight) -> Option<u64> {
    match sight {
        Sight::Drawn { seq, .. } | Sight::Pointer { seq, .. } => Some(*seq),
        Sight::Whole(picture) => Some(picture.seq),
        _ => None,
    }
}

fn pointer(sight: &Sight) -> Option<(u64, &Pointer)> {
    match sight {
        Sight::Pointer { seq, pointer } => Some((*seq, pointer)),
        Sight::Whole(picture) => Some((picture.seq, &picture.pointer)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use recording::Picture;

    const EXTENT: Extent = Extent { width: 400, height: 300 };

    fn tile(x: u16, width: u16) -> Tile {
        Tile { rect: Rect { x, y: 0, width, height: 10 }, source: Source::Image(vec![1]) }
    }

    fn moved(seq: u64, x: u16, width: u16, from: u16) -> Sight {
        Sight::Drawn { seq, tiles: vec![Tile { source: Source::Moved { x: from, y: 0 }, ..tile(x, width) }] }
    }

    fn drawn(seq: u64, tiles: &[(u16, u16)]) -> Sight {
        Sight::Drawn { seq, tiles: tiles.iter().map(|&(x, width)| tile(x, width)).collect() }
    }

    fn whole(seq: u64) -> Sight {
        Sight::Whole(Picture { seq, extent: EXTENT, pointer: Pointer::Default, tiles: vec![tile(0, 400)] })
    }

    fn hidden(seq: u64) -> Sight {
        Sight::Pointer { seq, pointer: Pointer::Hidden }
    }

    #[test]
    fn a_whole_picture_counts_only_where_reading_begins() {
        let mut shown = Shown::begin(None);
        for sight in [whole(7), drawn(8, &[(0, 10)]), whole(8), Sight::Mouse(1, 2), drawn(9, &[(5, 10)])] {
            shown.add(sight);
        }
        let taken = shown.take();
        assert_eq!(taken.sights, [whole(7), drawn(8, &[(0, 10)]), drawn(9, &[(5, 10)])]);
        assert!(taken.anew && !shown.take().anew);
        shown.add(whole(9));
        assert!(shown.take().sights.is_empty());
        assert_eq!(Shown::begin(Some(EXTENT)).take().sights, [Sight::Extent(EXTENT)]);
    }

    #[test]
    fn what_is_drawn_over_is_left_out() {
        let mut shown = Shown::begin(None);
        for sight in [
            whole(1),
            drawn(2, &[(0, 10), (50, 10)]),
            drawn(3, &[(0, 20)]),
            drawn(4, &[(5, 10)]),
            hidden(5),
            drawn(6, &[(55, 10)]),
        ] {
            shown.add(sight);
        }
        let expected = [
            whole(1),
            drawn(2, &[(50, 10)]),
            drawn(3, &[(0, 20)]),
            drawn(4, &[(5, 10)]),
            hidden(5),
            drawn(6, &[(55, 10)]),
        ];
        assert_eq!(shown.take().at_once().sights, expected);
    }

    #[test]
    fn what_is_moved_elsewhere_is_seen() {
        let mut shown = Shown::begin(None);
        let steps = [
            whole(1),
            drawn(2, &[(0, 10)]),
            drawn(3, &[(40, 10)]),
            moved(4, 20, 10, 5),
            drawn(5, &[(0, 10)]),
            moved(6, 60, 10, 70),
            drawn(7, &[(60, 10), (40, 10)]),
        ];
        steps.iter().cloned().for_each(|sight| shown.add(sight));
        // What is drawn at 0 was moved to 20; what was moved to 60 is drawn over.
        let mut expected = steps;
        expected[2] = drawn(3, &[]);
        expected[5] = drawn(6, &[]);
        assert_eq!(shown.take().at_once().sights, expected);
    }

    #[test]
    fn what_was_before_another_extent_is_left_out() {
        let mut shown = Shown::begin(None);
        for sight in [whole(1), hidden(2), drawn(3, &[(0, 400)]), Sight::Extent(EXTENT), drawn(4, &[(9, 9)])]
        {
            shown.add(sight);
        }
        let expected = [hidden(2), drawn(3, &[]), Sight::Extent(EXTENT), drawn(4, &[(9, 9)])];
        assert_eq!(shown.take().at_once().sights, expected);
    }
}
