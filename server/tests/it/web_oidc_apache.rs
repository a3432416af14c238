//! Signing in to Apache with `mod_auth_openidc`, as its users do.

use std::time::Duration;

use wire::{EndReason, SessionType};

use crate::apache::{Apache, Place, Visitor, leads_to};
use crate::web_client::{Browser, PATIENCE};
use crate::web_world::World;

/// The wiki, known to Sightline, and Sightline to it.
async fn wiki(world: &World) -> Apache {
    let place = Place::free();
    let (callback, bye) = (place.url("/private/callback"), place.url("/bye.html"));
    let told = format!("{callback}?logout=backchannel");
    let url = place.url("/");
    let add = ["agent", "add", "wiki", "--url", &url, "--display-name", "The wiki", "--redirect", &callback];
    let more = ["--sign-out-redirect", &bye, "--back-channel", &told];
    let secret = world.cli(&[&add[..], &more[..]].concat());
    let known = async {
        while world.services().oidc.client("wiki").await.expect("read").is_none() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, known).await.expect("the server learns of it");
    let issuer = world.browser().origin();
    tokio::task::spawn_blocking(move || place.start(&issuer, "wiki", secret.trim())).await.expect("it starts")
}

/// The path of an address of Sightline.
fn here(browser: &Browser, address: &str) -> String {
    address.strip_prefix(&browser.origin()).unwrap_or_else(|| panic!("{address} is elsewhere")).to_owned()
}

/// Goes to the wiki's page, through Sightline with a browser that is signed in there.
async fn enter(visitor: &mut Visitor, uma: &Browser, wiki: &Apache) {
    let away = leads_to(&visitor.get("/private/page.html").await);
    let back = leads_to(&uma.get(&here(uma, &away)).await);
    let page = leads_to(&visitor.get(&back).await);
    let reply = visitor.get(&page).await;
    assert_eq!(
        (reply.status, reply.header("x-user")),
        (200, Some("uma")),
        "{}\n{}",
        reply.text(),
        wiki.log()
    );
    assert_eq!(reply.text(), "the wiki's page");
}

fn row(world: &World) -> Option<wire::Session> {
    let listed = world.services().hub.list().snapshot();
    listed.into_iter().map(|listed| listed.session).find(|session| session.kind == SessionType::WebSso)
}

/// Waits until the wiki does not know its visitor any more.
async fn signed_out(visitor: &mut Visitor, wiki: &Apache) {
    let look = async {
        while visitor.get("/private/page.html").await.status == 200 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, look).await.unwrap_or_else(|_| panic!("signed out; {}", wiki.log()));
}

#[tokio::test(flavor = "multi_thread")]
async fn apache_signs_people_in_and_is_told_when_that_is_over() {
    let world = World::start().await;
    let wiki = wiki(&world).await;
    let mut uma = world.signed_in("uma").await;
    let mut visitor = wiki.visitor();
    enter(&mut visitor, &uma, &wiki).await;

    let open = row(&world).expect("a row");
    assert_eq!(
        (open.user.as_str(), open.full_name.as_str(), open.device.as_str()),
        ("uma", "uma", "127.0.0.1")
    );
    assert_eq!((open.client.as_str(), open.port), ("node-1", world.running.web_addr.port()));
    assert_eq!((open.account_name.as_str(), open.service_provider.as_str()), ("uma", "The wiki"));
    assert_eq!(open.agent.as_deref(), Some("wiki"));
    assert!(open.service_url.starts_with("http://127.0.0.1:"), "{}", open.service_url);

    let line = ["session", "terminate", &open.id.to_string(), "--reason", "on holiday"];
    world.cli(&line);
    signed_out(&mut visitor, &wiki).await;
    let ended = world.services().store.session(open.id).await.expect("read").expect("there").ended;
    let ended = ended.expect("ended");
    assert_eq!((ended.reason, ended.note.as_deref()), (EndReason::Terminated, Some("on holiday")));
    // Back at the wiki the person has to show who they are.
    let away = leads_to(&visitor.get("/private/page.html").await);
    let reply = uma.get(&here(&uma, &away)).await;
    assert!(reply.location().starts_with("/sign-in?error=terminated&"), "{}", reply.location());

    // The end of the sign-in is the end there, too.
    let mut uma_again = world.signed_in("uma").await;
    let mut visitor = wiki.visitor();
    enter(&mut visitor, &uma_again, &wiki).await;
    uma_again.post("/sign-out", &[]).await;
    signed_out(&mut visitor, &wiki).await;
    uma.post("/sign-out", &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_at_apache_signs_out_here() {
    let world = World::start().await;
    let wiki = wiki(&world).await;
    let uma = world.signed_in("uma").await;
    let mut visitor = wiki.visitor();
    enter(&mut visitor, &uma, &wiki).await;
    let bye = row(&world).expect("a row").service_url.trim_end_matches('/').to_owned() + "/bye.html";
    let escaped = bye.replace(':', "%3A").replace('/', "%2F");
    let away = leads_to(&visitor.get(&format!("/private/callback?logout={escaped}")).await);
    let back = leads_to(&uma.get(&here(&uma, &away)).await);
    assert_eq!(back.split('?').next(), Some(bye.as_str()));
    assert_eq!(visitor.get(&bye).await.text(), "bye");
    assert!(uma.get("/sessions").await.location().starts_with("/sign-in"), "signed out of Sightline");
    assert!(row(&world).is_none());
    signed_out(&mut visitor, &wiki).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn apache_goes_on_while_sightline_is_away() {
    let world = World::start().await;
    let wiki = wiki(&world).await;
    let uma = world.signed_in("uma").await;
    let mut visitor = wiki.visitor();
    enter(&mut visitor, &uma, &wiki).await;
    // Somebody is on the way back with a code when Sightline goes.
    let mut late = wiki.visitor();
    let away = leads_to(&late.get("/private/page.html").await);
    let back = leads_to(&uma.get(&here(&uma, &away)).await);

    let stopped = world.stop().await;
    assert_eq!(visitor.get("/private/page.html").await.status, 200, "who is signed in there stays");
    let reply = late.get(&back).await;
    assert!(reply.status >= 400 || reply.text().contains("Error"), "{}: {}", reply.status, reply.text());
    assert!(reply.header("x-user").is_none() && late.get("/private/page.html").await.status != 200);

    let world = stopped.start().await;
    let mut fresh = wiki.visitor();
    enter(&mut fresh, &uma, &wiki).await;
    assert_eq!(visitor.get("/private/page.html").await.status, 200);
    let open = row(&world).expect("its row is back");
    world.cli(&["session", "terminate", &open.id.to_string(), "--reason", "maintenance"]);
    // Apache knows one session of a sign-in, the last.
    signed_out(&mut fresh, &wiki).await;
}
