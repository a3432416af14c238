//! `sightline account`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use hub::{RecordingRule, WatchPolicy};
use wire::AccountId;
use zeroize::Zeroizing;

use super::input::{self, AccountName};
use super::table::table;
use super::{Desk, event, print};
use crate::audit::Action;
use crate::names;
use crate::store::{
    AgentKind, DesktopRules, NewAccount, SecretKind, StoreError, policy_text, recording_text,
};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Add an account
    Add(Add),
    /// List accounts
    List,
    /// Set how the watched user learns of watchers, whether sessions are recorded, and what desktops may do
    Set {
        /// LOGIN@AGENT
        #[arg(value_parser = input::account)]
        account: AccountName,
        #[command(flatten)]
        rules: Rules,
    },
    /// Give an account another secret
    Secret {
        /// LOGIN@AGENT
        #[arg(value_parser = input::account)]
        account: AccountName,
        #[command(flatten)]
        secret: SecretSource,
    },
}

#[derive(Args)]
pub(super) struct Add {
    /// LOGIN@AGENT
    #[arg(value_parser = input::account)]
    account: AccountName,
    #[command(flatten)]
    secret: SecretSource,
    /// How the watched user learns of watchers
    #[arg(long, value_enum, default_value_t = Watch::Announced)]
    watch: Watch,
    /// Whether sessions are recorded; with "required" there is no session without
    #[arg(long, value_enum, default_value_t = Recording::Wanted)]
    recording: Recording,
    /// Whether the recording of a desktop has the keys that are pressed, or only that some were
    #[arg(long, value_enum, default_value_t = Keys::Masked)]
    keys: Keys,
    /// Whether text goes to and from a desktop's clipboard
    #[arg(long, value_enum, default_value_t = Switch::On)]
    clipboard: Switch,
}

#[derive(Args)]
#[group(required = true, multiple = true)]
pub(super) struct Rules {
    /// How the watched user learns of watchers
    #[arg(long, value_enum)]
    watch: Option<Watch>,
    /// Whether sessions are recorded; with "required" there is no session without
    #[arg(long, value_enum)]
    recording: Option<Recording>,
    /// Whether the recording of a desktop has the keys that are pressed, or only that some were
    #[arg(long, value_enum)]
    keys: Option<Keys>,
    /// Whether text goes to and from a desktop's clipboard
    #[arg(long, value_enum)]
    clipboard: Option<Switch>,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
pub(super) struct SecretSource {
    /// Read the account's password from the first line of standard input
    #[arg(long)]
    password_stdin: bool,
    /// File with the account's private key, without a passphrase
    #[arg(long, value_name = "FILE")]
    private_key: Option<PathBuf>,
    /// There is none: the agent is a web application, which people sign in to as themselves
    #[arg(long)]
    no_secret: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Watch {
    Announced,
    Consent,
    Covert,
}

impl From<Watch> for WatchPolicy {
    fn from(watch: Watch) -> Self {
        match watch {
            Watch::Announced => Self::Announced,
            Watch::Consent => Self::Consent,
            Watch::Covert => Self::Covert,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum Recording {
    Required,
    Wanted,
    Off,
}

impl From<Recording> for RecordingRule {
    fn from(recording: Recording) -> Self {
        match recording {
            Recording::Required => Self::Required,
            Recording::Wanted => Self::Wanted,
            Recording::Off => Self::Off,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Keys {
    Masked,
    Recorded,
}

impl From<Keys> for bool {
    fn from(keys: Keys) -> Self {
        keys == Keys::Recorded
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

impl From<Switch> for bool {
    fn from(switch: Switch) -> Self {
        switch == Switch::On
    }
}

impl SecretSource {
    fn read(&self, agent: AgentKind) -> anyhow::Result<(SecretKind, Zeroizing<String>)> {
        let kind = match (&self.private_key, self.no_secret) {
            (Some(_), _) => SecretKind::PrivateKey,
            (None, true) => SecretKind::Nothing,
            (None, false) => SecretKind::Password,
        };
        kind.fits(agent).map_err(StoreError::Refused)?;
        let secret = match &self.private_key {
            Some(file) => input::private_key(file)?,
            None if self.no_secret => Zeroizing::default(),
            None => input::password()?,
        };
        Ok((kind, secret))
    }
}

pub(super) async fn run(desk: &Desk, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Add(add) => self::add(desk, add).await,
        Command::List => {
            let accounts = desk.store.accounts().await?;
            let rows: Vec<_> = accounts
                .into_iter()
                .map(|account| {
                    let desktop = match account.agent_kind {
                        AgentKind::Rdp => account.desktop.to_string(),
                        _ => String::new(),
                    };
                    [
                        account.name(),
                        account.display_name,
                        account.secret,
                        policy_text(account.policy).into(),
                        recording_text(account.recording).into(),
                        desktop,
                    ]
                })
                .collect();
            print(&table(["ACCOUNT", "SERVICE PROVIDER", "SECRET", "WATCH", "RECORDING", "DESKTOP"], &rows))
        }
        Command::Set { account, rules: Rules { watch, recording, keys, clipboard } } => {
            let account = desk.store.expect_account(&account.login, &account.agent).await?;
            let (policy, rule) = (watch.map(WatchPolicy::from), recording.map(RecordingRule::from));
            let changed = || event(Action::AccountChanged);
            // First what may be refused.
            if keys.is_some() || clipboard.is_some() {
                let (keys, clipboard) = (keys.map(bool::from), clipboard.map(bool::from));
                desk.store.set_desktop_rules(&account, keys, clipboard, changed()).await?;
            }
            if policy.is_some() || rule.is_some() {
                desk.store.set_account_rules(&account, policy, rule, changed()).await?;
            }
            print(&format!("changed {}", account.name()))
        }
        Command::Secret { account, secret } => {
            let account = desk.store.expect_account(&account.login, &account.agent).await?;
            let (kind, secret) = secret.read(desk.store.expect_agent(&account.agent).await?.kind)?;
            let sealed = desk.vault()?.seal(account.id, &secret)?;
            desk.store.set_secret(&account, kind, sealed, event(Action::SecretSet)).await?;
            print(&format!("set the secret of {}", account.name()))
        }
    }
}

async fn add(desk: &Desk, add: Add) -> anyhow::Result<()> {
    let AccountName { login, agent } = add.account;
    names::login(&login).map_err(StoreError::Refused)?;
    let agent = desk.store.expect_agent(&agent).await?;
    let (kind, secret) = add.secret.read(agent.kind)?;
    let agent = agent.name;
    let id = AccountId::generate();
    let sealed = desk.vault()?.seal(id, &secret)?;
    let (policy, recording) = (add.watch.into(), add.recording.into());
    let name = format!("{login}@{agent}");
    let desktop = DesktopRules { record_keys: add.keys.into(), clipboard: add.clipboard.into() };
    let new = NewAccount { id, login, agent, kind, sealed, policy, recording, desktop };
    desk.store.add_account(new, event(Action::AccountAdded)).await?;
    print(&format!("added account {name}"))
}
