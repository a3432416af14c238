//! Where the mouse is: all who look are told of the newest place, at a pace.

use std::time::Duration;

use hub::{Asked, Control, Permit, ScreenKind, WatchHandle, WatchPolicy, permit};
use tokio::time::{advance, timeout};
use wire::desktop::Mouse;
use wire::live::{LeaseMode, LiveFrame, LiveRequest};

use super::easel::{Easel, settle};
use super::{EXTENT, desktop, paint, rect};
use crate::support::{admin, hub, opening, watch};

const fn mouse(x: u16, y: u16) -> Mouse {
    Mouse { x, y, seat: None }
}

#[tokio::test(start_paused = true)]
async fn who_comes_late_is_told_where_it_is() {
    let (hub, _) = hub();
    let session = desktop(&hub).await;
    for x in 0..50 {
        session.points(x, 9, None);
    }
    let (mut handle, mut window) = (watch(&hub, session.id()).await, session.windows().open().unwrap());
    let (mut easel, mut own) = (Easel::default(), Easel::default());
    settle!(easel, handle);
    settle!(own, window);
    assert_eq!((&*easel.mice, &*own.mice), (&[mouse(49, 9)][..], &[mouse(49, 9)][..]));
    // The same place is no news, and nobody waits for more of it.
    session.points(49, 9, None);
    let mut late = watch(&hub, session.id()).await;
    let mut lates = Easel::default();
    settle!(lates, late);
    settle!(easel, handle);
    assert_eq!((lates.mice.len(), easel.mice.len()), (1, 1));
    assert!(easel.seen.keys().eq([&0]), "it is no event of the picture");
}

#[tokio::test(start_paused = true)]
async fn the_newest_place_wins_at_a_pace() {
    let (hub, _) = hub();
    let session = desktop(&hub).await;
    let (mut handle, mut slow) = (watch(&hub, session.id()).await, watch(&hub, session.id()).await);
    let (mut easel, mut slows) = (Easel::default(), Easel::default());
    settle!(easel, handle);
    // A second of a mouse that moves a thousand times; pictures go on meanwhile.
    for step in 0..1_000 {
        session.points(step, 1, None);
        if step % 100 == 0 {
            paint(&session, rect(0, 0, 20, 20), step.into());
            session.show().await;
        }
        advance(Duration::from_millis(1)).await;
        while let Ok(Some(frame)) = timeout(Duration::ZERO, handle.next()).await {
            easel.take(&frame);
        }
    }
    settle!(easel, handle);
    settle!(slows, slow);
    assert!((25..=32).contains(&easel.mice.len()), "{} times", easel.mice.len());
    assert_eq!(easel.mice.last(), Some(&mouse(999, 1)));
    assert!(easel.mice.is_sorted_by_key(|mouse| mouse.x));
    // Who did not read has no queue of them.
    assert_eq!(slows.mice, [mouse(999, 1)]);
    assert_eq!(slows.seen.last_key_value(), easel.seen.last_key_value());
}

/// A watcher takes control and does something; their hand, and their seat.
async fn hand(
    may: &Permit<Control>,
    session: &hub::OpenSession,
    handle: &mut WatchHandle,
) -> (hub::Hand, u64) {
    assert_eq!(handle.request(may, LiveRequest::Ask(LeaseMode::Shared)), Asked::Done);
    assert_eq!(handle.request(may, LiveRequest::Input(vec![1])), Asked::Done);
    let Ok(LiveFrame::Seated(seat)) = wire::decode(&handle.next().await.unwrap()) else { panic!("a seat") };
    (session.input().await.hand, seat)
}

#[tokio::test(start_paused = true)]
async fn a_watchers_hand_is_known_by_its_seat_and_to_the_owner_where_they_are_told() {
    for policy in [WatchPolicy::Announced, WatchPolicy::Covert] {
        let (hub, _) = hub();
        let mut opening = opening(ScreenKind::Picture(EXTENT));
        opening.facts.policy = policy;
        let session = hub.open(opening).await.unwrap();
        let (olga, facts) = (admin(), hub.facts(session.id()).unwrap());
        let mut handle = hub.watch(permit(&olga, &facts).unwrap()).await.unwrap();
        let mut window = session.windows().open().unwrap();
        let (hand, seat) = hand(&permit(&olga, &facts).unwrap(), &session, &mut handle).await;
        session.points(3, 4, Some(hand));
        let (mut easel, mut own) = (Easel::default(), Easel::default());
        settle!(easel, handle);
        settle!(own, window);
        let theirs = Mouse { x: 3, y: 4, seat: Some(seat) };
        assert_eq!(easel.mice, [theirs]);
        assert_eq!(own.mice.contains(&theirs), policy == WatchPolicy::Announced, "{policy:?}");
    }
}
