//! Which process is meant: its number and when it started, so that another one with the same number is not it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::str::FromStr;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use serde::{Deserialize, Serialize};

/// One process of this start of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Process {
    /// Its number.
    pub(crate) pid: u32,
    /// When it started, in ticks since the machine did.
    pub(crate) start: u64,
}

/// What the kernel says of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stat {
    state: u8,
    parent: u32,
    start: u64,
}

impl Process {
    /// The process of this number.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn of(pid: u32) -> io::Result<Self> {
        Ok(Self { pid, start: stat(pid)?.start })
    }

    /// Whether it still runs. What cannot be looked at counts as alive.
    pub(crate) fn is_alive(self) -> bool {
        match stat(self.pid) {
            // Z and X: it has ended, and its parent has not looked yet.
            Ok(stat) => stat.start == self.start && !matches!(stat.state, b'Z' | b'X' | b'x'),
            Err(error) => {
                let gone = error.kind() == io::ErrorKind::NotFound
                    || error.raw_os_error() == Some(rustix::io::Errno::SRCH.raw_os_error());
                !gone
            }
        }
    }

    /// The process that started it.
    pub(crate) fn parent(self) -> Option<Self> {
        let stat = stat(self.pid).ok().filter(|stat| stat.start == self.start)?;
        Self::of(stat.parent).ok()
    }

    /// Every process that comes from this one, at present.
    pub(crate) fn descendants(self) -> Vec<Self> {
        let mut children: BTreeMap<u32, Vec<Self>> = BTreeMap::new();
        for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
            let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            let Ok(stat) = stat(pid) else { continue };
            children.entry(stat.parent).or_default().push(Self { pid, start: stat.start });
        }
        let (mut found, mut next) = (Vec::new(), vec![self.pid]);
        while let Some(pid) = next.pop() {
            for child in children.remove(&pid).unwrap_or_default() {
                next.push(child.pid);
                found.push(child);
            }
        }
        found
    }

    /// A handle on the very process, which stays good for it alone; nothing when it is gone.
    ///
    /// # Errors
    /// When the kernel gives none.
    pub(crate) fn held(self) -> io::Result<Option<Held>> {
        let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw) else { return Ok(None) };
        match pidfd_open(pid, PidfdFlags::empty()) {
            // Looked at after it is held: now the number cannot pass to another one.
            Ok(handle) => Ok(self.is_alive().then_some(Held(handle))),
            Err(rustix::io::Errno::SRCH) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// A process that is held on to.
#[derive(Debug)]
pub(crate) struct Held(OwnedFd);

impl Held {
    /// Sends a signal; a process that has ended takes it quietly.
    ///
    /// # Errors
    /// When it may not be sent.
    pub(crate) fn signal(&self, signal: Signal) -> io::Result<()> {
        match pidfd_send_signal(&self.0, signal) {
            Err(rustix::io::Errno::SRCH) => Ok(()),
            other => Ok(other?),
        }
    }

    /// Waits for its end, at most so long; whether it has ended.
    pub(crate) fn ends_within(&self, at_most: Duration) -> bool {
        let deadline = Instant::now() + at_most;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(timeout) = Timespec::try_from(left) else { return false };
            match poll(&mut [PollFd::new(&self.0, PollFlags::IN)], Some(&timeout)) {
                Ok(0) => return false,
                Ok(_) => return true,
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return false,
            }
        }
    }
}

/// `PID:START`, as one process of this program tells another.
impl std::fmt::Display for Process {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.pid, self.start)
    }
}

impl FromStr for Process {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (pid, start) = text.split_once(':').ok_or(())?;
        Ok(Self { pid: pid.parse().map_err(|_| ())?, start: start.parse().map_err(|_| ())? })
    }
}

fn stat(pid: u32) -> io::Result<Stat> {
    let bytes = fs::read(format!("/proc/{pid}/stat"))?;
    parse(&bytes).ok_or_else(|| io::Error::other("the kernel's account of the process cannot be read"))
}

/// proc_pid_stat(5). The second field is the program's name, which may hold anything, also spaces and brackets.
fn parse(bytes: &[u8]) -> Option<Stat> {
    let end = bytes.iter().rposition(|byte| *byte == b')')?;
    let text = std::str::from_utf8(bytes.get(end + 1..)?).ok()?;
    let mut fields = text.split_ascii_whitespace();
    let state = *fields.next()?.as_bytes().first()?;
    let parent = fields.next()?.parse().ok()?;
    // The parent is field 4, the start field 22.
    let start = fields.nth(17)?.parse().ok()?;
    Some(Stat { state, parent, start })
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use proptest::prelude::*;

    use super::*;

    fn sleeper() -> std::process::Child {
        Command::new("sleep").arg("600").stdin(Stdio::null()).spawn().unwrap()
    }

    #[test]
    fn a_process_is_itself_until_it_ends() {
        let mut child = sleeper();
        let process = Process::of(child.id()).unwrap();
        assert!(process.is_alive());
        assert_eq!(process.parent(), Some(Process::of(std::process::id()).unwrap()));
        assert!(Process::of(std::process::id()).unwrap().descendants().contains(&process));
        let other = Process { start: process.start + 1, ..process };
        assert!(!other.is_alive() && other.parent().is_none() && other.held().unwrap().is_none());

        let held = process.held().unwrap().expect("it runs");
        assert!(!held.ends_within(Duration::ZERO));
        held.signal(Signal::KILL).unwrap();
        assert!(held.ends_within(Duration::from_secs(30)));
        assert!(!process.is_alive(), "nobody has looked after it yet");
        child.wait().unwrap();
        assert!(!process.is_alive() && process.held().unwrap().is_none());
        held.signal(Signal::KILL).unwrap();
    }

    #[test]
    fn a_programs_name_misleads_nobody() {
        let line = b"77 (a) R 1 (b)) S 41 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 12345 0 0\n";
        assert_eq!(parse(line), Some(Stat { state: b'S', parent: 41, start: 12_345 }));
    }

    proptest! {
        #[test]
        fn any_name_is_stepped_over(name in proptest::collection::vec(any::<u8>(), 0..16), start in any::<u64>()) {
            let mut line = b"7 (".to_vec();
            line.extend(&name);
            line.extend(format!(") R 3 {}{start} 9\n", "0 ".repeat(17)).into_bytes());
            prop_assert_eq!(parse(&line), Some(Stat { state: b'R', parent: 3, start }));
        }

        #[test]
        fn anything_is_read_or_not(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in ".*") {
            let _ = parse(&bytes);
            if let Ok(process) = text.parse::<Process>() {
                prop_assert_eq!(process.to_string().parse(), Ok(process));
            }
        }
    }
}
