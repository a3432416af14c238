//! Shows Sightline at work: the real server, real `ssh` clients, real shells and desktops on targets of its own.
//!
//! Everything lies in a throw-away folder and listens on loopback; nothing stays when it ends. Never
//! touches a data folder that is not its own.

mod actor;
mod cast;
mod debian;
mod desktop;
mod ends;
mod http;
mod processes;
mod props;
mod shell;
mod show;
mod stage;
mod summary;
mod target;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

/// Shows Sightline with live sessions.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    show: ShowOptions,
}

#[derive(Subcommand)]
enum Command {
    /// Only a target: a small SSH server on loopback that runs your shell
    Target(TargetOptions),
    /// Only a desktop: xrdp on loopback before a terminal with your shell, without a password, for you alone
    Desktop(DesktopOptions),
}

/// How to run the show.
#[derive(Args)]
struct ShowOptions {
    /// Address of the pages; 127.0.0.1:3000 if that is free
    #[arg(long)]
    web_addr: Option<SocketAddr>,
    /// Address of the SSH gateway; 127.0.0.1:2222 if that is free
    #[arg(long)]
    ssh_addr: Option<SocketAddr>,
    /// Ends by itself after so many seconds; fails if a session was not open then
    #[arg(long)]
    seconds: Option<u64>,
    /// The product's binary; the one beside this program if not given
    #[arg(long)]
    sightline: Option<PathBuf>,
}

/// How to run a target.
#[derive(Args)]
struct TargetOptions {
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The login that it accepts
    #[arg(long, default_value = "demo")]
    login: String,
    /// A file with the public keys that it accepts
    #[arg(long)]
    authorized_keys: Option<PathBuf>,
    /// Reads the password that it accepts from standard input
    #[arg(long)]
    password_stdin: bool,
    /// What to run instead of your shell
    #[arg(long)]
    command: Option<String>,
}

/// How to run a desktop.
#[derive(Args)]
struct DesktopOptions {
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done: Result<()> = match arguments.command {
        Some(Command::Target(options)) => target::serve(options).await,
        Some(Command::Desktop(options)) => desktop::serve(options).await,
        None => show::run(arguments.show).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
