//! Keyframe and changes make the painted picture, at any moment.

use picture::{Damage, Framebuffer};
use proptest::collection::vec;
use proptest::prelude::*;
use wire::desktop::{Extent, Rect};

#[derive(Clone, Debug)]
enum Step {
    Paint { rect: Rect, seed: u8, pad: usize },
    Extent(Extent),
    Show,
    Join,
}

fn extent() -> impl Strategy<Value = Extent> {
    (200..420_u32, 200..420_u32).prop_map(|(width, height)| Extent::clamped(width, height))
}

fn step() -> impl Strategy<Value = Step> {
    let side = prop_oneof![0..9_u16, 0..430_u16];
    prop_oneof![
        8 => (0..430_u16, 0..430_u16, side.clone(), side, any::<u8>(), 0..9_usize).prop_map(
            |(x, y, width, height, seed, pad)| Step::Paint { rect: Rect { x, y, width, height }, seed, pad }
        ),
        1 => extent().prop_map(Step::Extent),
        4 => Just(Step::Show),
        2 => Just(Step::Join),
    ]
}

/// Rows of pixels; few colours, so that some are painted that were there.
fn pixels(rect: Rect, seed: u8, stride: usize) -> Vec<u8> {
    let length = stride * usize::from(rect.height);
    (0..length).map(|at| if at % 97 < 60 { seed & 3 } else { (at / 50) as u8 & seed }).collect()
}

/// The same without a framebuffer's cleverness: one pixel after the other.
fn paint_plainly(picture: &mut [u8], extent: Extent, rect: Rect, pixels: &[u8], stride: usize) {
    for (x, y) in (0..rect.height).flat_map(|y| (0..rect.width).map(move |x| (x, y))) {
        let (to_x, to_y) = (usize::from(rect.x + x), usize::from(rect.y + y));
        if to_x < extent.width.into() && to_y < extent.height.into() {
            let from = usize::from(y) * stride + usize::from(x) * 4;
            let to = (to_y * usize::from(extent.width) + to_x) * 3;
            picture[to..to + 3].copy_from_slice(&pixels[from..from + 3]);
        }
    }
}

fn seen(whole: &Framebuffer) -> Framebuffer {
    let mut seen = Framebuffer::new(whole.extent());
    whole.whole().iter().for_each(|tile| seen.apply(tile).unwrap());
    seen
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_keyframe_and_changes_are_the_picture(first in extent(), steps in vec(step(), 1..50)) {
        let mut framebuffer = Framebuffer::new(first);
        let mut damage = Damage::new(first);
        let mut plain = framebuffer.pixels().to_vec();
        let mut viewers = vec![seen(&framebuffer)];
        for step in steps {
            match step {
                Step::Paint { rect, seed, pad } => {
                    let stride = usize::from(rect.width) * 4 + pad;
                    let pixels = pixels(rect, seed, stride);
                    framebuffer.paint(rect, &pixels, stride, &mut damage);
                    paint_plainly(&mut plain, framebuffer.extent(), rect, &pixels, stride);
                    prop_assert!(framebuffer.pixels() == plain);
                }
                Step::Extent(extent) => {
                    framebuffer = Framebuffer::new(extent);
                    damage = Damage::new(extent);
                    plain = framebuffer.pixels().to_vec();
                    viewers.fill(seen(&framebuffer));
                }
                Step::Show => {
                    let rects = damage.take();
                    prop_assert!(rects.iter().enumerate().all(|(at, rect)| {
                        rects[at + 1..].iter().all(|other| !overlap(*rect, *other))
                    }), "{rects:?}");
                    let tiles: Vec<_> = rects.iter().flat_map(|rect| framebuffer.tiles(*rect)).collect();
                    for viewer in &mut viewers {
                        tiles.iter().for_each(|tile| viewer.apply(tile).unwrap());
                        prop_assert!(*viewer == framebuffer);
                    }
                }
                Step::Join if damage.is_empty() => viewers.push(seen(&framebuffer)),
                Step::Join => {}
            }
        }
    }
}

fn overlap(one: Rect, other: Rect) -> bool {
    let apart = |a: u16, a_length: u16, b: u16, b_length: u16| a + a_length <= b || b + b_length <= a;
    !apart(one.x, one.width, other.x, other.width) && !apart(one.y, one.height, other.y, other.height)
}

#[test]
fn what_was_there_is_no_change() {
    let extent = Extent::DEFAULT;
    let mut framebuffer = Framebuffer::new(extent);
    let mut damage = Damage::new(extent);
    let rect = Rect { x: 100, y: 50, width: 300, height: 200 };
    let pixels: Vec<u8> = (0..300 * 200 * 4).map(|at| (at % 251) as u8).collect();
    framebuffer.paint(rect, &pixels, 1200, &mut damage);
    assert_eq!(damage.take(), [rect]);
    framebuffer.paint(rect, &pixels, 1200, &mut damage);
    assert!(damage.is_empty());
    let mut one = pixels.clone();
    one[1200 * 7 + 40] ^= 1;
    framebuffer.paint(rect, &one, 1200, &mut damage);
    assert_eq!(damage.take(), [Rect { x: 110, y: 57, width: 1, height: 1 }]);
}

#[test]
fn a_large_picture_comes_in_bands() {
    let framebuffer = Framebuffer::new(Extent::MAX);
    let tiles = framebuffer.whole();
    assert!(tiles.iter().all(|tile| u32::from(tile.rect.width) * u32::from(tile.rect.height) <= 1 << 17));
    let rows: u16 = tiles.iter().map(|tile| tile.rect.height).sum();
    assert_eq!(rows, Extent::MAX.height);
    assert!(framebuffer.tiles(Rect { x: 3800, y: 0, width: 41, height: 1 }).is_empty());
}
