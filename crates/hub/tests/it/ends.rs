//! Every session ends, once, for the reason that came first.

use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use hub::{ListEvent, ScreenKind, Terminated};
use tokio::runtime::Builder;
use wire::live::Size;
use wire::{End, EndReason, Millis};

use crate::support::{Entry, Pane, hub, open, opening, terminate, watch};

#[tokio::test]
async fn a_session_is_written_down_before_it_is_announced() {
    let (hub, book) = hub();
    book.stalls.store(true, Ordering::SeqCst);
    let mut list = hub.list();
    let opening = opening(ScreenKind::None);
    let id = opening.session.id;
    let task = tokio::spawn({
        let hub = hub.clone();
        async move { hub.open(opening).await }
    });
    while book.entries().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(book.entries(), [Entry::Opened(id)]);
    assert_eq!(hub.open_count(), 0);
    book.released.notify_one();
    let session = task.await.unwrap().unwrap();
    assert_eq!(session.id(), id);
    assert!(
        matches!(&list.next().await.unwrap()[..], [ListEvent::Opened(listed)] if listed.session.id == id)
    );
}

#[tokio::test]
async fn a_session_that_cannot_be_written_down_is_not_announced() {
    let (hub, book) = hub();
    book.refuses.store(true, Ordering::SeqCst);
    let mut list = hub.list();
    let error = hub.open(opening(ScreenKind::None)).await.unwrap_err();
    assert_eq!(error.to_string(), "the session could not be written down: disk full");
    assert!(book.entries().is_empty());
    assert_eq!(hub.open_count(), 0);
    drop(hub);
    assert!(list.next().await.is_none(), "no event and no hub");
}

#[tokio::test]
async fn an_opening_that_is_given_up_ends_in_the_ledger() {
    let (hub, book) = hub();
    book.stalls.store(true, Ordering::SeqCst);
    let opening = opening(ScreenKind::None);
    let id = opening.session.id;
    tokio::select! {
        biased;
        _ = hub.open(opening) => panic!("the ledger stalls"),
        () = std::future::ready(()) => {}
    }
    assert_eq!(book.ends(id).len(), 1);
    assert_eq!(hub.open_count(), 0);
}

#[tokio::test]
async fn a_guard_that_is_dropped_or_panics_or_loses_its_runtime_ends_its_session() {
    let (hub, book) = hub();
    let dropped = open(&hub, Size::DEFAULT).await;
    let panics = open(&hub, Size::DEFAULT).await;
    let loses = open(&hub, Size::DEFAULT).await;
    let ids = [dropped.id(), panics.id(), loses.id()];
    drop(dropped);
    let task = tokio::spawn(async move {
        let _guard = panics;
        panic!("a gateway's task may");
    });
    assert!(task.await.is_err());
    std::thread::spawn(move || {
        let runtime = Builder::new_current_thread().build().unwrap();
        runtime.spawn(async move { loses.terminated().await });
        runtime.block_on(tokio::task::yield_now());
    })
    .join()
    .unwrap();
    for id in ids {
        let ends = book.ends(id);
        assert_eq!(ends.iter().map(|end| end.reason).collect::<Vec<_>>(), [EndReason::ClientLost]);
    }
    assert_eq!(hub.open_count(), 0);
}

#[tokio::test(start_paused = true)]
async fn terminating_ends_row_and_watchers_and_then_tells_the_gateway() {
    let (hub, book) = hub();
    let session = open(&hub, Size::DEFAULT).await;
    let id = session.id();
    let mut handle = watch(&hub, id).await;
    session.output(Bytes::from_static(b"last words")).await;
    let mut list = hub.list();
    let gateway = tokio::spawn(async move {
        let terminated = session.terminated().await;
        assert_eq!(session.terminated().await, terminated);
        (terminated, session)
    });
    let end = terminate(&hub, id, "wrong server").unwrap();
    assert_eq!(book.ends(id), std::slice::from_ref(&end));
    assert_eq!((end.by.as_deref(), end.note.as_deref()), (Some("olga"), Some("wrong server")));
    let (terminated, session) = gateway.await.unwrap();
    assert_eq!(terminated, Terminated { by: "olga".into(), reason: "wrong server".into() });
    drop(session);
    assert_eq!(book.ends(id).len(), 1);
    assert!(terminate(&hub, id, "again").is_none());
    let events = list.next().await.unwrap();
    assert!(matches!(&events[..], [ListEvent::Ended(ended, with)] if *ended == id && *with == end));
    let mut pane = Pane::default();
    pane.settle(&mut handle).await;
    assert_eq!(pane.text().trim_end(), "last words");
    assert_eq!(pane.ended, Some(end));
    assert!(handle.next().await.is_none());
    assert!(handle.next().await.is_none());
}

#[test]
fn whoever_comes_first_ends_it_and_nobody_else() {
    let (hub, book) = hub();
    let runtime = Builder::new_multi_thread().enable_all().build().unwrap();
    for round in 0..300 {
        let session = runtime.block_on(open(&hub, Size::DEFAULT));
        let id = session.id();
        let mut list = hub.list();
        let barrier = std::sync::Barrier::new(3);
        std::thread::scope(|threads| {
            for _ in 0..2 {
                threads.spawn(|| {
                    barrier.wait();
                    terminate(&hub, id, "race");
                });
            }
            threads.spawn(|| {
                barrier.wait();
                if round % 2 == 0 {
                    session.close(End::new(EndReason::Closed, Millis::now()));
                } else {
                    drop(session);
                }
            });
        });
        assert_eq!(book.ends(id).len(), 1, "round {round}");
        let events = runtime.block_on(list.next()).unwrap();
        assert!(matches!(&events[..], [ListEvent::Ended(..)]), "round {round}: {events:?}");
        assert!(hub.facts(id).is_none());
    }
}

#[tokio::test]
async fn a_hub_that_stops_ends_everything_and_opens_nothing() {
    let (hub, book) = hub();
    let session = open(&hub, Size::DEFAULT).await;
    hub.shutdown();
    assert_eq!(session.terminated().await.reason, "the server is stopping");
    assert_eq!(book.ends(session.id())[0].reason, EndReason::NodeLost);
    let late = opening(ScreenKind::None);
    let id = late.session.id;
    assert!(hub.open(late).await.is_err());
    assert_eq!(book.ends(id).len(), 1, "the row that was written down does not stay open");
    assert_eq!(hub.open_count(), 0);
}

#[tokio::test(start_paused = true)]
async fn watchers_on_a_runtime_that_goes_are_missed_by_nobody() {
    let (hub, _) = hub();
    let session = open(&hub, Size::DEFAULT).await;
    let id = session.id();
    let elsewhere = std::thread::spawn({
        let hub = hub.clone();
        move || {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            let first = runtime.block_on(async {
                let mut first = watch(&hub, id).await;
                first.next().await;
                first
            });
            // The fan-out ran there.
            drop(runtime);
            first
        }
    })
    .join()
    .unwrap();
    let mut here = watch(&hub, id).await;
    session.output(Bytes::from_static(b"still here")).await;
    let mut pane = Pane::default();
    pane.settle(&mut here).await;
    assert_eq!(pane.text().trim_end(), "still here");
    drop(elsewhere);
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(hub.session(id).unwrap().session.watchers, 1);
}
