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
        let mut net: ById<Net<'_>> = ById::with_capacity_and_hasher(changes.len(), Default::default());
        for change in changes {
            let Some(row) = change.after.as_ref().or(change.before.as_ref()) else { continue };
            net.entry(row.id)
                .and_modify(|net| net.after = change.after.as_ref())
                .or_insert(Net { before: change.before.as_ref(), after: change.after.as_ref() });
        }
        let mut keys = Keys::default();
        let mut regroup = false;
        for Net { before, after } in net.into_values() {
            let before = before.and_then(|row| {
                let key = self.order.key(&row.shown(), &mut keys);
                self.all.known(|entry| entry.key.cmp(&key)).cloned()
            });
            let after = after.map(|row| self.lens.entry(&self.order, row, &mut keys));
            regroup |= self.follow_one(before, after);
        }
        if regroup {
            self.find_groups();
        }
    }

    /// What stood in a place is another now, or gone, or there is one more; whether another number of rows is
    /// shown, or in another order.
    fn follow_one(&mut self, before: Option<Entry>, after: Option<Entry>) -> bool {
        if let Some(before) = &before {
            self.counts.leave(before);
        }
        if let Some(after) = &after {
            self.counts.enter(after);
        }
        let was_shown = before.as_ref().filter(|entry| self.lens.shows(entry));
        let is_shown = after.as_ref().filter(|entry| self.lens.shows(entry));
        let moved = replace(&mut self.shown, was_shown, is_shown.cloned());
        replace(&mut self.all, before.as_ref(), after);
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
