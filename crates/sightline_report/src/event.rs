//! What is written down of a log-in as it begins and ends.

use serde::{Deserialize, Serialize};

use crate::moment::Moment;
use crate::process::Process;

/// Longest text of an event that is kept, in bytes: more than any report may say.
const TEXT_BYTES: usize = 1024;

/// One event; a file each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Event {
    /// A log-in began.
    Open(Opened),
    /// A log-in ended.
    Close(Closed),
}

/// A log-in that began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Opened {
    /// When.
    pub(crate) moment: Moment,
    /// The process that holds it: `login`, `su`, the `sshd` of one connection.
    pub(crate) leader: Process,
    /// Who is logged in: `PAM_USER`.
    pub(crate) user: String,
    /// Who asked for it, on this machine or on another: `PAM_RUSER`.
    #[serde(default)]
    pub(crate) ruser: String,
    /// From which host: `PAM_RHOST`.
    #[serde(default)]
    pub(crate) rhost: String,
    /// By which service: `PAM_SERVICE`.
    pub(crate) service: String,
    /// At which terminal: `PAM_TTY`.
    #[serde(default)]
    pub(crate) tty: String,
    /// Its number at logind, when that was asked before: `XDG_SESSION_ID`.
    #[serde(default)]
    pub(crate) logind: String,
    /// How often the server has lost it: each time it is another session there.
    #[serde(default)]
    pub(crate) lost: u32,
}

/// A log-in that ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Closed {
    /// When.
    pub(crate) moment: Moment,
    /// The process that held it.
    pub(crate) leader: Process,
    /// `PAM_USER`.
    pub(crate) user: String,
    /// `PAM_SERVICE`.
    pub(crate) service: String,
    /// How.
    pub(crate) how: How,
}

/// How a log-in ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum How {
    /// PAM closed it.
    SignedOut,
    /// Its process is gone, and PAM said nothing.
    Gone,
    /// The machine was started anew.
    Restarted,
    /// The server asked for it.
    Asked,
}

impl Opened {
    /// The log-in's name at the server: no other log-in of this machine ever has it.
    pub(crate) fn key(&self) -> String {
        let Moment { boot, since_boot_ns, .. } = &self.moment;
        let Process { pid, start } = self.leader;
        match self.lost {
            0 => format!("{boot}-{pid}-{start}-{since_boot_ns}"),
            lost => format!("{boot}-{pid}-{start}-{since_boot_ns}-{lost}"),
        }
    }
}

/// A text from outside as an event keeps it: whatever its bytes are, and not without end.
pub(crate) fn kept(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(TEXT_BYTES)]).into_owned()
}
