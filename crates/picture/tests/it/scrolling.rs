//! What moved is told without its pixels, and whoever follows has the picture all the same.

use picture::{Framebuffer, Painting};
use proptest::collection::vec;
use proptest::prelude::*;
use wire::desktop::{Extent, Rect, Source, Tile};

const EXTENT: Extent = Extent { width: 640, height: 400 };
const LINE: u16 = 10;

/// Pixels of a line of a page, four bytes each: no two lines alike, and half of one white.
fn line(number: u32, width: u16) -> Vec<u8> {
    let mut state = number.wrapping_mul(2_654_435_761) | 1;
    let mut ink = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        if state.is_multiple_of(3) { 0x20 } else { 0xff }
    };
    (0..usize::from(width) * usize::from(LINE)).flat_map(|_| [ink(); 4]).collect()
}

/// Paints lines of a page from its line `top` on.
fn page(painting: &mut Painting, page: Rect, top: u32) {
    for (number, y) in (0..page.height).step_by(LINE.into()).enumerate() {
        let rect = Rect { y: page.y + y, height: LINE.min(page.height - y), ..page };
        painting.paint(rect, &line(top + number as u32, page.width), usize::from(page.width) * 4);
    }
}

fn follow(seen: &mut Framebuffer, tiles: &[Tile]) -> usize {
    tiles.iter().for_each(|tile| seen.apply(tile).unwrap());
    tiles.iter().map(Tile::size).sum()
}

#[test]
fn a_page_that_scrolls_is_told_as_its_new_lines() {
    // All of it, one beside something that stands still, and one between lines.
    for part in [
        EXTENT.rect(),
        Rect { x: 200, width: 300, ..EXTENT.rect() },
        Rect { x: 33, y: 77, width: 501, height: 250 },
    ] {
        let mut painting = Painting::new(EXTENT);
        let mut seen = Framebuffer::new(EXTENT);
        page(&mut painting, EXTENT.rect(), 5000);
        page(&mut painting, part, 100);
        let all = follow(&mut seen, &painting.changes());
        for top in [101, 104, 102, 90] {
            page(&mut painting, part, top);
            let tiles = painting.changes();
            assert!(matches!(tiles[0].source, Source::Moved { .. }), "{part:?}, to line {top}: {tiles:?}");
            let bytes = follow(&mut seen, &tiles);
            assert!(bytes * 2 < all, "{part:?}, to line {top}: {bytes} of {all}");
            assert!(seen == *painting.painted(), "{part:?}, to line {top}");
        }
    }
}

#[test]
fn what_only_looks_alike_is_no_move() {
    let mut painting = Painting::new(EXTENT);
    let mut seen = Framebuffer::new(EXTENT);
    page(&mut painting, EXTENT.rect(), 1);
    follow(&mut seen, &painting.changes());
    // Another page, and a white one.
    page(&mut painting, EXTENT.rect(), 1000);
    let other = painting.changes();
    painting.paint(EXTENT.rect(), &vec![0xff; 640 * 400 * 4], 640 * 4);
    for tiles in [other, painting.changes()] {
        assert!(tiles.iter().all(|tile| matches!(tile.source, Source::Image(_))), "{tiles:?}");
        follow(&mut seen, &tiles);
    }
    assert!(seen == *painting.painted());
}

#[derive(Clone, Debug)]
enum Step {
    Scroll(Rect, u32),
    Blot(Rect, u8),
    Show,
    PassOver,
}

fn step() -> impl Strategy<Value = Step> {
    let part = || {
        (0..600_u16, 0..380_u16, 1..640_u16, 1..400_u16).prop_map(|(x, y, width, height)| Rect {
            x,
            y,
            width: width.min(EXTENT.width - x),
            height: height.min(EXTENT.height - y),
        })
    };
    prop_oneof![
        4 => (prop_oneof![Just(EXTENT.rect()), part()], 0..30_u32).prop_map(|(part, top)| Step::Scroll(part, top)),
        2 => (part(), any::<u8>()).prop_map(|(part, colour)| Step::Blot(part, colour)),
        4 => Just(Step::Show),
        1 => Just(Step::PassOver),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whoever_follows_has_the_picture(steps in vec(step(), 1..30)) {
        let mut painting = Painting::new(EXTENT);
        let mut seen = Framebuffer::new(EXTENT);
        for step in steps.into_iter().chain([Step::Show]) {
            match step {
                Step::Scroll(part, top) => page(&mut painting, part, top),
                Step::Blot(part, colour) => {
                    let pixels = vec![colour; usize::from(part.width) * usize::from(part.height) * 4];
                    painting.paint(part, &pixels, usize::from(part.width) * 4);
                }
                Step::Show => {
                    follow(&mut seen, &painting.changes());
                    prop_assert!(!painting.is_changed());
                    prop_assert!(seen == *painting.painted());
                }
                Step::PassOver => {
                    painting.pass_over();
                    seen = painting.painted().clone();
                }
            }
        }
    }
}
