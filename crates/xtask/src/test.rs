//! Every test there is, one suite after the other; a failing suite does not keep the next from running.

mod api;
mod asciinema;
mod browser;
pub(crate) mod cargo_test;
mod debian;
mod tally;

use std::process::ExitCode;

pub(crate) use tally::Tally;

use crate::{build, check, demo};

/// `cargo xtask test`.
pub(crate) fn test() -> ExitCode {
    debian::install_missing();
    asciinema::install_missing();
    let mut tally = Tally::default();
    check::formatting(&mut tally);
    check::lints(&mut tally);
    check::lints_of_the_browsers_half(&mut tally);
    cargo_test::run(&["--workspace"], &mut tally);
    let built = build::release(&[]);
    let is_built = built.is_ok();
    tally.one("release build", built);
    if is_built {
        tally.one("demo", demo::rehearse());
        api::run(&mut tally);
        browser::run(&mut tally);
    } else {
        tally.add("demo, API and browser tests: left out without a release build", 0, 3);
    }
    tally.finish()
}
