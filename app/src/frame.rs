//! What stands around every page of a signed-in person: the bar on top, the feed, the dialogs.

mod help;
mod person;

use leptos::prelude::*;
use leptos_router::components::{A, Outlet, Redirect};
use leptos_router::hooks::use_location;

use crate::backend::{BackendError, Me};
use crate::board::Board;
use crate::feed::{Feed, Status};
use crate::kept::KeptLayout;
use crate::parts::terminate::{TerminateDialog, Terminator};
use crate::parts::toast::{ToastList, Toasts};
use crate::parts::{Brand, Notice};
use crate::pwa::{self, Mine};
use crate::words::{fill, told, words};
use crate::{calls, clock, text};
use help::{Help, KeyboardHelp};
use person::Person;

/// Finds out who is signed in; the page is theirs, or they are sent to sign in.
#[component]
pub(crate) fn Frame() -> impl IntoView {
    let me = Resource::new_blocking(|| (), |()| calls::me());
    let location = use_location();
    let sign_in = move || {
        let path = location.pathname.get_untracked();
        let query = location.query.get_untracked().to_query_string();
        format!("/sign-in?next={}", text::percent_encoded(&format!("{path}{query}")))
    };
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match me.await {
                    Ok(Some(me)) => leptos::either::EitherOf3::A(view! { <SignedIn me/> }),
                    Ok(None) | Err(BackendError::SignedOut) => {
                        leptos::either::EitherOf3::B(view! { <Redirect path=sign_in()/> })
                    }
                    Err(error) => leptos::either::EitherOf3::C(view! { <Broken error/> }),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Broken(error: BackendError) -> AnyView {
    crate::reply::answer_with(http::StatusCode::SERVICE_UNAVAILABLE);
    let words = &words().frame;
    view! {
        <Notice title=words.not_well>
            <p>{sentence(&error)}</p>
            <a class="btn primary" href="/sessions" rel="external">{words.try_again}</a>
        </Notice>
    }
    .into_any()
}

/// An error as a sentence.
pub(crate) fn sentence(error: &BackendError) -> String {
    let text = error.to_string();
    let text = told(&text);
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

#[component]
fn SignedIn(me: Me) -> AnyView {
    let board = Board::provide();
    Mine::provide(&me);
    let feed = Feed::provide(board);
    Toasts::provide();
    Terminator::provide();
    KeptLayout::provide(&me);
    Help::provide();
    let words = &words().frame;
    view! {
        <div class="frame">
            <a class="skip" href="#main">{words.skip}</a>
            <header class="bar">
                <Brand/>
                <nav class="nav" aria-label=words.main>
                    <A href="/sessions">{words.sessions}</A>
                    <A href="/accounts">{words.accounts}</A>
                    <A href="/access-logs">{words.access_logs}</A>
                    {me.reads_audit.then(|| view! { <A href="/audit">{words.audit}</A> })}
                </nav>
                <div class="spacer"></div>
                <Pulse feed/>
                <Person me/>
            </header>
            <NewBuild feed/>
            <main id="main" class="main"><Outlet/></main>
            <TerminateDialog/>
            <KeyboardHelp/>
            <ToastList/>
        </div>
    }
    .into_any()
}

/// Whether what the page shows is current.
#[component]
fn Pulse(feed: Feed) -> impl IntoView {
    let online = pwa::use_online();
    let words = &words().frame;
    let shown = Signal::derive(move || match feed.status() {
        Status::Connecting => words.connecting.to_owned(),
        Status::Live => words.live.to_owned(),
        Status::Stale(since) if !online.get() => {
            fill(words.offline_since, &[("time", &clock::local_time(since))])
        }
        Status::Stale(since) => fill(words.stale_since, &[("time", &clock::local_time(since))]),
        Status::Failed if !online.get() => words.offline.to_owned(),
        Status::Failed => words.not_connected.to_owned(),
    });
    let class = Signal::derive(move || match feed.status() {
        Status::Connecting => "pill",
        Status::Live => "pill is-live",
        Status::Stale(_) | Status::Failed => "pill is-stale",
    });
    let why = Signal::derive(move || match feed.status() {
        Status::Connecting => words.connecting_why,
        Status::Live => words.live_why,
        Status::Stale(_) | Status::Failed if !online.get() => words.offline_why,
        Status::Stale(_) | Status::Failed => words.lost_why,
    });
    view! {
        <span class=class title=why role="status">
            <span class="dot" aria-hidden="true"></span>
            <span class="pill-words">{shown}</span>
        </span>
    }
}

#[component]
fn NewBuild(feed: Feed) -> impl IntoView {
    let reload = |_| pwa::take_new_build();
    let words = &words().frame;
    move || {
        feed.has_new_build().then(|| {
            pwa::get_ready();
            view! {
                <div class="banner" role="status">
                    <span>{words.new_version}</span>
                    <button type="button" class="btn" on:click=reload>{words.reload}</button>
                </div>
            }
        })
    }
}
