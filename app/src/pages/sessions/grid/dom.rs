//! Elements made by hand: rows come and go by the thousand, and are plain nodes for that.
//!
//! Text always goes in as text, never as markup.

use leptos::prelude::document;
use web_sys::{Element, Node};

use crate::parts::IconName;

const SVG: &str = "http://www.w3.org/2000/svg";

/// An element of a class.
pub(super) fn element(name: &str, class: &str) -> Element {
    let element = document().create_element(name).expect("a well-formed element name");
    element.set_class_name(class);
    element
}

/// An element of a class that holds a text.
pub(super) fn with_text(name: &str, class: &str, text: &str) -> Element {
    let element = element(name, class);
    element.set_text_content(Some(text));
    element
}

/// Sets an attribute, unless it says so already.
pub(super) fn set(element: &Element, name: &str, value: &str) {
    if element.get_attribute(name).as_deref() != Some(value) {
        replace(element, name, value);
    }
}

/// Sets an attribute that is known to say something else.
pub(super) fn replace(element: &Element, name: &str, value: &str) {
    element.set_attribute(name, value).expect("a well-formed attribute name");
}

/// Sets an attribute, or takes it away.
pub(super) fn set_or_unset(element: &Element, name: &str, value: Option<&str>) {
    match value {
        Some(value) => set(element, name, value),
        None => element.remove_attribute(name).expect("a well-formed attribute name"),
    }
}

/// Puts a node at the end of another.
pub(super) fn append(parent: &Node, child: &Node) {
    parent.append_child(child).expect("a fresh node has no descendants to be its parent");
}

/// An icon, as the component of that name draws it.
pub(super) fn icon(name: IconName) -> Element {
    let make = |name| document().create_element_ns(Some(SVG), name).expect("a well-formed element name");
    let (svg, path) = (make("svg"), make("path"));
    for (name, value) in [
        ("class", "glyph"),
        ("viewBox", "0 0 24 24"),
        ("fill", "none"),
        ("stroke", "currentColor"),
        ("stroke-width", "2"),
        ("stroke-linecap", "round"),
        ("stroke-linejoin", "round"),
        ("aria-hidden", "true"),
    ] {
        set(&svg, name, value);
    }
    set(&path, "d", name.path());
    append(&svg, &path);
    svg
}
