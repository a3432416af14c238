//! A desktop's pointer as CSS names it.

use wire::desktop::{Pointer, PointerShape};

/// Largest side of a pointer that browsers show, in pixels of the page.
const LARGEST: f64 = 128.0;

/// Values of the property `cursor`, each better than the one before, for a pointer on a picture with so many pixels of
/// the page for one of the desktop's.
pub(crate) fn css(pointer: &Pointer, scale: f64) -> Vec<String> {
    let shape = match pointer {
        Pointer::Default => return vec!["default".to_owned()],
        Pointer::Hidden => return vec!["none".to_owned()],
        Pointer::Shape(shape) => shape,
    };
    let url = url(shape);
    // Where the picture is larger than it may be, too: a pointer out of scale points better than none.
    let side = f64::from(shape.width.max(shape.height)).max(1.0);
    let scale = if scale > 0.0 { scale.min(LARGEST / side) } else { 1.0 };
    let hot = |at: u16, length: u16, scale: f64| {
        let last = (f64::from(length) * scale).ceil().max(1.0) - 1.0;
        (f64::from(at) * scale).floor().min(last)
    };
    let hots = |scale| (hot(shape.hot_x, shape.width, scale), hot(shape.hot_y, shape.height, scale));
    let (x, y) = hots(1.0);
    let mut values = vec!["default".to_owned(), format!("{url} {x} {y}, default")];
    if scale != 1.0 {
        let (x, y) = hots(scale);
        values.push(format!("image-set({url} {}x) {x} {y}, default", 1.0 / scale));
    }
    values
}

/// A pointer's picture.
pub(crate) fn url(shape: &PointerShape) -> String {
    format!("url(data:image/png;base64,{})", base64(&shape.image))
}

/// Bytes as text (RFC 4648 section 4).
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |index: usize| u32::from(three.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for index in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * index) & 63) as usize];
            text.push(if index > three.len() { '=' } else { char::from(letter) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(side: u16, hot: u16) -> Pointer {
        let image = b"PNG".to_vec();
        Pointer::Shape(Box::new(PointerShape { width: side, height: side, hot_x: hot, hot_y: 0, image }))
    }

    #[test]
    fn pointers_are_what_the_desktop_says() {
        assert_eq!(css(&Pointer::Default, 1.0), ["default"]);
        assert_eq!(css(&Pointer::Hidden, 0.5), ["none"]);
        assert_eq!(css(&shape(32, 9), 1.0), ["default", "url(data:image/png;base64,UE5H) 9 0, default"]);
    }

    #[test]
    fn a_pointer_is_as_large_as_the_picture_it_is_on() {
        for (side, hot, scale, expected) in [
            (32, 9, 0.5, "image-set(url(data:image/png;base64,UE5H) 2x) 4 0, default"),
            (32, 31, 0.25, "image-set(url(data:image/png;base64,UE5H) 4x) 7 0, default"),
            (384, 100, 1.0, "image-set(url(data:image/png;base64,UE5H) 3x) 33 0, default"),
            // A server may say anything.
            (32, 900, 0.5, "image-set(url(data:image/png;base64,UE5H) 2x) 15 0, default"),
        ] {
            assert_eq!(css(&shape(side, hot), scale).last().map(String::as_str), Some(expected));
        }
    }

    #[test]
    fn bytes_are_written_as_base64() {
        for (bytes, text) in [
            (&b""[..], ""),
            (b"f", "Zg=="),
            (b"fo", "Zm8="),
            (b"foo", "Zm9v"),
            (b"foobar", "Zm9vYmFy"),
            (&[0xFB, 0xFF, 0xFE], "+//+"),
        ] {
            assert_eq!(base64(bytes), text);
        }
    }
}
