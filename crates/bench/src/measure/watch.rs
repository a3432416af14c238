//! From a program's write on the target's terminal to the sockets of 100 watchers.

use std::time::Duration;

use anyhow::Context;
use futures::future::try_join_all;
use wire::live::LiveFrame;

use super::echo::WATCHERS;
use crate::ssh::Way;
use crate::stamps;
use crate::stats::Samples;
use crate::table::Row;
use crate::terminal::Terminal;
use crate::watchers::{self, Socket};
use crate::world::World;

const LONGEST: Duration = Duration::from_secs(60);

/// Every stamp at every watcher is a sample.
pub(crate) fn measure(world: &mut World) -> anyhow::Result<Vec<Row>> {
    let stamps = if world.quick { 200 } else { 1_500 };
    let helper = std::env::current_exe()?;
    // It begins when everybody looks on.
    let program = format!("read go; exec {} stamp {stamps}", helper.display());
    let mut terminal = Terminal::open(world, Way::Gateway, &format!("stty -raw -echo; {program}"))?;
    let cookie = world.admin_cookie()?;
    let watchers = world.runtime.block_on(async {
        let id = watchers::only_session(world.web, &cookie).await?;
        try_join_all((0..WATCHERS).map(|_| watchers::watch(world.web, &cookie, id))).await
    })?;
    let readers: Vec<_> =
        watchers.into_iter().map(|socket| world.runtime.spawn(delays(socket, stamps as usize))).collect();
    terminal.write(b"\r")?;
    let owner = std::thread::spawn(move || while terminal.read_until(b";").is_ok() {});
    let mut samples = Samples::default();
    world.runtime.block_on(async {
        for reader in readers {
            let delays = tokio::time::timeout(LONGEST, reader).await.context("stamps are missing")???;
            samples.extend(delays);
        }
        anyhow::Ok(())
    })?;
    owner.join().map_err(|_| anyhow::anyhow!("the owner's terminal failed"))?;
    let (p50, p99) = (samples.p50(), samples.p99());
    let measured = format!("p50 {p50:.2} p99 {p99:.2} ms ({} samples)", samples.len());
    Ok(vec![Row::new("PTY byte → watcher's socket, 100 watchers", measured, "p99 ≤ 5 ms", p99 <= 5.0)])
}

/// Milliseconds from the writing of each stamp to its arrival here.
async fn delays(mut socket: Socket, stamps: usize) -> anyhow::Result<Vec<f64>> {
    let mut reader = stamps::Reader::default();
    let mut delays = Vec::with_capacity(stamps);
    while delays.len() < stamps {
        match socket.said().await? {
            LiveFrame::Output { text, .. } => {
                let now = stamps::now();
                delays.extend(reader.take(&text).into_iter().map(|written| (now - written) as f64 / 1e6));
            }
            LiveFrame::Init { .. } => anyhow::bail!("a watcher fell behind"),
            LiveFrame::Ended(end) => anyhow::bail!("the session ended early: {}", end.reason),
            _ => {}
        }
    }
    Ok(delays)
}
