//! A recorded session's page: the header of the live pane, how the session ended, and the replay.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::markup::{PLAYER, Parts};
use super::player::Replay;
use crate::backend::Shown;
use crate::live::{Header, Phase, Shows, Strip};

/// The replay of a session that was recorded.
#[component]
pub(crate) fn ReplayPane(
    /// The session.
    shown: Shown,
) -> AnyView {
    let Shown { session, ended, .. } = shown;
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
                <strong>"This session still runs. It is replayed as far as its recording is signed."</strong>
                <a class="live-strip-more" href=format!("/sessions/{id}") rel="external">"Watch it live"</a>
            </div>
        }
        .into_any(),
    };
    view! {
        <section class="live live-page" aria-label="Recorded session" node_ref=pane>
            <Header session shows tile=false on_close=None pane/>
            {strip}
            <div class="rp" node_ref=root inner_html=PLAYER></div>
        </section>
    }
    .into_any()
}
