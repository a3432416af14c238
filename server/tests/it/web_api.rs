//! The JSON API as scripts use it.

use serde_json::{Value, json};

use crate::web_client::{Browser, Reply};
use crate::web_world::World;

struct Script {
    browser: Browser,
    bearer: String,
}

impl Script {
    fn of(world: &World, user: &str) -> Self {
        Self { browser: world.browser(), bearer: format!("Bearer {}", world.token(user)) }
    }

    async fn get(&self, path: &str) -> Reply {
        self.browser.ask("GET", path, &[("authorization", &self.bearer)], b"").await
    }

    async fn post(&self, path: &str, body: &[u8]) -> Reply {
        let headers = [("authorization", self.bearer.as_str()), ("content-type", "application/json")];
        self.browser.ask("POST", path, &headers, body).await
    }
}

fn ids(list: &Value) -> Vec<&str> {
    list.as_array().expect("an array").iter().map(|session| session["id"].as_str().expect("an id")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_listed_with_all_their_fields() {
    let world = World::start().await;
    let open = world.open("uma", "root").await;
    let script = Script::of(&world, "olaf");
    let reply = script.get("/api/v1/sessions").await;
    assert_eq!(reply.header("content-type"), Some("application/json"));
    let mut list = reply.json();
    let session = list[0].as_object_mut().expect("one session");
    let started_at = session.remove("started_at").unwrap();
    let started_at = started_at.as_str().unwrap();
    assert!(
        started_at.ends_with('Z') && started_at.len() == "2026-11-23T17:03:12.345Z".len(),
        "{started_at}"
    );
    assert!(session.remove("idle_ms").unwrap().as_i64().unwrap() >= 0);
    assert_eq!(
        list,
        json!([{
            "id": open.id(),
            "user": "uma",
            "full_name": "uma",
            "device": "192.0.2.7",
            "client": "node-1",
            "type": "PAM SSH",
            "port": 2222,
            "service_url": "ssh://127.0.0.1:1",
            "account_name": "root",
            "service_provider": "Database 1",
            "agent": "db-1",
            "jump_server_group": null,
            "watchers": 0,
            "node": "node-1",
            "recorded": true,
            "user_reported": false,
            "end_asked": null,
        }])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_lists_what_they_may_see() {
    let world = World::start().await;
    let open =
        [world.open("uma", "root").await, world.open("otto", "root").await, world.open("ned", "ask").await];
    let [uma, otto, ned] = open.each_ref().map(|open| open.id().to_string());
    for (user, seen) in [
        ("olaf", vec![&uma, &otto, &ned]),
        ("anna", vec![&uma, &otto, &ned]),
        ("otto", vec![&uma, &otto, &ned]),
        ("uma", vec![&uma]),
        ("ned", vec![&ned]),
    ] {
        let list = Script::of(&world, user).get("/api/v1/sessions").await.json();
        assert_eq!(ids(&list), seen, "{user}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_filtered_by_type() {
    let world = World::start().await;
    let open = world.open("uma", "root").await;
    let _console = world.signed_in("anna").await;
    let script = Script::of(&world, "olaf");
    let list = script.get("/api/v1/sessions?type=PAM%20SSH").await.json();
    assert_eq!(ids(&list), [open.id().to_string()]);
    let list = script.get("/api/v1/sessions?type=CONSOLE").await.json();
    assert_eq!(ids(&list), [world.console_of("anna").to_string()]);
    assert_eq!(ids(&script.get("/api/v1/sessions?type=ESSO").await.json()), [""; 0]);
    let detail = script.get("/api/v1/sessions?type=SSH").await.problem(400);
    assert!(detail.contains("unknown session type \"SSH\""), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_terminated_once_with_a_reason() {
    let world = World::start().await;
    let open = world.open("uma", "root").await;
    let path = format!("/api/v1/sessions/{}", open.id());
    let end = format!("{path}/terminate");
    let script = Script::of(&world, "olaf");

    for body in [&br#"{"reason":"  "}"#[..], br#"{}"#, br#"{"reason":1}"#] {
        script.post(&end, body).await.problem(422);
    }
    let long = format!("{{\"reason\":\"{}\"}}", "x".repeat(501));
    script.post(&end, long.as_bytes()).await.problem(422);
    script.post(&end, b"{").await.problem(400);
    script.post(&end, "x".repeat(20 << 10).as_bytes()).await.problem(413);
    let headers = [("authorization", script.bearer.as_str()), ("content-type", "text/plain")];
    script.browser.ask("POST", &end, &headers, b"reason=x").await.problem(415);
    assert!(script.get(&path).await.json().get("ended_at").is_none(), "still open");

    let reply = script.post(&end, br#"{"reason":" maintenance "}"#).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let ended = reply.json();
    assert_eq!((&ended["end_reason"], &ended["ended_by"]), (&json!("terminated"), &json!("olaf")));
    assert_eq!(ended["end_note"], "maintenance");
    let told = open.terminated().await;
    assert_eq!((told.by.as_str(), told.reason.as_str()), ("olaf", "maintenance"));

    // The end is queued for the database; a reader that comes at once may wait for it.
    let kept = loop {
        let kept = script.get(&path).await;
        assert_eq!(kept.status, 200, "{}", kept.text());
        if kept.json().get("ended_at").is_some() {
            break kept.json();
        }
    };
    for field in ["id", "started_at", "ended_at", "end_reason", "ended_by"] {
        assert_eq!(kept[field], ended[field], "{field}");
    }
    script.post(&end, br#"{"reason":"again"}"#).await.problem(409);
    assert_eq!(ids(&script.get("/api/v1/sessions").await.json()), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_decides_between_403_and_404() {
    let world = World::start().await;
    let open = world.open("uma", "root").await;
    let path = format!("/api/v1/sessions/{}", open.id());
    let end = format!("{path}/terminate");
    let body = br#"{"reason":"x"}"#;
    let anna = Script::of(&world, "anna");
    assert_eq!(anna.get(&path).await.status, 200);
    assert_eq!(
        anna.post(&end, body).await.problem(403),
        "your role does not allow you to terminate this session"
    );
    let ned = Script::of(&world, "ned");
    let unknown = ned.get("/api/v1/sessions/0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000").await.problem(404);
    assert_eq!(ned.get(&path).await.problem(404), unknown, "not to be told from one that never was");
    assert_eq!(ned.post(&end, body).await.problem(404), unknown);
    assert_eq!(ned.get("/api/v1/sessions/nothing").await.problem(404), unknown);
    assert!(world.services().hub.session(open.id()).is_some(), "still open");
    let otto = Script::of(&world, "otto");
    assert_eq!(otto.post(&end, body).await.status, 200, "the account's owner");
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_say_who_they_are() {
    let world = World::start().await;
    let browser = world.browser();
    let nobody = browser.get("/api/v1/sessions").await;
    nobody.problem(401);
    assert_eq!(nobody.header("www-authenticate"), Some("Bearer realm=\"Sightline\""));
    for bearer in ["Bearer nonsense", "Bearer", "Bearer \u{e4}"] {
        let reply = browser.ask("GET", "/api/v1/sessions", &[("authorization", bearer)], b"").await;
        reply.problem(401);
        assert!(reply.header("www-authenticate").unwrap().contains("invalid_token"), "{bearer}");
    }
    // A cookie does for reading, and for writing from our own pages.
    let open = world.open("uma", "root").await;
    let signed = world.signed_in("olaf").await;
    assert_eq!(signed.get("/api/v1/sessions").await.status, 200);
    let path = format!("/api/v1/sessions/{}/terminate", open.id());
    let json = ("content-type", "application/json");
    let body = br#"{"reason":"x"}"#;
    signed.ask("POST", &path, &[json], body).await.problem(403);
    signed.ask("POST", &path, &[json, ("origin", "http://evil.test")], body).await.problem(403);
    let origin = signed.origin();
    assert_eq!(signed.ask("POST", &path, &[json, ("origin", &origin)], body).await.status, 200);
    // A bad token is not made good by a cookie.
    let both = signed.ask("GET", "/api/v1/sessions", &[("authorization", "Bearer nonsense")], b"").await;
    both.problem(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_error_below_the_api_is_a_problem_document() {
    let world = World::start().await;
    let script = Script::of(&world, "olaf");
    for path in ["/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v1/sessions/a/b", "/api/v1/sessions/%FF"] {
        script.get(path).await.problem(404);
    }
    let reply = script.post("/api/v1/sessions", b"{}").await;
    reply.problem(405);
    assert_eq!(reply.header("allow"), Some("GET,HEAD"));
    script.get("/api/v1/sessions/0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000/terminate").await.problem(405);
}
