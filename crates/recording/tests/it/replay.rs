//! The screen at any moment is what it was then, from whichever keyframe it is made.

use proptest::prelude::*;
use recording::{Event, Moment, Reading, apply};
use screen::Screen;

use crate::support::{Files, closed, event, header, keyframe, later, output, session, small};

/// Everything that a viewer can tell apart about a screen.
fn seen(screen: &Screen) -> (String, String, wire::live::Modes, String) {
    (screen.text(), screen.dump(), screen.modes(), screen.title().to_owned())
}

fn feed(screen: &mut Screen, event: &Event) {
    match event {
        Event::Output(text) => screen.feed(text),
        Event::Resize(size) => screen.resize(*size),
        _ => {}
    }
}

#[test]
fn a_recording_says_what_it_is() {
    let files = Files::new();
    small(&mut files.create());
    let reading = Reading::open(files.path(), session()).expect("open");
    assert_eq!(reading.header(), &header());
    assert_eq!(reading.duration(), Moment(12_810));
    assert_eq!(reading.len(), files.cast().len() as u64);
    assert_eq!(reading.end().map(|end| end.reason.as_str()), Some("closed"));
    assert_eq!(reading.start().map(|start| start.node.as_str()), Some("gw-1"));
    let marks: Vec<_> = reading.marks().iter().map(|mark| (mark.at.0, mark.mark.to_string())).collect();
    let marks: Vec<_> = marks.iter().map(|(at, label)| (*at, label.as_str())).collect();
    assert_eq!(
        marks,
        [
            (2000, "olga watches"),
            (2500, "olga has the keyboard (shared)"),
            (2800, "message from olga: that was me")
        ]
    );
    let [point] = reading.keyframes() else { panic!("one keyframe") };
    assert_eq!(point.at, Moment(2605));
    let frame = reading.keyframe(point).expect("a keyframe");
    assert_eq!((frame.at, frame.offset, frame.title.as_str()), (point.at, point.offset, "db-1"));
    let tail = reading.bytes(point.offset..u64::MAX).expect("bytes");
    assert!(tail.starts_with(b"[0.095,\"u\",\"olga\"]\n"), "{}", String::from_utf8_lossy(&tail));
    assert_eq!(reading.bytes(0..5).expect("bytes"), files.cast()[..5]);
    assert_eq!(reading.bytes(u64::MAX - 1..u64::MAX).expect("none"), b"");
}

#[test]
fn one_that_is_being_written_is_read_as_far_as_it_is_signed() {
    let files = Files::new();
    let mut writer = files.create();
    writer.event(later(10), &output("one"));
    writer.commit().expect("committed");
    let (cast, mut index) = (files.cast(), files.index());
    writer.event(later(20), &output("two"));
    writer.commit().expect("committed");
    let whole = files.index();
    index.extend_from_slice(&whole[index.len()..whole.len() - 1]);
    files.put(&files.cast(), &index);
    let reading = Reading::open(files.path(), session()).expect("open");
    assert_eq!((reading.duration(), reading.len()), (Moment(10), cast.len() as u64));
    assert_eq!(reading.screen_at(Moment(99)).expect("a screen").text().trim_end(), "one");
    assert!(reading.end().is_none());
}

#[test]
fn what_is_no_recording_is_not_opened() {
    let files = Files::new();
    small(&mut files.create());
    files.put(b"no header\n", &files.index());
    Reading::open(files.path(), session()).expect_err("no header");
    files.put(&header().to_line(), b"no link\n");
    Reading::open(files.path(), session()).expect_err("no link");
    files.put(b"", b"");
    Reading::open(files.path(), session()).expect_err("nothing");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_keyframe_and_what_follows_come_to_the_same(
        steps in proptest::collection::vec((0..3_i64, event(), 0..8_u8), 1..60),
    ) {
        let files = Files::new();
        let mut writer = files.create();
        let mut screen = Screen::new(header().size);
        let mut now = 0;
        let mut expected = vec![seen(&screen)];
        let mut is_fresh = false;
        for (interval, event, then) in &steps {
            for _ in 0..*interval {
                expected.push(seen(&screen));
            }
            now += interval;
            feed(&mut screen, event);
            writer.event(later(now), event);
            expected.pop();
            expected.push(seen(&screen));
            if *then == 0 {
                writer.keyframe(keyframe(&screen));
                is_fresh = true;
            }
            if *then < 3 {
                writer.commit().expect("committed");
            }
        }
        writer.close(&closed(now)).expect("closed");
        let reading = Reading::open(files.path(), session()).expect("open");
        prop_assert_eq!(is_fresh, !reading.keyframes().is_empty());
        for (at, expected) in (0..).zip(&expected) {
            prop_assert_eq!(&seen(&reading.screen_at(Moment(at)).expect("a screen")), expected, "at {}", at);
        }
        // As the browser plays it: from the bytes at a keyframe on.
        for point in reading.keyframes() {
            let mut player = recording::Player::new("alice".into(), point.at);
            let mut screen = reading.screen_at(point.at).expect("a screen");
            let bytes = reading.bytes(point.offset..reading.len()).expect("bytes");
            let at = point.at;
            for line in std::str::from_utf8(&bytes).expect("whole lines").lines() {
                if let Some(played) = player.line(line).filter(|played| played.at > at) {
                    apply(&mut screen, &played.what);
                }
            }
            prop_assert_eq!(player.now(), reading.duration());
            prop_assert_eq!(&seen(&screen), expected.last().expect("the end"));
        }
    }
}
