//! What the person at the terminal reads: one line per step, on standard error.

use std::io::{IsTerminal, stderr};

/// A step begins.
pub(crate) fn step(name: &str, what: &str) {
    line("1;36", name, what);
}

/// A step had nothing to do.
pub(crate) fn fresh(name: &str, what: &str) {
    line("2", name, what);
}

/// Something was left out; says what that means and how to have it.
pub(crate) fn note(name: &str, what: &str) {
    line("1;33", name, what);
}

/// Something failed.
pub(crate) fn failed(name: &str, what: &str) {
    line("1;31", name, what);
}

fn line(colour: &str, name: &str, what: &str) {
    if stderr().is_terminal() {
        eprintln!("\x1b[{colour}m{name:>12}\x1b[0m {what}");
    } else {
        eprintln!("{name:>12} {what}");
    }
}
