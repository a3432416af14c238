//! Builds for release: the web assets, the server and the programs beside it.

use std::thread;

use anyhow::Result;

use crate::site::Make;
use crate::{node, say, setup, site, tool};

/// Builds the web assets.
pub(crate) fn site(make: Make) -> Result<()> {
    setup::wasm_target()?;
    if make == Make::Release {
        node::modules_if_possible();
    }
    site::build(make)
}

/// What is always built together: cargo unites the features of what one call builds, so that another
/// choice of packages would compile the server's dependencies, and the server, a second time.
const TOGETHER: &[&str] = &["server", "demo"];

/// Builds the web assets and the release binaries, with those of further packages. Both at once:
/// each has long stretches on one core, and they share no target folder.
pub(crate) fn release(further: &[&str]) -> Result<()> {
    thread::scope(|scope| {
        let site = scope.spawn(|| site(Make::Release));
        let binaries = binaries(further);
        // A failure of the first step is the one to read first.
        site.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)).and(binaries)
    })
}

fn binaries(further: &[&str]) -> Result<()> {
    let packages = [TOGETHER, further].concat();
    say::step("build", &format!("compiling for release: {}", packages.join(", ")));
    let mut cargo = tool::cargo();
    cargo.args(["build", "--release", "--locked"]);
    for package in packages {
        cargo.args(["--package", package]);
    }
    tool::call(&mut cargo, "the release build")
}
