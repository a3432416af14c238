//! The server, for the tests of this crate: cargo builds no other package's programs for them.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::cli::main()
}
