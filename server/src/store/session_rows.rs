//! A row of `sessions` as the types that the rest of the server uses.

use hub::Facts;
use sqlx::Row;
use sqlx::any::AnyRow;
use wire::{End, EndAsked, Session};

use super::reports::end_asked_text;
use super::rows::{number, parsed, parsed_opt, policy, time, time_opt, unreadable};
use super::{SessionRow, StoreError};

macro_rules! columns {
    () => {
        "id, user_id, user_name, full_name, device, client, started_at, type, port, service_url, account_id, \
         account_name, service_provider, agent, jump_server_group, node, watch_policy, has_screen, watchers, \
         last_active_at, recorded, end_state, ended_at, end_reason, ended_by, end_note"
    };
}
pub(super) use columns;

impl SessionRow {
    pub(super) fn from_row(row: &AnyRow) -> Result<Self, StoreError> {
        let session = Session {
            id: parsed(row, "id")?,
            user: row.try_get("user_name")?,
            full_name: row.try_get("full_name")?,
            device: row.try_get("device")?,
            client: row.try_get("client")?,
            started_at: time(row, "started_at")?,
            kind: parsed(row, "type")?,
            port: number(row, "port")?,
            service_url: row.try_get("service_url")?,
            account_name: row.try_get("account_name")?,
            service_provider: row.try_get("service_provider")?,
            agent: row.try_get("agent")?,
            jump_server_group: row.try_get("jump_server_group")?,
            watchers: number(row, "watchers")?,
            last_active_at: time(row, "last_active_at")?,
            node: row.try_get("node")?,
            recorded: row.try_get::<i64, _>("recorded")? != 0,
            user_reported: row.try_get::<Option<String>, _>("user_id")?.is_none(),
            end_asked: end_asked(row)?,
        };
        let facts = Facts {
            session: session.id,
            user: parsed_opt(row, "user_id")?,
            account: parsed_opt(row, "account_id")?,
            policy: policy(row, "watch_policy")?,
        };
        let screen = row.try_get::<i64, _>("has_screen")? != 0;
        Ok(Self { session, facts, screen, ended: end(row)? })
    }
}

fn end_asked(row: &AnyRow) -> Result<EndAsked, StoreError> {
    let text: Option<String> = row.try_get("end_state")?;
    [EndAsked::No, EndAsked::Waiting, EndAsked::Silent, EndAsked::Refused]
        .into_iter()
        .find(|asked| end_asked_text(*asked) == text.as_deref())
        .ok_or_else(|| unreadable("end_state", text.unwrap_or_default()))
}

fn end(row: &AnyRow) -> Result<Option<End>, StoreError> {
    let Some(at) = time_opt(row, "ended_at")? else { return Ok(None) };
    let reason = parsed_opt(row, "end_reason")?.ok_or_else(|| unreadable("end_reason", "nothing"))?;
    Ok(Some(End { at, reason, by: row.try_get("ended_by")?, note: row.try_get("end_note")? }))
}
