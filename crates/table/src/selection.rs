//! The sessions that a person chose, in the order in which they did.

use std::collections::HashSet;

use wire::SessionId;

/// Chosen sessions, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    order: Vec<SessionId>,
    ids: HashSet<SessionId>,
    /// Where a range begins.
    anchor: Option<SessionId>,
}

impl Selection {
    /// How many.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Whether a session is chosen.
    #[must_use]
    pub fn contains(&self, id: SessionId) -> bool {
        self.ids.contains(&id)
    }

    /// The chosen ones, in the order in which they were chosen.
    #[must_use]
    pub fn ids(&self) -> &[SessionId] {
        &self.order
    }

    /// Where a range begins that ends at the next session.
    #[must_use]
    pub const fn anchor(&self) -> Option<SessionId> {
        self.anchor
    }

    /// Chooses a session, or no longer; ranges begin there.
    pub fn toggle(&mut self, id: SessionId) {
        if self.ids.remove(&id) {
            self.order.retain(|other| *other != id);
        } else {
            self.add(id);
        }
        self.anchor = Some(id);
    }

    /// Chooses sessions besides those that are; where ranges begin stays.
    pub fn extend(&mut self, ids: impl IntoIterator<Item = SessionId>) {
        ids.into_iter().for_each(|id| self.add(id));
    }

    /// Keeps those that `stays` says; whether any went.
    pub fn retain(&mut self, stays: impl Fn(SessionId) -> bool) -> bool {
        let before = self.order.len();
        self.order.retain(|id| stays(*id));
        if self.order.len() < before {
            self.ids = self.order.iter().copied().collect();
        }
        self.order.len() < before
    }

    /// Chooses none.
    pub fn clear(&mut self) {
        self.order.clear();
        self.ids.clear();
    }

    fn add(&mut self, id: SessionId) {
        if self.ids.insert(id) {
            self.order.push(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::id;
    use super::*;

    #[test]
    fn sessions_are_chosen_once_and_in_order() {
        let mut chosen = Selection::default();
        chosen.toggle(id(2));
        chosen.extend([id(1), id(2), id(3)]);
        assert_eq!((chosen.ids(), chosen.anchor()), (&[id(2), id(1), id(3)][..], Some(id(2))));
        chosen.toggle(id(1));
        assert!(!chosen.contains(id(1)) && chosen.contains(id(3)) && chosen.len() == 2);
        assert!(chosen.retain(|other| other != id(2)));
        assert!(!chosen.contains(id(2)) && !chosen.retain(|_| true));
        chosen.clear();
        assert!(chosen.is_empty() && !chosen.contains(id(3)));
    }
}
