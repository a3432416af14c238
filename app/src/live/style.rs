//! The style of single elements: what depends on the page's measures, which no style sheet knows.

use web_sys::HtmlElement;

/// Sets one property of an element's own style.
pub(super) fn set(element: &HtmlElement, property: &str, value: &str) {
    // Refused only for a property that no browser knows.
    let _ = element.style().set_property(property, value);
}
