//! The viewer's copy of a picture: frames in, what is to be drawn out, in the frames' order.
//!
//! Images are decoded elsewhere, each in a time of its own; a step is ready when all before it were and every image of
//! it is decoded. Knows no canvas and no page.

use std::collections::VecDeque;

use wire::desktop::{Extent, Pointer, Rect, Source, Tile};

use super::stream::Fault;

/// Pixels that may wait to be drawn; beyond them a fresh picture is cheaper than catching up: 100 MiB, or three of the
/// largest desktops.
const MOST_WAITING: usize = 3 * Extent::MAX.width as usize * Extent::MAX.height as usize;

/// A part that is to be decoded, and what it is part of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Job {
    pub(crate) at: Spot,
    /// A PNG.
    pub(crate) image: Vec<u8>,
}

/// Which part of which step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    step: u64,
    part: usize,
}

/// One frame: what is drawn at once.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Step<I> {
    /// Number of the event; none where what is recorded has none.
    pub(crate) seq: Option<u64>,
    /// The picture begins anew: it has this size, and is black.
    pub(crate) extent: Option<Extent>,
    /// The pointer's shape from now on.
    pub(crate) pointer: Option<Pointer>,
    /// What changes, where, one after the other.
    pub(crate) parts: Vec<(Rect, Part<I>)>,
    missing: usize,
}

/// What a part of the picture becomes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Part<I> {
    /// This image; none until it is decoded.
    Image(Option<I>),
    /// What is at that column and row.
    Moved(u16, u16),
}

/// What waits to be drawn.
#[derive(Debug)]
pub(crate) struct Picture<I> {
    /// Number of the last event that came; none before the first whole picture.
    last: Option<u64>,
    steps: VecDeque<Step<I>>,
    /// Which step the first one is; counted over all that ever were.
    first: u64,
    waiting: usize,
}

impl<I> Default for Picture<I> {
    fn default() -> Self {
        Self { last: None, steps: VecDeque::new(), first: 0, waiting: 0 }
    }
}

impl<I> Picture<I> {
    /// Forgets what waits: a whole picture comes next.
    pub(crate) fn start_over(&mut self) {
        self.first += self.steps.len() as u64;
        self.steps.clear();
        (self.last, self.waiting) = (None, 0);
    }

    /// Takes a whole picture.
    ///
    /// # Errors
    /// When too much waits.
    pub(crate) fn whole(
        &mut self,
        seq: u64,
        extent: Extent,
        pointer: Pointer,
        tiles: Vec<Tile>,
    ) -> Result<Vec<Job>, Fault> {
        self.last = Some(seq);
        let jobs = self.add(Some(seq), Some(extent), Some(pointer), tiles);
        self.bounded(jobs)
    }

    /// Takes parts that changed.
    ///
    /// # Errors
    /// When the event does not follow the one before it, or too much waits.
    pub(crate) fn drawn(&mut self, seq: u64, tiles: Vec<Tile>) -> Result<Vec<Job>, Fault> {
        self.follow(seq)?;
        let jobs = self.add(Some(seq), None, None, tiles);
        self.bounded(jobs)
    }

    /// Takes another shape of the pointer.
    ///
    /// # Errors
    /// When the event does not follow the one before it.
    pub(crate) fn pointer(&mut self, seq: u64, pointer: Pointer) -> Result<(), Fault> {
        self.follow(seq)?;
        self.add(Some(seq), None, Some(pointer), Vec::new());
        Ok(())
    }

    /// Whether a part was not forgotten meanwhile.
    pub(crate) fn awaits(&self, at: Spot) -> bool {
        at.step >= self.first
    }

    /// A part is decoded; one that was forgotten meanwhile is of no use.
    pub(crate) fn decoded(&mut self, at: Spot, image: I) {
        let step = at.step.checked_sub(self.first).and_then(|index| usize::try_from(index).ok());
        let Some(step) = step.and_then(|index| self.steps.get_mut(index)) else { return };
        if let Some((_, Part::Image(part @ None))) = step.parts.get_mut(at.part) {
            *part = Some(image);
            step.missing -= 1;
        }
    }

    /// How many steps wait.
    pub(crate) fn waits(&self) -> usize {
        self.steps.len()
    }

    /// Whether there is a step to be drawn.
    pub(crate) fn is_ready(&self) -> bool {
        self.steps.front().is_some_and(|step| step.missing == 0)
    }

    /// The next step, when all of it is there.
    pub(crate) fn next(&mut self) -> Option<Step<I>> {
        if !self.is_ready() {
            return None;
        }
        let step = self.steps.pop_front()?;
        self.first += 1;
        self.waiting -= step.parts.iter().map(|(rect, _)| pixels(*rect)).sum::<usize>();
        Some(step)
    }

    /// Takes a step of a recording, which has its order.
    pub(crate) fn add(
        &mut self,
        seq: Option<u64>,
        extent: Option<Extent>,
        pointer: Option<Pointer>,
        tiles: Vec<Tile>,
    ) -> Vec<Job> {
        let step = self.first + self.steps.len() as u64;
        self.waiting += tiles.iter().map(|tile| pixels(tile.rect)).sum::<usize>();
        let (mut parts, mut jobs) = (Vec::with_capacity(tiles.len()), Vec::with_capacity(tiles.len()));
        for (part, tile) in tiles.into_iter().enumerate() {
            let becomes = match tile.source {
                Source::Image(image) => {
                    jobs.push(Job { at: Spot { step, part }, image });
                    Part::Image(None)
                }
                Source::Moved { x, y } => Part::Moved(x, y),
            };
            parts.push((tile.rect, becomes));
        }
        self.steps.push_back(Step { seq, extent, pointer, missing: jobs.len(), parts });
        jobs
    }

    fn bounded(&self, jobs: Vec<Job>) -> Result<Vec<Job>, Fault> {
        if self.waiting > MOST_WAITING { Err(Fault::TooFarBehind) } else { Ok(jobs) }
    }

    fn follow(&mut self, seq: u64) -> Result<(), Fault> {
        if self.last.and_then(|last| last.checked_add(1)) != Some(seq) {
            return Err(Fault::Gap);
        }
        self.last = Some(seq);
        Ok(())
    }
}

fn pixels(rect: Rect) -> usize {
    usize::from(rect.width) * usize::from(rect.height)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXTENT: Extent = Extent { width: 400, height: 300 };

    fn tile(x: u16, image: u8) -> Tile {
        Tile { rect: Rect { x, y: 0, width: 10, height: 10 }, source: Source::Image(vec![image]) }
    }

    fn moved(x: u16, from: u16) -> Tile {
        Tile { source: Source::Moved { x: from, y: 0 }, ..tile(x, 0) }
    }

    fn begun(seq: u64) -> Picture<u8> {
        let mut picture = Picture::default();
        let jobs = picture.whole(seq, EXTENT, Pointer::Default, vec![tile(0, 1)]).unwrap();
        decode(&mut picture, &jobs);
        picture
    }

    fn decode(picture: &mut Picture<u8>, jobs: &[Job]) {
        for job in jobs {
            picture.decoded(job.at, job.image[0]);
        }
    }

    fn drawn(picture: &mut Picture<u8>) -> Vec<(u64, Vec<u8>)> {
        let images = |step: Step<u8>| {
            let image = |(_, part)| if let Part::Image(image) = part { image } else { None };
            (step.seq.unwrap(), step.parts.into_iter().filter_map(image).collect::<Vec<_>>())
        };
        std::iter::from_fn(|| picture.next()).map(images).collect()
    }

    #[test]
    fn nothing_overtakes_what_came_before() {
        let mut picture = begun(7);
        let slow = picture.drawn(8, vec![tile(0, 2), tile(20, 3)]).unwrap();
        let fast = picture.drawn(9, vec![tile(0, 4)]).unwrap();
        picture.pointer(10, Pointer::Hidden).unwrap();
        decode(&mut picture, &fast);
        assert_eq!(drawn(&mut picture), [(7, vec![1])]);
        decode(&mut picture, &slow[1..]);
        assert!(!picture.is_ready());
        decode(&mut picture, &slow[..1]);
        assert_eq!(drawn(&mut picture), [(8, vec![2, 3]), (9, vec![4]), (10, vec![])]);
        assert_eq!(picture.waiting, 0);
    }

    #[test]
    fn what_moves_waits_for_its_turn_alone() {
        let mut picture = begun(7);
        let jobs = picture.drawn(8, vec![moved(0, 20), tile(0, 2)]).unwrap();
        picture.drawn(9, vec![moved(20, 0)]).unwrap();
        assert_eq!((jobs.len(), drawn(&mut picture)), (1, vec![(7, vec![1])]));
        decode(&mut picture, &jobs);
        let step = picture.next().unwrap();
        assert_eq!(
            step.parts.iter().map(|(_, part)| part).collect::<Vec<_>>(),
            [&Part::Moved(20, 0), &Part::Image(Some(2))]
        );
        assert_eq!(picture.next().map(|step| step.parts), Some(vec![(tile(20, 0).rect, Part::Moved(0, 0))]));
        assert_eq!(picture.waiting, 0);
    }

    #[test]
    fn a_missing_a_repeated_and_an_early_event_are_gaps() {
        for seq in [7, 9, 0] {
            assert_eq!(begun(7).drawn(seq, vec![tile(0, 2)]), Err(Fault::Gap), "{seq}");
            assert_eq!(begun(7).pointer(seq, Pointer::Hidden), Err(Fault::Gap), "{seq}");
        }
        assert_eq!(Picture::<u8>::default().drawn(1, vec![]), Err(Fault::Gap));
    }

    #[test]
    fn a_whole_picture_may_come_at_any_time_and_waits_its_turn() {
        let mut picture = begun(7);
        let jobs = picture.whole(20, Extent::DEFAULT, Pointer::Hidden, vec![tile(0, 5)]).unwrap();
        assert_eq!(drawn(&mut picture), [(7, vec![1])]);
        decode(&mut picture, &jobs);
        let step = picture.next().unwrap();
        assert_eq!(
            (step.seq, step.extent, step.pointer),
            (Some(20), Some(Extent::DEFAULT), Some(Pointer::Hidden))
        );
        assert!(picture.drawn(21, vec![]).is_ok());
    }

    #[test]
    fn what_was_forgotten_is_not_drawn() {
        let mut picture = begun(7);
        let old = picture.drawn(8, vec![tile(0, 2)]).unwrap();
        picture.start_over();
        assert_eq!(picture.drawn(9, vec![]), Err(Fault::Gap));
        let new = picture.whole(30, EXTENT, Pointer::Default, vec![tile(0, 9)]).unwrap();
        decode(&mut picture, &old);
        assert!(!picture.is_ready());
        decode(&mut picture, &new);
        decode(&mut picture, &new);
        assert_eq!(drawn(&mut picture), [(30, vec![9])]);
    }

    #[test]
    fn what_waits_is_bounded() {
        let mut picture = begun(0);
        let all = |image| vec![Tile { rect: Extent::MAX.rect(), source: Source::Image(vec![image]) }];
        let fault = (1..9).find_map(|seq| picture.drawn(seq, all(0)).err());
        assert_eq!(fault, Some(Fault::TooFarBehind));
        picture.start_over();
        assert!(picture.whole(0, Extent::MAX, Pointer::Default, all(1)).is_ok());
    }
}
