//! A key's way to the target and back, direct, through a jump host and through the gateway in turn.

use std::time::Duration;

use futures::future::try_join_all;

use crate::ssh::Way;
use crate::stats::Samples;
use crate::table::Row;
use crate::terminal::Terminal;
use crate::watchers;
use crate::world::World;

/// Between two keys: nobody types faster, and nothing waits for the one before.
const PAUSE: Duration = Duration::from_millis(1);
/// The same while people look on: a key that is held down comes no faster, and what the key before
/// left to do for the watchers, whose hundred programs are on this machine too, is over.
const WATCHED_PAUSE: Duration = Duration::from_millis(20);
/// Keys that are not counted: connections warm up.
const WARM_UP: usize = 50;
/// How many people look on.
pub(crate) const WATCHERS: usize = 100;

/// With nobody watching.
pub(crate) fn alone(world: &mut World) -> anyhow::Result<Vec<Row>> {
    let mut terminals = open(world)?;
    let rounds = if world.quick { 500 } else { 3_000 };
    let [direct, jump, gateway] = keys(&mut terminals, rounds, PAUSE)?;
    let (p50, p99) = (gateway.p50() - direct.p50(), gateway.p99() - direct.p99());
    let row = Row::new(
        "key echo, added to direct",
        format!("p50 {p50:+.2} p99 {p99:+.2} ms (direct {:.2} / {:.2})", direct.p50(), direct.p99()),
        "p50 ≤ 0.1 p99 ≤ 0.25 ms",
        p50 <= 0.1 && p99 <= 0.25,
    );
    let (p50, p99) = (jump.p50() - direct.p50(), jump.p99() - direct.p99());
    Ok(vec![row.beside(format!("ProxyJump {p50:+.2} / {p99:+.2} now; Warpgate 0.31 / 0.52"))])
}

/// With 100 people watching.
pub(crate) fn watched(world: &mut World) -> anyhow::Result<Vec<Row>> {
    let mut terminals = open(world)?;
    let cookie = world.admin_cookie()?;
    let watchers = world.runtime.block_on(async {
        let id = watchers::only_session(world.web, &cookie).await?;
        try_join_all((0..WATCHERS).map(|_| watchers::watch(world.web, &cookie, id))).await
    })?;
    let readers: Vec<_> = watchers
        .into_iter()
        .map(|mut socket| world.runtime.spawn(async move { while socket.skip().await.is_ok() {} }))
        .collect();
    let rounds = if world.quick { 150 } else { 600 };
    let [direct, _, gateway] = keys(&mut terminals, rounds, WATCHED_PAUSE)?;
    anyhow::ensure!(readers.iter().all(|reader| !reader.is_finished()), "a watcher was thrown out");
    readers.iter().for_each(tokio::task::JoinHandle::abort);
    let (p50, p99) = (gateway.p50() - direct.p50(), gateway.p99() - direct.p99());
    let measured =
        format!("p50 {p50:+.2} p99 {p99:+.2} ms (direct {:.2} / {:.2})", direct.p50(), direct.p99());
    Ok(vec![Row::new("key echo, 100 watchers, added to direct", measured, "p99 ≤ 1 ms", p99 <= 1.0)])
}

fn open(world: &World) -> anyhow::Result<[Terminal; 3]> {
    let [direct, jump, gateway] = Way::COMPARED.map(|way| Terminal::echoing(world, way));
    Ok([direct?, jump?, gateway?])
}

/// One key each in turn, so that whatever else the machine does hits all of them alike.
fn keys(terminals: &mut [Terminal; 3], rounds: usize, pause: Duration) -> anyhow::Result<[Samples; 3]> {
    let mut samples: [Samples; 3] = Default::default();
    for round in 0..WARM_UP + rounds {
        for (terminal, samples) in terminals.iter_mut().zip(&mut samples) {
            std::thread::sleep(pause);
            let took = terminal.key()?;
            if round >= WARM_UP {
                samples.push(took);
            }
        }
    }
    Ok(samples)
}
