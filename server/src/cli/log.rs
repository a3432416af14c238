//! The log: to standard error, what happens when serving, only trouble otherwise.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

/// Starts it; `SIGHTLINE_LOG` says what is logged in place of the default.
pub(super) fn start(serving: bool) {
    let default = if serving { "info,sqlx=warn,russh=warn" } else { "warn,sqlx=off" };
    let filter = std::env::var("SIGHTLINE_LOG")
        .ok()
        .and_then(|text| EnvFilter::try_new(text).ok())
        .unwrap_or_else(|| EnvFilter::new(default));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .init();
}
