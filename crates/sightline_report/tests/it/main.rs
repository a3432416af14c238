//! Log-ins through the real Linux-PAM, reported to a real server, and ended by it.

mod away;
mod bad_days;
mod log_ins;
mod machine;
mod server;

pub(crate) use machine::{Machine, until};
