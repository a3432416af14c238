//! Reports that wait on the disk until the server has them.
//!
//! One file that is only appended to: a line for each report, with a checksum before it, so that a line which a
//! crash has cut off is seen and dropped. How far the server has them stands in a second file; it may be behind,
//! since sending a report again changes nothing. When all were sent, both begin anew.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::Report;

const REPORTS: &str = "reports.queue";
const SENT: &str = "reports.sent";
/// Digits of the checksum and the space behind it.
const HEAD: usize = 9;

/// A report was not kept.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// So many wait already.
    #[error("the queue is full: the server has not taken reports for long")]
    Full,
    /// The disk did not take it.
    #[error("the queue cannot be written or read: {0}")]
    Io(#[from] io::Error),
}

/// The queue in a folder; one process at a time works on it.
#[derive(Debug)]
pub struct Queue {
    folder: PathBuf,
    file: File,
    /// Where the first report begins that the server does not have.
    sent: u64,
    /// Where the file ends.
    end: u64,
    limit: u64,
}

impl Queue {
    /// Opens, or makes, the queue in `folder`. It takes up to `limit` bytes.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn open(folder: &Path, limit: u64) -> Result<Self, QueueError> {
        fs::create_dir_all(folder)?;
        let file = OpenOptions::new().read(true).append(true).create(true).open(folder.join(REPORTS))?;
        let end = whole_lines(&file)?;
        // What a crash has cut off.
        file.set_len(end)?;
        let sent = match fs::read_to_string(folder.join(SENT)) {
            Ok(text) => text.trim().parse().unwrap_or(0),
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(error.into()),
        };
        // Beyond the end: a crash came between emptying the one and the other.
        let sent = if sent > end { 0 } else { sent };
        Ok(Self { folder: folder.to_owned(), file, sent, end, limit })
    }

    /// Keeps reports: they are on the disk when this returns.
    ///
    /// # Errors
    /// When there is no room; then none of them is kept.
    pub fn push(&mut self, reports: &[Report]) -> Result<(), QueueError> {
        let mut lines = Vec::new();
        for report in reports {
            let json = serde_json::to_vec(report).map_err(io::Error::other)?;
            write!(lines, "{:08x} ", checksum(&json))?;
            lines.extend_from_slice(&json);
            lines.push(b'\n');
        }
        let length = lines.len() as u64;
        if self.end - self.sent + length > self.limit {
            return Err(QueueError::Full);
        }
        let written = self.file.write_all(&lines).and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            // Nothing may follow half a line.
            self.file.set_len(self.end)?;
            return Err(error.into());
        }
        self.end += length;
        Ok(())
    }

    /// The first reports that the server does not have, at most `most`, and where they end: for [`Queue::sent`].
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn next(&mut self, most: usize) -> Result<(Vec<Report>, u64), QueueError> {
        let mut reports = Vec::new();
        let mut place = self.sent;
        // The file is in append mode: writing does not care where reading is.
        self.file.seek(SeekFrom::Start(place))?;
        let mut lines = BufReader::new(&self.file);
        let mut line = Vec::new();
        while reports.len() < most && place < self.end {
            line.clear();
            place += lines.read_until(b'\n', &mut line)? as u64;
            // Every line was checked when it was written or the file opened.
            match line.get(HEAD..).and_then(|json| serde_json::from_slice(json).ok()) {
                Some(report) => reports.push(report),
                None => return Err(io::Error::other("a line is damaged").into()),
            }
        }
        Ok((reports, place))
    }

    /// The server has everything before `place`.
    ///
    /// # Errors
    /// When it cannot be written down; the reports are sent again then.
    pub fn sent(&mut self, place: u64) -> Result<(), QueueError> {
        self.sent = place.min(self.end);
        if self.sent < self.end {
            let new = self.folder.join("reports.sent.new");
            fs::write(&new, self.sent.to_string())?;
            fs::rename(new, self.folder.join(SENT))?;
            return Ok(());
        }
        // In this order: without the second step everything is sent again, which changes nothing.
        match fs::remove_file(self.folder.join(SENT)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        self.file.set_len(0)?;
        (self.sent, self.end) = (0, 0);
        Ok(())
    }

    /// Whether the server has everything.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.sent == self.end
    }
}

/// Where the last whole line with a right checksum ends.
fn whole_lines(file: &File) -> io::Result<u64> {
    let mut lines = BufReader::new(file);
    let (mut line, mut end) = (Vec::new(), 0);
    loop {
        line.clear();
        if lines.read_until(b'\n', &mut line)? == 0 || !is_whole(&line) {
            return Ok(end);
        }
        end += line.len() as u64;
    }
}

fn is_whole(line: &[u8]) -> bool {
    let Some(line) = line.strip_suffix(b"\n") else { return false };
    let Some((head, json)) = line.split_at_checked(HEAD) else { return false };
    head == format!("{:08x} ", checksum(json)).as_bytes()
}

/// FNV-1a: against torn lines, not against people.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Heartbeat;

    fn report(n: usize) -> Report {
        Report::Heartbeat(Heartbeat { key: format!("key {n}"), last_active_at: None })
    }

    fn reports(range: std::ops::Range<usize>) -> Vec<Report> {
        range.map(report).collect()
    }

    #[test]
    fn what_was_kept_is_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let mut queue = Queue::open(folder.path(), 1 << 20).unwrap();
        queue.push(&reports(0..5)).unwrap();
        let (first, place) = queue.next(2).unwrap();
        assert_eq!(first, reports(0..2));
        assert_eq!(queue.next(2).unwrap().0, first, "nobody has them yet");
        queue.sent(place).unwrap();
        drop(queue);
        let mut queue = Queue::open(folder.path(), 1 << 20).unwrap();
        queue.push(&reports(5..6)).unwrap();
        let (rest, place) = queue.next(100).unwrap();
        assert_eq!(rest, reports(2..6));
        queue.sent(place).unwrap();
        assert!(queue.is_empty());
        assert_eq!(fs::metadata(folder.path().join(REPORTS)).unwrap().len(), 0);
        queue.push(&reports(6..7)).unwrap();
        assert_eq!(queue.next(100).unwrap().0, reports(6..7));
    }

    #[test]
    fn a_line_that_a_crash_cut_off_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        Queue::open(folder.path(), 1 << 20).unwrap().push(&reports(0..3)).unwrap();
        let file = folder.path().join(REPORTS);
        let whole = fs::read(&file).unwrap();
        let line = whole.len() / 3;
        for cut in 0..whole.len() {
            fs::write(&file, &whole[..cut]).unwrap();
            let mut queue = Queue::open(folder.path(), 1 << 20).unwrap();
            assert_eq!(queue.next(9).unwrap().0, reports(0..cut / line), "{cut}");
            queue.push(&reports(9..10)).unwrap();
            assert_eq!(queue.next(9).unwrap().0.last(), Some(&report(9)));
        }
        let mut damaged = whole.clone();
        damaged[line + HEAD + 3] ^= 1;
        fs::write(&file, damaged).unwrap();
        assert_eq!(Queue::open(folder.path(), 1 << 20).unwrap().next(9).unwrap().0, reports(0..1));
    }

    #[test]
    fn it_takes_no_more_than_it_may() {
        let folder = tempfile::tempdir().unwrap();
        let mut queue = Queue::open(folder.path(), 200).unwrap();
        while queue.push(&reports(0..1)).is_ok() {}
        assert!(matches!(queue.push(&reports(0..1)), Err(QueueError::Full)));
        let (taken, place) = queue.next(1).unwrap();
        assert_eq!(taken.len(), 1);
        queue.sent(place).unwrap();
        queue.push(&reports(0..1)).unwrap();
    }

    #[test]
    fn a_place_beyond_the_end_counts_for_nothing() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(SENT), "9999").unwrap();
        let mut queue = Queue::open(folder.path(), 1 << 20).unwrap();
        queue.push(&reports(0..1)).unwrap();
        assert_eq!(queue.next(9).unwrap().0, reports(0..1));
    }
}
