//! Where things lie in the work tree. Never creates anything.

use std::env;
use std::path::{Path, PathBuf};

use crate::site::Make;

/// The root of the work tree.
pub(crate) fn root() -> &'static Path {
    // Two parents of `crates/xtask`; the binary is only ever run from the tree that built it.
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Cargo's target folder.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |set| root().join(set))
}

/// A release binary by name.
pub(crate) fn release(name: &str) -> PathBuf {
    target().join("release").join(format!("{name}{}", env::consts::EXE_SUFFIX))
}

/// What this tool keeps between runs: intermediate files and stamps.
pub(crate) fn kept(name: &str) -> PathBuf {
    target().join("xtask").join(name)
}

/// The root that a program of others, built from its source for the tests, is installed under.
pub(crate) fn installed(name: &str) -> PathBuf {
    target().join("tools").join(name)
}

/// The folder of web assets that a server of this kind of build reads: beside its executable.
pub(crate) fn site(make: Make) -> PathBuf {
    let folder = match make {
        Make::Release => "release",
        Make::Quick => "debug",
    };
    target().join(folder).join("site")
}

/// The browser tests, whose `node_modules` also hold the optimiser.
pub(crate) fn end2end() -> PathBuf {
    root().join("end2end")
}
