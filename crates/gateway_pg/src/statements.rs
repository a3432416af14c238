//! The statements of a session, followed through both directions of it and written down as lines of a terminal:
//! each with its time, then what came of it. Knows no socket and no clock.
//!
//! Answers come in the order of the requests, so requests wait in a queue for theirs. What cannot be matched is
//! skipped: a client or server that does not keep to the protocol gets a poorer log, never another session.

mod lines;
mod prepared;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use wire::Millis;

use crate::backend::{Report, number16, number32, text};
use crate::frames::Message;
use lines::Lines;
use prepared::{Portal, Prepared, Text};

/// Requests that may wait for their answers; more than a server can hold back unsent, so that whoever waits for
/// the queue to get shorter never waits for ever.
const WAITING: usize = 32 << 10;
/// Bytes of statements that may wait: of more, the text is written before its turn.
const WAITING_BYTES: usize = 1 << 20;

/// A moment, by both clocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now {
    /// For the log.
    pub(crate) wall: Millis,
    /// For durations.
    pub(crate) steady: Instant,
}

impl Now {
    /// This moment.
    pub(crate) fn read() -> Self {
        Self { wall: Millis::now(), steady: Instant::now() }
    }
}

/// What the log reads of a client's messages.
pub(crate) const fn is_read_of_client(kind: u8) -> bool {
    matches!(kind, b'Q' | b'P' | b'B' | b'E' | b'C' | b'F')
}

/// What the log reads of a server's messages.
pub(crate) const fn is_read_of_server(kind: u8) -> bool {
    matches!(kind, b'C' | b'E')
}

/// A statement under way.
struct Statement {
    text: Arc<Text>,
    /// Values of its parameters, ready to be shown.
    values: Option<Box<str>>,
    started: Now,
    /// Its text stands in the log.
    is_shown: bool,
}

/// A request that waits for its answer.
enum Waiting {
    /// One or more statements; ends with ReadyForQuery.
    Query(Statement),
    Parse(Statement),
    Bind(Statement),
    Describe,
    Execute(Statement),
    Close,
    /// Ends with ReadyForQuery.
    Sync,
    /// A function's call by its number; ends with ReadyForQuery.
    Call(Statement),
}

impl Waiting {
    /// The statement that the log shows as soon as its turn comes.
    fn shown(&mut self) -> Option<&mut Statement> {
        match self {
            Self::Query(statement) | Self::Execute(statement) | Self::Call(statement) => Some(statement),
            _ => None,
        }
    }

    const fn ends_when_ready(&self) -> bool {
        matches!(self, Self::Query(_) | Self::Sync | Self::Call(_))
    }
}

/// Data of a COPY, either way.
#[derive(Clone, Copy, Debug, Default)]
struct Copied {
    messages: u64,
    bytes: u64,
}

/// The log of one session.
#[derive(Default)]
pub(crate) struct Statements {
    prepared: Prepared,
    waiting: VecDeque<Waiting>,
    waiting_bytes: usize,
    /// When the last answer of the statement under way came.
    since: Option<Instant>,
    rows: u64,
    copied: Option<Copied>,
    /// The last error ended the session.
    fatal: Option<Report>,
    has_left: bool,
    lines: Lines,
}

impl Statements {
    /// What was written since the last time.
    pub(crate) fn take(&mut self) -> String {
        self.lines.take()
    }

    /// How much is written, in bytes.
    pub(crate) fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether more requests wait than should.
    pub(crate) fn is_full(&self) -> bool {
        self.waiting.len() > WAITING
    }

    /// Whether the client took its leave.
    pub(crate) const fn has_left(&self) -> bool {
        self.has_left
    }

    /// The error with which the server ended the session, if it said one.
    pub(crate) const fn fatal(&self) -> Option<&Report> {
        self.fatal.as_ref()
    }

    /// Writes a line that is no statement.
    pub(crate) fn note(&mut self, text: &str, now: Now) {
        self.lines.note(text, now.wall);
    }

    /// A message of the client.
    pub(crate) fn asked(&mut self, message: &Message<'_>, now: Now) {
        let mut body = message.body;
        let waiting = match message.kind {
            b'Q' => Waiting::Query(self.statement(Text::of(message, body), None, now)),
            b'P' => {
                let name = text(&mut body);
                let kept = Arc::new(Text::of(message, body));
                if !self.prepared.keep(name, &kept) {
                    self.lines.note_statement("not kept, shown here: ", &kept, now.wall);
                }
                Waiting::Parse(self.statement(kept, None, now))
            }
            b'B' => {
                let (portal, name) = (text(&mut body), text(&mut body));
                let found = self.prepared.text(name);
                let values = prepared::values(body, &found, message.hash.is_some());
                let bound = Portal { text: Arc::clone(&found), values };
                let statement = self.statement(found, bound.values.clone(), now);
                self.prepared.bind(portal, bound);
                Waiting::Bind(statement)
            }
            b'E' => {
                let Portal { text, values } = self.prepared.portal(text(&mut body));
                Waiting::Execute(self.statement(text, values, now))
            }
            b'F' => {
                let called = number32(&mut body).unwrap_or_default();
                Waiting::Call(self.statement(Text::plain(format!("call of function {called}")), None, now))
            }
            b'C' => {
                self.prepared.close(body);
                Waiting::Close
            }
            b'D' => Waiting::Describe,
            b'S' => Waiting::Sync,
            b'd' => {
                self.count(message.length);
                return;
            }
            b'X' => {
                self.has_left = true;
                return;
            }
            _ => return,
        };
        self.waiting.push_back(waiting);
        self.show();
    }

    fn statement(&mut self, text: impl Into<Arc<Text>>, values: Option<Box<str>>, now: Now) -> Statement {
        let statement = Statement { text: text.into(), values, started: now, is_shown: false };
        self.waiting_bytes += statement.len();
        statement
    }

    /// Shows the statement whose turn it is.
    fn show(&mut self) {
        let all = self.waiting_bytes > WAITING_BYTES;
        for waiting in &mut self.waiting {
            if let Some(statement) = waiting.shown() {
                if !statement.is_shown {
                    self.waiting_bytes -= statement.show(&mut self.lines);
                }
                if !all {
                    break;
                }
            } else if all && let Waiting::Parse(statement) | Waiting::Bind(statement) = waiting {
                self.waiting_bytes -= statement.forget();
            }
        }
    }

    /// A message of the server.
    pub(crate) fn answered(&mut self, message: &Message<'_>, now: Now) {
        match message.kind {
            // By far the most.
            b'D' => self.rows += 1,
            b'd' => self.count(message.length),
            b'1' => self.pop(|waiting| matches!(waiting, Waiting::Parse(_))),
            b'2' => self.pop(|waiting| matches!(waiting, Waiting::Bind(_))),
            b'3' => self.pop(|waiting| matches!(waiting, Waiting::Close)),
            b'T' | b'n' if matches!(self.waiting.front(), Some(Waiting::Describe)) => {
                self.pop(|waiting| matches!(waiting, Waiting::Describe));
            }
            b'G' | b'H' | b'W' => self.copied = Some(Copied::default()),
            b'C' => {
                let mut body = message.body;
                let tag = String::from_utf8_lossy(text(&mut body)).into_owned();
                self.finish(&tag, now);
            }
            b'I' => self.finish("nothing to do", now),
            b's' => {
                let so_far = self.rows;
                self.finish(&format!("{so_far} rows, more to come"), now);
            }
            b'V' => self.result("answered", now),
            b'E' => self.failed(Report::read(message.body), now),
            b'Z' => {
                self.pop(Waiting::ends_when_ready);
                (self.since, self.rows, self.copied) = (None, 0, None);
                self.show();
            }
            _ => {}
        }
    }

    fn count(&mut self, bytes: usize) {
        if let Some(copied) = &mut self.copied {
            copied.messages += 1;
            copied.bytes += bytes as u64;
        }
    }

    /// A command was completed: one of a query's, or all that an Execute asked for.
    fn finish(&mut self, said: &str, now: Now) {
        self.skip_to(|waiting| matches!(waiting, Waiting::Query(_) | Waiting::Execute(_)));
        self.result(said, now);
        if let Some(Waiting::Execute(_)) = self.waiting.front() {
            self.pop_front();
            self.since = None;
            self.show();
        }
    }

    /// Writes what came of the statement under way.
    fn result(&mut self, said: &str, now: Now) {
        let Some(statement) = self.waiting.front_mut().and_then(Waiting::shown) else { return };
        if !statement.is_shown {
            self.waiting_bytes -= statement.show(&mut self.lines);
        }
        let started = self.since.unwrap_or(statement.started.steady);
        let took = now.steady.saturating_duration_since(started);
        self.lines.result(said, self.copied.take().map(|copied| (copied.messages, copied.bytes)), took);
        self.since = Some(now.steady);
        self.rows = 0;
    }

    fn failed(&mut self, report: Report, now: Now) {
        let is_shown = self
            .waiting
            .iter_mut()
            .take_while(|waiting| !matches!(waiting, Waiting::Sync))
            .any(|waiting| waiting.shown().is_some_and(|statement| statement.is_shown));
        let mut has_secrets = false;
        let mut started = now.steady;
        if let Some(
            Waiting::Query(statement)
            | Waiting::Parse(statement)
            | Waiting::Bind(statement)
            | Waiting::Execute(statement)
            | Waiting::Call(statement),
        ) = self.waiting.front_mut()
        {
            if !is_shown {
                self.waiting_bytes -= statement.show(&mut self.lines);
            }
            has_secrets = statement.text.has_secrets;
            started = self.since.unwrap_or(statement.started.steady);
        }
        self.lines.error(&report, has_secrets, now.steady.saturating_duration_since(started));
        self.since = Some(now.steady);
        (self.rows, self.copied) = (0, None);
        if matches!(report.severity.as_str(), "FATAL" | "PANIC") {
            self.fatal = Some(report);
        }
        // What belongs to the failed one is not done any more.
        while self.waiting.front().is_some_and(|waiting| !waiting.ends_when_ready()) {
            self.pop_front();
        }
    }

    /// Takes the first request off that is of a kind, and those before it.
    fn pop(&mut self, is_it: impl Fn(&Waiting) -> bool) {
        if self.skip_to(is_it) {
            self.pop_front();
        }
    }

    /// Takes off what stands before the first request of a kind; false when there is none.
    fn skip_to(&mut self, is_it: impl Fn(&Waiting) -> bool) -> bool {
        let Some(at) = self.waiting.iter().position(is_it) else { return false };
        for _ in 0..at {
            self.pop_front();
        }
        true
    }

    fn pop_front(&mut self) {
        match self.waiting.pop_front() {
            Some(
                Waiting::Query(statement)
                | Waiting::Parse(statement)
                | Waiting::Bind(statement)
                | Waiting::Execute(statement)
                | Waiting::Call(statement),
            ) if !statement.is_shown => self.waiting_bytes -= statement.len(),
            _ => {}
        }
    }
}

impl Statement {
    /// What it costs while it waits, in bytes.
    fn len(&self) -> usize {
        self.text.shown.len() + self.values.as_ref().map_or(0, |values| values.len())
    }

    /// Writes it down; gives what it cost.
    fn show(&mut self, lines: &mut Lines) -> usize {
        lines.statement(&self.text, self.values.as_deref(), self.started.wall);
        self.forget()
    }

    fn forget(&mut self) -> usize {
        let cost = if self.is_shown { 0 } else { self.len() };
        self.is_shown = true;
        self.values = None;
        cost
    }
}

/// The number of parameter formats or values, and what follows.
fn counted(body: &mut &[u8]) -> usize {
    number16(body).map_or(0, usize::from)
}

#[cfg(test)]
mod tests;
