//! One session's tape: what waits to be written, and its recording under way.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use hub::{Moment, PictureFrame, Recorder};
use tokio::sync::{Notify, watch};
use wire::{End, EndReason, Millis, SessionId};

use super::desk::Desk;
use super::keep::remove;
use super::script::{Line, Script};
use super::{Inner, Shelf, private_folder};
use crate::audit::{Action, Event};
use crate::journal::Journal;
use recording::{Signer, Writer, cast_path, index_path};

/// What may wait on a tape, in bytes, before whoever puts more there has to wait.
const MOST: usize = 1 << 20;
/// With so much waiting, in bytes, it is written at once.
const MUCH: usize = 256 << 10;
/// Lines that one link of the chain covers, in bytes.
const LINK_BYTES: usize = 64 << 10;
/// And the longest that lines wait for their link.
const LINK_WITHIN: Duration = Duration::from_secs(1);

/// What is to be done with a tape after it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// Something waits for its time.
    ComeBack,
    /// Nothing waits.
    Rest,
}

pub(super) struct Tape {
    session: SessionId,
    /// What an audit event calls it.
    subject: String,
    /// Without its recording the session may not go on.
    required: bool,
    desk: Arc<Desk>,
    shelf: Shelf,
    signer: Arc<Signer>,
    journal: Journal,
    waiting: Mutex<Waiting>,
    room: Notify,
    lost: watch::Sender<Option<String>>,
    spool: Mutex<Option<Spool>>,
}

#[derive(Default)]
struct Waiting {
    moments: Vec<(Millis, Moment)>,
    bytes: usize,
    /// It is on the desk.
    listed: bool,
    close: Option<Close>,
    /// Nothing is taken any more.
    over: bool,
}

enum Close {
    Ended(End),
    Discarded,
}

/// The recording under way; only the desk's thread works on it.
struct Spool {
    writer: Writer,
    script: Script,
    /// When the last link was written.
    linked: Instant,
}

impl Tape {
    pub(super) fn new(begun: Begun, inner: &Inner) -> Arc<Self> {
        let Begun { session, subject, required, writer, script } = begun;
        let spool = Spool { writer, script, linked: Instant::now() };
        Arc::new(Self {
            session,
            subject,
            required,
            desk: Arc::clone(&inner.desk),
            shelf: inner.shelf.clone(),
            signer: Arc::clone(&inner.signer),
            journal: inner.journal.clone(),
            waiting: Mutex::default(),
            room: Notify::new(),
            lost: watch::Sender::new(None),
            spool: Mutex::new(Some(spool)),
        })
    }

    /// Lists it on the desk, once.
    fn list(self: &Arc<Self>, waiting: &mut Waiting) {
        if !std::mem::replace(&mut waiting.listed, true) {
            self.desk.put(Arc::clone(self));
        }
    }

    fn close(self: &Arc<Self>, close: Close) {
        let mut waiting = lock(&self.waiting);
        if waiting.close.is_some() {
            return;
        }
        waiting.close = Some(close);
        self.list(&mut waiting);
        drop(waiting);
        self.desk.hurry();
    }

    /// Writes what waits. Called by the desk's thread alone.
    pub(super) fn write(&self) -> Then {
        let (moments, close) = {
            let mut waiting = lock(&self.waiting);
            waiting.bytes = 0;
            waiting.over |= waiting.close.is_some();
            (std::mem::take(&mut waiting.moments), waiting.close.take())
        };
        self.room.notify_waiters();
        let mut spool = lock(&self.spool);
        let then = match (spool.as_mut(), close) {
            (Some(open), None) => match open.write(moments) {
                Ok(then) => then,
                Err(error) => {
                    self.give_up(spool.take(), &error);
                    Then::Rest
                }
            },
            (Some(_), Some(Close::Discarded)) => {
                *spool = None;
                self.remove();
                Then::Rest
            }
            (Some(_), Some(Close::Ended(end))) => {
                if let Some(open) = spool.take() {
                    match open.finish(moments, &end) {
                        Ok(()) => self.shelve(),
                        Err(error) => self.unfinished(&error),
                    }
                }
                Then::Rest
            }
            (None, _) => Then::Rest,
        };
        drop(spool);
        let mut waiting = lock(&self.waiting);
        if then == Then::Rest && waiting.moments.is_empty() && waiting.close.is_none() {
            waiting.listed = false;
            return Then::Rest;
        }
        Then::ComeBack
    }

    /// The recording cannot go on: it ends with what is in it.
    fn give_up(&self, spool: Option<Spool>, error: &std::io::Error) {
        let why = format!("its recording cannot be written any more ({})", in_words(error));
        tracing::error!(session = %self.session, %error, required = self.required, "a recording is lost");
        let event = Event::new(Action::Recording, "recorder").on(self.subject.as_str()).session(self.session);
        self.journal.note(event.detail(format!("lost: {}", in_words(error))));
        lock(&self.waiting).over = true;
        self.room.notify_waiters();
        if self.required {
            self.lost.send_replace(Some(why.clone()));
        }
        let end = End { note: Some(why), ..End::new(EndReason::RecordingLost, Millis::now()) };
        // What is in the file as whole lines is signed; what is not could not be written.
        drop(spool);
        match recording::repair(&self.shelf.open(), self.session, &self.signer, &end) {
            Ok(_) => self.shelve(),
            Err(error) => self.unfinished(&error),
        }
    }

    fn unfinished(&self, error: &dyn std::fmt::Display) {
        // Up to its last link it is good, and the next start signs the rest.
        tracing::error!(session = %self.session, %error, "a recording could not be closed: the next start will");
    }

    /// Puts a closed recording where it stays.
    fn shelve(&self) {
        if let Err(error) = shelve(&self.shelf, self.session) {
            tracing::error!(session = %self.session, %error, "a closed recording could not be put away");
        }
    }

    fn remove(&self) {
        if let Err(error) = remove(&self.shelf.open(), self.session) {
            tracing::error!(session = %self.session, %error, "a discarded recording stays");
        }
    }
}

/// Moves a closed recording from the open ones to those of its month.
pub(super) fn shelve(shelf: &Shelf, session: SessionId) -> std::io::Result<()> {
    let (open, closed) = (shelf.open(), shelf.closed(session));
    private_folder(&closed)?;
    // The index last: by it a recording is found.
    std::fs::rename(cast_path(&open, session), cast_path(&closed, session))?;
    std::fs::rename(index_path(&open, session), index_path(&closed, session))
}

fn put(writer: &mut Writer, line: Line) {
    match line {
        Line::Event(at, event) => writer.event(at, &event),
        Line::Keyframe(keyframe) => writer.keyframe(keyframe),
        Line::Picture(picture) => writer.picture(picture),
    }
}

/// A recording that was begun.
pub(super) struct Begun {
    pub(super) session: SessionId,
    pub(super) subject: String,
    pub(super) required: bool,
    pub(super) writer: Writer,
    pub(super) script: Script,
}

impl Spool {
    fn write(&mut self, moments: Vec<(Millis, Moment)>) -> std::io::Result<Then> {
        self.take(moments)?;
        let Self { writer, script, .. } = self;
        script.settle(Millis::now(), &mut |line| put(writer, line));
        let unlinked = self.writer.pending_bytes() > 0;
        if unlinked && self.linked.elapsed() >= LINK_WITHIN {
            self.link()?;
        } else {
            self.writer.flush()?;
        }
        Ok(if unlinked || self.script.is_waiting() { Then::ComeBack } else { Then::Rest })
    }

    fn take(&mut self, moments: Vec<(Millis, Moment)>) -> std::io::Result<()> {
        for (at, moment) in moments {
            let Self { writer, script, .. } = self;
            script.take(at, moment, &mut |line| put(writer, line));
            if writer.pending_bytes() >= LINK_BYTES {
                self.link()?;
            }
        }
        Ok(())
    }

    fn link(&mut self) -> std::io::Result<()> {
        self.writer.commit()?;
        self.linked = Instant::now();
        Ok(())
    }

    fn finish(mut self, moments: Vec<(Millis, Moment)>, end: &End) -> std::io::Result<()> {
        self.take(moments)?;
        let Self { mut writer, script, .. } = self;
        script.finish(end.at, &mut |line| put(&mut writer, line));
        writer.close(end).map(drop)
    }
}

/// The hub's hold on a tape.
pub(super) struct Held(pub(super) Arc<Tape>);

#[async_trait]
impl Recorder for Held {
    fn take(&self, moment: Moment) -> bool {
        let size = size_of_val(&moment)
            + match &moment {
                Moment::Output(bytes) | Moment::Typed { bytes, .. } => bytes.len(),
                Moment::Keyframe(keyframe) => keyframe.dump.len(),
                Moment::Drawn { tiles, .. } | Moment::Picture(PictureFrame { tiles, .. }) => {
                    tiles.iter().map(|tile| size_of_val(tile) + tile.size()).sum()
                }
                _ => 0,
            };
        let mut waiting = lock(&self.0.waiting);
        if waiting.over || waiting.close.is_some() {
            return true;
        }
        waiting.moments.push((Millis::now(), moment));
        let before = waiting.bytes;
        waiting.bytes += size;
        let bytes = waiting.bytes;
        self.0.list(&mut waiting);
        drop(waiting);
        if before < MUCH && bytes >= MUCH {
            self.0.desk.hurry();
        }
        bytes < MOST
    }

    async fn room(&self) {
        loop {
            let room = self.0.room.notified();
            tokio::pin!(room);
            // Before looking, or what happens in between is missed.
            room.as_mut().enable();
            {
                let waiting = lock(&self.0.waiting);
                if waiting.bytes < MOST || waiting.over {
                    return;
                }
            }
            room.await;
        }
    }

    async fn lost(&self) -> String {
        let mut lost = self.0.lost.subscribe();
        let why = lost.wait_for(Option::is_some).await.ok().and_then(|why| why.clone());
        match why {
            Some(why) => why,
            // Only without a sender, and that lives in the tape that is held here.
            None => std::future::pending().await,
        }
    }

    fn close(&self, end: &End) {
        self.0.close(Close::Ended(end.clone()));
    }

    fn discard(&self) {
        self.0.close(Close::Discarded);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // Nothing happens when it was closed.
        self.0.close(Close::Ended(End::new(EndReason::ClientLost, Millis::now())));
    }
}

/// An error of the file system in a few words.
fn in_words(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split_once(" (os error").map_or(text.clone(), |(words, _)| words.to_lowercase())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
