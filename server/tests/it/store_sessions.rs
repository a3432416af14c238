//! Sessions, sign-ins and audit events in the store.

use server::audit::{Action, Event};
use server::store::AuditFilter;
use wire::{End, EndReason, Millis, SessionId, Update};

use crate::database::{Database, on_both};
use crate::people::{NODE, account, opening, user};

on_both!(
    a_session_comes_back_as_it_was_written,
    a_session_ends_once,
    ends_can_be_asked_for,
    what_moves_is_written,
    a_dead_node_leaves_nothing_open,
    a_sign_in_outlives_its_node_alone,
    a_batch_may_be_written_twice,
    many_write_at_once,
);

async fn a_session_comes_back_as_it_was_written(db: Database) {
    let store = &db.store;
    let ann = user(store, "ann").await;
    let root = account(store, "root", "db-1").await;
    for opening in [opening(&ann, Some(&root)), opening(&ann, None)] {
        store.insert_session(&opening, false).await.expect("written");
        let row = store.session(opening.session.id).await.expect("read").expect("there");
        assert_eq!(row.session, opening.session);
        assert_eq!((row.facts.user, row.facts.account), (Some(ann.id), opening.facts.account));
        assert_eq!(row.screen, opening.facts.account.is_some());
        assert_eq!(row.ended, None);
    }
    let open: Vec<_> =
        store.open_sessions().await.expect("read").into_iter().map(|row| row.session.started_at).collect();
    assert_eq!(open.len(), 2);
    assert!(open.is_sorted());
    assert!(store.session(SessionId::generate()).await.expect("read").is_none());
}

async fn a_session_ends_once(db: Database) {
    let store = &db.store;
    let ann = user(store, "ann").await;
    let opening = opening(&ann, None);
    let id = opening.session.id;
    store.insert_session(&opening, false).await.expect("written");
    let end = End {
        at: Millis(opening.session.started_at.0 + 5),
        reason: EndReason::Terminated,
        by: Some("bob".into()),
        note: Some("maintenance".into()),
    };
    store.write_batch(&[(id, end.clone())], &[]).await.expect("written");
    let later = End::new(EndReason::ClientLost, Millis::now());
    store.write_batch(&[(id, later)], &[]).await.expect("written");
    assert_eq!(store.session(id).await.expect("read").expect("there").ended, Some(end));
    assert!(store.open_sessions().await.expect("read").is_empty());
}

async fn ends_can_be_asked_for(db: Database) {
    let store = &db.store;
    let ann = user(store, "ann").await;
    let opening = opening(&ann, None);
    let id = opening.session.id;
    store.insert_session(&opening, false).await.expect("written");
    assert!(store.poll(NODE).await.expect("read").ends.is_empty());
    assert!(store.request_end(id, "command line", "it's \"time\"").await.expect("asked"));
    assert!(store.poll("another node").await.expect("read").ends.is_empty());
    let asked = store.poll(NODE).await.expect("read").ends;
    assert_eq!((asked[0].session, asked[0].note.as_str()), (id, "it's \"time\""));
    store.write_batch(&[(id, End::new(EndReason::Closed, Millis::now()))], &[]).await.expect("written");
    assert!(store.poll(NODE).await.expect("read").ends.is_empty());
    assert!(!store.request_end(id, "command line", "again").await.expect("asked"));
}

async fn what_moves_is_written(db: Database) {
    let store = &db.store;
    let ann = user(store, "ann").await;
    let opening = opening(&ann, None);
    store.insert_session(&opening, false).await.expect("written");
    let update = Update {
        id: opening.session.id,
        watchers: 3,
        last_active_at: Millis(opening.session.started_at.0 + 9),
    };
    store.update_sessions(&[update]).await.expect("written");
    let session = store.session(opening.session.id).await.expect("read").expect("there").session;
    assert_eq!((session.watchers, session.last_active_at), (3, update.last_active_at));
}

async fn a_dead_node_leaves_nothing_open(db: Database) {
    let store = &db.store;
    let ann = user(store, "ann").await;
    let (here, mut elsewhere) = (opening(&ann, None), opening(&ann, None));
    elsewhere.session.node = "gw-2".into();
    store.insert_session(&here, false).await.expect("written");
    store.insert_session(&elsewhere, false).await.expect("written");
    let before = Millis::now();
    store.node_alive(NODE).await.expect("written");
    assert_eq!(store.end_left_open(NODE).await.expect("ended"), 1);
    let end = store.session(here.session.id).await.expect("read").expect("there").ended.expect("ended");
    assert_eq!(end.reason, EndReason::NodeLost);
    assert!(end.at >= before && end.at <= Millis::now(), "{end:?}");
    assert_eq!(store.count_open("gw-2").await.expect("read"), 1);
    assert_eq!(store.end_left_open("gw-2").await.expect("ended"), 1);
}

async fn a_sign_in_outlives_its_node_alone(db: Database) {
    let store = &db.store;
    let ann = user(store, "ann").await;
    let soon = Millis(Millis::now().0 + 60_000);
    for (reason, resumable) in [
        (EndReason::NodeLost, true),
        (EndReason::Terminated, false),
        (EndReason::SignedOut, false),
        (EndReason::Expired, false),
    ] {
        let opening = opening(&ann, None);
        let (id, hash) = (opening.session.id, reason.as_str());
        store.insert_session(&opening, false).await.expect("written");
        store.add_sign_in(hash, ann.id, id, soon).await.expect("written");
        assert!(store.resumable_sign_in(hash).await.expect("read").is_none(), "its session is open");
        store.write_batch(&[(id, End::new(reason, Millis::now()))], &[]).await.expect("written");
        assert_eq!(store.resumable_sign_in(hash).await.expect("read").is_some(), resumable, "{reason}");
    }
    let next = opening(&ann, None);
    store.insert_session(&next, false).await.expect("written");
    assert!(store.resume_sign_in("node lost", next.session.id).await.expect("written"));
    store.disable_user("ann", Event::by_command_line(Action::UserDisabled)).await.expect("disabled");
    store.end_left_open(NODE).await.expect("ended");
    assert!(store.resumable_sign_in("node lost").await.expect("read").is_none(), "the user is disabled");
}

async fn a_batch_may_be_written_twice(db: Database) {
    let event = Event::new(Action::Watched, "bob").on("ann").detail("12 s");
    for _ in 0..2 {
        db.store.write_batch(&[], std::slice::from_ref(&event)).await.expect("written");
    }
    let all = db.store.audit_page(&AuditFilter::default(), None, 10).await.expect("read");
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].action.as_str(), all[0].detail.as_str()), ("watched", "12 s"));
}

async fn many_write_at_once(db: Database) {
    let ann = user(&db.store, "ann").await;
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..40 {
        let (store, opening) = (db.store.clone(), opening(&ann, None));
        tasks.spawn(async move {
            store.insert_session(&opening, false).await?;
            if n % 2 == 0 {
                let end = End::new(EndReason::Closed, Millis::now());
                store.write_batch(&[(opening.session.id, end)], &[]).await?;
            }
            store.poll(NODE).await.map(drop)
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.expect("no panic").expect("written");
    }
    assert_eq!(db.store.count_open(NODE).await.expect("read"), 20);
}
