//! Finds what of a picture only moved up or down: text that scrolls, a page that is read.
//!
//! Rows are compared by sums, in strips, so a page beside something that stands still is found as well. What is found
//! is a guess: whoever uses it compares pixels afterwards, so a wrong one costs bytes and never a pixel.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use wire::desktop::Rect;

use crate::Framebuffer;
use crate::damage::CELL;

/// What is smaller is not worth the search, in pixels.
const LEAST: u32 = 64 * 64;
/// Rows of strips that a move must save to be worth it.
const LEAST_SAVED: i32 = 32;

/// A part of a picture whose pixels were so many rows further down before, or up if less than none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moved {
    pub(crate) rect: Rect,
    pub(crate) down: i32,
}

impl Moved {
    /// First row of where the pixels were.
    pub(crate) fn from(self) -> u16 {
        (i32::from(self.rect.y) + self.down).try_into().unwrap_or(self.rect.y)
    }
}

/// The largest part within `rect` whose pixels in `now` are those of another part in `before`, roughly.
pub(crate) fn find(before: &Framebuffer, now: &Framebuffer, rect: Rect) -> Option<Moved> {
    if u32::from(rect.width) * u32::from(rect.height) < LEAST {
        return None;
    }
    let strips: Vec<Strip> = strips(rect).map(|part| Strip::of(before, now, part)).collect();
    let down = most_voted(&strips)?;
    let scores: Vec<Vec<i32>> = strips.iter().map(|strip| strip.scores(down)).collect();
    let saved: Vec<i32> = scores.iter().map(|rows| best_run(rows).map_or(-1, |run| run.sum)).collect();
    let across = best_run(&saved)?;
    let rows = (0..usize::from(rect.height))
        .map(|row| scores[across.first..=across.last].iter().map(|rows| rows[row]).sum())
        .collect::<Vec<i32>>();
    let run = best_run(&rows).filter(|run| run.sum >= LEAST_SAVED)?;
    let place = |strip: usize| rect.x + strip as u16 * CELL;
    let end = (place(across.last) + CELL).min(rect.x + rect.width);
    let rect = Rect {
        x: place(across.first),
        y: rect.y + run.first as u16,
        width: end - place(across.first),
        height: (run.last - run.first + 1) as u16,
    };
    Some(Moved { rect, down })
}

fn strips(rect: Rect) -> impl Iterator<Item = Rect> {
    (0..rect.width).step_by(CELL.into()).map(move |across| Rect {
        x: rect.x + across,
        width: CELL.min(rect.width - across),
        ..rect
    })
}

/// Sums of the rows of a strip.
struct Strip {
    before: Vec<u64>,
    now: Vec<u64>,
}

impl Strip {
    fn of(before: &Framebuffer, now: &Framebuffer, rect: Rect) -> Self {
        let sums = |picture: &Framebuffer| {
            (0..rect.height).map(|row| sum(&picture.pixels()[picture.row(rect, row)])).collect()
        };
        Self { before: sums(before), now: sums(now) }
    }

    /// For each row: whether the move saves it, spoils it, or makes no difference.
    fn scores(&self, down: i32) -> Vec<i32> {
        let was = |row: usize| row.checked_add_signed(down as isize).and_then(|row| self.before.get(row));
        let rows = self.now.iter().zip(&self.before).enumerate();
        rows.map(|(row, (now, before))| match was(row) {
            // Nothing comes from beyond the strip.
            None => -1,
            Some(was) => i32::from(was == now) - i32::from(before == now),
        })
        .collect()
    }
}

/// By how many rows most of what is there only once was moved.
fn most_voted(strips: &[Strip]) -> Option<i32> {
    let mut votes: HashMap<i32, u32> = HashMap::new();
    for strip in strips {
        let mut places: HashMap<u64, Option<usize>, BuildHasherDefault<Itself>> = HashMap::default();
        for (row, sum) in strip.before.iter().enumerate() {
            places.entry(*sum).and_modify(|place| *place = None).or_insert(Some(row));
        }
        for (row, sum) in strip.now.iter().enumerate() {
            if let Some(Some(place)) = places.get(sum)
                && *place != row
            {
                *votes.entry(*place as i32 - row as i32).or_default() += 1;
            }
        }
    }
    votes.into_iter().max_by_key(|&(down, votes)| (votes, -down.abs(), down)).map(|(down, _)| down)
}

/// Neighbours with the largest sum.
struct Run {
    first: usize,
    last: usize,
    sum: i32,
}

fn best_run(values: &[i32]) -> Option<Run> {
    let mut best: Option<Run> = None;
    let (mut first, mut sum) = (0, 0);
    for (at, value) in values.iter().enumerate() {
        if sum <= 0 {
            (first, sum) = (at, 0);
        }
        sum += value;
        if sum > best.as_ref().map_or(0, |best| best.sum) {
            best = Some(Run { first, last: at, sum });
        }
    }
    best
}

/// A sum of bytes that seldom is that of others.
fn sum(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let mix = |sum: u64, word: u64| (sum.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let sum = words.iter().fold(0, |sum, word| mix(sum, u64::from_le_bytes(*word)));
    let sum = rest.iter().fold(sum, |sum, byte| mix(sum, (*byte).into()));
    sum ^ sum >> 32
}

/// Takes a sum for its own hash.
#[derive(Default)]
struct Itself(u64);

impl Hasher for Itself {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = sum(bytes);
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}
