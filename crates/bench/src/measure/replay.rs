//! Long recordings in a browser, of a terminal and of a desktop: how soon one shows, and how soon it shows another
//! moment.

mod desktop;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use recording::{Event, INDEX, Keyframe, Reading, Signer, Writer, cast_path, index_path};
use screen::Screen;
use serde_json::{Value, json};
use wire::{End, EndReason, Millis, SessionId};

use crate::browser::{self, Script};
use crate::children::Guarded;
use crate::ssh::Way;
use crate::stats::Samples;
use crate::table::Row;
use crate::world::World;

const LONGEST: Duration = Duration::from_secs(30);
/// How long the recorded session is.
const HOURS: u64 = 8;
/// A keyframe's distance, in milliseconds: as the hub gives them while something happens.
const KEYFRAME_MS: u64 = 10_000;
/// Output between two keyframes, in bytes: fifty megabytes in all.
const OUTPUT: usize = 15_000;

/// A session that was recorded for real, with a long recording of the same session in its place.
pub(crate) fn measure(world: &mut World) -> anyhow::Result<Vec<Row>> {
    replayed(world, "replay of an 8-hour recording", HOURS * 3600, false, lengthen)
}

/// The same of a desktop.
pub(crate) fn measure_desktop(world: &mut World) -> anyhow::Result<Vec<Row>> {
    let minutes = if world.quick { 1 } else { 3 };
    replayed(world, "replay of a busy desktop", minutes * 60, true, |world, session, folder| {
        let made = world.path("desktop-recording");
        let header = Reading::open(folder, session)?.header().clone();
        let counts = desktop::record(&made, &header, signer(world)?, minutes)?;
        put(&made, session, folder)?;
        Ok(counts)
    })
}

/// Puts another recording in the place of a session's, so many seconds long, and has a browser replay it.
fn replayed(
    world: &mut World,
    what: &str,
    seconds: u64,
    picture: bool,
    another: impl FnOnce(&World, SessionId, &Path) -> anyhow::Result<(u64, u64)>,
) -> anyhow::Result<Vec<Row>> {
    if let Some(missing) = browser::missing() {
        return Ok(vec![Row::info(what, missing)]);
    }
    let (session, folder) = recorded(world)?;
    let (bytes, keyframes) = another(world, session, &folder)?;
    let (rounds, seeks) = if world.quick { (4, 10) } else { (15, 60) };
    let arguments = json!({
        "session": session, "rounds": rounds, "seeks": seeks, "seconds": seconds, "picture": picture
    });
    let mut script = Script::start(world, "replay", arguments)?;
    let seen = script.says()?;
    let (first, seek) = (samples(&seen["first"])?, samples(&seen["seek"])?);
    let size = format!("{} MB, {keyframes} keyframes", bytes / 1_000_000);
    let row = |part: &str, took: &Samples, bar: f64| {
        let (p50, p95) = (took.p50(), took.p95());
        let measured = format!("p50 {p50:.0} p95 {p95:.0} ms ({size})");
        Row::new(format!("{what}: {part}"), measured, format!("p95 ≤ {bar:.0} ms"), p95 <= bar)
    };
    Ok(vec![
        row("navigation → first frame", &first, 1_000.0),
        row("press on the timeline → frame", &seek, 300.0),
    ])
}

fn samples(value: &Value) -> anyhow::Result<Samples> {
    let list: Vec<f64> = serde_json::from_value(value.clone())?;
    Ok(list.into_iter().collect())
}

/// Runs a session through the gateway; its id and the folder of its recording.
fn recorded(world: &World) -> anyhow::Result<(SessionId, PathBuf)> {
    let before = closed(world)?;
    let mut command = Way::Gateway.run(world, true, "true");
    Guarded::start(command.stdin(Stdio::null()).stdout(Stdio::null()))?.wait(LONGEST)?;
    let deadline = Instant::now() + LONGEST;
    loop {
        if let Some(found) = closed(world)?.difference(&before).next() {
            return Ok(found.clone());
        }
        anyhow::ensure!(Instant::now() < deadline, "the session was not recorded");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The recordings that are closed.
fn closed(world: &World) -> anyhow::Result<BTreeSet<(SessionId, PathBuf)>> {
    let mut all = BTreeSet::new();
    for month in fs::read_dir(world.path("data/recordings"))? {
        let month = month?.path();
        if month.ends_with("open") {
            continue;
        }
        for file in fs::read_dir(&month)? {
            let file = file?.path();
            let id = file.file_stem().and_then(|name| name.to_str()?.parse().ok());
            if let (Some(id), true) = (id, file.extension().is_some_and(|ending| ending == INDEX)) {
                all.insert((id, month.clone()));
            }
        }
    }
    Ok(all)
}

/// Puts eight hours of work in the place of a recording, signed as the node signs; bytes and keyframes.
fn lengthen(world: &World, session: SessionId, folder: &Path) -> anyhow::Result<(u64, u64)> {
    let header = Reading::open(folder, session)?.header().clone();
    let made = world.path("long-recording");
    fs::create_dir_all(&made)?;
    let mut writer = Writer::create(&made, &header, signer(world)?)?;
    let mut screen = Screen::new(header.size);
    let start = header.facts.started_at;
    let keyframes = HOURS * 3_600_000 / KEYFRAME_MS;
    for number in 0..keyframes {
        for (at, text) in work(number) {
            screen.feed(&text);
            writer.event(after(start, number * KEYFRAME_MS + at), &Event::Output(text));
        }
        writer.keyframe(Keyframe {
            size: screen.size(),
            modes: screen.modes(),
            title: screen.title().to_owned(),
            dump: screen.dump(),
        });
        writer.commit()?;
    }
    let closed = writer.close(&End::new(EndReason::Closed, after(start, HOURS * 3_600_000)))?;
    put(&made, session, folder)?;
    Ok((closed.bytes, keyframes))
}

/// The node's key.
fn signer(world: &World) -> anyhow::Result<Arc<Signer>> {
    let key = STANDARD.decode(fs::read_to_string(world.path("data/signing.key"))?.trim())?;
    Ok(Arc::new(Signer::from_pkcs8(&key)?))
}

/// Puts a recording that was made elsewhere in the place of a session's.
fn put(made: &Path, session: SessionId, folder: &Path) -> anyhow::Result<()> {
    for path in [cast_path, index_path] {
        fs::rename(path(made, session), path(folder, session)).context("the recording stays as it was")?;
    }
    Ok(())
}

fn after(start: Millis, ms: u64) -> Millis {
    Millis(start.0 + i64::try_from(ms).unwrap_or(0))
}

/// What somebody does between two keyframes: a typed command, and its coloured output in bursts.
fn work(number: u64) -> Vec<(u64, String)> {
    let command = format!("tail -n 200 /var/log/app-{number}.log\r\n");
    let mut events: Vec<_> =
        command.char_indices().map(|(index, key)| (index as u64 * 60, key.to_string())).collect();
    let (mut at, mut written) = (3_000, 0);
    while written < OUTPUT {
        let mut text = String::new();
        for line in 0..4 {
            let _infallible = write!(
                text,
                "\x1b[90m12:{:02}:{:02}\x1b[m \x1b[3{}mINFO\x1b[m request {} took {} ms for \x1b[1muser-{}\x1b[m\r\n",
                number / 6 % 60,
                at / 1_000,
                line + 1,
                number * 1_000 + at,
                at * 7 % 311,
                number % 97,
            );
        }
        written += text.len();
        events.push((at, text));
        at += 60;
    }
    events.push((at.max(9_000), "\x1b[32malice@db-1\x1b[m:\x1b[34m~\x1b[m$ ".to_owned()));
    events
}
