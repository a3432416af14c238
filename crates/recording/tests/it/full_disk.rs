//! A disk that is full, as a limit on the size of files makes it: what was signed stays good, and what
//! waits is written once there is room.

use std::path::PathBuf;
use std::process::Command;

use recording::Wrong;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::support::{Files, closed, header, later, output, signer};

/// Where the process without room works.
const FOLDER: &str = "SIGHTLINE_TEST_FULL_DISK";

#[test]
fn a_full_disk_loses_nothing_that_was_accepted() {
    let folder = tempfile::tempdir().expect("a folder");
    let test = std::env::current_exe().expect("this program");
    // Without the trap the signal that comes with the error would end the process (setrlimit(2)).
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(test)
        .args(["--ignored", "--exact", "--nocapture", "full_disk::without_room"])
        .env(FOLDER, folder.path())
        .output()
        .expect("a shell");
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}\n{errors}");
}

#[test]
#[ignore = "runs in a process of its own, which the test above starts"]
fn without_room() {
    let folder = PathBuf::from(std::env::var_os(FOLDER).expect("the folder"));
    // Which of the two files is full first depends on where in a link the limit falls.
    for limit in (900..4000).step_by(37) {
        let files = Files { folder: tempfile::tempdir_in(&folder).expect("a folder") };
        fill(&files, limit);
    }
}

fn limit_files(bytes: Option<u64>) {
    let maximum = getrlimit(Resource::Fsize).maximum;
    setrlimit(Resource::Fsize, Rlimit { current: bytes, maximum }).expect("a limit");
}

fn fill(files: &Files, limit: u64) {
    limit_files(Some(limit));
    let created = recording::Writer::create(files.path(), &header(), signer());
    let Ok(mut writer) = created else {
        limit_files(None);
        assert!(!files.cast_path().exists() && !files.index_path().exists());
        return;
    };
    let text = format!("{}\r\n", "0123456789".repeat(12));
    let mut events: i64 = 0;
    let mut good = files.verify().expect("good");
    let error = loop {
        writer.event(later(events), &output(&text));
        events += 1;
        assert!(events < 100, "the limit is not in force");
        match writer.commit() {
            Ok(()) => good = files.verify().expect("good"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), std::io::ErrorKind::FileTooLarge);
    // What could not be written is not there in part.
    assert_eq!(files.verify().expect("good up to the last link"), good);
    writer.event(later(events), &output("more"));
    events += 1;
    writer.commit().expect_err("still full");
    assert_eq!(files.verify().expect("good up to the last link"), good);
    writer.close(&closed(events)).expect_err("still full");
    assert_eq!(files.verify().expect("good up to the last link"), good);

    limit_files(None);
    let done = writer.close(&closed(events)).expect("room again");
    let report = files.verify().expect("good");
    assert_eq!(report.head, done.head);
    assert_eq!(report.events, events.unsigned_abs() + 1);
    assert_eq!(report.links, good.links + 1);
    let mut cast = files.cast();
    cast.push(b'x');
    files.put(&cast, &files.index());
    assert_eq!(files.verify().expect_err("more").wrong, Wrong::Added);
}
