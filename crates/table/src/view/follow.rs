//! Keeping a view right through changes: a few are put in one by one, many in one pass over the rows.

use std::sync::Arc;

use super::super::Row;
use super::super::by_id::ById;
use super::super::order::Keys;
use super::{Changed, Entry, View, find};

/// Rows that come or go in one batch; beyond this many one pass is quicker than a search and a move each.
const FEW: usize = 4;

/// What a batch of changes comes to for one session.
struct Net<'c> {
    before: Option<&'c Arc<Row>>,
    after: Option<&'c Arc<Row>>,
}

/// Entries that go and entries that come, each in order.
#[derive(Default)]
struct Moves {
    gone: Vec<Entry>,
    come: Vec<Entry>,
}

impl View {
    /// Follows changes that the rows have already taken.
    pub fn follow(&mut self, changes: &[Changed]) {
        let mut net: ById<Net<'_>> = ById::with_capacity_and_hasher(changes.len(), Default::default());
        for change in changes {
            let Some(row) = change.after.as_ref().or(change.before.as_ref()) else { continue };
            net.entry(row.id)
                .and_modify(|net| net.after = change.after.as_ref())
                .or_insert(Net { before: change.before.as_ref(), after: change.after.as_ref() });
        }
        let (mut all, mut shown) = (Moves::default(), Moves::default());
        let mut keys = Keys::default();
        for Net { before, after } in net.into_values() {
            let before = before.and_then(|row| {
                let key = self.order.key(&row.shown(), &mut keys);
                find(&self.all, &key).ok()
            });
            let after = after.map(|row| self.lens.entry(&self.order, row, &mut keys));
            self.follow_one(before, after, &mut all, &mut shown);
        }
        let regroup = !shown.gone.is_empty() || !shown.come.is_empty();
        all.apply(&mut self.all);
        shown.apply(&mut self.shown);
        if regroup {
            self.find_groups();
        }
    }

    /// What was at a place of all rows is another now, or gone, or there is one more.
    fn follow_one(
        &mut self,
        before: Option<usize>,
        after: Option<Entry>,
        all: &mut Moves,
        shown: &mut Moves,
    ) {
        if let Some(at) = before {
            self.counts.leave(&self.all[at]);
        }
        if let Some(after) = &after {
            self.counts.enter(after);
        }
        let was_shown = before.map(|at| self.all[at].clone()).filter(|entry| self.lens.shows(entry));
        let is_shown = after.as_ref().filter(|entry| self.lens.shows(entry));
        match (&was_shown, is_shown) {
            (Some(before), Some(after)) if before.key == after.key => {
                if let Ok(at) = find(&self.shown, &after.key) {
                    self.shown[at] = after.clone();
                }
            }
            (before, after) => {
                shown.gone.extend(before.clone());
                shown.come.extend(after.cloned());
            }
        }
        match (before, after) {
            (Some(at), Some(after)) if self.all[at].key == after.key => self.all[at] = after,
            (before, after) => {
                all.gone.extend(before.map(|at| self.all[at].clone()));
                all.come.extend(after);
            }
        }
    }
}

impl Moves {
    fn apply(mut self, entries: &mut Vec<Entry>) {
        if self.gone.len() + self.come.len() <= FEW {
            for gone in &self.gone {
                if let Ok(at) = find(entries, &gone.key) {
                    entries.remove(at);
                }
            }
            for come in self.come {
                match find(entries, &come.key) {
                    Ok(at) => entries[at] = come,
                    Err(at) => entries.insert(at, come),
                }
            }
            return;
        }
        self.gone.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        self.come.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        // Places are searched for: the rows between them are not looked at, they only move.
        let place = |entry: &Entry| find(entries, &entry.key);
        let gone: Vec<usize> = self.gone.iter().filter_map(|gone| place(gone).ok()).collect();
        let come: Vec<usize> = self.come.iter().map(|come| place(come).unwrap_or_else(|at| at)).collect();
        let mut gone = gone.into_iter().peekable();
        let mut next = Vec::with_capacity(entries.len() + come.len());
        let mut old = std::mem::take(entries).into_iter();
        let mut at = 0;
        let mut keep_until = |next: &mut Vec<Entry>, until: usize| {
            while at < until {
                let stop = gone.peek().copied().unwrap_or(usize::MAX).min(until);
                next.extend(old.by_ref().take(stop - at));
                at = stop;
                if gone.next_if_eq(&at).is_some() {
                    old.next();
                    at += 1;
                }
            }
        };
        for (place, entry) in come.into_iter().zip(self.come) {
            keep_until(&mut next, place);
            next.push(entry);
        }
        keep_until(&mut next, usize::MAX);
        *entries = next;
    }
}
