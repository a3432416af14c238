//! The list: what is open, then every change, without gap or repeat.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hub::{Hub, List, ListEvent, ScreenKind};
use tokio::runtime::Builder;
use wire::live::Size;
use wire::{Millis, SessionId};

use crate::support::{hub, open, opening, watch};

/// A reader's picture of the list; refuses what does not fit together.
struct Reader {
    list: List,
    open: HashSet<SessionId>,
}

impl Reader {
    fn new(hub: &Hub) -> Self {
        let mut list = hub.list();
        let open = list.snapshot().into_iter().map(|listed| listed.session.id).collect();
        Self { list, open }
    }

    /// Reads one batch; false when it lagged or the hub is gone.
    async fn read(&mut self) -> bool {
        let Some(events) = self.list.next().await else { return false };
        assert!(!events.is_empty());
        for event in events {
            match event {
                ListEvent::Opened(listed) => assert!(self.open.insert(listed.session.id), "opened twice"),
                ListEvent::Ended(id, _) => assert!(self.open.remove(&id), "ended and was not open"),
                ListEvent::Updated(update) => assert!(self.open.contains(&update.id), "moved, not open"),
            }
        }
        true
    }
}

#[test]
fn readers_that_join_at_any_moment_agree() {
    let (hub, _) = hub();
    let over = AtomicBool::new(false);
    let last = std::thread::scope(|threads| {
        let workers: Vec<_> = (0..2)
            .map(|_| {
                threads.spawn(|| {
                    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
                    runtime.block_on(async {
                        let mut kept = Vec::new();
                        for n in 0..400 {
                            let session = open(&hub, Size::DEFAULT).await;
                            if n % 5 == 0 {
                                drop(watch(&hub, session.id()).await);
                            }
                            kept.push(session);
                            if kept.len() > 10 {
                                kept.swap_remove(n % 10);
                            }
                        }
                        kept
                    })
                })
            })
            .collect();
        let readers: Vec<_> = (0..2)
            .map(|_| {
                threads.spawn(|| {
                    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
                    runtime.block_on(async {
                        while !over.load(Ordering::SeqCst) {
                            let mut reader = Reader::new(&hub);
                            for _ in 0..20 {
                                let wait = Duration::from_millis(5);
                                if let Ok(false) = tokio::time::timeout(wait, reader.read()).await {
                                    break;
                                }
                            }
                        }
                    });
                })
            })
            .collect();
        let kept: Vec<_> = workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect();
        over.store(true, Ordering::SeqCst);
        readers.into_iter().for_each(|reader| reader.join().unwrap());
        kept
    });
    let open: HashSet<_> = last.iter().map(hub::OpenSession::id).collect();
    assert_eq!(Reader::new(&hub).open, open);
}

#[tokio::test]
async fn a_reader_that_falls_behind_is_told_to_begin_anew() {
    let (hub, _) = hub();
    let mut reader = Reader::new(&hub);
    for _ in 0..3000 {
        drop(open(&hub, Size::DEFAULT).await);
    }
    assert!(!reader.read().await);
    let mut again = Reader::new(&hub);
    let session = open(&hub, Size::DEFAULT).await;
    assert!(again.read().await);
    assert_eq!(again.open, HashSet::from([session.id()]));
}

#[tokio::test]
async fn watchers_are_announced_at_once_and_activity_now_and_then() {
    let (hub, _) = hub();
    let session = open(&hub, Size::DEFAULT).await;
    let mut list = hub.list();
    for _ in 0..1000 {
        session.active();
    }
    let handle = watch(&hub, session.id()).await;
    drop(handle);
    let events = list.next().await.unwrap();
    let watchers: Vec<_> = events
        .iter()
        .map(|event| match event {
            ListEvent::Updated(update) => update.watchers,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(watchers, [1, 0], "a thousand keys within five seconds are no event");
}

#[tokio::test]
async fn what_was_opened_last_comes_first_and_is_read_as_it_is_then() {
    let (hub, _) = hub();
    let mut opened = Vec::new();
    for started_at in [3, 1, 2] {
        let mut opening = opening(ScreenKind::Terminal(Size::DEFAULT));
        opening.session.started_at = Millis(started_at);
        opened.push(hub.open(opening).await.unwrap());
    }
    let unread = hub.list().newest_first();
    let started: Vec<_> = unread.iter().map(|unread| unread.attributes().started_at.0).collect();
    assert_eq!(started, [3, 2, 1]);
    let id = unread[0].facts().session;
    let watcher = watch(&hub, id).await;
    assert_eq!(unread[0].attributes().watchers, 1);
    assert!(unread[0].has_screen());
    drop(watcher);
}
