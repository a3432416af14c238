//! A node may die at any moment: its recordings are ended, and lose no line that was written.

use proptest::prelude::*;
use recording::{Fault, Moment, Reading, Repaired, Unrepaired, Which, Wrong, repair};
use wire::{End, EndReason};

use crate::support::{
    Files, event, header, input, keyframe, later, mark, output, session, signer, small, stranger,
};

fn lost() -> End {
    End::new(EndReason::NodeLost, later(9_000_000))
}

fn repaired(files: &Files) -> Repaired {
    repair(files.path(), session(), &signer(), &lost()).expect("repaired")
}

/// The lines of whole events.
fn lines(cast: &[u8]) -> Vec<&[u8]> {
    cast.split_inclusive(|&byte| byte == b'\n').filter(|line| line.ends_with(b"\n")).collect()
}

/// A recording without its end: some links, then lines that no link covers.
fn unfinished() -> (Files, usize) {
    let files = Files::new();
    let mut writer = files.create();
    writer.event(later(5), &output("one\r\n"));
    writer.commit().expect("committed");
    writer.event(later(10), &output("two\r\n"));
    writer.commit().expect("committed");
    let index = files.index();
    let covered = files.cast().len();
    writer.event(later(30), &output("three\r\n"));
    writer.event(later(40), &mark(recording::MarkKind::Message, "stop"));
    writer.event(later(50), &input(Some("olga"), "four"));
    writer.commit().expect("committed");
    drop(writer);
    files.put(&files.cast(), &index);
    (files, covered)
}

#[test]
fn what_no_link_covers_is_signed_late() {
    let (files, covered) = unfinished();
    let before = files.cast();
    let Fault { which, wrong, bytes, .. } = files.verify().expect_err("unfinished");
    assert_eq!((which, wrong), (Which::Cast, Wrong::Unsigned));
    assert_eq!(bytes, covered as u64..before.len() as u64);
    let done = repaired(&files);
    assert_eq!(done.late_from, Some(covered as u64));
    let report = files.verify().expect("good");
    let end = report.end.expect("an end");
    assert_eq!((end.reason.as_str(), end.time, end.at), ("node lost", later(9_000_000), Moment(50)));
    assert_eq!((end.late_from, end.events), (Some(covered as u64), report.events));
    assert_eq!((done.closed.head, done.closed.bytes), (report.head, report.bytes));
    let after = files.cast();
    assert!(after.starts_with(&before));
    assert_eq!(&after[before.len()..], b"[0.000,\"m\",\"node lost\"]\n");
    let reading = Reading::open(files.path(), session()).expect("open");
    let marks: Vec<_> = reading.marks().iter().map(|mark| (mark.at.0, mark.mark.to_string())).collect();
    assert_eq!(marks, [(40, "message from olga: stop".to_owned())]);
}

#[test]
fn a_second_repair_and_one_of_a_whole_recording_change_nothing() {
    let (files, covered) = unfinished();
    let done = repaired(&files);
    let before = (files.cast(), files.index());
    assert_eq!(repaired(&files), done);
    assert_eq!((files.cast(), files.index()), before);
    assert_eq!(done.late_from, Some(covered as u64));

    let files = Files::new();
    small(&mut files.create());
    let before = (files.cast(), files.index());
    assert_eq!(repaired(&files).late_from, None);
    assert_eq!((files.cast(), files.index()), before);
}

#[test]
fn a_recording_that_is_being_written_is_left_alone() {
    let files = Files::new();
    let mut writer = files.create();
    let busy = repair(files.path(), session(), &signer(), &lost());
    assert!(matches!(busy, Err(Unrepaired::Busy)), "{busy:?}");
    writer.event(later(1), &output("x"));
    writer.commit().expect("committed");
    drop(writer);
    repaired(&files);
    files.verify().expect("good");
}

#[test]
fn another_node_does_not_sign_for_it() {
    let (files, _) = unfinished();
    let before = (files.cast(), files.index());
    let refused = repair(files.path(), session(), &stranger(), &lost());
    assert!(
        matches!(&refused, Err(Unrepaired::Damaged(Fault { wrong: Wrong::ForeignKey(_), .. }))),
        "{refused:?}"
    );
    assert_eq!((files.cast(), files.index()), before);
}

#[test]
fn what_was_signed_and_altered_is_left_as_it_is() {
    let (files, covered) = unfinished();
    let (cast, index) = (files.cast(), files.index());
    for at in 0..covered {
        let mut altered = cast.clone();
        altered[at] ^= 4;
        files.put(&altered, &index);
        let refused = repair(files.path(), session(), &signer(), &lost());
        assert!(matches!(refused, Err(Unrepaired::Damaged(_) | Unrepaired::NoHeader)), "{at}: {refused:?}");
        assert_eq!((files.cast(), files.index()), (altered, index.clone()));
        files.put(&cast[..at], &index);
        let refused = repair(files.path(), session(), &signer(), &lost());
        assert!(matches!(refused, Err(Unrepaired::Damaged(_))), "{at}: {refused:?}");
        assert_eq!((files.cast(), files.index()), (cast[..at].to_vec(), index.clone()));
    }
    // The line feed of the last link is what tells a whole line from half of one.
    for at in 0..index.len() - 1 {
        let mut altered = index.clone();
        altered[at] ^= 4;
        files.put(&cast, &altered);
        let refused = repair(files.path(), session(), &signer(), &lost());
        assert!(matches!(refused, Err(Unrepaired::Damaged(_))), "{at}: {refused:?}");
        assert_eq!((files.cast(), files.index()), (cast.clone(), altered));
    }
}

#[test]
fn a_node_may_die_while_it_makes_the_files() {
    let files = Files::new();
    files.put(b"", b"");
    assert!(matches!(repair(files.path(), session(), &signer(), &lost()), Err(Unrepaired::NoHeader)));
    let line = header().to_line();
    files.put(&line[..line.len() - 1], b"");
    assert!(matches!(repair(files.path(), session(), &signer(), &lost()), Err(Unrepaired::NoHeader)));
    files.put(&line, b"");
    std::fs::remove_file(files.index_path()).expect("removed");
    assert_eq!(repaired(&files).late_from, Some(0));
    assert_eq!(files.verify().expect("good").node, "gw-1");
}

proptest! {
    #[test]
    fn every_whole_line_survives(
        steps in proptest::collection::vec((0..2000_i64, event(), 0..6_u8), 1..20),
        written in 0.0..1.0_f64,
        signed in 0.0..1.0_f64,
    ) {
        let files = Files::new();
        let mut writer = files.create();
        let screen = screen::Screen::new(header().size);
        let mut now = 0;
        // Lengths that both files had together.
        let mut lengths = vec![(files.cast().len(), files.index().len())];
        for (interval, event, then) in &steps {
            now += interval;
            writer.event(later(now), event);
            if *then == 0 {
                writer.keyframe(keyframe(&screen));
            }
            if *then < 3 {
                writer.commit().expect("committed");
                lengths.push((files.cast().len(), files.index().len()));
            }
        }
        drop(writer);
        let (cast, index) = (files.cast(), files.index());
        // The index ends anywhere; the recording holds what the index covers, and anything more.
        let index_length = (index.len() as f64 * signed) as usize;
        let covered = lengths.iter().rev().find(|length| length.1 <= index_length).map_or(0, |length| length.0);
        let cast_length = covered + ((cast.len() - covered) as f64 * written) as usize;
        files.put(&cast[..cast_length], &index[..index_length]);
        let result = repair(files.path(), session(), &signer(), &lost());
        let survivors = lines(&cast[..cast_length]);
        if survivors.is_empty() {
            prop_assert!(matches!(result, Err(Unrepaired::NoHeader)));
            prop_assert_eq!((files.cast(), files.index()), (cast[..cast_length].to_vec(), index[..index_length].to_vec()));
        } else {
            let done = result.expect("repaired");
            let report = files.verify().expect("good");
            prop_assert_eq!(&done.closed.head, &report.head);
            prop_assert_eq!(done.late_from, Some(covered as u64));
            let after = files.cast();
            let after = lines(&after);
            prop_assert_eq!(&after[..after.len() - 1], &survivors[..]);
            prop_assert_eq!(report.events, after.len() as u64 - 1);
        }
    }
}
