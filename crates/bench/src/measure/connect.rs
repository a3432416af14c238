//! A key's way from a page's own terminal to the target and back, beside OpenSSH straight to the target.

use std::time::{Duration, Instant};

use anyhow::Context;
use wire::connect::{ConnectAnswer, ConnectRequest, Room};
use wire::live::{LiveFrame, Size};

use crate::http;
use crate::ssh::Way;
use crate::stats::Samples;
use crate::table::Row;
use crate::terminal::Terminal;
use crate::watchers::Socket;
use crate::world::{PASSWORD, USER, World};

/// Between two keys: a key that is held down comes no faster.
const PAUSE: Duration = Duration::from_millis(20);
/// Keys that are not counted: connections warm up.
const WARM_UP: usize = 20;
/// The page's window.
const SIZE: Size = Size { cols: 120, rows: 40 };
/// What the target says when it gives every key back at once; put together there, so that nothing that is typed
/// looks like it.
const READY: &str = "ready-to-measure";
const PROGRAM: &[u8] = b"stty raw -echo; printf %s-to-measure ready; exec cat\r";

/// Keys through the socket of `/connect`, and through `ssh` in turn.
pub(crate) fn measure(world: &mut World) -> anyhow::Result<Vec<Row>> {
    let cookie = http::sign_in(world.web, USER, PASSWORD)?;
    let account = account(world, &cookie)?;
    let rounds = if world.quick { 100 } else { 500 };
    let mut direct = Terminal::echoing(world, Way::Direct)?;
    let (mut by_ssh, mut by_page) = (Samples::default(), Samples::default());
    let mut page = world.runtime.block_on(open(world, &cookie, &account))?;
    for round in 0..WARM_UP + rounds {
        std::thread::sleep(PAUSE);
        let straight = direct.key()?;
        std::thread::sleep(PAUSE);
        let through = world.runtime.block_on(key(&mut page))?;
        if round >= WARM_UP {
            by_ssh.push(straight);
            by_page.push(through);
        }
    }
    let (p50, p99) = (by_page.p50() - by_ssh.p50(), by_page.p99() - by_ssh.p99());
    let measured =
        format!("p50 {p50:+.2} p99 {p99:+.2} ms (direct {:.2} / {:.2})", by_ssh.p50(), by_ssh.p99());
    Ok(vec![Row::new("key echo in a page's terminal, added to direct", measured, "p50 ≤ 5 ms", p50 <= 5.0)])
}

/// The account that the person's page links to.
fn account(world: &World, cookie: &str) -> anyhow::Result<String> {
    let answer = http::request(world.web, "GET", "/accounts", &format!("cookie: {cookie}\r\n"), "")?;
    let (_, rest) = answer.body.split_once("/connect/").context("the accounts page has no account")?;
    Ok(rest.chars().take_while(|c| c.is_ascii_hexdigit() || *c == '-').collect())
}

/// A terminal of a page in which every key comes back at once.
async fn open(world: &World, cookie: &str, account: &str) -> anyhow::Result<Socket> {
    let mut page = Socket::connect(world.web, cookie, &format!("/ws/connect/{account}")).await?;
    page.say(&ConnectRequest::Open(Room::Cells(SIZE))).await?;
    match page.said().await? {
        ConnectAnswer::Opened(_) => {}
        ConnectAnswer::Failed(words) => anyhow::bail!("no session: {words}"),
    }
    page.say(&ConnectRequest::Input(PROGRAM.to_vec())).await?;
    let mut shown = String::new();
    while !shown.contains(READY) {
        match page.said().await? {
            LiveFrame::Init { dump, .. } => shown = dump,
            LiveFrame::Output { text, .. } => shown += &text,
            LiveFrame::Ended(end) => anyhow::bail!("the session ended: {}", end.reason),
            _ => {}
        }
    }
    Ok(page)
}

/// Types one key and waits until it shows.
async fn key(page: &mut Socket) -> anyhow::Result<Duration> {
    let start = Instant::now();
    page.say(&ConnectRequest::Input(b"k".to_vec())).await?;
    loop {
        match page.said().await? {
            LiveFrame::Output { text, .. } if text == "k" => return Ok(start.elapsed()),
            LiveFrame::Heartbeat(_) => {}
            other => anyhow::bail!("the terminal showed something else than what was typed: {other:?}"),
        }
    }
}
