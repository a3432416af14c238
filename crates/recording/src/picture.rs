//! How a recording of a desktop writes down what it shows: plain words with spaces between, pictures as PNG in
//! base64, so that any program that reads lines finds them.
//!
//! | code | data |
//! | --- | --- |
//! | `e` | `WxH`: the desktop has that extent from now on and is black |
//! | `d` | `SEQ` and then `X Y WxH PNG` for each part that changed, or `X Y WxH @X,Y` where its pixels were in a part there |
//! | `c` | `SEQ POINTER`, which is `default`, `hidden`, or `WxH X Y PNG` with the pixel that points |
//! | `p` | `X Y`: the mouse is there, and again after each `k` |
//! | `k` | `SEQ WxH POINTER` and then the parts that together are all of it: a keyframe, which changes nothing |
//!
//! `SEQ` is the number of the event as those who watched knew it.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use wire::desktop::{Extent, Pointer, PointerShape, Rect, Source, Tile};

/// A whole picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Number of the last event that is in it.
    pub seq: u64,
    /// Its size.
    pub extent: Extent,
    /// The mouse's pointer.
    pub pointer: Pointer,
    /// Parts that together are all of it.
    pub tiles: Vec<Tile>,
}

pub(crate) fn extent_text(extent: Extent) -> String {
    format!("{}x{}", extent.width, extent.height)
}

pub(crate) fn drawn_text(seq: u64, tiles: &[Tile]) -> String {
    let mut text = seq.to_string();
    push_tiles(&mut text, tiles);
    text
}

pub(crate) fn pointer_text(seq: u64, pointer: &Pointer) -> String {
    let mut text = seq.to_string();
    push_pointer(&mut text, pointer);
    text
}

pub(crate) fn place_text(x: u16, y: u16) -> String {
    format!("{x} {y}")
}

impl Picture {
    pub(crate) fn to_text(&self) -> String {
        let mut text = format!("{} {}", self.seq, extent_text(self.extent));
        push_pointer(&mut text, &self.pointer);
        push_tiles(&mut text, &self.tiles);
        text
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut words = Words::of(text);
        let (seq, extent) = (words.number()?, words.extent()?);
        Some(Self { seq, extent, pointer: words.pointer()?, tiles: words.tiles()? })
    }
}

pub(crate) fn parse_extent(text: &str) -> Option<Extent> {
    let (width, height) = size(text)?;
    let extent = Extent { width, height };
    (extent == Extent::clamped(width.into(), height.into())).then_some(extent)
}

pub(crate) fn parse_drawn(text: &str) -> Option<(u64, Vec<Tile>)> {
    let mut words = Words::of(text);
    Some((words.number()?, words.tiles()?))
}

pub(crate) fn parse_pointer(text: &str) -> Option<(u64, Pointer)> {
    let mut words = Words::of(text);
    let parsed = (words.number()?, words.pointer()?);
    words.0.next().is_none().then_some(parsed)
}

pub(crate) fn parse_place(text: &str) -> Option<(u16, u16)> {
    let (x, y) = text.split_once(' ')?;
    Some((x.parse().ok()?, y.parse().ok()?))
}

fn push_tiles(text: &mut String, tiles: &[Tile]) {
    text.reserve(tiles.iter().map(|tile| tile.size() / 3 * 4 + 32).sum());
    for Tile { rect: Rect { x, y, width, height }, source } in tiles {
        // Writing to a string never fails.
        _ = write!(text, " {x} {y} {width}x{height} ");
        match source {
            Source::Image(image) => STANDARD.encode_string(image, text),
            Source::Moved { x, y } => _ = write!(text, "@{x},{y}"),
        }
    }
}

fn push_pointer(text: &mut String, pointer: &Pointer) {
    match pointer {
        Pointer::Default => text.push_str(" default"),
        Pointer::Hidden => text.push_str(" hidden"),
        Pointer::Shape(shape) => {
            let PointerShape { width, height, hot_x, hot_y, image } = &**shape;
            _ = write!(text, " {width}x{height} {hot_x} {hot_y} ");
            STANDARD.encode_string(image, text);
        }
    }
}

/// `WxH`.
fn size(word: &str) -> Option<(u16, u16)> {
    let (width, height) = word.split_once('x')?;
    Some((width.parse().ok()?, height.parse().ok()?))
}

/// The words of a line's data, one after the other.
struct Words<'a>(std::str::Split<'a, char>);

impl<'a> Words<'a> {
    fn of(text: &'a str) -> Self {
        Self(text.split(' '))
    }

    fn number<T: std::str::FromStr>(&mut self) -> Option<T> {
        self.0.next()?.parse().ok()
    }

    fn extent(&mut self) -> Option<Extent> {
        parse_extent(self.0.next()?)
    }

    fn source(&mut self) -> Option<Source> {
        let word = self.0.next()?;
        let Some(place) = word.strip_prefix('@') else {
            return STANDARD.decode(word).ok().map(Source::Image);
        };
        let (x, y) = place.split_once(',')?;
        Some(Source::Moved { x: x.parse().ok()?, y: y.parse().ok()? })
    }

    fn image(&mut self) -> Option<Vec<u8>> {
        STANDARD.decode(self.0.next()?).ok()
    }

    fn pointer(&mut self) -> Option<Pointer> {
        match self.0.next()? {
            "default" => Some(Pointer::Default),
            "hidden" => Some(Pointer::Hidden),
            word => {
                let (width, height) = size(word)?;
                let (hot_x, hot_y, image) = (self.number()?, self.number()?, self.image()?);
                Some(Pointer::Shape(Box::new(PointerShape { width, height, hot_x, hot_y, image })))
            }
        }
    }

    /// All that is left.
    fn tiles(&mut self) -> Option<Vec<Tile>> {
        let mut tiles = Vec::new();
        while let Some(x) = self.0.next() {
            let (x, y) = (x.parse().ok()?, self.number()?);
            let (width, height) = size(self.0.next()?)?;
            tiles.push(Tile { rect: Rect { x, y, width, height }, source: self.source()? });
        }
        Some(tiles)
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn tile() -> impl Strategy<Value = Tile> {
        let source = prop_oneof![
            vec(any::<u8>(), 0..50).prop_map(Source::Image),
            any::<(u16, u16)>().prop_map(|(x, y)| Source::Moved { x, y }),
        ];
        (any::<(u16, u16, u16, u16)>(), source)
            .prop_map(|((x, y, width, height), source)| Tile { rect: Rect { x, y, width, height }, source })
    }

    fn pointer() -> impl Strategy<Value = Pointer> {
        let shape = (any::<(u16, u16, u16, u16)>(), vec(any::<u8>(), 0..50));
        prop_oneof![
            Just(Pointer::Default),
            Just(Pointer::Hidden),
            shape.prop_map(|((width, height, hot_x, hot_y), image)| {
                Pointer::Shape(Box::new(PointerShape { width, height, hot_x, hot_y, image }))
            }),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(seq: u64, tiles in vec(tile(), 0..5), pointer in pointer(), width: u32, height: u32) {
            let extent = Extent::clamped(width, height);
            prop_assert_eq!(parse_drawn(&drawn_text(seq, &tiles)), Some((seq, tiles.clone())));
            prop_assert_eq!(parse_pointer(&pointer_text(seq, &pointer)), Some((seq, pointer.clone())));
            prop_assert_eq!(parse_extent(&extent_text(extent)), Some(extent));
            prop_assert_eq!(parse_place(&place_text(extent.width, 0)), Some((extent.width, 0)));
            let picture = Picture { seq, extent, pointer, tiles };
            prop_assert_eq!(Picture::parse(&picture.to_text()), Some(picture));
        }

        #[test]
        fn no_text_is_too_strange(text in any::<String>(), near in "[0-9]{0,6} ?([0-9]{1,6}[ x]){0,9}(default|hidden|@[0-9]{0,6},[0-9]{0,6}|[A-Za-z0-9+/=]{0,9})? ?[0-9]{0,3}") {
            for text in [&text, &near] {
                _ = (parse_drawn(text), parse_pointer(text), parse_extent(text), Picture::parse(text));
                _ = parse_place(text);
            }
        }
    }

    #[test]
    fn the_words_are_plain() {
        let tile =
            Tile { rect: Rect { x: 1, y: 2, width: 3, height: 4 }, source: Source::Image(b"PNG".to_vec()) };
        let moved = Tile { source: Source::Moved { x: 1, y: 18 }, ..tile.clone() };
        assert_eq!(drawn_text(7, &[moved, tile.clone()]), "7 1 2 3x4 @1,18 1 2 3x4 UE5H");
        let shape = PointerShape { width: 24, height: 25, hot_x: 1, hot_y: 2, image: b"PNG".to_vec() };
        assert_eq!(pointer_text(8, &Pointer::Shape(Box::new(shape))), "8 24x25 1 2 UE5H");
        let picture =
            Picture { seq: 9, extent: Extent::DEFAULT, pointer: Pointer::Hidden, tiles: vec![tile] };
        assert_eq!(picture.to_text(), "9 1280x800 hidden 1 2 3x4 UE5H");
        for text in ["", "7 1 2 3x4", "7 1 2 3x4 ?", "7  1 2 3x4 UE5H", "x", "7 1 2 34 UE5H"] {
            assert_eq!(parse_drawn(text), None, "{text}");
        }
        assert_eq!(parse_extent("1281x800"), None);
    }
}
