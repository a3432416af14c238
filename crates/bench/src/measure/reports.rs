//! How many reports of other systems are taken in a second, and how long they are kept.

use std::time::Duration;

use anyhow::Context;
use serde_json::json;

use crate::browser::{self, Script};
use crate::source::Source;
use crate::table::Row;
use crate::watchers;
use crate::world::World;

/// Reports a second that two cores are to take.
const BAR: f64 = 10_000.0;
/// Between two heartbeats of a session in the soak.
const EVERY: Duration = Duration::from_secs(60);
/// Lease in the soak, in seconds: one heartbeat that is late by half a minute is a session lost.
const LEASE: u32 = 90;
/// Seconds that a page of a hundred thousand rows may take to be there.
const START: f64 = 30.0;

/// Opens, heartbeats and ends in full batches, as fast as they are taken.
pub(crate) fn rates(world: &mut World) -> anyhow::Result<Vec<Row>> {
    let sessions = if world.quick { 10_000 } else { 100_000 };
    let mut source = Source::of(world)?;
    let cookie = world.admin_cookie()?;
    let (opens, beats, closes, listed) = world.runtime.block_on(async {
        let opens = source.open(sessions).await?;
        let listed = watchers::listed(world.web, &cookie).await?;
        let beats = source.heartbeats().await?;
        anyhow::Ok((opens, beats, source.close().await?, listed))
    })?;
    anyhow::ensure!(listed >= sessions, "{listed} of {sessions} reported sessions are on the list");
    let row = |what: &str, rate: f64| {
        let what = format!("reports of {sessions} sessions, batches of 1,000: {what}");
        Row::new(what, format!("{rate:.0} a second"), "≥ 10,000 a second", rate >= BAR)
    };
    Ok(vec![row("opened", opens), row("heartbeats", beats), row("ended", closes)])
}

/// A hundred thousand sessions, each with a heartbeat a minute, held while a page is open.
pub(crate) fn soak(world: &mut World) -> anyhow::Result<Vec<Row>> {
    let (sessions, minutes) = match (world.quick, world.long) {
        (true, _) => (20_000, 0.5),
        (_, true) => (100_000, 10.0),
        _ => (100_000, 3.0),
    };
    let what = format!("{sessions} sessions held for {minutes} min, a heartbeat a minute each, a page open");
    if let Some(missing) = browser::missing() {
        return Ok(vec![Row::info(what, missing)]);
    }
    let seconds = minutes * 60.0;
    let mut source = Source::of(world)?.leasing(LEASE);
    let cookie = world.admin_cookie()?;
    let before = world.runtime.block_on(async {
        let before = watchers::listed(world.web, &cookie).await?;
        source.open(sessions).await?;
        anyhow::Ok(before)
    })?;
    let arguments = json!({ "sessions": sessions, "seconds": seconds });
    // The sessions must not wait for the page: their leases run.
    let (script, beats) = std::thread::scope(|scope| {
        let world = &*world;
        let script = scope.spawn(move || {
            let mut script = Script::start(world, "soak", arguments)?;
            script.says()
        });
        let beats = world.runtime.block_on(source.hold(EVERY, seconds + START));
        (script.join(), beats)
    });
    let listed = world.runtime.block_on(watchers::listed(world.web, &cookie))?;
    let beats = beats?;
    let seen = script.map_err(|_| anyhow::anyhow!("the page's half failed"))??;
    world.runtime.block_on(source.close())?;
    let number = |name: &str| seen[name].as_u64().with_context(|| format!("no {name}"));
    let (fewest, stale) = (number("fewest")?, number("stale")?);
    let lost = (sessions + before).saturating_sub(listed);
    let longest = seen["longest_task_ms"].as_f64().context("no longest task")?;
    let all = fewest >= sessions as u64;
    let measured = format!(
        "{lost} lost, {beats} heartbeats, page {}, longest task {longest:.0} ms",
        match (all, stale) {
            (true, 0) => "live and whole all the time".to_owned(),
            (_, stale) => format!("had {fewest} rows at least and was stale {stale} times"),
        }
    );
    Ok(vec![Row::new(what, measured, "none lost, the page live", lost == 0 && all && stale == 0)])
}
