//! What can be done with a session: the buttons at the end of its row.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, MouseEvent};
use wire::SessionId;

use super::super::controls::Controls;
use super::dom::{append, element, icon, set, with_text};
use crate::parts::IconName;
use crate::parts::terminate::{self, Terminator};
use crate::table::Row;
use crate::words::{self, reason, words};

/// The cell of the buttons.
pub(super) fn frame() -> Element {
    let td = element("td", "acts");
    set(&td, "role", "gridcell");
    td
}

/// Whether two rows offer the same.
pub(super) fn same(a: &Row, b: &Row) -> bool {
    a.rights == b.rights && a.ended == b.ended
}

/// Fills the cell with the buttons that a row offers; with how it ended, once it has.
pub(super) fn fill(td: &Element, row: &Row) {
    td.set_text_content(None);
    if let Some(end) = &row.ended {
        append(td, &with_text("span", "fate", reason(end.reason)));
        return;
    }
    let texts = &words().sessions;
    let of = terminate::in_words(row.shown());
    let filled = |text| words::fill(text, &[("what", &of)]);
    let choose = button("act bare choose", "choose", texts.choose, &filled(texts.choose_of));
    set(&choose, "role", "checkbox");
    set(&choose, "aria-checked", "false");
    append(&choose, &icon(IconName::Check));
    append(td, &choose);
    if row.rights.watch {
        let watch = button("act watch", "watch", texts.watch, &filled(texts.watch_of));
        watch.set_text_content(Some(texts.watch));
        append(td, &watch);
    }
    let link = button("act bare", "link", texts.copy_link, &filled(texts.copy_link_of));
    append(&link, &icon(IconName::Link));
    append(td, &link);
    if row.rights.terminate {
        let end = button("act bare terminate", "terminate", texts.terminate, &filled(texts.terminate_of));
        append(&end, &icon(IconName::Stop));
        append(td, &end);
    }
}

/// Says of buttons that stay what they are about now.
pub(super) fn rename(td: &Element, row: &Row) {
    let texts = &words().sessions;
    let of = terminate::in_words(row.shown());
    let Ok(buttons) = td.query_selector_all("[data-act]") else { return };
    for at in 0..buttons.length() {
        let Some(button) = buttons.get(at).and_then(|button| button.dyn_into::<Element>().ok()) else {
            continue;
        };
        let title = match button.get_attribute("data-act").as_deref() {
            Some("choose") => texts.choose_of,
            Some("watch") => texts.watch_of,
            Some("link") => texts.copy_link_of,
            Some("terminate") => texts.terminate_of,
            _ => continue,
        };
        set(&button, "title", &words::fill(title, &[("what", &of)]));
    }
}

/// Shows in the cell whether its session is chosen.
pub(super) fn show_chosen(td: &Element, chosen: bool) {
    if let Some(choose) = td.query_selector("[role=checkbox]").ok().flatten() {
        set(&choose, "aria-checked", if chosen { "true" } else { "false" });
    }
}

fn button(class: &str, act: &str, label: &str, title: &str) -> Element {
    let button = element("button", class);
    for (name, value) in [
        ("type", "button"),
        ("tabindex", "-1"),
        ("data-cell", ""),
        ("data-act", act),
        ("aria-label", label),
        ("title", title),
    ] {
        set(&button, name, value);
    }
    button
}

/// A click in the rows: does what the button under it offers; with Ctrl it chooses the row.
pub(super) fn click(event: &MouseEvent, controls: Controls, terminator: Terminator) {
    let Some((id, act)) = pressed(event) else { return toggle_group(event, controls) };
    let with_keys = match (event.shift_key(), event.ctrl_key() || event.meta_key()) {
        (true, _) => "choose-to",
        (false, true) => "choose",
        (false, false) => "",
    };
    match act.as_deref().unwrap_or(with_keys) {
        "choose" if event.shift_key() => controls.choose_to(id),
        "choose" => controls.toggle_chosen(id),
        "choose-to" => controls.choose_to(id),
        "watch" => controls.watch(id),
        "link" => copy_link(id, controls),
        "terminate" => {
            if let Some(row) = controls.board.live_row(id) {
                terminator.open(row.session());
            }
        }
        _ => {}
    }
}

/// A click on the heading of a group folds it, or opens it again.
fn toggle_group(event: &MouseEvent, controls: Controls) {
    let target: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
    let heading = target.and_then(|target| target.closest("[data-group]").ok().flatten());
    if let Some(name) = heading.and_then(|heading| heading.get_attribute("data-group")) {
        controls.toggle_group(&name);
    }
}

/// A double click in the rows: watches, where that is offered.
pub(super) fn double_click(event: &Event, controls: Controls) {
    if let Some((id, None)) = pressed(event)
        && controls.board.live_row(id).is_some_and(|row| row.rights.watch)
    {
        controls.watch(id);
    }
}

/// The session that an event is in the row of, and the button that it is on, if any.
fn pressed(event: &Event) -> Option<(SessionId, Option<String>)> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let row = target.closest("[data-session]").ok().flatten()?;
    let act = target.closest("[data-act]").ok().flatten().and_then(|button| button.get_attribute("data-act"));
    Some((row.get_attribute("data-session")?.parse().ok()?, act))
}

/// Puts the address of the session's page on the clipboard.
pub(super) fn copy_link(id: SessionId, controls: Controls) {
    let (toasts, texts) = (controls.toasts, &words().sessions);
    let Ok(origin) = window().location().origin() else { return };
    let link = format!("{origin}/sessions/{id}");
    let clipboard = window().navigator().clipboard();
    // Pages that are not served over TLS have no clipboard, except on the machine itself.
    if clipboard.is_undefined() {
        toasts.failed(words::fill(texts.no_clipboard, &[("link", &link)]));
        return;
    }
    let written = clipboard.write_text(&link);
    spawn_local(async move {
        match wasm_bindgen_futures::JsFuture::from(written).await {
            Ok(_) => toasts.done(texts.link_copied),
            Err(_) => toasts.failed(words::fill(texts.copy_refused, &[("link", &link)])),
        }
    });
}
