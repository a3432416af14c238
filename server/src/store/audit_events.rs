//! Audit events: only ever added, each chained to the one before; read by page.

use std::net::IpAddr;

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};
use uuid::Uuid;
use wire::{Millis, SessionId};

use super::rows::{parsed, parsed_opt, time};
use super::{Store, StoreError};
use crate::audit::Event;
use crate::audit::chain::{Link, START};

/// One event as the table keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// Names it.
    pub id: Uuid,
    /// Its place in the chain, from 1.
    pub number: i64,
    /// When.
    pub at: Millis,
    /// Who.
    pub actor: String,
    /// What, in the words of [`crate::audit::Action`].
    pub action: String,
    /// To whom or what.
    pub subject: String,
    /// On which session.
    pub session: Option<SessionId>,
    /// From which address.
    pub device: Option<IpAddr>,
    /// Everything else, in words.
    pub detail: String,
}

/// Which events; what is `None` or empty filters nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// By this actor.
    pub actor: String,
    /// With this action.
    pub action: String,
    /// With this text in the subject.
    pub subject: String,
    /// On this session.
    pub session: Option<SessionId>,
    /// At this time or later.
    pub from: Option<Millis>,
    /// Before this time.
    pub until: Option<Millis>,
}

macro_rules! columns {
    () => {
        "id, number, at, actor, actor_id, action, subject, session_id, device, detail"
    };
}

impl Store {
    /// The last events that a filter lets through, newest first: those before number `before`, if given.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn audit_page(
        &self,
        filter: &AuditFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let mut texts = Vec::new();
        let mut numbers = Vec::new();
        if !filter.actor.is_empty() {
            texts.push(("actor = ", filter.actor.clone()));
        }
        if !filter.action.is_empty() {
            texts.push(("action = ", filter.action.clone()));
        }
        if !filter.subject.is_empty() {
            texts.push(("subject LIKE ", format!("%{}%", like_literal(&filter.subject))));
        }
        if let Some(session) = filter.session {
            texts.push(("session_id = ", session.to_string()));
        }
        if let Some(from) = filter.from {
            numbers.push(("at >= ", from.0));
        }
        if let Some(until) = filter.until {
            numbers.push(("at < ", until.0));
        }
        if let Some(before) = before {
            numbers.push(("number < ", before));
        }
        let tests = texts.iter().map(|(test, _)| *test).chain(numbers.iter().map(|(test, _)| *test));
        let tests: Vec<String> = tests
            .enumerate()
            .map(|(at, test)| match test {
                "subject LIKE " => format!("{test}${} ESCAPE '!'", at + 1),
                test => format!("{test}${}", at + 1),
            })
            .collect();
        let wanted = if tests.is_empty() { String::new() } else { format!("WHERE {}", tests.join(" AND ")) };
        // Only the tests above and a number: nothing that somebody typed is in the text.
        let sql = sqlx::AssertSqlSafe(format!(
            concat!("SELECT ", columns!(), " FROM audit_events {} ORDER BY number DESC LIMIT {}"),
            wanted, limit
        ));
        let mut query = sqlx::query(sql);
        for (_, text) in texts {
            query = query.bind(text);
        }
        for (_, number) in numbers {
            query = query.bind(number);
        }
        query.fetch_all(&self.pool).await?.iter().map(AuditRow::from_row).collect()
    }
}

impl AuditRow {
    fn from_row(row: &AnyRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: parsed(row, "id")?,
            number: row.try_get("number")?,
            at: time(row, "at")?,
            actor: row.try_get("actor")?,
            action: row.try_get("action")?,
            subject: row.try_get("subject")?,
            session: parsed_opt(row, "session_id")?,
            device: parsed_opt(row, "device")?,
            detail: row.try_get("detail")?,
        })
    }
}

/// Text for `LIKE … ESCAPE '!'` that stands for itself.
fn like_literal(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

/// Adds an event at the end of the chain; adding it again changes nothing, so a writer may try again.
/// Call it last in a transaction: writers wait for one another from here to its end.
pub(super) async fn insert(connection: &mut AnyConnection, event: &Event) -> Result<(), StoreError> {
    let id = event.id.to_string();
    let known = sqlx::query("SELECT number FROM audit_events WHERE id = $1")
        .bind(id.clone())
        .fetch_optional(&mut *connection)
        .await?;
    if known.is_some() {
        return Ok(());
    }
    let counted = sqlx::query("UPDATE meta SET value = value + 1 WHERE key = 'audit_events' RETURNING value")
        .fetch_one(&mut *connection)
        .await?;
    let link = Link {
        id,
        number: counted.try_get("value")?,
        at: event.at.0,
        actor: event.actor.clone(),
        actor_id: event.actor_id.map(|id| id.to_string()),
        action: event.action.as_str().into(),
        subject: event.subject.clone(),
        session: event.session.map(|id| id.to_string()),
        device: event.device.map(|device| device.to_string()),
        detail: event.detail.clone(),
    };
    let previous = sqlx::query("SELECT hash FROM audit_events WHERE number = $1")
        .bind(link.number - 1)
        .fetch_optional(&mut *connection)
        .await?;
    // Where somebody took the event before away, verifying says so; writing goes on.
    let previous = previous.map_or_else(|| Ok(START.into()), |row| row.try_get::<String, _>("hash"))?;
    let hash = link.hash(&previous);
    sqlx::query(concat!(
        "INSERT INTO audit_events (",
        columns!(),
        ", hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
    ))
    .bind(link.id)
    .bind(link.number)
    .bind(link.at)
    .bind(link.actor)
    .bind(link.actor_id)
    .bind(link.action)
    .bind(link.subject)
    .bind(link.session)
    .bind(link.device)
    .bind(link.detail)
    .bind(hash)
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) use columns;
