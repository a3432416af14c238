//! The task that holds the reported sessions of this node.

use std::collections::HashMap;
use std::time::Duration;

use hub::{Hub, KeysRule, Opening, RecordingRule, ScreenKind};
use report::{Answer, Report};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use wire::{AgentId, End, EndAsked, EndReason, Millis, SessionId};

use super::book::Book;
use super::round::{Desk, Round};
use super::{Asker, Command, Commands, Fault, Outcome, QUEUE, Reports, Unavailable, Work};
use crate::audit::{Action, Event, subject};
use crate::journal::Journal;
use crate::store::{Directory, Keyed, LeftOpen, Source, Store, StoreError};

/// Requests of one round: their reports share a transaction.
const ROUND: usize = 16;
/// Between two looks at leases and answers.
const LOOK: Duration = Duration::from_millis(250);
/// Leases that end in one step.
const OVER: usize = 1000;

/// Holds them; see [`Keeper::run`].
pub struct Keeper {
    store: Store,
    hub: Hub,
    journal: Journal,
    node: String,
    work: mpsc::Receiver<Work>,
    commands: Commands,
    book: Book,
    directory: Directory,
    /// The directory's epoch when it was read.
    epoch: Option<i64>,
}

struct Request {
    source: Source,
    reports: Vec<Result<Report, Fault>>,
    answer: oneshot::Sender<Result<Vec<Answer>, Unavailable>>,
}

impl Keeper {
    /// Takes over the sessions that the node's last run left open: their leases begin now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn start(
        store: Store,
        hub: Hub,
        journal: Journal,
        node: String,
    ) -> Result<(Reports, Self), StoreError> {
        let (sender, work) = mpsc::channel(QUEUE);
        let commands = Commands::new();
        let reports = Reports { work: sender, commands: commands.clone() };
        let (book, directory) = (Book::default(), Directory::default());
        let mut keeper = Self { store, hub, journal, node, work, commands, book, directory, epoch: None };
        keeper.take_over().await?;
        Ok((reports, keeper))
    }

    async fn take_over(&mut self) -> Result<(), StoreError> {
        let left_open = self.store.reported_open(&self.node).await?;
        let now = Instant::now();
        let mut openings = Vec::with_capacity(left_open.len());
        for LeftOpen { row, source, key, lease_seconds } in left_open {
            let (id, started_at) = (row.session.id, row.session.started_at);
            let lease = Duration::from_secs(lease_seconds.into());
            self.book.open(id, (source, &key), started_at, lease, now);
            openings.push(Opening {
                session: row.session,
                facts: row.facts,
                screen: ScreenKind::None,
                recording: RecordingRule::Off,
                keys: KeysRule::Masked,
            });
        }
        if !openings.is_empty() {
            tracing::info!(sessions = openings.len(), "reported sessions go on");
        }
        // Nobody has told the hub to stop yet.
        let _ = self.hub.adopt(openings);
        for asked in self.store.asked_ends(&self.node).await? {
            let asker = Asker { name: asked.by, id: None, reason: asked.note };
            self.ask_source(asked.session, asker);
        }
        Ok(())
    }

    /// Works until the server stops.
    ///
    /// # Errors
    /// Never: what fails is tried again, or told to whoever asked.
    pub async fn run(mut self, stopping: CancellationToken) -> anyhow::Result<()> {
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut failing = false;
        let mut ready = Vec::new();
        loop {
            tokio::select! {
                biased;
                () = stopping.cancelled() => return Ok(()),
                _ = look.tick() => match self.look().await {
                    Ok(()) => failing = false,
                    Err(error) => {
                        if !failing {
                            tracing::error!(%error, "sessions whose sources are silent cannot be ended");
                        }
                        failing = true;
                    }
                },
                count = self.work.recv_many(&mut ready, ROUND) => {
                    if count == 0 {
                        return Ok(());
                    }
                    self.work_off(&mut ready).await;
                }
            }
        }
    }

    async fn work_off(&mut self, ready: &mut Vec<Work>) {
        let mut requests = Vec::new();
        for work in ready.drain(..) {
            match work {
                Work::Reports { source, reports, answer } => {
                    requests.push(Request { source, reports, answer });
                }
                Work::Ask { session, asker, answer } => {
                    self.round(std::mem::take(&mut requests)).await;
                    let _ = answer.send(self.ask(session, asker).await);
                }
            }
        }
        self.round(requests).await;
    }

    /// Carries out requests in one transaction, and answers them.
    async fn round(&mut self, requests: Vec<Request>) {
        if requests.is_empty() {
            return;
        }
        let (mut answers, mut waiting) = (Vec::new(), Vec::new());
        let mut round = Round::default();
        let read = self.read(requests, &mut round, &mut answers, &mut waiting).await;
        let written = match read {
            Ok(()) => self.store.write_reports(&round.opened, &round.ended).await,
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            tracing::error!(%error, "reports could not be written down");
            round.take_back(&mut self.book);
            for answer in waiting {
                // Whoever asked may have gone.
                let _ = answer.send(Err(Unavailable::Store));
            }
            return;
        }
        self.tell(round).await;
        for (answer, answers) in waiting.into_iter().zip(answers) {
            let _ = answer.send(Ok(answers));
        }
    }

    async fn read(
        &mut self,
        requests: Vec<Request>,
        round: &mut Round,
        answers: &mut Vec<Vec<Answer>>,
        waiting: &mut Vec<oneshot::Sender<Result<Vec<Answer>, Unavailable>>>,
    ) -> Result<(), StoreError> {
        let mut before = HashMap::new();
        let mut requests = requests;
        let all: Vec<_> = requests.iter_mut().map(|request| std::mem::take(&mut request.reports)).collect();
        let sources: Vec<_> = requests.iter().map(|request| request.source.clone()).collect();
        waiting.extend(requests.into_iter().map(|request| request.answer));
        self.refresh().await?;
        for (source, reports) in sources.iter().zip(&all) {
            self.look_up(source, reports, &mut before).await?;
        }
        let mut desk = Desk {
            book: &mut self.book,
            directory: &self.directory,
            before: &before,
            node: &self.node,
            now: Millis::now(),
            instant: Instant::now(),
        };
        for (source, reports) in sources.iter().zip(all) {
            let of_request = reports.into_iter().map(|report| match report {
                Ok(report) => round.read(&mut desk, source, report),
                Err(Fault { key, field, reason }) => Answer::refused(key, field, reason),
            });
            answers.push(of_request.collect());
        }
        Ok(())
    }

    /// Reads users and accounts anew if any of them has changed.
    async fn refresh(&mut self) -> Result<(), StoreError> {
        let epoch = self.store.directory_epoch().await?;
        if self.epoch != Some(epoch) {
            self.directory = self.store.report_directory().await?;
            self.epoch = Some(epoch);
        }
        Ok(())
    }

    /// Asks the database for keys that are not open here.
    async fn look_up(
        &self,
        source: &Source,
        reports: &[Result<Report, Fault>],
        before: &mut HashMap<(AgentId, String), Keyed>,
    ) -> Result<(), StoreError> {
        let keys: Vec<&str> = reports
            .iter()
            .flatten()
            .map(Report::key)
            .filter(|key| self.book.find(source.id, key).is_none())
            .collect();
        let found = self.store.sessions_of_keys(source.id, &keys).await?;
        before.extend(found.into_iter().map(|(key, keyed)| ((source.id, key), keyed)));
        Ok(())
    }

    /// Tells everybody what was written.
    async fn tell(&mut self, round: Round) {
        let Round { opened, ended, moved, refusals, .. } = round;
        if !opened.is_empty() {
            // What a stopping hub does not take is there at the next start.
            let _ = self.hub.adopt(opened.into_iter().map(|opened| opened.opening).collect());
        }
        self.release(&ended);
        self.hub.active_at(&moved);
        for (session, reason) in refusals {
            self.refused(session, reason).await;
        }
    }

    fn release(&mut self, ended: &[(SessionId, End)]) {
        for (session, end) in ended {
            let Some(ask) = self.book.forget_ask(*session) else { continue };
            self.commands.remove(*session);
            if end.reason == EndReason::Terminated {
                let mut event = Event::new(Action::Terminated, ask.asker.name.as_str()).session(*session);
                event.actor_id = ask.asker.id;
                if let Some(listed) = self.hub.session(*session) {
                    event = event.on(subject(&listed.session));
                }
                self.journal.note(event.detail(ask.asker.reason));
            }
            ask.outcome.send_replace(Outcome::Ended(end.clone()));
        }
        self.hub.release(ended);
    }

    async fn refused(&mut self, session: SessionId, reason: String) {
        self.book.refuse(session);
        self.commands.remove(session);
        if let Err(error) = self.store.set_end_asked(session, EndAsked::Refused, Some(&reason)).await {
            // The row says that it waits: after a restart the source is asked once more.
            tracing::error!(%error, "a source's refusal could not be written down");
        }
        self.hub.end_asked(session, EndAsked::Refused);
        self.note(Action::TerminateRefused, session, &reason);
        if let Some(ask) = self.book.asked(session) {
            ask.outcome.send_replace(Outcome::Refused(reason));
        }
    }

    /// An event that the session's source is behind.
    fn note(&self, action: Action, session: SessionId, detail: &str) {
        if let Some(listed) = self.hub.session(session) {
            let source = listed.session.agent.clone().unwrap_or_default();
            let event = Event::new(action, source).on(subject(&listed.session)).session(session);
            self.journal.note(event.detail(detail));
        }
    }

    async fn ask(
        &mut self,
        session: SessionId,
        asker: Asker,
    ) -> Result<Option<watch::Receiver<Outcome>>, Unavailable> {
        if self.book.get(session).is_none() {
            return Ok(None);
        }
        if self.book.pending(session).is_none() {
            let written = self.store.ask_source(session, &asker.name, &asker.reason).await;
            written.map_err(|error| {
                tracing::error!(%error, "a request to end a session could not be written down");
                Unavailable::Store
            })?;
            if let Some(listed) = self.hub.session(session) {
                let event = Event::new(Action::TerminateAsked, asker.name.as_str()).session(session);
                let mut event = event.on(subject(&listed.session)).detail(asker.reason.as_str());
                event.actor_id = asker.id;
                self.journal.note(event);
            }
            self.ask_source(session, asker);
        }
        Ok(self.book.asked(session).map(|ask| ask.outcome.subscribe()))
    }

    /// The request is written down: tells the source and the list.
    fn ask_source(&mut self, session: SessionId, asker: Asker) {
        let Some(held) = self.book.get(session) else { return };
        let (source, key) = (held.source, held.key.to_string());
        let (by, reason) = (asker.name.clone(), asker.reason.clone());
        let asked_at = Millis::now();
        self.book.ask(session, asker, Instant::now());
        self.commands.put(source, Command { number: 0, session, key, by, reason, asked_at });
        self.hub.end_asked(session, EndAsked::Waiting);
    }

    /// Ends sessions whose leases are over, and tells who waits for an answer in vain.
    async fn look(&mut self) -> Result<(), StoreError> {
        for session in self.book.silent(Instant::now()) {
            self.store.set_end_asked(session, EndAsked::Silent, None).await?;
            self.hub.end_asked(session, EndAsked::Silent);
            self.note(Action::TerminateUnanswered, session, "the source does not answer; it is still asked");
            if let Some(ask) = self.book.asked(session) {
                ask.outcome.send_replace(Outcome::Waiting { late: true });
            }
        }
        let over = self.book.over(Instant::now(), OVER);
        if over.is_empty() {
            return Ok(());
        }
        let at = Millis::now();
        let ends: Vec<_> = over
            .into_iter()
            .filter_map(|session| {
                let silence = self.book.get(session)?.lease.as_secs();
                let note = Some(format!("nothing was heard for {silence} s"));
                Some((session, End { note, ..End::new(EndReason::SourceLost, at) }))
            })
            .collect();
        self.store.write_reports(&[], &ends).await?;
        for (session, _) in &ends {
            self.book.close(*session);
        }
        self.release(&ends);
        Ok(())
    }
}
