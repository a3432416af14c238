//! `/wall?s=ID,ID,…`: several sessions side by side, each live; a link that can be sent.
//!
//! One of them is the active one: its buttons show, and only it can have the keyboard.

mod asked;

use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::backend::Shown;
use crate::frame;
use crate::live::{CopyLink, LivePane, fetched};
use crate::parts::terminate::use_terminator;
use crate::words::{counted, words};
use asked::{Asked, asked};
pub(crate) use asked::{MOST, path_of, too_many};

/// The page.
#[component]
pub(crate) fn WallPage() -> AnyView {
    let words = &words().wall;
    let query = use_query_map();
    let wanted = Memo::new(move |_| asked(&query.read().get("s").unwrap_or_default()));
    // Another list of sessions changes the tiles; another kind of answer, the page.
    let kind = Memo::new(move |_| match &*wanted.read() {
        Asked::Sessions(_) => None,
        Asked::Nothing => Some(words.choose.to_owned()),
        Asked::TooMany(count) => Some(too_many(*count)),
    });
    view! {
        <Title text=words.title/>
        {move || match kind.get() {
            None => Either::Left(view! { <Tiles wanted/> }),
            Some(why) => Either::Right(view! {
                <div class="pane-absent wall-words" role="alert">
                    <p>{why}</p>
                    <a class="btn" href="/sessions">{words.to_sessions}</a>
                </div>
            }),
        }}
    }
    .into_any()
}

#[component]
fn Tiles(wanted: Memo<Asked>) -> AnyView {
    let ids = Memo::new(move |_| match &*wanted.read() {
        Asked::Sessions(ids) => ids.clone(),
        Asked::Nothing | Asked::TooMany(_) => Vec::new(),
    });
    let active = RwSignal::new(None::<String>);
    let is_active = move |id: &str| {
        ids.with(|ids| match active.get().filter(|active| ids.contains(active)) {
            Some(active) => active == id,
            None => ids.first().is_some_and(|first| first == id),
        })
    };
    let go = StoredValue::new(use_navigate());
    let remove = move |id: &str| {
        let rest: Vec<_> = ids.get_untracked().into_iter().filter(|other| other != id).collect();
        let path = if rest.is_empty() { "/sessions".to_owned() } else { path_of(&rest) };
        go.with_value(|go| go(&path, NavigateOptions { scroll: false, ..NavigateOptions::default() }));
    };
    let class = Signal::derive(move || format!("wall-tiles wall-{}", ids.with(Vec::len)));
    let path = Signal::derive(move || ids.with(|ids| path_of(ids)));
    let words = &words().wall;
    let how_many = Signal::derive(move || counted(ids.with(Vec::len), words.session, words.many));
    view! {
        <div class="wall">
            <div class="wall-head row">
                <h1>{words.title}</h1>
                <span class="count">{how_many}</span>
                <span class="spacer"></span>
                <CopyLink path/>
            </div>
            <div class=class>
                <For each=move || ids.get() key=Clone::clone let(id)>
                    {
                        let (own, seen) = (StoredValue::new(id.clone()), id.clone());
                        let class = move || if is_active(&seen) { "wall-tile is-active" } else { "wall-tile" };
                        let take = move || {
                            let id = own.get_value();
                            if active.with_untracked(|active| active.as_ref() != Some(&id)) {
                                active.set(Some(id));
                            }
                        };
                        view! {
                            <div
                                class=class
                                on:focusin=move |_| take()
                                on:pointerdown=move |_| take()
                            >
                                {tile(id, Callback::new(move |()| remove(&own.get_value())))}
                            </div>
                        }
                    }
                </For>
            </div>
        </div>
    }
    .into_any()
}

/// One session, or why there is none.
fn tile(id: String, on_remove: Callback<()>) -> AnyView {
    fetched(id.into(), move |shown| {
        match shown {
        Ok(shown) => view! { <Present shown on_remove/> }.into_any(),
        Err(error) => view! {
            <div class="pane-absent" role="alert">
                <p>{frame::sentence(&error)}</p>
                <button type="button" class="btn" on:click=move |_| on_remove.run(())>{words().wall.remove}</button>
            </div>
        }
        .into_any(),
    }
    })
}

#[component]
fn Present(shown: Shown, on_remove: Callback<()>) -> AnyView {
    let terminator = use_terminator();
    view! {
        <LivePane shown tile=true on_close=on_remove on_terminate=move |session| terminator.open(session)/>
    }
    .into_any()
}
