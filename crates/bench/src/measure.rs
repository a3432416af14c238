//! The measurements, in the order in which they run.

mod access_log;
mod bulk;
mod connect;
mod desktop;
mod echo;
mod join;
mod log_in;
mod many;
mod memory;
mod pages;
mod pg;
mod replay;
mod reports;
mod rows;
mod wasm;
mod watch;

use crate::table::Row;
use crate::world::World;

/// One measurement: its rows of the table.
type Measure = fn(&mut World) -> anyhow::Result<Vec<Row>>;

/// All of them, by name.
pub(crate) const ALL: &[(&str, Measure)] = &[
    ("wasm", wasm::sizes),
    ("log-in", log_in::measure),
    ("echo", echo::alone),
    ("echo-watched", echo::watched),
    ("connect", connect::measure),
    ("desktop", desktop::measure),
    ("bulk", bulk::with_terminal),
    ("exec", bulk::without_terminal),
    ("pg", pg::measure),
    ("watch", watch::measure),
    ("join", join::measure),
    ("rows", rows::feed),
    ("page", pages::rows),
    ("pane", pages::pane),
    ("flood", pages::flood),
    ("terminal", pages::terminal),
    ("replay", replay::measure),
    ("replay-desktop", replay::measure_desktop),
    ("idle", memory::idle),
    ("busy", memory::busy),
    ("reports", reports::rates),
    ("rows-10k", many::ten_thousand),
    ("rows-100k", many::hundred_thousand),
    ("soak", reports::soak),
    ("access-log", access_log::measure),
];
