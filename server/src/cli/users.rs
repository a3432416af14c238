//! `sightline user`.

use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, Subcommand, ValueEnum};
use zeroize::Zeroizing;

use super::table::table;
use super::{Desk, event, input, print};
use crate::audit::Action;
use crate::crypto::{passwords, scram};
use crate::names;
use crate::store::{NewUser, StoreError, User};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Add a user
    Add(Add),
    /// List users
    List,
    /// Disable a user: no sign-in any more, open sessions end
    Disable {
        /// Name of the user
        name: String,
    },
    /// Set a user's password
    Password {
        /// Name of the user
        name: String,
        /// Read it from the first line of standard input
        #[arg(long, required = true)]
        password_stdin: bool,
    },
}

#[derive(Args)]
pub(super) struct Add {
    /// Name, as typed at sign-in
    name: String,
    /// Full name
    #[arg(long, value_name = "TEXT", default_value = "")]
    full_name: String,
    /// Mail address
    #[arg(long, value_name = "TEXT", default_value = "")]
    email: String,
    /// What the user may do
    #[arg(long, value_enum, default_value_t = Role::User)]
    role: Role,
    /// File with a public key that signs the user in over SSH; may be given several times
    #[arg(long, value_name = "FILE")]
    public_key: Vec<PathBuf>,
    /// Read the password from the first line of standard input
    #[arg(long, required = true)]
    password_stdin: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Role {
    User,
    Operator,
    Auditor,
    Admin,
}

impl Role {
    const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Operator => "operator",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
        }
    }
}

pub(super) async fn run(desk: &Desk, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Add(add) => self::add(desk, add).await,
        Command::List => list(desk).await,
        Command::Disable { name } => {
            let ending = desk.store.disable_user(&name, event(Action::UserDisabled)).await?;
            print(&format!("disabled {name}"))?;
            if ending > 0 {
                eprintln!("open sessions that end now: {ending}");
            }
            Ok(())
        }
        Command::Password { name, password_stdin: _ } => {
            let user = desk.store.expect_user(&name).await?;
            let (password, hash) = password()?;
            desk.store.set_password(&name, hash.clone(), event(Action::PasswordSet)).await?;
            keep_verifier(desk, &user, &hash, &password).await?;
            print(&format!("set the password of {name}"))
        }
    }
}

async fn add(desk: &Desk, add: Add) -> anyhow::Result<()> {
    names::user(&add.name).map_err(StoreError::Refused)?;
    let public_keys = add.public_key.iter().map(|file| input::public_key(file)).collect::<Result<_, _>>()?;
    let (password, password_hash) = password()?;
    let new = NewUser {
        name: add.name,
        full_name: add.full_name.trim().into(),
        email: add.email.trim().into(),
        role: add.role.name().into(),
        password_hash: password_hash.clone(),
        public_keys,
    };
    let user = desk.store.add_user(new, event(Action::UserAdded)).await?;
    keep_verifier(desk, &user, &password_hash, &password).await?;
    print(&format!("added user {}", user.name))
}

/// A password and its hash. Who holds the data folder may set any; a weak one is remarked upon.
fn password() -> anyhow::Result<(Zeroizing<String>, String)> {
    let password = input::password()?;
    if password.len() > names::PASSWORD_MAX {
        bail!("the password is longer than {} bytes", names::PASSWORD_MAX);
    }
    if let Err(weakness) = names::password(&password) {
        eprintln!("warning: {weakness}");
    }
    let hash = passwords::hash(&password)?;
    Ok((password, hash))
}

/// Keeps what proofs of the password are checked with, for the PostgreSQL gateway.
async fn keep_verifier(desk: &Desk, user: &User, hash: &str, password: &str) -> anyhow::Result<()> {
    let sealed = scram::seal(&desk.vault()?, user.id, hash, password)?;
    Ok(desk.store.keep_verifier(user.id, &sealed).await?)
}

async fn list(desk: &Desk) -> anyhow::Result<()> {
    let users = desk.store.users().await?;
    let rows: Vec<_> = users
        .into_iter()
        .map(|user| {
            let state = if user.disabled_at.is_some() { "disabled" } else { "active" };
            [user.name, user.full_name, user.email, user.role, state.into()]
        })
        .collect();
    print(&table(["NAME", "FULL NAME", "EMAIL", "ROLE", "STATE"], &rows))
}
