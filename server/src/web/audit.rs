//! The audit for those who may read it: pages of it for the app, and all of it as CSV.

use app::backend::{AuditEvent, AuditPage, AuditQuery};
use app::csv::{guarded, push_record};
use app::time;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::stream;
use hub::{Permit, ReadAudit, Refusal, permit_global};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::net::IpAddr;
use wire::Millis;

use super::peer::Peer;
use super::problem::Problem;
use super::sessions::by;
use super::signed_in::Signed;
use super::{Shared, Web};
use crate::audit::Action;
use crate::store::{AuditFilter, AuditRow, StoreError};

/// Events on one page.
const PAGE: u32 = 200;
/// Events of the CSV that are read at a time.
const CSV_PAGE: u32 = 1_000;
/// Longest text that is looked for, in characters.
const MAX_CHARS: usize = 200;

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub(super) enum AuditError {
    /// What was asked for makes no sense; the text is for the person.
    #[error("{0}")]
    Asked(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Web {
    /// One page, newest first.
    pub(super) async fn audit(
        &self,
        _permit: &Permit<ReadAudit>,
        query: &AuditQuery,
    ) -> Result<AuditPage, AuditError> {
        let filter = filter(query).map_err(AuditError::Asked)?;
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
    if [actor, action, subject].iter().any(|text| text.chars().count() > MAX_CHARS) {
        return Err(format!("look for at most {MAX_CHARS} characters"));
    }
    let session = Some(session.trim()).filter(|text| !text.is_empty());
    let session = session.map(|text| text.parse().map_err(|_| format!("{text:?} is no session id")));
    let until = day(until)?.map(|day| day.tomorrow().map_err(|_| "that day is too far away".to_owned()));
    Ok(AuditFilter {
        actor: actor.trim().into(),
        action: action.trim().into(),
        subject: subject.trim().into(),
        session: session.transpose()?,
        from: day(from)?.map(start_of).transpose()?,
        until: until.transpose()?.map(start_of).transpose()?,
    })
}

fn day(text: &str) -> Result<Option<Date>, String> {
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| format!("{text:?} is no day: write it as 2026-11-23")),
    }
}

/// The first moment of a day in UTC.
fn start_of(day: Date) -> Result<Millis, String> {
    let start = day.to_zoned(TimeZone::UTC).map_err(|_| "that day is too far away".to_owned())?;
    Ok(Millis(start.timestamp().as_millisecond()))
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
    let words = in_words(&query);
    let mut export = Export { web, viewer, peer, filter, words, before: None, rows: 0 };
    let mut head = String::new();
    push_record(&mut head, HEADINGS.iter().map(|heading| (*heading).into()));
    // The first piece before the answer, so that a database that is away has a status.
    let first = export.next().await.map_err(Problem::failed)?;
    let first = first.map(|first| Ok::<_, StoreError>(head.clone() + &first));
    let start = first.unwrap_or(Ok(head));
    let rest =
        stream::try_unfold(export, async |mut export| Ok(export.next().await?.map(|piece| (piece, export))));
    let body = Body::from_stream(futures::StreamExt::chain(stream::iter([start]), rest));
    let name = format!("attachment; filename=\"sightline-audit-{}.csv\"", time::date(Millis::now(), 0));
    let headers =
        [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, body).into_response())
}

const HEADINGS: [&str; 8] =
    ["Number", "Time", "Who", "What", "To whom or what", "Session id", "Device", "Detail"];

/// An export under way; audited when it ends, however it ends.
struct Export {
    web: Shared,
    viewer: hub::Viewer,
    peer: IpAddr,
    filter: AuditFilter,
    words: String,
    before: Option<i64>,
    rows: u64,
}

impl Export {
    /// The next records; none when there are no more.
    async fn next(&mut self) -> Result<Option<String>, StoreError> {
        let rows = self.web.services.store.audit_page(&self.filter, self.before, CSV_PAGE).await?;
        let Some(last) = rows.last() else { return Ok(None) };
        self.before = Some(last.number);
        self.rows += rows.len() as u64;
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
        Ok(Some(csv))
    }
}

impl Drop for Export {
    fn drop(&mut self) {
        let event = by(&self.viewer, Action::Exported).on("audit").from(self.peer);
        self.web.services.journal.note(event.detail(format!("{} rows, filter: {}", self.rows, self.words)));
    }
}

/// A query as an audit event says it.
fn in_words(query: &AuditQuery) -> String {
    let AuditQuery { actor, action, subject, session, from, until, before: _ } = query;
    let parts: Vec<String> = [
        ("who", actor),
        ("what", action),
        ("to", subject),
        ("session", session),
        ("from", from),
        ("until", until),
    ]
    .into_iter()
    .filter(|(_, value)| !value.trim().is_empty())
    .map(|(name, value)| format!("{name} {}", value.trim()))
    .collect();
    if parts.is_empty() { "none".into() } else { parts.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_whole_and_in_utc() {
        let query =
            AuditQuery { from: "2026-11-23".into(), until: "2026-11-23".into(), ..AuditQuery::default() };
        let filter = filter(&query).unwrap();
        assert_eq!(filter.from, Some(Millis(1_795_392_000_000)));
        assert_eq!(filter.until, Some(Millis(1_795_392_000_000 + 86_400_000)));
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        let asked = |change: fn(&mut AuditQuery)| {
            let mut query = AuditQuery::default();
            change(&mut query);
            filter(&query).unwrap_err()
        };
        assert_eq!(asked(|query| query.from = "soon".into()), "\"soon\" is no day: write it as 2026-11-23");
        assert_eq!(
            asked(|query| query.until = "2026-02-30".into()),
            "\"2026-02-30\" is no day: write it as 2026-11-23"
        );
        assert_eq!(asked(|query| query.until = "9999-12-31".into()), "that day is too far away");
        assert_eq!(asked(|query| query.session = "7".into()), "\"7\" is no session id");
        assert_eq!(asked(|query| query.actor = "x".repeat(201)), "look for at most 200 characters");
    }

    #[test]
    fn a_filter_is_told_in_words() {
        assert_eq!(in_words(&AuditQuery::default()), "none");
        let query = AuditQuery { actor: "ann".into(), from: "2026-11-23".into(), ..AuditQuery::default() };
        assert_eq!(in_words(&query), "who ann, from 2026-11-23");
    }
}
