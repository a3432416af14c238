//! From a watcher's first packet to the whole screen in their hands.

use std::time::Instant;

use crate::ssh::Way;
use crate::stats::Samples;
use crate::table::Row;
use crate::terminal::Terminal;
use crate::watchers;
use crate::world::World;

/// Joins a session whose screen is full of coloured text.
pub(crate) fn measure(world: &mut World) -> anyhow::Result<Vec<Row>> {
    let rounds = if world.quick { 10 } else { 100 };
    let draw = r#"i=0; while [ $i -lt 60 ]; do printf '\033[3%dm%0118d\033[0m\r\n' $((i % 8)) $i; i=$((i + 1)); done"#;
    let mut terminal = Terminal::open(world, Way::Gateway, &format!("{draw}; printf drawn; exec cat"))?;
    terminal.read_until(b"drawn")?;
    let cookie = world.admin_cookie()?;
    let mut samples = Samples::default();
    world.runtime.block_on(async {
        let id = watchers::only_session(world.web, &cookie).await?;
        for _ in 0..rounds {
            let start = Instant::now();
            let _watcher = watchers::watch(world.web, &cookie, id).await?;
            samples.push(start.elapsed());
        }
        anyhow::Ok(())
    })?;
    let measured = format!("p50 {:.1} p95 {:.1} ms", samples.p50(), samples.p95());
    Ok(vec![Row::info("join: connect → whole screen of 120 × 40", measured)])
}
