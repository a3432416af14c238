//! How large the terminal's letters are, and how large they may be in a given room.

use std::collections::HashMap;

use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement};
use wire::live::Size;

use super::runs::Widths;

/// Size at which letters are measured, in pixels: large, so that rounding does not matter.
const MEASURED_AT: f64 = 100.0;
/// Smallest letters that can be read, in pixels; a larger screen is scrolled.
const SMALLEST: f64 = 7.0;
/// Largest letters, in pixels: a small terminal does not become a poster.
const LARGEST: f64 = 26.0;

/// Smallest terminal that a window is taken for: programs draw nothing of use on less.
const LEAST: Size = Size { cols: 20, rows: 5 };

/// A size of letters and the height of a row, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Letters {
    pub(crate) font: f64,
    pub(crate) row: f64,
}

/// A cell's width and height, as parts of an em.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct CellShape {
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl CellShape {
    /// The largest letters with which a terminal of `size` fits into a room of that many pixels.
    /// Rows are whole device pixels high, so that lines drawn with characters join.
    pub(crate) fn fit(self, room: (f64, f64), size: Size, pixel_ratio: f64) -> Letters {
        let by_width = room.0 / (f64::from(size.cols) * self.width);
        // A row may lose up to a device pixel, never gain: then all rows fit.
        let by_height = room.1 / (f64::from(size.rows) * self.height);
        let font = (by_width.min(by_height).clamp(SMALLEST, LARGEST) * 100.0).floor() / 100.0;
        let row = (font * self.height * pixel_ratio).floor().max(1.0) / pixel_ratio;
        Letters { font, row }
    }

    /// The largest terminal that fits into a room of that many pixels in letters of `font` pixels or more, at
    /// least [`LEAST`].
    pub(crate) fn capacity(self, room: (f64, f64), font: f64) -> Size {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundred cells")]
        let cells = |length: f64, cell: f64, least: u16| {
            ((length / (font * cell)).floor() as u16).clamp(least, Size::MAX)
        };
        Size { cols: cells(room.0, self.width, LEAST.cols), rows: cells(room.1, self.height, LEAST.rows) }
    }
}

/// The font in use, measured once for each character that is not its own.
pub(crate) struct Font {
    shape: CellShape,
    pen: Option<CanvasRenderingContext2d>,
    known: HashMap<char, i32>,
}

impl Font {
    /// The font of an element of the page.
    pub(crate) fn of(element: &Element) -> Self {
        let mut font = Self {
            // Those of the product's own font, should the browser not measure.
            shape: CellShape { width: 0.6, height: 1.32 },
            pen: pen(element),
            known: HashMap::new(),
        };
        if let Some(letter) = font.pen.as_ref().and_then(|pen| pen.measure_text("0").ok()) {
            let height = letter.font_bounding_box_ascent() + letter.font_bounding_box_descent();
            if letter.width() > 0.0 && height > 0.0 {
                font.shape = CellShape { width: letter.width() / MEASURED_AT, height: height / MEASURED_AT };
            }
        }
        font
    }

    /// Whether it is the element's: one that is not on the page yet has none.
    pub(crate) const fn is_known(&self) -> bool {
        self.pen.is_some()
    }

    pub(crate) const fn shape(&self) -> CellShape {
        self.shape
    }
}

impl Widths for Font {
    fn cell(&self) -> i32 {
        thousandths(self.shape.width)
    }

    fn of(&mut self, ch: char) -> i32 {
        let (pen, cell) = (&self.pen, self.cell());
        *self.known.entry(ch).or_insert_with(|| {
            let measured = pen.as_ref().and_then(|pen| pen.measure_text(ch.encode_utf8(&mut [0; 4])).ok());
            measured.map_or(cell, |letter| thousandths(letter.width() / MEASURED_AT))
        })
    }
}

#[expect(clippy::cast_possible_truncation, reason = "widths of letters are a few em")]
fn thousandths(em: f64) -> i32 {
    (em * 1000.0).round() as i32
}

fn pen(element: &Element) -> Option<CanvasRenderingContext2d> {
    let family = window().get_computed_style(element).ok()??.get_property_value("font-family").ok()?;
    if family.is_empty() {
        return None;
    }
    let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
    let pen: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    pen.set_font(&format!("{MEASURED_AT}px {family}"));
    Some(pen)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: CellShape = CellShape { width: 0.6, height: 1.32 };

    #[test]
    fn the_whole_screen_fits_at_every_size() {
        for (cols, rows) in [(80, 24), (120, 34), (132, 50), (40, 10)] {
            for room in [(572.0, 620.0), (900.0, 500.0), (1880.0, 1000.0)] {
                for pixel_ratio in [1.0, 1.5, 2.0, 3.0] {
                    let letters = SHAPE.fit(room, Size { cols, rows }, pixel_ratio);
                    assert!(letters.font * 0.6 * f64::from(cols) <= room.0, "{cols}x{rows} in {room:?}");
                    assert!(letters.row * f64::from(rows) <= room.1, "{cols}x{rows} in {room:?}");
                    assert!((letters.row * pixel_ratio).fract().abs() < 1e-9);
                }
            }
        }
    }

    #[test]
    fn what_a_room_takes_fits_it_in_letters_at_least_as_large() {
        for room in [(360.0, 420.0), (572.0, 620.0), (1880.0, 1000.0)] {
            let size = SHAPE.capacity(room, 14.0);
            for pixel_ratio in [1.0, 1.5, 2.0] {
                let letters = SHAPE.fit(room, size, pixel_ratio);
                assert!((14.0..15.5).contains(&letters.font), "{size:?} in {room:?}: {letters:?}");
            }
        }
        assert_eq!(SHAPE.capacity((0.0, -3.0), 14.0), LEAST, "a room that is not there yet");
    }

    #[test]
    fn letters_stay_readable_and_modest() {
        assert_eq!(
            SHAPE.fit((300.0, 200.0), Size { cols: 400, rows: 100 }, 1.0),
            Letters { font: 7.0, row: 9.0 }
        );
        assert_eq!(SHAPE.fit((3000.0, 2000.0), Size { cols: 10, rows: 3 }, 1.0).font, LARGEST);
    }
}
