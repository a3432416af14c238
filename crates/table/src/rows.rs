//! Every session that the page knows, kept current by the feed.

use std::collections::VecDeque;
use std::sync::Arc;

use wire::{Attributes, Change, Millis, Rights, Session, SessionId};

use super::Row;
use super::by_id::{ById, Ids};
use super::view::Changed;

/// How long an ended session stays as a tombstone, in milliseconds: long enough to be noticed.
const TOMBSTONE_MS: i64 = 6_000;

/// The open sessions and the tombstones, by id. Cloning it is cheap: rows are shared.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    by_id: ById<Arc<Row>>,
    /// When each tombstone is to go, by the viewer's clock; those that went earlier are passed over.
    tombstones: VecDeque<(SessionId, Millis)>,
    /// While a snapshot comes in: what was known before and has not come yet.
    missing: Option<Ids>,
    /// Sessions of the snapshot that have not come yet.
    rest: usize,
    open: usize,
    watched: usize,
    /// Only there to be used again.
    buffer: String,
}

impl Rows {
    /// Replaces everything by a snapshot.
    pub fn replace(&mut self, sessions: Vec<(Session, Rights)>) -> Vec<Changed> {
        self.take_piece(sessions.iter().map(|(session, rights)| (session.into(), *rights)), 0)
    }

    /// Takes a piece of a snapshot that replaces everything; `rest` sessions are in the pieces to come. Rows
    /// that did not change stay the same ones. With the last piece goes what did not come; tombstones that
    /// stand stay for their time.
    pub fn take_piece<'s>(
        &mut self,
        sessions: impl ExactSizeIterator<Item = (Attributes<'s>, Rights)>,
        rest: usize,
    ) -> Vec<Changed> {
        let mut missing = self.missing.take().unwrap_or_else(|| {
            self.by_id.values().filter(|row| row.ended.is_none()).map(|row| row.id).collect()
        });
        if self.by_id.is_empty() {
            self.by_id.reserve(sessions.len() + rest);
        }
        let mut changed = Vec::with_capacity(sessions.len());
        for (session, rights) in sessions {
            missing.remove(&session.id);
            let is_same = self
                .get(session.id)
                .is_some_and(|row| row.rights == rights && row.ended.is_none() && row.shown() == session);
            if !is_same {
                changed.push(self.put_new(&session, rights));
            }
        }
        self.rest = rest;
        if rest > 0 {
            self.missing = Some(missing);
        } else {
            changed.extend(missing.into_iter().filter_map(|id| self.remove(id)));
        }
        changed
    }

    /// Whether pieces of a snapshot are still to come.
    #[must_use]
    pub const fn is_coming(&self) -> bool {
        self.missing.is_some()
    }

    /// Forgets that a snapshot was coming in: its connection is gone, another begins from its first piece.
    pub fn break_off(&mut self) {
        (self.missing, self.rest) = (None, 0);
    }

    /// How many sessions of a snapshot are in the pieces to come.
    #[must_use]
    pub const fn rest(&self) -> usize {
        self.rest
    }

    /// Applies one change; `now` is the viewer's clock. What is not known is passed over.
    pub fn apply(&mut self, change: Change, now: Millis) -> Option<Changed> {
        match change {
            Change::Opened(session, rights) => Some(self.put_new(&(&session).into(), rights)),
            Change::Updated(update) => {
                let row = self.by_id.get(&update.id).filter(|row| row.ended.is_none())?;
                let mut next = Row::clone(row);
                (next.watchers, next.last_active_at) = (update.watchers, update.last_active_at);
                Some(self.put(Arc::new(next)))
            }
            Change::Ended(id, end) => {
                let row = self.by_id.get(&id).filter(|row| row.ended.is_none())?;
                let mut ended = Row::clone(row);
                (ended.ended, ended.rights) = (Some(end.into()), Rights::default());
                self.tombstones.push_back((id, Millis(now.0 + TOMBSTONE_MS)));
                Some(self.put(Arc::new(ended)))
            }
            Change::Hidden(id) => self.remove(id),
        }
    }

    /// Takes away the tombstones whose time is over.
    pub fn sweep(&mut self, now: Millis) -> Vec<Changed> {
        let mut changed = Vec::new();
        while let Some((id, _)) = self.tombstones.pop_front_if(|(_, at)| *at <= now) {
            if self.get(id).is_some_and(|row| row.ended.is_some()) {
                changed.extend(self.remove(id));
            }
        }
        changed
    }

    fn put_new(&mut self, session: &Attributes<'_>, rights: Rights) -> Changed {
        let row = Row::new(session, rights, &mut self.buffer);
        self.put(row)
    }

    fn put(&mut self, row: Arc<Row>) -> Changed {
        self.count(&row, true);
        let before = self.by_id.insert(row.id, row.clone());
        if let Some(before) = &before {
            self.count(before, false);
        }
        Changed { before, after: Some(row) }
    }

    fn remove(&mut self, id: SessionId) -> Option<Changed> {
        let before = self.by_id.remove(&id)?;
        self.count(&before, false);
        Some(Changed { before: Some(before), after: None })
    }

    fn count(&mut self, row: &Row, enters: bool) {
        if row.ended.is_none() {
            let watched = usize::from(row.watchers > 0);
            if enters {
                (self.open, self.watched) = (self.open + 1, self.watched + watched);
            } else {
                (self.open, self.watched) = (self.open - 1, self.watched - watched);
            }
        }
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
    pub const fn open(&self) -> usize {
        self.open
    }

    /// How many open sessions somebody watches.
    #[must_use]
    pub const fn watched(&self) -> usize {
        self.watched
    }

    /// How many tombstones stand.
    #[must_use]
    pub fn ended(&self) -> usize {
        self.by_id.len() - self.open
    }

    /// Everything that is another here than in `before`.
    #[must_use]
    pub fn changes_since(&self, before: &Self) -> Vec<Changed> {
        let other = |a: &Arc<Row>, b: Option<&Arc<Row>>| b.is_none_or(|b| !Arc::ptr_eq(a, b));
        let here = self
            .iter()
            .filter(|row| other(row, before.get(row.id)))
            .map(|row| Changed { before: before.get(row.id).cloned(), after: Some(row.clone()) });
        let gone = before.iter().filter(|row| self.get(row.id).is_none());
        here.chain(gone.map(|row| Changed { before: Some(row.clone()), after: None })).collect()
    }
}

impl Changed {
    /// Whether a session was opened by it, and whether one ended.
    #[must_use]
    pub fn opened_or_ended(&self) -> (bool, bool) {
        let is_open = |row: &Option<Arc<Row>>| row.as_ref().is_some_and(|row| row.ended.is_none());
        let (before, after) = (is_open(&self.before), is_open(&self.after));
        (!before && after, before && !after)
    }
}

/// What waits behind a picture that is held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Sessions that are open now and were not in the picture.
    pub opened: usize,
    /// Sessions that were open in the picture and are no longer.
    pub closed: usize,
}

impl Waiting {
    /// Takes changes that came after the picture of `held` was taken.
    pub fn count(&mut self, changes: &[Changed], held: &Rows) {
        for change in changes {
            let Some(row) = change.after.as_ref().or(change.before.as_ref()) else { continue };
            let in_picture = held.get(row.id).is_some_and(|row| row.ended.is_none());
            match (change.opened_or_ended(), in_picture) {
                ((true, _), false) => self.opened += 1,
                ((true, _), true) => self.closed -= 1,
                ((_, true), true) => self.closed += 1,
                ((_, true), false) => self.opened -= 1,
                ((false, false), _) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{id, session};
    use super::*;
    use wire::{End, EndReason, Update};

    const ALL: Rights = Rights { watch: true, control: true, terminate: true, replay: true, owned: false };

    fn piece(rows: &mut Rows, n: u32, rest: usize) -> Vec<Changed> {
        rows.take_piece([(&session(n)).into()].into_iter().map(|session| (session, ALL)), rest)
    }

    #[test]
    fn an_ended_session_stays_as_a_tombstone_for_a_while() {
        let mut rows = Rows::default();
        rows.replace(vec![(session(1), ALL), (session(2), ALL)]);
        let end = End::new(EndReason::Closed, Millis(5));
        let changed = rows.apply(Change::Ended(id(1), end.clone()), Millis(1_000)).expect("it was open");
        assert_eq!(changed.after.expect("a tombstone").ended.as_deref(), Some(&end));
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
    fn a_snapshot_in_pieces_takes_away_only_with_its_last_one() {
        let mut rows = Rows::default();
        rows.replace((1..=4).map(|n| (session(n), ALL)).collect());
        assert_eq!(piece(&mut rows, 5, 1).len(), 1);
        assert!(rows.is_coming());
        assert_eq!(rows.open(), 5);
        let changed = piece(&mut rows, 1, 0);
        assert_eq!(changed.len(), 3, "two, three and four are gone");
        assert_eq!((rows.open(), rows.is_coming()), (2, false));
        piece(&mut rows, 7, 9);
        rows.break_off();
        rows.replace(vec![(session(1), ALL)]);
        assert_eq!(rows.open(), 1);
    }

    #[test]
    fn what_waits_behind_a_frozen_picture_is_counted() {
        let mut rows = Rows::default();
        rows.replace(vec![(session(1), ALL), (session(2), ALL)]);
        let held = rows.clone();
        let mut waiting = Waiting::default();
        let mut apply = |change, expected| {
            let changed: Vec<Changed> = rows.apply(change, Millis(0)).into_iter().collect();
            waiting.count(&changed, &held);
            assert_eq!((waiting.opened, waiting.closed), expected);
        };
        apply(Change::Opened(session(3), ALL), (1, 0));
        apply(Change::Ended(id(1), End::new(EndReason::Closed, Millis(0))), (1, 1));
        apply(Change::Opened(session(1), ALL), (1, 0));
        apply(Change::Ended(id(3), End::new(EndReason::Closed, Millis(0))), (0, 0));
        apply(Change::Hidden(id(2)), (0, 1));
        let mut view = super::super::View::default();
        view.rebuild(&held);
        view.follow(&rows.changes_since(&held));
        let mut anew = super::super::View::default();
        anew.rebuild(&rows);
        assert!(view.iter().eq(anew.iter()));
    }
}
