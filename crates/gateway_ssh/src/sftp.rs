//! Follows a file transfer (SFTP version 3, draft-ietf-secsh-filexfer-02, as OpenSSH speaks it) and
//! says what was done: each file, its size and how it went.
//!
//! Reads both directions as they pass and changes neither. Holds no file's content and does no I/O;
//! what it holds is bounded, whatever it is given. What it cannot read it follows no further, and
//! says so once.

mod answer;
mod book;
mod fields;
mod operation;
mod packets;
#[cfg(test)]
mod real;
mod request;
#[cfg(test)]
mod tests;

pub(crate) use operation::{Operation, What};

use answer::Answer;
use book::Book;
use packets::{Lost, Packets};
use request::Request;

/// Both directions of one transfer. A request is to be given to it before the target has it, so that
/// no answer comes first.
#[derive(Default)]
pub(crate) struct Follower {
    person: Packets,
    target: Packets,
    book: Book,
    ready: Vec<Operation>,
    is_lost: bool,
}

#[expect(clippy::wrong_self_convention, reason = "the names say from which side the bytes came")]
impl Follower {
    /// Reads what the person's client says.
    pub(crate) fn from_person(&mut self, bytes: &[u8]) {
        if self.is_lost {
            return;
        }
        let read = self.person.feed(bytes, |packet| match Request::read(packet)? {
            Some((id, request)) => self.book.ask(id, request),
            None => Ok(()),
        });
        self.mind(read);
    }

    /// Reads what the target says; gives what is complete now.
    pub(crate) fn from_target(&mut self, bytes: &[u8]) -> Vec<Operation> {
        if !self.is_lost {
            let read = self.target.feed(bytes, |packet| match Answer::read(packet)? {
                Some((id, answer)) => self.book.answer(id, answer, &mut self.ready),
                None => Ok(()),
            });
            self.mind(read);
        }
        std::mem::take(&mut self.ready)
    }

    /// At the session's end: what was never answered, and files that were never closed, with what was
    /// moved of them.
    pub(crate) fn rest(&mut self) -> Vec<Operation> {
        self.book.end(&mut self.ready);
        std::mem::take(&mut self.ready)
    }

    fn mind(&mut self, read: Result<(), Lost>) {
        if let Err(lost) = read {
            self.is_lost = true;
            self.person = Packets::default();
            self.target = Packets::default();
            self.book.give_up(&mut self.ready);
            self.ready.push(Operation::lost(lost));
        }
    }
}
