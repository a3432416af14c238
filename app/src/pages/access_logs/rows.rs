//! The headings and rows of the access log, drawn as those of the sessions table.

use leptos::prelude::*;
use wire::Millis;

use crate::backend::{LogEntry, LogPage};
use crate::clock::local;
use crate::parts::reorder::Reorder;
use crate::parts::{Avatar, Icon, IconName, TypeBadge, terminate};
use crate::table::{Column, Kind, Layout, Value, log_value};
use crate::text::visible;
use crate::time;
use crate::words::{ended, heading, length, words};

/// A heading for each column; dragging one moves its column.
pub(super) fn headings(columns: &[Column], reorder: Reorder, layout: Signal<Layout>) -> Vec<AnyView> {
    let heading = |column: &Column| {
        let column = *column;
        let class = Signal::derive(move || format!("{} {}", column.class(), reorder.mark(column, layout)));
        view! {
            <th
                role="columnheader"
                scope="col"
                class=class
                data-col=column.class()
                title=words().log.drag
            >
                <span class="label">{heading(column)}</span>
                <span class="grip" aria-hidden="true"><Icon name=IconName::Grip/></span>
            </th>
        }
        .into_any()
    };
    columns.iter().map(heading).collect()
}

/// A row for each session; times are the viewer's own once the page may speak for them.
pub(super) fn all(found: &LogPage, columns: &[Column], is_local: bool) -> Vec<AnyView> {
    let row = |entry: &LogEntry| {
        let cells: Vec<AnyView> = columns
            .iter()
            .map(|column| {
                let inner = cell(*column, entry, found.now, is_local);
                view! { <td role="cell" class=column.class()>{inner}</td> }.into_any()
            })
            .collect();
        let id = entry.session.id.to_string();
        view! { <tr role="row" data-session=id>{cells} <td role="cell" class="acts">{act(entry)}</td></tr> }
            .into_any()
    };
    found.entries.iter().map(row).collect()
}

fn cell(column: Column, entry: &LogEntry, now: Millis, is_local: bool) -> AnyView {
    let session = &entry.session;
    match (column, log_value(column, entry, now)) {
        (Column::User, _) => person(&session.user, &session.full_name),
        (Column::Type, _) => view! { <TypeBadge kind=session.kind/> }.into_any(),
        (Column::EndReason, _) if let Some(end) = &entry.ended => {
            text(class(column), visible(&ended(end)).into_owned())
        }
        (Column::Ended, _) if entry.ended.is_none() => {
            view! { <span class="open">{words().log.still_open}</span> }.into_any()
        }
        (Column::Duration, Value::Number(seconds)) => {
            let ms = i64::try_from(seconds).unwrap_or(i64::MAX / 1_000).saturating_mul(1_000);
            text("cell soft", length(ms))
        }
        (_, Value::Nothing) => text("none", "–".into()),
        (_, Value::Text(empty)) if empty.is_empty() => text("none", "–".into()),
        (_, Value::Text(value)) => text(class(column), visible(&value).into_owned()),
        (_, Value::Number(number)) => text("cell number", number.to_string()),
        (_, Value::At(at) | Value::Since(at)) => {
            let words = if is_local { local(at) } else { time::utc(at) };
            view! { <time class="cell soft" datetime=time::iso(at, 0) title=words.clone()>{words.clone()}</time> }
                .into_any()
        }
    }
}

const fn class(column: Column) -> &'static str {
    match (column, column.kind()) {
        (Column::Device, _) => "cell mono",
        (_, Kind::Code) => "cell mono soft",
        (Column::Client | Column::AccountName | Column::FullName, _) => "cell",
        _ => "cell soft",
    }
}

fn text(class: &'static str, words: String) -> AnyView {
    view! { <span class=class title=words.clone()>{words.clone()}</span> }.into_any()
}

fn person(user: &str, full_name: &str) -> AnyView {
    let (name, full) = (visible(user).into_owned(), visible(full_name).into_owned());
    let title = if full.is_empty() { name.clone() } else { format!("{name} – {full}") };
    view! {
        <span class="who" title=title>
            <Avatar name=user full_name=full_name/>
            <span class="names">{name} " " <small>{full}</small></span>
        </span>
    }
    .into_any()
}

/// The way from a row to its session: to the live pane while it can be watched, else to its page.
fn act(entry: &LogEntry) -> AnyView {
    let (id, of) = (entry.session.id, terminate::in_words(&entry.session));
    let (href, word, class) = if entry.watch {
        (format!("/sessions?watch={id}"), words().log.watch, "act watch")
    } else {
        (format!("/sessions/{id}"), words().log.details, "act")
    };
    view! { <a class=class href=href title=format!("{word} {of}")>{word}</a> }.into_any()
}
