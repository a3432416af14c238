//! What sources are asked to do: handed out by long poll, and again until it is answered.
//!
//! Commands have rising numbers, and a source says up to which it has read. So an answer that is lost on the
//! way is given again at once; and a command that was read and is not answered gets a new number after a while.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};
use wire::{AgentId, Millis, SessionId};

/// After so long a command that is not answered is given again.
const REPEAT: Duration = Duration::from_secs(15);
/// Most commands of one answer.
const BATCH: usize = 100;

/// A session that its source is asked to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Greater than that of every command before it.
    pub number: u64,
    /// The session.
    pub session: SessionId,
    /// Its name at the source.
    pub key: String,
    /// Who asks.
    pub by: String,
    /// Their reason.
    pub reason: String,
    /// When they asked.
    pub asked_at: Millis,
}

#[derive(Debug)]
struct Waiting {
    command: Command,
    /// When it is given again if it was read.
    again: Option<Instant>,
}

#[derive(Debug, Default)]
struct Inner {
    by_source: HashMap<AgentId, BTreeMap<u64, Waiting>>,
    last: u64,
}

/// All commands that wait for an answer. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Commands {
    inner: Arc<Mutex<Inner>>,
    news: watch::Sender<()>,
}

impl Commands {
    pub(super) fn new() -> Self {
        Self { inner: Arc::default(), news: watch::Sender::new(()) }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Inner) -> T) -> T {
        work(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Adds a command; its number is set here.
    pub(super) fn put(&self, source: AgentId, mut command: Command) {
        self.with(|inner| {
            command.number = inner.next();
            let waiting = Waiting { again: None, command };
            inner.by_source.entry(source).or_default().insert(waiting.command.number, waiting);
        });
        self.news.send_replace(());
    }

    /// Takes the command for a session away: it is answered.
    pub(super) fn remove(&self, session: SessionId) {
        self.with(|inner| {
            for waiting in inner.by_source.values_mut() {
                waiting.retain(|_, waiting| waiting.command.session != session);
            }
        });
    }

    /// Waits until `deadline` for commands after number `after`; none when there is nothing until then.
    pub async fn next(&self, source: AgentId, after: u64, deadline: Instant) -> Vec<Command> {
        let mut news = self.news.subscribe();
        loop {
            news.mark_unchanged();
            let (ready, again) = self.with(|inner| inner.ready(source, after, Instant::now()));
            if !ready.is_empty() || Instant::now() >= deadline {
                return ready;
            }
            let until = again.map_or(deadline, |again| again.min(deadline));
            // Late or in time: look again. The sender lives in `self`.
            let _ = timeout_at(until, news.changed()).await;
        }
    }
}

impl Inner {
    /// Numbers go on rising over a restart: they begin at the clock.
    fn next(&mut self) -> u64 {
        self.last = (self.last + 1).max(u64::try_from(Millis::now().0).unwrap_or(0));
        self.last
    }

    /// What a source has not read, or has read long ago; and when there is more of the latter.
    fn ready(&mut self, source: AgentId, after: u64, now: Instant) -> (Vec<Command>, Option<Instant>) {
        // A number from the future is no number of ours: the clock was set back.
        let after =
            if after > self.last.max(u64::try_from(Millis::now().0).unwrap_or(0)) { 0 } else { after };
        let Some(mut waiting) = self.by_source.remove(&source) else { return (Vec::new(), None) };
        let stale: Vec<u64> = waiting
            .range(..=after)
            .filter(|(_, waiting)| waiting.again.is_none_or(|again| again <= now))
            .map(|(number, _)| *number)
            .collect();
        for number in stale {
            if let Some(mut old) = waiting.remove(&number) {
                old.command.number = self.next();
                waiting.insert(old.command.number, old);
            }
        }
        let mut ready = Vec::new();
        for waiting in waiting.range_mut(after + 1..).take(BATCH) {
            waiting.1.again = Some(now + REPEAT);
            ready.push(waiting.1.command.clone());
        }
        let again = waiting.values().filter_map(|waiting| waiting.again).min();
        if !waiting.is_empty() {
            self.by_source.insert(source, waiting);
        }
        (ready, again)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(key: &str) -> Command {
        let session = SessionId::generate();
        let (key, by, reason) = (key.into(), "bob".into(), "enough".into());
        Command { number: 0, session, key, by, reason, asked_at: Millis(1) }
    }

    fn ready(commands: &Commands, source: AgentId, after: u64, now: Instant) -> Vec<Command> {
        commands.with(|inner| inner.ready(source, after, now)).0
    }

    #[test]
    fn a_command_is_given_until_it_was_read() {
        let (commands, source, now) = (Commands::new(), AgentId::generate(), Instant::now());
        commands.put(source, command("a"));
        assert!(ready(&commands, AgentId::generate(), 0, now).is_empty(), "another's");
        let first = ready(&commands, source, 0, now);
        assert_eq!(first[0].key, "a");
        assert_eq!(ready(&commands, source, 0, now), first, "the answer was lost");
        assert!(ready(&commands, source, first[0].number, now).is_empty(), "it was read");
        commands.put(source, command("b"));
        let second = ready(&commands, source, first[0].number, now);
        assert_eq!((second.len(), second[0].key.as_str()), (1, "b"));
    }

    #[test]
    fn a_command_without_an_answer_comes_again() {
        let (commands, source, now) = (Commands::new(), AgentId::generate(), Instant::now());
        let asked = command("a");
        commands.put(source, asked.clone());
        let read = ready(&commands, source, 0, now)[0].number;
        assert!(ready(&commands, source, read, now + REPEAT / 2).is_empty());
        let again = ready(&commands, source, read, now + REPEAT);
        assert_eq!(again[0].key, "a");
        assert!(again[0].number > read);
        commands.remove(asked.session);
        assert!(ready(&commands, source, 0, now + REPEAT * 2).is_empty(), "it was answered");
    }

    #[test]
    fn a_command_that_was_never_given_is_not_read() {
        let (commands, source, now) = (Commands::new(), AgentId::generate(), Instant::now());
        commands.put(source, command("a"));
        let number = ready(&commands, source, 0, now)[0].number;
        // A server that was started again, and a source that goes on from the number that it knows.
        let commands = Commands::new();
        commands.put(source, command("a"));
        assert_eq!(ready(&commands, source, number, now).len(), 1);
    }

    #[tokio::test]
    async fn whoever_waits_is_woken() {
        let (commands, source) = (Commands::new(), AgentId::generate());
        let long = Instant::now() + Duration::from_secs(60);
        let waiting = tokio::spawn({
            let commands = commands.clone();
            async move { commands.next(source, 0, long).await }
        });
        tokio::task::yield_now().await;
        commands.put(source, command("a"));
        assert_eq!(waiting.await.expect("no panic").len(), 1);
        assert!(Instant::now() < long);
        assert!(commands.next(AgentId::generate(), 0, Instant::now()).await.is_empty(), "in time");
    }

    #[test]
    fn a_number_from_the_future_counts_as_none() {
        let (commands, source) = (Commands::new(), AgentId::generate());
        commands.put(source, command("a"));
        assert_eq!(ready(&commands, source, u64::MAX, Instant::now()).len(), 1);
    }
}
