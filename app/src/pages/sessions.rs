//! The sessions page: every open session, live, and one of them watched beside the list.

mod announcer;
mod arranged;
mod controls;
mod export;
mod filters;
mod foot;
mod grid;
mod head;
mod pane;
mod states;
mod views;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use announcer::Announced;
use controls::Controls;
use filters::{BuilderPanel, Filters};
use foot::Foot;
use grid::Grid;
use head::Head;
use pane::Pane;

use crate::calls;
use crate::parts::ViewMenu;
use crate::table::Sheet;
use crate::words::words;

/// The page; where the address names a saved view and says no more, that is read first.
#[component]
pub(crate) fn SessionsPage() -> AnyView {
    let params = use_query_map();
    if !untrack(|| views::is_all(&params.read())) {
        return page(None);
    }
    let views = Resource::new_blocking(|| (), |()| calls::saved_views(Sheet::Sessions));
    view! { <Suspense>{move || Suspend::new(async move { page(Some(views.await)) })}</Suspense> }.into_any()
}

fn page(read: Option<views::Read>) -> AnyView {
    let controls = Controls::provide(read);
    let class = Signal::derive(move || {
        let stale = if controls.is_stale() { " is-stale" } else { "" };
        let pane = if controls.watched().is_some() { " with-pane" } else { "" };
        format!("sessions{pane}{stale}")
    });
    view! {
        <Title text=words().sessions.title/>
        <div class=class>
            <section class="list" aria-labelledby="sessions-title">
                <div class="head">
                    <Head/>
                    <Filters/>
                </div>
                <Grid/>
                <Foot/>
            </section>
            {move || controls.watched().map(|id| view! { <Pane id/> })}
            <ViewMenu kept=controls.kept/>
            <export::Options/>
            <BuilderPanel/>
            <Announced announcer=controls.announcer/>
            <views::Panel/>
        </div>
    }
    .into_any()
}
