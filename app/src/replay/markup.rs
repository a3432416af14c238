//! The replay's elements, by the names that its markup gives them. Browser only.

use std::fmt::Display;

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::words::{fill, words};

/// The markup: the same for every recording, so that it is plain text and no component.
pub(crate) fn player() -> String {
    let words = &words().replay;
    let texts: [(&str, &dyn Display); TEXTS] = [
        ("screen", &words.screen),
        ("picture", &words.picture),
        ("deck", &words.deck),
        ("typed", &words.typed),
        ("position", &words.position),
        ("play", &words.play),
        ("earlier", &words.earlier),
        ("earlier_key", &words.earlier_key),
        ("later", &words.later),
        ("later_key", &words.later_key),
        ("speed", &words.speed),
        ("idle_help", &words.idle_help),
        ("idle", &words.idle),
        ("find", &words.find),
        ("match_before", &words.match_before),
        ("match_after", &words.match_after),
        ("match_after_key", &words.match_after_key),
        ("about", &words.about),
        ("link", &words.link),
        ("cast", &words.cast),
        ("checking", &words.checking),
        ("happened", &words.happened),
        ("nothing", &words.nothing),
    ];
    // Texts of our own, with nothing in them that markup would take for its own.
    fill(include_str!("player.html"), &texts)
}

/// Texts in the markup.
const TEXTS: usize = 23;

/// The root of a replay.
#[derive(Clone)]
pub(crate) struct Parts {
    root: HtmlElement,
}

impl Parts {
    /// The replay within this element, which holds [`player`].
    pub(crate) const fn of(root: HtmlElement) -> Self {
        Self { root }
    }

    /// The root itself.
    pub(crate) const fn root(&self) -> &HtmlElement {
        &self.root
    }

    /// The part of that name.
    ///
    /// # Panics
    /// When the markup has no such part.
    pub(crate) fn get(&self, name: &str) -> HtmlElement {
        let found = self.root.query_selector(&format!("[data-rp=\"{name}\"]")).ok().flatten();
        found.unwrap_or_else(|| panic!("the markup has no {name}")).unchecked_into()
    }

    /// Puts text into a part, if it is another.
    pub(crate) fn say(&self, name: &str, text: &str) {
        let part = self.get(name);
        if part.text_content().as_deref() != Some(text) {
            part.set_text_content(Some(text));
        }
    }

    /// Hides a part, or shows it.
    pub(crate) fn hide(&self, name: &str, hidden: bool) {
        self.get(name).set_hidden(hidden);
    }
}

/// A new element of a class with a text.
pub(crate) fn element(name: &str, class: &str, text: &str) -> Element {
    let element = document().create_element(name).expect("a well-formed element name");
    element.set_class_name(class);
    if !text.is_empty() {
        element.set_text_content(Some(text));
    }
    element
}

/// Sets an attribute.
pub(crate) fn set(element: &Element, name: &str, value: &str) {
    element.set_attribute(name, value).expect("a well-formed attribute name");
}

/// Puts an element at the end of another.
pub(crate) fn append(parent: &Element, child: &Element) {
    parent.append_child(child).expect("a fresh element has no parent among its children");
}

/// Places an element along the timeline.
pub(crate) fn place(element: &HtmlElement, property: &str, share: f64) {
    // Refused only for a property that no browser knows.
    let _ = element.style().set_property(property, &format!("{:.3}%", share * 100.0));
}
