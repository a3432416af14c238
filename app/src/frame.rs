//! What stands around every page of a signed-in person: the bar on top, the feed, the dialogs.

use leptos::either::Either;
use leptos::prelude::*;
use leptos_router::components::{A, Outlet, Redirect};
use leptos_router::hooks::use_location;

use crate::backend::{BackendError, Me};
use crate::board::Board;
use crate::feed::{Feed, Status};
use crate::kept::KeptLayout;
use crate::parts::terminate::{TerminateDialog, Terminator};
use crate::parts::toast::{ToastList, Toasts};
use crate::parts::{Avatar, Brand, Icon, IconName, Notice};
use crate::theme::ThemeButton;
use crate::{calls, clock, text};

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
    view! {
        <Notice title="Sightline is not well">
            <p>{sentence(&error)}</p>
            <a class="btn primary" href="/sessions" rel="external">"Try again"</a>
        </Notice>
    }
    .into_any()
}

/// An error as a sentence.
pub(crate) fn sentence(error: &BackendError) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

#[component]
fn SignedIn(me: Me) -> AnyView {
    let board = Board::provide();
    let feed = Feed::provide(board);
    Toasts::provide();
    Terminator::provide();
    KeptLayout::provide(&me);
    view! {
        <div class="frame">
            <a class="skip" href="#main">"Skip to the page"</a>
            <header class="bar">
                <Brand/>
                <nav class="nav" aria-label="Main">
                    <A href="/sessions">"Sessions"</A>
                    <A href="/access-logs">"Access logs"</A>
                    {me.reads_audit.then(|| view! { <A href="/audit">"Audit"</A> })}
                </nav>
                <div class="spacer"></div>
                <Pulse feed/>
                <ThemeButton/>
                <Person me/>
            </header>
            <NewBuild feed/>
            <main id="main" class="main"><Outlet/></main>
            <TerminateDialog/>
            <ToastList/>
        </div>
    }
    .into_any()
}

/// Whether what the page shows is current.
#[component]
fn Pulse(feed: Feed) -> impl IntoView {
    let words = Signal::derive(move || match feed.status() {
        Status::Connecting => "Connecting…".to_owned(),
        Status::Live => "Live".to_owned(),
        Status::Stale(since) => format!("Stale since {}", clock::local_time(since)),
        Status::Failed => "Not connected".to_owned(),
    });
    let class = Signal::derive(move || match feed.status() {
        Status::Connecting => "pill",
        Status::Live => "pill is-live",
        Status::Stale(_) | Status::Failed => "pill is-stale",
    });
    let why = Signal::derive(move || match feed.status() {
        Status::Connecting => "Connecting to the server",
        Status::Live => "Everything on this page is current",
        Status::Stale(_) | Status::Failed => "The connection is lost; the page returns by itself",
    });
    view! {
        <span class=class title=why role="status">
            <span class="dot" aria-hidden="true"></span>
            <span class="pill-words">{words}</span>
        </span>
    }
}

#[component]
fn NewBuild(feed: Feed) -> impl IntoView {
    let reload = |_| {
        // Fails only while another navigation is under way, which loads the new build as well.
        let _navigating = window().location().reload();
    };
    move || {
        feed.has_new_build().then(|| {
            view! {
                <div class="banner" role="status">
                    <span>"A new version of Sightline is serving."</span>
                    <button type="button" class="btn" on:click=reload>"Reload"</button>
                </div>
            }
        })
    }
}

#[component]
fn Person(me: Me) -> AnyView {
    let shown = if me.full_name.is_empty() { me.name.clone() } else { me.full_name.clone() };
    let full_name = (!me.full_name.is_empty())
        .then(|| view! { <span class="soft">{text::visible(&me.name).into_owned()}</span> });
    view! {
        <button
            type="button"
            class="person"
            popovertarget="person-menu"
            aria-label=format!("Signed in as {}", text::visible(&shown))
        >
            <Avatar name=me.name.clone() full_name=me.full_name.clone()/>
            <Icon name=IconName::Down/>
        </button>
        <div id="person-menu" class="menu person-menu" popover="auto">
            <div class="menu-head">
                <strong>{text::visible(&shown).into_owned()}</strong>
                {match full_name {
                    Some(name) => Either::Left(name),
                    None => Either::Right(()),
                }}
                <span class="role">{me.role}</span>
            </div>
            <form method="post" action="/sign-out">
                <button type="submit" class="menu-item">
                    <Icon name=IconName::Leave/>
                    "Sign out"
                </button>
            </form>
        </div>
    }
    .into_any()
}
