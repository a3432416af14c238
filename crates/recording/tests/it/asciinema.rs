//! The `asciinema` program plays our recordings.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use recording::{Event, Moment, Reading};
use wire::live::Size;

use crate::support::{Files, closed, header_of, later, output, session, signer, small};

/// The program, which `cargo xtask test` installs.
fn asciinema() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |set| root.join(set));
    let program = target.join("tools/asciinema/bin/asciinema");
    assert!(
        program.exists(),
        "asciinema is not in {}: `cargo xtask test` installs it there",
        program.display()
    );
    program
}

/// Keeps it from the settings of whoever runs the tests.
fn surroundings(files: &Files) -> impl Iterator<Item = (&'static str, &Path)> {
    ["ASCIINEMA_CONFIG_HOME", "XDG_STATE_HOME", "HOME"].into_iter().map(|name| (name, files.path()))
}

fn run(files: &Files, arguments: &[&str]) -> Output {
    let output =
        Command::new(asciinema()).args(arguments).envs(surroundings(files)).output().expect("asciinema runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

fn convert(files: &Files, format: &str) -> String {
    let cast = files.cast_path();
    let cast = cast.to_str().expect("text");
    let output = run(files, &["convert", "--quiet", "--output-format", format, cast, "-"]);
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn its_text_is_the_screen() {
    let files = Files::new();
    let mut writer =
        recording::Writer::create(files.path(), &header_of(Size { cols: 60, rows: 20 }), signer())
            .expect("a recording");
    let outputs = [
        "\x1b]2;db-1\x07\x1b[1;32mroot@db-1\x1b[m:~# ",
        "ls\x08 \x08\x08 \x08date\r\n",
        "Wed Nov 25 00:22:00 UTC 2026\r\n",
        "caf\u{e9} 世界 🎉 \"quoted\" \\ back\r\n",
        "\x1b[?1049h\x1b[2J\x1b[Hin an editor\x1b[?1049l",
        "\x1b[4;10Hmoved",
        "\x1b[7;1Hlast",
    ];
    for (n, text) in (0..).zip(outputs) {
        writer.event(later(n * 250), &output(text));
    }
    writer.event(later(2000), &Event::Resize(Size { cols: 70, rows: 22 }));
    writer.event(later(2001), &output(" line"));
    writer.event(later(2002), &Event::Exit(0));
    writer.close(&closed(2003)).expect("closed");
    let screen = Reading::open(files.path(), session())
        .and_then(|reading| reading.screen_at(Moment(u64::MAX)))
        .expect("a screen");
    // Its text is every line of the terminal from the first to the last with something in it.
    assert_eq!(convert(&files, "txt").trim_end(), screen.text().trim_end());
    assert!(screen.text().contains("last line"), "{screen:?}");
}

#[test]
fn its_raw_form_is_what_the_program_wrote() {
    let files = Files::new();
    small(&mut files.create());
    let expected =
        "\x1b]2;db-1\x07\x1b[1mroot@db-1\x1b[m# ls\r\n\"a\\b\"  \u{7f}\u{85}\u{2028}é世🎉\r\n# exit";
    let raw = convert(&files, "raw");
    assert!(raw.contains(expected), "{raw:?}");
}

#[test]
fn it_reads_every_event() {
    let files = Files::new();
    small(&mut files.create());
    let theirs = convert(&files, "asciicast-v3");
    let parsed = |text: &str| -> Vec<_> {
        text.lines().skip(1).map(|line| recording::parse_line(line).expect("an event")).collect()
    };
    let ours = files.cast();
    assert_eq!(parsed(&theirs), parsed(std::str::from_utf8(&ours).expect("text")));
}

#[test]
fn it_passes_over_a_desktop() {
    let files = Files::new();
    crate::pictures::small(&files).close(&closed(60)).expect("closed");
    let theirs = convert(&files, "asciicast-v3");
    assert_eq!(theirs.matches("\"d\"").count(), 3, "what it does not know it leaves as it is");
    assert!(convert(&files, "txt").trim().is_empty());
}

#[test]
fn it_plays_to_the_end() {
    let files = Files::new();
    small(&mut files.create());
    let size = PtySize { rows: 30, cols: 100, ..PtySize::default() };
    let terminal = native_pty_system().openpty(size).expect("a terminal");
    let mut command = CommandBuilder::new(asciinema());
    for (name, value) in surroundings(&files) {
        command.env(name, value);
    }
    command.args(["play", "--quiet", "--speed", "1000"]);
    command.arg(files.cast_path());
    let mut child = terminal.slave.spawn_command(command).expect("asciinema runs");
    drop(terminal.slave);
    let mut shown = Vec::new();
    // A terminal whose last program is gone ends with an error (EIO).
    _ = terminal.master.try_clone_reader().expect("its output").read_to_end(&mut shown);
    let shown = String::from_utf8_lossy(&shown);
    assert!(child.wait().expect("its end").success(), "{shown:?}");
    assert!(shown.contains("root@db-1") && shown.contains("# exit"), "{shown:?}");
}
