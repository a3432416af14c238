//! A table of ten thousand and a hundred thousand sessions in a browser, beside AG Grid in the same run.

use std::time::Duration;

use anyhow::Context;
use serde_json::{Value, json};

use crate::browser::{self, Script};
use crate::source::Source;
use crate::stats::Samples;
use crate::table::Row;
use crate::world::{ADMIN, World};

/// Changes a second while the table is scrolled.
const CHANGES: usize = 1_000;
/// A frame of a screen, in milliseconds; the browser's own clock is coarser than a tenth.
const FRAME: f64 = 17.0;

/// Ten thousand sessions.
pub(crate) fn ten_thousand(world: &mut World) -> anyhow::Result<Vec<Row>> {
    measure(world, 10_000)
}

/// A hundred thousand, with changes for minutes.
pub(crate) fn hundred_thousand(world: &mut World) -> anyhow::Result<Vec<Row>> {
    measure(world, 100_000)
}

/// What the design asks for; none where it names nothing.
struct Bars {
    first: Option<f64>,
    sort: f64,
    filter: f64,
    column: f64,
    csv: f64,
}

fn measure(world: &mut World, sessions: usize) -> anyhow::Result<Vec<Row>> {
    let many = format!("{} rows", grouped(sessions));
    if let Some(missing) = browser::missing() {
        return Ok(vec![Row::info(many, missing)]);
    }
    let large = sessions >= 100_000;
    let bars = if large {
        Bars { first: None, sort: 150.0, filter: 80.0, column: FRAME, csv: 400.0 }
    } else {
        Bars { first: Some(300.0), sort: 50.0, filter: 30.0, column: FRAME, csv: 60.0 }
    };
    let churn_seconds = match (world.quick, world.long, large) {
        (true, _, _) => 8,
        (_, true, true) => 600,
        (_, false, true) => 120,
        (_, _, false) => 15,
    };
    let mut source = Source::of(world)?;
    let token = world.cli_says(&["token", "add", ADMIN], "")?.trim().to_owned();
    world.runtime.block_on(source.open(sessions))?;
    let arguments = json!({
        "rounds": if world.quick { 2 } else { 5 },
        "token": token,
        "per_second": CHANGES,
        "churn_seconds": churn_seconds,
    });
    let seen = run(world, &mut source, arguments);
    world.runtime.block_on(source.close())?;
    let (ours, theirs, rate) = seen?;
    let pair = Pair { many: &many, ours: &ours, theirs: &theirs };
    let churn = format!("{rate:.0} changes a second for {churn_seconds} s, sorted, scrolling");
    rows(&pair, &bars, large, &churn)
}

/// Runs the script, and makes the changes that it asks for; what it saw of the page and of AG Grid, and how many
/// changes a second were taken at least.
fn run(world: &World, source: &mut Source, arguments: Value) -> anyhow::Result<(Value, Value, f64)> {
    let mut script = Script::start(world, "many", arguments)?;
    let mut slowest = f64::INFINITY;
    loop {
        let mut said = script.says()?;
        match said["need"].as_str() {
            Some("churn") => {
                let seconds = said["seconds"].as_f64().context("churn without seconds")?;
                let churned = world.runtime.block_on(source.churn(CHANGES, seconds))?;
                slowest = slowest.min(churned.changes as f64 / churned.seconds);
            }
            Some("rest") => std::thread::sleep(Duration::from_secs(1)),
            Some(other) => anyhow::bail!("the script needs {other}"),
            None => return Ok((said["ours"].take(), said["theirs"].take(), slowest)),
        }
    }
}

/// What was seen of both.
struct Pair<'a> {
    many: &'a str,
    ours: &'a Value,
    theirs: &'a Value,
}

impl Pair<'_> {
    /// A list of times: our half and theirs must not be above the middle one.
    fn times(&self, what: &str, key: &str, bar: Option<f64>) -> anyhow::Result<Row> {
        let (ours, theirs) = (samples(&self.ours[key])?, samples(&self.theirs[key])?);
        let (mid, peer) = (ours.p50(), theirs.p50());
        let measured = format!("p50 {mid:.0} max {:.0} ms", ours.percentile(100.0));
        Ok(self.row(what, measured, bar.map(|bar| (format!("≤ {bar:.0} ms"), mid <= bar)), mid, peer, "ms"))
    }

    /// The time that frames took: no more than a screen's own.
    fn frames(&self, what: &str, key: &str) -> anyhow::Result<Row> {
        let at =
            |of: &Value, part: &str| of[key][part].as_f64().with_context(|| format!("no {part} of {key}"));
        let (p95, longest) = (at(self.ours, "p95")?, at(self.ours, "longest")?);
        let measured = format!("p95 {p95:.1} max {longest:.0} ms");
        let bar = Some((format!("p95 ≤ {FRAME:.0} ms"), p95 <= FRAME));
        Ok(self.row(what, measured, bar, p95, at(self.theirs, "p95")?, "ms"))
    }

    /// The longest task; browsers tell of those over 50 ms alone.
    fn tasks(&self, what: &str, key: &str) -> anyhow::Result<Row> {
        let of = |of: &Value| {
            let longest = of[key]["longest"].as_f64().with_context(|| format!("no {key}"))?;
            let count = of[key]["count"].as_u64().unwrap_or(0);
            let text = match count {
                0 => "none".to_owned(),
                n => format!("{n}, longest {longest:.0} ms"),
            };
            anyhow::Ok((longest, text))
        };
        let ((longest, measured), (peer, peers)) = (of(self.ours)?, of(self.theirs)?);
        let row = Row::new(self.what(what), measured, "none", longest <= 50.0);
        let row = row.beside(format!("{}: {peers}", self.peer()));
        Ok(if longest > 0.0 && peer > 0.0 { row.ratio(longest / peer) } else { row })
    }

    fn row(
        &self,
        what: &str,
        measured: String,
        bar: Option<(String, bool)>,
        ours: f64,
        peer: f64,
        unit: &str,
    ) -> Row {
        let row = match bar {
            Some((bar, met)) => Row::new(self.what(what), measured, bar, met),
            None => Row::info(self.what(what), measured),
        };
        row.beside(format!("{} {peer:.0} {unit}", self.peer())).ratio(ours / peer)
    }

    fn what(&self, what: &str) -> String {
        format!("{}: {what}", self.many)
    }

    fn peer(&self) -> &str {
        self.theirs["name"].as_str().unwrap_or("AG Grid")
    }

    /// Memory of JavaScript and WebAssembly.
    fn memory(&self, what: &str, key: &str, bar: Option<f64>) -> anyhow::Result<Row> {
        let of = |of: &Value| {
            let bytes = |kind: &str| of[key][kind].as_f64().with_context(|| format!("no {kind} of {key}"));
            anyhow::Ok((bytes("js")? / 1e6, bytes("wasm")? / 1e6))
        };
        let ((js, wasm), (peer, _)) = (of(self.ours)?, of(self.theirs)?);
        let sum = js + wasm;
        let measured = format!("{sum:.0} MB (JS {js:.0}, WASM {wasm:.0})");
        Ok(self.row(what, measured, bar.map(|bar| (format!("≤ {bar:.0} MB"), sum <= bar)), sum, peer, "MB"))
    }
}

fn rows(pair: &Pair<'_>, bars: &Bars, large: bool, churn: &str) -> anyhow::Result<Vec<Row>> {
    let hand = samples(&pair.theirs["at_hand"])?.p50();
    let mut first = pair.times("navigation → first rows", "first", bars.first)?;
    first.peer = format!("{}, {hand:.0} ms with data at hand", first.peer);
    let churned = |what: &str| format!("{churn}: {what}");
    Ok(vec![
        first,
        pair.times("navigation → all rows", "all", None)?,
        pair.tasks("loading: tasks over 50 ms", "load_tasks")?,
        pair.memory("heap when loaded", "memory_loaded", None)?,
        pair.frames("scrolling: frames", "scroll")?,
        pair.tasks("scrolling: tasks over 50 ms", "scroll_tasks")?,
        pair.times("sort: click → right rows painted", "sort", Some(bars.sort))?,
        pair.tasks("sort: tasks over 50 ms", "sort_tasks")?,
        pair.times("filter: input → right rows painted", "filter", Some(bars.filter))?,
        pair.tasks("filter: tasks over 50 ms", "filter_tasks")?,
        pair.times("column moved: key → painted", "move", Some(bars.column))?,
        pair.times("column hidden or shown: click → painted", "hide", Some(bars.column))?,
        pair.tasks("column moved, hidden: tasks over 50 ms", "column_tasks")?,
        pair.frames("column dragged: frames", "drag")?,
        pair.times("CSV: click → file", "csv", Some(bars.csv))?,
        pair.tasks("CSV: tasks over 50 ms", "csv_tasks")?,
        pair.frames(&churned("frames"), "churn")?,
        pair.tasks(&churned("tasks over 50 ms"), "churn_tasks")?,
        pair.memory(&churned("heap at the end"), "memory", large.then_some(120.0))?,
    ])
}

fn samples(value: &Value) -> anyhow::Result<Samples> {
    let list: Vec<f64> = serde_json::from_value(value.clone()).context("a list of times")?;
    Ok(list.into_iter().collect())
}

/// `100,000`.
fn grouped(n: usize) -> String {
    format!("{},{:03}", n / 1_000, n % 1_000)
}
