//! Sessions that do not come about: one sentence each.

use std::time::Duration;

use hub::WatchPolicy;
use tokio::net::TcpListener;

use crate::support::peer::{Manners, PASSWORD, Peer, Point, colour};
use crate::support::tools::free_address;
use crate::support::world::World;

async fn refusal(world: &World, agent: &str) -> String {
    let words = world.open(agent).await.expect_err("no session");
    assert!(world.rows.all().is_empty(), "no row");
    let refused = world.book.refused.lock().unwrap();
    assert_eq!(refused.last().expect("noted").reason, words);
    words
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password() {
    let world = World::start();
    let peer = Peer::start(Manners { credssp: true, ..Manners::default() });
    world.add_with("box", peer.address, "guess", WatchPolicy::Announced, true);
    assert_eq!(
        refusal(&world, "box").await,
        "box refused the sign-in of desk: its password on Sightline may be out of date"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_there() {
    let world = World::with(Duration::from_secs(2));
    world.add("box", free_address());
    assert_eq!(refusal(&world, "box").await, "box refused the connection: connection refused");
    // Takes connections and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    world.add("silent", silent.local_addr().expect("its address"));
    assert_eq!(refusal(&world, "silent").await, "silent is unreachable: no answer within 2 s");
    assert_eq!(
        refusal(&world, "nowhere").await,
        "you may not connect to desk@nowhere, or there is no such account"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn another_certificate() {
    let world = World::start();
    let (first, second) = (Peer::start(Manners::default()), Peer::start(Manners::default()));
    let agent = world.add("box", first.address);
    let (desktop, mut page) = world.page("box").await;
    page.until("the picture", |page| page.is(colour)).await;
    drop((desktop, page));
    let pinned = world.book.pinned.lock().unwrap()[&agent].clone();
    assert_eq!(pinned, gateway::tls::certificate_line(&first.certificate));
    for (connection, _) in world.book.accounts.lock().unwrap().iter_mut() {
        connection.port = second.address.port();
    }
    let words = world.open("box").await.expect_err("no session");
    let shown = gateway::tls::certificate_fingerprint(&second.certificate);
    assert_eq!(
        words,
        format!(
            "the certificate of box changed: expected {pinned}, got {shown}; \
             ask an administrator before you connect"
        )
    );
    assert!(second.typed.borrow().is_empty() && *second.desktops.borrow() == 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_at_every_point() {
    let cases: [(Point, bool, &[u8], &str); 6] = [
        (Point::First, false, b"SSH-2.0-OpenSSH_9.2\r\n", "does not speak RDP"),
        (Point::First, false, b"HTTP/1.1 400 Bad Request\r\n\r\n", "does not speak RDP"),
        // A confirmation that chooses no protection at all.
        (Point::First, false, b"\x03\x00\x00\x0b\x06\xd0\x00\x00\x12\x34\x00", "offers no TLS"),
        // Before TLS is asked for, or in its place.
        (Point::Tls, false, b"this is not TLS at all", "box broke the connection off:"),
        (Point::Credssp, true, b"this is no token", "box broke the connection off:"),
        (Point::Settings, false, b"\x03\x00\x00\x09\x02\xf0\x80\x7f\x66", "box broke the connection off:"),
    ];
    for (point, credssp, bytes, words) in cases {
        let world = World::with(Duration::from_secs(5));
        let peer = Peer::start(Manners { credssp, rubbish: Some((point, bytes)), ..Manners::default() });
        world.add("box", peer.address);
        let said = refusal(&world, "box").await;
        assert!(said.contains(words), "{point:?}: {said}");
        assert!(!said.contains(PASSWORD));
    }
}
