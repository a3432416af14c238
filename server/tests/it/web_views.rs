//! Saved views as pages ask for them: who may do what with which.

use serde_json::Value;

use crate::web_client::Browser;
use crate::web_world::World;

const SHEET: (&str, &str) = ("sheet", "Sessions");

async fn views(browser: &mut Browser) -> (Vec<(String, bool, bool)>, bool) {
    let answer = browser.post("/api/views", &[SHEET]).await.json();
    let view = |view: &Value| {
        let flag = |name: &str| view[name].as_bool().expect("a flag");
        (view["name"].as_str().expect("a name").to_owned(), flag("shared"), flag("may_change"))
    };
    let all = answer["views"].as_array().expect("views").iter().map(view).collect();
    (all, answer["may_share"].as_bool().expect("a flag"))
}

async fn save(browser: &mut Browser, name: &str, value: &str) -> String {
    let reply = browser.post("/api/save_view", &[SHEET, ("name", name), ("value", value)]).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json().as_str().expect("an id").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn views_are_saved_by_all_and_shared_by_those_who_manage() {
    let world = World::start().await;
    let (mut root, mut olaf) = (world.signed_in("root").await, world.signed_in("olaf").await);
    let mine = save(&mut olaf, "Mine", r#"{"columns":["user","gone"],"filter":"type:ssh","more":[1]}"#).await;
    assert_eq!(views(&mut olaf).await, (vec![("Mine".into(), false, true)], false));
    assert_eq!(views(&mut root).await, (vec![], true));

    // What is kept is what was understood.
    let text = olaf.post("/api/views", &[SHEET]).await.text();
    assert!(text.contains("type:ssh") && !text.contains("gone") && !text.contains("more"), "{text}");

    let share = [("id", mine.as_str()), ("shared", "true")];
    let reply = olaf.post("/api/share_view", &share).await;
    assert!(reply.text().contains("your role does not allow you to share views"), "{}", reply.text());
    // What others saved for themselves does not exist, for those who manage too.
    assert!(root.post("/api/share_view", &share).await.text().contains("no such view"));

    let nights = save(&mut root, "Nights", "{}").await;
    assert_eq!(root.post("/api/share_view", &[("id", &nights), ("shared", "true")]).await.status, 200);
    let seen = vec![("Mine".into(), false, true), ("Nights".into(), true, false)];
    assert_eq!(views(&mut olaf).await, (seen, false));
    let id = ("id", nights.as_str());
    for (path, fields) in [
        ("/api/save_view", vec![SHEET, id, ("name", "Nights"), ("value", "{}")]),
        ("/api/rename_view", vec![id, ("name", "Days")]),
        ("/api/delete_view", vec![id]),
    ] {
        let reply = olaf.post(path, &fields).await;
        assert!(reply.status != 200 && reply.text().contains("everybody sees this view"), "{path}");
    }
    assert_eq!(root.post("/api/rename_view", &[id, ("name", "Days")]).await.status, 200);
    assert_eq!(root.post("/api/delete_view", &[id]).await.status, 200);
    assert_eq!(views(&mut olaf).await.0.len(), 1);

    let mut stranger = world.browser();
    for path in ["/api/views", "/api/save_view", "/api/rename_view", "/api/share_view", "/api/delete_view"] {
        let fields = [SHEET, id, ("name", "x"), ("value", "{}"), ("shared", "true")];
        assert_eq!(stranger.post(path, &fields).await.status, 401, "{path}");
    }
}
