//! Finding text in a recording.

use recording::{Find, Found, Hit, Moment, Reading};

use crate::support::{Files, closed, keyframe, later, output, session};

/// A recording of outputs with their milliseconds, and a keyframe after each second one.
fn recorded(outputs: &[(i64, &str)]) -> (Files, Reading) {
    let files = Files::new();
    let mut writer = files.create();
    let mut screen = screen::Screen::new(crate::support::header().size);
    for (n, (ms, text)) in outputs.iter().enumerate() {
        screen.feed(text);
        writer.event(later(*ms), &output(text));
        if n % 2 == 1 {
            writer.keyframe(keyframe(&screen));
        }
        writer.commit().expect("committed");
    }
    writer.close(&closed(outputs.last().map_or(0, |last| last.0))).expect("closed");
    let reading = Reading::open(files.path(), session()).expect("open");
    (files, reading)
}

fn find(reading: &Reading, text: &str, from: u64) -> Vec<(u64, String)> {
    let find = Find { text, from: Moment(from), max_hits: 100, max_bytes: u64::MAX };
    let Found { hits, next } = reading.find(&find).expect("found");
    assert_eq!(next, None);
    hits.into_iter().map(|Hit { at, line }| (at.0, line)).collect()
}

fn hit(at: u64, line: &str) -> (u64, String) {
    (at, line.to_owned())
}

#[test]
fn text_is_found_when_it_appears_and_only_then() {
    let (_files, reading) = recorded(&[
        (100, "$ "),
        (200, "su"),
        (300, "do -i"),
        (400, "\r\n"),
        (500, "one\r\ntwo\r\nthree\r\n"),
        (600, "four\r\nfive\r\nsix\r\n"),
        (700, "$ sudo -i\r\n"),
        (800, "\x1b[1mSU\x1b[mDO"),
    ]);
    let all = [hit(300, "$ sudo -i"), hit(700, "$ sudo -i"), hit(800, "SUDO")];
    assert_eq!(find(&reading, "sudo", 0), all);
    for from in 0..=300 {
        assert_eq!(find(&reading, "Sudo", from), all, "from {from}");
    }
    assert_eq!(find(&reading, "sudo", 301), all[1..]);
    assert_eq!(find(&reading, "sudo", 801), []);
    assert_eq!(find(&reading, "nowhere", 0), []);
    assert_eq!(find(&reading, "", 0), []);
}

#[test]
fn text_that_scrolled_by_at_once_is_found() {
    let lines: String = (0..50).map(|n| format!("line {n}\r\n")).collect();
    let (_files, reading) = recorded(&[(5, "$ \x1b[K"), (10, &lines)]);
    assert_eq!(find(&reading, "line 7", 0), [hit(10, "line 7")]);
}

#[test]
fn going_on_finds_the_rest_and_nothing_twice() {
    let lines: Vec<_> = (0..40).map(|n| (n / 3 * 10, format!("error {n}\r\n"))).collect();
    let lines: Vec<_> = lines.iter().map(|(ms, text)| (*ms, text.as_str())).collect();
    let (_files, reading) = recorded(&lines);
    let whole = find(&reading, "error", 0);
    assert_eq!(whole.len(), 14);
    for (max_hits, max_bytes) in [(1, u64::MAX), (3, u64::MAX), (100, 1), (100, 40), (2, 30)] {
        let mut hits = Vec::new();
        let mut from = Some(Moment(0));
        while let Some(at) = from {
            let found = reading.find(&Find { text: "error", from: at, max_hits, max_bytes }).expect("found");
            assert!(found.hits.len() <= max_hits);
            assert!(found.next.is_none_or(|next| next > at));
            hits.extend(found.hits.into_iter().map(|Hit { at, line }| (at.0, line)));
            from = found.next;
        }
        assert_eq!(hits, whole);
    }
}
