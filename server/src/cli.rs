//! The command line: works on the database directly, whether the server runs or not.
//!
//! Results go to standard output, everything else to standard error. Exit status: 0 done, 1 refused
//! or failed with the reason, 2 wrong usage.

mod accounts;
mod agents;
mod audit;
mod grants;
mod input;
mod log;
mod oidc;
mod recordings;
mod sessions;
mod table;
mod tokens;
mod users;

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::audit::{Action, Event};
use crate::config::{Config, Options};
use crate::crypto::vault::Vault;
use crate::serve;
use crate::store::Store;

#[derive(Parser)]
#[command(name = "sightline", version, about = "Shows every open session, live")]
struct Arguments {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server: the web and the SSH gateway
    Serve,
    /// People who sign in
    #[command(subcommand)]
    User(users::Command),
    /// Systems that sessions end at
    #[command(subcommand)]
    Agent(agents::Command),
    /// Logins on agents, with their secrets
    #[command(subcommand)]
    Account(accounts::Command),
    /// Who owns, manages or may use an account
    #[command(subcommand)]
    Grant(grants::Command),
    /// Tokens for the JSON API
    #[command(subcommand)]
    Token(tokens::Command),
    /// Open sessions
    #[command(subcommand)]
    Session(sessions::Command),
    /// What was done in Sightline itself
    #[command(subcommand)]
    Audit(audit::Command),
    /// Signing in to web applications by OpenID Connect
    #[command(subcommand)]
    Oidc(oidc::Command),
    /// Recordings of sessions
    #[command(subcommand)]
    Recording(recordings::Command),
}

/// What a command works with.
struct Desk {
    config: Config,
    store: Store,
}

impl Desk {
    async fn open(config: Config) -> anyhow::Result<Self> {
        config.prepare_folder()?;
        let store = serve::open_store(&config).await?;
        Ok(Self { config, store })
    }

    fn vault(&self) -> anyhow::Result<Vault> {
        Ok(Vault::open(&self.config.file(serve::VAULT_KEY))?)
    }
}

/// An audit event that the command line is behind.
fn event(action: Action) -> Event {
    Event::by_command_line(action)
}

/// Prints a result.
fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

/// Runs what the arguments say.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    log::start(matches!(arguments.command, Command::Serve));
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Standard error may be closed, too; there is nobody left to tell.
            let _ = writeln!(std::io::stderr(), "sightline: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    let config = Config::load(arguments.options)?;
    if matches!(arguments.command, Command::Serve) {
        return serve::run(config);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let desk = Desk::open(config).await?;
        let done = match arguments.command {
            Command::Serve => Ok(()),
            Command::User(command) => users::run(&desk, command).await,
            Command::Agent(command) => agents::run(&desk, command).await,
            Command::Account(command) => accounts::run(&desk, command).await,
            Command::Grant(command) => grants::run(&desk, command).await,
            Command::Token(command) => tokens::run(&desk, command).await,
            Command::Session(command) => sessions::run(&desk, command).await,
            Command::Audit(command) => audit::run(&desk, command).await,
            Command::Oidc(command) => oidc::run(&desk, command).await,
            Command::Recording(command) => recordings::run(&desk, command).await,
        };
        desk.store.close().await;
        done
    })
}

/// Whoever read the results has seen enough (`sightline session list | head -1`).
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}
