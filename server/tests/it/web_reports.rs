//! Reports as a source sends them.

use serde_json::{Value, json};
use server::store::AuditFilter;

use crate::web_client::{Browser, Reply};
use crate::web_world::World;

/// A system that reports its sessions.
struct Source {
    browser: Browser,
    bearer: String,
}

impl Source {
    fn of(world: &World) -> Self {
        let token = world.cli(&["agent", "token", "db-1"]);
        assert!(token.starts_with("sla_"), "{token}");
        Self { browser: world.browser(), bearer: format!("Bearer {}", token.trim()) }
    }

    async fn send(&self, body: &[u8], kind: &str) -> Reply {
        let headers = [("authorization", self.bearer.as_str()), ("content-type", kind)];
        self.browser.ask("POST", "/api/v1/reports", &headers, body).await
    }

    async fn report(&self, reports: &Value) -> Reply {
        self.send(reports.to_string().as_bytes(), "application/json").await
    }

    async fn commands(&self, query: &str) -> Reply {
        let path = format!("/api/v1/reports/commands{query}");
        self.browser.ask("GET", &path, &[("authorization", self.bearer.as_str())], b"").await
    }
}

fn open(key: &str) -> Value {
    json!({"open": {
        "key": key, "user": "zoe", "device": "192.0.2.9", "client": "ws-12", "port": 443, "type": "ESSO",
        "service_url": "https://crm.example", "account_name": "root",
    }})
}

#[tokio::test(flavor = "multi_thread")]
async fn one_report_is_answered_alone_and_a_batch_one_by_one() {
    let world = World::start().await;
    let source = Source::of(&world);
    let opened = source.report(&open("a")).await;
    assert_eq!(opened.status, 200, "{}", opened.text());
    let opened = opened.json();
    assert_eq!((&opened["status"], &opened["key"]), (&json!("opened"), &json!("a")));

    let mut wrong = open("b");
    wrong["open"]["port"] = json!(70_000);
    let reply = source.report(&wrong).await;
    reply.problem(422);
    assert_eq!(reply.json()["field"], "/open/port");
    let batch = json!([open("a"), wrong, {"heartbeat": {"key": "a"}}, {"close": {"key": "a"}}, 7]);
    let reply = source.report(&batch).await;
    assert_eq!(reply.status, 200);
    let answers = &reply.json()["answers"];
    let statuses: Vec<_> = answers.as_array().unwrap().iter().map(|answer| &answer["status"]).collect();
    assert_eq!(statuses, ["known", "refused", "renewed", "closed", "refused"]);
    assert_eq!((&answers[1]["field"], &answers[1]["key"]), (&json!("/open/port"), &json!("b")));
    assert_eq!(
        answers[3],
        json!({
            "status": "closed", "key": "a", "session": opened["session"], "end_reason": "closed",
        })
    );
    assert_eq!(source.report(&json!([])).await.json(), json!({"answers": []}));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_report_is_a_problem() {
    let world = World::start().await;
    let source = Source::of(&world);
    source.send(b"{", "application/json").await.problem(400);
    source.send(b"7", "application/json").await.problem(422);
    source.send(b"{}", "text/plain").await.problem(415);
    source.send("x".repeat(5 << 20).as_bytes(), "application/json").await.problem(413);
    let many: Vec<Value> = (0..1001).map(|n| json!({"heartbeat": {"key": n.to_string()}})).collect();
    source.report(&json!(many)).await.problem(413);
    source.commands("?wait=61").await.problem(400);
    source.commands("?wait=x").await.problem(400);
    source.browser.ask("GET", "/api/v1/reports", &[], b"").await.problem(405);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_agents_token_counts() {
    let world = World::start().await;
    let old = Source::of(&world);
    let new = Source::of(&world);
    let person = Source { browser: world.browser(), bearer: format!("Bearer {}", world.token("root")) };
    for source in [&old, &person] {
        let reply = source.report(&open("a")).await;
        reply.problem(401);
        assert!(reply.header("www-authenticate").unwrap().contains("invalid_token"));
        source.commands("?wait=0").await.problem(401);
    }
    let nobody =
        world.browser().ask("POST", "/api/v1/reports", &[("content-type", "application/json")], b"{}").await;
    nobody.problem(401);
    let signed = world.signed_in("root").await;
    signed.ask("POST", "/api/v1/reports", &[("content-type", "application/json")], b"{}").await.problem(401);
    assert_eq!(new.report(&open("a")).await.status, 200);
    // Nor does it open anything else.
    let headers = [("authorization", new.bearer.as_str())];
    new.browser.ask("GET", "/api/v1/sessions", &headers, b"").await.problem(401);
    world.cli(&["agent", "token", "db-1", "--revoke"]);
    new.report(&open("b")).await.problem(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reported_session_is_seen_by_those_who_may() {
    let world = World::start().await;
    let source = Source::of(&world);
    let mut mine = open("mine");
    mine["open"]["user"] = json!("NED");
    source.report(&json!([open("a"), mine])).await;
    for (user, seen) in [("olaf", 2), ("otto", 2), ("ned", 1), ("uma", 0)] {
        let headers = [("authorization", format!("Bearer {}", world.token(user)))];
        let headers = [(headers[0].0, headers[0].1.as_str())];
        let list = world.browser().ask("GET", "/api/v1/sessions", &headers, b"").await.json();
        assert_eq!(list.as_array().unwrap().len(), seen, "{user}: {list}");
        if user == "olaf" {
            assert_eq!((&list[0]["user"], &list[0]["user_reported"]), (&json!("zoe"), &json!(true)));
            assert_eq!((&list[1]["user"], &list[1]["user_reported"]), (&json!("ned"), &json!(false)));
            assert_eq!(list[0]["service_provider"], "Database 1");
            assert_eq!(list[0]["agent"], "db-1");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_hears_of_a_termination_and_its_answer_is_told() {
    let world = World::start().await;
    let source = Source::of(&world);
    let ids: Vec<String> = {
        let reply = source.report(&json!([open("a"), open("b")])).await.json();
        (0..2).map(|n| reply["answers"][n]["session"].as_str().unwrap().to_owned()).collect()
    };
    let bearer = format!("Bearer {}", world.token("olaf"));
    let terminate = |id: String| {
        let (browser, bearer) = (world.browser(), bearer.clone());
        tokio::spawn(async move {
            let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
            let path = format!("/api/v1/sessions/{id}/terminate");
            browser.ask("POST", &path, &headers, br#"{"reason":"enough"}"#).await
        })
    };

    // Waits until somebody asks.
    let told = {
        let asked = terminate(ids[0].clone());
        let told = source.commands("?wait=60").await.json();
        let command = &told["commands"][0];
        assert_eq!((&command["command"], &command["key"]), (&json!("terminate"), &json!("a")));
        assert_eq!((&command["by"], &command["reason"]), (&json!("olaf"), &json!("enough")));
        // A lost answer is given again.
        let again = source.commands("?wait=0").await.json();
        assert_eq!(again["commands"], told["commands"]);
        let none = source.commands(&format!("?wait=0&after={}", told["next"])).await.json();
        assert_eq!(none["commands"], json!([]));
        let headers = [("authorization", bearer.as_str())];
        let path = format!("/api/v1/sessions/{}", ids[0]);
        let row = world.browser().ask("GET", &path, &headers, b"").await.json();
        assert_eq!(row["end_asked"], "waiting");
        assert!(row.get("ended_at").is_none(), "not before its source says so");
        let closed = source.report(&json!({"close": {"key": "a"}})).await.json();
        assert_eq!(closed["end_reason"], "terminated");
        let reply = asked.await.expect("no panic");
        assert_eq!(reply.status, 200, "{}", reply.text());
        let ended = reply.json();
        assert_eq!((&ended["end_reason"], &ended["ended_by"]), (&json!("terminated"), &json!("olaf")));
        assert_eq!(ended["end_note"], "enough");
        told
    };

    let asked = terminate(ids[1].clone());
    let second = source.commands(&format!("?wait=60&after={}", told["next"])).await.json();
    assert_eq!(second["commands"][0]["key"], "b");
    let noted = source.report(&json!({"refused": {"key": "b", "reason": "it prints"}})).await.json();
    assert_eq!(noted["status"], "noted");
    let detail = asked.await.expect("no panic").problem(409);
    assert!(detail.ends_with("it prints"), "{detail}");

    // Written soon, not at once.
    for (action, actor) in [
        ("terminate asked", "olaf"),
        ("terminated", "olaf"),
        ("terminate refused", "db-1"),
        ("token added", "command line"),
    ] {
        loop {
            let rows = world.services().store.audit_page(&AuditFilter::default(), None, 1000).await;
            let rows = rows.expect("the audit");
            if rows.iter().any(|row| row.action == action && row.actor == actor) {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_asks_the_source_too() {
    let world = World::start().await;
    let source = Source::of(&world);
    let opened = source.report(&open("a")).await.json();
    let id = opened["session"].as_str().unwrap().to_owned();
    let folder = world.folder.path().join("data");
    let asked = tokio::task::spawn_blocking(move || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_sightline"));
        command.args(["session", "terminate", &id, "--reason", "enough"]).env("SIGHTLINE_DATA", folder);
        command.output().expect("it runs")
    });
    let told = source.commands("?wait=60").await.json();
    assert_eq!(told["commands"][0]["by"], "command line");
    source.report(&json!({"refused": {"key": "a", "reason": "it prints"}})).await;
    let output = asked.await.expect("no panic");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("refuses to end it: it prints"), "{said}");
}
