//! The packages of `end2end`: the browser tests' runner and the optimiser of the browser's half.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::stamp::Inputs;
use crate::{place, say, tool};

/// Fetches the packages when they are missing or out of date.
pub(crate) fn modules() -> Result<()> {
    let folder = place::end2end();
    let (Some(_), Some(npm)) = (tool::find("node"), tool::find("npm")) else {
        bail!(
            "node and npm are missing: get Node.js 20 or newer from https://nodejs.org or your distribution"
        );
    };
    let stamp = Inputs::default().file(&folder.join("package-lock.json"))?.stamp("npm");
    if stamp.is_fresh() && folder.join("node_modules/.package-lock.json").exists() {
        say::fresh("npm", "the packages in end2end are up to date");
        return Ok(());
    }
    say::step("npm", "fetching the packages of end2end: the browser tests' runner and wasm-opt");
    tool::call(
        tool::program(npm, &folder)
            .args(["ci", "--no-audit", "--no-fund"])
            // The tests use the Chromium of the system.
            .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"),
        "`npm ci` in end2end",
    )?;
    stamp.keep()
}

/// Fetches the packages; when that cannot be, says what goes without them.
pub(crate) fn modules_if_possible() {
    if let Err(error) = modules() {
        say::note("npm", &format!("{error:#}; going on without wasm-opt: the page will load more bytes"));
    }
}

/// The optimiser `wasm-opt`, as (node, script), when its package is there.
pub(crate) fn wasm_opt() -> Option<(PathBuf, PathBuf)> {
    let script = place::end2end().join("node_modules/binaryen/bin/wasm-opt");
    Some((tool::find("node")?, script.exists().then_some(script)?))
}
