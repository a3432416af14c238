//! Requests that wait for their answers, open files, and what an answer makes of them. Bounded.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::answer::{Answer, Code};
use super::operation::{Operation, What, shown};
use super::packets::Lost;
use super::request::{Handle, Mode, Path, Request, kept};

/// Most requests that may wait for an answer: OpenSSH's client has 64 under way.
const MOST_REQUESTS: usize = 4096;
/// Most files that may be open.
const MOST_FILES: usize = 4096;
/// Most text of all of them, in bytes.
const TEXT_BYTES: usize = 1 << 20;

const NO_ANSWER: &str = "no answer";
const NOT_CLOSED: &str = "never closed";
const NOT_FOLLOWED: &str = "not followed to its end";
const UNKNOWN: &str = "a file that is not open";

/// What is under way.
#[derive(Default)]
pub(super) struct Book {
    requests: HashMap<u32, Asked>,
    files: HashMap<Handle, File>,
    /// Bytes of text in both.
    text: usize,
    /// How many requests there were.
    asked: u64,
}

/// A request, and how many came before it.
struct Asked {
    number: u64,
    request: Request,
}

/// An open file or folder.
struct File {
    /// How many requests came before the one that opened it.
    number: u64,
    path: Path,
    kind: Kind,
    read: u64,
    written: u64,
    failed: Option<Code>,
}

#[derive(Clone, Copy)]
enum Kind {
    File(Mode),
    /// With the entries that were listed.
    Folder(u64),
}

impl Book {
    /// Takes a request down.
    pub(super) fn ask(&mut self, id: u32, request: Request) -> Result<(), Lost> {
        let Entry::Vacant(place) = self.requests.entry(id) else {
            return Err(Lost::Repeated);
        };
        self.text += request.weight();
        place.insert(Asked { number: self.asked, request });
        self.asked += 1;
        self.check()
    }

    /// Takes the answer to a request; adds what is complete now.
    pub(super) fn answer(
        &mut self,
        id: u32,
        answer: Answer<'_>,
        done: &mut Vec<Operation>,
    ) -> Result<(), Lost> {
        let Some(Asked { number, request }) = self.requests.remove(&id) else {
            // Nobody asked: the client will not know what to do with it either.
            return Ok(());
        };
        self.text -= request.weight();
        match (request, answer) {
            (Request::Open { path, mode }, Answer::Handle(handle)) => {
                self.open(handle, File::new(number, path, Kind::File(mode)), done)
            }
            (Request::OpenFolder { path }, Answer::Handle(handle)) => {
                self.open(handle, File::new(number, path, Kind::Folder(0)), done)
            }
            (Request::Open { path, mode }, Answer::Status(status)) if status.code != Code::OK => {
                done.push(refused(Kind::File(mode), &path, status.result()));
                Ok(())
            }
            (Request::OpenFolder { path }, Answer::Status(status)) if status.code != Code::OK => {
                done.push(refused(Kind::Folder(0), &path, status.result()));
                Ok(())
            }
            (Request::Close(handle), Answer::Status(status)) => {
                // Whatever the target says: OpenSSH's has let go of it.
                if let Some(file) = self.close(&handle) {
                    done.push(file.operation(status.result()));
                }
                Ok(())
            }
            (Request::Read(handle), Answer::Data(bytes)) => {
                self.move_bytes(&handle, |file| file.read += u64::from(bytes));
                Ok(())
            }
            (Request::Write { handle, bytes }, Answer::Status(status)) if status.code == Code::OK => {
                self.move_bytes(&handle, |file| file.written += u64::from(bytes));
                Ok(())
            }
            (Request::List(handle), Answer::Names { count, .. }) => {
                self.move_bytes(&handle, |file| {
                    if let Kind::Folder(entries) = &mut file.kind {
                        *entries += count;
                    }
                });
                Ok(())
            }
            (
                Request::Read(handle) | Request::List(handle) | Request::Write { handle, .. },
                Answer::Status(status),
            ) => {
                if !matches!(status.code, Code::OK | Code::END) {
                    self.move_bytes(&handle, |file| file.failed = file.failed.or(Some(status.code)));
                }
                Ok(())
            }
            (Request::Silent, _) => Ok(()),
            (request, answer) => {
                let mut operation = self.operation(request).ok_or(Lost::Mismatch)?;
                operation.result = match answer {
                    Answer::Status(status) => status.result(),
                    Answer::Names { first, .. } if operation.what == What::Looked => {
                        operation.to = first.map(|to| shown(&kept(to))).filter(|to| *to != operation.path);
                        Ok(())
                    }
                    Answer::Facts if operation.what == What::Looked => Ok(()),
                    _ if operation.what == What::Other => Ok(()),
                    _ => return Err(Lost::Mismatch),
                };
                done.push(operation);
                Ok(())
            }
        }
    }

    /// Adds what is under way when the transfer ends, in the order in which it was asked for.
    pub(super) fn end(&mut self, done: &mut Vec<Operation>) {
        self.let_go(NO_ANSWER, NOT_CLOSED, done);
    }

    /// Adds what is under way when the transfer is followed no further.
    pub(super) fn give_up(&mut self, done: &mut Vec<Operation>) {
        self.let_go(NOT_FOLLOWED, NOT_FOLLOWED, done);
    }

    fn let_go(&mut self, asked: &str, opened: &str, done: &mut Vec<Operation>) {
        let requests = std::mem::take(&mut self.requests);
        let mut left: Vec<(u64, Operation)> = requests
            .into_values()
            .filter_map(|Asked { number, request }| {
                let why = || Err(asked.to_owned());
                let operation = match request {
                    Request::Open { path, mode } => refused(Kind::File(mode), &path, why()),
                    Request::OpenFolder { path } => refused(Kind::Folder(0), &path, why()),
                    request => Operation { result: why(), ..self.operation(request)? },
                };
                Some((number, operation))
            })
            .collect();
        let files = std::mem::take(&mut self.files).into_values();
        left.extend(files.map(|file| (file.number, file.operation(Err(opened.to_owned())))));
        left.sort_by_key(|(number, _)| *number);
        done.extend(left.into_iter().map(|(_, operation)| operation));
        *self = Self::default();
    }

    fn open(&mut self, handle: &[u8], file: File, done: &mut Vec<Operation>) -> Result<(), Lost> {
        if let Some(before) = self.close(handle) {
            done.push(before.operation(Err(NOT_CLOSED.to_owned())));
        }
        self.text += handle.len() + file.path.len();
        self.files.insert(handle.into(), file);
        self.check()
    }

    fn close(&mut self, handle: &[u8]) -> Option<File> {
        let file = self.files.remove(handle)?;
        self.text -= handle.len() + file.path.len();
        Some(file)
    }

    fn check(&self) -> Result<(), Lost> {
        let fits =
            self.requests.len() <= MOST_REQUESTS && self.files.len() <= MOST_FILES && self.text <= TEXT_BYTES;
        if fits { Ok(()) } else { Err(Lost::Crowded) }
    }

    fn move_bytes(&mut self, handle: &[u8], moved: impl FnOnce(&mut File)) {
        if let Some(file) = self.files.get_mut(handle) {
            moved(file);
        }
    }

    fn path(&self, handle: &[u8]) -> String {
        self.files.get(handle).map_or_else(|| UNKNOWN.to_owned(), |file| shown(&file.path))
    }

    /// The operation that a request is by itself, as if it went well.
    fn operation(&self, request: Request) -> Option<Operation> {
        let (what, path, to, bytes) = match request {
            Request::ByPath { what, path, to } => (what, shown(&path), to.as_deref().map(shown), None),
            Request::ByHandle { what, handle } => (what, self.path(&handle), None, None),
            Request::Copy { from, to, bytes } => {
                // None are all.
                let bytes = Some(bytes).filter(|bytes| *bytes > 0);
                (What::Copied, self.path(&from), Some(self.path(&to)), bytes)
            }
            _ => return None,
        };
        Some(Operation { what, path, to, bytes, result: Ok(()) })
    }

    /// Bytes of text that are held.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.text
    }
}

impl File {
    const fn new(number: u64, path: Path, kind: Kind) -> Self {
        Self { number, path, kind, read: 0, written: 0, failed: None }
    }

    /// What was done with it, now that it is closed.
    fn operation(self, closed: Result<(), String>) -> Operation {
        let Self { read, written, .. } = self;
        let (what, bytes) = match self.kind {
            Kind::Folder(entries) => (What::Listed { entries }, None),
            Kind::File(mode) if read > 0 && (written > 0 || mode.writes()) => {
                (What::ReadAndWritten { read, written }, Some(read.saturating_add(written)))
            }
            Kind::File(mode) if written > 0 || mode.writes() => (What::Uploaded, Some(written)),
            Kind::File(_) => (What::Downloaded, Some(read)),
        };
        let result = match self.failed {
            Some(code) => Err(code.words()),
            None => closed,
        };
        Operation { what, path: shown(&self.path), to: None, bytes, result }
    }
}

/// A file or folder that was not opened.
fn refused(kind: Kind, path: &[u8], result: Result<(), String>) -> Operation {
    let what = match kind {
        Kind::Folder(entries) => What::Listed { entries },
        Kind::File(mode) if mode.writes() => What::Uploaded,
        Kind::File(_) => What::Downloaded,
    };
    Operation { what, path: shown(path), to: None, bytes: None, result }
}
