//! A watcher that does not read costs the owner nothing and nobody much.

use bytes::Bytes;
use tokio::runtime::Builder;
use wire::live::Size;

use crate::support::{Pane, hub, open, watch};

/// Output that cannot be skipped, so all of it is drawn.
fn full_screen(bytes: usize) -> Vec<u8> {
    let mut output = Vec::with_capacity(bytes + 64);
    for n in 0.. {
        if output.len() >= bytes {
            break;
        }
        output.extend_from_slice(format!("\x1b[{};{}H{n}", n % 24 + 1, n % 70 + 1).as_bytes());
    }
    output
}

#[test]
fn the_owner_goes_on_while_the_watchers_runtime_stands_still() {
    let (hub, _) = hub();
    let owner = Builder::new_current_thread().build().unwrap();
    let watchers = Builder::new_current_thread().enable_all().build().unwrap();
    let session = owner.block_on(open(&hub, Size::DEFAULT));
    let mut handle = watchers.block_on(watch(&hub, session.id()));
    // From here on nothing of the watchers' side runs, and the owner's side must not need it.
    let output = full_screen(2 << 20);
    owner.block_on(async {
        for chunk in output.chunks(32 << 10) {
            session.output(Bytes::copy_from_slice(chunk)).await;
        }
        session.output(Bytes::from("flood\r\n".repeat(100_000))).await;
        session.output(Bytes::from_static(b"done")).await;
    });
    drop(session);
    let mut pane = Pane::default();
    watchers.block_on(async {
        while let Some(frame) = handle.next().await {
            pane.take(&frame);
        }
    });
    assert!(pane.text().ends_with("flood\ndone"), "{}", pane.text());
    assert!(pane.bytes < 512 << 10, "{} bytes were kept", pane.bytes);
}

#[tokio::test(start_paused = true)]
async fn a_watcher_that_lags_gets_the_screen_and_others_every_frame() {
    let (hub, _) = hub();
    let session = open(&hub, Size::DEFAULT).await;
    let mut slow = watch(&hub, session.id()).await;
    let mut quick = watch(&hub, session.id()).await;
    let (mut slow_pane, mut quick_pane) = (Pane::default(), Pane::default());
    for chunk in full_screen(1 << 20).chunks(8 << 10) {
        session.output(Bytes::copy_from_slice(chunk)).await;
        quick_pane.settle(&mut quick).await;
    }
    slow_pane.settle(&mut slow).await;
    assert_eq!(quick_pane.inits, 1);
    assert_eq!(slow_pane.inits, 2);
    assert!(quick_pane.bytes > 1 << 20);
    assert!(slow_pane.bytes < 64 << 10, "{} bytes", slow_pane.bytes);
    assert_eq!(slow_pane.text(), quick_pane.text());
}
