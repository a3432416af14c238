//! One watcher's end of a live screen: what they see, and what they ask for.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;
use tokio::time::Instant;
use wire::live::{LiveFrame, LiveRequest, Watcher};
use wire::{Millis, UserId};

use crate::consent::{Answer, Stand};
use crate::control::{Accepted, Deeds, NO_LEASE, Sitter};
use crate::fanout;
use crate::registry::{Entry, Registry};
use crate::ring::{Read, Seat};
use crate::{Control, NotOpen, Permit, Viewer, WatchPolicy};

/// Longest silence before a heartbeat; the wire promises one at least every 10 seconds.
pub(crate) const QUIET: Duration = Duration::from_secs(5);

/// Requests that the owner hears of: so many at once, and one more every so often.
const BURST: u32 = 8;
const REFILL: Duration = Duration::from_secs(2);

/// Refusals that wait for the watcher to read them, at most.
const DENIALS: usize = 8;

/// Between two refusals of input.
const DENY: Duration = Duration::from_secs(1);

/// A watcher's subscription. Dropping it leaves.
pub struct WatchHandle {
    registry: Arc<Registry>,
    entry: Arc<Entry>,
    viewer: Option<UserId>,
    watcher: Watcher,
    told: bool,
    place: Place,
    /// Frames for this watcher alone, before what all are told.
    ahead: VecDeque<Bytes>,
    news: watch::Receiver<()>,
    quiet_until: Instant,
    deeds: Deeds,
    allowance: Allowance,
    denied_at: Option<Instant>,
}

/// Where a watcher is.
enum Place {
    /// The owner is asked.
    Waiting { question: u64, until: Instant },
    /// They see the screen.
    Seated(Sitter),
    /// They are told no more: refused, or the session is over.
    Over { refused: Option<String> },
}

/// What became of a request.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    /// It was done.
    Done,
    /// It was not; the reader is told why.
    Denied,
    /// There is no room for this input now: wait for [`Room`], then ask again.
    Full(LiveRequest),
}

/// Completes when there may be room for input again.
#[derive(Debug)]
pub struct Room(watch::Receiver<()>);

impl Room {
    /// Waits for it. Cancel-safe. Make the [`Room`] before the request that found none.
    pub async fn wait(&mut self) {
        if self.0.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl WatchHandle {
    pub(crate) fn new(
        registry: Arc<Registry>,
        entry: Arc<Entry>,
        viewer: &Viewer,
        policy: WatchPolicy,
    ) -> Result<Self, NotOpen> {
        if !entry.live.has_screen() {
            return Err(NotOpen::NoScreen);
        }
        let mut handle = Self {
            viewer: viewer.user_id,
            watcher: Watcher {
                user: viewer.name.clone(),
                full_name: viewer.full_name.clone(),
                since: Millis::now(),
            },
            told: policy != WatchPolicy::Covert,
            place: Place::Over { refused: None },
            ahead: VecDeque::new(),
            news: entry.live.subscribe(),
            quiet_until: Instant::now() + QUIET,
            deeds: Deeds::default(),
            allowance: Allowance::full(),
            denied_at: None,
            registry,
            entry,
        };
        if policy == WatchPolicy::Consent {
            handle.ask_owner();
        } else {
            handle.sit()?;
        }
        Ok(handle)
    }

    /// The next encoded [`wire::live::LiveFrame`]: `Seated`, who has the keyboard, `Init` or `Picture` and
    /// what follows; before them `Waiting`, where the owner is asked. After `Ended` or `Refused` nothing
    /// more. Cancel-safe. A reader more than 256 KiB behind, 6 MiB where the screen is a picture, gets a fresh
    /// `Init` or `Picture` instead of what it missed.
    pub async fn next(&mut self) -> Option<Bytes> {
        let frame = self.wait().await;
        self.quiet_until = Instant::now() + QUIET;
        frame
    }

    /// Whether the screen is shown.
    #[must_use]
    pub const fn is_seated(&self) -> bool {
        matches!(self.place, Place::Seated(_))
    }

    /// Why the owner's consent was not given, when it was not.
    #[must_use]
    pub const fn refused(&self) -> Option<&String> {
        match &self.place {
            Place::Over { refused } => refused.as_ref(),
            Place::Waiting { .. } | Place::Seated(_) => None,
        }
    }

    /// What this watcher does; outlives the handle.
    #[must_use]
    pub fn deeds(&self) -> Deeds {
        self.deeds.clone()
    }

    /// What a request that finds no room waits for.
    #[must_use]
    pub fn room(&self) -> Room {
        Room(self.entry.room())
    }

    /// Does what the watcher asks for. The permit must be the watcher's, for this session.
    pub fn request(&mut self, permit: &Permit<Control>, request: LiveRequest) -> Asked {
        if permit.session() != Some(self.entry.session.id) || permit.viewer().user_id != self.viewer {
            return self.deny("this permission is for something else");
        }
        let is_heard = matches!(request, LiveRequest::Ask(_) | LiveRequest::Message(_) | LiveRequest::Pause);
        if is_heard && !self.allowance.take() {
            return self.deny("too much at once: wait a moment");
        }
        let Place::Seated(sitter) = &self.place else {
            return self.deny("you do not see this session yet");
        };
        let length = self.registry.times.lease;
        let done = match request {
            LiveRequest::Ask(mode) => self.entry.ask(sitter, mode, length),
            LiveRequest::Renew => self.entry.renew(sitter, length),
            LiveRequest::Release => {
                self.entry.release(sitter);
                Ok(())
            }
            LiveRequest::Input(bytes) => return self.type_in(bytes),
            LiveRequest::Message(text) => match text.chars().count() {
                1..=LiveRequest::MAX_MESSAGE_CHARS if !text.trim().is_empty() => {
                    self.entry.message(sitter, &text)
                }
                _ => Err(format!("write 1 to {} characters", LiveRequest::MAX_MESSAGE_CHARS)),
            },
            LiveRequest::Pause => self.entry.pause(sitter),
            LiveRequest::Resume if self.entry.resume(sitter) => Ok(()),
            LiveRequest::Resume => Err("the input is not paused".into()),
        };
        match done {
            Ok(()) => Asked::Done,
            Err(words) => self.deny(&words),
        }
    }

    /// The watcher may not take part any more: what they hold is taken away.
    pub fn lose_control(&mut self) {
        if let Place::Seated(sitter) = &self.place {
            self.entry.lose_control(sitter);
        }
    }

    /// Tells the reader that something was not done, and why.
    pub fn deny(&mut self, words: &str) -> Asked {
        if self.ahead.len() < DENIALS {
            self.ahead.push_back(encoded(&LiveFrame::Denied(words.to_owned())));
        }
        Asked::Denied
    }

    /// The same for input, not for every piece of it.
    pub fn deny_input(&mut self, words: &str) -> Asked {
        if self.denied_at.is_some_and(|at| at.elapsed() < DENY) {
            return Asked::Denied;
        }
        self.denied_at = Some(Instant::now());
        self.deny(words)
    }

    fn type_in(&mut self, bytes: Vec<u8>) -> Asked {
        let Place::Seated(sitter) = &self.place else { return Asked::Denied };
        if bytes.is_empty() {
            return Asked::Done;
        }
        let bytes = Bytes::from(bytes);
        match self.entry.type_in(sitter, &bytes) {
            Accepted::Yes => Asked::Done,
            Accepted::Full => Asked::Full(LiveRequest::Input(bytes.into())),
            Accepted::NoLease => self.deny_input(NO_LEASE),
        }
    }

    async fn wait(&mut self) -> Option<Bytes> {
        loop {
            if let Some(frame) = self.ahead.pop_front() {
                return Some(frame);
            }
            // Before looking, so that what comes after the look is news.
            self.news.borrow_and_update();
            let until = match &self.place {
                Place::Over { .. } => return None,
                &Place::Waiting { question, until } => {
                    self.look_for_answer(question, until);
                    if !self.ahead.is_empty() {
                        continue;
                    }
                    until.min(self.quiet_until)
                }
                Place::Seated(sitter) => {
                    let seat = Seat(sitter.seat);
                    match self.entry.live.read(seat) {
                        Read::Frame(frame) => return Some(frame),
                        Read::Lagged => {
                            let init = self.entry.live.catch_up(seat, &self.entry.tape);
                            self.ahead.extend(self.entry.standing().iter().map(encoded));
                            return init;
                        }
                        Read::Over => return None,
                        Read::Nothing => self.ensure_fanout(),
                    }
                    self.quiet_until
                }
            };
            tokio::select! {
                changed = self.news.changed() => changed.ok()?,
                () = tokio::time::sleep_until(until) => {
                    if self.quiet_until <= Instant::now() {
                        return Some(encoded(&LiveFrame::Heartbeat(Millis::now())));
                    }
                }
            }
        }
    }

    /// Asks the owner, unless they answered this user before or cannot be asked.
    fn ask_owner(&mut self) {
        if !self.entry.live.takes_input() {
            return self.refuse("the user has no terminal to be asked in");
        }
        match self.entry.ask_owner(self.viewer, &self.watcher.user) {
            Stand::Known(true) => {
                if self.sit().is_err() {
                    self.over();
                }
            }
            Stand::Known(false) => self.refuse("the user does not allow you to watch this session"),
            Stand::Full => self.refuse("too many others wait for the user's answer"),
            Stand::Asked(question) => {
                let until = Instant::now() + self.registry.times.consent;
                self.place = Place::Waiting { question, until };
                self.ahead.push_back(encoded(&LiveFrame::Waiting));
            }
        }
    }

    fn look_for_answer(&mut self, question: u64, until: Instant) {
        match self.entry.answer_for(self.viewer) {
            Answer::Yes => {
                if self.sit().is_err() {
                    self.over();
                }
            }
            Answer::No => self.refuse("the user does not allow you to watch this session"),
            Answer::None if self.entry.live.ended().is_some() => self.over(),
            Answer::None if until <= Instant::now() => {
                self.entry.withdraw(question);
                self.refuse("the user did not answer in time");
            }
            Answer::None => {}
        }
    }

    fn refuse(&mut self, words: &str) {
        self.place = Place::Over { refused: Some(words.to_owned()) };
        self.ahead.push_back(encoded(&LiveFrame::Refused(words.to_owned())));
    }

    /// The session ended before the watcher had a seat.
    fn over(&mut self) {
        self.place = Place::Over { refused: None };
        self.ahead.extend(self.entry.live.ended().map(|end| encoded(&LiveFrame::Ended(end))));
    }

    fn sit(&mut self) -> Result<(), NotOpen> {
        self.watcher.since = Millis::now();
        let (Seat(seat), init) = self.entry.live.join(Some(self.watcher.clone()), &self.entry.tape)?;
        let sitter = Sitter {
            seat,
            name: self.watcher.user.clone(),
            full_name: self.watcher.full_name.clone(),
            told: self.told,
            deeds: self.deeds.clone(),
        };
        self.ahead.extend(self.entry.seated(&sitter).iter().map(encoded));
        self.ahead.push_back(init);
        self.place = Place::Seated(sitter);
        self.ensure_fanout();
        self.registry.announce(&self.entry);
        Ok(())
    }

    fn ensure_fanout(&self) {
        fanout::ensure(&self.entry);
    }
}

impl Drop for WatchHandle {
    fn drop(&mut self) {
        match &self.place {
            Place::Waiting { question, .. } => self.entry.withdraw(*question),
            Place::Seated(sitter) => {
                self.entry.left(sitter);
                self.entry.live.leave(Seat(sitter.seat));
                self.registry.announce(&self.entry);
            }
            Place::Over { .. } => {}
        }
    }
}

impl std::fmt::Debug for WatchHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WatchHandle").field("session", &self.entry.session.id).finish_non_exhaustive()
    }
}

/// How many requests that the owner hears of may still come.
struct Allowance {
    left: u32,
    at: Instant,
}

impl Allowance {
    fn full() -> Self {
        Self { left: BURST, at: Instant::now() }
    }

    fn take(&mut self) -> bool {
        while self.left < BURST && self.at.elapsed() >= REFILL {
            self.at += REFILL;
            self.left += 1;
        }
        if self.left == BURST {
            self.at = Instant::now();
        }
        let taken = self.left > 0;
        self.left = self.left.saturating_sub(1);
        taken
    }
}

fn encoded(frame: &LiveFrame) -> Bytes {
    wire::encode(frame).into()
}
