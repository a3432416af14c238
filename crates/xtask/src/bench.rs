//! Builds and runs the measurements.

use anyhow::Result;

use crate::{build, place, say, tool};

/// `cargo xtask bench`.
pub(crate) fn bench(options: &[String]) -> Result<()> {
    build::release(&["bench"])?;
    say::step("bench", "measuring on this machine; leave it alone meanwhile");
    tool::become_it(tool::program(place::release("bench"), place::root()).args(options))
}
