//! What a person arranged, as one: it is kept on the server, the address follows it, and an address restores it.
//!
//! An address is read once, when the page opens; from then on it only follows.

use std::time::Duration;

use leptos::prelude::*;
use leptos_router::params::ParamsMap;
use wire::SessionId;

use super::controls::Controls;
use crate::kept::{KeptLayout, More};
use crate::table::{Arrangement, Sheet, Sort};
use crate::text::in_address;

/// How long things must rest before the address follows: browsers refuse more than a few changes a second.
const RESTS: Duration = Duration::from_millis(250);
/// The name of a saved view in an address.
pub(super) const VIEW: &str = "view";

/// Whether an address says how the table is arranged, besides the name of a view.
pub(super) fn is_said(params: &ParamsMap) -> bool {
    Arrangement::from_params(Sheet::Sessions, |name| params.get_str(name)).is_some()
}

/// What the page begins with: what the address says, or else what was kept.
pub(super) fn at_first(kept: KeptLayout, params: &ParamsMap) -> Arrangement {
    match Arrangement::from_params(Sheet::Sessions, |name| params.get_str(name)) {
        Some(said) => show(kept, said),
        None => kept.arrangement(),
    }
}

/// Shows an arrangement from the beginning, without keeping it until something is changed.
pub(super) fn show(kept: KeptLayout, arrangement: Arrangement) -> Arrangement {
    kept.show(arrangement.layout.clone());
    arrangement
}

impl Controls {
    /// The arrangement as it is, to be followed.
    pub(super) fn arrangement(self) -> Arrangement {
        let layout = self.kept.signal().get();
        Arrangement { layout, sort: self.sort(), filter: self.asked.query() }
    }

    /// Takes on another arrangement.
    pub(super) fn arrange(self, arrangement: Arrangement) {
        let Arrangement { layout, sort, filter } = arrangement;
        self.kept.change(|known| *known = layout);
        self.set_sort(sort);
        self.asked.ask(filter);
    }

    /// The address of the page as it is arranged, with a session in the live pane or none.
    pub(super) fn address(self, watched: Option<SessionId>) -> String {
        let arrangement = untrack(|| self.arrangement());
        let mut params = arrangement.to_params();
        let view = untrack(|| self.views.current());
        if let Some(view) = view {
            // The shared view itself is its name. For anything else a name alone would say too little to others.
            if view.shared && view.arrangement().looks_like(&arrangement) {
                params.clear();
            } else if params.is_empty() {
                params.push(("sort", Sort::default().to_text()));
            }
            params.insert(0, (VIEW, view.name));
        }
        params.extend(watched.map(|id| ("watch", id.to_string())));
        let query: Vec<String> =
            params.iter().map(|(name, value)| format!("{name}={}", in_address(value))).collect();
        if query.is_empty() { "/sessions".into() } else { format!("/sessions?{}", query.join("&")) }
    }

    /// Keeps what changes, and has the address follow it.
    pub(super) fn follow(self) {
        Effect::new(move |before: Option<()>| {
            let more = More { sort: self.sort(), filter: self.asked.query(), view: self.views.current_id() };
            self.kept.keep(more, before.is_some());
        });
        Effect::new(move |_| {
            let _ = (self.arrangement(), self.views.current(), self.watched());
            let follow = move || {
                let location = window().location();
                let at = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
                let to = self.address(untrack(|| self.watched()));
                if location.pathname().is_ok_and(|path| path == "/sessions") && at != to {
                    self.replace_address(&to);
                }
            };
            if let Ok(timer) = set_timeout_with_handle(follow, RESTS) {
                on_cleanup(move || timer.clear());
            }
        });
    }
}
