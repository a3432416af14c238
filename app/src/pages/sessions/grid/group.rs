//! The heading of a group, drawn as a line of the table.

use leptos::prelude::document;
use web_sys::Element;

use super::dom::{append, element, icon, set};
use crate::parts::IconName;
use crate::table::{Column, Group};
use crate::text::{count, visible};
use crate::words::heading;

/// A group's heading as it is drawn.
#[derive(Debug)]
pub(super) struct PaintedGroup {
    pub(super) element: Element,
    cell: Element,
    of: Element,
    name: Element,
    len: Element,
}

impl PaintedGroup {
    pub(super) fn new(group: &Group) -> Self {
        let tr = element("tr", "group");
        for (name, value) in [("role", "row"), ("aria-level", "1"), ("data-group", group.name.as_str())] {
            set(&tr, name, value);
        }
        let cell = element("td", "");
        for (name, value) in
            [("role", "gridcell"), ("tabindex", "-1"), ("data-cell", ""), ("aria-colindex", "1")]
        {
            set(&cell, name, value);
        }
        let (of, name, len) = (element("span", "of"), element("span", "name"), element("b", ""));
        let title = element("span", "title");
        append(&title, &icon(IconName::Down));
        append(&title, &of);
        append(&title, &document().create_text_node(" "));
        append(&title, &name);
        append(&title, &document().create_text_node(" "));
        append(&title, &len);
        append(&cell, &title);
        append(&tr, &cell);
        Self { element: tr, cell, of, name, len }
    }

    /// Shows what is true of the group now; `columns` are all that its line spans.
    pub(super) fn update(&self, column: Column, group: &Group, columns: usize) {
        set(&self.element, "aria-expanded", if group.is_open { "true" } else { "false" });
        set(&self.cell, "aria-colspan", &columns.to_string());
        let name = if group.name.is_empty() { "–".into() } else { visible(&group.name) };
        for (element, text) in
            [(&self.of, heading(column)), (&self.name, &*name), (&self.len, count(group.len).as_str())]
        {
            if element.text_content().as_deref() != Some(text) {
                element.set_text_content(Some(text));
            }
        }
    }
}
