//! The foot of the list: how many rows, in which order, and what just happened.

use leptos::prelude::*;

use super::controls::use_controls;
use crate::table::{Rows, Waiting};
use crate::text::count;
use crate::words::{counted, fill, order, words};

/// The foot.
#[component]
pub(super) fn Foot() -> AnyView {
    let controls = use_controls();
    let board = controls.board;
    let texts = &words().sessions;
    let rows =
        Signal::derive(move || counted(board.count(|view| view.len()), words().grid.row, words().grid.rows));
    let loading = Signal::derive(move || match board.count_rows(|rows| (rows.open(), rows.rest())) {
        (_, 0) => String::new(),
        (n, rest) => fill(words().grid.loading_rows, &[("n", &count(n)), ("all", &count(n + rest))]),
    });
    let sorted = Signal::derive(move || fill(texts.sorted_by, &[("order", &order(&controls.sort()))]));
    let news = Signal::derive(move || match (board.waiting(), board.count_rows(Rows::ended)) {
        (Some(Waiting { opened, closed }), _) => {
            fill(texts.frozen, &[("opened", &count(opened)), ("closed", &count(closed))])
        }
        (None, 0) => String::new(),
        (None, n) => fill(texts.just_ended, &[("n", &count(n))]),
    });
    let class = Signal::derive(move || if board.waiting().is_some() { "frozen" } else { "" });
    view! {
        <div class="foot">
            <span>{rows}</span>
            <span>{loading}</span>
            <span class="sorted">{sorted}</span>
            <div class="spacer"></div>
            <span class=class>{news}</span>
        </div>
    }
    .into_any()
}
