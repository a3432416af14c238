//! Ends processes with everything that they started.
//!
//! A shell puts each of its jobs into a process group of its own; what they all share is the session
//! whose leader the shell is. So that is what is looked for.

use std::collections::BTreeSet;
use std::fs;
use std::sync::{Mutex, PoisonError};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// Rounds of looking for what was started while the round before was killing.
const ROUNDS: usize = 20;

/// Every leader that was not dropped yet: some belong to tasks that end in their own time.
static LEADERS: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// Kills all that is left. To be called when nothing starts a process any more.
pub(crate) fn kill_all() {
    let leaders = LEADERS.lock().unwrap_or_else(PoisonError::into_inner).clone();
    for leader in leaders {
        kill_session_of(leader);
    }
}

/// A process that leads a session; it and all members of the session are killed on drop.
pub(crate) struct Leader(Option<i32>);

impl Leader {
    /// Takes charge of a process that was started as the leader of a session or of a group.
    pub(crate) fn new(pid: Option<u32>) -> Self {
        let pid = pid.and_then(|pid| i32::try_from(pid).ok());
        LEADERS.lock().unwrap_or_else(PoisonError::into_inner).extend(pid);
        Self(pid)
    }

    /// The processes that it started itself and that still run: leaders of their own, if they run in a terminal.
    pub(crate) fn children(&self) -> Vec<Self> {
        let Some(leader) = self.0 else { return Vec::new() };
        let children = living(|process| process.parent == leader);
        children.into_iter().map(|pid| Self(Some(pid.as_raw_nonzero().get()))).collect()
    }

    /// Sends a signal to the leader's own group.
    pub(crate) fn signal(&self, signal: Signal) {
        if let Some(leader) = self.0.and_then(Pid::from_raw) {
            // It may have ended already.
            let _ = kill_process_group(leader, signal);
        }
    }

    /// Kills the leader and every process of its session.
    pub(crate) fn kill(&self) {
        if let Some(leader) = self.0 {
            kill_session_of(leader);
        }
    }
}

impl Drop for Leader {
    fn drop(&mut self) {
        self.kill();
        if let Some(leader) = self.0 {
            LEADERS.lock().unwrap_or_else(PoisonError::into_inner).remove(&leader);
        }
    }
}

fn kill_session_of(leader: i32) {
    let Some(pid) = Pid::from_raw(leader) else { return };
    let _ = kill_process_group(pid, Signal::KILL);
    for _ in 0..ROUNDS {
        let members = members(leader);
        if members.is_empty() {
            return;
        }
        for member in members {
            let _ = kill_process(member, Signal::KILL);
        }
        std::thread::yield_now();
    }
}

/// The living processes of a session.
fn members(leader: i32) -> Vec<Pid> {
    living(|process| process.session == leader)
}

/// Living processes. Empty where there is no `/proc`.
fn living(is_meant: impl Fn(&Stat<'_>) -> bool) -> Vec<Pid> {
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    processes
        .flatten()
        .filter_map(|process| {
            let pid = process.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(process.path().join("stat")).ok()?;
            let stat = parse(&stat)?;
            (stat.state != "Z" && is_meant(&stat)).then_some(Pid::from_raw(pid)?)
        })
        .collect()
}

/// What is known of a process.
#[derive(Debug, PartialEq)]
struct Stat<'a> {
    state: &'a str,
    parent: i32,
    session: i32,
}

/// A process from its `stat`. Its name may hold spaces and brackets.
fn parse(stat: &str) -> Option<Stat<'_>> {
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
    let state = fields.next()?;
    let parent = fields.next()?.parse().ok()?;
    Some(Stat { state, parent, session: fields.nth(1)?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use portable_pty::{CommandBuilder, PtySize, native_pty_system};

    use super::*;

    #[test]
    fn a_name_with_brackets_does_not_shift_the_fields() {
        let stat = Stat { state: "S", parent: 1, session: 99 };
        assert_eq!(parse("12 (a) b) S 1 12 99 0 -1"), Some(stat));
        assert_eq!(parse("12 (sh"), None);
    }

    #[test]
    fn jobs_in_groups_of_their_own_are_killed_too() {
        let pty = native_pty_system().openpty(PtySize::default()).expect("a terminal");
        let mut command = CommandBuilder::new("sh");
        // Job control gives the background job a group of its own; it survives the hang-up.
        command.args(["-c", "set -m; (trap '' HUP; echo ready; exec sleep 600) & wait"]);
        let mut child = pty.slave.spawn_command(command).expect("a shell");
        drop(pty.slave);
        let mut reader = pty.master.try_clone_reader().expect("its output");
        let mut seen = Vec::new();
        while !seen.windows(5).any(|part| part == b"ready") {
            let mut some = [0; 256];
            let count = reader.read(&mut some).expect("output");
            assert!(count > 0, "the shell ended: {}", String::from_utf8_lossy(&seen));
            seen.extend_from_slice(&some[..count]);
        }

        let leader = Leader::new(child.process_id());
        assert!(members(leader.0.expect("a process id")).len() >= 2);
        leader.kill();
        child.wait().expect("the shell's end");
        assert_eq!(members(leader.0.expect("a process id")), []);
    }
}
