//! Tiles that lie: an error each, no panic, nothing large in memory.

use picture::{Damage, Framebuffer, TileError};
use proptest::collection::vec;
use proptest::prelude::*;
use wire::desktop::{Extent, Rect, Source, Tile};

const EXTENT: Extent = Extent { width: 200, height: 200 };
const RECT: Rect = Rect { x: 10, y: 20, width: 64, height: 32 };

fn tile() -> Tile {
    let mut framebuffer = Framebuffer::new(EXTENT);
    let mut damage = Damage::new(EXTENT);
    let pixels: Vec<u8> = (0..200 * 200 * 4_u32).map(|at| (at.wrapping_mul(at) >> 3) as u8).collect();
    framebuffer.paint(EXTENT.rect(), &pixels, 800, &mut damage);
    framebuffer.tiles(RECT).remove(0)
}

/// Its PNG.
fn image(tile: &Tile) -> Vec<u8> {
    let Source::Image(image) = &tile.source else { panic!("{tile:?}") };
    image.clone()
}

#[test]
fn a_tile_outside_or_of_another_size_is_refused() {
    let mut framebuffer = Framebuffer::new(EXTENT);
    let good = tile();
    framebuffer.apply(&good).unwrap();
    for rect in [
        Rect { x: 137, ..RECT },
        Rect { y: 169, ..RECT },
        Rect { x: u16::MAX, y: u16::MAX, width: u16::MAX, height: u16::MAX },
        Rect { width: 0, ..RECT },
    ] {
        let error = framebuffer.apply(&Tile { rect, ..good.clone() }).unwrap_err();
        assert!(matches!(error, TileError::Outside(..)), "{error}");
    }
    let wider = Rect { width: 65, ..RECT };
    let error = framebuffer.apply(&Tile { rect: wider, ..good.clone() }).unwrap_err();
    assert_eq!(error.to_string(), "the tile's image has 64x32 pixels, not 65x32");
    // A header that claims the largest image there is.
    let mut huge = image(&good);
    huge[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
    framebuffer.apply(&Tile { source: Source::Image(huge), ..good }).unwrap_err();
    // From beyond the picture.
    for (x, y) in [(137, 20), (10, 169), (u16::MAX, u16::MAX)] {
        let error = framebuffer.apply(&Tile { rect: RECT, source: Source::Moved { x, y } }).unwrap_err();
        assert!(matches!(error, TileError::Outside(..)), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_bytes_are_too_strange(image in vec(any::<u8>(), 0..300)) {
        let tile = Tile { rect: RECT, source: Source::Image(image) };
        prop_assert!(Framebuffer::new(EXTENT).apply(&tile).is_err());
    }

    #[test]
    fn a_damaged_tile_is_an_error_or_a_tile(changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), cut: prop::sample::Index) {
        let mut image = image(&tile());
        for (at, byte) in changes {
            let at = at.index(image.len());
            image[at] = byte;
        }
        let mut framebuffer = Framebuffer::new(EXTENT);
        let tile = |image: &[u8]| Tile { rect: RECT, source: Source::Image(image.to_vec()) };
        _ = framebuffer.apply(&tile(&image));
        image.truncate(cut.index(image.len()));
        _ = framebuffer.apply(&tile(&image));
        prop_assert_eq!(framebuffer.extent(), EXTENT);
    }
}
