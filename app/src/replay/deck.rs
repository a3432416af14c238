//! The tape deck: the screen at the playhead, the events ahead of it, and how time goes on.
//!
//! Pure: bytes are given to it, nothing is fetched or drawn. Holds a piece of the recording, never all
//! of it. Where the screen is a picture, it says what is to be drawn instead.

mod shown;

use std::collections::VecDeque;
use std::ops::Range;

use recording::{Moment, Played, Player, What, apply};
use screen::Screen;

pub(crate) use self::shown::Shown;
use super::answer::{Frame, Outline};
use super::typed::Typed;

/// A pause is shortened to so much, in milliseconds, when idle time is skipped.
pub(crate) const LONGEST_PAUSE_MS: u64 = 2_000;
/// Bytes of the recording that are fetched in one go.
const PIECE: u64 = 256 << 10;
/// Most bytes that the server gives in one go.
const MOST: u64 = 1 << 20;
/// With fewer bytes than these ahead, more are wanted.
const ENOUGH: usize = 256 << 10;
/// Output that one step draws at most, in bytes, so that a flood at sixteen times the speed leaves the
/// page its turn.
const STEP: usize = 512 << 10;

/// What a step of time came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Time went on.
    Going,
    /// It did not get further for want of bytes.
    Waiting,
    /// That was the end.
    Ended,
}

/// The deck.
pub(crate) struct Deck {
    owner: String,
    duration: Moment,
    length: u64,
    keyframes: Vec<(Moment, u64)>,
    screen: Screen,
    /// What a picture shows that was not taken yet; none where the screen is a terminal's.
    shown: Option<Shown>,
    now: Moment,
    /// When something last happened, or was jumped to.
    quiet_since: Moment,
    player: Player,
    /// Events up to there are in the screen already, if any are.
    drawn: Option<Moment>,
    ahead: VecDeque<(Played, usize)>,
    ahead_bytes: usize,
    /// The first byte that was not given yet.
    next: u64,
    /// A line whose end is yet to come.
    begun: Vec<u8>,
    typed: Typed,
    skipped: u64,
}

impl Deck {
    /// A deck at the frame that the outline begins with.
    pub(crate) fn new(outline: &Outline) -> Self {
        let owner = outline.user.clone();
        let mut deck = Self {
            duration: outline.duration,
            length: outline.bytes,
            keyframes: outline.keyframes.clone(),
            screen: Screen::new(outline.first.size),
            shown: None,
            now: Moment(0),
            quiet_since: Moment(0),
            player: Player::new(owner.clone(), Moment(0)),
            drawn: None,
            ahead: VecDeque::new(),
            ahead_bytes: 0,
            next: 0,
            begun: Vec::new(),
            typed: Typed::of(owner.clone()),
            skipped: 0,
            owner,
        };
        deck.restart(outline.first.clone());
        deck
    }

    /// Begins anew at a frame.
    pub(crate) fn restart(&mut self, frame: Frame) {
        let Frame { at, offset, size, modes, title, dump, picture } = frame;
        self.screen = Screen::restore(size, modes, title, &dump);
        self.player = Player::new(self.owner.clone(), at);
        (self.now, self.quiet_since) = (at, at);
        self.drawn = picture.is_none().then_some(at);
        self.shown = picture.map(|extent| Shown::begin((offset == 0).then_some(extent)));
        self.next = offset;
        self.ahead.clear();
        self.ahead_bytes = 0;
        self.begun.clear();
        self.typed.clear();
    }

    /// The playhead.
    pub(crate) const fn now(&self) -> Moment {
        self.now
    }

    /// The screen there.
    pub(crate) const fn screen(&mut self) -> &mut Screen {
        &mut self.screen
    }

    /// What a picture shows since the last call; none where the screen is a terminal's.
    pub(crate) fn take_shown(&mut self) -> Option<Shown> {
        self.shown.as_mut().map(Shown::take)
    }

    /// What was typed last.
    pub(crate) fn typed(&self) -> String {
        self.typed.line()
    }

    /// Milliseconds that were skipped since the last call.
    pub(crate) const fn take_skipped(&mut self) -> u64 {
        std::mem::replace(&mut self.skipped, 0)
    }

    /// Whether a moment is reached sooner by reading on than from a keyframe.
    pub(crate) fn is_near(&self, to: Moment) -> bool {
        let is_between = |&(at, offset): &(Moment, u64)| at > self.now && at <= to && offset > self.next;
        to >= self.now && !self.keyframes.iter().any(is_between)
    }

    /// The bytes that it would like to have next, so that playing never waits.
    pub(crate) fn wants(&self) -> Option<Range<u64>> {
        let wants = self.next < self.length && self.ahead_bytes < ENOUGH;
        wants.then(|| self.next..self.length.min(self.next + PIECE))
    }

    /// The bytes that it needs next to get to a moment.
    pub(crate) fn needs(&self, to: Moment) -> Range<u64> {
        let end = self.keyframe_after(to).unwrap_or(self.next + PIECE);
        self.next..self.length.min(end.clamp(self.next + 1, self.next + MOST))
    }

    /// Where the first keyframe after a moment is: nothing up to that moment is behind it.
    fn keyframe_after(&self, to: Moment) -> Option<u64> {
        let after = self.keyframes.partition_point(|&(at, _)| at <= to);
        self.keyframes.get(after).map(|&(_, offset)| offset)
    }

    /// Takes bytes of the recording; those that are not the next ones are of no use any more.
    pub(crate) fn give(&mut self, from: u64, bytes: &[u8]) {
        if from != self.next {
            return;
        }
        self.next += bytes.len() as u64;
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
            self.begun.extend_from_slice(&rest[..end]);
            rest = &rest[end + 1..];
            let line = std::mem::take(&mut self.begun);
            let played = self.player.line(&String::from_utf8_lossy(&line));
            if let Some(played) = played
                && self.drawn.is_none_or(|drawn| played.at > drawn)
            {
                self.ahead_bytes += line.len();
                self.ahead.push_back((played, line.len()));
            }
        }
        self.begun.extend_from_slice(rest);
    }

    /// Goes to a moment that is not before the playhead, as far as there are bytes; whether it is there.
    pub(crate) fn reach(&mut self, to: Moment) -> bool {
        while self.ahead.front().is_some_and(|(played, _)| played.at <= to) {
            self.happen();
        }
        let known = !self.ahead.is_empty()
            || self.next >= self.length
            || self.keyframe_after(to).is_some_and(|offset| offset <= self.next);
        if known {
            (self.now, self.quiet_since) = (to, to);
        }
        known
    }

    /// Lets so many milliseconds go by.
    pub(crate) fn play(&mut self, mut ms: u64, skip_idle: bool) -> Step {
        let mut room = STEP;
        loop {
            let next = match self.ahead.front() {
                Some((played, _)) => played.at,
                None if self.next >= self.length => self.duration,
                None => return Step::Waiting,
            };
            let whole = next.since(self.now);
            let due = if skip_idle { pause(whole, self.now.since(self.quiet_since)) } else { whole };
            if due > ms {
                self.now = self.now.plus(ms);
                return Step::Going;
            }
            ms -= due;
            self.skipped += whole - due;
            self.now = self.now.max(next);
            let Some(bytes) = self.happen() else { return Step::Ended };
            self.quiet_since = self.now;
            if bytes > room {
                return Step::Going;
            }
            room -= bytes;
        }
    }

    /// The next event happens; the bytes of its line.
    fn happen(&mut self) -> Option<usize> {
        let (played, bytes) = self.ahead.pop_front()?;
        self.ahead_bytes -= bytes;
        self.now = self.now.max(played.at);
        if let What::Input(text) = &played.what {
            self.typed.add(played.by.as_deref(), text);
        }
        match (&mut self.shown, played.what) {
            (Some(shown), What::Shows(sight)) => shown.add(sight),
            (Some(_), _) => {}
            (None, what) => apply(&mut self.screen, &what),
        }
        Some(bytes)
    }
}

/// What is left to wait of a pause of which so much is over, when idle time is skipped.
fn pause(left: u64, over: u64) -> u64 {
    left.min(LONGEST_PAUSE_MS.saturating_sub(over))
}

#[cfg(test)]
mod tests;
