//! An archive in memory.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use hub::{Archive, Mark, Moment, NotRecorded, Opening, Recorder, RecordingRule};
use wire::{End, SessionId};

/// What was recorded, in order.
#[derive(Clone, Default)]
pub(crate) struct Reels(Arc<Mutex<Vec<(SessionId, Moment)>>>);

impl Reels {
    /// The moments of every session.
    pub(crate) fn all(&self) -> Vec<(SessionId, Moment)> {
        self.0.lock().unwrap().clone()
    }

    /// The marks of every session.
    pub(crate) fn marks(&self) -> Vec<Mark> {
        let mark = |(_, moment)| if let Moment::Mark(mark) = moment { Some(mark) } else { None };
        self.all().into_iter().filter_map(mark).collect()
    }
}

#[async_trait]
impl Archive for Reels {
    async fn begin(&self, opening: &Opening) -> Result<Option<Box<dyn Recorder>>, NotRecorded> {
        if opening.recording == RecordingRule::Off {
            return Ok(None);
        }
        Ok(Some(Box::new(Reel { session: opening.session.id, all: self.clone() })))
    }
}

struct Reel {
    session: SessionId,
    all: Reels,
}

#[async_trait]
impl Recorder for Reel {
    fn take(&self, moment: Moment) -> bool {
        self.all.0.lock().unwrap().push((self.session, moment));
        true
    }

    async fn room(&self) {}

    async fn lost(&self) -> String {
        std::future::pending().await
    }

    fn close(&self, _end: &End) {}

    fn discard(&self) {}
}
