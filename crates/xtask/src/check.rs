//! The quick part of the tests: formatting, lints, and the edges between the crates.

use std::process::ExitCode;

use crate::setup::{self, WASM};
use crate::test::Tally;
use crate::test::cargo_test;
use crate::{say, tool};

/// `cargo xtask check`.
pub(crate) fn check() -> ExitCode {
    let mut tally = Tally::default();
    formatting(&mut tally);
    lints(&mut tally);
    cargo_test::run(&["--package", "xtask"], &mut tally);
    tally.finish()
}

/// Every file is formatted as `rustfmt.toml` says.
pub(crate) fn formatting(tally: &mut Tally) {
    say::step("fmt", "checking the formatting");
    tally.one(
        "formatting",
        tool::call(
            tool::cargo().args(["fmt", "--all", "--check"]),
            "formatting (`cargo fmt --all` mends it)",
        ),
    );
}

/// No warning of the compiler or of Clippy, on the server's side.
pub(crate) fn lints(tally: &mut Tally) {
    say::step("clippy", "looking for warnings in the whole workspace");
    tally.one(
        "lints",
        tool::call(
            tool::cargo()
                .args(["clippy", "--locked", "--workspace", "--all-targets"])
                .args(["--", "--deny", "warnings"]),
            "clippy",
        ),
    );
}

/// No warning of the compiler or of Clippy, on the browser's side.
pub(crate) fn lints_of_the_browsers_half(tally: &mut Tally) {
    say::step("clippy", "looking for warnings in the browser's half");
    let done = setup::wasm_target().and_then(|()| {
        tool::call(
            tool::cargo()
                .args(["clippy", "--locked", "--package", "app", "--package", "frontend"])
                .args(["--package", "recording", "--lib"])
                .args(["--features", "app/hydrate", "--target", WASM])
                .args(["--", "--deny", "warnings"]),
            "clippy for the browser's half",
        )
    });
    tally.one("lints of the browser's half", done);
}
