//! What was done in a file transfer, in one line for people.

use std::fmt::{self, Display, Write};

use super::packets::Lost;
use crate::words::visible;

/// One thing that a person did, or tried, in a file transfer. All text in it is harmless to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Operation {
    /// What was done.
    pub(crate) what: What,
    /// To which file, as the person's client named it.
    pub(crate) path: String,
    /// The second file: the new name, what a link leads to, what a path stands for.
    pub(crate) to: Option<String>,
    /// Content that was moved, in bytes.
    pub(crate) bytes: Option<u64>,
    /// Whether the target did it, and why not.
    pub(crate) result: Result<(), String>,
}

/// What can be done in a file transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A file was opened for reading, and closed.
    Downloaded,
    /// A file was opened for writing, and closed.
    Uploaded,
    /// A file was opened, and both was done, in bytes; `bytes` is their sum.
    ReadAndWritten { read: u64, written: u64 },
    /// A folder was listed.
    Listed { entries: u64 },
    /// A file was removed.
    Removed,
    /// A folder was removed.
    RemovedFolder,
    /// A folder was made.
    MadeFolder,
    /// A file or folder got another name.
    Renamed,
    /// A file's attributes were changed.
    Changed(Changes),
    /// A symbolic link was made.
    Linked,
    /// A second name was made for a file.
    HardLinked,
    /// Content was copied on the target.
    Copied,
    /// A look only: whether it exists, its attributes, what its path stands for.
    Looked,
    /// A look only: the target was asked to have the content on its disk.
    Flushed,
    /// Something that is not known here; `path` is its name.
    Other,
    /// The end of what can be said: the transfer is followed no further.
    Lost,
}

/// Attributes that are set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    /// Size in bytes: the file is cut, or padded.
    pub(crate) size: Option<u64>,
    /// User and group.
    pub(crate) owner: Option<(u32, u32)>,
    /// Permissions.
    pub(crate) mode: Option<u32>,
    /// Last access and last change, in seconds since 1970.
    pub(crate) times: Option<(u32, u32)>,
}

impl What {
    /// Whether it neither changes anything nor moves content; there are many of these.
    pub(crate) const fn is_look(&self) -> bool {
        matches!(self, Self::Looked | Self::Flushed)
    }

    /// In words, for people and for logs.
    pub(crate) const fn words(&self) -> &'static str {
        match self {
            Self::Downloaded => "downloaded",
            Self::Uploaded => "uploaded",
            Self::ReadAndWritten { .. } => "read and wrote",
            Self::Listed { .. } => "listed",
            Self::Removed => "removed",
            Self::RemovedFolder => "removed folder",
            Self::MadeFolder => "made folder",
            Self::Renamed => "renamed",
            Self::Changed(_) => "changed attributes of",
            Self::Linked => "linked",
            Self::HardLinked => "hard-linked",
            Self::Copied => "copied",
            Self::Looked => "looked at",
            Self::Flushed => "flushed",
            Self::Other => "asked for",
            Self::Lost => "cannot follow any further",
        }
    }
}

impl Operation {
    /// Nothing more is known of the transfer.
    pub(super) fn lost(lost: Lost) -> Self {
        Self { what: What::Lost, path: String::new(), to: None, bytes: None, result: Err(lost.to_string()) }
    }
}

impl Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what.words())?;
        if !self.path.is_empty() {
            write!(f, " {}", self.path)?;
        }
        match (&self.what, &self.to) {
            (What::Looked, Some(to)) => write!(f, " ({to})")?,
            (_, Some(to)) => write!(f, " to {to}")?,
            (_, None) => {}
        }
        match &self.what {
            What::ReadAndWritten { read, written } => {
                write!(f, ", {} read, {} written", Bytes(*read), Bytes(*written))?;
            }
            What::Listed { entries: 1 } => f.write_str(", 1 entry")?,
            What::Listed { entries } if *entries > 0 || self.result.is_ok() => {
                write!(f, ", {entries} entries")?;
            }
            What::Changed(changes) => write!(f, " ({changes})")?,
            _ => {
                if let Some(bytes) = self.bytes {
                    write!(f, ", {}", Bytes(bytes))?;
                }
            }
        }
        match &self.result {
            Ok(()) => Ok(()),
            Err(why) => write!(f, ": {why}"),
        }
    }
}

impl Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = self.mode.map(|mode| format!("mode {:04o}", mode & 0o7777));
        let owner = self.owner.map(|(user, group)| format!("owner {user}:{group}"));
        let size = self.size.map(|size| format!("size {size}"));
        let times = self.times.map(|_| "times".to_owned());
        let all: Vec<String> = [mode, owner, size, times].into_iter().flatten().collect();
        f.write_str(if all.is_empty() { "none" } else { "" })?;
        f.write_str(&all.join(", "))
    }
}

struct Bytes(u64);

impl Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} byte{}", self.0, if self.0 == 1 { "" } else { "s" })
    }
}

/// Bytes from outside as text that obeys nobody; what is no UTF-8 is spelled out.
pub(super) fn shown(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "\"\"".into();
    }
    let mut shown = String::with_capacity(bytes.len());
    for part in bytes.utf8_chunks() {
        shown.push_str(&visible(part.valid()));
        for byte in part.invalid() {
            // Writing to a String does not fail.
            let _ = write!(shown, "<0x{byte:02X}>");
        }
    }
    shown
}
