//! Ends a log-in: through logind where that holds it, else by signals to the process that does.

use std::io;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::event::Opened;
use crate::moment::boot_id;
use crate::process::{Held, Process};

/// How long a log-in may take to end by itself once it is told to: shells save their history.
const GRACE: Duration = Duration::from_secs(5);
/// How long the kernel may take to end what it was told to kill.
const KILLED: Duration = Duration::from_secs(5);
/// How long `loginctl` may take.
const LOGINCTL: Duration = Duration::from_secs(10);
/// Between two looks at a program that was started.
const LOOK: Duration = Duration::from_millis(20);

/// Ends it, and all processes that come from it.
///
/// # Errors
/// Why it goes on.
pub(crate) fn end(opened: &Opened) -> Result<(), String> {
    if boot_id()? != opened.moment.boot {
        return Ok(());
    }
    let failed = |error: io::Error| format!("its process cannot be ended: {error}");
    let Some(leader) = opened.leader.held().map_err(failed)? else { return Ok(()) };
    // Kept from now on: when the leader is gone, nobody knows whose children these are.
    let mut all = hold(&opened.leader.descendants());
    if let Some(session) = at_logind(opened) {
        // What it says is of no use: whether the leader ends is.
        let _ = finished(Command::new("loginctl").args(["terminate-session", &session]), LOGINCTL);
        leader.ends_within(GRACE);
    }
    if !leader.ends_within(Duration::ZERO) {
        // `su` hears only the second, an interactive shell only the first.
        leader.signal(Signal::HUP).map_err(failed)?;
        leader.signal(Signal::TERM).map_err(failed)?;
        leader.ends_within(GRACE);
    }
    all.extend(hold(&opened.leader.descendants()));
    if !leader.ends_within(Duration::ZERO) {
        leader.signal(Signal::KILL).map_err(failed)?;
    }
    for process in &all {
        // One of another user cannot be there; one that is gone is gone.
        let _ = process.signal(Signal::KILL);
    }
    let deadline = Instant::now() + KILLED;
    if leader.ends_within(KILLED)
        && all.iter().all(|process| process.ends_within(deadline.saturating_duration_since(Instant::now())))
    {
        return Ok(());
    }
    Err(format!(
        "its process {} was killed and does not end: it waits for a disk or a device",
        opened.leader.pid
    ))
}

fn hold(processes: &[Process]) -> Vec<Held> {
    processes.iter().filter_map(|process| process.held().ok().flatten()).collect()
}

/// The log-in's session at logind, if it is one of its own: `su` runs within that of somebody else.
fn at_logind(opened: &Opened) -> Option<String> {
    let named = Some(opened.logind.clone()).filter(|id| is_id(id));
    let session = named.or_else(|| {
        let cgroups = std::fs::read_to_string(format!("/proc/{}/cgroup", opened.leader.pid)).ok()?;
        scope(&cgroups)
    })?;
    let shown =
        finished(Command::new("loginctl").args(["show-session", &session, "--property=Leader"]), LOGINCTL)?;
    let leader = shown.trim().strip_prefix("Leader=")?;
    (leader == opened.leader.pid.to_string()).then_some(session)
}

/// The id of the session whose scope a process is in: `…/session-3.scope`.
fn scope(cgroups: &str) -> Option<String> {
    let last = cgroups.lines().filter_map(|line| line.rsplit('/').next());
    let mut ids = last.filter_map(|last| last.strip_prefix("session-")?.strip_suffix(".scope"));
    ids.find(|id| is_id(id)).map(str::to_owned)
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// What a program printed; nothing when it failed, is missing, or takes too long.
fn finished(command: &mut Command, at_most: Duration) -> Option<String> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    let deadline = Instant::now() + at_most;
    // A line or two: it never waits for its reader.
    while child.try_wait().ok()?.is_none() {
        if Instant::now() > deadline {
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        thread::sleep(LOOK);
    }
    let output = child.wait_with_output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::moment::Moment;
    use crate::spool::tests::opened;

    #[test]
    fn a_scope_names_its_session() {
        let line = "0::/user.slice/user-1000.slice/session-c2.scope\n";
        assert_eq!(scope(line).as_deref(), Some("c2"));
        assert_eq!(scope("1:name=systemd:/user.slice/session-3.scope\n0::/\n").as_deref(), Some("3"));
        for none in
            ["", "0::/", "0::/system.slice/ssh.service", "0::/session-.scope", "0::/session-../x.scope"]
        {
            assert_eq!(scope(none), None, "{none}");
        }
    }

    fn log_in(process: Process) -> Opened {
        Opened { moment: Moment::now().unwrap(), leader: process, ..opened(1, 1) }
    }

    fn shell(script: &str) -> std::process::Child {
        Command::new("sh").args(["-c", script]).stdin(Stdio::null()).spawn().unwrap()
    }

    #[test]
    fn the_leader_and_what_comes_from_it_end() {
        // The leader hears nothing, nor does what it starts.
        let mut child = shell("trap '' HUP TERM; sleep 1000 & sleep 1000 & wait; wait");
        let leader = Process::of(child.id()).unwrap();
        while leader.descendants().len() < 2 {
            thread::yield_now();
        }
        let children = leader.descendants();
        end(&log_in(leader)).unwrap();
        child.wait().unwrap();
        assert!(children.iter().all(|child| !child.is_alive()));
    }

    #[test]
    fn another_process_of_the_same_number_is_left_alone() {
        let mut child = shell("exec sleep 1000");
        let leader = Process::of(child.id()).unwrap();
        end(&log_in(Process { start: leader.start + 1, ..leader })).unwrap();
        end(&Opened { leader, ..opened(1, 1) }).unwrap();
        assert!(leader.is_alive(), "neither a later process nor one of another start of the machine");
        child.kill().unwrap();
        child.wait().unwrap();
    }

    proptest! {
        #[test]
        fn any_cgroup_names_a_plain_session_or_none(text in "\\PC{0,80}|[0-9]:/session-[a-z0-9/.-]{0,9}\\.scope") {
            if let Some(id) = scope(&text) {
                prop_assert!(is_id(&id) && !id.starts_with('-'));
            }
        }
    }
}
