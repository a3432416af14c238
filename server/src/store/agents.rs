//! Agents (managed systems) and the jump server groups that they are reached through.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};
use uuid::Uuid;
use wire::{AgentId, Millis};

use super::directory::commit;
use super::rows::{number, parsed};
use super::{AgentKind, AgentUrl, NewApplication, Store, StoreError, applications, host_keys};
use crate::audit::Event;
use crate::crypto::pins;
use crate::names;

macro_rules! select {
    ($end:literal) => {
        concat!(
            "SELECT agents.id, agents.name, agents.display_name, agents.kind, agents.service_url, agents.host, ",
            "agents.port, ",
            "jump_server_groups.name AS group_name, host_keys.fingerprint AS fingerprint FROM agents ",
            "LEFT JOIN jump_server_groups ON jump_server_groups.id = agents.group_id ",
            "LEFT JOIN host_keys ON host_keys.agent_id = agents.id ",
            $end
        )
    };
}

/// One agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentRow {
    /// Its id.
    pub id: AgentId,
    /// Its name, unique without regard to case.
    pub name: String,
    /// What people call it.
    pub display_name: String,
    /// What speaks with it.
    pub kind: AgentKind,
    /// What it is connected to: `ssh://HOST:PORT`, for instance.
    pub service_url: String,
    /// Host of the URL.
    pub host: String,
    /// Port of the URL.
    pub port: u16,
    /// The group that it is reached through.
    pub group: Option<String>,
    /// Fingerprint of its pinned host key.
    pub host_key: Option<String>,
}

/// An agent to be added.
#[derive(Clone, Debug)]
pub struct NewAgent {
    /// Name.
    pub name: String,
    /// Display name; the name when empty.
    pub display_name: String,
    /// Where it is.
    pub url: AgentUrl,
    /// The group that it is reached through, made when it is not there.
    pub group: Option<String>,
    /// The host key, or certificate, that a server must show, as `TYPE BASE64`.
    pub host_key: Option<String>,
    /// What else there is to a web application, and to nothing else.
    pub application: Option<NewApplication>,
}

impl AgentRow {
    fn from_row(row: &AnyRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: parsed(row, "id")?,
            name: row.try_get("name")?,
            display_name: row.try_get("display_name")?,
            kind: parsed(row, "kind")?,
            service_url: row.try_get("service_url")?,
            host: row.try_get("host")?,
            port: number(row, "port")?,
            group: row.try_get("group_name")?,
            host_key: row.try_get("fingerprint")?,
        })
    }
}

impl Store {
    /// Adds an agent.
    ///
    /// # Errors
    /// When the name is taken or breaks a rule.
    pub async fn add_agent(&self, new: NewAgent, event: Event) -> Result<AgentId, StoreError> {
        names::agent(&new.name).map_err(StoreError::Refused)?;
        names::text("display name", &new.display_name).map_err(StoreError::Refused)?;
        let kind = new.url.kind();
        if let Some(key) = &new.host_key {
            shows_host_key(&new.name, kind, key)?;
        }
        if kind == AgentKind::Application && new.group.is_some() {
            return StoreError::refused(format!(
                "{} is a web application: browsers go there, not a jump server group",
                new.name
            ));
        }
        if new.application.is_some() != (kind == AgentKind::Application) {
            return StoreError::refused(format!("{} is {}, not a web application", new.name, kind.words()));
        }
        let id = AgentId::generate();
        let display_name = if new.display_name.is_empty() { &new.name } else { &new.display_name };
        let mut tx = self.change().await?;
        let group = match &new.group {
            Some(name) => Some(group_named(&mut tx, name).await?),
            None => None,
        };
        sqlx::query(
            "INSERT INTO agents (id, name, name_key, display_name, kind, service_url, host, port, group_id, \
             created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(id.to_string())
        .bind(new.name.clone())
        .bind(names::key(&new.name))
        .bind(display_name.clone())
        .bind(kind.as_str())
        .bind(new.url.service_url().to_owned())
        .bind(new.url.host().to_owned())
        .bind(i64::from(new.url.port()))
        .bind(group)
        .bind(Millis::now().0)
        .execute(&mut *tx)
        .await
        .map_err(|error| StoreError::if_taken(error, || format!("there is an agent {} already", new.name)))?;
        if let Some(key) = &new.host_key {
            host_keys::pin(&mut tx, id, key, "given").await?;
        }
        let mut said = new.url.service_url().to_owned();
        if let Some(application) = &new.application {
            said = format!("{said}, {}", applications::insert(&mut tx, id, application).await?);
        }
        commit(tx, &event.on(new.name).detail(said)).await?;
        Ok(id)
    }

    /// Every agent, by name.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn agents(&self) -> Result<Vec<AgentRow>, StoreError> {
        let rows = sqlx::query(select!("ORDER BY agents.name_key")).fetch_all(&self.pool).await?;
        rows.iter().map(AgentRow::from_row).collect()
    }

    /// The agent of that name, or the refusal that says there is none.
    ///
    /// # Errors
    /// When there is none.
    pub async fn expect_agent(&self, name: &str) -> Result<AgentRow, StoreError> {
        let row = sqlx::query(select!("WHERE agents.name_key = $1"))
            .bind(names::key(name))
            .fetch_optional(&self.pool)
            .await?;
        match row {
            Some(row) => AgentRow::from_row(&row),
            None => StoreError::refused(format!("there is no agent {name:?}")),
        }
    }
}

/// Refuses a host key, or a certificate, of what shows none such.
pub(super) fn shows_host_key(name: &str, kind: AgentKind, key: &str) -> Result<(), StoreError> {
    match (kind, pins::is_certificate(key)) {
        (AgentKind::Ssh, false) | (AgentKind::Postgres | AgentKind::Rdp, true) => Ok(()),
        (AgentKind::Ssh, true) => {
            StoreError::refused(format!("{name} is {}: give its host key", kind.words()))
        }
        (AgentKind::Postgres | AgentKind::Rdp, false) => {
            StoreError::refused(format!("{name} is {}: give its certificate, PEM", kind.words()))
        }
        (AgentKind::Application, _) => {
            StoreError::refused(format!("{name} is {}: it is known by its address", kind.words()))
        }
    }
}

async fn group_named(connection: &mut AnyConnection, name: &str) -> Result<String, StoreError> {
    names::group(name).map_err(StoreError::Refused)?;
    sqlx::query(
        "INSERT INTO jump_server_groups (id, name, name_key) VALUES ($1, $2, $3) \
         ON CONFLICT (name_key) DO NOTHING",
    )
    .bind(Uuid::now_v7().to_string())
    .bind(name)
    .bind(names::key(name))
    .execute(&mut *connection)
    .await?;
    let row = sqlx::query("SELECT id FROM jump_server_groups WHERE name_key = $1")
        .bind(names::key(name))
        .fetch_one(connection)
        .await?;
    Ok(row.try_get("id")?)
}
