//! `sightline oidc`.

use clap::Subcommand;

use super::{Desk, event, print};
use crate::audit::Action;
use crate::oidc::keys::Keys;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Make another key that signs ID tokens; the one before it counts until its last sign-ins are over
    Rotate,
}

pub(super) async fn run(desk: &Desk, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Rotate => {
            let keys = Keys::new(desk.store.clone(), desk.vault()?);
            let id = keys.rotate(None, event(Action::SigningKeyMade)).await?;
            print(&format!("made signing key {id}"))
        }
    }
}
