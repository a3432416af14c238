//! Learns from the database what was changed beside the server: ends asked for on the command line,
//! users disabled, grants given and taken.

use std::sync::Arc;
use std::time::Duration;

use hub::{Terminate, Termination, Viewer, permit};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};
use wire::{EndAsked, SessionId};

use crate::audit::{Action, Event, subject};
use crate::reports::Asker;
use crate::services::Services;
use crate::store::StoreError;

/// How soon a change made beside the server is seen.
const EVERY: Duration = Duration::from_millis(200);
const DISABLED: &str = "the user was disabled";

/// Polls until the server stops.
pub(super) async fn run(services: Arc<Services>, epoch: watch::Sender<i64>) -> anyhow::Result<()> {
    let mut tick = interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failing = false;
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            () = services.stopping.cancelled() => return Ok(()),
        }
        match look(&services, &epoch).await {
            Ok(()) if failing => {
                failing = false;
                tracing::info!("the database answers again");
            }
            Err(error) if !failing => {
                failing = true;
                tracing::error!(%error, "changes made beside the server are not seen");
            }
            _ => {}
        }
    }
}

async fn look(services: &Services, epoch: &watch::Sender<i64>) -> Result<(), StoreError> {
    let node = &services.config.node;
    let polled = services.store.poll(node).await?;
    for end in polled.ends {
        terminate(services, end.session, &end.by, &end.note).await;
    }
    if *epoch.borrow() != polled.epoch {
        // A session that was being opened while its user was disabled was not asked to end.
        for user in services.store.disabled_with_sessions(node).await? {
            for listed in services.hub.list().snapshot() {
                // A source that was asked is not asked again.
                if listed.facts.user == Some(user) && listed.session.end_asked == EndAsked::No {
                    terminate(services, listed.session.id, &Viewer::command_line().name, DISABLED).await;
                }
            }
        }
        for account in services.store.accounts().await? {
            services.hub.set_policy(account.id, account.policy);
        }
        epoch.send_replace(polled.epoch);
    }
    Ok(())
}

/// Ends a session in the name of somebody who may: who can write to the database may do everything.
async fn terminate(services: &Services, session: SessionId, by: &str, note: &str) {
    let Some(listed) = services.hub.session(session) else { return };
    let asker = Viewer { name: by.into(), ..Viewer::command_line() };
    let Ok(permit) = permit::<Terminate>(&asker, &listed.facts) else { return };
    match services.hub.terminate(permit, note) {
        Ok(Termination::Ended(_)) => {
            let session = &listed.session;
            let event =
                Event::new(Action::Terminated, by).on(subject(session)).session(session.id).detail(note);
            services.journal.note(event);
        }
        Ok(Termination::Source) => {
            let asker = Asker { name: by.into(), id: None, reason: note.into() };
            if let Err(error) = services.reports.ask(session, asker).await {
                // It is in the database still, and seen again.
                tracing::warn!(%error, "a source is not asked yet");
            }
        }
        Err(_) => {}
    }
}
