//! The pane's header: what is watched, who does it, since when, and who else looks on.

use leptos::either::Either;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wire::live::Watcher;
use wire::{Session, SessionType};

use super::pane::heading;
use super::phase::Phase;
use super::shows::Shows;
use crate::clock::use_now;
use crate::parts::{Avatar, TypeBadge};
use crate::text::visible;
use crate::time;
use crate::words::{fill, span, words};

/// Watchers shown as avatars; the others are a number.
const AVATARS: usize = 4;

/// The header of a pane; of a `tile` among others it is one line.
#[component]
pub(crate) fn Header(
    session: Session,
    shows: Shows,
    tile: bool,
    on_close: Option<Callback<()>>,
    pane: NodeRef<html::Section>,
) -> impl IntoView {
    let words = &words().live;
    let title = heading(&session);
    let title = if on_close.is_some() {
        Either::Left(view! { <h2 class="live-title">{title}</h2> })
    } else {
        Either::Right(view! { <h1 class="live-title">{title}</h1> })
    };
    let dot = Signal::derive(move || {
        let class = shows.phase.with(|phase| match phase {
            Phase::Connecting | Phase::Waiting => "live-dot",
            Phase::Live => "live-dot live-dot-on",
            Phase::Stale(_) => "live-dot live-dot-stale",
            Phase::Ended(_) | Phase::Refused(_) => "live-dot live-dot-off",
        });
        class.to_owned()
    });
    let state = Signal::derive(move || {
        let state = shows.phase.with(|phase| match phase {
            Phase::Connecting => words.connecting,
            Phase::Waiting => words.waiting,
            Phase::Live => words.live,
            Phase::Stale(_) => words.stale,
            Phase::Ended(_) => words.ended,
            // The person's own session went on without this page, or ended.
            Phase::Refused(_) if shows.own.with(Option::is_some) => words.not_connected,
            Phase::Refused(_) => words.not_watched,
        });
        state.to_owned()
    });
    let who = if tile {
        Either::Left(view! { <span class="live-who">{person(&session.user, &session.full_name)}</span> })
    } else {
        Either::Right(view! { <TypeBadge kind=session.kind /> })
    };
    let facts = (!tile).then(|| view! { <Facts session shows /> });
    view! {
        <header class="live-head">
            <div class="live-head-row">
                <span class=dot role="img" aria-label=state title=state></span>
                {title}
                {who}
                <span class="live-gap"></span>
                <Watchers watchers=shows.watchers />
                <FullScreen pane />
                {close(on_close, shows.own.with_untracked(Option::is_some))}
            </div>
            {facts}
        </header>
    }
}

/// The session in short, each fact with its name for those who do not see the pane.
#[component]
fn Facts(session: Session, shows: Shows) -> impl IntoView {
    let words = &words().live;
    let now = use_now();
    let Session { user, full_name, device, service_url, started_at, kind, recorded, .. } = session;
    let who = person(&user, &full_name);
    let open_for = Signal::derive(move || match shows.phase.get() {
        Phase::Ended(end) => fill(words.lasted, &[("span", &span(end.at.since(started_at)))]),
        _ => span(now.get().since(started_at)),
    });
    let size = Signal::derive(move || {
        shows.dimensions().map_or_else(String::new, |(width, height)| format!("{width}×{height}"))
    });
    let no_size = Signal::derive(move || shows.dimensions().is_none());
    let title = Signal::derive(move || shows.title.with(|title| visible(title).into_owned()));
    let no_title = Signal::derive(move || shows.title.with(|title| title.trim().is_empty()));
    let recording = if recorded { words.recorded } else { words.not_recorded };
    let url = (kind != SessionType::Console || !service_url.is_empty()).then(|| view! {
        <div class="live-fact mono"><dt>{words.url}</dt><dd>{visible(&service_url).into_owned()}</dd></div>
    });
    view! {
        <dl class="live-facts">
            <div class="live-fact"><dt>{words.user}</dt><dd>{who}</dd></div>
            <div class="live-fact mono"><dt>{words.device}</dt><dd>{visible(&device).into_owned()}</dd></div>
            {url}
            <div class="live-fact"><dt>{words.open_for}</dt><dd title=time::utc(started_at)>{open_for}</dd></div>
            <div class="live-fact"><dt>{words.recording}</dt><dd>{recording}</dd></div>
            <div class="live-fact" hidden=no_size><dt>{words.size}</dt><dd>{size}</dd></div>
            <div class="live-fact live-program" hidden=no_title><dt>{words.title}</dt><dd>{title}</dd></div>
        </dl>
    }
}

/// `Alice Moreno (alice)`.
fn person(user: &str, full_name: &str) -> String {
    if full_name.is_empty() {
        visible(user).into_owned()
    } else {
        format!("{} ({})", visible(full_name), visible(user))
    }
}

/// Everybody who has the screen open.
#[component]
fn Watchers(watchers: RwSignal<Vec<Watcher>>) -> impl IntoView {
    let names = Signal::derive(move || watchers.with(|watchers| names(watchers)));
    let avatars = move || {
        watchers.with(|watchers| {
            let more = watchers.len().saturating_sub(AVATARS);
            let avatars = watchers.iter().take(AVATARS).map(|watcher| {
                view! {
                    <Avatar name=watcher.user.clone() full_name=watcher.full_name.clone() />
                }
            });
            view! {
                {avatars.collect_view()}
                {(more > 0).then(|| view! { <span class="live-more">{format!("+{more}")}</span> })}
            }
        })
    };
    view! {
        <span class="live-watchers" title=names>
            <span aria-hidden="true" class="live-stack">{avatars}</span>
            <span class="out-of-sight">{names}</span>
        </span>
    }
}

/// `Marta Oliveira and Tom Keller watch`.
fn names(watchers: &[Watcher]) -> String {
    let names: Vec<_> = watchers.iter().map(display_name).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => fill(words().live.one_watches, &[("name", one)]),
        [first @ .., last] => fill(words().live.many_watch, &[("names", &first.join(", ")), ("last", last)]),
    }
}

fn display_name(watcher: &Watcher) -> String {
    let name = if watcher.full_name.is_empty() { &watcher.user } else { &watcher.full_name };
    visible(name).into_owned()
}

/// Lets the pane take the whole screen, where the browser can.
#[component]
fn FullScreen(pane: NodeRef<html::Section>) -> impl IntoView {
    let words = &words().live;
    let cannot = RwSignal::new(true);
    let is = RwSignal::new(false);
    Effect::new(move || {
        cannot.set(!document().fullscreen_enabled());
        let look = move || {
            // The event may come when the pane is gone already.
            is.try_set(document().fullscreen_element().is_some());
        };
        let listener = Closure::<dyn FnMut()>::new(look);
        let function: &js_sys::Function = listener.as_ref().unchecked_ref();
        if document().add_event_listener_with_callback("fullscreenchange", function).is_ok() {
            let listener = StoredValue::new_local(listener);
            on_cleanup(move || {
                listener.with_value(|listener| {
                    let function = listener.as_ref().unchecked_ref();
                    let _ = document().remove_event_listener_with_callback("fullscreenchange", function);
                });
            });
        }
    });
    let toggle = move |_| {
        if document().fullscreen_element().is_some() {
            document().exit_fullscreen();
        } else if let Some(pane) = pane.get() {
            // Refused only when the browser's own rules say so; then it says it itself.
            let _ = pane.request_fullscreen();
        }
    };
    let name = Signal::derive(move || if is.get() { words.leave_full_screen } else { words.full_screen });
    let path = Signal::derive(move || {
        let corners = if is.get() {
            "M3 8h5V3M21 8h-5V3M3 16h5v5M21 16h-5v5"
        } else {
            "M8 3H3v5M16 3h5v5M8 21H3v-5M16 21h5v-5"
        };
        corners.to_owned()
    });
    view! {
        <button type="button" class="live-icon" aria-label=name title=name hidden=cannot on:click=toggle>
            <svg viewBox="0 0 24 24" aria-hidden="true"><path d=path /></svg>
        </button>
    }
}

fn close(on_close: Option<Callback<()>>, own: bool) -> impl IntoView {
    let words = &words().live;
    // Where the person's own session stands, and leads back to it.
    let (back, to) = if own { (words.back_to_accounts, "/accounts") } else { (words.back, "/sessions") };
    let cross =
        || view! { <svg viewBox="0 0 24 24" aria-hidden="true"><path d="m6 6 12 12M18 6 6 18" /></svg> };
    match on_close {
        Some(on_close) => Either::Left(view! {
            <button type="button" class="live-icon" aria-label=words.close title=words.close on:click=move |_| on_close.run(())>
                {cross()}
            </button>
        }),
        None => Either::Right(view! {
            <a class="live-icon" href=to aria-label=back title=back>
                {cross()}
            </a>
        }),
    }
}
