//! `sightline audit`.

use anyhow::bail;
use clap::Subcommand;

use super::{Desk, print};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Check that no event was changed, added or taken away since it was written
    Verify,
}

pub(super) async fn run(desk: &Desk, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Verify => match desk.store.check_audit().await? {
            Ok(head) => print(&format!("the audit is whole: {} events, head {}", head.events, head.hash)),
            Err(fault) => bail!("the audit is not whole: {fault}"),
        },
    }
}
