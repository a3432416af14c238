//! Signing in and out, and what ends a sign-in.

use hub::{List, ListEvent};
use tokio::time::timeout;
use wire::{End, EndReason, SessionId, SessionType};

use crate::web_client::PATIENCE;
use crate::web_world::{PASSWORD, World};

/// Waits for the end of a session in the list.
async fn end_of(list: &mut List, id: SessionId) -> End {
    let ended = async {
        loop {
            for event in list.next().await.expect("a list that lasts") {
                match event {
                    ListEvent::Ended(given, end) if given == id => return end,
                    _ => {}
                }
            }
        }
    };
    timeout(PATIENCE, ended).await.expect("the session ends")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_opens_a_console_session_and_a_sign_out_ends_it() {
    let world = World::start().await;
    let mut browser = world.browser();
    let reply = browser.sign_in("olaf", PASSWORD).await;
    assert_eq!(reply.location(), "/sessions");
    let cookie = reply.header("set-cookie").unwrap();
    for part in ["sightline=", "; Path=/", "; HttpOnly", "; SameSite=Lax", "; Max-Age="] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "{cookie}");

    let id = world.console_of("olaf");
    let session = world.services().hub.session(id).unwrap().session;
    assert_eq!(session.kind, SessionType::Console);
    assert_eq!(session.device, "127.0.0.1");
    assert_eq!(session.client, "node-1");
    assert_eq!(session.account_name, "olaf");
    assert_eq!(session.service_provider, "Sightline console");
    assert_eq!(session.service_url, browser.origin());
    assert_eq!(session.port, world.running.web_addr.port());

    let old = browser.clone();
    let mut list = world.services().hub.list();
    assert_eq!(list.snapshot().len(), 1);
    let reply = browser.post("/sign-out", &[]).await;
    assert_eq!(reply.header("clear-site-data"), Some("\"storage\""), "cookies of the look stay");
    assert_eq!(reply.location(), "/sign-in");
    assert_eq!(browser.cookie, None);
    assert!(world.services().hub.session(id).is_none());
    assert_eq!(end_of(&mut list, id).await.reason, EndReason::SignedOut);
    assert_eq!(old.get("/api/v1/sessions").await.status, 401, "the old cookie is worth nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_and_unknown_users_get_the_same_answer() {
    let world = World::start().await;
    let mut list = world.services().hub.list();
    assert!(list.snapshot().is_empty());
    for (user, password) in [("olaf", "wrong"), ("nobody", PASSWORD), ("", ""), ("olaf", "")] {
        let mut browser = world.browser();
        let reply = browser.sign_in(user, password).await;
        assert_eq!(reply.location(), "/sign-in?error=wrong&next=/sessions", "{user:?}");
        assert_eq!(reply.header("set-cookie"), None);
    }
    assert!(world.services().hub.list().snapshot().is_empty(), "no session was opened");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_wrong_passwords_close_the_door_for_the_right_one_too() {
    let world = World::start().await;
    let mut browser = world.browser();
    let mut last = String::new();
    for _ in 0..30 {
        last = browser.sign_in("olaf", "wrong").await.location().to_owned();
        if last.contains("throttled") {
            break;
        }
    }
    assert!(last.starts_with("/sign-in?error=throttled"), "{last}");
    assert!(browser.sign_in("olaf", PASSWORD).await.location().contains("error=throttled"));
    let metrics = browser.get("/metrics").await.text();
    let line = metrics.lines().find(|line| line.starts_with("sightline_sign_in_failures_total ")).unwrap();
    assert!(line.rsplit(' ').next().unwrap().parse::<u64>().unwrap() >= 2, "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_sites_cannot_post() {
    let world = World::start().await;
    let fields = [("user", "olaf"), ("password", PASSWORD)];
    for origin in [&[][..], &[("origin", "http://evil.test")], &[("origin", "null")]] {
        let mut browser = world.browser();
        let reply = browser.post_from("/sign-in", &fields, origin).await;
        assert_eq!(reply.status, 403, "{origin:?}");
        assert_eq!(browser.cookie, None);
    }
    let mut browser = world.signed_in("olaf").await;
    for path in ["/sign-out", "/api/me", "/api/terminate", "/set-up"] {
        assert_eq!(
            browser.post_from(path, &[], &[("origin", "http://evil.test")]).await.status,
            403,
            "{path}"
        );
    }
    assert_eq!(browser.get("/api/v1/sessions").await.status, 200, "still signed in");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_go_on_where_they_wanted_to_and_never_elsewhere() {
    let world = World::start().await;
    let mut browser = world.browser();
    assert_eq!(
        browser.get("/sessions?type=PAM%20SSH").await.location(),
        "/sign-in?next=/sessions%3Ftype%3DPAM%2520SSH"
    );
    for (next, location) in [
        ("/sessions?type=PAM%20SSH", "/sessions?type=PAM%20SSH"),
        ("//evil.test", "/sessions"),
        ("https://evil.test", "/sessions"),
        ("/\\evil.test", "/sessions"),
    ] {
        let fields = [("user", "olaf"), ("password", PASSWORD), ("next", next)];
        assert_eq!(browser.post("/sign-in", &fields).await.location(), location);
    }
    assert_eq!(browser.get("/sign-in?next=//evil.test").await.location(), "/sessions", "signed in already");
    // Each sign-in above ended the one before.
    world.console_of("olaf");
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_forms_are_refused() {
    let world = World::start().await;
    let mut browser = world.browser();
    assert_eq!(browser.post("/sign-in", &[("user", "olaf")]).await.location(), "/sign-in?error=failed");
    let origin = browser.origin();
    let headers = [("origin", origin.as_str()), ("content-type", "application/json")];
    assert_eq!(browser.ask("POST", "/sign-in", &headers, b"{}").await.location(), "/sign-in?error=failed");
    let long = "x".repeat(100 << 10);
    assert_eq!(browser.sign_in("olaf", &long).await.location(), "/sign-in?error=failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_user_is_signed_out_at_once() {
    let world = World::start().await;
    let browser = world.signed_in("uma").await;
    let mut list = world.services().hub.list();
    assert_eq!(list.snapshot().len(), 1);
    let console = world.console_of("uma");
    world.cli(&["user", "disable", "uma"]);
    end_of(&mut list, console).await;
    assert_eq!(browser.get("/api/v1/sessions").await.status, 401);
    let mut browser = world.browser();
    assert!(browser.sign_in("uma", PASSWORD).await.location().starts_with("/sign-in?error=disabled"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_set_up_link_makes_nobody() {
    let world = World::start_empty().await;
    let mut browser = world.browser();
    let fields = |token| [("token", token), ("user", "root"), ("full_name", "Root"), ("password", PASSWORD)];
    assert_eq!(browser.post("/set-up", &fields("guess")).await.location(), "/set-up?error=link");
    assert_eq!(browser.get("/set-up?token=guess").await.location(), "/set-up?error=link");
    assert!(!world.services().store.has_users().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_set_up_link_makes_one_admin_and_is_used_up() {
    let world = World::start_empty().await;
    let link = world.running.set_up_link.clone().expect("a link while there is no user");
    let path = link.strip_prefix(&world.browser().origin()).expect("a link to this server").to_owned();
    let token = path.strip_prefix("/set-up?token=").expect("a token").to_owned();
    let mut browser = world.browser();
    assert_eq!(browser.get(&path).await.status, 200);
    let fields = |user, password| [("token", token.as_str()), ("user", user), ("password", password)];
    for (user, password, error) in [("root", "short", "password"), ("no such:name", PASSWORD, "name")] {
        let reply = browser.post("/set-up", &fields(user, password)).await;
        assert_eq!(reply.location(), format!("/set-up?token={token}&error={error}"));
    }
    assert_eq!(browser.post("/set-up", &fields("root", PASSWORD)).await.location(), "/sessions");
    assert!(browser.post("/api/me", &[]).await.text().contains("\"role\":\"admin\""));
    let mut late = world.browser();
    assert_eq!(late.get(&path).await.location(), "/set-up?error=link");
    assert_eq!(late.post("/set-up", &fields("eve", PASSWORD)).await.location(), "/set-up?error=link");
    assert_eq!(late.cookie, None);
}
