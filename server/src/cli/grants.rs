//! `sightline grant`.

use clap::{Args, Subcommand, ValueEnum};

use super::input::{self, AccountName};
use super::{Desk, event, print};
use crate::audit::Action;
use crate::store::GrantKind;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Give a grant
    Add(Grant),
    /// Take a grant away
    Remove(Grant),
}

#[derive(Args)]
pub(super) struct Grant {
    /// Name of the user
    user: String,
    /// owner: connects and watches others; manager: edits; user: connects
    kind: Kind,
    /// LOGIN@AGENT
    #[arg(value_parser = input::account)]
    account: AccountName,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Owner,
    Manager,
    User,
}

pub(super) async fn run(desk: &Desk, command: Command) -> anyhow::Result<()> {
    let (Command::Add(grant) | Command::Remove(grant)) = &command;
    let kind = match grant.kind {
        Kind::Owner => GrantKind::Owner,
        Kind::Manager => GrantKind::Manager,
        Kind::User => GrantKind::User,
    };
    let user = desk.store.expect_user(&grant.user).await?;
    let account = desk.store.expect_account(&grant.account.login, &grant.account.agent).await?;
    let (name, words, on) = (&user.name, kind.as_str(), account.name());
    if matches!(command, Command::Add(_)) {
        desk.store.add_grant(&user, kind, &account, event(Action::GrantAdded)).await?;
        print(&format!("{name} is {words} of {on}"))
    } else {
        desk.store.remove_grant(&user, kind, &account, event(Action::GrantRemoved)).await?;
        print(&format!("{name} is no longer {words} of {on}"))
    }
}
