//! Ends a recording whose node died: what was signed stays, what was only written is signed now.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::ops::ControlFlow;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;

use memchr::memrchr;
use ring::digest::{Context, SHA256};
use wire::{End, SessionId};

use super::chain;
use super::fault::{Fault, Wrong};
use super::reading::{each_line, header_of};
use super::walk::{Scan, Walk, read_range};
use super::writer::{Closed, ending};
use super::{Signer, cast_path, index_path, label};
use crate::{Body, Event, Mark, MarkKind, Moment, Played, Player, Start, Tape, Timed, What};

/// What a repair came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repaired {
    /// The recording as it is now.
    pub closed: Closed,
    /// From which byte on it was signed only at its repair; none if it had been closed as it should.
    pub late_from: Option<u64>,
}

/// Why a recording was left as it is.
#[derive(Debug, thiserror::Error)]
pub enum Unrepaired {
    /// It is still being written.
    #[error("the recording is still being written")]
    Busy,
    /// What was signed is not as it was, or was signed by another node.
    #[error(transparent)]
    Damaged(#[from] Fault),
    /// Not even its first line was written.
    #[error("the recording has no header: nothing of its session was recorded")]
    NoHeader,
    /// A file cannot be read or written.
    #[error("a file of the recording cannot be read or written: {0}")]
    Io(#[from] io::Error),
}

/// Ends the recording of a session if nobody did. Keeps every line that was written to its end; the
/// last link says from which byte on it was signed late.
///
/// # Errors
/// When what was signed is damaged, or it is still being written: then nothing is touched. When a
/// write fails, it may be repaired again.
pub fn repair(folder: &Path, session: SessionId, signer: &Signer, end: &End) -> Result<Repaired, Unrepaired> {
    let cast = OpenOptions::new().read(true).write(true).open(cast_path(folder, session))?;
    let path = index_path(folder, session);
    let header = header_of(&cast).ok().filter(|header| header.facts.session == session);
    // A node may die between making the one file and the other.
    let is_new = header.is_some() && !path.try_exists()?;
    let index = OpenOptions::new().read(true).write(true).create(is_new).mode(0o600).open(path)?;
    if let Err(TryLockError::WouldBlock) = index.try_lock() {
        return Err(Unrepaired::Busy);
    }
    let mut walk = Walk::new(cast.try_clone()?, index.try_clone()?, Some(signer.public_key()));
    match walk.all() {
        Ok(()) => {}
        Err(fault) if walk.end.is_none() && may_be_unfinished(&fault) => {}
        Err(fault) => return Err(fault.into()),
    }
    if let Some(end) = &walk.end {
        walk.nothing_follows()?;
        let closed = Closed { bytes: walk.covered, head: chain::hex(walk.head()) };
        return Ok(Repaired { closed, late_from: end.late_from });
    }
    if walk.session().is_some_and(|other| other != session) {
        return Err(walk.fault(super::Which::Index, 0..walk.index_at, Wrong::NotALink).into());
    }
    let header = header.ok_or(Unrepaired::NoHeader)?;
    let tail = Tail::read(&cast, &walk, &header.facts.user)?;
    if tail.to == 0 {
        return Err(Unrepaired::NoHeader);
    }
    let start = (walk.links == 0)
        .then(|| Start { node: header.facts.node.clone(), key: signer.public_key().to_owned() });
    write(&cast, &index, &walk, tail, start, Signing { session, signer, end })
}

/// Whether it is what a crash leaves behind in an index: no link at all, or half of one at its end.
fn may_be_unfinished(fault: &Fault) -> bool {
    match fault.wrong {
        Wrong::CutShort => true,
        Wrong::Missing => fault.good_links == 0 && fault.which == super::Which::Index && fault.bytes.end == 0,
        _ => false,
    }
}

/// What the recording holds beyond its last link, in whole lines.
struct Tail {
    /// The byte after its last line.
    to: u64,
    hash: Context,
    scan: Scan,
    marks: Vec<Timed>,
}

impl Tail {
    fn read(cast: &File, walk: &Walk, owner: &str) -> io::Result<Self> {
        let length = cast.metadata()?.len();
        let (mut at, mut to) = (walk.covered, walk.covered);
        let mut cast = cast.try_clone()?;
        read_range(&mut cast, walk.covered..length, |bytes| {
            to = memrchr(b'\n', bytes).map_or(to, |end| at + end as u64 + 1);
            at += bytes.len() as u64;
        })?;
        let mut tail = Self { to, hash: Context::new(&SHA256), scan: walk.scan.clone(), marks: Vec::new() };
        read_range(&mut cast, walk.covered..to, |bytes| {
            tail.hash.update(bytes);
            tail.scan.feed(bytes);
        })?;
        // Their kinds went with the node; their labels did not.
        let mut player = Player::new(owner.to_owned(), walk.scan.now);
        each_line(&cast, walk.covered..to, |line| {
            if let Some(Played { at, what: What::Marker(text), .. }) = player.line(line) {
                tail.marks.push(Timed { at, mark: Mark { kind: MarkKind::Note, by: None, text } });
            }
            ControlFlow::Continue(())
        })?;
        Ok(tail)
    }
}

struct Signing<'a> {
    session: SessionId,
    signer: &'a Signer,
    end: &'a End,
}

fn write(
    cast: &File,
    index: &File,
    walk: &Walk,
    mut tail: Tail,
    start: Option<Start>,
    Signing { session, signer, end }: Signing<'_>,
) -> Result<Repaired, Unrepaired> {
    let mut marker = Vec::new();
    let mark = Mark { kind: MarkKind::Note, by: None, text: label(end) };
    // When it happened nobody knows: no time passes after the last event.
    let lines = Tape::new(String::new()).push(&mut marker, Moment(0), &Event::Mark(mark));
    tail.hash.update(&marker);
    let (at, events) = (tail.scan.now, tail.scan.events + lines);
    let body = Body {
        number: walk.links + 1,
        session,
        at,
        from: walk.covered,
        to: tail.to + marker.len() as u64,
        sha256: chain::hex(tail.hash.finish().as_ref()),
        start,
        marks: tail.marks,
        keyframe: None,
        end: Some(ending(end, at, events, Some(walk.covered))),
    };
    let json = body.to_json();
    let hash = chain::link(walk.head(), &json);
    let line = chain::line(&json, &hash, &signer.sign(&hash));
    cast.set_len(tail.to)?;
    index.set_len(walk.index_at)?;
    cast.write_all_at(&marker, tail.to)?;
    cast.sync_data()?;
    index.write_all_at(&line, walk.index_at)?;
    index.sync_data()?;
    let closed = Closed { bytes: body.to, head: chain::hex(&hash) };
    Ok(Repaired { closed, late_from: Some(walk.covered) })
}
