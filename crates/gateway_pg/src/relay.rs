//! The two directions of a session, side by side until one of them ends it, and its log beside them.
//!
//! Bytes go on as they come; only where messages begin and end is looked at, and into those that the log tells
//! of. What the target says goes to the person first and into the log second; what the person says goes into
//! the log first, or its answer could come before it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use gateway::visible;
use hub::{Directive, OpenSession, Terminated};
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf, split};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use crate::backend::notice;
use crate::frames::{Frames, NoMessage};
use crate::statements::{Now, Statements, is_read_of_client, is_read_of_server};
use crate::stream::{Stream, Talk, part};
use crate::words;

/// Read at a time, in bytes.
const PIECE_BYTES: usize = 32 << 10;
/// How long lines of the log wait for more, and how many bytes of them.
const LOG_TIME: Duration = Duration::from_millis(20);
const LOG_BYTES: usize = 32 << 10;
/// How long the person may take to be told the end.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// How a session came to its end.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The client took its leave.
    Closed,
    /// The client's connection ended without a word.
    PersonGone,
    /// The client sent what is no message.
    NoMessage,
    /// The target ended the session and said why: the client has its words.
    TargetSaid(String),
    /// The target's connection ended in the middle, or it sent what is no message.
    TargetLost,
    /// Somebody ended it.
    Terminated(Terminated),
    /// The gateway stops.
    Stopping,
}

/// One direction: a piece under way.
struct Leg {
    from: ReadHalf<Stream>,
    to: WriteHalf<Stream>,
    frames: Frames,
    piece: Vec<u8>,
    /// How much of the piece was written.
    written: usize,
    /// The piece was looked at.
    is_read: bool,
}

impl Leg {
    fn new(from: ReadHalf<Stream>, to: WriteHalf<Stream>, frames: Frames, ahead: &[u8]) -> Self {
        let mut piece = Vec::with_capacity(PIECE_BYTES.max(ahead.len()));
        piece.extend_from_slice(ahead);
        Self { from, to, frames, piece, written: 0, is_read: false }
    }

    /// Whether there is a piece that was not written yet.
    const fn is_under_way(&self) -> bool {
        self.written < self.piece.len()
    }

    /// Reads the next piece; false at the end. Cancel-safe.
    async fn read(&mut self) -> std::io::Result<bool> {
        self.piece.clear();
        (self.written, self.is_read) = (0, false);
        Ok(self.from.read_buf(&mut self.piece).await? > 0)
    }

    /// Writes what is left of the piece. Cancel-safe: goes on where it was.
    async fn write(&mut self) -> std::io::Result<()> {
        while self.is_under_way() {
            match self.to.write(&self.piece[self.written..]).await? {
                0 => return Err(std::io::ErrorKind::WriteZero.into()),
                count => self.written += count,
            }
        }
        self.to.flush().await
    }
}

/// What both directions write, and who waits for it.
#[derive(Default)]
struct Log {
    statements: Mutex<Statements>,
    /// There are lines.
    written: Notify,
    /// Requests were answered.
    answered: Notify,
}

impl Log {
    fn statements(&self) -> MutexGuard<'_, Statements> {
        self.statements.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works on the statements; whether so much was written that it must be given away at once.
    fn with<T>(&self, work: impl FnOnce(&mut Statements, Now) -> T) -> (T, bool) {
        let mut statements = self.statements();
        let before = statements.len();
        let done = work(&mut statements, Now::read());
        let after = statements.len();
        drop(statements);
        if before == 0 && after > 0 {
            self.written.notify_one();
        }
        (done, after >= LOG_BYTES)
    }

    /// Gives the lines to the hub; waits for the recording.
    async fn give(&self, open: &OpenSession) {
        let lines = self.statements().take();
        if !lines.is_empty() {
            open.output(Bytes::from(lines)).await;
        }
    }

    /// Gives lines away a little after they came, so that many go at once.
    async fn keep_giving(&self, open: &OpenSession) -> Outcome {
        loop {
            self.written.notified().await;
            sleep(LOG_TIME).await;
            self.give(open).await;
        }
    }
}

/// A session's two halves.
pub(crate) struct Relay {
    to_target: Leg,
    to_person: Leg,
    log: Log,
    /// What the person is to be told between two messages.
    notices: Vec<u8>,
}

impl Relay {
    /// Joins both halves; the person is told `hello` first.
    pub(crate) fn new(person: Talk, target: Talk, mut hello: Vec<u8>) -> Self {
        let (near_from, near_to) = split(person.stream);
        let (far_from, far_to) = split(target.stream);
        let to_target = Leg::new(near_from, far_to, Frames::new(is_read_of_client), &person.ahead);
        let mut to_person = Leg::new(far_from, near_to, Frames::new(is_read_of_server), &[]);
        // A target says nothing after it is ready; should it, that is no part of a statement.
        hello.extend_from_slice(&target.ahead);
        to_person.piece.extend_from_slice(&hello);
        to_person.is_read = true;
        Self { to_target, to_person, log: Log::default(), notices: Vec::new() }
    }

    /// Writes a line of the log.
    pub(crate) fn note(&self, text: &str) {
        self.log.with(|statements, now| statements.note(text, now));
    }

    /// Carries what both sides say until one of them has ended the session.
    pub(crate) async fn run(&mut self, open: &OpenSession) -> Outcome {
        let Self { to_target, to_person, log, notices } = self;
        tokio::select! {
            // The target's last words before the person's leave: both may be there at once.
            biased;
            outcome = answer(to_person, log, notices, open) => outcome,
            outcome = ask(to_target, log, open) => outcome,
            outcome = log.keep_giving(open) => outcome,
        }
    }

    /// Gives the last lines of the log away.
    pub(crate) async fn settle(&self, open: &OpenSession) {
        self.log.give(open).await;
    }

    /// Tells the person the end, if there is something to tell, and closes both connections.
    pub(crate) async fn end(self, last: Option<Vec<u8>>) {
        let Self { to_target: Leg { from, .. }, mut to_person, .. } = self;
        if let Some(last) = last {
            let told = async {
                to_person.finish_message().await?;
                to_person.to.write_all(&last).await?;
                to_person.to.flush().await
            };
            // Whoever does not listen to the end has nothing to hear.
            let _ = timeout(LAST_WORDS, told).await;
        }
        drop(to_person.from);
        let mut person = from.unsplit(to_person.to);
        let _ = timeout(LAST_WORDS, part(&mut person)).await;
    }
}

impl Leg {
    /// Writes up to the end of the message that the person has a part of.
    async fn finish_message(&mut self) -> std::io::Result<()> {
        self.write().await?;
        let no_message = |NoMessage| std::io::Error::from(std::io::ErrorKind::InvalidData);
        if !std::mem::replace(&mut self.is_read, true) {
            self.frames.read(&self.piece, |_| ()).map_err(no_message)?;
        }
        while !self.frames.is_between() {
            if !self.read().await? {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            // One message, wherever its end is: the rest of the piece is told nobody.
            let mut rest = &self.piece[..];
            let mut ended = None;
            while ended.is_none() && !rest.is_empty() {
                let (byte, after) = rest.split_at(1);
                ended = self.frames.read(byte, |_| ()).map_err(no_message)?;
                rest = after;
            }
            let length = self.piece.len() - rest.len();
            self.piece.truncate(length);
            self.write().await?;
        }
        Ok(())
    }
}

/// Person → log → target.
async fn ask(leg: &mut Leg, log: &Log, open: &OpenSession) -> Outcome {
    loop {
        if !leg.is_under_way() && !matches!(leg.read().await, Ok(true)) {
            return Outcome::PersonGone;
        }
        if open.hindrance().is_paused() {
            open.resumed().await;
        }
        open.active();
        let Leg { frames, piece, .. } = leg;
        let (read, is_much) =
            log.with(|statements, now| frames.read(piece, |message| statements.asked(&message, now)));
        if read.is_err() {
            return Outcome::NoMessage;
        }
        if leg.write().await.is_err() {
            // The other direction notices that the target is gone, after its last words.
            return std::future::pending().await;
        }
        let (has_left, mut is_full) = {
            let statements = log.statements();
            (statements.has_left(), statements.is_full())
        };
        if has_left {
            return Outcome::Closed;
        }
        if is_much {
            log.give(open).await;
        }
        while is_full {
            log.answered.notified().await;
            is_full = log.statements().is_full();
        }
    }
}

/// Target → person → log.
async fn answer(leg: &mut Leg, log: &Log, notices: &mut Vec<u8>, open: &OpenSession) -> Outcome {
    loop {
        if open.has_news() {
            hear(open, notices);
        }
        if !notices.is_empty() && leg.frames.is_between() && !leg.is_under_way() {
            leg.piece.clear();
            leg.piece.append(notices);
            (leg.written, leg.is_read) = (0, true);
        }
        if !leg.is_under_way() {
            let more = tokio::select! {
                biased;
                more = leg.read() => more,
                () = open.news() => continue,
            };
            if !matches!(more, Ok(true)) {
                return target_gone(log);
            }
        }
        let mut is_much = false;
        if !notices.is_empty() && !leg.is_read {
            // A flood: the notice goes between two of its messages.
            let Ok((ended, much)) = look(leg, log) else { return Outcome::TargetLost };
            is_much = much;
            if let Some(ended) = ended {
                leg.piece.splice(ended..ended, notices.drain(..));
            }
        }
        if leg.write().await.is_err() {
            return if log.statements().has_left() { Outcome::Closed } else { Outcome::PersonGone };
        }
        if !leg.is_read {
            let Ok((_, much)) = look(leg, log) else { return Outcome::TargetLost };
            is_much = much;
        }
        open.active();
        if is_much {
            log.give(open).await;
        }
    }
}

/// Looks into the piece: where its last message ended, and whether the log has become long.
fn look(leg: &mut Leg, log: &Log) -> Result<(Option<usize>, bool), NoMessage> {
    leg.is_read = true;
    let Leg { frames, piece, .. } = leg;
    let (read, is_much) =
        log.with(|statements, now| frames.read(piece, |message| statements.answered(&message, now)));
    log.answered.notify_one();
    Ok((read?, is_much))
}

fn target_gone(log: &Log) -> Outcome {
    let statements = log.statements();
    match statements.fatal() {
        _ if statements.has_left() => Outcome::Closed,
        Some(report) => Outcome::TargetSaid(visible(&report.message)),
        None => Outcome::TargetLost,
    }
}

/// Takes all that there is to tell the person.
fn hear(open: &OpenSession, notices: &mut Vec<u8>) {
    while let Some(directive) = open.directive() {
        match directive {
            Directive::Tell(told) => {
                if let Some(text) = words::notice(&told) {
                    notices.extend_from_slice(&notice(&text));
                }
            }
            // Nobody can answer here.
            Directive::Ask(question) => open.answer(question.id, false),
            Directive::Bell | Directive::LetGo => {}
        }
    }
}
