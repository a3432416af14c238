//! Desktops: screens that are pictures, and what mouse and keyboard do there.
//!
//! Pixels are told apart by place: x to the right, y down, the first being 0.

mod bytes;

use serde::{Deserialize, Serialize};

/// Width and height of a desktop, in pixels; within [`Extent::MIN`] and [`Extent::MAX`], the width even.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Extent {
    /// Pixels in a row.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl Extent {
    /// Smallest desktop (MS-RDPEDISP section 2.2.2.2.1).
    pub const MIN: Self = Self { width: 200, height: 200 };
    /// Largest desktop: what fits a large display, and 32 MiB of pixels.
    pub const MAX: Self = Self { width: 3840, height: 2160 };
    /// What a desktop has when nobody says.
    pub const DEFAULT: Self = Self { width: 1280, height: 800 };

    /// An extent within bounds.
    #[must_use]
    pub fn clamped(width: u32, height: u32) -> Self {
        let clamp = |value: u32, min: u16, max: u16| u16::try_from(value).unwrap_or(max).clamp(min, max);
        Self {
            width: clamp(width, Self::MIN.width, Self::MAX.width) & !1,
            height: clamp(height, Self::MIN.height, Self::MAX.height),
        }
    }

    /// All of it.
    #[must_use]
    pub const fn rect(self) -> Rect {
        Rect { x: 0, y: 0, width: self.width, height: self.height }
    }
}

/// A part of a desktop, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rect {
    /// First column.
    pub x: u16,
    /// First row.
    pub y: u16,
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl Rect {
    /// Whether nothing of the other is in it.
    #[must_use]
    pub fn is_apart(self, other: Self) -> bool {
        let apart = |one: u16, length: u16, other: u16, others: u16| {
            u32::from(one) + u32::from(length) <= other.into()
                || u32::from(other) + u32::from(others) <= one.into()
        };
        apart(self.x, self.width, other.x, other.width) || apart(self.y, self.height, other.y, other.height)
    }

    /// Whether all of the other is in it.
    #[must_use]
    pub fn holds(self, other: Self) -> bool {
        let end = |from: u16, length: u16| u32::from(from) + u32::from(length);
        self.x <= other.x
            && self.y <= other.y
            && end(self.x, self.width) >= end(other.x, other.width)
            && end(self.y, self.height) >= end(other.y, other.height)
    }
}

/// What a part of a desktop shows from now on. Tiles of one frame take effect one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tile {
    /// Which part.
    pub rect: Rect,
    /// Where its pixels come from.
    pub source: Source,
}

/// Where the pixels of a tile come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Source {
    /// A PNG (RFC 2083) of 8-bit RGB, as large as the tile.
    Image(#[serde(with = "bytes")] Vec<u8>),
    /// They were elsewhere in the picture, in a part as large as the tile: a page was scrolled.
    Moved {
        /// First column of that part.
        x: u16,
        /// First row of it.
        y: u16,
    },
}

impl Tile {
    /// Bytes of its image; none where its pixels were there before.
    #[must_use]
    pub const fn size(&self) -> usize {
        match &self.source {
            Source::Image(image) => image.len(),
            Source::Moved { .. } => 0,
        }
    }
}

/// What the mouse's pointer looks like.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pointer {
    /// As the viewer's own system has it.
    #[default]
    Default,
    /// There is none.
    Hidden,
    /// A picture.
    Shape(Box<PointerShape>),
}

/// A pointer that is a picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointerShape {
    /// Columns of its picture, at most 384 (MS-RDPBCGR section 2.2.9.1.1.4.4).
    pub width: u16,
    /// Rows of it.
    pub height: u16,
    /// Column of the pixel that points.
    pub hot_x: u16,
    /// Row of the pixel that points.
    pub hot_y: u16,
    /// The picture as a PNG of 8-bit RGBA.
    #[serde(with = "bytes")]
    pub image: Vec<u8>,
}

/// Where the mouse is on a desktop, and whose hand moved it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mouse {
    /// Column.
    pub x: u16,
    /// Row.
    pub y: u16,
    /// The seat of the watcher who had control; none for the owner.
    pub seat: Option<u64>,
}

/// A button of the mouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Button {
    /// Left, for right-handed people.
    Primary,
    /// The wheel's.
    Middle,
    /// Right, for right-handed people.
    Secondary,
    /// The fourth.
    Back,
    /// The fifth.
    Forward,
}

/// One thing that somebody does at a desktop. A list of them, encoded by [`crate::encode`], is what an input
/// request carries where the screen is a picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Gesture {
    /// A key goes down or up.
    Key {
        /// Scan code of set 1, with 0xE000 added for extended keys (MS-RDPBCGR section 2.2.8.1.1.3.1.1.1).
        code: u16,
        /// Whether it goes down.
        down: bool,
        /// The character that it stands for on the person's keyboard, if it is one.
        text: Option<char>,
    },
    /// A character that no single key stands for: composed, or of an input method.
    Text(char),
    /// The mouse is there.
    Move {
        /// Column.
        x: u16,
        /// Row.
        y: u16,
    },
    /// A button goes down or up where the mouse is.
    Press {
        /// Which.
        button: Button,
        /// Whether it goes down.
        down: bool,
    },
    /// The wheel turns, in 120ths of a notch: up and right are positive.
    Wheel {
        /// Up or down.
        vertical: i16,
        /// Right or left.
        horizontal: i16,
    },
    /// All keys and buttons are up: the page has lost the focus.
    Released,
    /// Text for the desktop's clipboard, in pieces if it is long.
    Clip {
        /// A piece.
        text: String,
        /// Whether another follows.
        more: bool,
    },
}

impl Gesture {
    /// Longest text that goes from clipboard to clipboard, in bytes; more is refused.
    pub const MAX_CLIP_BYTES: usize = 1 << 20;
    /// Largest scan code.
    pub const MAX_CODE: u16 = 0xE07F;
}
