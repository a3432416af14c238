//! What the store keeps of OpenID Connect: keys, sign-ins, codes and tokens.

use server::audit::{Action, Event};
use server::store::{NewAgent, NewApplication, OidcCode, OidcKey, TakenCode};
use wire::{End, EndReason, Millis, SessionId};

use crate::database::{Database, on_both};
use crate::people::{NODE, opening, user};

on_both!(keys_follow_one_another, codes_are_used_once, ends_take_everything_with_them);

fn made() -> Event {
    Event::by_command_line(Action::SigningKeyMade)
}

async fn keys_follow_one_another(database: Database) {
    let store = &database.store;
    let key = |id: &str, at: i64| OidcKey { id: id.into(), sealed: "x".into(), created_at: Millis(at) };
    let ids = async |now: i64| {
        let keys = store.oidc_keys(Millis(now)).await.expect("read");
        keys.into_iter().map(|key| key.id).collect::<Vec<_>>()
    };
    store.add_oidc_key(&key("a", 100), Some(Millis(0)), Millis(0), made()).await.expect("kept");
    store.add_oidc_key(&key("b", 110), Some(Millis(50)), Millis(0), made()).await.expect("one was there");
    assert_eq!(ids(110).await, ["a"]);
    store.add_oidc_key(&key("c", 200), Some(Millis(150)), Millis(300), made()).await.expect("kept");
    assert_eq!(ids(299).await, ["c", "a"]);
    assert_eq!(ids(300).await, ["c"]);
    store.add_oidc_key(&key("d", 310), None, Millis(400), made()).await.expect("kept");
    assert_eq!(ids(0).await, ["d", "c"], "what has left is forgotten");
}

/// A sign-in to an application, and what it is known by.
async fn sign_in(database: &Database) -> (SessionId, server::store::OidcSignIn) {
    let store = &database.store;
    let ann = user(store, "ann").await;
    let new = NewAgent {
        name: "crm".into(),
        display_name: String::new(),
        url: "https://crm.example".parse().expect("a good address"),
        group: None,
        host_key: None,
        application: Some(NewApplication { secret_hash: "hash".into(), ..NewApplication::default() }),
    };
    let agent = store.add_agent(new, Event::by_command_line(Action::AgentAdded)).await.expect("added");
    let opening = opening(&ann, None);
    let session = opening.session.id;
    store.insert_session(&opening, false).await.expect("opened");
    let later = Millis(Millis::now().0 + 100_000);
    store.add_sign_in("cookie", ann.id, session, later).await.expect("kept");
    let sid = store.oidc_sid("cookie", agent, ann.id, session).await.expect("kept");
    assert_eq!(store.oidc_sid("cookie", agent, ann.id, session).await.expect("kept"), sid);
    let row = store.oidc_sign_in(&sid).await.expect("read").expect("there");
    assert_eq!((row.agent, row.user, row.session), (agent, ann.id, session));
    (session, row)
}

fn code(sid: &str) -> OidcCode {
    OidcCode {
        hash: "code".into(),
        sid: sid.into(),
        redirect_uri: "https://crm.example/".into(),
        challenge: "challenge".into(),
        scope: "openid".into(),
        nonce: None,
        expires_at: Millis(1000),
    }
}

async fn codes_are_used_once(database: Database) {
    let (_, row) = sign_in(&database).await;
    let store = &database.store;
    let code = code(&row.sid);
    store.add_oidc_code(&code).await.expect("kept");
    assert_eq!(store.take_oidc_code("other", Millis(1)).await.expect("read"), TakenCode::Unknown);
    let taken = store.take_oidc_code("code", Millis(1)).await.expect("read");
    assert_eq!(taken, TakenCode::Fresh(code, row.clone()));
    assert!(store.add_oidc_token("token", "code", Millis(500)).await.expect("kept"));
    let token = store.oidc_token("token", Millis(499)).await.expect("read").expect("good");
    assert_eq!((token.sign_in, token.scope.as_str()), (row.clone(), "openid"));
    assert!(store.oidc_token("token", Millis(500)).await.expect("read").is_none(), "it is over");
    let again = store.take_oidc_code("code", Millis(2)).await.expect("read");
    assert_eq!(again, TakenCode::Again(row));
    assert!(store.oidc_token("token", Millis(499)).await.expect("read").is_none(), "it is taken back");
    assert!(
        !store.add_oidc_token("late", "code", Millis(500)).await.expect("answered"),
        "nor is there another"
    );
    store.forget_old_oidc_grants(Millis::now()).await.expect("forgotten");
}

async fn ends_take_everything_with_them(database: Database) {
    let (session, row) = sign_in(&database).await;
    let store = &database.store;
    store.add_oidc_code(&code(&row.sid)).await.expect("kept");
    assert!(store.add_oidc_token("token", "code", Millis(500)).await.expect("kept"));
    assert!(store.end_left_oidc_sessions(NODE, Millis::now()).await.expect("read").is_empty(), "it is open");

    let end = |reason| End::new(reason, Millis::now());
    store.write_batch(&[(session, end(EndReason::NodeLost))], &[]).await.expect("written");
    assert!(store.end_left_oidc_sessions(NODE, Millis::now()).await.expect("read").is_empty(), "it goes on");
    assert_eq!(store.oidc_sign_ins_to_resume(NODE).await.expect("read"), std::slice::from_ref(&row));
    let late = Millis(Millis::now().0 + 200_000);
    let left = store.end_left_oidc_sessions(NODE, late).await.expect("read");
    assert_eq!(left.iter().map(|over| over.sid.as_str()).collect::<Vec<_>>(), [row.sid.as_str()]);
    assert!(store.oidc_token("token", Millis(1)).await.expect("read").is_none());
    assert_eq!(store.take_oidc_code("code", Millis(1)).await.expect("read"), TakenCode::Unknown);
    assert_eq!(store.oidc_logouts(NODE).await.expect("read"), left);
    let gone = store.end_oidc_sign_in("cookie", row.agent, session, Millis(5)).await.expect("read");
    assert!(gone.is_none(), "once is enough");
    store.oidc_logout_done(&row.sid).await.expect("done");
    assert!(store.oidc_logouts(NODE).await.expect("read").is_empty());
}
