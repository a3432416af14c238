//! Which open sessions are on accounts that the viewer owns. Costs a look at each change, never at each row.

use std::collections::HashSet;

use wire::{Change, Millis, Session, SessionId};

/// Longest time between the opening of a session and the news of it, in milliseconds. What comes later was
/// open before and became visible, as when an account got another owner: that is no news.
const NEWS_MS: i64 = 60_000;

/// The open sessions on accounts of the viewer's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Owned(HashSet<SessionId>);

impl Owned {
    /// Forgets all: a snapshot begins.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Takes in what a snapshot holds, and which of it is on an account of the viewer's. None of it is news.
    pub(super) fn add(&mut self, sessions: impl Iterator<Item = (SessionId, bool)>) {
        self.0.extend(sessions.filter_map(|(id, owned)| owned.then_some(id)));
    }

    /// Takes in a change at the time `now`; the session, if it opened just now.
    pub(super) fn apply<'c>(&mut self, change: &'c Change, now: Millis) -> Option<&'c Session> {
        match change {
            Change::Opened(session, rights) if rights.owned => {
                let is_new = self.0.insert(session.id);
                (is_new && now.since(session.started_at) < NEWS_MS).then_some(session)
            }
            Change::Opened(Session { id, .. }, _) | Change::Ended(id, _) | Change::Hidden(id) => {
                self.0.remove(id);
                None
            }
            Change::Updated(_) => None,
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use wire::{End, EndReason, Rights};

    use super::super::fixture::{id, session};
    use super::*;

    const MINE: Rights = Rights { watch: true, control: true, terminate: true, replay: true, owned: true };
    const NOT_MINE: Rights = Rights { owned: false, ..MINE };

    fn opened(nth: u32, rights: Rights) -> Change {
        Change::Opened(session(nth), rights)
    }

    #[test]
    fn sessions_on_own_accounts_are_counted_as_they_open_and_end() {
        let mut owned = Owned::default();
        owned.add([(id(1), true), (id(2), false)].into_iter());
        owned.add([(id(3), true)].into_iter());
        assert_eq!(owned.count(), 2);
        for (change, count) in [
            (opened(4, MINE), 3),
            (opened(5, NOT_MINE), 3),
            (Change::Ended(id(1), End::new(EndReason::Closed, Millis(5))), 2),
            (Change::Ended(id(1), End::new(EndReason::Closed, Millis(5))), 2),
            (Change::Hidden(id(3)), 1),
            (opened(4, NOT_MINE), 0),
            (opened(4, MINE), 1),
        ] {
            owned.apply(&change, Millis(0));
            assert_eq!(owned.count(), count, "{change:?}");
        }
        owned.clear();
        assert_eq!(owned.count(), 0);
    }

    #[test]
    fn only_what_opens_now_on_an_own_account_is_news() {
        let mut owned = Owned::default();
        owned.add([(id(1), true)].into_iter());
        let now = session(2).started_at;
        let is_news = |owned: &mut Owned, change: &Change, now| owned.apply(change, now).is_some();
        assert!(!is_news(&mut owned, &opened(1, MINE), now), "known from the snapshot");
        assert!(is_news(&mut owned, &opened(2, MINE), now));
        assert!(!is_news(&mut owned, &opened(2, MINE), now), "told before");
        assert!(!is_news(&mut owned, &opened(3, NOT_MINE), now), "of somebody else's");
        let later = Millis(session(4).started_at.0 + NEWS_MS);
        assert!(!is_news(&mut owned, &opened(4, MINE), later), "open for long, visible now");
    }
}
