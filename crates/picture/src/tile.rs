//! Parts of a picture as PNGs, and back.

use std::borrow::Cow;
use std::io::Cursor;

use png::{BitDepth, ColorType, Compression, Decoder, Encoder, Limits, Transformations};
use wire::desktop::{Extent, Rect, Source, Tile};

use crate::Framebuffer;
use crate::framebuffer::RGB;

/// Most pixels of one tile: a reader decodes several at a time, and needs little memory for each.
const MOST_PIXELS: u32 = 1 << 17;

/// What decoding may allocate beside the pixels, in bytes.
const DECODING: usize = 1 << 20;

/// A tile that cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum TileError {
    /// It is empty or reaches beyond the picture, or what it is moved from does.
    #[error("the tile {0:?} is not within a picture of {1:?}")]
    Outside(Rect, Extent),
    /// Its image is not as large as it says.
    #[error("the tile's image has {0}x{1} pixels, not {2}x{3}")]
    Size(u32, u32, u16, u16),
    /// Its image has other pixels than 8-bit RGB.
    #[error("the tile's image is not of 8-bit RGB")]
    Kind,
    /// Its image is no PNG, or a damaged one.
    #[error("the tile's image cannot be read: {0}")]
    Image(#[from] png::DecodingError),
}

impl Framebuffer {
    /// Encodes a part of the picture, as tiles of a bounded size; none if it is not within the picture.
    #[must_use]
    pub fn tiles(&self, rect: Rect) -> Vec<Tile> {
        if !self.holds(rect) {
            return Vec::new();
        }
        bands(rect).map(|rect| self.tile(rect)).collect()
    }

    /// Encodes the whole picture.
    #[must_use]
    pub fn whole(&self) -> Vec<Tile> {
        self.tiles(self.extent().rect())
    }

    fn tile(&self, rect: Rect) -> Tile {
        Tile { rect, source: Source::Image(encode(rect.width, rect.height, &self.part(rect))) }
    }

    /// The pixels of a part that lies within the picture and is not empty.
    fn part(&self, rect: Rect) -> Cow<'_, [u8]> {
        if rect.width == self.extent().width {
            return Cow::Borrowed(
                &self.pixels()[self.row(rect, 0).start..self.row(rect, rect.height - 1).end],
            );
        }
        let rows = (0..rect.height).map(|row| &self.pixels()[self.row(rect, row)]);
        Cow::Owned(rows.collect::<Vec<_>>().concat())
    }

    fn check(&self, rect: Rect) -> Result<(), TileError> {
        if self.holds(rect) { Ok(()) } else { Err(TileError::Outside(rect, self.extent())) }
    }

    /// Draws a tile.
    ///
    /// # Errors
    /// When it is not within the picture or its image is not what it says: then nothing of it is drawn.
    pub fn apply(&mut self, tile: &Tile) -> Result<(), TileError> {
        let Tile { rect, source } = tile;
        self.check(*rect)?;
        let pixels = match source {
            Source::Image(image) => decode(rect.width, rect.height, image)?,
            Source::Moved { x, y } => {
                let from = Rect { x: *x, y: *y, ..*rect };
                self.check(from)?;
                self.part(from).into_owned()
            }
        };
        for (row, from) in (0..rect.height).zip(pixels.chunks_exact(usize::from(rect.width) * RGB)) {
            let to = self.row(*rect, row);
            self.pixels_mut()[to].copy_from_slice(from);
        }
        Ok(())
    }
}

/// A part of a picture in bands of at most [`MOST_PIXELS`].
fn bands(rect: Rect) -> impl Iterator<Item = Rect> {
    let most = MOST_PIXELS.checked_div(rect.width.into()).map_or(1, |rows| rows.clamp(1, 1 << 15) as u16);
    (0..rect.height).step_by(most.into()).map(move |down| Rect {
        y: rect.y + down,
        height: most.min(rect.height - down),
        ..rect
    })
}

fn encode(width: u16, height: u16, pixels: &[u8]) -> Vec<u8> {
    let mut image = Vec::new();
    let mut encoder = Encoder::new(&mut image, width.into(), height.into());
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Fast);
    let written = encoder.write_header().and_then(|mut writer| {
        writer.write_image_data(pixels)?;
        writer.finish()
    });
    // Into memory, with as many pixels as it says: there is nothing that could fail.
    debug_assert!(written.is_ok(), "{written:?}");
    image
}

fn decode(width: u16, height: u16, image: &[u8]) -> Result<Vec<u8>, TileError> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(image), Limits { bytes: DECODING });
    decoder.set_transformations(Transformations::IDENTITY);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    // Before anything is allocated for its pixels.
    let info = decoder.read_header_info()?;
    if (info.width, info.height) != (width.into(), height.into()) {
        return Err(TileError::Size(info.width, info.height, width, height));
    }
    if (info.color_type, info.bit_depth, info.interlaced) != (ColorType::Rgb, BitDepth::Eight, false) {
        return Err(TileError::Kind);
    }
    let mut reader = decoder.read_info()?;
    let mut pixels = vec![0; usize::from(width) * usize::from(height) * RGB];
    let drawn = reader.next_frame(&mut pixels)?;
    // A part of an animation may be smaller than the image.
    if (drawn.width, drawn.height) != (width.into(), height.into()) {
        return Err(TileError::Size(drawn.width, drawn.height, width, height));
    }
    Ok(pixels)
}
