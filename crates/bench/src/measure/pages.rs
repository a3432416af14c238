//! What a person sees in a browser, and when.

use std::collections::HashMap;
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context;
use serde_json::{Value, json};
use wire::{Change, FeedFrame, SessionType};

use crate::browser::{self, Script};
use crate::children::Guarded;
use crate::ssh::Way;
use crate::stats::Samples;
use crate::table::Row;
use crate::terminal::Terminal;
use crate::watchers;
use crate::world::World;

const LONGEST: Duration = Duration::from_secs(30);

/// From a session's start or end to its row.
pub(crate) fn rows(world: &mut World) -> anyhow::Result<Vec<Row>> {
    const WHAT: &str = "session opened or ended → row on the page";
    if let Some(missing) = browser::missing() {
        return Ok(vec![Row::info(WHAT, missing)]);
    }
    let rounds = if world.quick { 5 } else { 20 };
    let cookie = world.admin_cookie()?;
    let mut script = Script::start(world, "rows", json!({ "count": rounds }))?;
    let (mut socket, _) = world.runtime.block_on(watchers::feed(world.web, &cookie))?;
    // When each session started and ended, in milliseconds, by the server's account.
    let mut truth: HashMap<String, (f64, f64)> = HashMap::new();
    for _ in 0..rounds {
        let mut command = Way::Gateway.run(world, false, "true");
        let mut ssh = Guarded::start(command.stdin(Stdio::null()).stdout(Stdio::null()))?;
        let seen = async {
            loop {
                let FeedFrame::Changes { changes, .. } = socket.said().await? else { continue };
                for change in changes {
                    match change {
                        Change::Opened(session, _) if session.kind == SessionType::PamSsh => {
                            truth.insert(session.id.to_string(), (session.started_at.0 as f64, 0.0));
                        }
                        Change::Ended(id, end) => {
                            if let Some((_, ended)) = truth.get_mut(&id.to_string()) {
                                *ended = end.at.0 as f64;
                            }
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
    let mut samples = Samples::default();
    let seen = script.says()?;
    for row in seen.as_array().context("not a list of rows")? {
        let id = row["id"].as_str().context("a row without an id")?;
        let Some((started, ended)) = truth.get(id) else { continue };
        samples.push_ms(row["appeared"].as_f64().context("never appeared")? - started);
        samples.push_ms(row["ended"].as_f64().context("never ended")? - ended);
    }
    anyhow::ensure!(samples.len() == 2 * truth.len(), "the page missed a session");
    let (p50, p95) = (samples.p50(), samples.p95());
    let row = Row::new(WHAT, format!("p50 {p50:.0} p95 {p95:.0} ms"), "p95 ≤ 100 ms", p95 <= 100.0);
    Ok(vec![row.beside("Soffid polls every 5 s")])
}

/// From a press on Watch to the screen.
pub(crate) fn pane(world: &mut World) -> anyhow::Result<Vec<Row>> {
    const WHAT: &str = "open the pane → right screen painted";
    if let Some(missing) = browser::missing() {
        return Ok(vec![Row::info(WHAT, missing)]);
    }
    let rounds = if world.quick { 5 } else { 30 };
    let draw = "i=0; while [ $i -lt 38 ]; do printf '%0110d\\r\\n' $i; i=$((i + 1)); done";
    let mut terminal = Terminal::open(world, Way::Gateway, &format!("{draw}; printf drawn; exec cat"))?;
    terminal.read_until(b"drawn")?;
    let mut script = Script::start(world, "pane", json!({ "rounds": rounds, "text": "drawn" }))?;
    let took: Samples = list(&script.says()?)?.into_iter().collect();
    let (p50, p95) = (took.p50(), took.p95());
    Ok(vec![Row::new(WHAT, format!("p50 {p50:.0} p95 {p95:.0} ms"), "p95 ≤ 150 ms", p95 <= 150.0)])
}

/// A flood in a session that is watched.
pub(crate) fn flood(world: &mut World) -> anyhow::Result<Vec<Row>> {
    const WHAT: &str = "100 MB flood in a watched session";
    if let Some(missing) = browser::missing() {
        return Ok(vec![Row::info(WHAT, missing)]);
    }
    let program = "stty -raw -echo; read go; yes 'All work and no play makes a flood of plain text' | head -c 100000000; echo flood-over; exec cat";
    let mut terminal = Terminal::open(world, Way::Gateway, program)?;
    let mut script = Script::start(world, "flood", json!({ "end": "flood-over" }))?;
    terminal.write(b"\r")?;
    terminal.read_until(b"flood-over")?;
    let seen = script.says()?;
    let longest = seen["longest_task_ms"].as_f64().context("no longest task")?;
    let late = seen["took_ms"].as_f64().context("no time")?;
    let measured = format!("{}, its end on the page after {:.1} s", tasks(longest), late / 1e3);
    Ok(vec![Row::new(WHAT, measured, "responsive: no task over 50 ms", longest <= 50.0)])
}

/// What the page's terminal takes in, fed inside the page.
pub(crate) fn terminal(world: &mut World) -> anyhow::Result<Vec<Row>> {
    const WHAT: &str = "terminal in the browser, 100 MB fed in the page";
    if let Some(missing) = browser::missing() {
        return Ok(vec![Row::info(WHAT, missing)]);
    }
    let megabytes = if world.quick { 25 } else { 100 };
    let _terminal = Terminal::echoing(world, Way::Gateway)?;
    let mut script = Script::start(world, "terminal", json!({ "megabytes": megabytes }))?;
    let seen = script.says()?;
    let rate = seen["megabytes_per_second"].as_f64().context("no rate")?;
    let longest = seen["longest_task_ms"].as_f64().context("no longest task")?;
    let measured = format!("{rate:.0} MB/s parsed, {}", tasks(longest));
    let row = Row::new(WHAT, measured, "≥ 25 MB/s, no task over 50 ms", rate >= 25.0 && longest <= 50.0);
    Ok(vec![row.beside("xterm.js 38 to 73 MB/s in Node")])
}

/// Browsers tell of tasks over 50 ms alone.
fn tasks(longest: f64) -> String {
    if longest > 50.0 { format!("longest task {longest:.0} ms") } else { "no task over 50 ms".into() }
}

fn list(value: &Value) -> anyhow::Result<Vec<f64>> {
    Ok(serde_json::from_value(value.clone())?)
}
