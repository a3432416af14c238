//! What Linux-PAM calls (`pam_exec.so`) as a log-in begins and ends: writes a file, and is gone.
//!
//! Nobody may wait for it, whatever the disk does, and nobody may be kept out. So the file is written by a process
//! of its own, which is waited for only a moment; and the answer is always yes. But only to a session: put into a
//! stack that decides who somebody is, it says no.

use std::env;
use std::io::Write as _;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::net::UnixDatagram;
use std::os::unix::process::{CommandExt as _, parent_id};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use crate::config::{self, Config};
use crate::event::{Closed, Event, How, Opened, kept};
use crate::moment::Moment;
use crate::process::Process;
use crate::spool::{self, Spool};
use crate::syslog;

/// How long a log-in waits for the disk at most. A disk that works takes some milliseconds.
const PATIENCE: Duration = Duration::from_millis(250);
/// The socket that tells the service of a new file, in the folder of the queue.
pub(crate) const WAKE: &str = "wake";

/// `sightline-report pam`.
pub(crate) fn called(config: &Path) -> ExitCode {
    let kind = variable("PAM_TYPE");
    if !matches!(kind.as_str(), "open_session" | "close_session") {
        syslog::error(&format!(
            "it is called for {kind:?}: in PAM's configuration it belongs on a line that begins with `session`"
        ));
        return ExitCode::FAILURE;
    }
    if let Err(error) = have_it_written(config) {
        syslog::error(&format!("{}: {error}", about(&kind)));
    }
    ExitCode::SUCCESS
}

/// A process of its own: one that waits for a disk cannot be left, one's child can.
fn have_it_written(config: &Path) -> Result<(), String> {
    let parent = parent_id();
    let leader =
        Process::of(parent).map_err(|error| format!("the process that called PAM is gone: {error}"))?;
    if parent <= 1 {
        return Err("the process that called PAM is gone".into());
    }
    let child = Command::new("/proc/self/exe")
        .args(["pam", "--leader", &leader.to_string(), "--config"])
        .arg(config)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        // Through this process: whoever reads to the end of what PAM's module has open would wait.
        .stderr(Stdio::piped())
        // What ends the log-in's process group does not end it.
        .process_group(0)
        .spawn()
        .map_err(|error| format!("cannot start a process: {error}"))?;
    let (done, finished) = channel();
    thread::spawn(move || done.send(child.wait_with_output()));
    match finished.recv_timeout(PATIENCE) {
        Ok(Ok(output)) => {
            // It has told the system's log by itself.
            let _ = std::io::stderr().write_all(&output.stderr);
            Ok(())
        }
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("the disk takes longer than {} ms: not waited for", PATIENCE.as_millis())),
    }
}

/// The same, in the process that writes.
pub(crate) fn write(config: &Path, leader: &str) -> ExitCode {
    let kind = variable("PAM_TYPE");
    let written =
        leader.parse().map_err(|()| "no leader".to_owned()).and_then(|leader| keep(config, &kind, leader));
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            syslog::error(&format!("{}: {error}", about(&kind)));
            ExitCode::FAILURE
        }
    }
}

fn keep(config: &Path, kind: &str, leader: Process) -> Result<(), String> {
    let service = variable("PAM_SERVICE");
    let (folder, limit, left_out) = match Config::load(config) {
        Ok(config) => (config.state_folder, config.limit, config.leave_out),
        Err(error) => {
            // It may be right again before anybody asks for the log-in.
            syslog::error(&format!("{error}; the log-in is kept in {}", config::STATE_FOLDER));
            (config::STATE_FOLDER.into(), spool::LIMIT, Vec::new())
        }
    };
    if left_out.contains(&service) {
        return Ok(());
    }
    let (moment, user) = (Moment::now()?, variable("PAM_USER"));
    let event = if kind == "open_session" {
        let (ruser, rhost) = (variable("PAM_RUSER"), variable("PAM_RHOST"));
        let (tty, logind) = (variable("PAM_TTY"), variable("XDG_SESSION_ID"));
        Event::Open(Opened { moment, leader, user, ruser, rhost, service, tty, logind, lost: 0 })
    } else {
        Event::Close(Closed { moment, leader, user, service, how: How::SignedOut })
    };
    let at = folder.display();
    let spool = Spool::open(&folder).map_err(|error| format!("not kept: {at}: {error}"))?;
    match std::fs::metadata(&folder) {
        // What others may write there would be believed.
        Ok(found) if found.mode() & 0o077 != 0 => {
            return Err(format!("not kept: others may use {at}: chmod 700 {at}"));
        }
        Ok(_) => {}
        Err(error) => return Err(format!("not kept: {at}: {error}")),
    }
    spool.put(&event, limit).map_err(|lost| format!("not kept: {at}: {lost}"))?;
    wake(&folder);
    Ok(())
}

/// Tells the service, if it runs.
pub(crate) fn wake(folder: &Path) {
    let Ok(socket) = UnixDatagram::unbound() else { return };
    if socket.set_nonblocking(true).is_ok() {
        // It looks by itself, a little later.
        let _ = socket.send_to(&[0], folder.join(WAKE));
    }
}

/// Whether the service runs: it listens.
pub(crate) fn is_heard(folder: &Path) -> bool {
    UnixDatagram::unbound().is_ok_and(|socket| socket.connect(folder.join(WAKE)).is_ok())
}

fn about(kind: &str) -> String {
    let what = if kind == "close_session" { "end" } else { "beginning" };
    format!("{what} of a log-in of {:?} by {:?}", variable("PAM_USER"), variable("PAM_SERVICE"))
}

fn variable(name: &str) -> String {
    env::var_os(name).map(|value| kept(&value.into_vec())).unwrap_or_default()
}
