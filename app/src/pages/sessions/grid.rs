//! The table: one semantic grid, of which only the rows in sight (and some around) are drawn.
//!
//! Its frame and headings are a component; its rows are plain nodes that `painter` keeps.

mod acts;
mod cell;
mod dom;
mod focus;
mod group;
mod header;
mod long_touch;
mod menu;
mod painter;
mod scroll;
mod widths;

use leptos::html;
use leptos::prelude::*;

use super::controls::use_controls;
use super::states::States;
use crate::parts::reorder::{Axis, Reorder};
use crate::parts::terminate::use_terminator;
use crate::table::View;
use crate::text::count;
use crate::words::{fill, words};
use focus::Focus;
use header::Header;
use long_touch::LongTouch;
use menu::{Menu, MenuPanel};
use scroll::Scroll;
use widths::Widths;

/// The table with its states.
#[component]
pub(super) fn Grid() -> AnyView {
    let controls = use_controls();
    let board = controls.board;
    let scroller = NodeRef::<html::Div>::new();
    let body = NodeRef::<html::Tbody>::new();
    let scroll = Scroll::start(board, scroller, body);
    let (menu, widths) = (Menu::new(), Widths::start(controls, scroller));
    let focus = Focus::start(controls, scroll, scroller, menu);
    painter::start(controls, scroll, body);
    let terminator = use_terminator();
    let reorder = Reorder::new(Axis::Across);
    let long_touch = LongTouch::new(menu, reorder);
    let class = Signal::derive(move || {
        let fits = if scroll.fits() { " fits" } else { "" };
        let held = match (reorder.dragged(), widths.is_pulled()) {
            (Some(_), _) => " is-dragging",
            (None, true) => " is-pulling",
            (None, false) => "",
        };
        format!("grid{fits}{held}")
    });
    let grouped = Memo::new(move |_| controls.kept.signal().with(|layout| layout.group().is_some()));
    // Rows that fold are a tree, even if it has two levels only.
    let role = Signal::derive(move || if grouped.get() { "treegrid" } else { "grid" });
    let newer = Signal::derive(move || fill(words().sessions.newer, &[("n", &count(scroll.above()))]));
    let no_newer = Signal::derive(move || scroll.above() == 0);
    let rows = Signal::derive(move || (board.view(View::lines) + 1).to_string());
    let columns = Signal::derive(move || (controls.columns().len() + 1).to_string());
    let busy = Signal::derive(move || (!board.is_loaded()).to_string());
    view! {
        <div class="grid-box">
            <div class=class node_ref=scroller on:scroll=move |_| scroll.scrolled()>
                <table
                    role=role
                    aria-label=words().sessions.title
                    aria-rowcount=rows
                    aria-colcount=columns
                    aria-busy=busy
                    aria-multiselectable="true"
                    tabindex="0"
                    on:keydown=move |event| focus.key(&event)
                    on:focusin=move |event| focus.entered(&event)
                    on:focusout=move |event| focus.left(&event)
                    on:contextmenu=move |event| {
                        long_touch.over();
                        menu.asked(&event);
                    }
                    on:pointerdown=move |event| long_touch.down(&event)
                    on:pointermove=move |event| long_touch.moved(&event)
                    on:pointerup=move |_| long_touch.over()
                    on:pointercancel=move |_| long_touch.over()
                >
                    <Header reorder scroller widths menu/>
                    <tbody
                        role="rowgroup"
                        node_ref=body
                        on:pointerenter=move |_| scroll.hold(true)
                        on:pointerleave=move |_| scroll.hold(false)
                        on:click=move |event| acts::click(&event, controls, terminator)
                        on:dblclick=move |event| acts::double_click(&event, controls)
                    ></tbody>
                </table>
            </div>
            <button type="button" class="newer" hidden=no_newer on:click=move |_| scroll.to_top()>{newer}</button>
            <States/>
            <MenuPanel menu widths/>
        </div>
    }
    .into_any()
}
