//! Checks the chain of audit events from its first to its last.

use std::fmt;
use std::str::FromStr;

use sqlx::Row;
use sqlx::any::AnyRow;

use super::audit_events::columns;
use super::{Store, StoreError};
use crate::audit::chain::{Link, START};

/// Events read at a time.
const PAGE: i64 = 2_000;

/// A chain without a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditHead {
    /// How many events it has.
    pub events: i64,
    /// Hash of the last one. Noted elsewhere, it shows later that nothing before was changed since.
    pub hash: String,
}

/// The first fault of a chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuditFault {
    /// No event has this number.
    #[error("event {0} is missing")]
    Missing(i64),
    /// The event is not what was written.
    #[error("event {number} ({id}) was changed: its hash does not fit")]
    Changed {
        /// Its number.
        number: i64,
        /// Its id.
        id: String,
    },
    /// There are more events than were written.
    #[error("event {0} was added beside the chain")]
    Added(i64),
    /// The chain fits in itself and is not the one that was noted earlier.
    #[error("event {0} or one before it was rewritten: its hash is not the one noted earlier")]
    Rewritten(i64),
}

/// `EVENTS:HASH`, as a head is noted.
impl FromStr for AuditHead {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no head: write it as EVENTS:HASH");
        let (events, hash) = text.split_once(':').ok_or_else(wrong)?;
        let events = events.parse().map_err(|_| wrong())?;
        let is_hash = hash.len() == START.len() && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_hash {
            return Err(wrong());
        }
        Ok(Self { events, hash: hash.to_ascii_lowercase() })
    }
}

impl fmt::Display for AuditHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.events, self.hash)
    }
}

impl Store {
    /// Reads every event and compares its hash, and the chain with a head that was `noted` earlier; the
    /// answer is where the chain ends, or its first fault.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn check_audit(
        &self,
        noted: Option<&AuditHead>,
    ) -> Result<Result<AuditHead, AuditFault>, StoreError> {
        // Counted first: what is written meanwhile only comes on top.
        let counted = self.audit_count().await?;
        let mut head = AuditHead { events: 0, hash: START.into() };
        loop {
            let rows = sqlx::query(concat!(
                "SELECT ",
                columns!(),
                ", hash FROM audit_events WHERE number > $1 ORDER BY number LIMIT $2"
            ))
            .bind(head.events)
            .bind(PAGE)
            .fetch_all(&self.pool)
            .await?;
            for row in &rows {
                if let Err(fault) = follow(&mut head, &link(row)?, &row.try_get::<String, _>("hash")?) {
                    return Ok(Err(fault));
                }
                if noted.is_some_and(|noted| noted.events == head.events && noted.hash != head.hash) {
                    return Ok(Err(AuditFault::Rewritten(head.events)));
                }
            }
            if rows.is_empty() {
                break;
            }
        }
        if head.events < counted.max(noted.map_or(0, |noted| noted.events)) {
            return Ok(Err(AuditFault::Missing(head.events + 1)));
        }
        let outside = sqlx::query("SELECT MIN(number) AS number FROM audit_events WHERE number < 1")
            .fetch_one(&self.pool)
            .await?;
        if let Some(number) = outside.try_get("number")? {
            return Ok(Err(AuditFault::Added(number)));
        }
        let now = self.audit_count().await?;
        Ok(if now < head.events { Err(AuditFault::Added(now + 1)) } else { Ok(head) })
    }

    /// How many events were written, as the table beside them has it.
    async fn audit_count(&self) -> Result<i64, StoreError> {
        let row = sqlx::query("SELECT value FROM meta WHERE key = 'audit_events'")
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map_or(Ok(0), |row| row.try_get("value"))?)
    }
}

/// Takes one more event onto the head of the chain.
fn follow(head: &mut AuditHead, link: &Link, hash: &str) -> Result<(), AuditFault> {
    let expected = head.events + 1;
    if link.number != expected {
        return Err(AuditFault::Missing(expected));
    }
    if link.hash(&head.hash) != hash {
        return Err(AuditFault::Changed { number: link.number, id: link.id.clone() });
    }
    *head = AuditHead { events: expected, hash: hash.into() };
    Ok(())
}

/// As text, whatever it says: a fault in a field is a fault of the chain, not of the reading.
fn link(row: &AnyRow) -> Result<Link, StoreError> {
    Ok(Link {
        id: row.try_get("id")?,
        number: row.try_get("number")?,
        at: row.try_get("at")?,
        actor: row.try_get("actor")?,
        actor_id: row.try_get("actor_id")?,
        action: row.try_get("action")?,
        subject: row.try_get("subject")?,
        session: row.try_get("session_id")?,
        device: row.try_get("device")?,
        detail: row.try_get("detail")?,
    })
}
