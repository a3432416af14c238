//! Desktops: from a key to the pixel that answers it, pictures a second, bytes and memory; beside them `xfreerdp`
//! straight to the same server.

use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::{Value, json};
use wire::SessionId;
use wire::connect::{ConnectAnswer, ConnectRequest, Room};
use wire::desktop::Extent;
use wire::live::LiveFrame;

use crate::browser::{self, Script};
use crate::desk::easel::Scene;
use crate::desk::{self, Blind, Desk, HEIGHT, WIDTH};
use crate::http;
use crate::stats::Samples;
use crate::table::Row;
use crate::watchers::Socket;
use crate::world::{PASSWORD, USER, World};

/// The account on every desk.
const LOGIN: &str = "bench";
/// Watchers beside the one in the browser, for the rows with ten.
const MORE: usize = 9;
/// Desktops that are weighed.
const WEIGHED: usize = 4;
/// What is read of a desktop before it is weighed.
const SETTLE: Duration = Duration::from_secs(5);

/// What the owner's and the watcher's page saw of a scene.
struct Seen {
    owner: f64,
    watcher: f64,
    /// From the owner's page to the watcher's, p95 in milliseconds.
    behind: f64,
    bytes: f64,
}

/// All of it.
pub(crate) fn measure(world: &mut World) -> anyhow::Result<Vec<Row>> {
    if let Some(missing) = desk::missing().or_else(browser::missing) {
        return Ok(vec![Row::info("desktops", missing)]);
    }
    let desk = Desk::start(world)?;
    add(world, "desk-0", &desk)?;
    let mut rows = keys(world, &desk)?;
    for scene in [Scene::Scroll, Scene::Film] {
        rows.extend(frames(world, &desk, scene)?);
    }
    drop(desk);
    rows.extend(weigh(world)?);
    Ok(rows)
}

fn add(world: &World, agent: &str, desk: &Desk) -> anyhow::Result<()> {
    let account = format!("{LOGIN}@{agent}");
    world.cli(&["agent", "add", agent, "--url", &format!("rdp://{}", desk.rdp)], "")?;
    let covert = ["--watch", "covert", "--recording", "required"];
    world.cli(&[&["account", "add", &account, "--password-stdin"], &covert[..]].concat(), PASSWORD)?;
    world.cli(&["grant", "add", USER, "user", &account], "")
}

fn keys(world: &World, desk: &Desk) -> anyhow::Result<Vec<Row>> {
    let rounds = if world.quick { 20 } else { 60 };
    let easel = desk.paint(Scene::Keys)?;
    let straight = {
        let blind = Blind::start(world)?;
        let client = blind.xfreerdp(world, desk.rdp)?;
        let glass = blind.glass()?;
        glass.meet()?;
        let took = glass.keys(rounds)?;
        drop(client);
        took
    };
    let mut script = page(world, "keys", json!({ "rounds": rounds }))?;
    script.says()?;
    let seen = script.says()?;
    drop((script, easel));
    let (owner, watcher) = (list(&seen["owner"])?, list(&seen["watcher"])?);
    let by = |name: &str, took: &Samples| {
        let row = Row::info(
            format!("desktop: key → changed pixel, {name}"),
            format!("p50 {:.0} p95 {:.0} ms", took.p50(), took.p95()),
        );
        let peer = format!("xfreerdp straight {:.0} / {:.0}", straight.p50(), straight.p95());
        row.beside(peer).ratio(took.p50() / straight.p50())
    };
    Ok(vec![by("owner's page", &owner), by("watcher's page", &watcher)])
}

fn frames(world: &World, desk: &Desk, scene: Scene) -> anyhow::Result<Vec<Row>> {
    let seconds = if world.quick { 5 } else { 15 };
    let easel = desk.paint(scene)?;
    let (straight, painted) = {
        let blind = Blind::start(world)?;
        let client = blind.xfreerdp(world, desk.rdp)?;
        let glass = blind.glass()?;
        glass.meet()?;
        let frames = glass.frames(seconds)?;
        drop(client);
        frames
    };
    let mut rows = Vec::new();
    for watchers in [1, 1 + MORE] {
        let seen = watched(world, scene, seconds, watchers - 1)?;
        let what =
            format!("desktop: {}, {watchers} watcher{}", scene.name(), if watchers == 1 { "" } else { "s" });
        let measured = format!(
            "{:.1} a second at the watcher, {:.1} at the owner, {:.1} MB/s each",
            seen.watcher,
            seen.owner,
            seen.bytes / 1e6
        );
        let row = if scene == Scene::Scroll {
            Row::new(what.clone(), measured, "≥ 20 a second", seen.watcher >= 20.0)
        } else {
            Row::info(what.clone(), measured)
        };
        rows.push(
            row.beside(format!("xfreerdp straight {straight:.1} of {painted:.1}"))
                .ratio(straight / seen.watcher),
        );
        rows.push(Row::new(
            format!("{what}: watcher after owner"),
            format!("p95 {:.0} ms", seen.behind),
            "p95 ≤ 80 ms",
            seen.behind <= 80.0,
        ));
    }
    drop(easel);
    Ok(rows)
}

/// Looks at a scene in two pages, with more watchers who read as fast as they can.
fn watched(world: &World, scene: Scene, seconds: u64, more: usize) -> anyhow::Result<Seen> {
    let mut script = page(world, "frames", json!({ "seconds": seconds }))?;
    let session: SessionId = serde_json::from_value(script.says()?).context("no session")?;
    let cookie = world.admin_cookie()?;
    // One more than is asked for: the one whose bytes are counted stands for the browser's.
    let counted = world.runtime.block_on(watch(world, &cookie, session))?;
    let reading: Vec<_> = (0..more)
        .map(|_| {
            let mut socket = world.runtime.block_on(watch(world, &cookie, session))?;
            anyhow::Ok(world.runtime.spawn(async move { while socket.skip().await.is_ok() {} }))
        })
        .collect::<anyhow::Result<_>>()?;
    let time = Duration::from_secs(seconds);
    let counting = world.runtime.spawn(count_bytes(counted, time));
    script.go()?;
    let seen = script.says()?;
    let bytes = world.runtime.block_on(counting)?? as f64 / time.as_secs_f64();
    reading.iter().for_each(tokio::task::JoinHandle::abort);
    let number = |name: &str| seen[name].as_f64().with_context(|| format!("{scene:?}: no {name}"));
    let behind = list(&seen["behind"])?.p95();
    Ok(Seen { owner: number("owner")?, watcher: number("watcher")?, behind, bytes })
}

async fn watch(world: &World, cookie: &str, session: SessionId) -> anyhow::Result<Socket> {
    let mut socket = Socket::connect(world.web, cookie, &format!("/ws/sessions/{session}/live")).await?;
    while !matches!(socket.said().await?, LiveFrame::Picture { .. }) {}
    Ok(socket)
}

async fn count_bytes(mut socket: Socket, time: Duration) -> anyhow::Result<usize> {
    let end = tokio::time::Instant::now() + time;
    let mut bytes = 0;
    while let Ok(more) = tokio::time::timeout_at(end, socket.skip()).await {
        bytes += more?;
    }
    Ok(bytes)
}

/// The browser with the owner's page and a watcher's.
fn page(world: &World, what: &str, mut arguments: Value) -> anyhow::Result<Script> {
    arguments["what"] = json!(what);
    arguments["owner"] = json!(USER);
    arguments["account"] = json!(format!("{LOGIN}@desk-0"));
    arguments["width"] = json!(WIDTH);
    arguments["height"] = json!(HEIGHT);
    arguments["lamp"] = json!({ "x": 12, "y": 12 });
    Script::start(world, "desktop", arguments)
}

fn list(value: &Value) -> anyhow::Result<Samples> {
    let values = value.as_array().context("no list")?;
    values.iter().map(|value| value.as_f64().context("no number")).collect()
}

/// What a busy desktop weighs in the server, and whether two of them run side by side.
fn weigh(world: &mut World) -> anyhow::Result<Vec<Row>> {
    let desks: Vec<_> = (1..=WEIGHED).map(|_| Desk::start(world)).collect::<anyhow::Result<_>>()?;
    for (number, desk) in (1..).zip(&desks) {
        add(world, &format!("desk-{number}"), desk)?;
    }
    world.restart()?;
    let cookie = http::sign_in(world.web, USER, PASSWORD)?;
    let accounts = accounts(world, &cookie)?;
    let _busy: Vec<_> =
        desks[..2].iter().map(|desk| desk.paint(Scene::Scroll)).collect::<anyhow::Result<_>>()?;
    let _quiet: Vec<_> =
        desks[2..].iter().map(|desk| desk.paint(Scene::Keys)).collect::<anyhow::Result<_>>()?;
    let before = world.server_memory()?;
    let mut owners = Vec::new();
    for number in 1..=WEIGHED {
        let name = format!("desk-{number}");
        let account =
            accounts.iter().find(|(agent, _)| *agent == name).context("an account is not listed")?;
        owners.push(world.runtime.block_on(open(world, &cookie, &account.1))?);
    }
    // Two are painted on all the time: their owners see so many pictures.
    let counts: Vec<_> =
        owners.into_iter().map(|owner| world.runtime.spawn(count_frames(owner, SETTLE))).collect();
    let counts = counts
        .into_iter()
        .map(|count| world.runtime.block_on(count)?)
        .collect::<anyhow::Result<Vec<(Socket, f64)>>>()?;
    let each = world.server_memory()?.saturating_sub(before) as f64 / 1024.0 / WEIGHED as f64;
    let busy: Vec<f64> = counts[..2].iter().map(|(_, rate)| *rate).collect();
    let slowest = busy.iter().copied().fold(f64::MAX, f64::min);
    Ok(vec![
        Row::new(
            format!("memory per desktop session, {WIDTH} × {HEIGHT}"),
            format!("{each:.1} MiB ({WEIGHED} sessions, two of them busy)"),
            "≤ 24 MiB",
            each <= 24.0,
        ),
        Row::new(
            "two desktops that scroll at once",
            format!("{:.1} and {:.1} pictures a second at their owners", busy[0], busy[1]),
            "≥ 20 a second",
            slowest >= 20.0,
        ),
    ])
}

/// The agents of the person's accounts, each with the account's id.
fn accounts(world: &World, cookie: &str) -> anyhow::Result<Vec<(String, String)>> {
    let answer = http::request(world.web, "GET", "/accounts", &format!("cookie: {cookie}\r\n"), "")?;
    let links = answer.body.match_indices("/connect/").map(|(at, link)| &answer.body[at + link.len()..]);
    let found = links.filter_map(|rest| {
        let id: String = rest.chars().take_while(|c| c.is_ascii_hexdigit() || *c == '-').collect();
        let (_, name) = rest.split_once(&format!("{LOGIN}@"))?;
        let agent = name.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        Some((agent, id))
    });
    Ok(found.collect())
}

async fn open(world: &World, cookie: &str, account: &str) -> anyhow::Result<Socket> {
    let mut page = Socket::connect(world.web, cookie, &format!("/ws/connect/{account}")).await?;
    let extent = Extent { width: WIDTH, height: HEIGHT };
    page.say(&ConnectRequest::Open(Room::Pixels(extent))).await?;
    match page.said().await? {
        ConnectAnswer::Opened(_) => Ok(page),
        ConnectAnswer::Failed(words) => anyhow::bail!("no session: {words}"),
    }
}

/// Pictures a second that an owner gets.
async fn count_frames(mut page: Socket, time: Duration) -> anyhow::Result<(Socket, f64)> {
    let start = Instant::now();
    let end = tokio::time::Instant::now() + time;
    let mut frames = 0_u32;
    while let Ok(frame) = tokio::time::timeout_at(end, page.said::<LiveFrame>()).await {
        match frame? {
            LiveFrame::Drawn { .. } | LiveFrame::Picture { .. } => frames += 1,
            LiveFrame::Ended(end) => anyhow::bail!("a session ended: {}", end.reason),
            _ => {}
        }
    }
    Ok((page, f64::from(frames) / start.elapsed().as_secs_f64()))
}
