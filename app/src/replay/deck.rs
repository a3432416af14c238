//! The tape deck: the screen at the playhead, the events ahead of it, and how time goes on.
//!
//! Pure: bytes are given to it, nothing is fetched or drawn. Holds a piece of the recording, never all
//! of it.

use std::collections::VecDeque;
use std::ops::Range;

use recording::{Moment, Played, Player, What, apply};
use screen::Screen;

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
    now: Moment,
    /// When something last happened, or was jumped to.
    quiet_since: Moment,
    player: Player,
    /// Events up to there are in the screen already.
    drawn: Moment,
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
            now: Moment(0),
            quiet_since: Moment(0),
            player: Player::new(owner.clone(), Moment(0)),
            drawn: Moment(0),
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
        let Frame { at, offset, size, modes, title, dump } = frame;
        self.screen = Screen::restore(size, modes, title, &dump);
        self.player = Player::new(self.owner.clone(), at);
        (self.now, self.quiet_since, self.drawn) = (at, at, at);
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
                && played.at > self.drawn
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
        apply(&mut self.screen, &played.what);
        Some(bytes)
    }
}

/// What is left to wait of a pause of which so much is over, when idle time is skipped.
fn pause(left: u64, over: u64) -> u64 {
    left.min(LONGEST_PAUSE_MS.saturating_sub(over))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use recording::{Event, Facts, Header, Tape};
    use wire::live::{Modes, Size};
    use wire::{Millis, SessionType};

    use super::*;

    const SIZE: Size = Size { cols: 20, rows: 4 };

    /// A recording of these events, with a keyframe after every so many.
    fn recorded(events: &[(u64, Event)], every: usize) -> (Vec<u8>, Vec<Frame>) {
        let facts = Facts {
            session: "0196e1f2-0000-7000-8000-000000000000".parse().unwrap(),
            user: "alice".into(),
            full_name: String::new(),
            device: "192.0.2.7".into(),
            client: "gw-1".into(),
            node: "gw-1".into(),
            kind: SessionType::PamSsh,
            agent: None,
            account: "root".into(),
            service_url: String::new(),
            started_at: Millis(0),
        };
        let header = Header { size: SIZE, terminal: None, title: String::new(), facts };
        let mut cast = header.to_line();
        let mut tape = Tape::new("alice".into());
        let mut screen = Screen::new(SIZE);
        let mut frames = Vec::new();
        for (number, (at, event)) in events.iter().enumerate() {
            if number > 0 && number % every == 0 {
                tape.begin_afresh();
                frames.push(frame(tape.last(), cast.len() as u64, &screen));
            }
            tape.push(&mut cast, Moment(*at), event);
            match event {
                Event::Output(text) => screen.feed(text),
                Event::Resize(size) => screen.resize(*size),
                _ => {}
            }
        }
        (cast, frames)
    }

    fn frame(at: Moment, offset: u64, screen: &Screen) -> Frame {
        Frame {
            at,
            offset,
            size: screen.size(),
            modes: Modes::default(),
            title: screen.title().to_owned(),
            dump: screen.dump(),
        }
    }

    /// As the server answers: the last frame not after that moment, with all of its moment in it.
    fn frame_before(cast: &[u8], frames: &[Frame], at: Moment) -> Frame {
        let found = frames.iter().rev().find(|frame| frame.at <= at);
        let first = frame(Moment(0), 0, &Screen::new(SIZE));
        let found = found.unwrap_or(&first);
        let mut screen = Screen::restore(found.size, found.modes, found.title.clone(), &found.dump);
        let mut player = Player::new("alice".into(), found.at);
        let from = usize::try_from(found.offset).unwrap();
        for line in std::str::from_utf8(&cast[from..]).unwrap().lines() {
            match player.line(line) {
                Some(played) if played.at > found.at => break,
                Some(played) => apply(&mut screen, &played.what),
                None => {}
            }
        }
        frame(found.at, found.offset, &screen)
    }

    fn deck(cast: &[u8], frames: &[Frame], duration: u64) -> Deck {
        Deck::new(&Outline {
            user: "alice".into(),
            running: false,
            screen: true,
            duration: Moment(duration),
            bytes: cast.len() as u64,
            keyframes: frames.iter().map(|frame| (frame.at, frame.offset)).collect(),
            marks: Vec::new(),
            marks_left: 0,
            first: frame_before(cast, frames, Moment(0)),
        })
    }

    fn give(deck: &mut Deck, cast: &[u8], range: Range<u64>) {
        let at = |offset: u64| usize::try_from(offset).unwrap();
        deck.give(range.start, &cast[at(range.start)..at(range.end)]);
    }

    fn seek(deck: &mut Deck, cast: &[u8], frames: &[Frame], to: Moment) {
        if !deck.is_near(to) {
            deck.restart(frame_before(cast, frames, to));
        }
        while !deck.reach(to) {
            let range = deck.needs(to);
            assert!(!range.is_empty(), "it waits for bytes that are not there");
            give(deck, cast, range);
        }
    }

    fn output(text: &str) -> Event {
        Event::Output(text.into())
    }

    fn typed(by: Option<&str>, text: &str) -> Event {
        Event::Input { by: by.map(Into::into), text: text.into() }
    }

    #[test]
    fn pauses_are_shortened_only_when_asked() {
        let events = [(0, output("a")), (1_000, output("b")), (61_000, output("c"))];
        let (cast, frames) = recorded(&events, 9);
        let mut deck = deck(&cast, &frames, 70_000);
        assert_eq!(deck.play(10, true), Step::Waiting);
        let all = deck.wants().unwrap();
        give(&mut deck, &cast, all);
        assert_eq!(deck.wants(), None);
        assert_eq!((deck.play(1_500, true), deck.now()), (Step::Going, Moment(1_500)));
        assert_eq!((deck.play(1_499, true), deck.now()), (Step::Going, Moment(2_999)));
        assert_eq!((deck.play(1, true), deck.now()), (Step::Going, Moment(61_000)));
        assert_eq!(deck.take_skipped(), 58_000);
        assert_eq!(deck.screen().text().trim_end(), "abc");
        assert_eq!((deck.play(2_001, true), deck.now()), (Step::Ended, Moment(70_000)));

        seek(&mut deck, &cast, &frames, Moment(1_000));
        assert_eq!(deck.screen().text().trim_end(), "ab");
        assert_eq!((deck.play(59_999, false), deck.now()), (Step::Going, Moment(60_999)));
        assert_eq!((deck.play(9_001, false), deck.now()), (Step::Ended, Moment(70_000)));
        assert_eq!(deck.take_skipped(), 7_000);
    }

    #[test]
    fn what_was_typed_is_shown_with_its_author() {
        let events = [
            (0, output("$ ")),
            (100, typed(None, "l")),
            (200, typed(None, "s\r")),
            (300, typed(Some("olga"), "w\r")),
            (400, typed(None, "\u{2022}\u{2022}\u{7f}")),
        ];
        let (cast, frames) = recorded(&events, 9);
        let mut deck = deck(&cast, &frames, 500);
        for (at, shown) in [
            (50, ""),
            (100, "alice: l"),
            (250, "alice: ls⏎"),
            (300, "olga: w⏎"),
            (400, "alice: ••⌫"),
            (100, "alice: l"),
        ] {
            seek(&mut deck, &cast, &frames, Moment(at));
            assert_eq!(deck.typed(), shown, "at {at}");
        }
    }

    #[test]
    fn bytes_that_are_no_longer_the_next_are_ignored() {
        let (cast, frames) = recorded(&[(10, output("a")), (20, output("b"))], 9);
        let mut deck = deck(&cast, &frames, 20);
        give(&mut deck, &cast, 0..cast.len() as u64);
        give(&mut deck, &cast, 0..cast.len() as u64);
        assert!(deck.reach(Moment(20)));
        assert_eq!(deck.screen().text().trim_end(), "ab");
    }

    fn any_event() -> impl Strategy<Value = Event> {
        prop_oneof![
            8 => "[a-z \r\n\u{e9}]{0,12}|\u{1b}\\[[0-9]{1,2}[ABCDHJKm]".prop_map(Event::Output),
            1 => (1..60_u16, 1..20_u16).prop_map(|(cols, rows)| Event::Resize(Size { cols, rows })),
            2 => "[a-z]{1,3}".prop_map(|text| Event::Input { by: None, text }),
        ]
    }

    proptest! {
        /// A moment looks the same however one came there.
        #[test]
        fn seeking_is_playing_from_the_start(
            steps in prop::collection::vec((0..4_000_u64, any_event()), 1..60),
            every in 1..12_usize,
            jumps in prop::collection::vec(0..1_000_u64, 1..8),
        ) {
            let mut at = 0;
            let events: Vec<_> = steps.into_iter().map(|(pause, event)| { at += pause; (at, event) }).collect();
            let (cast, frames) = recorded(&events, every);
            let mut deck = deck(&cast, &frames, at);
            for jump in jumps {
                let to = Moment(at * jump / 1_000);
                seek(&mut deck, &cast, &frames, to);
                let mut screen = Screen::new(SIZE);
                for (_, event) in events.iter().take_while(|(at, _)| Moment(*at) <= to) {
                    match event {
                        Event::Output(text) => screen.feed(text),
                        Event::Resize(size) => screen.resize(*size),
                        _ => {}
                    }
                }
                prop_assert_eq!(deck.screen().text(), screen.text());
                prop_assert_eq!(deck.screen().size(), screen.size());
                prop_assert_eq!(deck.now(), to);
            }
        }
    }
}
