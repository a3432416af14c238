//! One cell: a value drawn the way of its column.

use web_sys::Element;
use wire::{Attributes, EndAsked, Millis};

use super::dom::{append, element, set, with_text};
use crate::clock::local;
use crate::parts::type_class;
use crate::table::{Column, Row, Value};
use crate::text::{initials, visible};
use crate::time;
use crate::words::{age, span, words};

/// A piece of text that changes with the time alone.
#[derive(Debug)]
pub(super) struct Ticking {
    pub(super) column: Column,
    element: Element,
    since: Millis,
    /// `18 min ago` rather than `18 min`.
    ago: bool,
}

impl Ticking {
    /// Brings the text up to date; nothing is touched when it reads the same.
    pub(super) fn tick(&self, now: Millis) {
        let text = if self.ago { age(now, self.since) } else { span(now.since(self.since)) };
        if self.element.text_content().as_deref() != Some(&text) {
            self.element.set_text_content(Some(&text));
        }
    }
}

/// Whether a column's cell looks the same for two rows.
pub(super) fn same(column: Column, a: &Row, b: &Row) -> bool {
    a.value(column) == b.value(column) && (column != Column::User || look(&a.shown()) == look(&b.shown()))
}

/// What a user's cell shows beside the name.
const fn look<'a>(session: &Attributes<'a>) -> (&'a str, bool, EndAsked) {
    (session.full_name, session.user_reported, session.end_asked)
}

/// Says of a user that only a source knows them, and of a session that its source is asked to end it.
fn marked(who: Element, session: &Attributes<'_>) -> Element {
    let texts = &words().grid;
    if session.user_reported {
        append(&who, &mark("mark-reported", "?", texts.reported_title));
    }
    let asked = match session.end_asked {
        EndAsked::No => None,
        EndAsked::Waiting => Some((texts.asked, texts.asked_title)),
        EndAsked::Silent => Some((texts.silent, texts.silent_title)),
        EndAsked::Refused => Some((texts.refused, texts.refused_title)),
    };
    if let Some((text, title)) = asked {
        append(&who, &mark("mark-asked", text, title));
    }
    who
}

/// A short mark, with what it means for those who rest on it, and for those who do not see it.
fn mark(class: &str, text: &str, title: &str) -> Element {
    let mark = element("small", class);
    set(&mark, "title", title);
    let (seen, heard) = (with_text("span", "", text), with_text("span", "out-of-sight", title));
    set(&seen, "aria-hidden", "true");
    append(&mark, &seen);
    append(&mark, &heard);
    mark
}

/// An empty cell of a column, that can have the focus.
pub(super) fn frame(column: Column) -> Element {
    let td = element("td", column.class());
    set(&td, "role", "gridcell");
    set(&td, "tabindex", "-1");
    set(&td, "data-cell", "");
    td
}

/// Fills a cell with the value that a row has in its column.
pub(super) fn fill(td: &Element, column: Column, row: &Row, now: Millis) -> Option<Ticking> {
    td.set_text_content(None);
    let session = &row.shown();
    let (inner, ticking) = match (column, column.value(session)) {
        (Column::User, _) => (marked(person(session.user, session.full_name), session), None),
        (Column::Type, _) => (with_text("span", type_class(session.kind), session.kind.as_str()), None),
        (_, Value::Text(text)) if text.is_empty() => (with_text("span", "none", "–"), None),
        (_, Value::Text(text)) => {
            let shown = visible(&text);
            let span = with_text("span", class(column), &shown);
            set(&span, "title", &shown);
            (span, None)
        }
        (Column::Watchers, Value::Number(0)) | (_, Value::Nothing) => (with_text("span", "none", "–"), None),
        (_, Value::Number(number)) => (with_text("span", "cell number", &number.to_string()), None),
        (_, Value::At(at)) => {
            let element = element("time", "cell soft");
            set(&element, "datetime", &time::iso(at, 0));
            set(&element, "title", &local(at));
            (element.clone(), Some(Ticking { column, element, since: at, ago: true }))
        }
        (_, Value::Since(since)) => {
            let element = element("span", "cell soft");
            (element.clone(), Some(Ticking { column, element, since, ago: false }))
        }
    };
    append(td, &inner);
    if let Some(ticking) = &ticking {
        ticking.tick(now);
    }
    ticking
}

const fn class(column: Column) -> &'static str {
    match column {
        Column::Device => "cell mono",
        Column::ServiceUrl | Column::SessionId => "cell mono soft",
        Column::ServiceProvider | Column::Node | Column::Agent | Column::JumpServerGroup => "cell soft",
        _ => "cell",
    }
}

fn person(user: &str, full_name: &str) -> Element {
    let (name, full) = (visible(user), visible(full_name));
    let who = element("span", "who");
    let avatar = with_text("span", "avatar", &initials(user, full_name));
    set(&avatar, "aria-hidden", "true");
    let names = with_text("span", "names", &format!("{name} "));
    if full.is_empty() {
        set(&who, "title", &name);
    } else {
        set(&who, "title", &format!("{name} – {full}"));
        append(&names, &with_text("small", "", &full));
    }
    append(&who, &avatar);
    append(&who, &names);
    who
}
