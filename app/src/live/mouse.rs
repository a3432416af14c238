//! Somebody else's mouse on a desktop: the pointer, over the picture and no part of it, so that the pixels stay what
//! everybody has.

use std::cell::Cell;

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{HtmlCanvasElement, HtmlElement};
use wire::desktop::{Extent, Pointer};

use super::cursor;
use super::style::set;

/// How the picture lies where the pointer is put.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Lay {
    pub(crate) extent: Extent,
    /// Its first pixel, in pixels of the page.
    pub(crate) corner: (f64, f64),
    /// Pixels of the page for one of the desktop's.
    pub(crate) scale: f64,
    /// Each is a whole number of the display's.
    pub(crate) crisp: bool,
}

/// What the pointer looks like, but for its picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Look {
    /// The page's own arrow.
    #[default]
    Plain,
    Hidden,
    Shape {
        size: (u16, u16),
        hot: (u16, u16),
    },
}

/// A pointer that is not the page's own. Nobody reads it aloud: it moves all the time.
pub(crate) struct Mouse {
    /// None where the browser makes none.
    element: Option<HtmlElement>,
    place: Cell<Option<(u16, u16)>>,
    lay: Cell<Option<Lay>>,
    look: Cell<Look>,
}

impl Mouse {
    /// Over that canvas; it is nowhere yet.
    pub(crate) fn over(canvas: &HtmlCanvasElement) -> Self {
        let mouse = Self {
            element: element(canvas),
            place: Cell::new(None),
            lay: Cell::new(None),
            look: Cell::default(),
        };
        mouse.wear(&Pointer::Default);
        mouse
    }

    /// It is at that pixel of the desktop, or nowhere.
    pub(crate) fn at(&self, place: Option<(u16, u16)>) {
        self.place.set(place);
        self.put();
    }

    /// The picture lies there.
    pub(crate) fn lies(&self, lay: Lay) {
        self.lay.set(Some(lay));
        self.put();
    }

    /// It looks like that.
    pub(crate) fn wear(&self, pointer: &Pointer) {
        let (look, image) = match pointer {
            Pointer::Default => (Look::Plain, String::new()),
            Pointer::Hidden => (Look::Hidden, String::new()),
            Pointer::Shape(shape) => {
                let (size, hot) = ((shape.width, shape.height), (shape.hot_x, shape.hot_y));
                (Look::Shape { size, hot }, cursor::url(shape))
            }
        };
        self.look.set(look);
        if let Some(element) = &self.element {
            element.set_class_name(if look == Look::Plain { "desk-mouse desk-arrow" } else { "desk-mouse" });
            set(element, "background-image", &image);
        }
        self.put();
    }

    fn put(&self) {
        let Some(element) = &self.element else { return };
        let (place, lay, look) = (self.place.get(), self.lay.get(), self.look.get());
        let spot = place.zip(lay).and_then(|(place, lay)| spot(place, lay, look));
        if let Some((x, y)) = place {
            // For whoever looks where it points.
            let _always = element.set_attribute("data-at", &format!("{x},{y}"));
        }
        element.set_hidden(spot.is_none());
        let Some((lay, (x, y))) = lay.zip(spot) else { return };
        set(element, "transform", &format!("translate({x}px, {y}px)"));
        let side = |pixels: u16| format!("{}px", f64::from(pixels) * lay.scale);
        let (width, height) = match look {
            Look::Shape { size: (width, height), .. } => (side(width), side(height)),
            // As the style sheet has it.
            Look::Plain | Look::Hidden => (String::new(), String::new()),
        };
        set(element, "width", &width);
        set(element, "height", &height);
        set(element, "image-rendering", if lay.crisp { "pixelated" } else { "auto" });
    }
}

impl Drop for Mouse {
    fn drop(&mut self) {
        if let Some(element) = &self.element {
            element.remove();
        }
    }
}

/// Where its picture begins, in pixels of the page; nowhere when nothing is to be seen of it.
fn spot((x, y): (u16, u16), lay: Lay, look: Look) -> Option<(f64, f64)> {
    let hot = match look {
        Look::Hidden => return None,
        Look::Plain => (0, 0),
        Look::Shape { hot, .. } => hot,
    };
    let along = |at: u16, hot: u16| (f64::from(at) - f64::from(hot)) * lay.scale;
    let inside = x < lay.extent.width && y < lay.extent.height;
    inside.then(|| (lay.corner.0 + along(x, hot.0), lay.corner.1 + along(y, hot.1)))
}

/// Before the canvas: without a place of its own it begins where that would without its margins.
fn element(canvas: &HtmlCanvasElement) -> Option<HtmlElement> {
    let element: HtmlElement = document().create_element("div").ok()?.dyn_into().ok()?;
    element.set_attribute("aria-hidden", "true").ok()?;
    canvas.before_with_node_1(&element).ok()?;
    Some(element)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_points_at_the_pixel_wherever_the_picture_lies() {
        let lay = Lay {
            extent: Extent { width: 400, height: 300 },
            corner: (10.0, 20.0),
            scale: 0.5,
            crisp: false,
        };
        let shape = Look::Shape { size: (32, 32), hot: (4, 6) };
        for (place, look, expected) in [
            ((0, 0), Look::Plain, Some((10.0, 20.0))),
            ((100, 50), Look::Plain, Some((60.0, 45.0))),
            ((100, 50), shape, Some((58.0, 42.0))),
            // It may stand out of the picture where the pixel is at its edge.
            ((0, 0), shape, Some((8.0, 17.0))),
            ((399, 299), shape, Some((207.5, 166.5))),
            ((400, 0), shape, None),
            ((0, 300), Look::Plain, None),
            ((5, 5), Look::Hidden, None),
        ] {
            assert_eq!(spot(place, lay, look), expected, "{place:?} {look:?}");
        }
    }
}
