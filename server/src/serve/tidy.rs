//! Removes recordings that are too old or too much, now and then.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use wire::Millis;

use crate::services::Services;

/// How much later than due a recording is removed at most.
const EVERY: Duration = Duration::from_secs(10 * 60);

/// Tidies at once, and again and again until the server stops.
pub(super) async fn run(services: Arc<Services>) -> anyhow::Result<()> {
    let mut tick = interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            () = services.stopping.cancelled() => return Ok(()),
        }
        let archive = services.archive.clone();
        match tokio::task::spawn_blocking(move || archive.tidy(Millis::now())).await {
            Ok(removed) if removed.is_empty() => {}
            Ok(removed) => tracing::info!(count = removed.len(), "old recordings were removed"),
            Err(error) => tracing::error!(%error, "recordings could not be tidied"),
        }
    }
}
