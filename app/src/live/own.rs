//! The pane in which a person sits at a session of their own: its terminal or its desktop.

use leptos::either::Either;
use leptos::html;
use leptos::prelude::*;
use wire::SessionId;

use super::asked::Question;
use super::bar::KeyBar;
use super::hands::CHORD;
use super::header::Header;
use super::notice::Strip;
use super::owner::Owner;
use super::pane::called;
use super::phase::{Phase, sentence};
use super::shows::Shows;
use super::stage::{said, stage};
use super::told::{CopyOut, Kept};
use super::watch::Watch;
use crate::backend::{AccountKind, MyAccount};
use crate::text::visible;
use crate::words::{fill, meaning, told, words};

/// A terminal or desktop on an account: a new session's, or that of `session`, which is taken up again. It is there as long
/// as it is on the page. `on_open` is told the session, `on_again` that another one is wanted.
#[component]
pub(crate) fn OwnPane(
    account: MyAccount,
    session: Option<SessionId>,
    on_open: Callback<SessionId>,
    on_again: Callback<()>,
) -> AnyView {
    let words = words();
    let desktop = account.kind == AccountKind::Desktop;
    let name = if desktop { words.desktop.pane } else { words.connect.pane };
    let live = &words.live;
    let shows = Shows::new(Phase::Connecting);
    let pane = NodeRef::<html::Section>::new();
    let id = account.id;
    let start = move |place| Some(Watch::own(Owner::new(id, session, on_open), shows, place));
    let title = called(&account.login, &account.agent);
    let is_over = Signal::derive(move || shows.phase.with(Phase::is_final));
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
                    // As high as it will be: what the facts take later would be taken from the screen.
                    <p class="live-facts" aria-hidden="true">"\u{a0}"</p>
                </header>
            })
        }
    };
    let why = move |hidden| why(shows, account.agent, hidden);
    view! {
        <section class="live live-page live-own" aria-label=name node_ref=pane>
            {header}
            <Strip phase=shows.phase/>
            {stage(shows, &title, desktop, is_over, Signal::stored(false), start, why)}
            <KeyBar shows desktop own=true/>
            <Acts shows desktop on_again/>
            <Question shows owner=String::new()/>
        </section>
    }
    .into_any()
}

/// Why there is no screen.
fn why(shows: Shows, agent: String, hidden: Signal<bool>) -> AnyView {
    let title = move || {
        let title = match shows.phase.get() {
            Phase::Refused(_) => words().connect.failed,
            Phase::Ended(_) => words().live.over,
            _ => "",
        };
        title.to_owned()
    };
    let text = move || match shows.phase.get() {
        // A name stays as it is written.
        Phase::Refused(why) if why.starts_with(&agent) => format!("{}.", visible(&told(&why))),
        Phase::Refused(why) => sentence(&visible(&told(&why))),
        Phase::Ended(end) => meaning(end.reason).to_owned(),
        _ => String::new(),
    };
    said("alert", hidden, title, text)
}

/// The row under the screen: where keys go, and what can be done.
#[component]
fn Acts(shows: Shows, desktop: bool, on_again: Callback<()>) -> AnyView {
    let (words, control) = (&words().connect, &words().control);
    let over = Signal::derive(move || shows.phase.with(Phase::is_final));
    let going_on = Signal::derive(move || !over.get());
    let not_live = Signal::derive(move || !shows.is_mine());
    let cannot_end = Signal::derive(move || shows.own.with(Option::is_none));
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
        Phase::Refused(why) if shows.dimensions().is_some() => sentence(&visible(&told(&why))),
        _ => String::new(),
    };
    let of_desktop = desktop.then(|| {
        let words = &crate::words::words().desktop;
        view! {
            <Kept told=shows.told/>
            <CopyOut told=shows.told/>
            <button
                type="button"
                class="btn"
                title=words.attention_help
                hidden=over
                disabled=not_live
                on:click=move |_| shows.secure_attention()
            >
                {words.attention}
            </button>
        }
    });
    view! {
        <div class="live-acts">
            <span class=class hidden=not_live role="status">
                <b>{keyboard}</b>
                <span class="live-hint">{hint}</span>
            </span>
            <span class="live-why" role="alert">{why}</span>
            <span class="live-gap"></span>
            {of_desktop}
            <a class="btn" href="/accounts" hidden=going_on>{words.to_accounts}</a>
            <button type="button" class="btn primary" hidden=going_on on:click=move |_| on_again.run(())>
                {words.again}
            </button>
            <button
                type="button"
                class="btn danger"
                hidden=over
                disabled=cannot_end
                on:click=move |_| shows.end()
            >
                {words.end}
            </button>
        </div>
    }
    .into_any()
}
