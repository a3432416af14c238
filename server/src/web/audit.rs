//! The audit for those who may read it: pages of it for the app, and all of it as CSV.

use app::backend::{AuditEvent, AuditPage, AuditQuery};
use app::csv::{guarded, push_record};
use app::time;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use hub::{Permit, ReadAudit, Refusal, permit_global};
use jiff::tz::TimeZone;

use super::asked::{AskedError, bounded, days, in_words};
use super::export::{Exporting, Records};
use super::peer::Peer;
use super::problem::Problem;
use super::signed_in::Signed;
use super::{Shared, Web};
use crate::audit::Action;
use crate::store::{AuditFilter, AuditRow, StoreError};

/// Events on one page.
const PAGE: u32 = 200;
/// Events of the CSV that are read at a time.
const CSV_PAGE: u32 = 1_000;

impl Web {
    /// One page, newest first.
    pub(super) async fn audit(
        &self,
        _permit: &Permit<ReadAudit>,
        query: &AuditQuery,
    ) -> Result<AuditPage, AskedError> {
        let filter = filter(query).map_err(AskedError::Asked)?;
        let mut rows = self.services.store.audit_page(&filter, query.before, PAGE + 1).await?;
        let more = rows.len() > PAGE as usize;
        rows.truncate(PAGE as usize);
        let actions = Action::ALL.iter().map(|action| action.as_str().to_owned()).collect();
        Ok(AuditPage { events: rows.into_iter().map(event).collect(), more, actions })
    }
}

fn event(row: AuditRow) -> AuditEvent {
    AuditEvent {
        number: row.number,
        at: row.at,
        actor: row.actor,
        action: row.action,
        subject: row.subject,
        session: row.session,
        device: row.device.map(|device| device.to_string()),
        detail: row.detail,
    }
}

/// What a query asks for, or what is wrong with it.
fn filter(query: &AuditQuery) -> Result<AuditFilter, String> {
    let AuditQuery { actor, action, subject, session, from, until, before: _ } = query;
    bounded([actor.as_str(), action, subject])?;
    let session = Some(session.trim()).filter(|text| !text.is_empty());
    let session = session.map(|text| text.parse().map_err(|_| format!("{text:?} is no session id")));
    let (from, until) = days(from, until, &TimeZone::UTC)?;
    Ok(AuditFilter {
        actor: actor.trim().into(),
        action: action.trim().into(),
        subject: subject.trim().into(),
        session: session.transpose()?,
        from,
        until,
    })
}

/// `GET /audit.csv`: every event that the query lets through, newest first, as it is read.
pub(super) async fn csv(
    State(web): State<Shared>,
    Signed(signed): Signed,
    Peer(peer): Peer,
    query: Result<Query<AuditQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let viewer = signed.known.viewer;
    // Who may not read it does not learn that it is there.
    permit_global::<ReadAudit>(&viewer).map_err(|_| Problem::from(Refusal::Unknown))?;
    let bad = |detail: String| Problem::new(StatusCode::BAD_REQUEST, detail);
    let Query(query) = query.map_err(|rejection| bad(rejection.body_text()))?;
    let filter = filter(&query).map_err(bad)?;
    let exporting = Exporting::new(Shared::clone(&web), viewer, peer, "audit", told(&query));
    let mut headings = String::new();
    push_record(&mut headings, HEADINGS.iter().map(|heading| (*heading).into()));
    exporting.answer(headings, Events { web, filter, before: None }).await
}

const HEADINGS: [&str; 8] =
    ["Number", "Time", "Who", "What", "To whom or what", "Session id", "Device", "Detail"];

/// The events of an export.
struct Events {
    web: Shared,
    filter: AuditFilter,
    before: Option<i64>,
}

impl Records for Events {
    async fn next(&mut self) -> Result<Option<(String, u64)>, StoreError> {
        let rows = self.web.services.store.audit_page(&self.filter, self.before, CSV_PAGE).await?;
        let Some(last) = rows.last() else { return Ok(None) };
        self.before = Some(last.number);
        let mut csv = String::with_capacity(rows.len() * 160);
        for row in &rows {
            let text = |text: &str| guarded(text.to_owned().into());
            let fields = [
                row.number.to_string().into(),
                time::iso(row.at, 0).into(),
                text(&row.actor),
                text(&row.action),
                text(&row.subject),
                row.session.map(|session| session.to_string()).unwrap_or_default().into(),
                row.device.map(|device| device.to_string()).unwrap_or_default().into(),
                text(&row.detail),
            ];
            push_record(&mut csv, fields.into_iter());
        }
        Ok(Some((csv, rows.len() as u64)))
    }
}

/// A query as an audit event says it.
fn told(query: &AuditQuery) -> String {
    let AuditQuery { actor, action, subject, session, from, until, before: _ } = query;
    in_words([
        ("who", actor.as_str()),
        ("what", action),
        ("to", subject),
        ("session", session),
        ("from", from),
        ("until", until),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_no_sense_is_named() {
        let asked = |change: fn(&mut AuditQuery)| {
            let mut query = AuditQuery::default();
            change(&mut query);
            filter(&query).unwrap_err()
        };
        assert_eq!(asked(|query| query.from = "soon".into()), "\"soon\" is no day: write it as 2026-11-23");
        assert_eq!(asked(|query| query.session = "7".into()), "\"7\" is no session id");
        assert_eq!(asked(|query| query.actor = "x".repeat(201)), "look for at most 200 characters");
    }

    #[test]
    fn a_filter_is_told_in_words() {
        assert_eq!(told(&AuditQuery::default()), "none");
        let query = AuditQuery { actor: "ann".into(), from: "2026-11-23".into(), ..AuditQuery::default() };
        assert_eq!(told(&query), "who ann, from 2026-11-23");
    }
}
