//! The panel that builds one clause: by what, then its values. Enter applies, Escape leaves all as it was.

mod times;
mod values;
mod yes_no;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::chips;
use crate::pages::sessions::controls::{Controls, use_controls};
use crate::parts::{Icon, IconName};
use crate::table::{Clause, Column, key_of};
use crate::words::{subject, words};

/// Its id in the page.
const PANEL: &str = "filter-builder";

/// What a clause is about: a column, or whose the session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Topic {
    Column(Column),
    Mine,
}

/// What the panel shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Editing {
    /// What there is to filter by.
    Topics,
    /// The form of a topic, for a new clause or in the place of an old one.
    Form(Topic, Option<Clause>),
}

impl Editing {
    /// The form that changes a clause.
    pub(super) fn of(clause: Clause) -> Self {
        let topic = clause.column().map_or(Topic::Mine, Topic::Column);
        Self::Form(topic, Some(clause))
    }
}

impl Topic {
    const ALL: [Self; 17] = [
        Self::Column(Column::Type),
        Self::Column(Column::User),
        Self::Column(Column::Agent),
        Self::Column(Column::JumpServerGroup),
        Self::Column(Column::ServiceProvider),
        Self::Column(Column::AccountName),
        Self::Column(Column::Device),
        Self::Column(Column::StartDate),
        Self::Column(Column::Idle),
        Self::Column(Column::Watchers),
        Self::Mine,
        Self::Column(Column::Client),
        Self::Column(Column::ServiceUrl),
        Self::Column(Column::FullName),
        Self::Column(Column::Port),
        Self::Column(Column::Node),
        Self::Column(Column::SessionId),
    ];

    fn label(self) -> String {
        match self {
            Self::Column(column) => headed(column),
            Self::Mine => words().filters.mine.to_owned(),
        }
    }
}

/// A column as a heading says it.
fn headed(column: Column) -> String {
    let text = subject(column);
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), letters.as_str()))
}

/// What the panel shows; in the context of the filters.
#[derive(Clone, Copy)]
pub(in super::super) struct Builder(RwSignal<Option<Editing>>);

impl Builder {
    /// Nothing yet.
    pub(in super::super) fn new() -> Self {
        Self(RwSignal::new(None))
    }
}

/// Whether there is a filter for a column.
pub(in super::super) const fn is_for(column: Column) -> bool {
    !matches!(column, Column::Ended | Column::Duration | Column::EndReason | Column::WatchedBy)
}

/// Opens the form for a column: that of its first clause, or of a new one.
pub(in super::super) fn edit(controls: Controls, column: Column, anchor: Option<HtmlElement>) {
    controls.asked.settle();
    let query = untrack(|| controls.asked.query());
    let old = query.clauses().iter().find(|clause| clause.column() == Some(column)).cloned();
    if is_for(column) {
        open(controls, Editing::Form(Topic::Column(column), old), anchor);
    }
}

/// Opens the panel below an element.
pub(super) fn open(controls: Controls, editing: Editing, anchor: Option<HtmlElement>) {
    controls.builder.0.set(Some(editing));
    // Once the panel has what it is to show.
    request_animation_frame(move || {
        let Some(panel) = panel() else { return };
        // Refused only when it is open already.
        let _open = panel.show_popover();
        let anchor = anchor.or_else(|| element("add-filter"));
        if let Some(anchor) = anchor {
            place(&panel, &anchor);
        }
        focus_first(&panel);
    });
}

fn close() {
    if let Some(panel) = panel() {
        // Refused only when it is closed already.
        let _closed = panel.hide_popover();
    }
}

fn panel() -> Option<HtmlElement> {
    element(PANEL)
}

fn element(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// Puts the panel below its anchor, within the window.
fn place(panel: &HtmlElement, anchor: &Element) {
    let (at, size) = (anchor.get_bounding_client_rect(), panel.get_bounding_client_rect());
    let width = window().inner_width().ok().and_then(|width| width.as_f64()).unwrap_or(0.0);
    let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(0.0);
    let left = at.left().min(width - size.width() - 12.0).max(12.0);
    let top = (at.bottom() + 6.0).min(height - size.height() - 12.0).max(12.0);
    let style = panel.style();
    // Lengths in pixels are always taken.
    let _taken = style.set_property("left", &format!("{left}px"));
    let _taken = style.set_property("top", &format!("{top}px"));
}

fn focus_first(panel: &HtmlElement) {
    let first = panel.query_selector("[data-first]").ok().flatten();
    if let Some(first) = first.and_then(|first| first.dyn_into::<HtmlElement>().ok()) {
        // Focusing an element of the document is never refused.
        let _always = first.focus();
    }
}

/// The panel.
#[component]
pub(in super::super) fn BuilderPanel() -> AnyView {
    let controls = use_controls();
    let Builder(editing) = controls.builder;
    let closed = move |event: web_sys::Event| {
        let panel = event.current_target().and_then(|target| target.dyn_into::<Element>().ok());
        if panel.is_some_and(|panel| panel.matches(":popover-open").is_ok_and(|open| !open)) {
            editing.set(None);
        }
    };
    view! {
        <div
            id=PANEL
            class="menu builder"
            popover="auto"
            role="dialog"
            aria-label=words().filters.by_what
            on:toggle=closed
        >
            {move || match editing.get() {
                None => ().into_any(),
                Some(Editing::Topics) => view! { <Topics/> }.into_any(),
                Some(Editing::Form(topic, old)) => view! { <Form topic old/> }.into_any(),
            }}
        </div>
    }
    .into_any()
}

#[component]
fn Topics() -> AnyView {
    let controls = use_controls();
    let topics = Topic::ALL.into_iter().enumerate().map(|(at, topic)| {
        let choose = move |_| match topic {
            Topic::Column(column) => edit(controls, column, None),
            Topic::Mine => {
                let query = untrack(|| controls.asked.query());
                let old = query.clauses().iter().find(|clause| matches!(clause, Clause::Mine(_)));
                open(controls, Editing::Form(topic, old.cloned()), None);
            }
        };
        view! {
            <li>
                <button type="button" class="menu-item" data-first=(at == 0).then_some("") on:click=choose>
                    {topic.label()}
                </button>
            </li>
        }
    });
    view! {
        <h2>{words().filters.by_what}</h2>
        <ul class="topics" on:keydown=|event| step(&event)>{topics.collect_view()}</ul>
    }
    .into_any()
}

/// Up and down among buttons and boxes of a list.
fn step(event: &web_sys::KeyboardEvent) {
    let forward = match event.key().as_str() {
        "ArrowDown" => true,
        "ArrowUp" => false,
        _ => return,
    };
    let Some(list) = event.current_target().and_then(|list| list.dyn_into::<Element>().ok()) else { return };
    let Ok(items) = list.query_selector_all("button, input") else { return };
    let items: Vec<HtmlElement> =
        (0..items.length()).filter_map(|at| items.item(at)?.dyn_into().ok()).collect();
    let focused = document().active_element();
    let at = items.iter().position(|item| focused.as_ref() == Some(item.as_ref()));
    let to = match (at, forward) {
        (Some(at), true) => (at + 1).min(items.len().saturating_sub(1)),
        (Some(at), false) => at.saturating_sub(1),
        (None, _) => 0,
    };
    if let Some(item) = items.get(to) {
        event.prevent_default();
        let _always = item.focus();
    }
}

#[component]
fn Form(topic: Topic, old: Option<Clause>) -> AnyView {
    let controls = use_controls();
    let before = old.clone();
    let apply = Callback::new(move |clause: Clause| {
        controls.asked.put(before.as_ref(), clause.clone());
        close();
        // Values may have joined those of another clause.
        let joined = untrack(|| controls.asked.query())
            .clauses()
            .iter()
            .find(|known| **known == clause || known.column() == clause.column())
            .cloned();
        chips::focus_on(&joined.unwrap_or(clause));
    });
    let fields = match topic {
        Topic::Mine => yes_no::mine(old.as_ref(), apply),
        Topic::Column(Column::Watchers) => yes_no::watched(old.as_ref(), apply),
        Topic::Column(Column::StartDate) => times::started(old, apply),
        Topic::Column(Column::Idle) => times::idle(old.as_ref(), apply),
        Topic::Column(Column::Type) => values::types(controls, old.as_ref(), apply),
        Topic::Column(column) => values::values(controls, column, old, apply),
    };
    view! {
        <h2>
            <button
                type="button"
                class="icon"
                aria-label=words().filters.back
                on:click=move |_| open(controls, Editing::Topics, None)
            >
                <Icon name=IconName::Back/>
            </button>
            <span>{topic.label()}</span>
            {match topic {
                Topic::Column(column) => key_of(column).map(|key| view! { <code aria-hidden="true">{key}":"</code> }),
                Topic::Mine => None,
            }}
        </h2>
        {fields}
    }
    .into_any()
}

/// A form around fields, with the button that applies it and what is wrong with it.
fn form(fields: AnyView, wrong: RwSignal<Option<String>>, submit: impl Fn() + 'static) -> AnyView {
    view! {
        <form
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                submit();
            }
        >
            {fields}
            <p class="field-error" role="alert">{wrong}</p>
            <button type="submit" class="btn primary">{words().filters.apply}</button>
        </form>
    }
    .into_any()
}

/// One of several answers; with `first` it has the focus when the form opens.
fn choice<T: Copy + PartialEq + Send + Sync + 'static>(
    label: impl Into<String>,
    first: bool,
    answers: Vec<(T, &'static str)>,
    chosen: RwSignal<T>,
) -> AnyView {
    let options = answers.iter().enumerate().map(|(at, (answer, text))| {
        let answer = *answer;
        view! { <option value=at.to_string() selected=move || chosen.get() == answer>{*text}</option> }
    });
    let options = options.collect_view();
    view! {
        <select
            class="field"
            aria-label=label.into()
            data-first=first.then_some("")
            on:change=move |event| {
                let at = event_target_value(&event).parse().ok();
                if let Some((answer, _)) = at.and_then(|at: usize| answers.get(at)) {
                    chosen.set(*answer);
                }
            }
        >
            {options}
        </select>
    }
    .into_any()
}
