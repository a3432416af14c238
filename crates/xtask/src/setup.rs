//! Fetches what the build needs and does not have yet.

use anyhow::{Result, bail};

use crate::{node, say, tool};

/// The compile target of the browser's half.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// `cargo xtask setup`.
pub(crate) fn setup() -> Result<()> {
    wasm_target()?;
    node::modules_if_possible();
    Ok(())
}

/// Makes sure that the compile target of the browser's half is installed.
pub(crate) fn wasm_target() -> Result<()> {
    target(WASM)
}

/// Makes sure that a compile target is installed.
pub(crate) fn target(name: &str) -> Result<()> {
    // Asks rustc rather than rustup: a toolchain from a distribution may have the target too.
    let printed = tool::output(tool::program("rustc", crate::place::root()).args([
        "--print",
        "target-libdir",
        "--target",
        name,
    ]));
    if printed
        .is_some_and(|folder| std::fs::read_dir(folder.trim()).is_ok_and(|mut any| any.next().is_some()))
    {
        say::fresh("setup", &format!("{name} is installed"));
        return Ok(());
    }
    if tool::find("rustup").is_none() {
        bail!("rustup is missing, which adds the compile target {name}: get it from https://rustup.rs");
    }
    say::step("setup", &format!("adding the compile target {name}"));
    tool::call(
        tool::program("rustup", crate::place::root()).args(["target", "add", name]),
        &format!("`rustup target add {name}`"),
    )
}
