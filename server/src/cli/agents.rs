//! `sightline agent`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::table::table;
use super::{Desk, event, input, print};
use crate::audit::Action;
use crate::crypto::tokens;
use crate::store::{AgentUrl, NewAgent};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Add an agent
    Add(Add),
    /// List agents
    List,
    /// Pin another host key for an agent, for instance after it was set up anew
    HostKey {
        /// Name of the agent
        name: String,
        /// File with its public host key, or a line of known_hosts
        file: PathBuf,
    },
    /// Make the agent's token for reporting sessions, in the place of the one it had, and print it, once
    Token {
        /// Name of the agent
        name: String,
        /// Take its token away instead
        #[arg(long)]
        revoke: bool,
    },
}

#[derive(Args)]
pub(super) struct Add {
    /// Name, as in LOGIN@NAME
    name: String,
    /// Where it is: ssh://HOST:PORT
    #[arg(long)]
    url: AgentUrl,
    /// What people call it [default: its name]
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    display_name: String,
    /// Jump server group that it is reached through, made when it is not there
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// File with its public host key, or a line of known_hosts [default: pinned at first use]
    #[arg(long, value_name = "FILE")]
    host_key: Option<PathBuf>,
}

pub(super) async fn run(desk: &Desk, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Add(add) => {
            let host_key = add.host_key.as_deref().map(input::host_key).transpose()?;
            let Add { name, url, display_name, group, .. } = add;
            let display_name = display_name.trim().into();
            let new = NewAgent { name: name.clone(), display_name, url, group, host_key };
            desk.store.add_agent(new, event(Action::AgentAdded)).await?;
            print(&format!("added agent {name}"))
        }
        Command::List => {
            let agents = desk.store.agents().await?;
            let rows: Vec<_> = agents
                .into_iter()
                .map(|agent| {
                    let group = agent.group.unwrap_or_default();
                    let host_key = agent.host_key.unwrap_or_else(|| "pinned at first use".into());
                    [agent.name, agent.display_name, agent.service_url, group, host_key]
                })
                .collect();
            print(&table(["NAME", "DISPLAY NAME", "URL", "GROUP", "HOST KEY"], &rows))
        }
        Command::HostKey { name, file } => {
            let key = input::host_key(&file)?;
            desk.store.set_host_key(&name, &key, event(Action::HostKeyPinned).detail("given")).await?;
            print(&format!("pinned the host key of {name}"))
        }
        Command::Token { name, revoke: true } => {
            let agent = desk.store.expect_agent(&name).await?;
            desk.store.revoke_agent_token(&agent, event(Action::TokenRevoked)).await?;
            print(&format!("revoked the token of {}", agent.name))
        }
        Command::Token { name, revoke: false } => {
            let agent = desk.store.expect_agent(&name).await?;
            let token = tokens::agent();
            desk.store.set_agent_token(&agent, tokens::hash(&token), event(Action::TokenAdded)).await?;
            print(&token)?;
            eprintln!(
                "keep it: it is not shown again, and a token that {name} had before is good for nothing now"
            );
            Ok(())
        }
    }
}
