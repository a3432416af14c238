//! Keeping a view right through changes: each is put in its place.

use std::sync::Arc;

use super::super::Row;
use super::super::by_id::ById;
use super::super::order::Keys;
use super::chunks::Chunks;
use super::{Changed, Entry, View};

/// What a batch of changes comes to for one session.
struct Net<'c> {
    before: Option<&'c Arc<Row>>,
    after: Option<&'c Arc<Row>>,
}

impl View {
    /// Follows changes that the rows have already taken.
    pub fn follow(&mut self, changes: &[Changed]) {
        self.follow_in(changes, true);
    }

    /// Follows them among the shown rows, where `all` have followed them before.
    pub(super) fn follow_shown(&mut self, changes: &[Changed]) {
        self.follow_in(changes, false);
    }

    fn follow_in(&mut self, changes: &[Changed], all: bool) {
        let mut keys = Keys::default();
        let mut regroup = false;
        if changes.iter().all(|change| change.before.is_none()) {
            // As a snapshot brings them: mostly in order already, and each behind all others.
            let mut entries: Vec<Entry> = changes
                .iter()
                .filter_map(|change| Some(Entry::of(change.after.as_ref()?, &self.order, &mut keys)))
                .collect();
            entries.sort_by(|a, b| a.key.cmp(&b.key));
            for entry in entries {
                regroup |= self.follow_one(None, Some(entry), all);
            }
        } else {
            let mut net: ById<Net<'_>> = ById::with_capacity_and_hasher(changes.len(), Default::default());
            for change in changes {
                let Some(row) = change.after.as_ref().or(change.before.as_ref()) else { continue };
                net.entry(row.id)
                    .and_modify(|net| net.after = change.after.as_ref())
                    .or_insert(Net { before: change.before.as_ref(), after: change.after.as_ref() });
            }
            for Net { before, after } in net.into_values() {
                let mut entry = |row| Entry::of(row, &self.order, &mut keys);
                let (before, after) = (before.map(&mut entry), after.map(&mut entry));
                regroup |= self.follow_one(before, after, all);
            }
        }
        if regroup {
            self.find_groups();
        }
    }

    /// What stood in a place is another now, or gone, or there is one more; whether another number of rows is
    /// shown, or in another order.
    fn follow_one(&mut self, before: Option<Entry>, after: Option<Entry>, all: bool) -> bool {
        let passed = before.as_ref().filter(|entry| self.lens.passes(&entry.row));
        let passes = after.as_ref().filter(|entry| self.lens.passes(&entry.row));
        if let Some(before) = passed {
            self.counts.leave(&before.row);
        }
        if let Some(after) = passes {
            self.counts.enter(&after.row);
        }
        let was_shown = passed.filter(|entry| self.lens.shows(&entry.row));
        let is_shown = passes.filter(|entry| self.lens.shows(&entry.row));
        let moved = replace(&mut self.shown, was_shown, is_shown.cloned());
        if all {
            replace(&mut self.all, before.as_ref(), after);
        }
        moved
    }
}

/// Puts an entry where another was; whether that changes more than the entry.
fn replace(entries: &mut Chunks<Entry>, before: Option<&Entry>, after: Option<Entry>) -> bool {
    let in_place = match (before, &after) {
        (None, None) => return false,
        (Some(before), Some(after)) => before.key == after.key,
        _ => false,
    };
    if let Some(before) = before.filter(|_| !in_place) {
        entries.take(|entry| entry.key.cmp(&before.key));
    }
    if let Some(after) = after {
        entries.put(after, |a, b| a.key.cmp(&b.key));
    }
    !in_place
}
