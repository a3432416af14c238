//! What a person asks for: the clauses that are set, and what stands in the filter box.
//!
//! What is typed counts at once. Its clauses leave the box when they are finished (Enter), or when anything
//! is done with them; words stay.

use leptos::prelude::*;
use wire::SessionType;

use crate::table::{Clause, KindSet, Query, Reading};

/// The filter's state; a handle, cheap to copy.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Asked {
    /// Clauses that are set.
    set: RwSignal<Query>,
    /// What stands in the box.
    typed: RwSignal<String>,
    reading: Memo<Reading>,
    query: Memo<Query>,
}

impl Asked {
    /// Asks for this to begin with.
    pub(in super::super) fn new(first: Query) -> Self {
        let typed = RwSignal::new(first.clone().only_words().to_text());
        let set = RwSignal::new(first.without_words());
        let reading = Memo::new(move |_| typed.with(|typed| Query::typing(typed)));
        let query = Memo::new(move |_| {
            let mut query = set.get();
            reading.with(|reading| query.add_all(reading.query.clone()));
            query
        });
        Self { set, typed, reading, query }
    }

    /// Asks for what an address says; what is not understood of it stands in the box, with its hint.
    pub(in super::super) fn read(self, text: &str) {
        let (settled, left) = Query::settle(text);
        self.typed.set(left);
        self.set.set(settled);
    }

    /// What stands in the box.
    pub(super) const fn typed(self) -> RwSignal<String> {
        self.typed
    }

    /// Everything that is asked for, to be followed.
    pub(in super::super) fn query(self) -> Query {
        self.query.get()
    }

    /// What of the box was understood, to be followed.
    pub(super) const fn reading(self) -> Memo<Reading> {
        self.reading
    }

    /// Asks for something else altogether.
    pub(in super::super) fn ask(self, query: Query) {
        self.typed.set(query.clone().only_words().to_text());
        self.set.set(query.without_words());
    }

    /// Takes every filter away.
    pub(in super::super) fn clear(self) {
        self.ask(Query::default());
    }

    /// Takes the finished clauses out of the box and keeps them; whether there were any.
    pub(super) fn settle(self) -> bool {
        let (settled, left) = self.typed.with_untracked(|typed| Query::settle(typed));
        if settled.is_empty() {
            return false;
        }
        self.typed.set(left);
        self.set.update(|set| set.add_all(settled));
        true
    }

    /// The chosen types, to be followed.
    pub(super) fn kinds(self) -> KindSet {
        self.query.with(Query::kinds)
    }

    /// Chooses a type, or no longer.
    pub(super) fn toggle_kind(self, kind: SessionType) {
        self.settle();
        self.set.update(|set| set.set_kinds(set.kinds().toggled(kind)));
    }

    /// Chooses all types.
    pub(super) fn all_kinds(self) {
        self.settle();
        self.set.update(|set| set.set_kinds(KindSet::default()));
    }

    /// Takes a clause out.
    pub(super) fn remove(self, clause: &Clause) {
        self.settle();
        self.set.update(|set| set.remove(clause));
    }

    /// Puts a clause in the place of another, or adds it.
    pub(super) fn put(self, old: Option<&Clause>, new: Clause) {
        self.settle();
        self.set.update(|set| match old {
            Some(old) => set.replace(old, new),
            None => set.add(new),
        });
    }
}
