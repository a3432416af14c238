//! Saved views: whose they are, who changes them, their names and limits.

use hub::{Manage, Permit, Viewer, permit_global};
use server::audit::{Action, Event};
use server::store::{AuditFilter, Changer, Store, StoreError, User};

use crate::database::{Database, on_both};
use crate::people::user;

on_both!(
    views_are_a_persons_own_until_they_are_shared,
    only_those_who_manage_change_what_all_see,
    a_name_stands_for_one_view,
    names_sizes_and_numbers_have_limits,
    what_happens_to_shared_views_is_audited,
);

const SHEET: &str = "sessions";

fn manage() -> Permit<Manage> {
    permit_global(&Viewer::command_line()).expect("the command line manages")
}

fn event(action: Action) -> Event {
    Event::by_command_line(action)
}

async fn names(store: &Store, who: &User) -> Vec<String> {
    store.views(who.id, SHEET).await.expect("read").into_iter().map(|view| view.name).collect()
}

async fn add(store: &Store, who: &User, name: &str) -> Result<String, StoreError> {
    store.add_view(who.id, SHEET, name, "{}").await
}

async fn share(store: &Store, who: &User, id: &str, shared: bool) -> Result<(), StoreError> {
    store.share_view(&manage(), who.id, id, shared, event(Action::ViewShared)).await
}

fn refused<T: std::fmt::Debug>(answer: Result<T, StoreError>) -> String {
    match answer {
        Err(StoreError::Refused(words)) => words,
        other => panic!("not refused: {other:?}"),
    }
}

async fn views_are_a_persons_own_until_they_are_shared(db: Database) {
    let (ann, bob) = (user(&db.store, "ann").await, user(&db.store, "bob").await);
    let id = add(&db.store, &ann, "Nights").await.expect("saved");
    add(&db.store, &ann, "all").await.expect("saved");
    assert_eq!(names(&db.store, &ann).await, ["all", "Nights"]);
    assert!(names(&db.store, &bob).await.is_empty());
    assert!(db.store.views(ann.id, "access logs").await.expect("read").is_empty());

    share(&db.store, &ann, &id, true).await.expect("shared");
    let seen = db.store.views(bob.id, SHEET).await.expect("read");
    assert_eq!(seen.len(), 1);
    assert_eq!((seen[0].name.as_str(), seen[0].user_name.as_str(), seen[0].shared), ("Nights", "ann", true));
    share(&db.store, &ann, &id, false).await.expect("no longer shared");
    assert!(names(&db.store, &bob).await.is_empty());
    assert_eq!(names(&db.store, &ann).await, ["all", "Nights"]);
}

async fn only_those_who_manage_change_what_all_see(db: Database) {
    let store = &db.store;
    let (ann, bob, permit) = (user(store, "ann").await, user(store, "bob").await, manage());
    let id = add(store, &ann, "Nights").await.expect("saved");
    let changed = || event(Action::ViewChanged);

    // Another one's view is none, even for those who manage.
    for by in [Changer::Own(bob.id), Changer::Manager(bob.id, &permit)] {
        let gone = "there is no such view: it may have been deleted";
        assert_eq!(refused(store.set_view(by, &id, "{}", changed()).await), gone);
        assert_eq!(refused(store.rename_view(by, &id, "Mine", changed()).await), gone);
        assert_eq!(refused(store.delete_view(by, &id, changed()).await), gone);
    }
    store.set_view(Changer::Own(ann.id), &id, r#"{"sort":"user"}"#, changed()).await.expect("saved");
    store.rename_view(Changer::Own(ann.id), &id, "Late", changed()).await.expect("renamed");

    share(store, &ann, &id, true).await.expect("shared");
    // Not even who saved it, once all see it.
    for who in [&ann, &bob] {
        let by = Changer::Own(who.id);
        assert!(refused(store.set_view(by, &id, "{}", changed()).await).starts_with("everybody sees this"));
        assert!(refused(store.delete_view(by, &id, changed()).await).starts_with("everybody sees this"));
    }
    let by = Changer::Manager(bob.id, &permit);
    store.rename_view(by, &id, "Nightly", changed()).await.expect("renamed");
    assert_eq!(store.views(ann.id, SHEET).await.expect("read")[0].value, r#"{"sort":"user"}"#);
    store.delete_view(by, &id, event(Action::ViewDeleted)).await.expect("deleted");
    assert!(names(store, &ann).await.is_empty());
}

async fn a_name_stands_for_one_view(db: Database) {
    let store = &db.store;
    let (ann, bob) = (user(store, "ann").await, user(store, "bob").await);
    let nights = add(store, &ann, "Nights").await.expect("saved");
    let taken = "there is a view named NIGHTS already: choose another name";
    assert_eq!(refused(add(store, &ann, " NIGHTS ").await), taken);
    // Others have names of their own.
    let of_bob = add(store, &bob, "nights").await.expect("saved");
    share(store, &ann, &nights, true).await.expect("shared");
    assert!(refused(share(store, &bob, &of_bob, true).await).contains("already"));
    assert!(refused(add(store, &ann, "nights").await).contains("already"));
    let days = add(store, &bob, "Days").await.expect("saved");
    let renamed = store.rename_view(Changer::Own(bob.id), &days, "NIGHTS", event(Action::ViewChanged)).await;
    assert_eq!(refused(renamed), taken);
    // Another way of writing its own name is no other view.
    store
        .rename_view(Changer::Own(bob.id), &days, "DAYS", event(Action::ViewChanged))
        .await
        .expect("renamed");
    assert_eq!(names(store, &bob).await, ["DAYS", "nights", "Nights"]);
}

async fn names_sizes_and_numbers_have_limits(db: Database) {
    let store = &db.store;
    let ann = user(store, "ann").await;
    for name in ["", "  ", "a\u{202e}b", "two\nlines", &"x".repeat(61)] {
        assert!(refused(add(store, &ann, name).await).contains("view name"), "{name:?}");
    }
    let large = store.add_view(ann.id, SHEET, "large", &"x".repeat(20_000)).await;
    assert!(refused(large).contains("too large"));
    for nth in 0..50 {
        add(store, &ann, &format!("view {nth}")).await.expect("saved");
    }
    assert_eq!(
        refused(add(store, &ann, "one more").await),
        "you have 50 views, which is all: delete one first"
    );
    assert_eq!(names(store, &ann).await.len(), 50);
}

async fn what_happens_to_shared_views_is_audited(db: Database) {
    let store = &db.store;
    let (ann, permit) = (user(store, "ann").await, manage());
    let by = Changer::Manager(ann.id, &permit);
    let id = add(store, &ann, "Nights").await.expect("saved");
    store.set_view(by, &id, "{}", event(Action::ViewChanged)).await.expect("saved");
    share(store, &ann, &id, true).await.expect("shared");
    share(store, &ann, &id, true).await.expect("it is shared already");
    store.rename_view(by, &id, "Late", event(Action::ViewChanged)).await.expect("renamed");
    store.delete_view(by, &id, event(Action::ViewDeleted)).await.expect("deleted");
    let rows = store.audit_page(&AuditFilter::default(), None, 100).await.expect("read");
    let said: Vec<_> = rows
        .iter()
        .rev()
        .filter(|row| row.action.starts_with("view"))
        .map(|row| (row.action.as_str(), row.subject.as_str(), row.detail.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            ("view shared", "Nights", "shared with everybody; saved by ann"),
            ("view changed", "Nights", "renamed to Late"),
            ("view deleted", "Late", "saved by ann"),
        ]
    );
}
