//! The live side of a session whose screen is a picture: painted on the stage, encoded once for everybody.
//!
//! What is painted faster than it is shown is merged as damage; pixels wait nowhere.

use tokio::time::Instant;
use wire::Millis;
use wire::desktop::{Extent, Mouse, Pointer, Rect};
use wire::live::LiveFrame;

use super::{Live, Scene, encoded};
use crate::Moment;
use crate::desktop::Desktop;
use crate::lock::lock;
use crate::tape::Tape;

impl Live {
    /// Pixels into the picture.
    pub(crate) fn paint(&self, rect: Rect, pixels: &[u8], stride: usize) {
        if let Scene::Desktop(desktop) = &mut *lock(&self.stage) {
            desktop.paint(rect, pixels, stride);
        }
    }

    /// The picture has another extent.
    pub(crate) fn extent(&self, extent: Extent) {
        if let Scene::Desktop(desktop) = &mut *lock(&self.stage) {
            desktop.extent(extent);
        }
    }

    /// The pointer has another shape.
    pub(crate) fn pointer(&self, pointer: Pointer, tape: &Tape) {
        let mut scene = lock(&self.stage);
        let Scene::Desktop(desktop) = &mut *scene else { return };
        let Some(seq) = desktop.pointer(&pointer) else { return };
        if self.is_looked_at() {
            lock(&self.ring).push(encoded(&LiveFrame::Pointer { seq, pointer: pointer.clone() }));
            self.arrived.notify_one();
        }
        tape.take(Moment::Pointer { seq, pointer });
    }

    /// The mouse is there, which the owner may know or not: told by the fan-out, when it is time.
    pub(crate) fn mouse(&self, mouse: Mouse, for_owner: bool) {
        if self.is_picture() && lock(&self.ring).mouse(mouse, for_owner) {
            self.arrived.notify_one();
        }
    }

    /// When the fan-out is to tell where the mouse is, if it moved.
    pub(crate) fn mouse_due(&self) -> Option<Instant> {
        lock(&self.ring).mouse_due()
    }

    /// Hands out what was painted; whether to wait for the recording. None when there was nothing, or the session
    /// is over.
    pub(crate) fn show(&self, tape: &Tape) -> Option<bool> {
        let mut scene = lock(&self.stage);
        let Scene::Desktop(desktop) = &mut *scene else { return None };
        (desktop.is_changed() && self.ended().is_none()).then(|| self.hand_out(desktop, tape))
    }

    /// Somebody joins: what was painted and not yet shown is shown to those who look, so that all see the same
    /// after the same event.
    pub(super) fn bring_up_to_date(&self, scene: &mut Scene, tape: &Tape) {
        if let Scene::Desktop(desktop) = scene
            && desktop.is_changed()
        {
            self.hand_out(desktop, tape);
        }
    }

    fn hand_out(&self, desktop: &mut Desktop, tape: &Tape) -> bool {
        let looked_at = self.is_looked_at();
        if !looked_at && !tape.is_recorded() {
            desktop.pass_over();
            return false;
        }
        let mut shown = desktop.show();
        if looked_at {
            let frame = shown.frame();
            lock(&self.ring).push(encoded(&frame));
            shown.take_back(frame);
            self.arrived.notify_one();
        }
        tape.drawn(shown, Millis::now(), || desktop.frame())
    }

    /// Says something to the owner alone.
    pub(crate) fn tell_owner(&self, frame: &LiveFrame) {
        lock(&self.ring).tell_owner(frame);
        self.wake();
    }

    /// Whether anybody has a seat. Nobody takes one while the stage is locked.
    fn is_looked_at(&self) -> bool {
        !lock(&self.ring).is_empty()
    }
}
