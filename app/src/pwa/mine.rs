//! The sessions on the person's own accounts: their number on the icon, and a notification of a new one.

use std::time::Duration;

use leptos::prelude::*;
use wire::{Change, Millis, Piece};

use super::badge;
use super::note::{Opening, note};
use super::notices::Notices;
use super::owned::Owned;
use crate::backend::Me;

/// The number on the icon is at most this old: in a storm of changes the system is not asked for each.
const BADGE: Duration = Duration::from_secs(1);
/// What opens within this time is told together.
const TOGETHER: Duration = Duration::from_secs(2);

/// The sessions on the person's own accounts; a handle, cheap to copy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mine {
    me: StoredValue<String>,
    owned: StoredValue<Owned>,
    /// Whether the next piece of a snapshot is its first.
    anew: StoredValue<bool>,
    /// The number on the icon, and whether another is on its way there.
    badge: StoredValue<(Option<usize>, bool)>,
    opened: StoredValue<Vec<Opening>>,
    notices: Notices,
}

impl Mine {
    /// Makes it for the signed-in person and puts it into the context.
    pub(crate) fn provide(me: &Me) {
        let mine = Self {
            me: StoredValue::new(me.name.clone()),
            owned: StoredValue::default(),
            anew: StoredValue::new(true),
            badge: StoredValue::new((None, false)),
            opened: StoredValue::default(),
            notices: Notices::provide(me),
        };
        provide_context(mine);
        Effect::new(move |_| {
            // A number that nobody keeps current would be wrong soon.
            let gone = window_event_listener(leptos::ev::pagehide, |_| badge::show(0));
            on_cleanup(move || {
                gone.remove();
                badge::show(0);
            });
        });
    }

    /// A connection begins: what comes of a snapshot is the first of it, even if another was cut off.
    pub(crate) fn begin_anew(self) {
        self.anew.set_value(true);
    }

    /// Takes in a piece of a snapshot, the first of which takes the place of all that was known. Nothing of it
    /// is told.
    pub(crate) fn take_piece(self, piece: &Piece<'_>) {
        let is_last = piece.rest == 0;
        let is_first = self.anew.get_value();
        self.anew.set_value(is_last);
        self.owned.update_value(|owned| {
            if is_first {
                owned.clear();
            }
            owned.add(piece.sessions.iter().map(|(session, rights)| (session.id, rights.owned)));
        });
        if is_last {
            self.count();
        }
    }

    /// Takes in changes, and tells what opened; `now` is the server's clock.
    pub(crate) fn follow(self, changes: &[Change], now: Millis) {
        self.owned.update_value(|owned| {
            for change in changes {
                // Last, as the browser asks another process whether it is allowed, and the page waits for that.
                if let Some(session) = owned.apply(change, now)
                    && self.me.with_value(|me| *me != session.user)
                    && self.notices.are_wanted()
                {
                    self.tell(Opening::of(session));
                }
            }
        });
        self.count();
    }

    fn count(self) {
        let count = self.owned.with_value(Owned::count);
        let (shown, is_due) = self.badge.get_value();
        if shown == Some(count) || is_due {
            return;
        }
        self.badge.set_value((shown, true));
        set_timeout(
            move || {
                // The page may be gone by now, and its number with it.
                let Some(count) = self.owned.try_with_value(Owned::count) else { return };
                self.badge.set_value((Some(count), false));
                badge::show(count);
            },
            BADGE,
        );
    }

    fn tell(self, opening: Opening) {
        let is_first = self.opened.try_update_value(|opened| {
            opened.push(opening);
            opened.len() == 1
        });
        if is_first != Some(true) {
            return;
        }
        set_timeout(
            move || {
                let opened = self.opened.try_update_value(std::mem::take).unwrap_or_default();
                if let Some(note) = note(&opened) {
                    self.notices.show(note);
                }
            },
            TOGETHER,
        );
    }
}
