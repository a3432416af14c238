//! The real program on a data folder of its own.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// A data folder and the program that works on it.
pub(crate) struct Program {
    folder: TempDir,
}

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Program {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A file beside the data folder.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let file = self.folder.path().join(name);
        std::fs::write(&file, text).expect("written");
        file
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sightline"));
        command.args(words(line)).env("SIGHTLINE_DATA", self.data()).env_remove("SIGHTLINE_LOG");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs a command (words, quoted by `'`) with that on standard input.
    pub(crate) fn run_with(&self, line: &str, input: &str) -> Done {
        let mut child = self.command(line).spawn().expect("the program runs");
        // A command that reads nothing may be gone before the write.
        let _ = child.stdin.take().expect("piped").write_all(input.as_bytes());
        child.wait_with_output().expect("it ends").into()
    }

    pub(crate) fn run(&self, line: &str) -> Done {
        self.run_with(line, "")
    }

    /// A command that must succeed; its standard output without the last line feed.
    pub(crate) fn ok(&self, line: &str, input: &str) -> String {
        let done = self.run_with(line, input);
        assert_eq!(done.status, 0, "{line}: {done:?}");
        done.out.trim_end().to_owned()
    }

    /// Starts the server on free ports and waits until it listens.
    pub(crate) fn serve(&self) -> Serving {
        self.serve_with("")
    }

    /// Starts it with more options.
    pub(crate) fn serve_with(&self, options: &str) -> Serving {
        self.serving(self.command(&format!("{SERVE} {options}")))
    }

    /// Starts it so that none of its files can grow beyond so many KiB: writes fail as on a full disk.
    pub(crate) fn serve_within(&self, kib: u64) -> Serving {
        let plain = self.command(SERVE);
        let mut command = Command::new("sh");
        // In blocks of 512 bytes; and the signal that would end the process is ignored.
        let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", kib * 2);
        command.arg("-c").arg(script).arg(plain.get_program()).args(plain.get_args());
        command.env("SIGHTLINE_DATA", self.data()).env_remove("SIGHTLINE_LOG");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        self.serving(command)
    }

    fn serving(&self, mut command: Command) -> Serving {
        let mut child = command.stderr(Stdio::inherit()).spawn().expect("the program runs");
        let mut out = BufReader::new(child.stdout.take().expect("piped"));
        let mut lines = || {
            let mut line = String::new();
            out.read_line(&mut line).expect("text");
            line
        };
        let (web, ssh, pg) = (lines(), lines(), lines());
        let set_up = if self.ok("user list", "").lines().count() > 1 { None } else { Some(lines()) };
        Serving { child, web, ssh, pg, set_up }
    }
}

/// Free ports.
const SERVE: &str = "serve --web-addr 127.0.0.1:0 --ssh-addr 127.0.0.1:0 --pg-addr 127.0.0.1:0";

/// A server in a process of its own.
pub(crate) struct Serving {
    child: Child,
    pub(crate) web: String,
    pub(crate) ssh: String,
    pub(crate) pg: String,
    pub(crate) set_up: Option<String>,
}

impl Serving {
    /// Kills it where it stands.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// Asks it to stop, as a service manager does; its exit status.
    pub(crate) fn stop(mut self) -> i32 {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).expect("it runs");
        self.child.wait().expect("it ends").code().unwrap_or(-1)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Ended already in a test that passed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Self {
            status: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }
}

fn words(line: &str) -> Vec<String> {
    let quoted = line.split('\'').enumerate();
    quoted
        .flat_map(|(n, part)| {
            let plain = part.split_whitespace().map(String::from).collect();
            if n % 2 == 1 { vec![part.to_owned()] } else { plain }
        })
        .collect()
}
