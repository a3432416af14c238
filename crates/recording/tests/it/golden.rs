//! The files of a small recording, byte by byte: others read them, and old ones must stay readable.

use std::path::{Path, PathBuf};

use crate::support::{Files, small};

/// Set to write the files anew instead of comparing.
const RENEW: &str = "SIGHTLINE_RENEW_GOLDEN";

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden").join(name)
}

#[test]
fn a_small_recording_is_as_it_always_was() {
    let files = Files::new();
    small(&mut files.create());
    for (name, actual) in [("small.cast", files.cast()), ("small.idx", files.index())] {
        let path = golden(name);
        if std::env::var_os(RENEW).is_some() {
            std::fs::write(&path, &actual).expect("written");
        }
        let expected = std::fs::read(&path).expect("a golden file");
        let (actual, expected) = (String::from_utf8_lossy(&actual), String::from_utf8_lossy(&expected));
        assert_eq!(actual, expected, "{name} differs; {RENEW}=1 writes it anew");
    }
}

#[test]
fn an_old_recording_is_still_good() {
    let files = Files::new();
    let read = |name| std::fs::read(golden(name)).expect("a golden file");
    files.put(&read("small.cast"), &read("small.idx"));
    let report = files.verify().expect("good");
    assert_eq!((report.links, report.events, report.duration.0), (5, 18, 12_810));
    let end = report.end.expect("an end");
    assert_eq!((end.reason.as_str(), end.events, end.late_from), ("closed", 18, None));
    assert_eq!(report.node, "gw-1");
}
