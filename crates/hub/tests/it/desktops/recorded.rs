//! The recording of a desktop takes what everybody is shown, in its order.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use hub::{Archive, Hub, Ledger, Moment, NotRecorded, Opening, Recorder, ScreenKind, Times};
use picture::Framebuffer;
use tokio::time::timeout;
use wire::End;
use wire::desktop::{Extent, Pointer};

use super::easel::{Easel, settle};
use super::{EXTENT, paint, rect};
use crate::support::{Book, opening, watch};

/// Keeps what is recorded.
#[derive(Clone, Default)]
struct Reel(Arc<Mutex<Vec<Moment>>>);

#[async_trait]
impl Archive for Reel {
    async fn begin(&self, _: &Opening) -> Result<Option<Box<dyn Recorder>>, NotRecorded> {
        Ok(Some(Box::new(self.clone())))
    }
}

#[async_trait]
impl Recorder for Reel {
    fn take(&self, moment: Moment) -> bool {
        self.0.lock().unwrap().push(moment);
        true
    }

    async fn room(&self) {}

    async fn lost(&self) -> String {
        std::future::pending().await
    }

    fn close(&self, _: &End) {}

    fn discard(&self) {}
}

impl Reel {
    fn take(&self) -> Vec<Moment> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// What the moments make of a black picture, and how many wholes came.
fn replayed(moments: &[Moment]) -> (Framebuffer, usize) {
    let mut framebuffer = Framebuffer::new(EXTENT);
    let mut wholes = 0;
    for moment in moments {
        match moment {
            Moment::Extent(extent) => framebuffer = Framebuffer::new(*extent),
            Moment::Drawn { tiles, .. } => tiles.iter().for_each(|tile| framebuffer.apply(tile).unwrap()),
            Moment::Picture(frame) => {
                let mut whole = Framebuffer::new(frame.extent);
                frame.tiles.iter().for_each(|tile| whole.apply(tile).unwrap());
                assert!(whole == framebuffer, "a keyframe is what was drawn");
                wholes += 1;
            }
            _ => {}
        }
    }
    (framebuffer, wholes)
}

#[tokio::test(start_paused = true)]
async fn a_recording_has_what_everybody_saw() {
    let reel = Reel::default();
    let book = Arc::new(Book::default());
    let hub = Hub::with(book as Arc<dyn Ledger>, Some(Arc::new(reel.clone())), Times::default());
    let session = hub.open(opening(ScreenKind::Picture(EXTENT))).await.unwrap();
    // Nobody looks: it is recorded all the same.
    paint(&session, rect(10, 20, 100, 50), 1);
    session.show().await;
    // What is not shown yet is shown when somebody joins, and recorded.
    paint(&session, rect(200, 20, 10, 10), 2);
    let mut handle = watch(&hub, session.id()).await;
    session.pointer(Pointer::Hidden);
    session.pointer(Pointer::Hidden);
    session.extent(Extent { width: 400, height: 300 });
    paint(&session, rect(0, 0, 400, 300), 3);
    session.show().await;
    let mut easel = Easel::default();
    settle!(easel, handle);
    let moments = reel.take();
    assert_eq!(easel.framebuffer, Some(replayed(&moments).0));
    let seqs: Vec<_> = moments
        .iter()
        .filter_map(|moment| match moment {
            Moment::Drawn { seq, .. } | Moment::Pointer { seq, .. } => Some(*seq),
            _ => None,
        })
        .collect();
    assert_eq!(seqs, [1, 2, 3, 4]);
    assert_eq!(easel.seen.keys().copied().collect::<Vec<_>>(), [2, 3, 4]);
}

#[tokio::test(start_paused = true)]
async fn replay_never_has_much_to_draw_before_a_moment() {
    let reel = Reel::default();
    let book = Arc::new(Book::default());
    let hub = Hub::with(book as Arc<dyn Ledger>, Some(Arc::new(reel.clone())), Times::default());
    let session = hub.open(opening(ScreenKind::Picture(EXTENT))).await.unwrap();
    for seed in 0..100 {
        paint(&session, EXTENT.rect(), seed);
        session.show().await;
    }
    let moments = reel.take();
    let (_, wholes) = replayed(&moments);
    assert!(wholes >= 2, "{wholes} keyframes in 23 MB");
    let mut since = 0;
    for moment in &moments {
        match moment {
            Moment::Drawn { tiles, .. } => since += tiles.iter().map(|tile| tile.size()).sum::<usize>(),
            Moment::Picture(_) => since = 0,
            _ => {}
        }
        assert!(since < 6 << 20, "{since} bytes without a keyframe");
    }
}
