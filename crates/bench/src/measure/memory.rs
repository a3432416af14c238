//! What a session weighs, and whether a key still echoes among very many.

use std::time::{Duration, Instant};

use crate::ssh::Way;
use crate::stats::Samples;
use crate::swarm::Swarm;
use crate::table::Row;
use crate::target::{self, BUSY, IDLE};
use crate::terminal::Terminal;
use crate::world::{USER, World};

/// Weighed so often ...
const WEIGH: Duration = Duration::from_millis(500);
/// ... until it has not moved by more than this between two, in KiB ...
const STILL: u64 = 256;
/// ... or so long has passed.
const SETTLE: Duration = Duration::from_secs(20);
/// Between two keys of the owner.
const PAUSE: Duration = Duration::from_millis(5);

/// Very many that do nothing.
pub(crate) fn idle(world: &mut World) -> anyhow::Result<Vec<Row>> {
    let count = if world.quick { 200 } else { 2_000 };
    crowd(world, IDLE, count, 200.0)
}

/// Many that write 50 kB/s each.
pub(crate) fn busy(world: &mut World) -> anyhow::Result<Vec<Row>> {
    let count = if world.quick { 50 } else { 200 };
    crowd(world, BUSY, count, 700.0)
}

fn crowd(world: &mut World, login: &str, count: usize, bar: f64) -> anyhow::Result<Vec<Row>> {
    let agent = format!("farm-{login}");
    let host_key = world.path("host_key");
    let target = world.runtime.block_on(target::start(&host_key))?;
    world.add_account(&agent, target, login)?;
    world.restart()?;
    // The first sessions pay for what all of them share.
    let key = world.path("user_key");
    let who = format!("{USER}:{login}@{agent}");
    let first = world.runtime.block_on(Swarm::open(world.gateway, &who, &key, 4))?;
    let before = world.server_memory()?;

    let start = Instant::now();
    let swarm = world.runtime.block_on(Swarm::open(world.gateway, &who, &key, count))?;
    eprintln!("bench:   {count} sessions opened in {:.0} s", start.elapsed().as_secs_f64());
    let after = settled(world)?;
    let each = after.saturating_sub(before) as f64 / count as f64;

    let mut owner = Terminal::echoing(world, Way::Gateway)?;
    let mut echo = Samples::default();
    for _ in 0..if world.quick { 200 } else { 1_500 } {
        std::thread::sleep(PAUSE);
        echo.push(owner.key()?);
    }
    drop(owner);
    let open = swarm.open_now();
    world.runtime.block_on(async {
        swarm.close().await;
        first.close().await;
    });
    anyhow::ensure!(open == count, "only {open} of {count} sessions were still open");

    let p99 = echo.p99();
    let memory = Row::new(
        format!("memory per {login} session"),
        format!("{each:.0} KiB ({count} sessions)"),
        format!("≤ {bar:.0} KiB"),
        each <= bar,
    );
    let live = Row::new(
        format!("{count} {login} sessions, owner's echo"),
        format!("p50 {:.2} p99 {p99:.2} ms", echo.p50()),
        "p99 ≤ 20 ms",
        p99 <= 20.0,
    );
    Ok(vec![memory.beside("Warpgate 508 KiB"), live])
}

/// The server's memory once it has stopped moving.
fn settled(world: &World) -> anyhow::Result<u64> {
    let start = Instant::now();
    let mut last = world.server_memory()?;
    loop {
        std::thread::sleep(WEIGH);
        let now = world.server_memory()?;
        let moved = now.abs_diff(last);
        // An idle screen may be put away only after a while.
        if start.elapsed() > SETTLE || (moved <= STILL && start.elapsed() > SETTLE / 2) {
            return Ok(now);
        }
        last = now;
    }
}
