//! The mouse's pointer, drawn into the frames of a video: there is no layer above the picture.

use std::io::Cursor;

use png::{BitDepth, ColorType, Decoder, Limits};
use wire::desktop::{Extent, Pointer, PointerShape};

/// Most columns and rows of a pointer (MS-RDPBCGR section 2.2.9.1.1.4.4).
const MOST: u16 = 384;
/// What decoding one may allocate beside its pixels, in bytes.
const DECODING: usize = 1 << 20;

/// Stands for the viewer's own pointer: black, white, and nothing.
const ARROW: [&[u8; 12]; 19] = [
    b"#           ",
    b"##          ",
    b"#.#         ",
    b"#..#        ",
    b"#...#       ",
    b"#....#      ",
    b"#.....#     ",
    b"#......#    ",
    b"#.......#   ",
    b"#........#  ",
    b"#.........# ",
    b"#......#####",
    b"#...#..#    ",
    b"#..##..#    ",
    b"#.#  #..#   ",
    b"##   #..#   ",
    b"#     #..#  ",
    b"      #..#  ",
    b"       ##   ",
];

/// A pointer's picture.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Image {
    /// Pixels in a row.
    width: usize,
    /// The pixel that points.
    hot: (u16, u16),
    /// Four bytes a pixel.
    pixels: Vec<u8>,
}

impl Image {
    /// What it looks like; none where there is nothing to be seen.
    pub(super) fn of(pointer: &Pointer) -> Option<Self> {
        match pointer {
            Pointer::Hidden => None,
            Pointer::Default => Some(Self::arrow()),
            // What cannot be read points all the same.
            Pointer::Shape(shape) => Some(Self::decoded(shape).unwrap_or_else(Self::arrow)),
        }
    }

    fn arrow() -> Self {
        let pixel = |letter: &u8| match letter {
            b'#' => [0, 0, 0, 255],
            b'.' => [255; 4],
            _ => [0; 4],
        };
        Self {
            width: ARROW[0].len(),
            hot: (0, 0),
            pixels: ARROW.iter().flat_map(|row| row.iter()).flat_map(pixel).collect(),
        }
    }

    fn decoded(shape: &PointerShape) -> Option<Self> {
        let PointerShape { width, height, hot_x, hot_y, image } = shape;
        let is_sound = (1..=MOST).contains(width) && (1..=MOST).contains(height);
        let mut decoder = Decoder::new_with_limits(Cursor::new(image), Limits { bytes: DECODING });
        let info = decoder.read_header_info().ok()?;
        let is_as_said = (info.width, info.height) == (u32::from(*width), u32::from(*height));
        if !is_sound || !is_as_said || (info.color_type, info.bit_depth) != (ColorType::Rgba, BitDepth::Eight)
        {
            return None;
        }
        let mut pixels = vec![0; usize::from(*width) * usize::from(*height) * 4];
        decoder.read_info().ok()?.next_frame(&mut pixels).ok()?;
        Some(Self { width: usize::from(*width), hot: (*hot_x, *hot_y), pixels })
    }

    /// Draws as much of it as is within a picture that lies in the upper left corner of a frame, whose rows are so
    /// many bytes long, three a pixel: it points at that pixel.
    pub(super) fn draw(&self, at: (u16, u16), frame: &mut [u8], extent: Extent, row: usize) {
        let place = |at: u16, hot: u16, step: usize, end: u16| {
            (usize::from(at) + step).checked_sub(hot.into()).filter(|place| *place < usize::from(end))
        };
        for (down, pixels) in self.pixels.chunks_exact(self.width * 4).enumerate() {
            let Some(y) = place(at.1, self.hot.1, down, extent.height) else { continue };
            for (right, pixel) in pixels.chunks_exact(4).enumerate() {
                let Some(x) = place(at.0, self.hot.0, right, extent.width) else { continue };
                let to = frame.get_mut(y * row + x * 3..).into_iter().flatten();
                let opaque = u32::from(pixel[3]);
                for (to, from) in to.zip(&pixel[..3]) {
                    let mixed = u32::from(*from) * opaque + u32::from(*to) * (255 - opaque);
                    *to = (mixed / 255) as u8;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXTENT: Extent = Extent { width: 200, height: 200 };
    /// The frame is wider than the picture.
    const ROW: usize = 210 * 3;

    fn drawn(image: &Image, at: (u16, u16)) -> Vec<u8> {
        let mut frame = vec![100; ROW * 200];
        image.draw(at, &mut frame, EXTENT, ROW);
        frame
    }

    fn changed(frame: &[u8]) -> usize {
        frame.chunks_exact(3).filter(|pixel| **pixel != [100; 3]).count()
    }

    #[test]
    fn an_arrow_points_and_stays_within_the_picture() {
        let arrow = Image::of(&Pointer::Default).expect("an arrow");
        let frame = drawn(&arrow, (50, 60));
        assert_eq!(frame[60 * ROW + 150..][..3], [0; 3]);
        assert_eq!(frame[64 * ROW + 153..][..3], [255; 3]);
        assert_eq!(frame[59 * ROW + 150..][..3], [100; 3]);
        let all = changed(&frame);
        assert_eq!(changed(&drawn(&arrow, (199, 0))), 17, "its first column");
        assert_eq!(changed(&drawn(&arrow, (0, 199))), 1);
        assert_eq!((changed(&drawn(&arrow, (200, 5))), changed(&drawn(&arrow, (9, u16::MAX)))), (0, 0));
        assert!(all > 100, "{all}");
        assert_eq!(Image::of(&Pointer::Hidden), None);
    }

    #[test]
    fn a_shape_is_mixed_in_by_its_hot_pixel() {
        let mut image = Vec::new();
        let mut encoder = png::Encoder::new(&mut image, 2, 1);
        encoder.set_color(ColorType::Rgba);
        let mut writer = encoder.write_header().expect("a header");
        writer.write_image_data(&[200, 0, 0, 255, 200, 0, 0, 51]).expect("pixels");
        writer.finish().expect("an end");
        let shape = |width, image: &[u8]| {
            let (image, height) = (image.to_vec(), 1);
            Pointer::Shape(Box::new(PointerShape { width, height, hot_x: 1, hot_y: 0, image }))
        };
        let frame = drawn(&Image::of(&shape(2, &image)).expect("a shape"), (10, 0));
        assert_eq!(frame[27..33], [200, 0, 0, 120, 80, 80]);
        assert_eq!(changed(&frame), 2);
        // At the edge what points is seen alone.
        assert_eq!(changed(&drawn(&Image::of(&shape(2, &image)).expect("a shape"), (0, 0))), 1);
        for rubbish in [shape(3, &image), shape(2, b"PNG"), shape(0, &image)] {
            assert_eq!(Image::of(&rubbish), Image::of(&Pointer::Default));
        }
    }
}
