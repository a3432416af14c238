//! Which sessions are chosen, and what is done with all of them.

use leptos::prelude::*;
use wire::{Session, SessionId};

use super::Controls;
use crate::pages::wall;
use crate::parts::terminate::Terminator;
use crate::table::Selection;
use crate::text::count;
use crate::words::{fill, words};

impl Controls {
    /// Looks at the chosen sessions, and follows them.
    pub(in crate::pages::sessions) fn with_chosen<T>(self, look: impl FnOnce(&Selection) -> T) -> T {
        self.chosen.with(look)
    }

    /// The chosen sessions that are open, in the order in which they were chosen.
    pub(in crate::pages::sessions) fn chosen(self) -> Vec<SessionId> {
        self.chosen.with(|chosen| chosen.ids().iter().copied().filter(|id| self.is_open(*id)).collect())
    }

    fn is_open(self, id: SessionId) -> bool {
        self.board.live_row(id).is_some_and(|row| row.ended.is_none())
    }

    /// Chooses an open session, or no longer.
    pub(in crate::pages::sessions) fn toggle_chosen(self, id: SessionId) {
        if self.is_open(id) {
            self.chosen.update(|chosen| chosen.toggle(id));
            self.tell_chosen();
        }
    }

    fn tell_chosen(self) {
        let n = self.chosen.with_untracked(Selection::len);
        self.announcer.say(fill(words().grid.said_chosen, &[("n", &count(n))]));
    }

    /// Chooses every row from where the last one was chosen to this one.
    pub(in crate::pages::sessions) fn choose_to(self, id: SessionId) {
        let from = self.chosen.with_untracked(Selection::anchor).filter(|anchor| *anchor != id);
        let places = from.and_then(|from| Some((self.board.place(from)?, self.board.place(id)?)));
        let Some((from, to)) = places else {
            if !self.chosen.with_untracked(|chosen| chosen.contains(id)) {
                self.toggle_chosen(id);
            }
            return;
        };
        let range = self.board.view_now(|view| view.open_between(from.min(to), from.max(to)));
        self.chosen.update(|chosen| chosen.extend(range));
        self.tell_chosen();
    }

    /// Chooses every row that is shown.
    pub(in crate::pages::sessions) fn choose_all(self) {
        let all = self.board.view_now(|view| view.open_between(0, usize::MAX));
        self.chosen.update(|chosen| chosen.extend(all));
        self.tell_chosen();
    }

    /// Chooses none.
    pub(in crate::pages::sessions) fn choose_none(self) {
        self.chosen.update(Selection::clear);
        self.tell_chosen();
    }

    /// Lets go of chosen sessions that are no longer open.
    pub(super) fn drop_ended(self) {
        if self.chosen.with_untracked(|chosen| chosen.ids().iter().any(|id| !self.is_open(*id))) {
            self.chosen.update(|chosen| {
                chosen.retain(|id| self.is_open(id));
            });
        }
    }

    /// Asks for the reason to end the chosen sessions, as far as the viewer may.
    pub(in crate::pages::sessions) fn terminate_chosen(self, terminator: Terminator) {
        let rows = untrack(|| self.chosen()).into_iter().filter_map(|id| self.board.live_row(id));
        let sessions: Vec<Session> =
            rows.filter(|row| row.rights.terminate).map(|row| row.session()).collect();
        if sessions.is_empty() {
            self.toasts.failed(words().terminate.none_ends);
        } else {
            terminator.open_all(sessions);
        }
    }

    /// Opens the chosen sessions side by side, as far as they can be watched and fit.
    pub(in crate::pages::sessions) fn watch_chosen(self) {
        let mut ids = untrack(|| self.chosen());
        ids.retain(|id| self.board.live_row(*id).is_some_and(|row| row.rights.watch));
        if ids.len() > wall::MOST {
            self.toasts.failed(wall::too_many(ids.len()));
        } else if ids.is_empty() {
            self.toasts.failed(words().sessions.none_watched);
        } else {
            self.navigate(&wall::path_of(&ids));
        }
    }
}
