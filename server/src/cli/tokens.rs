//! `sightline token`.

use clap::Subcommand;
use jiff::Timestamp;
use wire::Millis;

use super::table::table;
use super::{Desk, event, print};
use crate::audit::Action;
use crate::crypto::tokens;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Make a token that may do what the user may, and print it, once
    Add {
        /// Name of the user
        user: String,
        /// What it is for
        #[arg(long, value_name = "TEXT", default_value = "command line")]
        name: String,
    },
    /// List a user's tokens, without the tokens themselves
    List {
        /// Name of the user
        user: String,
    },
    /// Make a token good for nothing
    Revoke {
        /// Id of the token, as the list shows it
        id: String,
    },
}

pub(super) async fn run(desk: &Desk, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Add { user, name } => {
            let user = desk.store.expect_user(&user).await?;
            let token = tokens::api();
            let hash = tokens::hash(&token);
            let id = desk.store.add_token(&user, name.trim(), hash, event(Action::TokenAdded)).await?;
            print(&token)?;
            eprintln!("keep it: it is not shown again; revoke it with `sightline token revoke {id}`");
            Ok(())
        }
        Command::List { user } => {
            let user = desk.store.expect_user(&user).await?;
            let tokens = desk.store.tokens(&user).await?;
            let rows: Vec<_> = tokens
                .into_iter()
                .map(|token| {
                    let state = if token.revoked_at.is_some() { "revoked" } else { "active" };
                    let last = token.last_used_at.map_or_else(|| "never".into(), time);
                    [token.id, token.name, time(token.created_at), last, state.into()]
                })
                .collect();
            print(&table(["ID", "NAME", "CREATED", "LAST USED", "STATE"], &rows))
        }
        Command::Revoke { id } => {
            desk.store.revoke_token(&id, event(Action::TokenRevoked)).await?;
            print(&format!("revoked token {id}"))
        }
    }
}

/// A time in a table: UTC, to the second.
pub(super) fn time(at: Millis) -> String {
    Timestamp::from_millisecond(at.0)
        .map_or_else(|_| at.0.to_string(), |at| at.strftime("%Y-%m-%d %H:%M:%SZ").to_string())
}
