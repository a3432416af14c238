//! The viewer's copy of a picture: frames in, what is to be drawn out, in the frames' order.
//!
//! Images are decoded elsewhere, each in a time of its own; a step is ready when all before it were and every image of
//! it is decoded. Frames that come faster than they are decoded become one step, without what others of them hide: who
//! is slow sees fewer pictures, not old ones. Knows no canvas and no page.

mod late;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use wire::desktop::{Extent, Pointer, Rect, Source, Tile};

use super::stream::Fault;
use late::Late;

/// Pixels that may wait to be drawn; beyond them a fresh picture is cheaper than catching up: 100 MiB, or three of the
/// largest desktops.
const MOST_WAITING: usize = 3 * Extent::MAX.width as usize * Extent::MAX.height as usize;

/// Steps that are decoded at a time: while one is drawn, the next is on its way.
const AT_ONCE: usize = 2;

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

/// One frame, or several: what is drawn at once.
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
    /// What is decoded or being decoded.
    steps: VecDeque<Step<I>>,
    /// Which step the first one is; counted over all that ever were.
    first: u64,
    /// What comes after that.
    late: Option<Late>,
    waiting: usize,
}

impl<I> Default for Picture<I> {
    fn default() -> Self {
        Self { last: None, steps: VecDeque::new(), first: 0, late: None, waiting: 0 }
    }
}

impl<I> Picture<I> {
    /// Forgets what waits: a whole picture comes next.
    pub(crate) fn start_over(&mut self) {
        self.first += self.steps.len() as u64;
        self.steps.clear();
        (self.last, self.late, self.waiting) = (None, None, 0);
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

    /// A part is decoded, and what is to be decoded next; one that was forgotten meanwhile is of no use.
    pub(crate) fn decoded(&mut self, at: Spot, image: I) -> Vec<Job> {
        let step = at.step.checked_sub(self.first).and_then(|index| usize::try_from(index).ok());
        let Some(step) = step.and_then(|index| self.steps.get_mut(index)) else { return Vec::new() };
        if let Some((_, Part::Image(part @ None))) = step.parts.get_mut(at.part) {
            *part = Some(image);
            step.missing -= 1;
        }
        self.begin()
    }

    /// How many frames wait.
    pub(crate) fn waits(&self) -> usize {
        self.steps.len() + self.late.as_ref().map_or(0, |late| late.frames)
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
        let next = Late { frames: 1, seq, extent, pointer, tiles };
        self.waiting += next.pixels();
        match &mut self.late {
            Some(late) => {
                let both = late.pixels() + next.pixels();
                late.follow(next);
                self.waiting -= both - late.pixels();
            }
            None => self.late = Some(next),
        }
        self.begin()
    }

    /// What is to be decoded now, if not enough is.
    fn begin(&mut self) -> Vec<Job> {
        let begun = self.steps.iter().filter(|step| step.missing > 0).count();
        let Some(Late { seq, extent, pointer, tiles, .. }) = self.late.take_if(|_| begun < AT_ONCE) else {
            return Vec::new();
        };
        let step = self.first + self.steps.len() as u64;
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
