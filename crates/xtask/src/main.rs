//! `cargo xtask`: sets up, builds, runs, shows, tests and measures the product.
//!
//! Calls the tools that do the work and says what each step is for. Never part of the product: nothing
//! that is served or shipped depends on this crate.

mod bench;
mod build;
mod check;
mod demo;
mod node;
mod place;
mod report;
mod say;
mod setup;
mod site;
mod stamp;
mod test;
mod tool;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Builds, runs and tests Sightline.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Fetches what the build needs: the browser's compile target and the optimiser of its half
    Setup,
    /// Builds the server, the demo and the web assets for release
    Build,
    /// Builds, then serves with the data folder ./data
    Run {
        /// Options for `sightline serve`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<String>,
    },
    /// Builds, then shows the product with live sessions in a throw-away data folder
    Demo {
        /// Options for the demo
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<String>,
    },
    /// Runs every test there is; the last line is the total
    Test,
    /// Runs the quick part of the tests: formatting, lints, the edges between the crates
    Check,
    /// Measures the bars of the design on this machine, as one table
    Bench {
        /// Options for the measurement
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<String>,
    },
    /// Builds `sightline-report` for workstations: small and static
    Report,
    /// Builds the web assets alone
    Site {
        /// Quickly, for a server of the debug build
        #[arg(long)]
        quick: bool,
    },
}

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Setup => setup::setup(),
        Task::Build => build::release(&[]),
        Task::Run { options } => demo::run(&options),
        Task::Demo { options } => demo::demo(&options),
        Task::Test => return test::test(),
        Task::Check => return check::check(),
        Task::Bench { options } => bench::bench(&options),
        Task::Report => report::report(),
        Task::Site { quick } => build::site(if quick { site::Make::Quick } else { site::Make::Release }),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
