//! Runs what was built: the product, or the product with live sessions to look at.

use anyhow::Result;

use crate::{build, place, say, tool};

/// `cargo xtask run`: the product with `./data`.
pub(crate) fn run(options: &[String]) -> Result<()> {
    build::release(&[])?;
    say::step("run", "serving with the data folder ./data");
    let mut command = tool::program(place::release("sightline"), place::root());
    tool::become_it(command.arg("serve").args(["--data", "./data"]).args(options))
}

/// `cargo xtask demo`: the product with a target of its own and sessions that move.
pub(crate) fn demo(options: &[String]) -> Result<()> {
    build::release(&[])?;
    say::step("demo", "opening sessions in a throw-away data folder");
    tool::become_it(tool::program(place::release("demo"), place::root()).args(options))
}

/// The demo for a few seconds on free ports: fails when a session did not open or did not stay open.
pub(crate) fn rehearse() -> Result<()> {
    say::step("demo", "rehearsing: every session opens and moves");
    let mut command = tool::program(place::release("demo"), place::root());
    command.args(["--seconds", "5", "--web-addr", "127.0.0.1:0", "--ssh-addr", "127.0.0.1:0"]);
    tool::call(&mut command, "the demo")
}
