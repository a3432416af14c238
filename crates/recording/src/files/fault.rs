//! What is wrong with a recording, and where.

use std::fmt;
use std::ops::Range;

use crate::Moment;

/// One of the two files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The recording.
    Cast,
    /// Its index.
    Index,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// The bytes are others than those that were signed.
    Changed,
    /// Bytes or whole links are gone from here.
    Missing,
    /// The last link was not written to its end, or lost it.
    CutShort,
    /// The bytes were added to a recording that had ended, or a link stands where it does not belong.
    Added,
    /// No link covers the bytes, and none says that the session ended: it still runs, or its node
    /// died, and the recording is to be repaired.
    Unsigned,
    /// All was signed with this key, which is not the expected one.
    ForeignKey(String),
    /// The link is whole, but its signature is not by the key of the first one.
    Signature,
    /// No link that a node of ours could have written.
    NotALink,
    /// The file cannot be read.
    Unreadable(String),
}

/// The first thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Fault {
    /// In which file.
    pub which: Which,
    /// The bytes of that file among which the first bad one is.
    pub bytes: Range<u64>,
    /// What it is.
    pub wrong: Wrong,
    /// Number of links before it that are good.
    pub good_links: u64,
    /// Number of bytes of the recording, from its start, that are good.
    pub good_bytes: u64,
    /// Up to which moment the recording is good.
    pub good_until: Moment,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Range { start, end } = self.bytes;
        let file = match self.which {
            Which::Cast => "recording",
            Which::Index => "index",
        };
        match &self.wrong {
            Wrong::Changed => write!(f, "the {file} was changed between byte {start} and byte {end}")?,
            Wrong::Missing => write!(f, "something is missing from the {file} at byte {start}")?,
            Wrong::CutShort => write!(f, "the {file} is cut short at byte {end}")?,
            Wrong::Added => write!(f, "something was added to the {file} at byte {start}")?,
            Wrong::Unsigned => write!(
                f,
                "the {file} is not signed from byte {start} on: its session still runs, or its node died and it \
                 is to be repaired"
            )?,
            Wrong::ForeignKey(key) => write!(f, "the {file} is signed with another key, {key}")?,
            Wrong::Signature => write!(f, "the signature in the {file} at byte {start} is not by its node")?,
            Wrong::NotALink => write!(f, "the {file} holds no link at byte {start}")?,
            Wrong::Unreadable(error) => write!(f, "the {file} cannot be read: {error}")?,
        }
        match self.good_links {
            0 => f.write_str("; nothing before it is proved"),
            _ => write!(f, "; it is good up to {} (byte {})", self.good_until, self.good_bytes),
        }
    }
}
