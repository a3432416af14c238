//! Checks a recording against its index, and the index against the key that signed it.

use std::fs::File;
use std::path::Path;

use wire::SessionId;

use super::chain;
use super::fault::{Fault, Which, Wrong};
use super::walk::Walk;
use crate::{Ending, Moment};

/// What a good recording is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The session that it is of.
    pub session: SessionId,
    /// Name of the node that signed it.
    pub node: String,
    /// Public key of that node, base64.
    pub key: String,
    /// Number of links.
    pub links: u64,
    /// Lines of events.
    pub events: u64,
    /// Bytes of the recording.
    pub bytes: u64,
    /// The moment of its last event.
    pub duration: Moment,
    /// How it ended; none while it runs, or when its node died.
    pub end: Option<Ending>,
    /// Hash of its last link, hexadecimal: noted elsewhere it shows later that nothing was signed anew.
    pub head: String,
}

/// Checks every byte of both files, in memory for one link. Without an expected key it is the first
/// link that says who signs: then whoever can write the files may have signed all of it.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify(cast: &Path, index: &Path, expected_key: Option<&str>) -> Result<Report, Fault> {
    let mut walk = Walk::new(open(cast, Which::Cast)?, open(index, Which::Index)?, expected_key);
    walk.all()?;
    walk.nothing_follows()?;
    let (Some(session), Some(start)) = (walk.session(), &walk.start) else {
        return Err(walk.fault(Which::Index, 0..0, Wrong::Missing));
    };
    Ok(Report {
        session,
        node: start.node.clone(),
        key: start.key.clone(),
        links: walk.links,
        events: walk.scan.events,
        bytes: walk.covered,
        duration: walk.scan.now,
        head: chain::hex(walk.head()),
        end: walk.end,
    })
}

fn open(path: &Path, which: Which) -> Result<File, Fault> {
    File::open(path).map_err(|error| Fault {
        which,
        bytes: 0..0,
        wrong: Wrong::Unreadable(error.to_string()),
        good_links: 0,
        good_bytes: 0,
        good_until: Moment(0),
    })
}
