//! Sessions of sources: announced in one step, ended by their source alone.

use hub::{ListEvent, Opening, ScreenKind, Termination, permit};
use wire::{End, EndAsked, EndReason, Millis, SessionId};

use crate::support::{admin, hub, opening, terminate};

fn some(count: usize) -> (Vec<Opening>, Vec<SessionId>) {
    let openings: Vec<_> = (0..count).map(|_| opening(ScreenKind::None)).collect();
    let ids = openings.iter().map(|opening| opening.session.id).collect();
    (openings, ids)
}

#[tokio::test]
async fn many_are_announced_and_end_in_one_step() {
    let (hub, book) = hub();
    let mut list = hub.list();
    // More than the list keeps messages for.
    let (openings, ids) = some(6000);
    assert!(hub.adopt(openings));
    let events = list.next().await.expect("a reader that is not behind");
    assert_eq!(events.len(), 6000);
    let ends: Vec<_> = ids.iter().map(|id| (*id, End::new(EndReason::Closed, Millis(5)))).collect();
    hub.release(&ends[..5999]);
    let events = list.next().await.expect("a reader that is not behind");
    let ended = events.iter().filter(|event| matches!(event, ListEvent::Ended(..))).count();
    assert_eq!((ended, hub.open_count()), (5999, 1));
    assert!(book.entries().is_empty(), "whoever holds them writes them down");
    hub.release(&ends);
    assert_eq!(list.next().await.expect("the last one").len(), 1);
}

#[tokio::test]
async fn only_the_source_ends_one() {
    let (hub, _) = hub();
    let (openings, ids) = some(1);
    assert!(hub.adopt(openings));
    let facts = hub.facts(ids[0]).expect("open");
    let asked = hub.terminate(permit(&admin(), &facts).expect("may"), "enough").expect("open");
    assert_eq!(asked, Termination::Source);
    assert_eq!(terminate(&hub, ids[0], "enough"), None);
    let mut list = hub.list();
    hub.end_asked(ids[0], EndAsked::Waiting);
    hub.end_asked(ids[0], EndAsked::Waiting);
    let events = list.next().await.expect("told");
    assert!(
        matches!(&events[..], [ListEvent::Opened(listed)] if listed.session.end_asked == EndAsked::Waiting)
    );
    hub.shutdown();
    assert_eq!(hub.open_count(), 1, "it goes on without this node");
    assert!(!hub.adopt(some(1).0), "nothing comes after the stop");
}

#[tokio::test]
async fn activity_only_moves_forward() {
    let (hub, _) = hub();
    let (openings, ids) = some(1);
    let begun = openings[0].session.last_active_at;
    assert!(hub.adopt(openings));
    let mut list = hub.list();
    hub.active_at(&[(ids[0], Millis(begun.0 - 1)), (ids[0], Millis(begun.0 + 7))]);
    let events = list.next().await.expect("told");
    assert!(matches!(&events[..], [ListEvent::Updated(update)] if update.last_active_at.0 == begun.0 + 7));
}
