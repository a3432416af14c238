//! The mouse's pointer, as pages draw it. Pure.

use ironrdp_graphics::pointer::DecodedPointer;
use wire::desktop::{Pointer, PointerShape};

/// Most columns and rows (MS-RDPBCGR section 2.2.9.1.1.4.4).
const MOST: u16 = 384;

/// A decoded pointer as a PNG; the viewer's own where it cannot be drawn.
pub(crate) fn pointer(decoded: &DecodedPointer) -> Pointer {
    let DecodedPointer { width, height, hotspot_x, hotspot_y, bitmap_data } = decoded;
    let is_sound = (1..=MOST).contains(width)
        && (1..=MOST).contains(height)
        && bitmap_data.len() == usize::from(*width) * usize::from(*height) * 4;
    let Some(image) = is_sound.then(|| png(*width, *height, bitmap_data)).flatten() else {
        return Pointer::Default;
    };
    Pointer::Shape(Box::new(PointerShape {
        width: *width,
        height: *height,
        hot_x: (*hotspot_x).min(width - 1),
        hot_y: (*hotspot_y).min(height - 1),
        image,
    }))
}

fn png(width: u16, height: u16, rgba: &[u8]) -> Option<Vec<u8>> {
    let mut image = Vec::new();
    let mut encoder = png::Encoder::new(&mut image, width.into(), height.into());
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(rgba).ok()?;
    writer.finish().ok()?;
    Some(image)
}

#[cfg(test)]
mod tests {
    use ironrdp_graphics::pointer::DecodedPointer;
    use wire::desktop::Pointer;

    use super::pointer;

    #[test]
    fn a_shape_is_drawn_or_the_viewers_own() {
        let mut decoded =
            DecodedPointer { width: 2, height: 1, hotspot_x: 9, hotspot_y: 0, bitmap_data: vec![7; 8] };
        let Pointer::Shape(shape) = pointer(&decoded) else { panic!("a shape") };
        assert_eq!((shape.width, shape.height, shape.hot_x, shape.hot_y), (2, 1, 1, 0));
        let mut reader = png::Decoder::new(std::io::Cursor::new(shape.image)).read_info().expect("a picture");
        let mut pixels = vec![0; reader.output_buffer_size().expect("its size")];
        reader.next_frame(&mut pixels).expect("a frame");
        assert_eq!(pixels, [7; 8]);
        decoded.bitmap_data.pop();
        assert_eq!(pointer(&decoded), Pointer::Default);
    }
}
