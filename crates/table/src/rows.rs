//! Every session that the page knows, kept current by the feed.

use std::collections::HashMap;
use std::sync::Arc;

use wire::{Change, End, Millis, Rights, Session, SessionId};

use super::filter::haystack;
use super::view::Changed;

/// How long an ended session stays as a tombstone, in milliseconds: long enough to be noticed.
const TOMBSTONE_MS: i64 = 6_000;

/// One session as the table holds it. Never changed: a change puts another in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its attributes.
    pub session: Session,
    /// What the viewer may do with it.
    pub rights: Rights,
    /// How it ended, for the seconds that it stays as a tombstone.
    pub ended: Option<End>,
    /// What the filter box looks in.
    pub(super) haystack: Arc<str>,
}

impl Row {
    fn new(session: Session, rights: Rights) -> Arc<Self> {
        let haystack = haystack(&session).into();
        Arc::new(Self { session, rights, ended: None, haystack })
    }
}

/// The open sessions and the tombstones, by id. Cloning it is cheap: rows are shared.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    by_id: HashMap<SessionId, Arc<Row>>,
    /// When each tombstone is to go, by the viewer's clock.
    tombstones: Vec<(SessionId, i64)>,
}

impl Rows {
    /// Replaces everything by a snapshot. Rows that did not change stay the same ones; tombstones
    /// that stand stay for their time.
    pub fn replace(&mut self, sessions: Vec<(Session, Rights)>) {
        let mut before = std::mem::take(&mut self.by_id);
        for (session, rights) in sessions {
            let id = session.id;
            let row = match before.remove(&id) {
                Some(row) if row.session == session && row.rights == rights && row.ended.is_none() => row,
                _ => Row::new(session, rights),
            };
            self.by_id.insert(id, row);
        }
        let by_id = &mut self.by_id;
        self.tombstones.retain(|(id, _)| match before.remove(id) {
            Some(row) if row.ended.is_some() => by_id.insert(*id, row).is_none(),
            _ => false,
        });
    }

    /// Applies one change; `now` is the viewer's clock. What is not known is passed over.
    pub fn apply(&mut self, change: Change, now: Millis) -> Option<Changed> {
        match change {
            Change::Opened(session, rights) => {
                let id = session.id;
                let row = Row::new(session, rights);
                self.tombstones.retain(|(known, _)| *known != id);
                Some(Changed { before: self.by_id.insert(id, row.clone()), after: Some(row) })
            }
            Change::Updated(update) => {
                let row = self.by_id.get_mut(&update.id).filter(|row| row.ended.is_none())?;
                let mut session = row.session.clone();
                (session.watchers, session.last_active_at) = (update.watchers, update.last_active_at);
                let after = Arc::new(Row {
                    session,
                    rights: row.rights,
                    ended: None,
                    haystack: row.haystack.clone(),
                });
                let before = std::mem::replace(row, after.clone());
                Some(Changed { before: Some(before), after: Some(after) })
            }
            Change::Ended(id, end) => {
                let row = self.by_id.get_mut(&id).filter(|row| row.ended.is_none())?;
                let after = Arc::new(Row {
                    ended: Some(end),
                    rights: Rights::default(),
                    session: row.session.clone(),
                    haystack: row.haystack.clone(),
                });
                let before = std::mem::replace(row, after.clone());
                self.tombstones.push((id, now.0 + TOMBSTONE_MS));
                Some(Changed { before: Some(before), after: Some(after) })
            }
            Change::Hidden(id) => {
                self.tombstones.retain(|(known, _)| *known != id);
                Some(Changed { before: Some(self.by_id.remove(&id)?), after: None })
            }
        }
    }

    /// Takes away the tombstones whose time is over.
    pub fn sweep(&mut self, now: Millis) -> Vec<Changed> {
        let due = |(_, at): &(SessionId, i64)| *at <= now.0;
        if !self.tombstones.iter().any(due) {
            return Vec::new();
        }
        let (gone, kept) = self.tombstones.iter().partition(|entry| due(entry));
        self.tombstones = kept;
        let gone: Vec<(SessionId, i64)> = gone;
        gone.into_iter()
            .filter_map(|(id, _)| Some(Changed { before: Some(self.by_id.remove(&id)?), after: None }))
            .collect()
    }

    /// The row of a session.
    #[must_use]
    pub fn get(&self, id: SessionId) -> Option<&Arc<Row>> {
        self.by_id.get(&id)
    }

    /// Every row, tombstones included, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Row>> {
        self.by_id.values()
    }

    /// How many sessions are open.
    #[must_use]
    pub fn open(&self) -> usize {
        self.by_id.len() - self.tombstones.len()
    }

    /// How many open sessions somebody watches.
    #[must_use]
    pub fn watched(&self) -> usize {
        self.iter().filter(|row| row.ended.is_none() && row.session.watchers > 0).count()
    }

    /// How many tombstones stand.
    #[must_use]
    pub fn ended(&self) -> usize {
        self.tombstones.len()
    }

    /// How many sessions are open here and were not in `before`, and how many the other way round.
    #[must_use]
    pub fn compared_to(&self, before: &Self) -> (usize, usize) {
        let open_in = |rows: &Self, id: SessionId| rows.get(id).is_some_and(|row| row.ended.is_none());
        let only_in = |a: &Self, b: &Self| {
            a.iter().filter(|row| row.ended.is_none() && !open_in(b, row.session.id)).count()
        };
        (only_in(self, before), only_in(before, self))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{id, session};
    use super::*;
    use wire::{EndReason, Update};

    const ALL: Rights = Rights { watch: true, control: true, terminate: true, replay: true, owned: false };

    #[test]
    fn an_ended_session_stays_as_a_tombstone_for_a_while() {
        let mut rows = Rows::default();
        rows.replace(vec![(session(1), ALL), (session(2), ALL)]);
        let end = End::new(EndReason::Closed, Millis(5));
        let changed = rows.apply(Change::Ended(id(1), end.clone()), Millis(1_000)).expect("it was open");
        assert_eq!(changed.after.expect("a tombstone").ended, Some(end.clone()));
        assert_eq!((rows.open(), rows.ended()), (1, 1));
        assert!(rows.apply(Change::Ended(id(1), end), Millis(2_000)).is_none(), "it ends once");
        assert!(rows.sweep(Millis(6_999)).is_empty());
        assert_eq!(rows.sweep(Millis(7_000)).len(), 1);
        assert!(rows.get(id(1)).is_none());
        assert_eq!((rows.open(), rows.ended()), (1, 0));
    }

    #[test]
    fn a_snapshot_keeps_rows_that_did_not_change_and_drops_the_rest() {
        let mut rows = Rows::default();
        rows.replace(vec![(session(1), ALL), (session(2), ALL)]);
        let before = rows.get(id(1)).expect("open").clone();
        rows.replace(vec![(session(1), ALL), (session(3), ALL)]);
        assert!(Arc::ptr_eq(&before, rows.get(id(1)).expect("open")));
        assert!(rows.get(id(2)).is_none() && rows.get(id(3)).is_some());
        assert_eq!(rows.open(), 2);
    }

    #[test]
    fn what_is_not_known_is_passed_over() {
        let mut rows = Rows::default();
        let update = Update { id: id(9), watchers: 1, last_active_at: Millis(1) };
        assert!(rows.apply(Change::Updated(update), Millis(0)).is_none());
        assert!(rows.apply(Change::Hidden(id(9)), Millis(0)).is_none());
    }

    #[test]
    fn what_waits_behind_a_frozen_picture_is_counted() {
        let mut rows = Rows::default();
        rows.replace(vec![(session(1), ALL), (session(2), ALL)]);
        let frozen = rows.clone();
        rows.apply(Change::Opened(session(3), ALL), Millis(0));
        rows.apply(Change::Ended(id(1), End::new(EndReason::Closed, Millis(0))), Millis(0));
        assert_eq!(rows.compared_to(&frozen), (1, 1));
    }
}
