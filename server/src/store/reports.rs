//! Sessions that sources report: many written in one transaction, found by the source's own key.

use std::collections::HashMap;
use std::fmt::Write as _;

use hub::{Facts, Opening, WatchPolicy};
use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, Row};
use wire::{AccountId, AgentId, End, EndAsked, EndReason, Millis, SessionId, UserId};

use super::rows::{number, parsed, parsed_opt, policy, policy_text};
use super::session_rows::columns;
use super::{EndRequest, SessionRow, Store, StoreError};
use crate::names;

/// Rows of one statement, largest first: few texts of statements, so that each is prepared once.
const ROWS: [usize; 3] = [50, 10, 1];
/// The same for rows of many columns: binding a parameter takes SQLite the longer, the more there are.
const WIDE_ROWS: [usize; 3] = [16, 4, 1];
/// The same for keys that are looked up, of one column each.
const KEYS: [usize; 4] = [200, 50, 10, 1];

/// A session that a source has opened.
#[derive(Clone, Debug)]
pub struct Reported {
    /// The session.
    pub opening: Opening,
    /// The agent that reports it.
    pub source: AgentId,
    /// Its name there.
    pub key: String,
    /// After how many seconds of silence it is over.
    pub lease_seconds: u32,
}

/// A session that the database knows by a source's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keyed {
    /// Its id.
    pub session: SessionId,
    /// How it has ended.
    pub ended: Option<EndReason>,
}

/// A session that was left open by a server's last run.
#[derive(Clone, Debug)]
pub struct LeftOpen {
    /// The session.
    pub row: SessionRow,
    /// The agent that reports it.
    pub source: AgentId,
    /// Its name there.
    pub key: String,
    /// After how many seconds of silence it is over.
    pub lease_seconds: u32,
}

/// Who and what a report's names stand for.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// Users by the key of their name: id, name, full name.
    pub users: HashMap<String, (UserId, String, String)>,
    /// Accounts by agent, then login.
    pub accounts: HashMap<AgentId, HashMap<String, (AccountId, WatchPolicy)>>,
}

impl Store {
    /// Everybody and every account that a report may name.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn report_directory(&self) -> Result<Directory, StoreError> {
        let mut directory = Directory::default();
        for row in sqlx::query("SELECT id, name, full_name FROM users").fetch_all(&self.pool).await? {
            let name: String = row.try_get("name")?;
            let user = (parsed(&row, "id")?, name.clone(), row.try_get("full_name")?);
            directory.users.insert(names::key(&name), user);
        }
        let accounts = sqlx::query("SELECT id, agent_id, login, watch_policy FROM accounts");
        for row in accounts.fetch_all(&self.pool).await? {
            let account = (parsed(&row, "id")?, policy(&row, "watch_policy")?);
            let of_agent: &mut HashMap<_, _> =
                directory.accounts.entry(parsed(&row, "agent_id")?).or_default();
            of_agent.insert(row.try_get("login")?, account);
        }
        Ok(directory)
    }

    /// What a source has opened under these keys, ever.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sessions_of_keys(
        &self,
        source: AgentId,
        keys: &[&str],
    ) -> Result<HashMap<String, Keyed>, StoreError> {
        let mut found = HashMap::new();
        for chunk in chunks(keys, &KEYS) {
            let places: Vec<String> = (2..chunk.len() + 2).map(|nth| format!("${nth}")).collect();
            // Numbers of parameters alone.
            let sql = sqlx::AssertSqlSafe(format!(
                "SELECT source_key, id, end_reason FROM sessions WHERE source_id = $1 \
                 AND source_key IN ({})",
                places.join(", ")
            ));
            let query = sqlx::query(sql).bind(source.to_string());
            let query = chunk.iter().fold(query, |query, key| query.bind((*key).to_owned()));
            for row in query.fetch_all(&self.pool).await? {
                let keyed = Keyed { session: parsed(&row, "id")?, ended: parsed_opt(&row, "end_reason")? };
                found.insert(row.try_get("source_key")?, keyed);
            }
        }
        Ok(found)
    }

    /// Writes openings, then ends, all in one transaction.
    ///
    /// # Errors
    /// When the database does not answer; then nothing was written.
    pub async fn write_reports(
        &self,
        opened: &[Reported],
        ended: &[(SessionId, End)],
    ) -> Result<(), StoreError> {
        if opened.is_empty() && ended.is_empty() {
            return Ok(());
        }
        let mut tx = self.write().await?;
        for chunk in chunks(opened, &WIDE_ROWS) {
            insert(&mut tx, chunk).await?;
        }
        for chunk in chunks(ended, &ROWS) {
            end(&mut tx, chunk).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The sessions of sources that a node's last run left open.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn reported_open(&self, node: &str) -> Result<Vec<LeftOpen>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            ", source_id, source_key, lease_seconds FROM sessions \
             WHERE node = $1 AND ended_at IS NULL AND source_key IS NOT NULL ORDER BY id"
        ))
        .bind(node)
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(LeftOpen {
                    row: SessionRow::from_row(row)?,
                    source: parsed(row, "source_id")?,
                    key: row.try_get("source_key")?,
                    lease_seconds: number(row, "lease_seconds")?,
                })
            })
            .collect()
    }

    /// Requests to end sessions of sources that a node's last run has handed over.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn asked_ends(&self, node: &str) -> Result<Vec<EndRequest>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, end_requested_by, end_requested_note FROM sessions WHERE node = $1 \
             AND end_requested_at IS NOT NULL AND ended_at IS NULL AND end_state IN ('waiting', 'silent')",
        )
        .bind(node)
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                let text = |column| row.try_get::<Option<String>, _>(column).map(Option::unwrap_or_default);
                let (by, note) = (text("end_requested_by")?, text("end_requested_note")?);
                Ok(EndRequest { session: parsed(row, "id")?, by, note })
            })
            .collect()
    }

    /// Why the source of a session refused to end it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_answer(&self, session: SessionId) -> Result<Option<String>, StoreError> {
        let row = sqlx::query("SELECT end_answer FROM sessions WHERE id = $1")
            .bind(session.to_string())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| row.try_get("end_answer")).transpose()?.flatten())
    }

    /// Whether a source reports the session.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn is_reported(&self, session: SessionId) -> Result<bool, StoreError> {
        let row = sqlx::query("SELECT id FROM sessions WHERE id = $1 AND source_key IS NOT NULL")
            .bind(session.to_string())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.is_some())
    }

    /// Writes down that a session's source is asked to end it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ask_source(&self, session: SessionId, by: &str, note: &str) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE sessions SET end_requested_at = $2, end_requested_by = $3, end_requested_note = $4, \
             end_state = 'waiting', end_answer = NULL WHERE id = $1 AND ended_at IS NULL",
        )
        .bind(session.to_string())
        .bind(Millis::now().0)
        .bind(by)
        .bind(note)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Takes note of where a request to end a session stands, and why its source refused.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn set_end_asked(
        &self,
        session: SessionId,
        asked: EndAsked,
        answer: Option<&str>,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE sessions SET end_state = $2, end_answer = $3 WHERE id = $1 AND ended_at IS NULL")
            .bind(session.to_string())
            .bind(end_asked_text(asked))
            .bind(answer.map(str::to_owned))
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

/// Where a request stands, as the column keeps it.
pub(super) const fn end_asked_text(asked: EndAsked) -> Option<&'static str> {
    match asked {
        EndAsked::No => None,
        EndAsked::Waiting => Some("waiting"),
        EndAsked::Silent => Some("silent"),
        EndAsked::Refused => Some("refused"),
    }
}

/// Parts of these lengths, of which the last is 1.
fn chunks<'a, T>(mut rows: &'a [T], lengths: &[usize]) -> Vec<&'a [T]> {
    let mut parts = Vec::new();
    for &length in lengths {
        while rows.len() >= length {
            let (part, rest) = rows.split_at(length);
            parts.push(part);
            rows = rest;
        }
    }
    parts
}

/// `($1, $2), ($3, $4)`; `casts` says what PostgreSQL cannot see from a place in `VALUES`.
fn places(rows: usize, columns: usize, cast: impl Fn(usize) -> Option<&'static str>) -> String {
    let mut text = String::with_capacity(rows * columns * 6);
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns {
            let comma = if column == 0 { "" } else { ", " };
            let place = row * columns + column + 1;
            // Writing into a String cannot fail.
            let _ = match cast(column) {
                Some(kind) => write!(text, "{comma}CAST(${place} AS {kind})"),
                None => write!(text, "{comma}${place}"),
            };
        }
        text.push(')');
    }
    text
}

const INSERTED: &str = "id, user_id, user_name, full_name, device, client, started_at, type, port, service_url, \
     account_id, account_name, service_provider, agent, jump_server_group, node, watch_policy, has_screen, \
     watchers, last_active_at, recorded, source_id, source_key, lease_seconds";
const INSERTED_COLUMNS: usize = 24;

async fn insert(connection: &mut AnyConnection, rows: &[Reported]) -> Result<(), StoreError> {
    // Names of columns and numbers of parameters alone.
    let places = places(rows.len(), INSERTED_COLUMNS, |_| None);
    let sql = sqlx::AssertSqlSafe(format!("INSERT INTO sessions ({INSERTED}) VALUES {places}"));
    let query = rows.iter().fold(sqlx::query(sql), bind);
    query.execute(connection).await?;
    Ok(())
}

fn bind<'q>(query: Query<'q, Any, AnyArguments>, row: &Reported) -> Query<'q, Any, AnyArguments> {
    let Facts { user, account, policy, .. } = row.opening.facts;
    let session = row.opening.session.clone();
    query
        .bind(session.id.to_string())
        .bind(user.map(|user| user.to_string()))
        .bind(session.user)
        .bind(session.full_name)
        .bind(session.device)
        .bind(session.client)
        .bind(session.started_at.0)
        .bind(session.kind.as_str())
        .bind(i64::from(session.port))
        .bind(session.service_url)
        .bind(account.map(|account| account.to_string()))
        .bind(session.account_name)
        .bind(session.service_provider)
        .bind(session.agent)
        .bind(session.jump_server_group)
        .bind(session.node)
        .bind(policy_text(policy))
        .bind(0_i64)
        .bind(0_i64)
        .bind(session.last_active_at.0)
        .bind(0_i64)
        .bind(row.source.to_string())
        .bind(row.key.clone())
        .bind(i64::from(row.lease_seconds))
}

async fn end(connection: &mut AnyConnection, ends: &[(SessionId, End)]) -> Result<(), StoreError> {
    let places = places(ends.len(), 5, |column| Some(if column == 1 { "BIGINT" } else { "TEXT" }));
    // Numbers of parameters alone. Both databases name the columns of VALUES so.
    let sql = sqlx::AssertSqlSafe(format!(
        "UPDATE sessions SET ended_at = v.column2, end_reason = v.column3, ended_by = v.column4, \
         end_note = v.column5, watchers = 0 FROM (VALUES {places}) AS v \
         WHERE sessions.id = v.column1 AND sessions.ended_at IS NULL"
    ));
    let query = ends.iter().fold(sqlx::query(sql), |query, (session, end)| {
        query
            .bind(session.to_string())
            .bind(end.at.0)
            .bind(end.reason.as_str())
            .bind(end.by.clone())
            .bind(end.note.clone())
    });
    query.execute(connection).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_go_into_statements_of_few_lengths() {
        let rows = [0; 123];
        let lengths: Vec<_> = chunks(&rows, &ROWS).iter().map(|chunk| chunk.len()).collect();
        assert_eq!(lengths, [50, 50, 10, 10, 1, 1, 1]);
        assert_eq!(
            places(2, 2, |column| (column == 1).then_some("TEXT")),
            "($1, CAST($2 AS TEXT)), ($3, CAST($4 AS TEXT))"
        );
    }

    #[test]
    fn every_column_has_a_place() {
        assert_eq!(INSERTED.split(',').count(), INSERTED_COLUMNS);
    }
}
