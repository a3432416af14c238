//! The task that holds one sign-in's session open, and ends both together.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use hub::OpenSession;
use tokio::sync::{mpsc, watch};
use wire::{End, EndReason, Millis, UserId};

use super::{COMMANDS, Inner, Live};

/// What requests tell the keeper.
pub(super) enum Command {
    /// The person did something.
    Active,
    /// The person signs out.
    SignOut,
}

/// One sign-in's task.
pub(super) struct Keeper {
    console: Arc<Inner>,
    hash: String,
    guard: OpenSession,
    expires_at: Millis,
    commands: mpsc::Receiver<Command>,
    ended: watch::Sender<Option<End>>,
}

impl Keeper {
    /// Registers a sign-in and holds its session from now on.
    pub(super) fn start(
        console: &Arc<Inner>,
        hash: String,
        user: UserId,
        guard: OpenSession,
        expires_at: Millis,
    ) -> Live {
        let (sender, commands) = mpsc::channel(COMMANDS);
        let (ended, receiver) = watch::channel(None);
        let live = Live { user, session: guard.id(), expires_at, ended: receiver, commands: sender };
        let mut all = console.live.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(hash.clone(), live.clone());
        drop(all);
        let keeper = Self { console: Arc::clone(console), hash, guard, expires_at, commands, ended };
        tokio::spawn(keeper.run());
        live
    }

    async fn run(mut self) {
        let end = tokio::select! {
            biased;
            // First: a server that stops ends every session, and signs nobody out by that.
            () = self.console.stopping.cancelled() => {
                return self.guard.close(End::new(EndReason::NodeLost, Millis::now()));
            }
            end = until_over(&self.guard, self.expires_at, &mut self.commands) => end,
        };
        // The session first: whoever hears that the sign-in ended finds the row ended.
        self.guard.close(end.clone());
        self.console.live.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.hash);
        self.ended.send_replace(Some(end));
    }
}

async fn until_over(guard: &OpenSession, expires_at: Millis, commands: &mut mpsc::Receiver<Command>) -> End {
    let left = u64::try_from(expires_at.since(Millis::now())).unwrap_or(0);
    let expiry = tokio::time::sleep(Duration::from_millis(left));
    tokio::pin!(expiry);
    loop {
        tokio::select! {
            by = guard.terminated() => {
                let note = Some(by.reason).filter(|reason| !reason.is_empty());
                return End { at: Millis::now(), reason: EndReason::Terminated, by: Some(by.by), note };
            }
            () = &mut expiry => return End::new(EndReason::Expired, Millis::now()),
            command = commands.recv() => match command {
                Some(Command::Active) => guard.active(),
                Some(Command::SignOut) | None => return End::new(EndReason::SignedOut, Millis::now()),
            },
        }
    }
}
