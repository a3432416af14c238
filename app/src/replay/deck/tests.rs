//! Playing, seeking and skipping on recordings of every kind.

use proptest::prelude::*;
use recording::{Event, Facts, Header, Tape};
use wire::live::{Modes, Size};
use wire::{Millis, SessionType};

use super::*;

mod pictures;

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
    let header = Header { size: SIZE, picture: None, terminal: None, title: String::new(), facts };
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
        picture: None,
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
