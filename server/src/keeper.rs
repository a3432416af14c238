//! The task that holds the session of a sign-in open, and ends both together: a `CONSOLE` session lives as long as
//! the sign-in, a `WebSSO` session as long as the sign-in that it came from.
//!
//! Knows neither cookies nor the store.

use std::time::Duration;

use hub::{Hub, OpenSession};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use wire::{End, EndReason, Millis, SessionId};

/// Commands that wait for a keeper; more activity than that says nothing new.
const COMMANDS: usize = 8;

/// What requests tell the keeper.
enum Command {
    /// The person did something.
    Active,
    /// It is over.
    End(End),
}

/// When a session ends by itself.
pub(crate) enum Until {
    /// At this time.
    Time(Millis),
    /// With this sign-in.
    SignIn(watch::Receiver<Option<End>>),
}

/// A session that a keeper holds open. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    session: SessionId,
    ended: watch::Receiver<Option<End>>,
    commands: mpsc::Sender<Command>,
}

/// The keeper's side: spawn [`Keeper::run`].
pub(crate) struct Keeper {
    guard: OpenSession,
    until: Until,
    stopping: CancellationToken,
    commands: mpsc::Receiver<Command>,
    ended: watch::Sender<Option<End>>,
}

impl Held {
    /// Its id.
    pub(crate) const fn session(&self) -> SessionId {
        self.session
    }

    /// Turns `Some` when it has ended; its row has ended by then.
    pub(crate) fn ended(&self) -> watch::Receiver<Option<End>> {
        self.ended.clone()
    }

    /// Whether it has ended. The hub forgets a terminated session before its keeper hears of it.
    pub(crate) fn is_over(&self, hub: &Hub) -> bool {
        self.ended.borrow().is_some() || hub.facts(self.session).is_none()
    }

    /// The person did something.
    pub(crate) fn active(&self) {
        // Full means that the keeper is about to note activity anyway.
        let _ = self.commands.try_send(Command::Active);
    }

    /// Ends it; it has ended when this returns.
    pub(crate) async fn end(&self, end: End) {
        let mut ended = self.ended();
        if self.commands.send(Command::End(end)).await.is_ok() {
            // An error means that the keeper is gone, and with it the session.
            let _ = ended.wait_for(Option::is_some).await;
        }
    }
}

impl Keeper {
    /// A session that is held from now on, and the keeper to run.
    pub(crate) fn new(guard: OpenSession, until: Until, stopping: CancellationToken) -> (Held, Self) {
        let (sender, commands) = mpsc::channel(COMMANDS);
        let (ended, receiver) = watch::channel(None);
        let held = Held { session: guard.id(), ended: receiver, commands: sender };
        (held, Self { guard, until, stopping, commands, ended })
    }

    /// Holds the session until it ends; then calls `over`, before anybody hears of the end.
    pub(crate) async fn run(mut self, over: impl FnOnce(&End)) {
        let end = tokio::select! {
            biased;
            // First: a server that stops ends every session, and signs nobody out by that.
            () = self.stopping.cancelled() => {
                return self.guard.close(End::new(EndReason::NodeLost, Millis::now()));
            }
            end = until_over(&self.guard, &mut self.until, &mut self.commands) => end,
        };
        // The session first: whoever hears that the sign-in ended finds the row ended.
        self.guard.close(end.clone());
        over(&end);
        self.ended.send_replace(Some(end));
    }
}

impl Until {
    async fn over(&mut self) -> End {
        match self {
            Self::Time(at) => {
                let left = u64::try_from(at.since(Millis::now())).unwrap_or(0);
                tokio::time::sleep(Duration::from_millis(left)).await;
                End::new(EndReason::Expired, Millis::now())
            }
            Self::SignIn(ended) => match ended.wait_for(Option::is_some).await {
                Ok(end) => {
                    let end = end.clone().unwrap_or_else(|| End::new(EndReason::SignedOut, Millis::now()));
                    End { at: Millis::now(), ..end }
                }
                // Its keeper is gone without a word: so is who was signed in.
                Err(_) => End::new(EndReason::SignedOut, Millis::now()),
            },
        }
    }
}

async fn until_over(guard: &OpenSession, until: &mut Until, commands: &mut mpsc::Receiver<Command>) -> End {
    let over = until.over();
    tokio::pin!(over);
    loop {
        tokio::select! {
            by = guard.terminated() => {
                let note = Some(by.reason).filter(|reason| !reason.is_empty());
                return End { at: Millis::now(), reason: EndReason::Terminated, by: Some(by.by), note };
            }
            end = &mut over => return end,
            command = commands.recv() => match command {
                Some(Command::Active) => guard.active(),
                Some(Command::End(end)) => return end,
                None => return End::new(EndReason::SignedOut, Millis::now()),
            },
        }
    }
}
