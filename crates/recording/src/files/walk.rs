//! Walks along the links of a recording and checks each with the bytes that it covers.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;

use memchr::memchr;
use ring::digest::{Context, SHA256};

use super::chain::{self, Hash};
use super::fault::{Fault, Which, Wrong};
use super::signer::is_signed;
use crate::line::parse_interval;
use crate::{Body, Ending, Moment, Parts, Start};

/// Longest line of an index, in bytes: a dump of the largest screen, each cell in its own colour, has
/// about 40 MiB. A file without line feeds must not fill the memory.
pub(super) const MAX_LINK: u64 = 64 << 20;

/// Bytes of a recording that are hashed in one go.
const CHUNK: usize = 64 << 10;

/// Goes from link to link. What it has passed is proved.
pub(super) struct Walk {
    cast: File,
    index: BufReader<File>,
    /// Where the next link's line begins.
    pub(super) index_at: u64,
    previous: Hash,
    expected_key: Option<String>,
    session: Option<wire::SessionId>,
    pub(super) start: Option<Start>,
    pub(super) links: u64,
    /// Bytes of the recording that the links cover.
    pub(super) covered: u64,
    pub(super) scan: Scan,
    pub(super) end: Option<Ending>,
}

impl Walk {
    pub(super) fn new(cast: File, index: File, expected_key: Option<&str>) -> Self {
        Self {
            cast,
            index: BufReader::with_capacity(CHUNK, index),
            index_at: 0,
            previous: chain::START,
            expected_key: expected_key.map(str::to_owned),
            session: None,
            start: None,
            links: 0,
            covered: 0,
            scan: Scan::default(),
            end: None,
        }
    }

    /// Walks to the end of the index; stays before the first bad link.
    pub(super) fn all(&mut self) -> Result<(), Fault> {
        while self.step()? {}
        if self.links == 0 { Err(self.fault(Which::Index, 0..0, Wrong::Missing)) } else { Ok(()) }
    }

    /// Checks that nothing follows what the links cover.
    pub(super) fn nothing_follows(&self) -> Result<(), Fault> {
        let length = self.cast.metadata().map_err(|error| self.unreadable(Which::Cast, &error))?.len();
        if length == self.covered {
            return Ok(());
        }
        let wrong = if self.end.is_some() { Wrong::Added } else { Wrong::Unsigned };
        Err(self.fault(Which::Cast, self.covered..length, wrong))
    }

    pub(super) const fn head(&self) -> &Hash {
        &self.previous
    }

    pub(super) const fn session(&self) -> Option<wire::SessionId> {
        self.session
    }

    pub(super) fn fault(&self, which: Which, bytes: Range<u64>, wrong: Wrong) -> Fault {
        Fault {
            which,
            bytes,
            wrong,
            good_links: self.links,
            good_bytes: self.covered,
            good_until: self.scan.now,
        }
    }

    fn unreadable(&self, which: Which, error: &io::Error) -> Fault {
        self.fault(which, 0..0, Wrong::Unreadable(error.to_string()))
    }

    /// Passes one link; false at the end.
    fn step(&mut self) -> Result<bool, Fault> {
        let mut line = Vec::new();
        (&mut self.index)
            .take(MAX_LINK)
            .read_until(b'\n', &mut line)
            .map_err(|error| self.unreadable(Which::Index, &error))?;
        let bytes = self.index_at..self.index_at + line.len() as u64;
        if line.is_empty() {
            return Ok(false);
        }
        if line.pop() != Some(b'\n') {
            let wrong = if bytes.end - bytes.start == MAX_LINK { Wrong::NotALink } else { Wrong::CutShort };
            return Err(self.fault(Which::Index, bytes, wrong));
        }
        let (body, hash) = self.link(&line, &bytes)?;
        let scan = self.covered_by(&body)?;
        let no_link = || Err(self.fault(Which::Index, bytes.clone(), Wrong::NotALink));
        if scan.now != body.at {
            return no_link();
        }
        if let Some(keyframe) = &body.keyframe
            && (keyframe.offset < body.from || keyframe.offset > body.to || keyframe.at > body.at)
        {
            return no_link();
        }
        self.scan = scan;
        self.previous = hash;
        self.index_at = bytes.end;
        self.covered = body.to;
        self.links = body.number;
        self.session = Some(body.session);
        self.start = self.start.take().or(body.start);
        self.end = body.end;
        Ok(true)
    }

    /// The link of a line, if it is whole, signed, and follows the one before.
    fn link(&self, line: &[u8], bytes: &Range<u64>) -> Result<(Body, Hash), Fault> {
        let fault = |wrong| self.fault(Which::Index, bytes.clone(), wrong);
        let parts = Parts::split(line).ok_or_else(|| fault(Wrong::NotALink))?;
        let body = Body::parse(parts.body);
        let hash = chain::link(&self.previous, parts.body);
        let start = self.start.as_ref().or(body.as_ref().ok().and_then(|body| body.start.as_ref()));
        let key = start.map(|start| start.key.clone());
        let is_signed = |hash: &Hash| key.as_ref().is_some_and(|key| is_signed(key, hash, parts.signature));
        let claimed = chain::unhex(parts.hash);
        if claimed != Some(hash) || !is_signed(&hash) {
            return Err(self.how_altered(&parts, body.ok(), bytes, claimed, &hash, is_signed));
        }
        let body = body.map_err(|_| fault(Wrong::NotALink))?;
        if let (Some(key), Some(expected)) = (&key, &self.expected_key)
            && key != expected
        {
            return Err(fault(Wrong::ForeignKey(key.clone())));
        }
        if self.end.is_some() {
            return Err(fault(Wrong::Added));
        }
        let follows = body.number == self.links + 1
            && body.from == self.covered
            && body.to >= body.from
            && body.start.is_some() == (self.links == 0)
            && self.session.is_none_or(|session| session == body.session);
        if follows { Ok((body, hash)) } else { Err(fault(Wrong::NotALink)) }
    }

    /// What was done to a link that is not whole.
    fn how_altered(
        &self,
        parts: &Parts<'_>,
        body: Option<Body>,
        bytes: &Range<u64>,
        claimed: Option<Hash>,
        hash: &Hash,
        is_signed: impl Fn(&Hash) -> bool,
    ) -> Fault {
        let hash_at = bytes.start + parts.body.len() as u64 + 1;
        let signature_at = hash_at + parts.hash.len() as u64 + 1;
        let fault = |bytes, wrong| self.fault(Which::Index, bytes, wrong);
        if claimed == Some(*hash) {
            return fault(signature_at..bytes.end, Wrong::Signature);
        }
        if is_signed(hash) {
            return fault(hash_at..signature_at, Wrong::Changed);
        }
        // Its own hash is signed: the link is genuine, but its body or what stands before it is not.
        if let (Some(claimed), Some(body)) = (claimed, body)
            && is_signed(&claimed)
            && body.from != self.covered
        {
            if body.number > self.links + 1 {
                return fault(bytes.clone(), Wrong::Missing);
            }
            if body.number <= self.links {
                return fault(bytes.clone(), Wrong::Added);
            }
        }
        fault(bytes.clone(), Wrong::Changed)
    }

    /// Reads and hashes the bytes that the link covers.
    fn covered_by(&mut self, body: &Body) -> Result<Scan, Fault> {
        let mut scan = self.scan.clone();
        let mut context = Context::new(&SHA256);
        let mut at = body.from;
        let read = read_range(&mut self.cast, body.from..body.to, |bytes| {
            at += bytes.len() as u64;
            context.update(bytes);
            scan.feed(bytes);
        });
        read.map_err(|error| self.unreadable(Which::Cast, &error))?;
        if at < body.to {
            return Err(self.fault(Which::Cast, at..body.to, Wrong::Missing));
        }
        if chain::hex(context.finish().as_ref()) != body.sha256 {
            return Err(self.fault(Which::Cast, body.from..body.to, Wrong::Changed));
        }
        Ok(scan)
    }
}

/// Reads bytes of a file piece by piece; fewer when the file ends before.
pub(super) fn read_range(file: &mut File, range: Range<u64>, mut each: impl FnMut(&[u8])) -> io::Result<()> {
    file.seek(SeekFrom::Start(range.start))?;
    let mut left = file.take(range.end.saturating_sub(range.start));
    let mut chunk = vec![0; CHUNK.min(usize::try_from(left.limit()).unwrap_or(CHUNK))];
    while left.limit() > 0 {
        match left.read(&mut chunk) {
            Ok(0) => break,
            Ok(length) => each(&chunk[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Counts events and adds up their intervals without reading what they say.
#[derive(Clone, Debug, Default)]
pub(super) struct Scan {
    /// The first bytes of a line whose end is yet to come.
    head: Vec<u8>,
    pub(super) now: Moment,
    pub(super) events: u64,
}

impl Scan {
    /// Bytes of a line that tell its interval: more than the longest number has.
    const HEAD: usize = 40;

    pub(super) fn feed(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let end = memchr(b'\n', bytes);
            let line = &bytes[..end.unwrap_or(bytes.len())];
            let room = Self::HEAD - self.head.len();
            self.head.extend_from_slice(&line[..line.len().min(room)]);
            if end.is_some() {
                self.line_ended();
            }
            bytes = &bytes[end.map_or(bytes.len(), |end| end + 1)..];
        }
    }

    fn line_ended(&mut self) {
        if let Some((interval, _)) = parse_interval(&String::from_utf8_lossy(&self.head)) {
            self.now = self.now.plus(interval);
            self.events += 1;
        }
        self.head.clear();
    }
}
