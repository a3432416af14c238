//! A running program with its bytes: in a terminal, or behind three pipes.
//!
//! Terminals and pipes block, so threads read and write them; bounded queues carry the bytes, and a full
//! one makes the program wait.

use std::io::{Read, Write};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::Host;
use crate::processes::Leader;
use crate::shell;

/// Blocks of bytes between the threads and the channel's task.
const QUEUE: usize = 16;

/// Largest block that is read at once, in bytes.
const BLOCK: usize = 16 * 1024;

/// What a client wants to run.
#[derive(Default)]
pub(crate) struct Wanted {
    /// Kind and size of its terminal, if it wants one.
    pub(crate) terminal: Option<(String, PtySize)>,
    /// Variables that it sent.
    pub(crate) environment: Vec<(String, String)>,
    /// The command; the shell if none.
    pub(crate) command: Option<String>,
}

/// What comes out of a program.
pub(crate) enum Output {
    /// Standard output, or what the terminal shows.
    Out(Vec<u8>),
    /// Standard error.
    Err(Vec<u8>),
    /// It ended with this status. Bytes may still follow.
    Ended(u32),
}

/// A running program.
pub(crate) struct Program {
    /// Takes its input; dropping it closes the input.
    pub(crate) input: Option<Sender<Vec<u8>>>,
    /// Gives its output; closed after the last byte and the status.
    pub(crate) output: Receiver<Output>,
    /// Its process. Dropping it kills the program with all that it started.
    pub(crate) leader: Leader,
    /// Sets the size of its terminal.
    pub(crate) resize: Box<dyn Fn(PtySize) + Send>,
}

impl Program {
    /// Starts the shell or the command on the host.
    pub(crate) fn start(wanted: &Wanted, host: &Host) -> Result<Self> {
        match &wanted.terminal {
            Some((term, size)) => in_terminal(wanted, term, *size, host),
            None => behind_pipes(wanted, host),
        }
    }
}

fn in_terminal(wanted: &Wanted, term: &str, size: PtySize, host: &Host) -> Result<Program> {
    let pty = native_pty_system().openpty(size)?;
    let argv = argv(wanted, host);
    let is_login = argv.len() == 1;
    let mut command = CommandBuilder::from_argv(argv.into_iter().map(Into::into).collect());
    for (name, value) in variables(wanted, host) {
        command.env(name, value);
    }
    command.env("TERM", term);
    command.cwd(shell::home(host.home.as_deref()));
    let mut child = pty.slave.spawn_command(command)?;
    let leader = Leader::new(child.process_id());
    // With our own end of it open, the end of the last program would go unnoticed.
    drop(pty.slave);
    let reader = pty.master.try_clone_reader()?;
    let writer = pty.master.take_writer()?;

    let (input, to_write) = channel(QUEUE);
    let (events, output) = channel(QUEUE);
    if is_login && !host.greeting.is_empty() {
        events.try_send(Output::Out(host.greeting.replace('\n', "\r\n").into_bytes()))?;
    }
    thread::spawn(move || write_all(writer, to_write));
    let bytes = events.clone();
    thread::spawn(move || read_all(reader, &bytes, Output::Out));
    thread::spawn(move || {
        let code = child.wait().map_or(255, |status| match status.signal() {
            Some(_) => 255,
            None => status.exit_code(),
        });
        let _ = events.blocking_send(Output::Ended(code));
    });
    let master = pty.master;
    let resize = Box::new(move |size| {
        // The program may be gone already; then nobody looks at the size.
        let _ = master.resize(size);
    });
    Ok(Program { input: Some(input), output, leader, resize })
}

fn behind_pipes(wanted: &Wanted, host: &Host) -> Result<Program> {
    let argv = argv(wanted, host);
    let mut child = Command::new(&argv[0])
        .args(&argv[1..])
        .envs(variables(wanted, host))
        .current_dir(shell::home(host.home.as_deref()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .with_context(|| format!("cannot start {}", argv[0]))?;
    let leader = Leader::new(Some(child.id()));
    let (input, to_write) = channel(QUEUE);
    let (events, output) = channel(QUEUE);
    let stdin = child.stdin.take().context("a program without input")?;
    let stdout = child.stdout.take().context("a program without output")?;
    let stderr = child.stderr.take().context("a program without output")?;
    thread::spawn(move || write_all(stdin, to_write));
    let bytes = events.clone();
    thread::spawn(move || read_all(stdout, &bytes, Output::Out));
    let bytes = events.clone();
    thread::spawn(move || read_all(stderr, &bytes, Output::Err));
    thread::spawn(move || {
        let code = child.wait().map_or(255, |status| {
            status.code().or_else(|| Some(128 + status.signal()?)).unwrap_or(255).unsigned_abs()
        });
        let _ = events.blocking_send(Output::Ended(code));
    });
    Ok(Program { input: Some(input), output, leader, resize: Box::new(|_| {}) })
}

/// The program and its arguments: the shell alone, or the shell with the command.
fn argv(wanted: &Wanted, host: &Host) -> Vec<String> {
    let shell = shell::program(host.home.as_deref());
    match wanted.command.as_ref().or(host.command.as_ref()) {
        Some(command) => vec![shell, "-c".into(), command.clone()],
        None => vec![shell],
    }
}

fn variables(wanted: &Wanted, host: &Host) -> Vec<(String, String)> {
    let mut variables = wanted.environment.clone();
    variables.push(("USER".into(), host.login.clone()));
    variables.push(("LOGNAME".into(), host.login.clone()));
    for (name, value) in shell::variables(host.home.as_deref()) {
        variables.push((name.into(), value.to_string_lossy().into_owned()));
    }
    variables
}

fn write_all(mut to: impl Write, mut blocks: Receiver<Vec<u8>>) {
    while let Some(block) = blocks.blocking_recv() {
        if to.write_all(&block).and_then(|()| to.flush()).is_err() {
            return;
        }
    }
}

fn read_all(mut from: impl Read, events: &Sender<Output>, kind: fn(Vec<u8>) -> Output) {
    let mut block = vec![0; BLOCK];
    // An error is how a terminal says that its last program has gone.
    while let Ok(count) = from.read(&mut block) {
        if count == 0 || events.blocking_send(kind(block[..count].to_vec())).is_err() {
            return;
        }
    }
}
