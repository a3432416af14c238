//! Pictures of desktops: a framebuffer, what of it changed, and its parts as tiles.
//!
//! Pure: no I/O, no clock, no protocol. Whoever paints marks what really changed in a [`Damage`]; what changed
//! becomes [`wire::desktop::Tile`]s, and these make the same pixels in any other framebuffer.

mod damage;
mod framebuffer;
mod tile;

pub use damage::Damage;
pub use framebuffer::Framebuffer;
pub use tile::TileError;
