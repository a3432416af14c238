//! `sightline session`.

use std::time::Duration;

use anyhow::bail;
use clap::Subcommand;
use hub::Viewer;
use wire::{EndAsked, EndReason, Millis, SessionId};

use super::table::table;
use super::tokens::time;
use super::{Desk, print};
use crate::names;
use crate::store::{SessionRow, StoreError};
use crate::web::session_json;

/// How long a running server gets to end a session.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two looks at the row meanwhile.
const LOOK: Duration = Duration::from_millis(50);

#[derive(Subcommand)]
pub(super) enum Command {
    /// List open sessions
    List {
        /// As an array of the objects that the JSON API has
        #[arg(long)]
        json: bool,
    },
    /// End a session
    Terminate {
        /// Id of the session
        id: String,
        /// Why: its user reads it, and the access log keeps it
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

pub(super) async fn run(desk: &Desk, command: Command) -> anyhow::Result<()> {
    // While no server runs, what the last one left open is not open: say so before reading the rows.
    // A database elsewhere may be at work for a server elsewhere, whose lock is not seen here.
    if desk.config.owns_database()
        && let Some(_idle) = desk.config.lock_if_free()?
    {
        desk.store.end_left_open(&desk.config.node).await?;
    }
    match command {
        Command::List { json } => list(desk, json).await,
        Command::Terminate { id, reason } => terminate(desk, &id, &reason).await,
    }
}

async fn list(desk: &Desk, json: bool) -> anyhow::Result<()> {
    let sessions = desk.store.open_sessions().await?;
    let now = Millis::now();
    if json {
        let all: Vec<_> = sessions.iter().map(|row| session_json(&row.session, None, now)).collect();
        return print(&serde_json::to_string_pretty(&all)?);
    }
    let rows: Vec<_> = sessions.into_iter().map(|row| cells(row, now)).collect();
    let titles = [
        "ID",
        "USER",
        "DEVICE",
        "CLIENT",
        "START DATE",
        "TYPE",
        "PORT",
        "SERVICE URL",
        "ACCOUNT NAME",
        "SERVICE PROVIDER",
        "WATCHERS",
        "IDLE",
    ];
    print(&table(titles, &rows))
}

fn cells(row: SessionRow, now: Millis) -> [String; 12] {
    let session = row.session;
    [
        session.id.to_string(),
        session.user,
        session.device,
        session.client,
        time(session.started_at),
        session.kind.to_string(),
        session.port.to_string(),
        session.service_url,
        session.account_name,
        session.service_provider,
        session.watchers.to_string(),
        format!("{} s", now.since(session.last_active_at) / 1000),
    ]
}

async fn terminate(desk: &Desk, id: &str, reason: &str) -> anyhow::Result<()> {
    let reason = names::reason(reason).map_err(StoreError::Refused)?;
    let Ok(id) = id.parse::<SessionId>() else { bail!("there is no session {id:?}") };
    let Some(row) = desk.store.session(id).await? else { bail!("there is no session {id}") };
    if let Some(end) = row.ended {
        bail!("the session has ended already: {}, {}", end.reason, time(end.at));
    }
    let reported = desk.store.is_reported(id).await?;
    desk.store.request_end(id, &Viewer::command_line().name, &reason).await?;
    let ended = tokio::time::timeout(PATIENCE, async {
        loop {
            let Some(row) = desk.store.session(id).await? else { continue };
            if let Some(end) = row.ended {
                return Ok::<_, StoreError>(Some(end));
            }
            if row.session.end_asked == EndAsked::Refused {
                return Ok(None);
            }
            tokio::time::sleep(LOOK).await;
        }
    });
    match ended.await {
        Ok(end) => match end? {
            Some(end) if end.reason == EndReason::Terminated => print(&format!("terminated session {id}")),
            Some(end) => bail!("the session ended by itself meanwhile: {}", end.reason),
            None => {
                let why = desk.store.end_answer(id).await?.unwrap_or_default();
                bail!("the session's source refuses to end it: {why}")
            }
        },
        Err(_) if reported => {
            bail!("the session's source has not answered yet: it is asked to end it")
        }
        Err(_) => bail!("the node {} has not ended the session yet: it is asked to", row.session.node),
    }
}
