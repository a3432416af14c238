//! A recorded session's page: the header of the live pane, how the session ended, and the replay.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::markup::{Parts, player};
use super::player::Replay;
use crate::backend::Shown;
use crate::live::{Header, Phase, Shows, Strip};
use crate::words::words;

/// The replay of a session that was recorded.
#[component]
pub(crate) fn ReplayPane(
    /// The session.
    shown: Shown,
) -> AnyView {
    let Shown { session, ended, .. } = shown;
    let words = &words().replay;
    let id = session.id;
    let shows = Shows::new(ended.clone().map_or(Phase::Live, Phase::Ended));
    let phase = shows.phase;
    let pane = NodeRef::<html::Section>::new();
    let root = NodeRef::<html::Div>::new();
    Effect::new(move || {
        let Some(root) = root.get() else { return };
        // Belongs to this effect and goes with it, as the live pane's watch does.
        let _replay = StoredValue::new_local(Replay::start(id, Parts::of(root.unchecked_into()), shows));
    });
    let strip = match ended {
        Some(_) => view! { <Strip phase/> }.into_any(),
        None => view! {
            <div class="live-strip live-strip-stale" role="status">
                <strong>{words.still_runs}</strong>
                <a class="live-strip-more" href=format!("/sessions/{id}") rel="external">{words.watch_live}</a>
            </div>
        }
        .into_any(),
    };
    view! {
        <section class="live live-page" aria-label=words.pane node_ref=pane>
            <Header session shows tile=false on_close=None pane/>
            {strip}
            <div class="rp" node_ref=root inner_html=player()></div>
        </section>
    }
    .into_any()
}
