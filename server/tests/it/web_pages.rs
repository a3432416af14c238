//! Pages, files and health, as a browser gets them.

use hub::OpenSession;

use crate::web_world::World;

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_for_people_who_are_signed_in() {
    let world = World::start().await;
    let browser = world.browser();
    assert_eq!(browser.get("/").await.location(), "/sessions");
    assert_eq!(browser.get("/sessions").await.location(), "/sign-in?next=/sessions");
    assert_eq!(browser.get("/sessions/abc").await.location(), "/sign-in?next=/sessions/abc");
    assert_eq!(browser.get("/sign-in").await.status, 200);

    let browser = world.signed_in("olaf").await;
    let page = browser.get("/sessions").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert!(page.text().contains("olaf"), "the signed-in user is rendered on the server");
    assert_eq!(browser.get("/sign-in").await.location(), "/sessions");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_page_has_a_policy_with_the_nonce_of_its_scripts() {
    let world = World::start().await;
    let browser = world.browser();
    let mut nonces = Vec::new();
    for _ in 0..2 {
        let page = browser.get("/sign-in").await;
        let policy = page.header("content-security-policy").unwrap();
        let nonce =
            policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap().to_owned();
        assert!(policy.starts_with("default-src 'none'; script-src 'nonce-"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe-inline"), "{policy}");
        let html = page.text();
        let scripts = html.matches("<script").count();
        assert!(scripts > 0);
        assert_eq!(html.matches(&format!("nonce=\"{nonce}\"")).count(), scripts, "{html}");
        assert!(!html.contains(" style=") && !html.contains("<style"), "the policy forbids it: {html}");
        nonces.push(nonce);
    }
    assert_ne!(nonces[0], nonces[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_hardened() {
    let world = World::start().await;
    let browser = world.signed_in("olaf").await;
    for path in
        ["/sessions", "/sign-in", "/nowhere", "/healthz", "/api/v1/sessions", "/pkg/a.1.js", "/pkg/none"]
    {
        let reply = browser.get(path).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("x-frame-options", "DENY"),
        ] {
            assert_eq!(reply.header(name), Some(value), "{path}");
        }
        let policy =
            reply.header("content-security-policy").unwrap_or_else(|| panic!("{path} has no policy"));
        assert!(policy.starts_with("default-src 'none'"), "{path}");
        assert!(reply.header("cache-control").is_some(), "{path}");
        assert_eq!(reply.header("strict-transport-security"), None, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_https_cookies_are_secure_and_transport_is_strict() {
    let world = World::start_with(|config| config.set_public_url("https://sight.example")).await;
    let mut browser = world.browser();
    let fields = [("user", "olaf"), ("password", crate::web_world::PASSWORD)];
    assert_eq!(browser.post("/sign-in", &fields).await.status, 403, "plain http is another origin");
    let reply = browser.post_from("/sign-in", &fields, &[("origin", "https://sight.example")]).await;
    assert!(reply.header("set-cookie").unwrap().ends_with("; Secure"));
    assert!(reply.header("strict-transport-security").unwrap().starts_with("max-age="));
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_and_invisible_things_are_404() {
    let world = World::start().await;
    let open: OpenSession = world.open("uma", "root").await;
    let path = format!("/sessions/{}", open.id());
    for (user, status) in [("ned", 404), ("uma", 200), ("otto", 200), ("anna", 200)] {
        assert_eq!(world.signed_in(user).await.get(&path).await.status, status, "{user}");
    }
    let browser = world.signed_in("ned").await;
    let invisible = browser.get(&path).await.text();
    assert!(!invisible.contains("192.0.2.7") && !invisible.contains("Database 1"), "{invisible}");
    for path in ["/nowhere", "/sessions/nothing", "/sessions/0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000"] {
        let page = browser.get(path).await;
        assert_eq!(page.status, 404, "{path}");
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"), "{path}");
    }
    assert_eq!(world.browser().get("/nowhere").await.status, 404, "signed out, too");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_built_files_are_served() {
    let world = World::start().await;
    let browser = world.browser();
    let script = browser.get("/pkg/a.1.js").await;
    assert_eq!((script.status, script.text().as_str()), (200, "export default 1"));
    assert_eq!(script.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(script.header("content-type"), Some("text/javascript; charset=utf-8"));
    let packed = browser.ask("GET", "/pkg/a.1.js", &[("accept-encoding", "gzip, br")], b"").await;
    assert_eq!((packed.header("content-encoding"), packed.text().as_str()), (Some("br"), "compressed"));
    assert_eq!(packed.header("vary"), Some("accept-encoding"));
    assert_eq!(browser.get("/favicon.svg").await.header("content-type"), Some("image/svg+xml"));
    for path in [
        "/pkg/../assets.json",
        "/pkg/%2e%2e/assets.json",
        "/pkg/..%2fassets.json",
        "/assets.json",
        "/pkg//etc/passwd",
        "/pkg/a.1.js.br",
    ] {
        assert_eq!(browser.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_built_site_pages_say_what_to_do_and_the_rest_works() {
    let world = World::start_with(|config| config.site = config.data.join("nowhere")).await;
    let browser = world.browser();
    let page = browser.get("/sign-in").await;
    assert_eq!(page.status, 503);
    assert!(page.text().contains("cargo xtask"), "{}", page.text());
    let token = world.token("olaf");
    let bearer = format!("Bearer {token}");
    assert_eq!(browser.ask("GET", "/api/v1/sessions", &[("authorization", &bearer)], b"").await.status, 200);
    assert_eq!(browser.get("/readyz").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_and_numbers() {
    let world = World::start().await;
    let _open = world.open("uma", "root").await;
    let browser = world.signed_in("olaf").await;
    assert_eq!(browser.get("/healthz").await.status, 200);
    assert_eq!(browser.get("/readyz").await.status, 200);
    let mut feed = browser.socket("/ws/sessions").await.unwrap();
    feed.feed().await;
    let metrics = browser.get("/metrics").await.text();
    for line in [
        "sightline_sessions_open{type=\"PAM SSH\"} 1",
        "sightline_sessions_open{type=\"CONSOLE\"} 1",
        "sightline_sessions_open{type=\"ESSO\"} 0",
        "sightline_watchers 0",
        "sightline_feed_sockets 1",
        "sightline_live_sockets 0",
        "sightline_own_sockets 0",
    ] {
        assert!(metrics.lines().any(|given| given == line), "{line} in {metrics}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn server_functions_do_nothing_for_strangers() {
    let world = World::start().await;
    let open = world.open("uma", "root").await;
    let id = open.id().to_string();
    for mut browser in [world.browser(), world.signed_in("ned").await] {
        let stranger = browser.cookie.is_none();
        let reply = browser.post("/api/terminate", &[("id", &id), ("reason", "because")]).await;
        assert_eq!(reply.status, if stranger { 401 } else { 404 });
        assert!(reply.text().contains(if stranger { "SignedOut" } else { "NotFound" }), "{}", reply.text());
        let reply = browser.post("/api/session", &[("id", &id)]).await;
        assert_eq!(reply.status, if stranger { 401 } else { 404 });
    }
    let mut stranger = world.browser();
    assert_eq!(stranger.post("/api/save_layout", &[("layout", "{}")]).await.status, 401);
    assert_eq!(stranger.post("/api/note_export", &[("filter", ""), ("rows", "1")]).await.status, 401);
    assert!(world.services().hub.session(open.id()).is_some(), "still open");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_layout_is_kept_per_person() {
    let world = World::start().await;
    let mut olaf = world.signed_in("olaf").await;
    assert_eq!(olaf.post("/api/save_layout", &[("layout", "{\"columns\":[]}")]).await.status, 200);
    assert_ne!(olaf.post("/api/save_layout", &[("layout", "{")]).await.status, 200, "no JSON");
    assert!(olaf.post("/api/me", &[]).await.text().contains("columns"));
    let mut anna = world.signed_in("anna").await;
    assert!(!anna.post("/api/me", &[]).await.text().contains("columns"));
    let large = "x".repeat(1 << 20);
    assert_ne!(olaf.post("/api/save_layout", &[("layout", &large)]).await.status, 200);
}
