//! Recordings of desktops: a row of cells stands for the pixels, a number for what each shows.

use recording::{Picture, Sight};
use wire::desktop::{Extent, Pointer, Rect, Source, Tile};

use super::*;
use super::{deck as deck_of, frame as frame_of, recorded as terminals};

const EXTENT: Extent = Extent { width: 200, height: 200 };
const CELLS: usize = 8;

/// What is seen: the cells, whether there is a pointer, where it is, and the number of the last event.
#[derive(Clone, Debug, Default, PartialEq)]
struct Seen {
    cells: [u8; CELLS],
    pointer: Pointer,
    mouse: Option<(u16, u16)>,
    seq: u64,
}

impl Seen {
    fn draw(&mut self, tiles: &[Tile]) {
        for tile in tiles {
            let at = usize::from(tile.rect.x);
            let cells = at..at + usize::from(tile.rect.width);
            match &tile.source {
                Source::Image(image) => self.cells[cells].fill(image[0]),
                Source::Moved { x, .. } => {
                    self.cells.copy_within(usize::from(*x)..usize::from(*x) + cells.len(), at);
                }
            }
        }
    }

    fn show(&mut self, sight: &Sight) {
        match sight {
            Sight::Extent(_) => self.cells = [0; CELLS],
            Sight::Drawn { seq, tiles } => {
                self.seq = *seq;
                self.draw(tiles);
            }
            Sight::Pointer { seq, pointer } => (self.seq, self.pointer) = (*seq, pointer.clone()),
            Sight::Whole(Picture { seq, pointer, tiles, .. }) => {
                *self = Self { seq: *seq, pointer: pointer.clone(), mouse: self.mouse, ..Self::default() };
                self.draw(tiles);
            }
            Sight::Mouse(x, y) => self.mouse = Some((*x, *y)),
        }
    }

    fn whole(&self) -> Picture {
        let cell = |(cell, image): (usize, &u8)| row(cell, 1, *image);
        Picture {
            seq: self.seq,
            extent: EXTENT,
            pointer: self.pointer.clone(),
            tiles: self.cells.iter().enumerate().map(cell).collect(),
        }
    }
}

fn row(from: usize, cells: usize, image: u8) -> Tile {
    let cell = |number: usize| u16::try_from(number).unwrap();
    Tile {
        rect: Rect { x: cell(from), y: 0, width: cell(cells), height: 1 },
        source: Source::Image(vec![image]),
    }
}

fn moved(from: usize, cells: usize, to: usize) -> Tile {
    let source = Source::Moved { x: u16::try_from(from).unwrap(), y: 0 };
    Tile { source, ..row(to, cells, 0) }
}

#[derive(Clone, Debug)]
enum Done {
    Draws(usize, usize, u8),
    Moves(usize, usize, usize),
    Points(bool),
    PointsAt(u16),
    Resizes,
    Types,
}

fn any_done() -> impl Strategy<Value = Done> {
    prop_oneof![
        8 => (0..CELLS, 1..=CELLS, 1..=255_u8)
            .prop_map(|(from, cells, image)| Done::Draws(from, cells.min(CELLS - from), image)),
        4 => (0..CELLS, 1..=CELLS, 0..CELLS)
            .prop_map(|(from, cells, to)| Done::Moves(from, cells.min(CELLS - from.max(to)), to)),
        2 => any::<bool>().prop_map(Done::Points),
        2 => any::<u16>().prop_map(Done::PointsAt),
        1 => Just(Done::Resizes),
        1 => Just(Done::Types),
    ]
}

/// A recording with a keyframe after every so many events, and what is seen after each.
fn recorded(steps: &[(u64, Done)], every: usize) -> (Vec<u8>, Vec<Frame>, Vec<(Moment, Seen)>) {
    let (mut cast, _) = terminals(&[], 1);
    let mut tape = Tape::new("alice".into());
    let (mut seen, mut frames, mut history) = (Seen::default(), Vec::new(), Vec::new());
    let mut at = Moment(0);
    for (number, (pause, done)) in steps.iter().enumerate() {
        if number > 0 && number % every == 0 {
            tape.begin_afresh();
            frames.push(frame(tape.last(), cast.len() as u64));
            tape.push(&mut cast, tape.last(), &Event::Shows(Sight::Whole(seen.whole())));
        }
        at = at.plus(*pause);
        let seq = seen.seq + 1;
        let sight = match done {
            Done::Draws(from, cells, image) => {
                Some(Sight::Drawn { seq, tiles: vec![row(*from, *cells, *image)] })
            }
            Done::Moves(from, cells, to) => {
                Some(Sight::Drawn { seq, tiles: vec![moved(*from, *cells, *to)] })
            }
            Done::Points(true) => Some(Sight::Pointer { seq, pointer: Pointer::Hidden }),
            Done::Points(false) => Some(Sight::Pointer { seq, pointer: Pointer::Default }),
            Done::PointsAt(x) => Some(Sight::Mouse(*x, 5)),
            Done::Resizes => Some(Sight::Extent(EXTENT)),
            Done::Types => None,
        };
        let event = sight.clone().map_or_else(|| typed(None, "x"), Event::Shows);
        tape.push(&mut cast, at, &event);
        if let Some(sight) = sight {
            seen.show(&sight);
        }
        history.push((at, seen.clone()));
    }
    (cast, frames, history)
}

fn frame(at: Moment, offset: u64) -> Frame {
    Frame { picture: Some(EXTENT), ..frame_of(at, offset, &Screen::new(SIZE)) }
}

fn frame_before(frames: &[Frame], at: Moment) -> Frame {
    frames.iter().rev().find(|frame| frame.at <= at).cloned().unwrap_or_else(|| frame(Moment(0), 0))
}

proptest! {
    /// A moment looks the same however one came there.
    #[test]
    fn seeking_is_playing_from_the_start(
        steps in prop::collection::vec((0..4_000_u64, any_done()), 1..60),
        every in 1..12_usize,
        jumps in prop::collection::vec((0..1_000_u64, any::<bool>()), 1..8),
    ) {
        let (cast, frames, history) = recorded(&steps, every);
        let duration = history.last().unwrap().0;
        let mut deck = deck_of(&cast, &[], duration.0);
        deck.keyframes = frames.iter().map(|frame| (frame.at, frame.offset)).collect();
        deck.restart(frame_before(&frames, Moment(0)));
        let mut canvas = Seen::default();
        for (jump, at_once) in jumps {
            let to = Moment(duration.0 * jump / 1_000);
            if !deck.is_near(to) {
                deck.restart(frame_before(&frames, to));
            }
            while !deck.reach(to) {
                let range = deck.needs(to);
                give(&mut deck, &cast, range);
            }
            let shown = deck.take_shown().unwrap();
            let shown = if at_once { shown.at_once() } else { shown };
            if shown.anew {
                canvas = Seen { cells: [99; CELLS], ..Seen::default() };
            }
            for sight in &shown.sights {
                canvas.show(sight);
            }
            canvas.mouse = shown.mouse.or(canvas.mouse);
            let expected = history.iter().rev().find(|(at, _)| *at <= to);
            let expected = expected.map(|(_, seen)| seen.clone()).unwrap_or_default();
            prop_assert_eq!(&canvas, &expected);
        }
    }
}
