//! Signing in to applications by OpenID Connect, with an independent client library on the other side.

use std::time::Duration;

use openidconnect::core::{CoreJsonWebKeySet, CoreUserInfoClaims};
use openidconnect::{
    AccessTokenHash, JsonWebKeySetUrl, Nonce, OAuth2TokenResponse, PkceCodeVerifier, TokenResponse,
};
use server::store::{AuditFilter, AuditRow, Store};
use sqlx::{AnyConnection, Connection};
use wire::{SessionId, SessionType};

use crate::oidc_client::{Application, BACK, BYE, BackChannel, answer, claims, proved};
use crate::web_client::{Browser, PATIENCE, Reply};
use crate::web_world::World;

/// The open WebSSO sessions.
fn web_sso(world: &World) -> Vec<wire::Session> {
    let listed = world.services().hub.list().snapshot();
    let sessions = listed.into_iter().map(|listed| listed.session);
    sessions.filter(|session| session.kind == SessionType::WebSso).collect()
}

/// Waits until something is so.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let look = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, look).await.unwrap_or_else(|_| panic!("{what}"));
}

/// The first event of that action, as soon as it is written.
async fn event(world: &World, action: &str) -> AuditRow {
    let filter = AuditFilter { action: action.into(), ..AuditFilter::default() };
    let look = async {
        loop {
            let page = world.services().store.audit_page(&filter, None, 1).await.expect("read");
            if let Some(event) = page.into_iter().next() {
                return event;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, look).await.expect("the event is written")
}

/// Which page an answer to a form has the browser open: a form's own redirects may not leave the site.
fn opens(reply: &Reply) -> &str {
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.header("refresh").and_then(|refresh| refresh.strip_prefix("0; url=")).expect("a page to open")
}

async fn terminate(world: &World, session: SessionId) {
    let bearer = format!("Bearer {}", world.token("olaf"));
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let path = format!("/api/v1/sessions/{session}/terminate");
    let reply = world.browser().ask("POST", &path, &headers, br#"{"reason":"on holiday"}"#).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
}

async fn keys(application: &Application) -> CoreJsonWebKeySet {
    let url: &JsonWebKeySetUrl = application.metadata.jwks_uri();
    let fetch = |request| application.http(request);
    CoreJsonWebKeySet::fetch_async(url, &fetch).await.expect("the keys")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_independent_client_signs_somebody_in() {
    let world = World::start().await;
    let crm = Application::register(&world, "crm", None).await;
    let uma = world.signed_in("uma").await;
    let (tokens, nonce) = crm.signed_in(&uma).await;

    let id_token = tokens.id_token().expect("an ID token");
    let verifier = crm.client.id_token_verifier();
    let read = id_token.claims(&verifier, &nonce).expect("a good ID token");
    let user = world.services().store.expect_user("uma").await.expect("a user");
    assert_eq!(read.subject().as_str(), user.id.to_string());
    assert_eq!(read.preferred_username().map(|name| name.as_str()), Some("uma"));
    let made = AccessTokenHash::from_token(
        tokens.access_token(),
        id_token.signing_alg().expect("known"),
        id_token.signing_key(&verifier).expect("known"),
    );
    assert_eq!(read.access_token_hash(), Some(&made.expect("a hash")));
    let age = Duration::from_secs(60);
    let signed_in = read.auth_time().expect("a time").timestamp();
    assert!(signed_in.abs_diff(wire::Millis::now().0 / 1000) < age.as_secs());
    assert!(id_token.claims(&verifier, &Nonce::new("other".into())).is_err(), "another nonce");
    let raw = claims(&id_token.to_string());
    assert!(raw["sid"].as_str().is_some_and(|sid| !sid.is_empty()));
    assert!(raw.get("roles").is_none() && raw.get("role").is_none());

    let subject = Some(read.subject().clone());
    let request = crm.client.user_info(tokens.access_token().clone(), subject).expect("an endpoint");
    let told: CoreUserInfoClaims = request.request_async(&|ask| crm.http(ask)).await.expect("told");
    assert_eq!(told.preferred_username().map(|name| name.as_str()), Some("uma"));

    let rows = web_sso(&world);
    let [row] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!(
        (row.user.as_str(), row.account_name.as_str(), row.device.as_str()),
        ("uma", "uma", "127.0.0.1")
    );
    assert_eq!((row.client.as_str(), row.port), ("node-1", world.running.web_addr.port()));
    assert_eq!(
        (row.service_url.as_str(), row.service_provider.as_str()),
        ("https://crm.example", "Customers")
    );
    assert_eq!(row.agent.as_deref(), Some("crm"));

    // A second time is the same session, and another code.
    let (again, _) = crm.signed_in(&uma).await;
    assert_ne!(again.access_token().secret(), tokens.access_token().secret());
    assert_eq!(claims(&again.id_token().expect("there").to_string())["sid"], raw["sid"]);
    assert_eq!(web_sso(&world).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_goes_nowhere_but_to_registered_addresses() {
    let world = World::start().await;
    let crm = Application::register(&world, "crm", None).await;
    let uma = world.signed_in("uma").await;
    let begun = crm.begin();
    for (from, to, why) in [
        ("client_id=crm", "client_id=erp", "client"),
        ("client_id=crm", "client_id=CRM", "client"),
        ("client_id=crm", "client_id=crm&client_id=crm", "request"),
        ("crm.example%2Fback", "crm.example%2Fback%2F", "address"),
        ("crm.example%2Fback", "evil.test%2Fback", "address"),
        ("redirect_uri", "redirect", "request"),
    ] {
        let reply = uma.get(&begun.path_with(from, to)).await;
        assert_eq!(reply.location(), format!("/oidc/refused?why={why}"), "{to}");
        let page = uma.get(reply.location()).await;
        assert_eq!(page.status, 400);
        assert!(page.text().contains("The application cannot be answered"));
    }
    let long = begun.path_with("state=", &format!("state={}", "a".repeat(5000)));
    assert_eq!(uma.get(&long).await.location(), "/oidc/refused?why=request");

    // What is wrong in the rest is the application's to hear.
    for (from, to, error) in [
        ("response_type=code", "response_type=token", "unsupported_response_type"),
        ("code_challenge=", "challenge=", "invalid_request"),
        ("code_challenge_method=S256", "code_challenge_method=plain", "invalid_request"),
        ("scope=openid+", "scope=", "invalid_scope"),
        ("state=", "prompt=none+login&state=", "invalid_request"),
        ("state=", "request=x&state=", "request_not_supported"),
    ] {
        let reply = uma.get(&begun.path_with(from, to)).await;
        let answer = answer(&reply);
        assert_eq!(
            (answer.get("error").map(String::as_str), answer.get("state")),
            (Some(error), Some(&begun.state))
        );
        assert_eq!(answer.get("iss"), Some(&uma.origin()));
        assert!(!answer.contains_key("code"));
    }
    assert!(web_sso(&world).is_empty());

    // A form of another site is no more than a link: it comes again, with GET.
    let mut stranger = world.browser();
    let query = begun.url.query().expect("a query");
    let fields: Vec<_> = begun.url.query_pairs().into_owned().collect();
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let reply = stranger.post_from("/oidc/authorize", &fields, &[("origin", "https://crm.example")]).await;
    assert_eq!(reply.location(), format!("/oidc/authorize?{query}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_signed_in_signs_in_and_comes_back() {
    let world = World::start().await;
    let crm = Application::register(&world, "crm", None).await;
    let mut browser = world.browser();
    let begun = crm.begin();
    let reply = browser.get(&begun.path()).await;
    let page = browser.get(reply.location()).await;
    assert_eq!(page.status, 200);
    let next = begun.path();
    let fields = [("user", "uma"), ("password", crate::web_world::PASSWORD), ("next", next.as_str())];
    let reply = browser.post("/sign-in", &fields).await;
    assert_eq!(opens(&reply), next);
    let code = crm.code(&browser, &begun).await;
    crm.redeem(&code, begun.verifier).await.expect("tokens");

    // An application may not have the person asked, and may want them asked.
    let silent = |browser: Browser, what: &'static str| {
        let path = crm.begin().path_with("state=", &format!("{what}&state="));
        async move { browser.get(&path).await }
    };
    let reply = silent(world.browser(), "prompt=none").await;
    assert_eq!(answer(&reply)["error"], "login_required");
    let reply = silent(browser.clone(), "prompt=none&max_age=0").await;
    assert_eq!(answer(&reply)["error"], "login_required");
    assert!(answer(&silent(browser.clone(), "prompt=none").await).contains_key("code"));
    assert!(answer(&silent(browser.clone(), "max_age=3600").await).contains_key("code"));
    let reply = silent(browser.clone(), "prompt=login").await;
    let again = reply.location().to_owned();
    assert!(again.starts_with("/sign-in?error=again&next=") && again.contains("signed_in_since"), "{again}");
    assert_eq!(browser.get(&again).await.status, 200, "the form, although somebody is signed in");
    let next = again.split_once("next=").expect("a path").1;
    let next = form_urlencoded::parse(format!("n={next}").as_bytes()).next().expect("one").1.into_owned();
    assert_eq!(browser.get(&next).await.location().split('?').next(), Some("/sign-in"), "not yet");
    let fields = [("user", "uma"), ("password", crate::web_world::PASSWORD), ("next", next.as_str())];
    assert_eq!(opens(&browser.post("/sign-in", &fields).await), next);
    assert!(answer(&browser.get(&next).await).contains_key("code"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_good_once_for_its_application_and_its_verifier() {
    let world = World::start().await;
    let crm = Application::register(&world, "crm", None).await;
    let erp = Application::register(&world, "erp", None).await;
    let uma = world.signed_in("uma").await;
    let grant = Err("invalid_grant".to_owned());

    let begun = crm.begin();
    let code = crm.code(&uma, &begun).await;
    let verifier = || PkceCodeVerifier::new(begun.verifier.secret().clone());
    let tokens = crm.redeem(&code, verifier()).await.expect("tokens");
    let access = tokens.access_token().secret().clone();
    assert_eq!(crm.userinfo(&access).await.status, 200);
    assert_eq!(crm.redeem(&code, verifier()).await.map(|_| ()), grant);
    assert_eq!(crm.userinfo(&access).await.status, 401, "what it gave is taken back");
    let revoked = event(&world, "token revoked").await;
    assert_eq!((revoked.actor.as_str(), revoked.detail.as_str()), ("crm", "its code came a second time"));

    let begun = crm.begin();
    let code = crm.code(&uma, &begun).await;
    assert_eq!(crm.redeem(&code, PkceCodeVerifier::new("x".repeat(43))).await.map(|_| ()), grant);
    assert_eq!(crm.redeem(&code, begun.verifier).await.map(|_| ()), grant, "and used up by that");

    let begun = crm.begin();
    let code = crm.code(&uma, &begun).await;
    assert_eq!(erp.redeem(&code, begun.verifier).await.map(|_| ()), grant, "of another application");

    let begun = crm.begin();
    let code = crm.code(&uma, &begun).await;
    let url = Store::sqlite_url(&world.folder.path().join("data").join("sightline.db"));
    let mut connection = AnyConnection::connect(&url).await.expect("opened");
    sqlx::query("UPDATE oidc_codes SET expires_at = 1").execute(&mut connection).await.expect("written");
    assert_eq!(crm.redeem(&code, begun.verifier).await.map(|_| ()), grant, "too late");

    let begun = crm.begin();
    let code = crm.code(&uma, &begun).await;
    let fields = |address: &'static str, verifier: &'static str| {
        [
            ("grant_type", "authorization_code"),
            ("client_id", "crm"),
            ("redirect_uri", address),
            (verifier, begun.verifier.secret().as_str()),
        ]
    };
    let with = |fields: [(&'static str, &str); 4]| {
        let mut fields: Vec<(String, String)> =
            fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        fields.push(("client_secret".into(), crm.secret.clone()));
        fields.push(("code".into(), code.clone()));
        fields
    };
    let ask = async |fields: Vec<(String, String)>| {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        crm.token_request(&fields).await
    };
    let missing = ask(with(fields(BACK, "verifier"))).await;
    assert_eq!((missing.status, missing.json()["error"].as_str()), (400, Some("invalid_request")));
    let elsewhere = ask(with(fields("https://crm.example/other", "code_verifier"))).await;
    assert_eq!((elsewhere.status, elsewhere.json()["error"].as_str()), (400, Some("invalid_grant")));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_secrets_are_refused_and_slowed_down() {
    let world = World::start().await;
    let crm = Application::register(&world, "crm", None).await;
    let fields = [("client_id", "crm"), ("client_secret", "guess"), ("grant_type", "authorization_code")];
    let refused = crm.token_request(&fields).await;
    assert_eq!((refused.status, refused.json()["error"].as_str()), (401, Some("invalid_client")));
    assert_eq!(refused.header("cache-control"), Some("no-store"));
    let basic = [("authorization", "Basic Y3JtOmd1ZXNz")];
    let refused = world.browser().post_from("/oidc/token", &[], &basic).await;
    assert_eq!(
        (refused.status, refused.header("www-authenticate")),
        (401, Some("Basic realm=\"Sightline\""))
    );
    for _ in 0..4 {
        assert_eq!(crm.token_request(&fields).await.status, 401);
    }
    let right = [("client_id", "crm"), ("client_secret", crm.secret.as_str())];
    let waits = crm.token_request(&right).await;
    let waits = if waits.status == 429 { waits } else { crm.token_request(&fields).await };
    let waits = if waits.status == 429 { waits } else { crm.token_request(&fields).await };
    assert!(waits.header("retry-after").is_some(), "{} {}", waits.status, waits.text());
    assert_eq!(event(&world, "sign-in throttled").await.actor, "crm");
    assert_eq!(crm.token_request(&[("client_id", "crm")]).await.status, 401, "nothing to look at");
}

#[tokio::test(flavor = "multi_thread")]
async fn terminating_signs_out_at_the_application() {
    let world = World::start().await;
    let channel = BackChannel::listen(&[503]);
    let crm = Application::register(&world, "crm", Some(&channel.url)).await;
    let wiki = Application::register(&world, "wiki", None).await;
    let uma = world.signed_in("uma").await;
    let (tokens, _) = crm.signed_in(&uma).await;
    let raw = claims(&tokens.id_token().expect("there").to_string());
    let access = tokens.access_token().secret();
    let begun = crm.begin();
    let unused = crm.code(&uma, &begun).await;

    terminate(&world, web_sso(&world)[0].id).await;
    assert_eq!(crm.userinfo(access).await.status, 401, "at once");
    assert_eq!(crm.redeem(&unused, begun.verifier).await.map(|_| ()), Err("invalid_grant".into()));
    let (_refused, channel) = channel.told().await;
    let (token, _) = channel.told().await;
    let (header, told) = proved(&keys(&crm).await, &token);
    assert_eq!((header["typ"].as_str(), header["alg"].as_str()), (Some("logout+jwt"), Some("RS256")));
    assert_eq!((&told["sid"], &told["sub"], &told["aud"]), (&raw["sid"], &raw["sub"], &raw["aud"]));
    assert_eq!(told["iss"], world.browser().origin());
    assert!(told["events"]["http://schemas.openid.net/event/backchannel-logout"].is_object());
    assert!(told.get("nonce").is_none() && told["jti"].is_string());
    let event_ = event(&world, "application told").await;
    assert_eq!(event_.subject, "uma: crm");
    assert_eq!(event_.detail, "it has signed the user out (try 2)");

    // The person shows again who they are.
    let reply = uma.get(&crm.begin().path()).await;
    assert!(reply.location().starts_with("/sign-in?error=terminated&"), "{}", reply.location());

    // The end of the sign-in ends them all; one that cannot be told is named.
    let mut uma = uma;
    wiki.signed_in(&uma).await;
    assert_eq!(web_sso(&world).len(), 1);
    uma.post("/sign-out", &[]).await;
    until("the session ends", async || web_sso(&world).is_empty()).await;
    assert_eq!(event(&world, "application not told").await.detail, "it has no address to be told at");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_signs_and_the_old_one_counts_on() {
    let world = World::start().await;
    let crm = Application::register(&world, "crm", None).await;
    let uma = world.signed_in("uma").await;
    let (before, nonce) = crm.signed_in(&uma).await;
    let begun = crm.begin();
    let code = crm.code(&uma, &begun).await;
    let made = world.cli(&["oidc", "rotate"]);
    let id = made.trim().strip_prefix("made signing key ").expect("an id").to_owned();
    let after = crm.redeem(&code, begun.verifier).await.expect("tokens, in the middle of it");

    let now = crm.discovered_again(&world).await;
    let (header, _) = proved(&keys(&now).await, &after.id_token().expect("there").to_string());
    assert_eq!(header["kid"], id);
    assert_eq!(keys(&now).await.keys().len(), 2);
    let verifier = now.client.id_token_verifier();
    before.id_token().expect("there").claims(&verifier, &nonce).expect("the old one is good still");
    after.id_token().expect("there").claims(&verifier, &begun.nonce).expect("the new one is good");
    assert_eq!(event(&world, "signing key made").await.subject, id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_is_not_noticed() {
    let world = World::start().await;
    let channel = BackChannel::listen(&[]);
    let crm = Application::register(&world, "crm", Some(&channel.url)).await;
    let uma = world.signed_in("uma").await;
    let (tokens, _) = crm.signed_in(&uma).await;
    let sid = claims(&tokens.id_token().expect("there").to_string())["sid"].clone();
    let begun = crm.begin();
    let code = crm.code(&uma, &begun).await;
    let before = web_sso(&world)[0].id;

    let world = world.stop().await.start().await;
    until("the session comes back by itself", async || web_sso(&world).len() == 1).await;
    let session = web_sso(&world)[0].clone();
    assert_ne!(session.id, before);
    assert_eq!((session.user.as_str(), session.device.as_str()), ("uma", "127.0.0.1"));
    assert_eq!(crm.userinfo(tokens.access_token().secret()).await.status, 200);
    let after = crm.redeem(&code, begun.verifier).await.expect("tokens for a code of before");
    let read = after.id_token().expect("there");
    read.claims(&crm.client.id_token_verifier(), &begun.nonce).expect("signed with the key of before");
    assert_eq!(claims(&read.to_string())["sid"], sid);

    terminate(&world, session.id).await;
    let (token, _) = channel.told().await;
    assert_eq!(proved(&keys(&crm).await, &token).1["sid"], sid);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_told_is_told_after_a_restart() {
    let world = World::start().await;
    let channel = BackChannel::listen(&[503]);
    let crm = Application::register(&world, "crm", Some(&channel.url)).await;
    let uma = world.signed_in("uma").await;
    crm.signed_in(&uma).await;
    terminate(&world, web_sso(&world)[0].id).await;
    let (_refused, channel) = channel.told().await;
    let world = world.stop().await.start().await;
    channel.told().await;
    event(&world, "application told").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn applications_sign_people_out() {
    let world = World::start().await;
    let crm = Application::register(&world, "crm", None).await;
    let uma = world.signed_in("uma").await;
    let (tokens, _) = crm.signed_in(&uma).await;
    let token = tokens.id_token().expect("there").to_string();
    let bye = "post_logout_redirect_uri=https%3A%2F%2Fcrm.example%2Fbye&state=s%261";

    // Without a hint, with a forged one, or with somebody else's the person is asked.
    let forged = format!("{}A.{}", &token[..token.len() / 2], "AAAA");
    for query in [format!("client_id=crm&{bye}"), format!("id_token_hint={forged}&client_id=crm&{bye}")] {
        let reply = uma.get(&format!("/oidc/logout?{query}")).await;
        assert_eq!(reply.location(), format!("/oidc/sign-out?client_id=crm&{bye}"));
    }
    let page = uma.get(&format!("/oidc/sign-out?client_id=crm&{bye}")).await;
    assert!(page.text().contains("Sign out?"), "{}", page.text());
    let ned = world.signed_in("ned").await;
    let reply = ned.get(&format!("/oidc/logout?id_token_hint={token}&{bye}")).await;
    assert!(reply.location().starts_with("/oidc/sign-out?"), "{}", reply.location());
    let fields =
        [("client_id", "crm"), ("post_logout_redirect_uri", BYE), ("state", "s&1"), ("confirmed", "yes")];
    let reply = uma.clone().post_from("/oidc/logout", &fields, &[("origin", "https://evil.test")]).await;
    assert!(reply.location().starts_with("/oidc/logout?"), "another site is not believed");
    assert_eq!(uma.get("/sessions").await.status, 200, "and still signed in");

    // Where the browser goes then is the application's own address, or a page of ours.
    let reply = uma.get(&format!("/oidc/logout?id_token_hint={token}&client_id=erp")).await;
    assert_eq!(reply.location(), "/oidc/refused?why=request");
    let reply = uma.clone().post("/oidc/logout", &fields).await;
    assert_eq!(opens(&reply), format!("{BYE}?state=s%261"));
    assert!(uma.get("/sessions").await.location().starts_with("/sign-in"));
    until("the session ends with the sign-in", async || web_sso(&world).is_empty()).await;

    let uma = world.signed_in("uma").await;
    let (tokens, _) = crm.signed_in(&uma).await;
    let token = tokens.id_token().expect("there").to_string();
    let reply = uma.get(&format!("/oidc/logout?id_token_hint={token}&{bye}")).await;
    assert_eq!(reply.location(), format!("{BYE}?state=s%261"), "with a good hint nobody is asked");
    assert!(reply.header("set-cookie").is_some_and(|cookie| cookie.starts_with("sightline=;")));
    until("this one, too", async || web_sso(&world).is_empty()).await;

    let uma = world.signed_in("uma").await;
    let (tokens, _) = crm.signed_in(&uma).await;
    let token = tokens.id_token().expect("there").to_string();
    let evil = "post_logout_redirect_uri=https%3A%2F%2Fevil.test%2F";
    // From a browser that does not have the sign-in.
    let reply = world.browser().get(&format!("/oidc/logout?id_token_hint={token}&{evil}")).await;
    assert_eq!(reply.location(), "/oidc/refused?why=after");
    until("signed out all the same", async || web_sso(&world).is_empty()).await;
    assert!(uma.get("/sessions").await.location().starts_with("/sign-in"));
}
