//! What people do at a desktop: what of it counts, in which order it goes to the target, and what is let go.

use hub::Typed;
use ironrdp_pdu::input::fast_path::FastPathInputEvent;
use tokio::time::Instant;
use wire::desktop::Gesture;

use super::{Held, Outcome, Relay, SETTLED};
use crate::desk::Said;
use crate::hands::Who;

impl Relay<'_> {
    pub(super) async fn said(&mut self, said: Said) -> Result<(), Outcome> {
        match said {
            Said::Gestures(gestures, _) => self.by_owner(gestures).await,
            Said::Resize(extent) => {
                self.wanted = Some((extent, Instant::now() + SETTLED));
                Ok(())
            }
            Said::Answer { question, yes } => {
                self.session.open.answer(question, yes);
                Ok(())
            }
        }
    }

    /// The owner does something: what of it counts, while others take part.
    pub(super) async fn by_owner(&mut self, mut gestures: Vec<Gesture>) -> Result<(), Outcome> {
        let open = self.session.open;
        if open.hindrance().is_paused() {
            if gestures.iter().any(is_deed) {
                open.in_vain();
            }
            return self.let_go(Who::Owner);
        }
        if open.hindrance().is_exclusive() {
            if gestures.iter().any(is_deed) {
                open.take_back();
            } else {
                // Two hands on one mouse; what is let go counts all the same.
                gestures.retain(|gesture| !matches!(gesture, Gesture::Move { .. } | Gesture::Wheel { .. }));
            }
        }
        self.act(None, gestures).await
    }

    /// The watcher who has control does something.
    pub(super) async fn typed(&mut self, typed: Typed) -> Result<(), Outcome> {
        self.watcher = Instant::now();
        match wire::decode::<Vec<Gesture>>(&typed.bytes) {
            Ok(gestures) => self.act(Some(&typed), gestures).await,
            Err(error) => {
                tracing::debug!(%error, by = ?typed.by, "a watcher's input is no list of gestures");
                Ok(())
            }
        }
    }

    /// What counts is done in its order: by the owner, or by the watcher who typed it. What follows a text may paste it,
    /// so it waits until the desktop has taken notice.
    pub(super) async fn act(
        &mut self,
        typed: Option<&Typed>,
        mut gestures: Vec<Gesture>,
    ) -> Result<(), Outcome> {
        while !gestures.is_empty() {
            let is_text = |gesture: &Gesture| matches!(gesture, Gesture::Clip { more: false, .. });
            let end = gestures.iter().position(is_text).map_or(gestures.len(), |at| at + 1);
            let rest = gestures.split_off(end);
            self.act_until_text(typed, gestures).await?;
            if self.offered.is_some() {
                if !rest.is_empty() {
                    self.held = Some(Held { typed: typed.cloned(), gestures: rest });
                }
                break;
            }
            gestures = rest;
        }
        Ok(())
    }

    /// Gestures with at most one whole text, at their end.
    async fn act_until_text(
        &mut self,
        typed: Option<&Typed>,
        mut gestures: Vec<Gesture>,
    ) -> Result<(), Outcome> {
        let open = self.session.open;
        let (who, by) = typed.map_or((Who::Owner, None), |typed| (Who::Watcher, Some(&*typed.by)));
        let events: Vec<_> = gestures.iter().flat_map(|gesture| self.hands.act(who, gesture)).collect();
        let pieces: Vec<_> =
            gestures.extract_if(.., |gesture| matches!(gesture, Gesture::Clip { .. })).collect();
        if gestures.iter().any(|gesture| matches!(gesture, Gesture::Move { .. } | Gesture::Press { .. })) {
            let (x, y) = self.hands.at();
            open.points(x, y, typed.map(|typed| typed.hand));
        }
        if !gestures.is_empty() {
            // Before it goes out, so that a recording has the key before what it changes.
            open.typed(by, &wire::encode(&gestures).into()).await;
        }
        self.send(&events)?;
        for piece in &pieces {
            if let Gesture::Clip { text, more } = piece {
                self.clip(who, by, text, *more)?;
            }
        }
        Ok(())
    }

    pub(super) fn let_go(&mut self, who: Who) -> Result<(), Outcome> {
        let events = self.hands.release(who);
        self.send(&events)
    }

    pub(super) fn send(&self, events: &[FastPathInputEvent]) -> Result<(), Outcome> {
        if !events.is_empty() {
            self.outbox.send(self.stage.input(events)?);
        }
        Ok(())
    }
}

/// Whether somebody means something by it: not the mouse's way, nor what is let go.
const fn is_deed(gesture: &Gesture) -> bool {
    match gesture {
        Gesture::Key { down, .. } | Gesture::Press { down, .. } => *down,
        Gesture::Text(_) | Gesture::Clip { .. } => true,
        Gesture::Move { .. } | Gesture::Wheel { .. } | Gesture::Released => false,
    }
}
