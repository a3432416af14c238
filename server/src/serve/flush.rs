//! Writes what moves of open sessions (watchers, last activity) into the database now and then, so
//! that the command line shows it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use hub::ListEvent;
use tokio::time::{MissedTickBehavior, interval};
use wire::{SessionId, Update};

use crate::services::Services;
use crate::store::StoreError;

/// How old the database's picture may be.
const EVERY: Duration = Duration::from_secs(1);
/// Rows of one transaction: SQLite has one writer, and an opening session waits for it.
const CHUNK: usize = 200;

/// Writes until the server stops.
pub(super) async fn run(services: Arc<Services>) -> anyhow::Result<()> {
    let mut tick = interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut list = services.hub.list();
    let mut moved: HashMap<SessionId, Update> = HashMap::new();
    let mut failing = false;
    loop {
        tokio::select! {
            events = list.next() => match events {
                Some(events) => for event in events { note(&mut moved, event) },
                None => {
                    list = services.hub.list();
                    moved = list.snapshot().into_iter().map(|listed| {
                        let session = listed.session;
                        let (watchers, last_active_at) = (session.watchers, session.last_active_at);
                        (session.id, Update { id: session.id, watchers, last_active_at })
                    }).collect();
                }
            },
            _ = tick.tick() => match write(&services, &mut moved).await {
                Ok(()) => failing = false,
                Err(error) if !failing => {
                    failing = true;
                    tracing::error!(%error, "watchers and activity of sessions are not written");
                }
                Err(_) => {}
            },
            () = services.stopping.cancelled() => return Ok(()),
        }
    }
}

fn note(moved: &mut HashMap<SessionId, Update>, event: ListEvent) {
    match event {
        ListEvent::Opened(_) => {}
        ListEvent::Updated(update) => {
            moved.insert(update.id, update);
        }
        ListEvent::Ended(session, _) => {
            moved.remove(&session);
        }
    }
}

async fn write(services: &Services, moved: &mut HashMap<SessionId, Update>) -> Result<(), StoreError> {
    services.store.node_alive(&services.config.node).await?;
    while !moved.is_empty() {
        let chunk: Vec<Update> = moved.values().take(CHUNK).copied().collect();
        services.store.update_sessions(&chunk).await?;
        for update in chunk {
            moved.remove(&update.id);
        }
    }
    Ok(())
}
