//! The access log as a viewer may see it: pages for the app and for scripts, and all of it as CSV.

use app::backend::{LogEntry, LogPage, LogQuery};
use app::table::{Column, push_log_csv, push_log_headings};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use hub::{Reach, Viewer, reach, rights};
use wire::{Millis, SessionType};

use super::asked::{AskedError, bounded, days, in_words, zone};
use super::export::{Exporting, Records};
use super::peer::Peer;
use super::problem::Problem;
use super::signed_in::Signed;
use super::{Shared, Web};
use crate::store::{LogFilter, LogPlace, LogState, SessionRow, StoreError};

/// Sessions of the CSV that are read at a time.
const CSV_PAGE: u32 = 1_000;

impl Web {
    /// One page of at most `size` sessions, newest first.
    pub(super) async fn access_log(
        &self,
        viewer: &Viewer,
        query: &LogQuery,
        size: u32,
    ) -> Result<LogPage, AskedError> {
        let filter = filter(query).map_err(AskedError::Asked)?;
        let before = place(&query.before).map_err(AskedError::Asked)?;
        let mut rows = self.services.store.access_log(&reach(viewer), &filter, before, size + 1).await?;
        let more = rows.len() > size as usize;
        rows.truncate(size as usize);
        let older = rows.last().filter(|_| more).map(|last| written(LogPlace::of(last)));
        Ok(LogPage { entries: self.entries(viewer, rows).await?, older, now: Millis::now() })
    }

    async fn entries(&self, viewer: &Viewer, rows: Vec<SessionRow>) -> Result<Vec<LogEntry>, StoreError> {
        let ids = rows.iter().filter(|row| row.screen).map(|row| row.session.id);
        let mut watched_by = self.services.store.watched_by(ids.collect::<Vec<_>>().into_iter()).await?;
        let entries = rows.into_iter().map(|row| LogEntry {
            watched_by: watched_by.remove(&row.session.id).unwrap_or_default(),
            watch: row.ended.is_none()
                && rights(viewer, &row.facts, row.screen).is_some_and(|rights| rights.watch),
            session: row.session,
            ended: row.ended,
        });
        Ok(entries.collect())
    }
}

/// What a query asks for, or what is wrong with it.
fn filter(query: &LogQuery) -> Result<LogFilter, String> {
    let LogQuery { user, kind, account, agent, state, from, until, zone: named, before: _ } = query;
    bounded([user.as_str(), account, agent])?;
    let kind = Some(kind.trim()).filter(|kind| !kind.is_empty());
    let (from, until) = days(from, until, &zone(named)?)?;
    Ok(LogFilter {
        from,
        until,
        kind: kind.map(str::parse::<SessionType>).transpose().map_err(|unknown| unknown.to_string())?,
        user: user.trim().into(),
        account: account.trim().into(),
        agent: agent.trim().into(),
        state: match state.trim() {
            "" | "all" => LogState::All,
            "open" => LogState::Open,
            "ended" => LogState::Ended,
            other => return Err(format!("{other:?} is no state of a session: use open, ended or all")),
        },
    })
}

/// A place as an address holds it.
fn written(place: LogPlace) -> String {
    format!("{}.{}", place.started_at.0, place.id)
}

fn place(text: &str) -> Result<Option<LogPlace>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let place = text
        .split_once('.')
        .and_then(|(at, id)| Some(LogPlace { started_at: Millis(at.parse().ok()?), id: id.parse().ok()? }));
    place.map(Some).ok_or_else(|| format!("{text:?} is no place in the log: leave it out for the newest"))
}

/// `GET /access-logs.csv`: every session that the viewer may see and the query lets through, newest first.
pub(super) async fn csv(
    State(web): State<Shared>,
    Signed(signed): Signed,
    Peer(peer): Peer,
    query: Result<Query<LogQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let viewer = signed.known.viewer;
    let bad = |detail: String| Problem::new(StatusCode::BAD_REQUEST, detail);
    let Query(query) = query.map_err(|rejection| bad(rejection.body_text()))?;
    let filter = filter(&query).map_err(bad)?;
    let words = in_words(query.filters());
    let exporting = Exporting::new(Shared::clone(&web), viewer.clone(), peer, "access logs", words);
    let mut headings = String::new();
    push_log_headings(&mut headings, &Column::LOG);
    exporting.answer(headings, Sessions { reach: reach(&viewer), web, viewer, filter, before: None }).await
}

/// The sessions of an export.
struct Sessions {
    web: Shared,
    viewer: Viewer,
    reach: Reach,
    filter: LogFilter,
    before: Option<LogPlace>,
}

impl Records for Sessions {
    async fn next(&mut self) -> Result<Option<(String, u64)>, StoreError> {
        let store = &self.web.services.store;
        let rows = store.access_log(&self.reach, &self.filter, self.before, CSV_PAGE).await?;
        let Some(last) = rows.last() else { return Ok(None) };
        self.before = Some(LogPlace::of(last));
        let entries = self.web.entries(&self.viewer, rows).await?;
        let mut csv = String::new();
        push_log_csv(&mut csv, &Column::LOG, &entries, Millis::now(), |_| 0);
        Ok(Some((csv, entries.len() as u64)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_no_sense_is_named() {
        let asked = |change: fn(&mut LogQuery)| {
            let mut query = LogQuery::default();
            change(&mut query);
            filter(&query).map(|_| ()).unwrap_err()
        };
        assert!(asked(|query| query.kind = "SSH".into()).starts_with("unknown session type \"SSH\""));
        assert!(asked(|query| query.state = "gone".into()).starts_with("\"gone\" is no state of a session"));
        assert!(asked(|query| query.zone = "Mars".into()).starts_with("\"Mars\" is no time zone"));
        assert!(asked(|query| query.from = "soon".into()).starts_with("\"soon\" is no day"));
        assert_eq!(asked(|query| query.account = "x".repeat(201)), "look for at most 200 characters");
        for wrong in ["7", "7.7", "x.0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000"] {
            assert!(place(wrong).unwrap_err().contains("is no place in the log"), "{wrong}");
        }
    }

    #[test]
    fn a_place_is_read_as_it_was_written() {
        let text = "1764000000005.0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000";
        let read = place(text).unwrap().unwrap();
        assert_eq!(read.started_at, Millis(1_764_000_000_005));
        assert_eq!(written(read), text);
        assert_eq!(place(""), Ok(None));
    }
}
