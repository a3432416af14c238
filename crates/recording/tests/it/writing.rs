//! What a writer leaves on the disk, and when.

use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;

use proptest::prelude::*;
use recording::{Body, Event, Header, MarkKind, Moment, Parts, Played, Player, What, Wrong};

use crate::support::{Files, closed, event, header, input, later, mark, output, signer, small};

/// What was recorded, without authors' lines.
fn played(cast: &[u8]) -> Vec<Played> {
    let mut player = Player::new("alice".into(), Moment(0));
    let text = std::str::from_utf8(cast).expect("text");
    text.split('\n').filter_map(|line| player.line(line)).collect()
}

#[test]
fn it_is_on_the_disk_at_once_and_for_its_owner_alone() {
    let files = Files::new();
    let writer = files.create();
    assert_eq!(writer.pending_bytes(), 0);
    for path in [files.cast_path(), files.index_path()] {
        assert_eq!(path.metadata().expect("a file").permissions().mode() & 0o777, 0o600);
    }
    let report = files.verify().expect("good from the start");
    assert_eq!((report.links, report.events, report.end), (1, 0, None));
    assert_eq!(report.bytes, header().to_line().len() as u64);
}

#[test]
fn a_recording_is_never_begun_twice() {
    let files = Files::new();
    small(&mut files.create());
    let before = (files.cast(), files.index());
    let again = recording::Writer::create(files.path(), &header(), signer());
    assert_eq!(again.expect_err("it is there").kind(), ErrorKind::AlreadyExists);
    assert_eq!((files.cast(), files.index()), before);
    std::fs::remove_file(files.cast_path()).expect("removed");
    recording::Writer::create(files.path(), &header(), signer()).expect_err("its index is there");
    assert!(!files.cast_path().exists());
    assert_eq!(files.index(), before.1);
}

#[test]
fn nothing_is_written_before_a_commit() {
    let files = Files::new();
    let mut writer = files.create();
    let before = (files.cast(), files.index());
    writer.event(later(1), &output("x"));
    assert!(writer.pending_bytes() > 0);
    assert_eq!((files.cast(), files.index()), before);
    writer.commit().expect("committed");
    assert_eq!(writer.pending_bytes(), 0);
    let once = files.index();
    writer.commit().expect("nothing to do");
    assert_eq!(files.index(), once);
    assert_eq!(files.verify().expect("good").links, 2);
}

#[test]
fn what_comes_after_the_end_does_not_count() {
    let files = Files::new();
    let mut writer = files.create();
    let first = writer.close(&closed(5)).expect("closed");
    writer.event(later(9), &output("x"));
    assert_eq!(writer.close(&closed(5)).expect("as before"), first);
    assert_eq!(files.verify().expect("good").head, first.head);
}

#[test]
fn a_clock_that_goes_back_counts_as_no_time() {
    let files = Files::new();
    let mut writer = files.create();
    for (ms, text) in [(1000, "a"), (400, "b"), (650, "c"), (i64::MIN / 2, "d"), (i64::MIN / 2 + 1, "e")] {
        writer.event(later(ms), &output(text));
    }
    writer.commit().expect("committed");
    let moments: Vec<_> = played(&files.cast()).iter().map(|played| played.at.0).collect();
    assert_eq!(moments, [1000, 1000, 1250, 1250, 1251]);
    assert_eq!(files.verify().expect("good").duration, Moment(1251));
}

#[test]
fn an_author_is_named_when_it_changes_and_again_after_a_keyframe() {
    let files = Files::new();
    let mut writer = files.create();
    let screen = screen::Screen::new(header().size);
    for (by, text) in [(None, "1"), (Some("olga"), "2"), (Some("olga"), "3")] {
        writer.event(later(0), &input(by, text));
    }
    writer.keyframe(crate::support::keyframe(&screen));
    for (by, text) in [(Some("olga"), "4"), (Some("olga"), "5"), (Some("alice"), "6"), (None, "7")] {
        writer.event(later(0), &input(by, text));
    }
    writer.commit().expect("committed");
    let cast = files.cast();
    let lines: Vec<_> = std::str::from_utf8(&cast).expect("text").lines().skip(1).collect();
    assert_eq!(
        lines,
        [
            r#"[0.000,"i","1"]"#,
            r#"[0.000,"u","olga"]"#,
            r#"[0.000,"i","2"]"#,
            r#"[0.000,"i","3"]"#,
            r#"[0.000,"u","olga"]"#,
            r#"[0.000,"i","4"]"#,
            r#"[0.000,"i","5"]"#,
            r#"[0.000,"u","alice"]"#,
            r#"[0.000,"i","6"]"#,
            r#"[0.000,"i","7"]"#,
        ]
    );
}

#[test]
fn a_timeline_needs_the_index_alone() {
    let files = Files::new();
    let mut writer = files.create();
    writer.event(later(70), &mark(MarkKind::Message, "stop"));
    writer.commit().expect("committed");
    let index = files.index();
    let line = index.split(|&byte| byte == b'\n').nth(1).expect("a second link");
    let body = Body::parse(Parts::split(line).expect("parts").body).expect("a body");
    assert_eq!(body.marks.len(), 1);
    assert_eq!(body.marks[0].at, Moment(70));
    assert_eq!(body.marks[0].mark.kind, MarkKind::Message);
    assert_eq!(body.marks[0].mark.text, "stop");
}

#[test]
fn a_key_that_is_not_expected_is_refused() {
    let files = Files::new();
    small(&mut files.create());
    let stranger = crate::support::stranger();
    let verify = |key| recording::verify(&files.cast_path(), &files.index_path(), key);
    let fault = verify(Some(stranger.public_key())).expect_err("another key");
    assert_eq!(fault.wrong, Wrong::ForeignKey(signer().public_key().to_owned()));
    assert_eq!(verify(None).expect("good in itself").key, signer().public_key());
}

#[test]
fn the_header_comes_back() {
    let line = header().to_line();
    let text = std::str::from_utf8(&line).expect("text");
    assert!(!text.trim_end().chars().any(char::is_control), "{text:?}");
    assert_eq!(Header::parse(text), Ok(header()));
    assert_eq!(
        Header::parse(&text.replace("\"version\":3", "\"version\":2")).expect_err("of old").to_string(),
        "the recording is an asciicast of version 2, not 3"
    );
    Header::parse("{}").expect_err("no header");
}

proptest! {
    #[test]
    fn no_header_and_no_link_is_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        _ = Header::parse(&String::from_utf8_lossy(&bytes));
        _ = Body::parse(&bytes);
        _ = Parts::split(&bytes).map(|parts| Body::parse(parts.body));
        _ = Player::new(String::new(), Moment(u64::MAX)).line(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn whatever_happens_comes_back(events in proptest::collection::vec((0..3000_i64, event(), any::<bool>()), 0..30)) {
        let files = Files::new();
        let mut writer = files.create();
        let mut now = 0;
        let mut expected = Vec::new();
        for (interval, event, commit) in &events {
            now += interval;
            writer.event(later(now), event);
            let (what, by) = match event.clone() {
                Event::Output(text) => (What::Output(text), None),
                Event::Input { by, text } => (What::Input(text), by.filter(|by| by != "alice")),
                Event::Resize(size) => (What::Resize(size), None),
                Event::Mark(mark) => (What::Marker(mark.to_string()), None),
                Event::Exit(status) => (What::Exit(status), None),
                Event::Shows(_) => unreachable!("a terminal's recording has none"),
            };
            expected.push(Played { at: Moment(now.unsigned_abs()), what, by });
            if *commit {
                writer.commit().expect("committed");
            }
        }
        writer.close(&closed(now)).expect("closed");
        let mut actual = played(&files.cast());
        prop_assert_eq!(actual.pop().map(|last| last.what), Some(What::Marker("closed".into())));
        prop_assert_eq!(actual, expected);
        let report = files.verify().expect("good");
        prop_assert_eq!(report.duration, Moment(now.unsigned_abs()));
        prop_assert_eq!(report.bytes, files.cast().len() as u64);
    }
}
