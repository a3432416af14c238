//! A finger that rests on a row or a heading asks for its menu, on browsers, too, that know no context menu.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, PointerEvent};

use super::menu::Menu;
use crate::parts::reorder::Reorder;

/// How long a finger rests: a little longer than browsers wait that have a context menu themselves.
const RESTS: Duration = Duration::from_millis(600);
/// A finger that moves less than this rests, in pixels.
const SLACK_PX: i32 = 8;

/// Waits for a finger to rest; a handle, cheap to copy.
#[derive(Clone, Copy, Debug)]
pub(super) struct LongTouch {
    menu: Menu,
    /// A finger that asked for a menu drags no heading.
    reorder: Reorder,
    /// Where it went down, and what waits.
    down: StoredValue<Option<(i32, i32, TimeoutHandle)>>,
}

impl LongTouch {
    pub(super) fn new(menu: Menu, reorder: Reorder) -> Self {
        Self { menu, reorder, down: StoredValue::new(None) }
    }

    /// A pointer went down.
    pub(super) fn down(self, event: &PointerEvent) {
        self.over();
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let Some(target) = target.filter(|_| event.pointer_type() == "touch" && event.is_primary()) else {
            return;
        };
        let (x, y, pointer) = (event.client_x(), event.client_y(), event.pointer_id());
        let rested = move || {
            self.down.set_value(None);
            if self.menu.open_at(&target, Some((x, y))) {
                self.menu.hold(pointer);
                self.reorder.cancel();
            }
        };
        if let Ok(waits) = set_timeout_with_handle(rested, RESTS) {
            self.down.set_value(Some((x, y, waits)));
        }
    }

    /// It moved.
    pub(super) fn moved(self, event: &PointerEvent) {
        let rests =
            |x: i32, y: i32| (event.client_x() - x).abs().max((event.client_y() - y).abs()) < SLACK_PX;
        if self.down.with_value(|down| down.as_ref().is_some_and(|(x, y, _)| !rests(*x, *y))) {
            self.over();
        }
    }

    /// It was lifted, scrolls, or the browser has opened the menu itself.
    pub(super) fn over(self) {
        if let Some((_, _, waits)) = self.down.try_update_value(Option::take).flatten() {
            waits.clear();
        }
    }
}
