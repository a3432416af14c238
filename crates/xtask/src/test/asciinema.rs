//! Builds the player that recordings are tried with. Takes a few minutes, once.

use std::env;

use anyhow::{Context, Result};

use crate::{place, say, tool};

/// Its version. Later ones are tried when somebody says so here, not by chance.
const VERSION: &str = "3.2.0";

/// Installs it under the target folder if it is not there; the tests say so themselves when they miss it.
pub(crate) fn install_missing() {
    if let Err(error) = install() {
        say::failed("asciinema", &format!("{error:#}"));
    }
}

fn install() -> Result<()> {
    let root = place::installed("asciinema");
    let program = root.join("bin").join(format!("asciinema{}", env::consts::EXE_SUFFIX));
    let printed = tool::output(tool::program(&program, place::root()).arg("--version"));
    if printed.is_some_and(|printed| printed.trim().ends_with(VERSION)) {
        say::fresh("asciinema", "the player that recordings are tried with is here");
        return Ok(());
    }
    say::step("asciinema", &format!("building asciinema {VERSION}, which recordings are tried with"));
    let install = ["install", "asciinema", "--version", VERSION, "--locked", "--force", "--quiet"];
    tool::call(tool::cargo().args(install).arg("--root").arg(&root), "`cargo install asciinema`")
        .context("the tests of recordings will fail without it")
}
