//! Forward authentication, with real proxies: who is signed in gets through, and is known to the application.

use hub::ListEvent;
use server::store::AuditFilter;
use tokio::time::timeout;
use wire::{EndReason, Session, SessionId, SessionType};

use crate::proxies::{Proxy, application, free_address};
use crate::web_client::{Browser, PATIENCE, Reply};
use crate::web_world::{PASSWORD, World};

/// The world, an application `crm` behind a proxy, and a browser's window on each.
struct Crm {
    world: World,
    proxy: Proxy,
    url: String,
}

#[derive(Clone, Copy)]
enum Kind {
    Nginx,
    Caddy,
}

impl Crm {
    async fn start(kind: Kind, options: &[&str]) -> Self {
        let world = World::start().await;
        let (address, app) = (free_address(), application().await);
        let url = format!("http://{address}");
        let mut add = vec!["agent", "add", "crm", "--display-name", "The CRM", "--url", &url];
        add.extend_from_slice(options);
        world.cli(&add);
        learned(&world).await;
        let (folder, sightline) = (world.folder.path().join("proxy"), world.running.web_addr);
        let proxy = match kind {
            Kind::Nginx => Proxy::nginx(&folder, address, sightline, app),
            Kind::Caddy => Proxy::caddy(&folder, address, sightline, app),
        };
        Self { world, proxy, url }
    }

    /// A browser's side on the application's host.
    fn browser(&self) -> Browser {
        Browser::new(self.proxy.address)
    }

    /// Opens the application in a browser; gives where signing in goes on, and the browser with its mark.
    async fn begun(&self, sightline: &Browser, path: &str) -> (String, Browser) {
        let mut browser = self.browser();
        let begin = there(&browser.get(path).await, 302, &self.url);
        assert!(begin.starts_with("/sso/begin?rd=http%3A//"), "{begin}");
        let marked = browser.get(&begin).await;
        let start = there(&marked, 303, &sightline.origin());
        assert!(start.starts_with("/sso/start?rd=http%3A//"), "{start}");
        browser.cookie = Some(mark(&marked));
        (start, browser)
    }

    /// Opens the application in a browser that is signed in to Sightline; gives the code's address, and the browser.
    async fn code(&self, sightline: &Browser, path: &str) -> (String, Browser) {
        let (start, browser) = self.begun(sightline, path).await;
        (there(&sightline.get(&start).await, 303, &self.url), browser)
    }

    /// The whole way: the browser's side on the application's host, with its cookie.
    async fn signed_in(&self, sightline: &Browser, path: &str) -> Browser {
        let (callback, mut browser) = self.code(sightline, path).await;
        let back = browser.get(&callback).await;
        assert_eq!(there(&back, 303, &self.url), path);
        browser.cookie = Some(cookie(&back));
        browser
    }

    fn web_sso(&self) -> Vec<Session> {
        let listed = self.world.services().hub.list().snapshot().into_iter().map(|listed| listed.session);
        listed.filter(|session| session.kind == SessionType::WebSso).collect()
    }

    async fn end_of(&self, session: SessionId) -> (String, Option<String>) {
        let read = async {
            loop {
                let row = self.world.services().store.session(session).await.expect("read").expect("there");
                if let Some(end) = row.ended {
                    return (end.reason.as_str().to_owned(), end.by);
                }
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, read).await.expect("the row ends")
    }
}

/// Waits until the server has seen what the command line wrote.
async fn learned(world: &World) {
    let written = world.services().store.directory_epoch().await.expect("read");
    let mut seen = world.services().directory.clone();
    let seen = timeout(PATIENCE, seen.wait_for(|epoch| *epoch >= written)).await;
    seen.expect("in time").expect("the server runs");
}

/// Where a redirect leads on that origin.
fn there(reply: &Reply, status: u16, origin: &str) -> String {
    assert_eq!(reply.status, status, "{}", reply.text());
    let location = reply.header("location").expect("a location");
    let path = location.strip_prefix(origin).unwrap_or_else(|| panic!("{location} is not on {origin}"));
    if path.is_empty() { "/".into() } else { path.into() }
}

fn cookie(reply: &Reply) -> String {
    let cookie = reply.header("set-cookie").expect("a cookie");
    for part in ["sightline-", "; Path=/;", "; HttpOnly", "; SameSite=Lax", "; Max-Age="] {
        assert!(cookie.contains(part), "{cookie}");
    }
    cookie.split(';').next().expect("a pair").to_owned()
}

/// The cookie of a browser that has begun to sign in; it lasts until the browser is closed.
fn mark(reply: &Reply) -> String {
    let cookie = reply.header("set-cookie").expect("a mark");
    assert!(cookie.starts_with("sightline-begun-"), "{cookie}");
    let (pair, rest) = cookie.split_once(';').expect("a pair");
    assert_eq!(rest, " Path=/; HttpOnly; SameSite=Lax");
    pair.to_owned()
}

/// Whether a browser gets through to the application.
async fn gets_through(browser: &Browser) -> bool {
    let reply = browser.get("/").await;
    assert!(matches!(reply.status, 200 | 302), "{}: {}", reply.status, reply.text());
    reply.status == 200
}

#[tokio::test(flavor = "multi_thread")]
async fn nginx_lets_through_who_is_signed_in() {
    let crm = Crm::start(Kind::Nginx, &[]).await;
    lets_through_who_is_signed_in(&crm).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn caddy_lets_through_who_is_signed_in() {
    let crm = Crm::start(Kind::Caddy, &[]).await;
    lets_through_who_is_signed_in(&crm).await;
}

async fn lets_through_who_is_signed_in(crm: &Crm) {
    // Nobody is signed in: to the sign-in page, and from there back to where they wanted to go.
    let mut sightline = crm.world.browser();
    let (start, mut browser) = crm.begun(&sightline, "/deals?stage=won&page=2").await;
    let page = sightline.get(&start).await.location().to_owned();
    assert!(
        page.starts_with("/sign-in?next=%2Fsso%2Fstart") || page.starts_with("/sign-in?next=/sso/start"),
        "{page}"
    );
    // The form keeps the whole way, with the address in it as it was.
    let form = sightline.get(&page).await.text();
    let kept = start.replace('&', "&amp;");
    assert!(form.contains(&format!("value=\"{kept}\"")), "{start}: {form}");
    let form = [("user", "uma"), ("password", PASSWORD), ("next", start.as_str())];
    let onward = sightline.post("/sign-in", &form).await;
    // Not a redirect: the page's policy lets no form lead to another host.
    assert_eq!((onward.status, onward.header("refresh")), (200, Some(format!("0; url={start}").as_str())));
    let callback = there(&sightline.get(&start).await, 303, &crm.url);
    assert!(crm.web_sso().is_empty(), "nobody has come back yet");
    let back = browser.get(&callback).await;
    assert_eq!(there(&back, 303, &crm.url), "/deals?stage=won&page=2");
    browser.cookie = Some(cookie(&back));

    // The application knows who it is, whatever the browser says.
    let forged = [("Remote-User", "root"), ("Remote-Groups", "admins"), ("remote-email", "root@x.test")];
    let seen = browser.ask("GET", "/deals", &forged, b"").await;
    assert_eq!(seen.status, 200);
    let seen = seen.text().to_lowercase();
    assert!(seen.contains("\r\nremote-user: uma\r\n") && seen.contains("\r\nremote-name: uma\r\n"), "{seen}");
    assert!(!seen.contains("root"), "{seen}");
    assert!(!seen.contains("admins"), "{seen}");
    let nobody = crm.browser().ask("GET", "/deals", &forged, b"").await;
    assert_eq!(nobody.status, 302);

    // Its row has everything.
    let rows = crm.web_sso();
    let [session] = &rows[..] else { panic!("one session: {rows:?}") };
    assert_eq!((session.user.as_str(), session.account_name.as_str()), ("uma", "uma"));
    assert_eq!((session.device.as_str(), session.client.as_str()), ("127.0.0.1", "node-1"));
    assert_eq!(session.port, crm.world.running.web_addr.port());
    assert_eq!((&session.service_url, session.service_provider.as_str()), (&crm.url, "The CRM"));
    assert_eq!(session.agent.as_deref(), Some("crm"));

    // Another window of the same sign-in is the same session.
    let other = crm.signed_in(&sightline, "/").await;
    assert!(gets_through(&other).await);
    assert_eq!(crm.web_sso().len(), 1);
    assert!(!gets_through(&browser).await, "a browser has one cookie for the application: the newer");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_ends_the_session_signs_the_person_out_there() {
    let crm = Crm::start(Kind::Nginx, &[]).await;
    let mut sightline = crm.world.signed_in("uma").await;

    // Terminated: at once, and the person has to show again who they are.
    let browser = crm.signed_in(&sightline, "/").await;
    let session = crm.web_sso()[0].id;
    let path = format!("/api/v1/sessions/{session}/terminate");
    let olaf = crm.world.signed_in("olaf").await;
    let origin = olaf.origin();
    let headers = [("origin", origin.as_str()), ("content-type", "application/json")];
    let done = olaf.ask("POST", &path, &headers, br#"{"reason":"Maintenance"}"#).await;
    assert_eq!(done.status, 200, "{}", done.text());
    let (start, _) = crm.begun(&sightline, "/").await;
    assert!(!gets_through(&browser).await);
    assert_eq!(crm.end_of(session).await, ("terminated".into(), Some("olaf".into())));
    let again = sightline.get(&start).await.location().to_owned();
    assert!(again.starts_with("/sign-in?error=terminated&next="), "{again}");
    let page = sightline.get(&again).await;
    assert!(page.status == 200 && page.text().contains("name=\"password\""), "{}", page.status);
    sightline.post("/sign-in", &[("user", "uma"), ("password", PASSWORD), ("next", &start)]).await;
    assert!(!gets_through(&browser).await, "the old cookie is worth nothing");
    let browser = crm.signed_in(&sightline, "/").await;
    assert!(gets_through(&browser).await);

    // Signed out of the application: the way back needs no password.
    let session = crm.web_sso()[0].id;
    let cross = browser.ask("GET", "/sso/sign-out", &[("sec-fetch-site", "cross-site")], b"").await;
    assert_eq!(there(&cross, 303, &crm.url), "/");
    assert!(gets_through(&browser).await, "another site signs nobody out");
    let out = browser.get("/sso/sign-out").await;
    let notice = there(&out, 303, &sightline.origin());
    assert!(out.header("set-cookie").is_some_and(|cookie| cookie.contains("Max-Age=0")), "{out:?}");
    assert!(crm.world.browser().get(&notice).await.text().contains("You are signed out of the application"));
    assert!(!gets_through(&browser).await);
    assert_eq!(crm.end_of(session).await.0, "signed out");
    let browser = crm.signed_in(&sightline, "/").await;

    // Signed out of Sightline.
    let session = crm.web_sso()[0].id;
    sightline.post("/sign-out", &[]).await;
    assert!(!gets_through(&browser).await);
    assert_eq!(crm.end_of(session).await.0, "signed out");

    // Disabled.
    let sightline = crm.world.signed_in("uma").await;
    let browser = crm.signed_in(&sightline, "/").await;
    let session = crm.web_sso()[0].id;
    crm.world.cli(&["user", "disable", "uma"]);
    assert_eq!(crm.end_of(session).await.0, "terminated");
    assert!(!gets_through(&browser).await);
    assert!(crm.web_sso().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_away_knows_everybody_again() {
    let Crm { world, proxy, url } = Crm::start(Kind::Nginx, &[]).await;
    let crm = Crm { world, proxy, url };
    let sightline = crm.world.signed_in("uma").await;
    let browser = crm.signed_in(&sightline, "/").await;
    let before = crm.web_sso()[0].id;

    let Crm { world, proxy, url } = crm;
    let stopped = world.stop().await;
    let away = browser.get("/").await;
    assert_eq!(away.status, 500, "nginx lets nobody through");
    let crm = Crm { world: stopped.start().await, proxy, url };

    assert!(gets_through(&browser).await, "without a new sign-in");
    let rows = crm.web_sso();
    assert_eq!((rows.len(), rows[0].user.as_str(), rows[0].device.as_str()), (1, "uma", "127.0.0.1"));
    assert_ne!(rows[0].id, before);
    assert_eq!(crm.end_of(before).await.0, EndReason::NodeLost.as_str());
    let console = crm.world.console_of("uma");
    assert!(crm.world.services().hub.session(console).is_some(), "the sign-in is back, too");
    assert!(sightline.get("/api/v1/sessions").await.status == 200);
    assert_eq!(crm.world.console_of("uma"), console);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_may_be_for_those_with_an_account_on_it() {
    let crm = Crm::start(Kind::Nginx, &["--for", "granted"]).await;
    let sightline = crm.world.signed_in("uma").await;
    let (start, _) = crm.begun(&sightline, "/").await;
    let notice = there(&sightline.get(&start).await, 303, &sightline.origin());
    assert_eq!(notice, "/sso/notice?why=not-allowed");
    let page = sightline.get(&notice).await;
    assert!(page.status == 200 && page.text().contains("This application is not for you"), "{}", page.status);
    assert!(crm.web_sso().is_empty());

    for account in ["editors@crm", "readers@crm"] {
        crm.world.cli(&["account", "add", account, "--no-secret"]);
        crm.world.cli(&["grant", "add", "uma", "user", account]);
    }
    learned(&crm.world).await;
    let browser = crm.signed_in(&sightline, "/").await;
    assert!(browser.get("/").await.text().to_lowercase().contains("\r\nremote-groups: editors,readers\r\n"));
    crm.world.cli(&["grant", "remove", "uma", "user", "editors@crm"]);
    learned(&crm.world).await;
    assert!(browser.get("/").await.text().to_lowercase().contains("\r\nremote-groups: readers\r\n"));
    let session = crm.web_sso()[0].id;
    crm.world.cli(&["grant", "remove", "uma", "user", "readers@crm"]);
    learned(&crm.world).await;
    assert!(!gets_through(&browser).await);
    assert_eq!(crm.end_of(session).await.0, "terminated");

    let events = async {
        loop {
            let rows = crm
                .world
                .services()
                .store
                .audit_page(&AuditFilter::default(), None, 100)
                .await
                .expect("read");
            if let Some(row) = rows.into_iter().find(|row| row.action == "sign-in failed") {
                return row;
            }
            tokio::task::yield_now().await;
        }
    };
    let refused = timeout(PATIENCE, events).await.expect("audited");
    assert_eq!((refused.actor.as_str(), refused.subject.as_str()), ("uma", "crm"));
    assert_eq!(refused.detail, "web application: no account on it is granted");
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_and_addresses_of_others_are_refused() {
    let crm = Crm::start(Kind::Nginx, &[]).await;
    crm.world.cli(&["agent", "add", "wiki", "--url", "https://wiki.example"]);
    learned(&crm.world).await;
    let sightline = crm.world.signed_in("uma").await;

    // A code is good once.
    let (callback, browser) = crm.code(&sightline, "/").await;
    assert_eq!(there(&browser.get(&callback).await, 303, &crm.url), "/");
    let notice = there(&browser.get(&callback).await, 303, &sightline.origin());
    assert!(notice.starts_with("/sso/notice?why=code&rd=http%3A//"), "{notice}");
    assert!(sightline.get(&notice).await.text().contains("href=\"/sso/start?rd=http%3A//"));
    for code in ["/sso/callback", "/sso/callback?code=", "/sso/callback?code=nonsense"] {
        let notice = there(&browser.get(code).await, 303, &sightline.origin());
        assert!(notice.starts_with("/sso/notice?why=code"), "{notice}");
    }

    // It is good in the browser that began: nobody is signed in by somebody else's link, not even one who has begun.
    let (_, other) = crm.begun(&sightline, "/").await;
    for browser in [crm.browser(), other] {
        let (callback, _) = crm.code(&sightline, "/").await;
        let refused = browser.get(&callback).await;
        assert!(there(&refused, 303, &sightline.origin()).starts_with("/sso/notice?why=code"));
        assert!(refused.header("set-cookie").is_none());
    }
    // A link without that state begins anew, at the application's host.
    let rd = crm.url.replace(':', "%3A");
    for start in [format!("/sso/start?rd={rd}"), format!("/sso/start?rd={rd}&state=x")] {
        let begin = there(&sightline.get(&start).await, 303, &crm.url);
        assert!(begin.starts_with("/sso/begin?rd=http%3A//"), "{begin}");
    }
    for rd in ["", "?rd=", "?rd=https%3A%2F%2Fwiki.example%2Fa", "?rd=https%3A%2F%2Fevil.test%2F"] {
        let begun = crm.browser().get(&format!("/sso/begin{rd}")).await;
        let start = there(&begun, 303, &sightline.origin());
        assert!(
            start.starts_with(&format!("/sso/start?rd={}&state=", crm.url.replace(':', "%3A"))),
            "{start}"
        );
    }

    // One of another application is good for nothing, there and here.
    let (start, browser) = crm.begun(&sightline, "/").await;
    let (_, state) = start.split_once("&state=").expect("a state");
    let start = format!("/sso/start?rd=https%3A%2F%2Fwiki.example%2Fa&state={state}");
    let wiki = there(&sightline.get(&start).await, 303, "https://wiki.example");
    let refused = browser.get(&wiki).await;
    assert!(there(&refused, 303, &sightline.origin()).starts_with("/sso/notice?why=code"));
    assert!(refused.header("set-cookie").is_none());
    let as_wiki = [("x-original-url", "https://wiki.example/sso/callback")];
    let late = crm.world.browser().ask("GET", &wiki, &as_wiki, b"").await;
    assert!(there(&late, 303, &sightline.origin()).starts_with("/sso/notice?why=code"));

    // So is a cookie.
    let browser = crm.signed_in(&sightline, "/").await;
    let mut direct = crm.world.browser();
    direct.cookie.clone_from(&browser.cookie);
    let verify = async |url: &str, more: &[(&str, &str)]| {
        let mut headers = vec![("x-original-url", url)];
        headers.extend_from_slice(more);
        direct.ask("GET", "/sso/verify", &headers, b"").await
    };
    assert_eq!(verify(&crm.url, &[]).await.status, 200);
    assert_eq!(verify("https://wiki.example/", &[]).await.status, 401);
    // The proxy's word and the browser's do not agree: which one is whose cannot be told.
    for more in [
        ("x-forwarded-host", "wiki.example"),
        ("x-forwarded-proto", "https"),
        ("x-original-url", "https://wiki.example/"),
    ] {
        assert_eq!(verify(&crm.url, &[more]).await.status, 400, "{more:?}");
    }
    assert_eq!(verify("https://evil.test/", &[]).await.status, 403);
    assert_eq!(verify("nonsense", &[]).await.status, 400);
    assert_eq!(direct.get("/sso/verify").await.status, 400);

    // Nobody is sent to where no application is.
    for rd in [
        "https://evil.test/",
        "https://wiki.example.evil.test/",
        "http://wiki.example/",
        "//evil.test",
        "/sessions",
        "",
    ] {
        let start = format!("/sso/start?rd={}", rd.replace(':', "%3A").replace('/', "%2F"));
        let notice = there(&sightline.get(&start).await, 303, &sightline.origin());
        assert_eq!(notice, "/sso/notice?why=unknown", "{rd}");
    }
    let user = there(
        &sightline.get("/sso/start?rd=https%3A%2F%2Fwiki.example%40evil.test%2F").await,
        303,
        &sightline.origin(),
    );
    assert_eq!(user, "/sso/notice?why=unknown");
}

/// The page tells the truth before anybody has come by.
#[tokio::test(flavor = "multi_thread")]
async fn sessions_come_back_with_the_server() {
    let crm = Crm::start(Kind::Nginx, &[]).await;
    let sightline = crm.world.signed_in("uma").await;
    crm.signed_in(&sightline, "/").await;
    let Crm { world, proxy, url } = crm;
    let crm = Crm { world: world.stop().await.start().await, proxy, url };
    let mut list = crm.world.services().hub.list();
    let back = async {
        let mut open: Vec<_> = list.snapshot().into_iter().map(|listed| listed.session.kind).collect();
        while !open.contains(&SessionType::WebSso) {
            let events = list.next().await.expect("a list that lasts");
            open.extend(events.into_iter().filter_map(|event| match event {
                ListEvent::Opened(listed) => Some(listed.session.kind),
                _ => None,
            }));
        }
    };
    timeout(PATIENCE, back).await.expect("the session is back");
    assert_eq!(crm.web_sso()[0].user, "uma");
    crm.world.console_of("uma");
}

/// What Traefik asks, as its documentation has it.
#[tokio::test(flavor = "multi_thread")]
async fn traefik_is_understood() {
    let crm = Crm::start(Kind::Nginx, &[]).await;
    let sightline = crm.world.signed_in("uma").await;
    let browser = crm.signed_in(&sightline, "/").await;
    let host = crm.url.strip_prefix("http://").expect("plain");
    let asked = |uri: &'static str| {
        [
            ("x-forwarded-method", "GET"),
            ("x-forwarded-proto", "http"),
            ("x-forwarded-host", host),
            ("x-forwarded-uri", uri),
            ("x-forwarded-for", "192.0.2.7"),
        ]
    };
    let mut direct = crm.world.browser();
    let sent = direct.ask("GET", "/sso/verify?redirect", &asked("/deals?page=2"), b"").await;
    let begin = there(&sent, 302, &crm.url);
    assert!(begin.starts_with("/sso/begin?rd=") && begin.ends_with("/deals%3Fpage%3D2"), "{begin}");
    let mut post = asked("/deals");
    post[0].1 = "POST";
    assert_eq!(
        direct.ask("GET", "/sso/verify?redirect", &post, b"").await.status,
        401,
        "a form is not lost silently"
    );
    let mut script = asked("/deals").to_vec();
    script.push(("sec-fetch-mode", "cors"));
    assert_eq!(direct.ask("GET", "/sso/verify?redirect", &script, b"").await.status, 401);
    let mut socket = asked("/live").to_vec();
    socket[1].1 = "ws";
    socket.extend_from_slice(&[("upgrade", "websocket"), ("origin", "http://elsewhere.test")]);
    assert_eq!(direct.ask("GET", "/sso/verify", &socket, b"").await.status, 401);
    direct.cookie.clone_from(&browser.cookie);
    let let_in = direct.ask("GET", "/sso/verify?redirect", &asked("/deals"), b"").await;
    assert_eq!((let_in.status, let_in.header("remote-user")), (200, Some("uma")));
    assert_eq!(let_in.header("remote-email"), Some(""), "never the browser's own");
    assert!(let_in.header("strict-transport-security").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_is_not_trusted_is_not_believed() {
    let world = World::start_with(|config| config.trusted_proxies = Vec::new()).await;
    world.cli(&["agent", "add", "wiki", "--url", "https://wiki.example"]);
    learned(&world).await;
    for path in ["/sso/verify", "/sso/begin", "/sso/callback?code=x", "/sso/sign-out"] {
        let refused =
            world.browser().ask("GET", path, &[("x-original-url", "https://wiki.example/")], b"").await;
        assert_eq!(refused.status, 403, "{path}");
        assert!(refused.text().contains("add its address to trusted_proxies"), "{}", refused.text());
    }
}

/// People whose sign-in comes through a trusted proxy are where it says.
#[tokio::test(flavor = "multi_thread")]
async fn the_device_is_what_a_trusted_proxy_says() {
    for (trusted, device) in [(true, "192.0.2.7"), (false, "127.0.0.1")] {
        let world = World::start_with(|config| {
            if !trusted {
                config.trusted_proxies = Vec::new();
            }
        })
        .await;
        let mut browser = world.browser();
        let origin = browser.origin();
        let headers = [("origin", origin.as_str()), ("x-forwarded-for", "198.51.100.9, 192.0.2.7")];
        browser.post_from("/sign-in", &[("user", "uma"), ("password", PASSWORD)], &headers).await;
        let session = world.services().hub.session(world.console_of("uma")).expect("open").session;
        assert_eq!(session.device, device);
    }
}
