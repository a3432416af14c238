//! What one viewer sees of the list: filters sessions and their changes, without any transport.

use std::collections::HashSet;

use hub::{Facts, ListEvent, Scope, Viewer, rights};
use wire::{Change, Rights, SessionId};

/// The list through the eyes of one viewer.
pub(super) struct View {
    viewer: Viewer,
    /// Open sessions that the viewer sees; nothing is kept for one who sees all.
    seen: Option<HashSet<SessionId>>,
}

impl View {
    /// An empty view with the viewer's rights of this moment.
    pub(super) fn new(viewer: Viewer) -> Self {
        let seen = (viewer.scopes.see < Scope::All).then(HashSet::new);
        Self { viewer, seen }
    }

    /// What the viewer may do with an open session of a snapshot; none when they do not see it.
    pub(super) fn admit(&mut self, facts: &Facts, screen: bool) -> Option<Rights> {
        let rights = rights(&self.viewer, facts, screen)?;
        self.note(facts.session);
        Some(rights)
    }

    /// The changes that the viewer sees, in their order; of several updates of one session the last.
    pub(super) fn changes(&mut self, events: &[ListEvent]) -> Vec<Change> {
        let mut changes = Vec::with_capacity(events.len());
        let mut updated = HashSet::new();
        for event in events.iter().rev() {
            // Backwards, so that the first update met is the last that happened.
            match event {
                ListEvent::Opened(listed) => {
                    if let Some(rights) = rights(&self.viewer, &listed.facts, listed.screen) {
                        changes.push(Change::Opened(listed.session.clone(), rights));
                    }
                }
                ListEvent::Updated(update) if !updated.insert(update.id) => {}
                ListEvent::Updated(update) => changes.push(Change::Updated(*update)),
                ListEvent::Ended(id, end) => changes.push(Change::Ended(*id, end.clone())),
            }
        }
        changes.reverse();
        changes.retain(|change| match change {
            Change::Opened(session, _) => {
                self.note(session.id);
                true
            }
            Change::Updated(update) => self.sees(update.id),
            Change::Ended(id, _) | Change::Hidden(id) => self.forget(*id),
        });
        changes
    }

    fn note(&mut self, id: SessionId) {
        if let Some(seen) = &mut self.seen {
            seen.insert(id);
        }
    }

    fn sees(&self, id: SessionId) -> bool {
        self.seen.as_ref().is_none_or(|seen| seen.contains(&id))
    }

    fn forget(&mut self, id: SessionId) -> bool {
        self.seen.as_mut().is_none_or(|seen| seen.remove(&id))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hub::{Listed, Scopes, WatchPolicy};
    use uuid::Uuid;
    use wire::{AccountId, End, EndAsked, EndReason, Millis, Session, SessionType, Update, UserId};

    use super::*;

    fn id<T: std::str::FromStr<Err = uuid::Error>>() -> T {
        Uuid::now_v7().to_string().parse().unwrap()
    }

    fn viewer(scopes: Scopes, owned: &[AccountId]) -> Viewer {
        Viewer {
            user_id: Some(id()),
            name: "alice".into(),
            full_name: String::new(),
            scopes,
            owned: owned.iter().copied().collect(),
        }
    }

    fn own() -> Scopes {
        Scopes { see: Scope::Own, watch: Scope::Own, terminate: Scope::Own, ..Scopes::default() }
    }

    fn listed(user: UserId, account: AccountId, policy: WatchPolicy, screen: bool) -> Listed {
        let session: SessionId = id();
        Listed {
            session: Session {
                id: session,
                user: "bob".into(),
                full_name: String::new(),
                device: "192.0.2.1".into(),
                client: "node".into(),
                started_at: Millis(1),
                kind: SessionType::PamSsh,
                port: 22,
                service_url: "ssh://db-1:22".into(),
                account_name: "root".into(),
                service_provider: "Database".into(),
                agent: Some("db-1".into()),
                jump_server_group: None,
                watchers: 0,
                last_active_at: Millis(1),
                node: "node".into(),
                recorded: false,
                user_reported: false,
                end_asked: EndAsked::No,
            },
            facts: Facts { session, user: Some(user), account: Some(account), policy },
            screen,
        }
    }

    fn update(id: SessionId, watchers: u32) -> ListEvent {
        ListEvent::Updated(Update { id, watchers, last_active_at: Millis(2) })
    }

    #[test]
    fn a_snapshot_holds_what_the_viewer_may_see_with_their_rights() {
        let account = id();
        let alice = viewer(own(), &[account]);
        let announced = listed(id(), account, WatchPolicy::Announced, true);
        let consent = listed(id(), account, WatchPolicy::Consent, true);
        let covert = listed(id(), account, WatchPolicy::Covert, true);
        let blind = listed(id(), account, WatchPolicy::Announced, false);
        let mine = listed(alice.user_id.unwrap(), id(), WatchPolicy::Announced, true);
        let foreign = listed(id(), id(), WatchPolicy::Announced, true);
        let all = [announced, consent, covert, blind, mine, foreign];
        let ids: Vec<_> = all.iter().map(|listed| listed.session.id).collect();

        let mut view = View::new(alice);
        let rows =
            all.iter().map(|listed| Some((listed.session.id, view.admit(&listed.facts, listed.screen)?)));
        let got: Vec<_> = rows.flatten().collect();
        let rights = |watch, owned| Rights { watch, terminate: true, owned, ..Rights::default() };
        let want = [
            rights(true, true),
            rights(true, true),
            rights(false, true),
            rights(false, true),
            rights(false, false),
        ];
        assert_eq!(got, ids.into_iter().zip(want).collect::<Vec<_>>());
    }

    #[test]
    fn covert_accounts_are_watched_with_the_privilege_for_all() {
        let mut view = View::new(viewer(Scopes::ALL, &[]));
        for policy in [WatchPolicy::Covert, WatchPolicy::Consent] {
            let Listed { facts, screen, .. } = listed(id(), id(), policy, true);
            assert!(view.admit(&facts, screen).expect("seen").watch, "{policy:?}");
        }
    }

    #[test]
    fn changes_of_what_the_viewer_does_not_see_stay_away() {
        let account = id();
        let mut view = View::new(viewer(own(), &[account]));
        let seen = Arc::new(listed(id(), account, WatchPolicy::Announced, true));
        let unseen = Arc::new(listed(id(), id(), WatchPolicy::Announced, true));
        let (seen_id, unseen_id) = (seen.session.id, unseen.session.id);
        let end = End::new(EndReason::Closed, Millis(3));

        let opened = view.changes(&[
            ListEvent::Opened(Arc::clone(&seen)),
            ListEvent::Opened(unseen),
            update(unseen_id, 1),
        ]);
        let rights = Rights { watch: true, terminate: true, owned: true, ..Rights::default() };
        assert_eq!(opened, [Change::Opened(seen.session.clone(), rights)]);

        let ended = view.changes(&[
            update(seen_id, 1),
            ListEvent::Ended(unseen_id, end.clone()),
            ListEvent::Ended(seen_id, end.clone()),
        ]);
        assert!(matches!(&ended[..], [Change::Updated(_), Change::Ended(id, _)] if *id == seen_id));
        assert!(view.changes(&[update(seen_id, 2)]).is_empty(), "an ended session moves no more");
    }

    #[test]
    fn several_updates_of_one_session_become_the_last() {
        let mut view = View::new(viewer(Scopes::ALL, &[]));
        let (a, b) = (id(), id());
        let changes = view.changes(&[update(a, 1), update(b, 1), update(a, 2), update(a, 3)]);
        let got: Vec<_> = changes
            .iter()
            .map(|change| match change {
                Change::Updated(update) => (update.id, update.watchers),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(got, [(b, 1), (a, 3)]);
    }
}
