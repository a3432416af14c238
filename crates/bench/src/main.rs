//! Measures Sightline on the machine it runs on, beside direct OpenSSH and ProxyJump in the same
//! run, and prints one table beside the bars and the peers.
//!
//! Everything is real and on loopback: the release build of the server, OpenSSH's own server and
//! client, xrdp and `xfreerdp`, Chromium. It ends by itself and leaves nothing running. It is no test: nothing fails
//! because a machine is slow.

mod browser;
mod children;
mod desk;
mod http;
mod measure;
mod source;
mod ssh;
mod stamps;
mod stats;
mod swarm;
mod table;
mod target;
mod terminal;
mod watchers;
mod world;

use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use anyhow::Context;
use clap::{Parser, Subcommand};

use crate::table::Row;
use crate::world::World;

/// A run that takes longer has lost its way: what was measured so far is printed. Half of it is for filling
/// the access log twice.
const LONGEST_RUN: Duration = Duration::from_secs(50 * 60);
/// The same for a long one.
const LONGEST_LONG_RUN: Duration = Duration::from_secs(90 * 60);

/// Rows as they come, for the run that ends early as well.
static ROWS: Mutex<Vec<Row>> = Mutex::new(Vec::new());

#[derive(Parser)]
#[command(about = "Measures Sightline beside direct OpenSSH and ProxyJump")]
struct Options {
    /// The server to measure.
    #[arg(long, default_value = "target/release/sightline")]
    bin: PathBuf,
    /// Fewer rounds: a look instead of a measurement.
    #[arg(long)]
    quick: bool,
    /// What goes on for long goes on for ten minutes: changes at a hundred thousand rows, and the soak.
    #[arg(long, conflicts_with = "quick")]
    long: bool,
    /// Only these measurements; see `--list`.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Names the measurements and ends.
    #[arg(long)]
    list: bool,
    #[command(subcommand)]
    helper: Option<Helper>,
}

#[derive(Subcommand)]
enum Helper {
    /// Writes the time to the terminal again and again (run by the bench on the target).
    #[command(hide = true)]
    Stamp {
        /// How many times.
        count: u32,
    },
    /// Paints on the display of the environment (run by the bench on a desktop).
    #[command(hide = true)]
    Easel {
        /// What.
        scene: desk::easel::Scene,
    },
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    match options.helper {
        Some(Helper::Stamp { count }) => return stamps::write(count),
        Some(Helper::Easel { scene }) => return desk::easel::paint(scene),
        None => {}
    }
    if options.list {
        for (name, _) in measure::ALL {
            println!("{name}");
        }
        return Ok(());
    }
    for name in &options.only {
        anyhow::ensure!(
            measure::ALL.iter().any(|(known, _)| known == name),
            "no measurement is called {name}: see --list"
        );
    }

    let longest = if options.long { LONGEST_LONG_RUN } else { LONGEST_RUN };
    std::thread::spawn(move || {
        std::thread::sleep(longest);
        eprintln!("bench: longer than {} minutes, giving up", longest.as_secs() / 60);
        children::end_all();
        finish();
        std::process::exit(1);
    });

    let bin = options.bin.canonicalize().with_context(|| {
        format!("{} is missing: build it with `cargo xtask bench`", options.bin.display())
    })?;
    eprintln!("bench: starting the server, an sshd and their world");
    let mut world = World::start(bin, options.quick, options.long)?;
    for (name, measure) in measure::ALL {
        if !options.only.is_empty() && !options.only.iter().any(|only| only == name) {
            continue;
        }
        eprintln!("bench: {name}");
        match measure(&mut world) {
            Ok(rows) => {
                for row in rows {
                    eprintln!("bench:   {}: {}", row.what, row.measured);
                    ROWS.lock().expect("no holder of rows panics").push(row);
                }
            }
            Err(error) => {
                eprintln!("bench:   failed: {error:#}");
                let row = Row::info(*name, format!("failed: {error:#}"));
                ROWS.lock().expect("no holder of rows panics").push(row);
            }
        }
    }
    drop(world);
    children::end_all();
    finish();
    Ok(())
}

fn finish() {
    let rows = ROWS.lock().expect("no holder of rows panics");
    print!("{}", table::render(&rows));
}
