//! Reads a recording at any moment of it. Opening reads the index alone. Proves nothing: that is for
//! [`verify`](super::verify()).

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::ops::{ControlFlow, Range};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use memchr::memchr;
use screen::Screen;
use serde::Deserialize;
use wire::SessionId;
use wire::desktop::Extent;
use wire::live::Size;

use super::walk::MAX_LINK;
use super::{cast_path, index_path};
use crate::line::parse_interval;
use crate::{
    Body, Ending, Header, KeyframeBody, Line, Moment, Parts, Played, Player, Sight, Start, Timed, What,
    apply, parse_line,
};

/// Bytes that are read in one go.
const CHUNK: usize = 64 << 10;
/// Longest header, in bytes.
const MAX_HEADER: u64 = 1 << 20;

/// Where reading may begin: at the start, or at a keyframe. Where the screen is a picture, the line there is all of
/// it ([`Sight::Whole`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// The moment of the last event before it.
    pub at: Moment,
    /// Where in the recording the line of the event after it begins, in bytes.
    pub offset: u64,
    /// Where in the index the line with the keyframe is.
    line: Range<u64>,
}

/// A recording, open for reading; one that is still written is read as far as it was signed.
#[derive(Debug)]
pub struct Reading {
    cast: File,
    index: File,
    header: Header,
    points: Vec<Point>,
    marks: Vec<Timed>,
    start: Option<Start>,
    end: Option<Ending>,
    duration: Moment,
    bytes: u64,
}

/// What of a link's body is kept: without its dump, which would be most of the memory.
#[derive(Deserialize)]
struct Outline {
    at: Moment,
    to: u64,
    start: Option<Start>,
    #[serde(default)]
    marks: Vec<Timed>,
    keyframe: Option<OutlineOfKeyframe>,
    end: Option<Ending>,
}

#[derive(Deserialize)]
struct OutlineOfKeyframe {
    at: Moment,
    offset: u64,
}

impl Reading {
    /// Opens the recording of a session.
    ///
    /// # Errors
    /// When its files cannot be read or are something else.
    pub fn open(folder: &Path, session: SessionId) -> io::Result<Self> {
        let cast = File::open(cast_path(folder, session))?;
        let index = File::open(index_path(folder, session))?;
        let header = header_of(&cast)?;
        let mut reading = Self {
            cast,
            index,
            header,
            points: Vec::new(),
            marks: Vec::new(),
            start: None,
            end: None,
            duration: Moment(0),
            bytes: 0,
        };
        reading.read_index()?;
        Ok(reading)
    }

    /// Its header.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The moment of its last event.
    #[must_use]
    pub const fn duration(&self) -> Moment {
        self.duration
    }

    /// Its length in bytes, as far as it was signed.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.bytes
    }

    /// Whether nothing of it was signed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// Who says to have signed it.
    #[must_use]
    pub const fn start(&self) -> Option<&Start> {
        self.start.as_ref()
    }

    /// How it ended, if it did.
    #[must_use]
    pub const fn end(&self) -> Option<&Ending> {
        self.end.as_ref()
    }

    /// Where reading may begin beside the start, in order.
    #[must_use]
    pub fn keyframes(&self) -> &[Point] {
        &self.points
    }

    /// Its marks, in order.
    #[must_use]
    pub fn marks(&self) -> &[Timed] {
        &self.marks
    }

    /// The screen after every event up to that moment. Reads from the keyframe before it on.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn screen_at(&self, at: Moment) -> io::Result<Screen> {
        let point = self.points.iter().rev().find(|point| point.at <= at);
        let mut screen = self.screen_of(point)?;
        let from = point.map_or(0, |point| point.offset);
        self.play(point, from..self.bytes, |played| {
            if played.at > at {
                return ControlFlow::Break(());
            }
            apply(&mut screen, &played.what);
            ControlFlow::Continue(())
        })?;
        Ok(screen)
    }

    /// Everything that happened, in order, until told to stop.
    ///
    /// # Errors
    /// When the recording cannot be read.
    pub fn all(&self, each: impl FnMut(Played) -> ControlFlow<()>) -> io::Result<()> {
        self.play(None, 0..self.bytes, each)
    }

    /// The extent that holds every one the desktop had; none where the screen is no picture. Reads all of it.
    ///
    /// # Errors
    /// When the recording cannot be read.
    pub fn largest_extent(&self) -> io::Result<Option<Extent>> {
        let Some(mut largest) = self.header.picture else { return Ok(None) };
        each_line(&self.cast, 0..self.bytes, |line| {
            // Most lines are long pictures: only those of extents are read.
            let is_extent =
                parse_interval(line).is_some_and(|(_, rest)| rest.trim_start().starts_with("\"e\""));
            if is_extent
                && let Ok(Some(Line { what: What::Shows(Sight::Extent(extent)), .. })) = parse_line(line)
            {
                largest.width = largest.width.max(extent.width);
                largest.height = largest.height.max(extent.height);
            }
            ControlFlow::Continue(())
        })?;
        Ok(Some(largest))
    }

    /// Bytes of the recording, as many of these as there are.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn bytes(&self, range: Range<u64>) -> io::Result<Vec<u8>> {
        let end = range.end.min(self.bytes);
        let length = usize::try_from(end.saturating_sub(range.start)).map_err(io::Error::other)?;
        let mut bytes = vec![0; length];
        self.cast.read_exact_at(&mut bytes, range.start)?;
        Ok(bytes)
    }

    /// The keyframe at a point.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn keyframe(&self, point: &Point) -> io::Result<KeyframeBody> {
        let length = usize::try_from(point.line.end - point.line.start).map_err(io::Error::other)?;
        let mut line = vec![0; length];
        self.index.read_exact_at(&mut line, point.line.start)?;
        Parts::split(&line)
            .and_then(|parts| Body::parse(parts.body).ok()?.keyframe)
            .ok_or_else(|| invalid("the index has changed since it was opened"))
    }

    /// The screen at a point, or at the start.
    pub(super) fn screen_of(&self, point: Option<&Point>) -> io::Result<Screen> {
        let Some(point) = point else { return Ok(Screen::new(self.header.size)) };
        let KeyframeBody { cols, rows, modes, title, dump, .. } = self.keyframe(point)?;
        Ok(Screen::restore(Size { cols, rows }, modes, title, &dump))
    }

    /// The last point whose screen is that of a moment before this one.
    pub(super) fn point_before(&self, at: Moment) -> Option<&Point> {
        self.points.iter().rev().find(|point| point.at < at)
    }

    /// Plays the lines from a point on, to the end or until told to stop.
    pub(super) fn play(
        &self,
        point: Option<&Point>,
        range: Range<u64>,
        mut each: impl FnMut(Played) -> ControlFlow<()>,
    ) -> io::Result<()> {
        let from = point.map_or(Moment(0), |point| point.at);
        let mut player = Player::new(self.header.facts.user.clone(), from);
        each_line(&self.cast, range, |line| player.line(line).map_or(ControlFlow::Continue(()), &mut each))
    }

    fn read_index(&mut self) -> io::Result<()> {
        let mut lines = BufReader::with_capacity(CHUNK, self.index.try_clone()?);
        let mut line = Vec::new();
        let mut at = 0;
        loop {
            line.clear();
            (&mut lines).take(MAX_LINK).read_until(b'\n', &mut line)?;
            // The last one may be half written.
            if line.last() != Some(&b'\n') {
                return Ok(());
            }
            let range = at..at + line.len() as u64;
            at = range.end;
            let outline: Outline = Parts::split(&line)
                .and_then(|parts| serde_json::from_slice(parts.body).ok())
                .ok_or_else(|| invalid(&format!("the index holds no link at byte {}", range.start)))?;
            self.duration = outline.at;
            self.bytes = outline.to;
            self.start = self.start.take().or(outline.start);
            self.end = outline.end;
            self.marks.extend(outline.marks);
            if let Some(OutlineOfKeyframe { at, offset }) = outline.keyframe {
                self.points.push(Point { at, offset, line: range });
            }
        }
    }
}

/// The header of a recording.
pub(super) fn header_of(cast: &File) -> io::Result<Header> {
    let mut line = None;
    each_line(cast, 0..MAX_HEADER, |first| {
        line = Some(Header::parse(first));
        ControlFlow::Break(())
    })?;
    line.ok_or_else(|| invalid("the recording has no first line"))?.map_err(io::Error::other)
}

/// Gives each whole line of these bytes, without its line feed; U+FFFD stands for what is no UTF-8.
pub(super) fn each_line(
    file: &File,
    range: Range<u64>,
    mut each: impl FnMut(&str) -> ControlFlow<()>,
) -> io::Result<()> {
    let mut at = range.start;
    let mut chunk = vec![0; CHUNK];
    let mut begun = Vec::new();
    while at < range.end {
        let length = CHUNK.min(usize::try_from(range.end - at).unwrap_or(CHUNK));
        let length = match file.read_at(&mut chunk[..length], at) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        at += length as u64;
        let mut rest = &chunk[..length];
        while let Some(end) = memchr(b'\n', rest) {
            let line = if begun.is_empty() {
                String::from_utf8_lossy(&rest[..end])
            } else {
                begun.extend_from_slice(&rest[..end]);
                Cow::Owned(String::from_utf8_lossy(&std::mem::take(&mut begun)).into_owned())
            };
            if each(&line).is_break() {
                return Ok(());
            }
            rest = &rest[end + 1..];
        }
        begun.extend_from_slice(rest);
    }
    Ok(())
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
