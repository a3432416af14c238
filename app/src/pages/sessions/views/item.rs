//! One view of the list: opened by a click, and renamed, shared or deleted by those who may.

use leptos::html;
use leptos::prelude::*;

use crate::backend::SavedView;
use crate::calls;
use crate::pages::sessions::controls::use_controls;
use crate::parts::{Icon, IconName};
use crate::text::visible;
use crate::words::{fill, words};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Doing {
    Nothing,
    Renaming,
    Deleting,
}

/// The view.
#[component]
pub(super) fn Item(view: SavedView) -> AnyView {
    let (doing, views) = (RwSignal::new(Doing::Nothing), use_controls().views);
    Effect::new(move |_| {
        if !views.is_open.get() && doing.get_untracked() != Doing::Nothing {
            doing.set(Doing::Nothing);
        }
    });
    view! {
        <li class="view-item">
            {move || match doing.get() {
                Doing::Nothing => view! { <Shown view=view.clone() doing/> }.into_any(),
                Doing::Renaming => view! { <Renaming view=view.clone() doing/> }.into_any(),
                Doing::Deleting => view! { <Deleting view=view.clone() doing/> }.into_any(),
            }}
        </li>
    }
    .into_any()
}

#[component]
fn Shown(view: SavedView, doing: RwSignal<Doing>) -> AnyView {
    let controls = use_controls();
    let words = &words().views;
    let shown_name = visible(&view.name).into_owned();
    let (id, opened) = (view.id.clone(), view.id.clone());
    let is_open = move || (controls.views.current_id().as_ref() == Some(&id)).then_some("true");
    let by = (view.shared && !view.mine).then(|| fill(words.by, &[("name", &visible(&view.by))]));
    let named = |text: &str| fill(text, &[("name", &shown_name)]);
    let (to, shared_id, is_shared) = (!view.shared, view.id.clone(), view.shared);
    let done = named(if to { words.now_shared } else { words.now_own });
    let share = move |_| {
        controls.ask_about_views(calls::share_view(shared_id.clone(), to), done.clone(), |()| {});
    };
    let share_label = named(if is_shared { words.unshare } else { words.share });
    let may_share = move || controls.views.may_share.get();
    view! {
        <button
            type="button"
            class="menu-item"
            aria-current=is_open
            on:click=move |_| controls.open_saved(&opened)
        >
            <span class="view-name">{shown_name.clone()}</span>
            <small>{by}</small>
        </button>
        {move || may_share().then(|| {
            let share = share.clone();
            view! {
                <button type="button" class="icon" aria-label=share_label.clone() title=share_label.clone() on:click=share>
                    <Icon name=if is_shared { IconName::Lock } else { IconName::People }/>
                </button>
            }
        })}
        {view.may_change.then(|| view! {
            <button
                type="button"
                class="icon"
                aria-label=named(words.rename)
                title=named(words.rename)
                on:click=move |_| doing.set(Doing::Renaming)
            >
                <Icon name=IconName::Pencil/>
            </button>
            <button
                type="button"
                class="icon"
                aria-label=named(words.delete)
                title=named(words.delete)
                on:click=move |_| doing.set(Doing::Deleting)
            >
                <Icon name=IconName::Bin/>
            </button>
        })}
    }
    .into_any()
}

#[component]
fn Renaming(view: SavedView, doing: RwSignal<Doing>) -> AnyView {
    let controls = use_controls();
    let words = &words().views;
    let name = RwSignal::new(view.name.clone());
    let field = NodeRef::<html::Input>::new();
    field.on_load(|field| {
        request_animation_frame(move || field.select());
    });
    let id = view.id;
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let given = name.get_untracked().trim().to_owned();
        if given.is_empty() {
            return controls.views.wrong.set(Some(words.name_it.to_owned()));
        }
        let done = fill(words.renamed, &[("name", &visible(&given))]);
        controls.ask_about_views(calls::rename_view(id.clone(), given), done, move |()| {
            let _gone = doing.try_set(Doing::Nothing);
        });
    };
    view! {
        <form class="rename" novalidate on:submit=save>
            <input
                node_ref=field
                class="field"
                type="text"
                maxlength="60"
                autocomplete="off"
                aria-label=words.new_name
                prop:value=name
                on:input=move |event| name.set(event_target_value(&event))
            />
            <button type="submit" class="btn primary">{words.save}</button>
            <button type="button" class="btn" on:click=move |_| doing.set(Doing::Nothing)>{words.cancel}</button>
        </form>
    }
    .into_any()
}

#[component]
fn Deleting(view: SavedView, doing: RwSignal<Doing>) -> AnyView {
    let controls = use_controls();
    let words = &words().views;
    let text = if view.shared { words.delete_shared } else { words.delete_own };
    let shown_name = visible(&view.name).into_owned();
    let question = fill(text, &[("name", &shown_name)]);
    let done = fill(words.deleted, &[("name", &shown_name)]);
    let button = NodeRef::<html::Button>::new();
    button.on_load(|button| {
        request_animation_frame(move || {
            // Focusing an element of the document is never refused.
            let _always = button.focus();
        });
    });
    let id = view.id;
    let delete = move |_| controls.ask_about_views(calls::delete_view(id.clone()), done.clone(), |()| {});
    view! {
        <div class="rename" role="group" aria-label=question.clone()>
            <span>{question.clone()}</span>
            <button node_ref=button type="button" class="btn danger" on:click=delete>{words.delete_it}</button>
            <button type="button" class="btn" on:click=move |_| doing.set(Doing::Nothing)>{words.cancel}</button>
        </div>
    }
    .into_any()
}
