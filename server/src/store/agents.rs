//! Agents (managed systems) and the jump server groups that they are reached through.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};
use uuid::Uuid;
use wire::{AgentId, Millis};

use super::directory::commit;
use super::rows::{number, parsed};
use super::{Store, StoreError, host_keys};
use crate::audit::Event;
use crate::names;

macro_rules! select {
    ($end:literal) => {
        concat!(
            "SELECT agents.id, agents.name, agents.display_name, agents.service_url, agents.host, agents.port, ",
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
    /// What it is connected to: `ssh://HOST:PORT`.
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
    /// The host key that it must show, as `TYPE BASE64`.
    pub host_key: Option<String>,
}

/// `ssh://HOST:PORT`, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentUrl {
    /// Host name or address, an IPv6 one without brackets.
    pub host: String,
    /// Port.
    pub port: u16,
}

impl AgentUrl {
    /// The URL as sessions show it.
    #[must_use]
    pub fn service_url(&self) -> String {
        let Self { host, port } = self;
        if host.contains(':') { format!("ssh://[{host}]:{port}") } else { format!("ssh://{host}:{port}") }
    }
}

impl std::str::FromStr for AgentUrl {
    type Err = String;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        let usage = || format!("{url:?} is not an address of an SSH server: write ssh://HOST:PORT");
        let rest = url.strip_prefix("ssh://").ok_or_else(usage)?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match rest.strip_prefix('[') {
            Some(rest) => {
                let (host, after) = rest.split_once(']').ok_or_else(usage)?;
                host.parse::<std::net::Ipv6Addr>().map_err(|_| usage())?;
                (host, after.strip_prefix(':').or(after.is_empty().then_some("22")).ok_or_else(usage)?)
            }
            None => rest.rsplit_once(':').unwrap_or((rest, "22")),
        };
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
        if host.is_empty() || host.len() > 253 || !host.chars().all(plain) {
            return Err(usage());
        }
        let colons_in_brackets = rest.starts_with('[') || !host.contains(':');
        match port.parse() {
            Ok(port) if port > 0 && colons_in_brackets => Ok(Self { host: host.into(), port }),
            _ => Err(usage()),
        }
    }
}

impl AgentRow {
    fn from_row(row: &AnyRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: parsed(row, "id")?,
            name: row.try_get("name")?,
            display_name: row.try_get("display_name")?,
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
        let id = AgentId::generate();
        let display_name = if new.display_name.is_empty() { &new.name } else { &new.display_name };
        let mut tx = self.change().await?;
        let group = match &new.group {
            Some(name) => Some(group_named(&mut tx, name).await?),
            None => None,
        };
        sqlx::query(
            "INSERT INTO agents (id, name, name_key, display_name, kind, service_url, host, port, group_id, \
             created_at) VALUES ($1, $2, $3, $4, 'ssh', $5, $6, $7, $8, $9)",
        )
        .bind(id.to_string())
        .bind(new.name.clone())
        .bind(names::key(&new.name))
        .bind(display_name.clone())
        .bind(new.url.service_url())
        .bind(new.url.host.clone())
        .bind(i64::from(new.url.port))
        .bind(group)
        .bind(Millis::now().0)
        .execute(&mut *tx)
        .await
        .map_err(|error| StoreError::if_taken(error, || format!("there is an agent {} already", new.name)))?;
        if let Some(key) = &new.host_key {
            host_keys::pin(&mut tx, id, key, "given").await?;
        }
        commit(tx, &event.on(new.name).detail(new.url.service_url())).await?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        let url = |text: &str| text.parse::<AgentUrl>().map(|url| url.service_url());
        assert_eq!(url("ssh://db-1:22").as_deref(), Ok("ssh://db-1:22"));
        assert_eq!(url("ssh://db-1").as_deref(), Ok("ssh://db-1:22"));
        assert_eq!(url("ssh://127.0.0.1:2201/").as_deref(), Ok("ssh://127.0.0.1:2201"));
        assert_eq!(url("ssh://[::1]:22").as_deref(), Ok("ssh://[::1]:22"));
        assert_eq!(url("ssh://[::1]").as_deref(), Ok("ssh://[::1]:22"));
        for bad in [
            "db-1:22",
            "http://db-1",
            "ssh://",
            "ssh://root@db-1:22",
            "ssh://db-1:0",
            "ssh://db-1:x",
            "ssh://::1:22",
            "ssh://a b:22",
            "ssh://db/x:22",
            "ssh://[x]:22",
        ] {
            assert!(url(bad).is_err(), "{bad}");
        }
    }
}
