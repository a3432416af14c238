//! From a session's start and end to the list feed.

use std::process::Stdio;
use std::time::Duration;

use anyhow::Context;
use wire::{Change, FeedFrame, SessionType};

use crate::children::Guarded;
use crate::ssh::Way;
use crate::stamps;
use crate::stats::Samples;
use crate::table::Row;
use crate::watchers;
use crate::world::World;

const LONGEST: Duration = Duration::from_secs(30);

/// Opens and ends sessions while a feed looks on.
pub(crate) fn feed(world: &mut World) -> anyhow::Result<Vec<Row>> {
    let rounds = if world.quick { 5 } else { 20 };
    let cookie = world.admin_cookie()?;
    let (mut socket, _) = world.runtime.block_on(watchers::feed(world.web, &cookie))?;
    let mut samples = Samples::default();
    for _ in 0..rounds {
        let mut command = Way::Gateway.run(world, false, "true");
        let mut ssh = Guarded::start(command.stdin(Stdio::null()).stdout(Stdio::null()))?;
        let seen = async {
            loop {
                let FeedFrame::Changes { changes, .. } = socket.said().await? else { continue };
                let now = stamps::now() as f64 / 1e6;
                for change in changes {
                    match change {
                        Change::Opened(session, _) if session.kind == SessionType::PamSsh => {
                            samples.push_ms(now - session.started_at.0 as f64);
                        }
                        Change::Ended(_, end) => {
                            samples.push_ms(now - end.at.0 as f64);
                            return anyhow::Ok(());
                        }
                        _ => {}
                    }
                }
            }
        };
        world
            .runtime
            .block_on(async { tokio::time::timeout(LONGEST, seen).await })
            .context("no row came")??;
        ssh.wait(LONGEST)?;
    }
    let measured = format!("p50 {:.1} p95 {:.1} ms", samples.p50(), samples.p95());
    Ok(vec![Row::info("session opened or ended → list feed", measured)])
}
