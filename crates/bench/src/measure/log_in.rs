//! `ssh … true`: from Enter to the prompt again.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::children::Guarded;
use crate::ssh::Way;
use crate::stats::Samples;
use crate::table::Row;
use crate::world::World;

const LONGEST: Duration = Duration::from_secs(30);

/// Key and password, beside the key of the direct way.
pub(crate) fn measure(world: &mut World) -> anyhow::Result<Vec<Row>> {
    let rounds = if world.quick { 3 } else { 12 };
    let ways = [Way::Direct, Way::ProxyJump, Way::Gateway, Way::GatewayByPassword];
    let mut samples: [Samples; 4] = Default::default();
    for _ in 0..rounds {
        for (way, samples) in ways.into_iter().zip(&mut samples) {
            let mut command = way.run(world, false, "true");
            let start = Instant::now();
            let mut ssh = Guarded::start(command.stdin(Stdio::null()).stdout(Stdio::null()))?;
            let status = ssh.wait(LONGEST)?;
            samples.push(start.elapsed());
            anyhow::ensure!(status.success(), "{way:?}: ssh ended with {status}");
        }
    }
    let [direct, jump, key, password] = samples.map(|samples| samples.p50() / 1e3);
    let peer = format!("direct {direct:.2}, ProxyJump {jump:.2} now; Warpgate 1.25 s");
    Ok(vec![
        Row::new("ssh … true, key", format!("{key:.2} s"), "≤ 0.6 s", key <= 0.6).beside(peer.clone()),
        Row::new("ssh … true, password", format!("{password:.2} s"), "≤ 0.6 s", password <= 0.6).beside(peer),
    ])
}
