//! Builds `sightline-report`, which runs on machines that have nothing of ours: small, and without any library.

use anyhow::{Context, Result};

use crate::{place, say, setup, tool};

/// Its compile target: musl, which links statically.
const TARGET: &str = "x86_64-unknown-linux-musl";
/// Its profile in the root `Cargo.toml`.
const PROFILE: &str = "report-release";

/// `cargo xtask report`.
pub(crate) fn report() -> Result<()> {
    setup::target(TARGET)?;
    say::step("report", &format!("compiling sightline-report for {TARGET}"));
    let mut cargo = tool::cargo();
    cargo.args(["build", "--locked", "--package", "sightline_report", "--bin", "sightline-report"]);
    cargo.args(["--profile", PROFILE, "--target", TARGET]);
    // Its C and assembler parts need no library of C: any compiler will do where that of musl is missing.
    if tool::find("musl-gcc").is_none() {
        cargo.env("CC_x86_64_unknown_linux_musl", "cc");
    }
    tool::call(&mut cargo, "the build of sightline-report")?;
    let program = place::target().join(TARGET).join(PROFILE).join("sightline-report");
    let program = program.canonicalize().with_context(|| format!("{} is missing", program.display()))?;
    let size = program.metadata()?.len();
    println!("{} ({} kB)", program.display(), size.div_ceil(1000));
    Ok(())
}
