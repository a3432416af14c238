//! The owner's own window: their screen, and nobody's watching.

use std::time::Duration;

use bytes::Bytes;
use hub::{NotOpen, Window};
use tokio::time::timeout;
use wire::live::{LiveFrame, Size};
use wire::{End, EndReason, Millis};

use crate::support::{Pane, hub, open, watch};

const SIZE: Size = Size { cols: 40, rows: 6 };

/// Reads until nothing comes any more. Time must be paused.
async fn settle(pane: &mut Pane, window: &mut Window) -> Vec<LiveFrame> {
    let mut frames = Vec::new();
    while let Ok(Some(frame)) = timeout(Duration::from_secs(2), window.next()).await {
        frames.push(wire::decode(&frame).unwrap());
        pane.take(&frame);
    }
    frames
}

#[tokio::test(start_paused = true)]
async fn the_owner_sees_the_screen_and_not_who_watches() {
    let (hub, _) = hub();
    let session = open(&hub, SIZE).await;
    session.output(Bytes::from_static(b"before ")).await;
    let mut window = session.windows().open().unwrap();
    let mut own = Pane::default();
    settle(&mut own, &mut window).await;
    assert_eq!(own.text().trim_end(), "before");
    assert_eq!(hub.session(session.id()).unwrap().session.watchers, 0, "a window is no watcher");

    let mut watcher = watch(&hub, session.id()).await;
    let mut pane = Pane::default();
    session.output(Bytes::from_static(b"after")).await;
    session.resize(Size { cols: 30, rows: 5 }).await;
    pane.settle(&mut watcher).await;
    let frames = settle(&mut own, &mut window).await;
    assert_eq!((own.text(), pane.watchers.len()), (pane.text(), 1));
    assert!(own.watchers.is_empty(), "covert watchers stay unknown");
    assert!(
        frames.iter().all(|frame| matches!(
            frame,
            LiveFrame::Output { .. } | LiveFrame::Resize { .. } | LiveFrame::Heartbeat(_)
        )),
        "{frames:?}"
    );
    assert_eq!(hub.session(session.id()).unwrap().session.watchers, 1);
}

#[tokio::test(start_paused = true)]
async fn a_window_that_is_opened_again_has_the_whole_screen_and_the_end_is_told() {
    let (hub, _) = hub();
    let session = open(&hub, SIZE).await;
    let windows = session.windows();
    let mut first = windows.open().unwrap();
    settle(&mut Pane::default(), &mut first).await;
    drop(first);
    session.output(Bytes::from_static(b"while nobody looked")).await;

    let mut second = windows.open().unwrap();
    // A flood while it does not read: it gets the screen instead of what it missed.
    for _ in 0..40 {
        session.output(Bytes::from("\x1b[31mlong \x1b[0mline\r\n".repeat(1000))).await;
    }
    session.output(Bytes::from_static(b"the end")).await;
    let mut own = Pane::default();
    settle(&mut own, &mut second).await;
    assert!(own.text().trim_end().ends_with("the end"), "{}", own.text());
    let end = End::new(EndReason::Closed, Millis::now());
    session.close(end.clone());
    settle(&mut own, &mut second).await;
    assert_eq!(own.ended, Some(end));
    assert!(matches!(windows.open(), Err(NotOpen::Ended)));
}
