//! Pictures of desktops: a framebuffer, what of it changed, and its parts as tiles.
//!
//! Pure: no I/O, no clock, no protocol. Whoever paints marks what really changed in a [`Damage`]; what changed
//! becomes [`wire::desktop::Tile`]s, and these make the same pixels in any other framebuffer. A [`Painting`] knows as
//! well what the others have, and tells what only moved without its pixels.
//!
//! Other tiles are PNGs with the `png` crate's fast compression: a whole 1280x800 of text, of a page and of a video takes
//! 2.3, 2.0 and 7.3 ms and comes to 276, 230 and 1503 kB (`examples/picture_speed.rs`, on two cores). WebP without loss
//! is a third to two thirds smaller (96, 134, 970 kB) for 3.8, 4.0 and 8.7 ms, but Chromium takes 1.4 to 1.8 times as
//! long to decode it (18 ms for 10 of a page, 38 for 28 of noise), and there frames a second are lost first; QOI with
//! zstd is smallest on text (31 kB) and needs a decoder of its own in the page; JPEG is smaller for a video alone
//! (97 kB), takes ten times as long for text, and is not the picture.

mod damage;
mod framebuffer;
mod moved;
mod painting;
mod tile;

pub use damage::Damage;
pub use framebuffer::Framebuffer;
pub use painting::Painting;
pub use tile::TileError;
