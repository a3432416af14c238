//! How sessions end, and what their rows say.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hub::{Archive, Moment, NotRecorded, Opening, Recorder};
use wire::desktop::Gesture;
use wire::{End, EndReason};

use crate::support::peer::{Deed, Manners, Peer, bitmap, colour};
use crate::support::tools::within;
use crate::support::world::{World, act};

#[tokio::test(flavor = "multi_thread")]
async fn the_target_is_gone() {
    let world = World::start();
    let peer = Peer::start(Manners::default());
    world.add("box", peer.address);
    let (desktop, mut page) = world.page("box").await;
    page.until("the picture", |page| page.is(colour)).await;
    peer.make(Deed::HangUp);
    within("its end", desktop.over()).await;
    page.until("its end", |page| page.over).await;
    let end = world.rows.end().expect("an end");
    assert_eq!(end.reason, EndReason::TargetLost);
    assert_eq!(end.note.as_deref(), Some("box broke the connection off"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_target_says_nonsense_and_others_go_on() {
    let world = World::start();
    let (peer, other) = (Peer::start(Manners::default()), Peer::start(Manners::default()));
    world.add("box", peer.address);
    world.add("other", other.address);
    let (_others, mut others) = world.page("other").await;
    let (desktop, mut page) = world.page("box").await;
    page.until("the picture", |page| page.is(colour)).await;
    // A share control header of no known kind, on the channel that desktops are drawn through.
    peer.make(Deed::Say(
        b"\x03\x00\x00\x12\x02\xf0\x80\x68\x00\x01\x03\xeb\x70\x04\xff\xff\xff\xff".to_vec(),
    ));
    within("its end", desktop.over()).await;
    let all = world.rows.all();
    let end = all.iter().find_map(|(_, end)| end.clone()).expect("an end");
    assert_eq!(end.reason, EndReason::TargetLost);
    let note = end.note.expect("a reason");
    assert!(note.starts_with("box sent what is no desktop, so the session ended: "), "{note}");
    other.make(Deed::Say(bitmap([0, 0, 8, 8], 8, |_, _| [1, 2, 3])));
    others.until("a change elsewhere", |page| page.pixel(7, 7) == Some([1, 2, 3])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_person_leaves_or_is_lost() {
    for lost in [false, true] {
        let world = World::start();
        let peer = Peer::start(Manners::default());
        world.add("box", peer.address);
        let (desktop, mut page) = world.page("box").await;
        page.until("the picture", |page| page.is(colour)).await;
        if lost {
            desktop.lose();
        } else {
            desktop.leave();
        }
        within("its end", desktop.over()).await;
        let reason = world.rows.end().expect("an end").reason;
        assert_eq!(reason, if lost { EndReason::ClientLost } else { EndReason::Closed });
        act(&desktop, &[]);
        assert!(!desktop.is_backlogged());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gateway_stops() {
    let world = World::start();
    let peer = Peer::start(Manners::default());
    world.add("box", peer.address);
    let desktop = world.open("box").await.expect("a session");
    world.stop.cancel();
    within("its end", desktop.over()).await;
    within("the gateway's end", world.serving).await.expect("no panic");
    assert_eq!(world.rows.end().expect("an end").reason, EndReason::NodeLost);
    let refused = world.desktops.open(gateway_rdp::Visit {
        user: gateway::User { id: wire::UserId::generate(), name: "a".into(), full_name: String::new() },
        from: [127, 0, 0, 1].into(),
        login: "desk".into(),
        agent: "box".into(),
        extent: wire::desktop::Extent::DEFAULT,
    });
    assert_eq!(refused.await.expect_err("none"), "the gateway is shutting down");
}

/// Cannot bear that somebody types: something of ours that panics in the middle of a session.
struct Touchy;

#[async_trait]
impl Archive for Touchy {
    async fn begin(&self, _: &Opening) -> Result<Option<Box<dyn Recorder>>, NotRecorded> {
        Ok(Some(Box::new(Self)))
    }
}

#[async_trait]
impl Recorder for Touchy {
    fn take(&self, moment: Moment) -> bool {
        assert!(!matches!(moment, Moment::Typed { .. }), "somebody typed");
        true
    }

    async fn room(&self) {}

    async fn lost(&self) -> String {
        std::future::pending().await
    }

    fn close(&self, _: &End) {}

    fn discard(&self) {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_ends_its_own_session_and_no_other() {
    let world = World::recorded(Duration::from_secs(20), Some(Arc::new(Touchy)));
    let (peer, other) = (Peer::start(Manners::default()), Peer::start(Manners::default()));
    world.add("box", peer.address);
    world.add("other", other.address);
    // Two threads, three sessions: one of the others shares the thread.
    let (_first, mut first) = world.page("other").await;
    let (desktop, mut page) = world.page("box").await;
    let (_second, mut second) = world.page("other").await;
    page.until("the picture", |page| page.is(colour)).await;
    act(&desktop, &[Gesture::Text('x')]);
    within("its end", desktop.over()).await;
    page.until("its end", |page| page.over).await;
    let ends: Vec<_> = world.rows.all().into_iter().filter_map(|(_, end)| end).collect();
    let [end] = &ends[..] else { panic!("{ends:?}") };
    assert_eq!(end.reason, EndReason::TargetLost);
    let note = "what box sent could not be drawn, so the session ended; others go on";
    assert_eq!(end.note.as_deref(), Some(note));
    for _ in 0..2 {
        other.make(Deed::Say(bitmap([0, 0, 8, 8], 8, |_, _| [1, 2, 3])));
    }
    first.until("the picture", |page| page.pixel(300, 300) == Some(colour(300, 300))).await;
    second.until("the picture", |page| page.pixel(300, 300) == Some(colour(300, 300))).await;
}
