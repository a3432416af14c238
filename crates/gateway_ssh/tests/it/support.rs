//! A gateway with everything around it, made new for each test.

pub(crate) mod book;
pub(crate) mod ledger;
pub(crate) mod pty;
pub(crate) mod reels;
pub(crate) mod sshd;
pub(crate) mod target;
pub(crate) mod tools;
pub(crate) mod world;
