//! `sightline agent`.

use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, Subcommand, ValueEnum};

use super::table::table;
use super::{Desk, event, input, print};
use crate::audit::Action;
use crate::crypto::tokens;
use crate::store::{
    AgentKind, AgentUrl, Application, ApplicationChange, NewAgent, NewApplication, OpenTo, WebAddress,
};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Add an agent
    Add(Add),
    /// List agents
    List,
    /// Pin another host key, or certificate, for an agent, for instance after it was set up anew
    HostKey {
        /// Name of the agent
        name: String,
        /// File with its public host key, or a line of known_hosts, or its certificate
        file: PathBuf,
    },
    /// Change a web application: addresses that are given take the place of those that it had
    Set {
        /// Name of the agent
        name: String,
        #[command(flatten)]
        application: OfApplication,
    },
    /// Show a web application
    Show {
        /// Name of the agent
        name: String,
    },
    /// Make a web application's client secret, in the place of the one it had, and print it, once
    Secret {
        /// Name of the agent
        name: String,
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
    /// Where it is: ssh://HOST:PORT, postgres://HOST:PORT, rdp://HOST:PORT, or https://HOST/PATH of a web application
    #[arg(long)]
    url: AgentUrl,
    /// What people call it [default: its name]
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    display_name: String,
    /// Jump server group that it is reached through, made when it is not there
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// File with an SSH server's public host key, or a line of known_hosts, or the certificate of a PostgreSQL
    /// server or a desktop [default: pinned at first use]
    #[arg(long, value_name = "FILE")]
    host_key: Option<PathBuf>,
    #[command(flatten)]
    application: OfApplication,
}

/// What a web application alone has.
#[derive(Args)]
pub(super) struct OfApplication {
    /// Where browsers may be sent after signing in to a web application, to the letter; may be given several times
    #[arg(long = "redirect", value_name = "URL")]
    redirects: Vec<WebAddress>,
    /// Where browsers may be sent after signing out of it; may be given several times
    #[arg(long = "sign-out-redirect", value_name = "URL")]
    sign_out_redirects: Vec<WebAddress>,
    /// Where it is told of sessions that have ended (back-channel logout)
    #[arg(long, value_name = "URL")]
    back_channel: Option<WebAddress>,
    /// Who may sign in to it: every user, or who owns or may use an account on it [default: everybody]
    #[arg(long = "for", value_enum)]
    open_to: Option<For>,
}

impl OfApplication {
    const fn is_empty(&self) -> bool {
        let Self { redirects, sign_out_redirects, back_channel, open_to } = self;
        redirects.is_empty() && sign_out_redirects.is_empty() && back_channel.is_none() && open_to.is_none()
    }
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum For {
    Everybody,
    Granted,
}

impl From<For> for OpenTo {
    fn from(who: For) -> Self {
        match who {
            For::Everybody => Self::Everybody,
            For::Granted => Self::Granted,
        }
    }
}

pub(super) async fn run(desk: &Desk, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Add(add) => self::add(desk, add).await,
        Command::List => {
            let agents = desk.store.agents().await?;
            let rows: Vec<_> = agents
                .into_iter()
                .map(|agent| {
                    let group = agent.group.unwrap_or_default();
                    let host_key = match agent.kind {
                        AgentKind::Ssh | AgentKind::Postgres | AgentKind::Rdp => {
                            agent.host_key.unwrap_or_else(|| "pinned at first use".into())
                        }
                        AgentKind::Application => String::new(),
                    };
                    let kind = agent.kind.to_string();
                    [agent.name, agent.display_name, kind, agent.service_url, group, host_key]
                })
                .collect();
            print(&table(["NAME", "DISPLAY NAME", "KIND", "URL", "GROUP", "HOST KEY"], &rows))
        }
        Command::HostKey { name, file } => {
            let key = input::host_key(&file)?;
            desk.store.set_host_key(&name, &key, event(Action::HostKeyPinned).detail("given")).await?;
            print(&format!("pinned the host key of {name}"))
        }
        Command::Set {
            name,
            application: OfApplication { redirects, sign_out_redirects, back_channel, open_to },
        } => {
            let application = desk.store.expect_application(&name).await?;
            let given =
                |addresses: Vec<WebAddress>| Some(addresses).filter(|addresses| !addresses.is_empty());
            let change = ApplicationChange {
                redirects: given(redirects),
                sign_out_redirects: given(sign_out_redirects),
                back_channel,
                open_to: open_to.map(OpenTo::from),
            };
            if change == ApplicationChange::default() {
                bail!("nothing to change: give --redirect, --sign-out-redirect, --back-channel or --for");
            }
            desk.store.set_application(&application, change, event(Action::AgentChanged)).await?;
            print(&format!("changed {}", application.name))
        }
        Command::Show { name } => show(&desk.store.expect_application(&name).await?),
        Command::Secret { name } => {
            let application = desk.store.expect_application(&name).await?;
            let secret = tokens::client();
            let hash = tokens::hash(&secret);
            desk.store.set_application_secret(&application, hash, event(Action::SecretSet)).await?;
            print(&secret)?;
            eprintln!(
                "keep it: it is not shown again, and the secret that {name} had before is good for nothing now"
            );
            Ok(())
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

async fn add(desk: &Desk, add: Add) -> anyhow::Result<()> {
    let host_key = add.host_key.as_deref().map(input::host_key).transpose()?;
    let Add { name, url, display_name, group, application: given, .. } = add;
    let display_name = display_name.trim().into();
    let (kind, service_url) = (url.kind(), url.service_url().to_owned());
    let mut new = NewAgent { name: name.clone(), display_name, url, group, host_key, application: None };
    if kind != AgentKind::Application {
        if !given.is_empty() {
            bail!(
                "{name} is {}: --redirect, --sign-out-redirect, --back-channel and --for are for web applications",
                kind.words()
            );
        }
        desk.store.add_agent(new, event(Action::AgentAdded)).await?;
        return print(&format!("added agent {name}"));
    }
    let secret = tokens::client();
    new.application = Some(NewApplication {
        secret_hash: tokens::hash(&secret),
        redirects: given.redirects,
        sign_out_redirects: given.sign_out_redirects,
        back_channel: given.back_channel,
        open_to: given.open_to.map(OpenTo::from).unwrap_or_default(),
    });
    desk.store.add_agent(new, event(Action::AgentAdded)).await?;
    print(&secret)?;
    eprintln!("added agent {name}; this is its client secret: keep it, it is not shown again");
    if service_url.parse::<WebAddress>().is_err() {
        eprintln!("warning: {service_url} is not encrypted: who reads on the way can take sign-ins over");
    }
    Ok(())
}

/// One line for each thing that there is to an application.
fn show(application: &Application) -> anyhow::Result<()> {
    let mut rows = vec![
        ["name".into(), application.name.clone()],
        ["display name".into(), application.display_name.clone()],
        ["url".into(), application.url.clone()],
        ["for".into(), application.open_to.as_str().into()],
    ];
    rows.extend(application.redirects.iter().map(|url| ["after sign-in".into(), url.clone()]));
    rows.extend(application.sign_out_redirects.iter().map(|url| ["after sign-out".into(), url.clone()]));
    rows.extend(application.back_channel.iter().map(|url| ["back-channel".into(), url.clone()]));
    print(&table(["WHAT", "VALUE"], &rows))
}
