//! How large a desktop's picture is on the page, and how large a desktop the page has room for.
//!
//! A pixel of the desktop is a whole number of the display's pixels where there is room: then it is crisp. Where there
//! is not, all of it is made smaller.

use leptos::prelude::window;
use web_sys::HtmlElement;
use wire::desktop::Extent;

/// A desktop is not made narrower than this, in its pixels, only to have larger ones.
const NARROW: f64 = 560.0;
/// So much of a picture is given up to have it crisp.
const SPARE: f64 = 0.01;
/// A picture that has no room yet is so small, and not nothing.
const SMALLEST: f64 = 0.01;

/// Pixels of the display for one of the desktop.
fn unit(ratio: f64) -> f64 {
    // A hair less than a whole number is one: the browser's zoom gives such.
    (ratio + 0.01).floor().max(1.0)
}

/// Pixels of the page for one of the desktop's, on a display with so many pixels for one of the page's.
pub(crate) fn fit(room: (f64, f64), extent: Extent, ratio: f64) -> f64 {
    let whole = unit(ratio) / ratio;
    let by_width = room.0 / f64::from(extent.width);
    let by_height = room.1 / f64::from(extent.height);
    let fits = by_width.min(by_height).min(whole);
    // What was made for this room leaves less than two of its pixels over.
    let crisp = (fits * ratio).floor() / ratio;
    if crisp > 0.0 && fits - crisp < SPARE * crisp { crisp } else { fits.max(SMALLEST) }
}

/// The desktop that fits the room.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few thousand pixels")]
pub(crate) fn capacity(room: (f64, f64), ratio: f64) -> Extent {
    let mut unit = unit(ratio);
    while unit > 1.0 && room.0 * ratio / unit < NARROW {
        unit -= 1.0;
    }
    let pixels = |length: f64| (length * ratio / unit).max(0.0).floor() as u32;
    Extent::clamped(pixels(room.0), pixels(room.1))
}

/// An element without its padding, in pixels.
pub(crate) fn room(element: &HtmlElement) -> (f64, f64) {
    let style = window().get_computed_style(element).ok().flatten();
    let inner = |outer: i32, sides: [&str; 2]| {
        let side = |name: &str| -> Option<f64> {
            style.as_ref()?.get_property_value(name).ok()?.trim_end_matches("px").parse().ok()
        };
        f64::from(outer) - sides.into_iter().filter_map(side).sum::<f64>()
    };
    (
        inner(element.offset_width(), ["padding-left", "padding-right"]),
        inner(element.offset_height(), ["padding-top", "padding-bottom"]),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESKTOP: Extent = Extent { width: 1280, height: 800 };

    #[test]
    fn a_picture_is_never_larger_than_its_pixels() {
        for (room, ratio, scale) in [
            ((1400.0, 900.0), 1.0, 1.0),
            ((1280.0, 800.0), 1.0, 1.0),
            ((640.0, 800.0), 1.0, 0.5),
            ((1280.0, 200.0), 1.0, 0.25),
            ((1400.0, 900.0), 2.0, 1.0),
            ((1400.0, 900.0), 1.25, 0.8),
            ((640.0, 400.0), 3.0, 0.5),
        ] {
            assert!((fit(room, DESKTOP, ratio) - scale).abs() < 1e-9, "{room:?} at {ratio}");
        }
    }

    #[test]
    fn a_page_has_room_for_a_desktop_of_its_own_pixels() {
        for (room, ratio, (width, height)) in [
            ((1280.0, 800.0), 1.0, (1280, 800)),
            ((1281.5, 799.5), 1.0, (1280, 799)),
            ((1280.0, 800.0), 2.0, (1280, 800)),
            ((1280.0, 800.0), 1.25, (1600, 1000)),
            // On a phone letters become smaller so that a window fits.
            ((384.0, 600.0), 3.0, (576, 900)),
            ((100.0, 50.0), 1.0, (200, 200)),
            ((-4.0, 50_000.0), 1.0, (200, 2160)),
        ] {
            assert_eq!(capacity(room, ratio), Extent { width, height }, "{room:?} at {ratio}");
        }
    }

    #[test]
    fn what_fits_the_page_is_crisp_there() {
        for ratio in [1.0, 1.1, 1.25, 1.5, 2.0, 2.625, 3.0] {
            for width in 300..900 {
                let room = (f64::from(width), 700.0);
                let pixels = fit(room, capacity(room, ratio), ratio) * ratio;
                assert!((pixels - pixels.round()).abs() < 1e-9, "{room:?} at {ratio}: {pixels}");
            }
        }
    }
}
