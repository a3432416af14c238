//! A person at work: the real `ssh` client in a window of its own, or a page; keys typed at a human pace.

mod client;
mod page;
mod ssh;

pub(crate) use client::Client;
pub(crate) use page::Page;
pub(crate) use ssh::Ssh;

use std::time::Duration;

use anyhow::Result;
use rand::Rng as _;

/// How a person gets to their sessions.
pub(crate) enum Way {
    /// A terminal, by `ssh`.
    Ssh(Ssh),
    /// A desktop, in a page.
    Page(Page),
}

impl Way {
    /// Opens a session as `LOGIN@AGENT` for a user, in a window of this size.
    pub(crate) async fn open(&mut self, user: &str, account: &str, size: (u16, u16)) -> Result<Client> {
        match self {
            Self::Ssh(ssh) => ssh.start(&format!("{user}:{account}"), size),
            Self::Page(page) => page.open(size).await,
        }
    }
}

/// What a person does next.
pub(crate) enum Step {
    /// Types a line and Enter.
    Line(&'static str),
    /// Types keys.
    Keys(&'static str),
    /// Does nothing for so many milliseconds.
    Pause(u64),
    /// Waits until the shell asks for the next command.
    Prompt,
}

/// How long a person waits for the shell before they go on anyway.
const PATIENCE: Duration = Duration::from_secs(30);

/// Plays steps on a client; fails when it ended.
pub(crate) async fn play(client: &mut Client, steps: &[Step]) -> Result<()> {
    for step in steps {
        match step {
            Step::Line(text) => {
                type_keys(client, text).await?;
                type_keys(client, "\r").await?;
            }
            Step::Keys(text) => type_keys(client, text).await?,
            Step::Pause(millis) => tokio::time::sleep(Duration::from_millis(*millis)).await,
            Step::Prompt => {
                // A program that is still running shows no prompt; the person loses patience.
                let _ = tokio::time::timeout(PATIENCE, client.prompt()).await;
            }
        }
    }
    Ok(())
}

async fn type_keys(client: &mut Client, text: &str) -> Result<()> {
    for key in text.chars() {
        client.key(key).await?;
        // Quick within a word, slower between them.
        let pause = if key == ' ' { 90..260 } else { 35..150 };
        let pause = rand::rng().random_range(pause);
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
    Ok(())
}
