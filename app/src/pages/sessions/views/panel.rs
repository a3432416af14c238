//! The panel: what is open, the views there are, and saving what is seen under a name.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use super::item::Item;
use crate::backend::SavedView;
use crate::calls;
use crate::pages::sessions::controls::use_controls;
use crate::parts::{Icon, IconName};
use crate::table::Sheet;
use crate::text::visible;
use crate::words::{fill, words};

/// The panel.
#[component]
pub(in super::super) fn Panel() -> AnyView {
    let controls = use_controls();
    let views = controls.views;
    let words = &words().views;
    let own =
        move || views.all.with(|all| all.iter().filter(|view| !view.shared).cloned().collect::<Vec<_>>());
    let shared =
        move || views.all.with(|all| all.iter().filter(|view| view.shared).cloned().collect::<Vec<_>>());
    let no_own = Signal::derive(move || own().is_empty());
    let no_shared = Signal::derive(move || shared().is_empty());
    let key = |view: &SavedView| (view.id.clone(), view.name.clone(), view.shared, view.may_change);
    let toggled = move |event: web_sys::Event| {
        let panel = event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        views.is_open.set(panel.is_some_and(|panel| panel.matches(":popover-open").is_ok_and(|open| open)));
        views.wrong.set(None);
    };
    view! {
        <div
            id="views-menu"
            class="menu views-menu"
            popover="auto"
            role="dialog"
            aria-label=words.views
            on:toggle=toggled
        >
            <h2>
                {words.views}
                <button type="button" class="quiet" on:click=move |_| controls.reset()>{words.reset}</button>
            </h2>
            <Open/>
            <h3 hidden=no_own>{words.own}</h3>
            <ul aria-label=words.own hidden=no_own>
                <For each=own key=key let(view)><Item view/></For>
            </ul>
            <h3 hidden=no_shared>{words.shared}</h3>
            <ul aria-label=words.shared hidden=no_shared>
                <For each=shared key=key let(view)><Item view/></For>
            </ul>
            <p class="help" hidden=move || !(no_own.get() && no_shared.get())>{words.none}</p>
            <p class="field-error" role="alert" hidden=move || views.wrong.read().is_none()>{views.wrong}</p>
            <SaveAs/>
        </div>
    }
    .into_any()
}

/// Which view is open, and what can be done with what was changed since.
#[component]
fn Open() -> AnyView {
    let controls = use_controls();
    let words = &words().views;
    let changed = move |view: SavedView| {
        let (back, save) = (view.clone(), view.clone());
        let on_save = move |_| {
            let (id, name) = (Some(save.id.clone()), save.name.clone());
            let value = untrack(|| controls.arrangement()).to_json();
            let done = fill(words.saved, &[("name", &visible(&save.name))]);
            controls.ask_about_views(calls::save_view(Sheet::Sessions, id, name, value), done, |_| {});
        };
        view! {
            <div class="open-view">
                <p>{fill(words.is_changed, &[("name", &visible(&view.name))])}</p>
                <button type="button" class="btn" on:click=move |_| controls.open_view(&back)>{words.undo}</button>
                {view.may_change.then(|| view! {
                    <button type="button" class="btn primary" on:click=on_save>{words.save}</button>
                })}
            </div>
        }
    };
    view! {
        {move || controls.views.current().filter(|_| controls.differs_from_view()).map(changed)}
    }
    .into_any()
}

/// Saves what is seen under a new name; copies the address that shows it to others.
#[component]
fn SaveAs() -> AnyView {
    let controls = use_controls();
    let words = &words().views;
    let name = RwSignal::new(String::new());
    let said = RwSignal::new(words.copy_link);
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let given = name.get_untracked().trim().to_owned();
        if given.is_empty() {
            return controls.views.wrong.set(Some(words.name_it.to_owned()));
        }
        let value = untrack(|| controls.arrangement()).to_json();
        let done = fill(words.saved, &[("name", &visible(&given))]);
        controls.ask_about_views(calls::save_view(Sheet::Sessions, None, given, value), done, move |id| {
            let _gone = name.try_set(String::new());
            let _gone = controls.views.open.try_set(Some(id));
        });
    };
    let copy = move |_| {
        let location = window().location();
        let link = location.origin().unwrap_or_default() + &controls.address(None);
        spawn_local(async move {
            let clipboard = window().navigator().clipboard();
            // Undefined outside secure contexts.
            let copied =
                !clipboard.is_undefined() && JsFuture::from(clipboard.write_text(&link)).await.is_ok();
            let _gone = said.try_set(if copied { words.copied } else { words.copy_by_hand });
        });
    };
    view! {
        <form class="save-as" novalidate on:submit=save>
            <input
                class="field"
                type="text"
                maxlength="60"
                autocomplete="off"
                aria-label=words.new_name
                placeholder=words.new_name
                prop:value=name
                on:input=move |event| name.set(event_target_value(&event))
            />
            <button type="submit" class="btn">{words.save_as}</button>
        </form>
        <button type="button" class="menu-item" on:click=copy>
            <Icon name=IconName::Link/>
            <span aria-live="polite">{said}</span>
        </button>
    }
    .into_any()
}
