//! `sightline audit`.

use anyhow::bail;
use clap::Subcommand;

use super::{Desk, print};
use crate::store::AuditHead;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Check that no event was changed, added or taken away since it was written
    Verify {
        /// A head that was printed earlier: the events up to it must still be the same
        #[arg(long, value_name = "EVENTS:HASH")]
        head: Option<AuditHead>,
    },
}

pub(super) async fn run(desk: &Desk, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Verify { head } => match desk.store.check_audit(head.as_ref()).await? {
            Ok(head) => print(&format!("the audit is whole: {} events, head {head}", head.events)),
            Err(fault) => bail!("the audit is not whole: {fault}"),
        },
    }
}
