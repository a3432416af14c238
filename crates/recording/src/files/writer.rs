//! Writes a recording as its session runs. Never runs a terminal and never decides when to write.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::Arc;

use wire::live::{Modes, Size};
use wire::{End, Millis, SessionId};

use super::chain::{self, Hash};
use super::{Signer, cast_path, index_path, label};
use crate::{
    Body, Ending, Event, Header, Keyframe, KeyframeBody, Mark, MarkKind, Moment, Picture, Sight, Start, Tape,
    Timed,
};

/// What a buffer may keep between two commits, in bytes: most sessions are idle most of the time.
const KEPT: usize = 4 << 10;

/// What a closed recording is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Its bytes.
    pub bytes: u64,
    /// Hash of its last link, hexadecimal.
    pub head: String,
}

/// A recording under way. When it is dropped without [`Writer::close`], what was committed is good and
/// [`repair`](super::repair()) ends it.
#[derive(Debug)]
pub struct Writer {
    cast: File,
    index: File,
    signer: Arc<Signer>,
    session: SessionId,
    /// The clock at the last call, and the moment that it stands for.
    clock: Millis,
    now: Moment,
    tape: Tape,
    events: u64,
    /// Lines that are in no link yet.
    buffer: Vec<u8>,
    /// So many bytes of them are in the file.
    flushed: usize,
    marks: Vec<Timed>,
    keyframe: Option<KeyframeBody>,
    /// What the first link says, until it is written.
    start: Option<Start>,
    ending: Option<Ending>,
    /// Lengths of both files up to the last link.
    cast_bytes: u64,
    index_bytes: u64,
    links: u64,
    head: Hash,
    /// A write failed: the files may be longer than that.
    is_torn: bool,
}

impl Writer {
    /// Begins a recording: both files are there (0600) with the header and the first link.
    ///
    /// # Errors
    /// When they cannot be made, or are there already; then none is left behind.
    pub fn create(folder: &Path, header: &Header, signer: Arc<Signer>) -> io::Result<Self> {
        let facts = &header.facts;
        let (cast_path, index_path) = (cast_path(folder, facts.session), index_path(folder, facts.session));
        let cast = create(&cast_path)?;
        let index = create(&index_path).inspect_err(|_| _ = fs::remove_file(&cast_path))?;
        // Tells whoever repairs that it is being written, where the file system has locks.
        _ = index.try_lock();
        let start = Start { node: facts.node.clone(), key: signer.public_key().to_owned() };
        let mut writer = Self {
            cast,
            index,
            signer,
            session: facts.session,
            clock: facts.started_at,
            now: Moment(0),
            tape: Tape::new(facts.user.clone()),
            events: 0,
            buffer: header.to_line(),
            flushed: 0,
            marks: Vec::new(),
            keyframe: None,
            start: Some(start),
            ending: None,
            cast_bytes: 0,
            index_bytes: 0,
            links: 0,
            head: chain::START,
            is_torn: false,
        };
        writer.commit().inspect_err(|_| {
            _ = fs::remove_file(&cast_path);
            _ = fs::remove_file(&index_path);
        })?;
        Ok(writer)
    }

    /// Takes an event; writes nothing yet. A clock that went back counts as no time, and what comes
    /// after [`Writer::close`] does not count at all.
    pub fn event(&mut self, at: Millis, event: &Event) {
        if self.ending.is_some() {
            return;
        }
        let at = self.moment(at);
        self.events += self.tape.push(&mut self.buffer, at, event);
        if let Event::Mark(mark) = event {
            self.marks.push(Timed { at, mark: mark.clone() });
        }
    }

    /// Takes the screen as it is after the last event, for the next link; replaces one that waits.
    pub fn keyframe(&mut self, keyframe: Keyframe) {
        if self.ending.is_some() {
            return;
        }
        let Keyframe { size, modes, title, dump } = keyframe;
        self.tape.begin_afresh();
        self.keyframe = Some(KeyframeBody {
            at: self.tape.last(),
            offset: self.cast_bytes + self.buffer.len() as u64,
            cols: size.cols,
            rows: size.rows,
            modes,
            title,
            dump,
        });
    }

    /// The same of a desktop: the picture is a line of the recording, and the next link says where.
    pub fn picture(&mut self, picture: Picture) {
        if self.ending.is_some() {
            return;
        }
        self.keyframe(Keyframe {
            size: Size::DEFAULT,
            modes: Modes::default(),
            title: String::new(),
            dump: String::new(),
        });
        self.events +=
            self.tape.push(&mut self.buffer, self.tape.last(), &Event::Shows(Sight::Whole(picture)));
    }

    /// Bytes of the recording that wait for a commit.
    #[must_use]
    pub const fn pending_bytes(&self) -> usize {
        self.buffer.len()
    }

    /// Bytes of the recording that are written and signed.
    #[must_use]
    pub const fn written_bytes(&self) -> u64 {
        self.cast_bytes
    }

    /// Writes what waits, and no link yet: a process that is killed then loses nothing of it, for a repair
    /// signs it.
    ///
    /// # Errors
    /// As [`Writer::commit`].
    pub fn flush(&mut self) -> io::Result<()> {
        if self.flushed == self.buffer.len() {
            return Ok(());
        }
        self.mend()?;
        let written = self.write_lines();
        if written.is_err() {
            self.is_torn = true;
            // At the next commit it is tried again.
            _ = self.mend();
        }
        written
    }

    fn write_lines(&mut self) -> io::Result<()> {
        self.cast.write_all_at(&self.buffer[self.flushed..], self.cast_bytes + self.flushed as u64)?;
        self.flushed = self.buffer.len();
        Ok(())
    }

    /// Writes what waits, and then the link that covers it. After an error the files end with the link
    /// before, and it may be tried again.
    ///
    /// # Errors
    /// When it cannot be written: the disk is full, for one.
    pub fn commit(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() && self.marks.is_empty() && self.keyframe.is_none() {
            return Ok(());
        }
        self.mend()?;
        let flushed = self.flushed;
        let written = self.write_link();
        if written.is_err() {
            self.is_torn = true;
            self.flushed = flushed;
            // At the next commit it is tried again.
            _ = self.mend();
        }
        written
    }

    /// Writes all that waits and the last link, and waits until the disk has it. After an error it may
    /// be tried again, with the same end.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn close(&mut self, end: &End) -> io::Result<Closed> {
        if self.ending.is_none() {
            let at = self.moment(end.at);
            // A line of its own, so that no last link covers nothing and could be cut off unnoticed.
            let mark = Mark { kind: MarkKind::Note, by: None, text: label(end) };
            self.events += self.tape.push(&mut self.buffer, at, &Event::Mark(mark));
            self.ending = Some(ending(end, self.tape.last(), self.events, None));
        }
        self.commit()?;
        self.cast.sync_data()?;
        self.index.sync_data()?;
        Ok(Closed { bytes: self.cast_bytes, head: chain::hex(&self.head) })
    }

    /// The moment of a time by the clock.
    fn moment(&mut self, at: Millis) -> Moment {
        self.now = self.now.plus(at.since(self.clock).unsigned_abs());
        self.clock = at;
        self.now
    }

    fn write_link(&mut self) -> io::Result<()> {
        let mut body = Body {
            number: self.links + 1,
            session: self.session,
            at: self.tape.last(),
            from: self.cast_bytes,
            to: self.cast_bytes + self.buffer.len() as u64,
            sha256: chain::of_bytes(&self.buffer),
            start: self.start.take(),
            marks: std::mem::take(&mut self.marks),
            keyframe: self.keyframe.take(),
            end: self.ending.clone(),
        };
        let json = body.to_json();
        let hash = chain::link(&self.head, &json);
        let line = chain::line(&json, &hash, &self.signer.sign(&hash));
        // The bytes first: a link never covers what is not there.
        let written = self.write_lines().and_then(|()| self.index.write_all_at(&line, self.index_bytes));
        if let Err(error) = written {
            self.start = body.start.take();
            self.marks = body.marks;
            self.keyframe = body.keyframe;
            return Err(error);
        }
        self.cast_bytes = body.to;
        self.index_bytes += line.len() as u64;
        self.links = body.number;
        self.head = hash;
        self.buffer.clear();
        self.flushed = 0;
        self.buffer.shrink_to(KEPT);
        Ok(())
    }

    /// Cuts off what a failed write left behind the last whole line.
    fn mend(&mut self) -> io::Result<()> {
        if self.is_torn {
            self.cast.set_len(self.cast_bytes + self.flushed as u64)?;
            self.index.set_len(self.index_bytes)?;
            self.is_torn = false;
        }
        Ok(())
    }
}

/// The body of an end.
pub(super) fn ending(end: &End, at: Moment, events: u64, late_from: Option<u64>) -> Ending {
    Ending {
        at,
        time: end.at,
        reason: end.reason.as_str().to_owned(),
        by: end.by.clone(),
        note: end.note.clone(),
        events,
        late_from,
    }
}

fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path)
}
