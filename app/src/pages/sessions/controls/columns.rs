//! What is done with columns and groups, and told to those who do not see it.

use leptos::prelude::*;

use super::Controls;
use crate::table::{Column, Layout, View};
use crate::words::{counted, fill, heading, words};

impl Controls {
    /// Says that the rows are arranged as somebody asked for.
    pub(super) fn tell_arranged(self) {
        let texts = &words().grid;
        let rows = counted(self.board.view_now(View::len), texts.row, texts.rows);
        let order = self.sort.with_untracked(crate::words::order);
        self.announcer.say(match self.board.view_now(|view| view.order().group) {
            Some(column) => {
                fill(texts.said_grouped, &[("column", &heading(column)), ("order", &order), ("rows", &rows)])
            }
            None => fill(texts.said_sorted, &[("order", &order), ("rows", &rows)]),
        });
    }

    /// Groups the rows by a column, or by none.
    pub(in crate::pages::sessions) fn group_by(self, column: Option<Column>) {
        self.change_layout(|layout| layout.set_group(column));
    }

    /// Pins a column to the left, or lets it go.
    pub(in crate::pages::sessions) fn pin(self, column: Column, pinned: bool) {
        self.change_layout(|layout| layout.pin(column, pinned));
        let text = if pinned { words().grid.said_pinned } else { words().grid.said_unpinned };
        self.announcer.say(fill(text, &[("column", &heading(column))]));
    }

    /// Hides a column.
    pub(in crate::pages::sessions) fn hide(self, column: Column) {
        self.change_layout(|layout| layout.show(column, false));
        self.announcer.say(fill(words().grid.said_hidden, &[("column", &heading(column))]));
    }

    /// Moves a column one place to the left or right.
    pub(in crate::pages::sessions) fn nudge(self, column: Column, right: bool) {
        self.change_layout(|layout| {
            layout.nudge(column, right);
        });
        self.tell_moved(column);
    }

    /// Puts a column where it was dropped.
    pub(in crate::pages::sessions) fn dropped(self, moved: Option<(Column, Column)>) {
        if let Some((column, over)) = moved {
            self.change_layout(|layout| layout.move_to(column, over));
            self.tell_moved(column);
        }
    }

    fn tell_moved(self, column: Column) {
        let shown = self.kept.signal().with_untracked(Layout::shown);
        let nth = shown.iter().position(|known| *known == column).map_or(0, |nth| nth + 1);
        self.announcer.say(fill(
            words().grid.said_moved,
            &[("column", &heading(column)), ("nth", &nth.to_string()), ("all", &shown.len().to_string())],
        ));
    }
}
