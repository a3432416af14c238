//! What can be seen of a desktop, and how it is written down.

use wire::desktop::{Extent, Pointer, Tile};

use crate::picture::{
    drawn_text, extent_text, parse_drawn, parse_extent, parse_place, parse_pointer, place_text, pointer_text,
};
use crate::{LineError, Picture};

/// Something that changes what is seen of a desktop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// It has that extent from now on and is black.
    Extent(Extent),
    /// Parts of it changed.
    Drawn {
        /// Number of the event, as those who watched knew it.
        seq: u64,
        /// The parts.
        tiles: Vec<Tile>,
    },
    /// The mouse's pointer has another shape.
    Pointer {
        /// Number of the event, as those who watched knew it.
        seq: u64,
        /// Its shape.
        pointer: Pointer,
    },
    /// The mouse is at that column and row.
    Mouse(u16, u16),
    /// All of it as it is already, for who begins to read here; who read on has it.
    Whole(Picture),
}

impl Sight {
    /// The code of its line, and the data.
    pub(crate) fn to_text(&self) -> (u8, String) {
        match self {
            Self::Extent(extent) => (b'e', extent_text(*extent)),
            Self::Drawn { seq, tiles } => (b'd', drawn_text(*seq, tiles)),
            Self::Pointer { seq, pointer } => (b'c', pointer_text(*seq, pointer)),
            Self::Mouse(x, y) => (b'p', place_text(*x, *y)),
            Self::Whole(picture) => (b'k', picture.to_text()),
        }
    }

    /// Reads the data of a line with that code, if that is one of a desktop.
    pub(crate) fn parse(code: &str, data: &str) -> Option<Result<Self, LineError>> {
        let (code, sight) = match code {
            "e" => ('e', parse_extent(data).map(Self::Extent)),
            "d" => ('d', parse_drawn(data).map(|(seq, tiles)| Self::Drawn { seq, tiles })),
            "c" => ('c', parse_pointer(data).map(|(seq, pointer)| Self::Pointer { seq, pointer })),
            "p" => ('p', parse_place(data).map(|(x, y)| Self::Mouse(x, y))),
            "k" => ('k', Picture::parse(data).map(Self::Whole)),
            _ => return None,
        };
        Some(sight.ok_or(LineError::Data(code)))
    }
}
