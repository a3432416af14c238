//! The person menu: who is signed in, how the pages look to them, the way out.

use leptos::either::Either;
use leptos::prelude::*;

use super::help::{Help, KEY};
use crate::backend::Me;
use crate::look::{Density, Language, Look, Theme, language, use_looks};
use crate::parts::toast::use_toasts;
use crate::parts::{Avatar, Icon, IconName};
use crate::pwa::NoticesItem;
use crate::words::{fill, words};
use crate::{leaving, text};

/// The button in the bar, and its menu.
#[component]
pub(super) fn Person(me: Me) -> AnyView {
    let (words, words_of_help) = (&words().frame, &words().help);
    let help = expect_context::<Help>();
    // Where that leads is the form's matter.
    let sign_out = |_| {
        leaving::begin();
    };
    let shown = if me.full_name.is_empty() { me.name.clone() } else { me.full_name.clone() };
    let full_name = (!me.full_name.is_empty())
        .then(|| view! { <span class="soft">{text::visible(&me.name).into_owned()}</span> });
    view! {
        <button
            type="button"
            class="person"
            popovertarget="person-menu"
            aria-label=fill(words.signed_in_as, &[("name", &text::visible(&shown))])
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
            <LookChoices/>
            <button
                type="button"
                class="menu-item"
                popovertarget="person-menu"
                popovertargetaction="hide"
                on:click=move |_| help.open()
            >
                <Icon name=IconName::Keyboard/>
                {words_of_help.open}
                <kbd aria-hidden="true">{KEY}</kbd>
            </button>
            <NoticesItem/>
            <form method="post" action="/sign-out" on:submit=sign_out>
                <button type="submit" class="menu-item">
                    <Icon name=IconName::Leave/>
                    {words.sign_out}
                </button>
            </form>
        </div>
    }
    .into_any()
}

/// Theme, density and language.
#[component]
fn LookChoices() -> AnyView {
    let words = &words().look;
    let theme = |theme| match theme {
        Theme::System => words.system,
        Theme::Light => words.light,
        Theme::Dark => words.dark,
    };
    let density = |density| match density {
        Density::Comfortable => words.comfortable,
        Density::Compact => words.compact,
    };
    let themes = Theme::ALL
        .map(|one| choice(theme(one), None, move |look| look.theme == one, move |look| look.theme = one));
    let densities = Density::ALL.map(|one| {
        choice(density(one), None, move |look| look.density == one, move |look| look.density = one)
    });
    let spoken = language();
    let languages = Language::ALL.map(|one| {
        let choose = move |look: &mut Look| look.language = Some(one);
        choice(one.own_name(), Some(one.tag()), move |_| spoken == one, choose)
    });
    view! {
        <div class="look">
            {choices("look-theme", words.theme, themes.into())}
            {choices("look-density", words.density, densities.into())}
            {choices("look-language", words.language, languages.into())}
        </div>
    }
    .into_any()
}

/// Some choices under a heading of which one is made.
fn choices(id: &'static str, heading: &'static str, choices: Vec<AnyView>) -> AnyView {
    view! {
        <div class="choices" role="group" aria-labelledby=id>
            <span id=id class="choices-name">{heading}</span>
            <div class="segments">{choices}</div>
        </div>
    }
    .into_any()
}

/// One of them, in its own language where that is not the page's.
fn choice(
    name: &'static str,
    tag: Option<&'static str>,
    is_made: impl Fn(&Look) -> bool + Send + Sync + 'static,
    make: impl Fn(&mut Look) + 'static,
) -> AnyView {
    let (looks, toasts) = (use_looks(), use_toasts());
    let look = looks.signal();
    let pressed = Signal::derive(move || look.with(&is_made).to_string());
    view! {
        <button type="button" lang=tag aria-pressed=pressed on:click=move |_| looks.change(toasts, &make)>
            {name}
        </button>
    }
    .into_any()
}
