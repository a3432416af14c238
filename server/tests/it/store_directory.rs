//! Users, agents, accounts, grants and roles in the store.

use hub::{Scope, Scopes};
use server::audit::{Action, Event};
use server::store::{AgentKind, AuditFilter, GrantKind, NewAgent, PinnedKey, SESSIONS_LAYOUT, StoreError};

use crate::database::{Database, on_both};
use crate::people::{KEY, OTHER_KEY, account, grant, new_user, opening, user};

on_both!(
    a_name_is_taken_whatever_its_case,
    names_and_roles_are_checked,
    the_first_user_is_made_once,
    disabling_ends_what_is_open,
    groups_are_made_when_named,
    who_may_connect,
    a_person_finds_what_they_may_connect_to,
    grants_come_and_go,
    the_first_host_key_is_pinned,
    the_roles_are_those_of_the_product,
    every_change_bumps_the_epoch,
    tokens_stand_for_their_user,
    keys_sign_their_user_in,
    preferences_are_each_users_own,
    opening_again_changes_nothing,
);

fn event(action: Action) -> Event {
    Event::by_command_line(action)
}

fn refusal<T>(result: Result<T, StoreError>) -> String {
    match result {
        Err(StoreError::Refused(text)) => text,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it was done"),
    }
}

async fn a_name_is_taken_whatever_its_case(db: Database) {
    let store = &db.store;
    user(store, "Jürgen").await;
    let again = store.add_user(new_user("JÜRGEN", "user"), event(Action::UserAdded)).await;
    assert_eq!(refusal(again), "there is a user JÜRGEN already");
    let found = store.user_named("jürgen").await.expect("read").expect("there");
    assert_eq!(found.name, "Jürgen");
    user(store, "anna").await;
    let names: Vec<_> = store.users().await.expect("read").into_iter().map(|user| user.name).collect();
    assert_eq!(names, ["anna", "Jürgen"]);
}

async fn names_and_roles_are_checked(db: Database) {
    let bad = db.store.add_user(new_user("a:b", "user"), event(Action::UserAdded)).await;
    assert!(refusal(bad).contains("may not hold ':'"));
    let bad = db.store.add_user(new_user("ann", "king"), event(Action::UserAdded)).await;
    assert_eq!(refusal(bad), "there is no role \"king\"");
    assert!(!db.store.has_users().await.expect("read"));
    assert!(db.store.audit_page(&AuditFilter::default(), None, 10).await.expect("read").is_empty());
}

async fn the_first_user_is_made_once(db: Database) {
    let first = |name| db.store.add_first_user(new_user(name, "admin"), event(Action::SetUp));
    let (one, other) = tokio::join!(first("ann"), first("bob"));
    assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1);
    assert_eq!(db.store.users().await.expect("read").len(), 1);
}

async fn disabling_ends_what_is_open(db: Database) {
    let store = &db.store;
    let ann = user(store, "ann").await;
    let open = opening(&ann, None);
    store.insert_session(&open, false).await.expect("written");
    assert_eq!(store.disable_user("ANN", event(Action::UserDisabled)).await.expect("disabled"), 1);
    let asked = store.poll("gw-1").await.expect("read").ends;
    assert_eq!(asked.len(), 1);
    assert_eq!((asked[0].session, asked[0].note.as_str()), (open.session.id, "the user was disabled"));
    assert_eq!(asked[0].by, "command line");
    assert!(refusal(store.insert_session(&opening(&ann, None), false).await).contains("is disabled"));
    assert!(refusal(store.disable_user("ann", event(Action::UserDisabled)).await).contains("already"));
    assert!(refusal(store.disable_user("bob", event(Action::UserDisabled)).await).contains("no user"));
    assert_eq!(store.disabled_with_sessions("gw-1").await.expect("read"), [ann.id]);
    let last = &store.audit_page(&AuditFilter::default(), None, 1).await.expect("read")[0];
    assert_eq!(
        (last.actor.as_str(), last.action.as_str(), last.subject.as_str()),
        ("command line", "user disabled", "ann")
    );
}

async fn groups_are_made_when_named(db: Database) {
    let add = |name: &str, group: &str| {
        let url = "ssh://10.0.0.1:22".parse().expect("good");
        let (name, group) = (name.to_owned(), Some(group.to_owned()));
        let (display_name, host_key) = ("Database".into(), Some(KEY.into()));
        let new = NewAgent { name, display_name, url, group, host_key, application: None };
        db.store.add_agent(new, event(Action::AgentAdded))
    };
    add("db-1", "Inner").await.expect("added");
    add("db-2", "inner").await.expect("added");
    assert_eq!(refusal(add("DB-1", "inner").await), "there is an agent DB-1 already");
    assert!(add("db-3", "in ner").await.is_err());
    let agents = db.store.agents().await.expect("read");
    let groups: Vec<_> = agents.iter().map(|agent| (agent.name.as_str(), agent.group.as_deref())).collect();
    assert_eq!(groups, [("db-1", Some("Inner")), ("db-2", Some("Inner"))]);
    assert!(agents[0].host_key.as_deref().is_some_and(|key| key.starts_with("SHA256:")));
}

async fn who_may_connect(db: Database) {
    let store = &db.store;
    let root = account(store, "root", "db-1").await;
    let odd = account(store, "admin@corp", "db-1").await;
    let mut may = Vec::new();
    for (name, kind) in [
        ("owner", Some(GrantKind::Owner)),
        ("manager", Some(GrantKind::Manager)),
        ("user", Some(GrantKind::User)),
        ("nobody", None),
    ] {
        let person = user(store, name).await;
        if let Some(kind) = kind {
            grant(store, &person, kind, &root).await;
        }
        if store.account_for(person.id, AgentKind::Ssh, "root", "DB-1").await.expect("read").is_some() {
            may.push(name);
        }
        assert!(
            store.account_for(person.id, AgentKind::Ssh, "admin@corp", "db-1").await.expect("read").is_none()
        );
    }
    assert_eq!(may, ["owner", "user"]);

    let person = store.expect_user("user").await.expect("there");
    grant(store, &person, GrantKind::User, &odd).await;
    let names = |rows: Vec<server::store::AccountRow>| rows.iter().map(|row| row.name()).collect::<Vec<_>>();
    assert_eq!(
        names(store.accounts_for(person.id, AgentKind::Ssh).await.expect("read")),
        ["admin@corp@db-1", "root@db-1"]
    );
    let way = store
        .account_for(person.id, AgentKind::Ssh, "admin@corp", "db-1")
        .await
        .expect("read")
        .expect("granted");
    assert_eq!((way.host.as_str(), way.port, way.group.as_deref()), ("db-1", 22, Some("inner")));
    let (kind, other) = (AgentKind::Ssh, AgentKind::Postgres);
    assert!(store.accounts_for(person.id, other).await.expect("read").is_empty());
    assert!(store.account_for(person.id, other, "root", "db-1").await.expect("read").is_none());
    store.disable_user("user", event(Action::UserDisabled)).await.expect("disabled");
    assert!(store.account_for(person.id, kind, "root", "db-1").await.expect("read").is_none());
}

async fn a_person_finds_what_they_may_connect_to(db: Database) {
    let store = &db.store;
    let (first, second) = (account(store, "root", "db-1").await, account(store, "admin", "Db-2").await);
    let managed = account(store, "app", "db-1").await;
    let person = user(store, "ann").await;
    let other = user(store, "bob").await;
    grant(store, &person, GrantKind::User, &second).await;
    for kind in [GrantKind::User, GrantKind::Owner, GrantKind::Manager] {
        grant(store, &person, kind, &first).await;
    }
    grant(store, &person, GrantKind::Manager, &managed).await;
    let found = store.usable_accounts(person.id).await.expect("read");
    let seen: Vec<_> =
        found.iter().map(|found| (found.login(), found.agent(), found.kind(), found.grant())).collect();
    let ssh = AgentKind::Ssh;
    assert_eq!(seen, [("root", "db-1", ssh, GrantKind::Owner), ("admin", "Db-2", ssh, GrantKind::User)]);
    assert_eq!((found[0].id(), found[0].user()), (first.id, person.id));
    assert_eq!((found[0].display_name(), found[0].service_url()), ("db-1", "ssh://db-1:22"));

    assert!(store.usable_accounts(other.id).await.expect("read").is_empty());
    let one = async |user, account| store.usable_account(user, account).await.expect("read");
    assert_eq!(one(person.id, second.id).await.expect("granted").login(), "admin");
    assert!(one(person.id, managed.id).await.is_none(), "a manager does not connect");
    assert!(one(other.id, first.id).await.is_none());
    store.disable_user("ann", event(Action::UserDisabled)).await.expect("disabled");
    assert!(one(person.id, first.id).await.is_none());
    assert!(store.usable_accounts(person.id).await.expect("read").is_empty());
}

async fn grants_come_and_go(db: Database) {
    let store = &db.store;
    let root = account(store, "root", "db-1").await;
    let ann = user(store, "ann").await;
    grant(store, &ann, GrantKind::Owner, &root).await;
    grant(store, &ann, GrantKind::Owner, &root).await;
    assert!(store.viewer(&ann).await.expect("read").owned.contains(&root.id));
    let remove = |kind| store.remove_grant(&ann, kind, &root, event(Action::GrantRemoved));
    assert_eq!(refusal(remove(GrantKind::User).await), "ann does not hold the user grant on root@db-1");
    remove(GrantKind::Owner).await.expect("removed");
    assert!(store.viewer(&ann).await.expect("read").owned.is_empty());
    let added = store.audit_page(&AuditFilter::default(), None, 20).await.expect("read");
    assert_eq!(added.iter().filter(|event| event.action == "grant added").count(), 1);
}

async fn the_first_host_key_is_pinned(db: Database) {
    let store = &db.store;
    account(store, "root", "db-1").await;
    let agent = store.expect_agent("db-1").await.expect("there").id;
    let check = |key| store.check_host_key(agent, key);
    let (one, other) = tokio::join!(check(KEY), check(KEY));
    let mut both = [one.expect("checked"), other.expect("checked")];
    both.sort_by_key(|key| *key != PinnedKey::First);
    assert_eq!(both, [PinnedKey::First, PinnedKey::Same]);
    let PinnedKey::Other(pinned) = check(OTHER_KEY).await.expect("checked") else {
        panic!("another key was taken")
    };
    assert!(pinned.starts_with("SHA256:"));
    store.set_host_key("db-1", OTHER_KEY, event(Action::HostKeyPinned)).await.expect("set");
    assert_eq!(check(OTHER_KEY).await.expect("checked"), PinnedKey::Same);
}

async fn the_roles_are_those_of_the_product(db: Database) {
    use Scope::{All, None, Own};
    let scopes = |see, watch, control, terminate, replay, read_audit, manage| Scopes {
        see,
        watch,
        control,
        terminate,
        replay,
        read_audit,
        manage,
    };
    for (role, expected) in [
        ("user", scopes(Own, Own, Own, Own, Own, None, None)),
        ("operator", scopes(All, All, All, All, All, None, None)),
        ("auditor", scopes(All, All, None, None, All, All, None)),
        ("admin", scopes(All, All, All, All, All, All, All)),
        ("no such role", scopes(None, None, None, None, None, None, None)),
    ] {
        assert_eq!(db.store.scopes(role).await.expect("read"), expected, "{role}");
    }
}

async fn every_change_bumps_the_epoch(db: Database) {
    let store = &db.store;
    let mut last = store.directory_epoch().await.expect("read");
    let mut bumped = async |what: &str| {
        let now = store.directory_epoch().await.expect("read");
        assert!(now > last, "{what}");
        last = now;
    };
    let ann = user(store, "ann").await;
    bumped("a user").await;
    let root = account(store, "root", "db-1").await;
    bumped("an account").await;
    grant(store, &ann, GrantKind::User, &root).await;
    bumped("a grant").await;
    store.remove_grant(&ann, GrantKind::User, &root, event(Action::GrantRemoved)).await.expect("removed");
    bumped("a grant removed").await;
    store.set_password("ann", "other".into(), event(Action::PasswordSet)).await.expect("set");
    bumped("a password").await;
    store.disable_user("ann", event(Action::UserDisabled)).await.expect("disabled");
    bumped("a user disabled").await;
    refusal(store.add_user(new_user("ann", "user"), event(Action::UserAdded)).await);
    assert_eq!(store.poll("gw-1").await.expect("read").epoch, last, "a refusal changes nothing");
}

async fn tokens_stand_for_their_user(db: Database) {
    let store = &db.store;
    let ann = user(store, "ann").await;
    let id = store.add_token(&ann, "ci", "hash-1".into(), event(Action::TokenAdded)).await.expect("added");
    store.add_token(&ann, "ci", "hash-2".into(), event(Action::TokenAdded)).await.expect("added");
    assert_eq!(store.user_of_token("hash-1").await.expect("read").expect("good").id, ann.id);
    assert!(store.user_of_token("hash-3").await.expect("read").is_none());
    assert!(store.tokens(&ann).await.expect("read")[0].last_used_at.is_some());
    store.revoke_token(&id, event(Action::TokenRevoked)).await.expect("revoked");
    assert!(store.user_of_token("hash-1").await.expect("read").is_none());
    refusal(store.revoke_token(&id, event(Action::TokenRevoked)).await);
    store.disable_user("ann", event(Action::UserDisabled)).await.expect("disabled");
    assert!(store.user_of_token("hash-2").await.expect("read").is_none());
}

async fn keys_sign_their_user_in(db: Database) {
    let store = &db.store;
    let mut new = new_user("ann", "user");
    new.public_keys = vec![format!("{KEY} ann@laptop\n"), KEY.into()];
    let ann = store.add_user(new, event(Action::UserAdded)).await.expect("added");
    user(store, "bob").await;
    assert_eq!(store.user_with_key("ANN", KEY).await.expect("read").map(|user| user.id), Some(ann.id));
    assert!(store.user_with_key("ann", OTHER_KEY).await.expect("read").is_none());
    assert!(store.user_with_key("bob", KEY).await.expect("read").is_none());
}

async fn preferences_are_each_users_own(db: Database) {
    let store = &db.store;
    let (ann, bob) = (user(store, "ann").await, user(store, "bob").await);
    for value in ["{}", "{\"columns\":[\"User\"]}"] {
        store.set_preference(ann.id, SESSIONS_LAYOUT, value).await.expect("set");
        assert_eq!(store.preference(ann.id, SESSIONS_LAYOUT).await.expect("read").as_deref(), Some(value));
    }
    assert_eq!(store.preference(bob.id, SESSIONS_LAYOUT).await.expect("read"), None);
}

async fn opening_again_changes_nothing(db: Database) {
    user(&db.store, "ann").await;
    let again = server::store::Store::open(&db.url).await.expect("opened again");
    assert_eq!(again.users().await.expect("read").len(), 1);
}
