//! The pane in which a person sits at a session of their own: its terminal.

use leptos::either::Either;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wire::SessionId;

use super::asked::Question;
use super::hands::CHORD;
use super::header::Header;
use super::notice::Strip;
use super::owner::Owner;
use super::phase::{Phase, sentence};
use super::watch::{Place, Shows, Watch};
use crate::backend::MyAccount;
use crate::text::visible;
use crate::words::{fill, meaning, told, words};

/// A terminal on an account: a new session's, or that of `session`, which is taken up again. It is there as long
/// as it is on the page. `on_open` is told the session, `on_again` that another one is wanted.
#[component]
pub(crate) fn TerminalPane(
    account: MyAccount,
    session: Option<SessionId>,
    on_open: Callback<SessionId>,
    on_again: Callback<()>,
) -> AnyView {
    let words = &words().connect;
    let live = &crate::words::words().live;
    let shows = Shows::new(Phase::Connecting);
    let pane = NodeRef::<html::Section>::new();
    let stage = NodeRef::<html::Div>::new();
    let sheet = NodeRef::<html::Div>::new();
    let keys = NodeRef::<html::Textarea>::new();
    let id = account.id;
    Effect::new(move || {
        let (Some(stage), Some(sheet), Some(keys)) = (stage.get(), sheet.get(), keys.get()) else { return };
        let place = Place { stage: stage.unchecked_into(), sheet: sheet.unchecked_into(), keys };
        shows.watch_with(Watch::own(Owner::new(id, session, on_open), shows, place));
    });
    let title = fill(live.on, &[("account", &visible(&account.login)), ("place", &visible(&account.agent))]);
    let painted = Signal::derive(move || shows.size.with(Option::is_some));
    let is_over = Signal::derive(move || shows.phase.with(Phase::is_final));
    let empty = Signal::derive(move || !painted.get() && is_over.get());
    let dimmed = Signal::derive(move || shows.phase.with(|phase| !matches!(phase, Phase::Live)));
    let no_skeleton = Signal::derive(move || painted.get() || is_over.get());
    let not_mine = Signal::derive(move || !shows.is_mine());
    let mine = Signal::derive(move || shows.is_mine());
    let blank = Signal::derive(move || !painted.get());
    let heading = title.clone();
    let header = move || match shows.own.get() {
        Some(session) => Either::Left(view! { <Header session shows tile=false on_close=None pane/> }),
        None => {
            let state = if is_over.get() { live.ended } else { live.connecting };
            let dot = if is_over.get() { "live-dot live-dot-off" } else { "live-dot" };
            Either::Right(view! {
                <header class="live-head">
                    <div class="live-head-row">
                        <span class=dot role="img" aria-label=state title=state></span>
                        <h1 class="live-title">{heading.clone()}</h1>
                    </div>
                </header>
            })
        }
    };
    view! {
        <section class="live live-page live-own" aria-label=words.pane node_ref=pane>
            {header}
            <Strip phase=shows.phase/>
            <div
                class="live-stage"
                class:live-empty=empty
                class:live-dimmed=dimmed
                class:live-held=mine
                class:live-typing=shows.typing
                node_ref=stage
            >
                <div class="live-skeleton" aria-hidden="true" hidden=no_skeleton>
                    <i></i><i></i><i></i><i></i><i></i><i></i><i></i>
                </div>
                <Why shows agent=account.agent.clone() hidden=Signal::derive(move || !empty.get())/>
                <div
                    class="scr"
                    class:scr-none=blank
                    role="document"
                    aria-label=fill(live.screen_of, &[("title", &title)])
                    tabindex="0"
                    node_ref=sheet
                ></div>
                <textarea
                    class="live-keys"
                    aria-label=fill(live.keyboard_of, &[("title", &title), ("chord", &CHORD)])
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    tabindex="-1"
                    rows="1"
                    hidden=not_mine
                    node_ref=keys
                ></textarea>
            </div>
            <Acts shows on_again/>
            <Question shows owner=String::new()/>
        </section>
    }
    .into_any()
}

/// Why there is no screen. Read out when it comes.
#[component]
fn Why(shows: Shows, agent: String, hidden: Signal<bool>) -> impl IntoView {
    let title = move || match shows.phase.get() {
        Phase::Refused(_) => words().connect.failed,
        Phase::Ended(_) => words().live.over,
        _ => "",
    };
    let text = move || match shows.phase.get() {
        // A name stays as it is written.
        Phase::Refused(why) if why.starts_with(&agent) => format!("{}.", visible(&told(&why))),
        Phase::Refused(why) => sentence(&visible(&told(&why))),
        Phase::Ended(end) => meaning(end.reason).to_owned(),
        _ => String::new(),
    };
    view! {
        <div class="live-words" role="alert" hidden=hidden>
            <svg viewBox="0 0 24 24" aria-hidden="true">
                <rect x="3" y="4.5" width="18" height="13" rx="2"/>
                <path d="M8.5 21h7M4 20 20 3"/>
            </svg>
            <p class="live-words-title">{title}</p>
            <p>{text}</p>
        </div>
    }
}

/// The row under the screen: where keys go, and what can be done.
#[component]
fn Acts(shows: Shows, on_again: Callback<()>) -> impl IntoView {
    let (words, control) = (&words().connect, &words().control);
    let over = Signal::derive(move || shows.phase.with(Phase::is_final));
    let going_on = Signal::derive(move || !over.get());
    let not_live = Signal::derive(move || !shows.is_mine());
    let cannot_end = Signal::derive(move || over.get() || shows.own.with(Option::is_none));
    let class =
        Signal::derive(move || if shows.typing.get() { "live-keyboard is-typing" } else { "live-keyboard" });
    let keyboard = move || if shows.typing.get() { control.keyboard_session } else { control.keyboard_page };
    let hint = move || {
        if shows.typing.get() {
            fill(control.chord_help, &[("chord", &CHORD)])
        } else {
            control.type_help.to_owned()
        }
    };
    // Why it ended stands over its last screen, too, where nothing else says it.
    let why = move || match shows.phase.get() {
        Phase::Refused(why) if shows.size.with(Option::is_some) => sentence(&visible(&told(&why))),
        _ => String::new(),
    };
    view! {
        <div class="live-acts">
            <span class=class hidden=not_live role="status">
                <b>{keyboard}</b>
                <span class="live-hint">{hint}</span>
            </span>
            <span class="live-why" role="alert">{why}</span>
            <span class="live-gap"></span>
            <a class="btn" href="/accounts" hidden=going_on>{words.to_accounts}</a>
            <button type="button" class="btn primary" hidden=going_on on:click=move |_| on_again.run(())>
                {words.again}
            </button>
            <button type="button" class="btn danger" hidden=cannot_end on:click=move |_| shows.end()>
                {words.end}
            </button>
        </div>
    }
}
