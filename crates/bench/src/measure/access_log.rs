//! The access log of a very large database: each filter, its first page and a deep one.
//!
//! Through the server's own store, on SQLite and PostgreSQL one after the other, each in a database of its
//! own that is filled with statements of this bench.

mod fill;
mod postgres;

use std::time::Instant;

use anyhow::Context;
use hub::{Scope, Scopes, Viewer, reach};
use server::store::{LogFilter, LogPlace, LogState, Store};
use wire::{Millis, SessionType};

use crate::stats::Samples;
use crate::table::Row;
use crate::world::World;
use fill::{Dialect, Filled};
use postgres::Postgres;

/// Ended rows.
const ENDED: u32 = 10_000_000;
/// Ended rows of a run that is a look.
const QUICK_ENDED: u32 = 200_000;
/// Open rows.
const OPEN: u32 = 2_000;
/// What a page of the server shows, and one more.
const PAGE: u32 = 101;
/// The bar for each filter's 95th percentile.
const BAR_MS: f64 = 100.0;

/// Fills and reads both.
pub(crate) fn measure(world: &mut World) -> anyhow::Result<Vec<Row>> {
    let ended = if world.quick { QUICK_ENDED } else { ENDED };
    let rounds = if world.quick { 20 } else { 100 };
    let mut rows = Vec::new();
    let file = world.path("log.db");
    let url = Store::sqlite_url(&file);
    rows.extend(on(world, &Dialect::sqlite(), &url, ended, rounds)?);
    // Ten gigabytes: away with them before the next.
    std::fs::remove_file(&file)?;
    let postgres = world.runtime.block_on(Postgres::start())?;
    rows.extend(on(world, &Dialect::postgres(), postgres.url(), ended, rounds)?);
    Ok(rows)
}

fn on(world: &World, dialect: &Dialect, url: &str, ended: u32, rounds: u32) -> anyhow::Result<Vec<Row>> {
    world.runtime.block_on(async {
        // Its tables; filled while nobody else has it open.
        Store::open(url).await?.close().await;
        let begun = Instant::now();
        let filled = fill::fill(url, dialect, ended, OPEN).await.context("filling the log")?;
        let store = Store::open(url).await?;
        eprintln!("bench:   {} rows in {:.0} s", ended + OPEN, begun.elapsed().as_secs_f64());
        let mut rows = Vec::new();
        for case in CASES {
            let samples = read(&store, case, &filled, rounds).await?;
            let what = format!("access log, {} ended rows, {}, {}", millions(ended), dialect.name, case.name);
            let measured = format!("p50 {:.1} p95 {:.1} ms", samples.p50(), samples.p95());
            rows.push(Row::new(what, measured, "p95 ≤ 100 ms", samples.p95() <= BAR_MS));
        }
        store.close().await;
        Ok(rows)
    })
}

/// Another value each round, and each the first page and one from anywhere in the log.
async fn read(store: &Store, case: &Case, filled: &Filled, rounds: u32) -> anyhow::Result<Samples> {
    let mut samples = Samples::default();
    for round in 0..rounds {
        // A stride that meets rare and frequent values alike.
        let pick = |of: u32| (round * 617) % of;
        let mut viewer = Viewer::command_line();
        if case.own {
            viewer.scopes = Scopes { see: Scope::Own, ..Scopes::default() };
            viewer.user_id = Some(filled.user(pick(filled.users))?);
            let accounts = (0..5).map(|nth| filled.account(pick(filled.accounts) / 5 * nth));
            viewer.owned = accounts.collect::<Result<_, _>>()?;
        }
        let mut filter = LogFilter::default();
        (case.ask)(&mut filter, filled, round * 617);
        let middle = filled.moment(f64::from(pick(97)) / 97.0);
        let deep = LogPlace { started_at: middle, id: filled.session(middle)? };
        for before in [None, Some(deep)] {
            let begun = Instant::now();
            let rows = store.access_log(&reach(&viewer), &filter, before, PAGE).await?;
            store.watched_by(rows.iter().map(|row| row.session.id).collect::<Vec<_>>().into_iter()).await?;
            samples.push(begun.elapsed());
        }
    }
    Ok(samples)
}

struct Case {
    name: &'static str,
    /// As a user who owns five accounts, instead of as somebody who sees all.
    own: bool,
    ask: fn(&mut LogFilter, &Filled, u32),
}

impl Case {
    const fn all(name: &'static str, ask: fn(&mut LogFilter, &Filled, u32)) -> Self {
        Self { name, own: false, ask }
    }

    const fn own(name: &'static str, ask: fn(&mut LogFilter, &Filled, u32)) -> Self {
        Self { name, own: true, ask }
    }
}

const CASES: &[Case] = &[
    Case::all("no filter", |_, _, _| {}),
    Case::all("one day", a_day),
    Case::all("type", |filter, _, n| filter.kind = Some(SessionType::ALL[n as usize % 6])),
    Case::all("user", a_user),
    Case::all("login", |filter, _, n| filter.account = fill::LOGINS[n as usize % 3].into()),
    Case::all("account", |filter, filled, n| {
        filter.account = format!("{}@db-{}", fill::LOGINS[n as usize % 3], n % filled.agents);
    }),
    Case::all("agent", |filter, filled, n| filter.agent = format!("db-{}", n % filled.agents)),
    Case::all("open", |filter, _, _| filter.state = LogState::Open),
    Case::all("ended", |filter, _, _| filter.state = LogState::Ended),
    Case::all("user and type", |filter, filled, n| {
        a_user(filter, filled, n);
        filter.kind = Some(SessionType::ALL[n as usize % 6]);
    }),
    Case::all("agent and one day", |filter, filled, n| {
        filter.agent = format!("db-{}", n % filled.agents);
        a_day(filter, filled, n);
    }),
    Case::own("own, no filter", |_, _, _| {}),
    Case::own("own, type", |filter, _, n| filter.kind = Some(SessionType::ALL[n as usize % 6])),
    Case::own("own, user", a_user),
];

fn a_user(filter: &mut LogFilter, filled: &Filled, n: u32) {
    filter.user = format!("user{}", n % filled.users);
}

fn a_day(filter: &mut LogFilter, filled: &Filled, n: u32) {
    let from = filled.moment(f64::from(n % 89) / 89.0);
    (filter.from, filter.until) = (Some(from), Some(Millis(from.0 + 86_400_000)));
}

fn millions(rows: u32) -> String {
    if rows >= 1_000_000 {
        format!("{} million", rows / 1_000_000)
    } else {
        format!("{} thousand", rows / 1_000)
    }
}
