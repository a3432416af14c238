//! What the gateway of a desktop does: it paints, and says when to show what it painted.

use wire::desktop::{Extent, Mouse, Pointer, Rect};
use wire::live::LiveFrame;

use super::OpenSession;
use crate::Hand;

impl OpenSession {
    /// Pixels into the picture: `rect.height` rows of `rect.width` pixels, 4 bytes each (red, green, blue,
    /// unused), a row every `stride` bytes. What lies outside of the picture, or is no other than before, counts
    /// for nothing. Nobody sees it before [`OpenSession::show`], unless somebody joins.
    pub fn paint(&self, rect: Rect, pixels: &[u8], stride: usize) {
        self.entry.live.paint(rect, pixels, stride);
    }

    /// The picture has another size, within the bounds of [`Extent`]: black until it is painted. To be shown like
    /// what is painted.
    pub fn extent(&self, extent: Extent) {
        self.entry.live.extent(extent);
    }

    /// The mouse's pointer has another shape: shown at once.
    pub fn pointer(&self, pointer: Pointer) {
        self.entry.live.pointer(pointer, &self.entry.tape);
    }

    /// The mouse is at that pixel, where the owner moved it, or the hand of the watcher who has control. Never waits:
    /// those who look are told of the newest place, thirty times a second at most; who comes later, of the last.
    pub fn points(&self, x: u16, y: u16, by: Option<Hand>) {
        let mouse = Mouse { x, y, seat: by.map(|hand| hand.seat) };
        self.entry.live.mouse(mouse, by.is_none_or(|hand| hand.told));
    }

    /// Encodes what changed since the last time, once, and hands it to the recording and to everybody who looks.
    /// Waits for the recording alone. False when there was nothing. It is the keys that say whether the session is
    /// idle, not a clock that ticks on a desktop.
    pub async fn show(&self) -> bool {
        let Some(behind) = self.entry.live.show(&self.entry.tape) else { return false };
        if behind {
            self.entry.tape.room().await;
        }
        true
    }

    /// Says something to the owner alone, in every window of theirs: `Told`, `Asks` or `Clip`. A window that is
    /// opened later hears what nobody heard yet, and the question that waits.
    pub fn tell_owner(&self, frame: &LiveFrame) {
        self.entry.live.tell_owner(frame);
    }
}
