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

use announcer::Announced;
use controls::Controls;
use filters::{BuilderPanel, Filters};
use foot::Foot;
use grid::Grid;
use head::Head;
use pane::Pane;

use crate::parts::ViewMenu;

/// The page.
#[component]
pub(crate) fn SessionsPage() -> AnyView {
    let controls = Controls::provide();
    let class = Signal::derive(move || {
        let stale = if controls.is_stale() { " is-stale" } else { "" };
        let pane = if controls.watched().is_some() { " with-pane" } else { "" };
        format!("sessions{pane}{stale}")
    });
    view! {
        <Title text="Sessions"/>
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
