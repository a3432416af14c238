//! What the target draws, as the owner's page has it.

use std::time::Duration;

use wire::desktop::{Extent, Pointer};

use crate::support::peer::{Deed, Manners, Peer, bitmap, colour, fast_path};
use crate::support::tools::within;
use crate::support::viewer::Viewer;
use crate::support::world::{EXTENT, World};

#[tokio::test(flavor = "multi_thread")]
async fn the_picture_is_the_targets() {
    for credssp in [false, true] {
        let world = World::start();
        let peer = Peer::start(Manners { credssp, ..Manners::default() });
        world.add("box", peer.address);
        let (_desktop, mut page) = world.page("box").await;
        page.until("the picture", |page| page.is(colour)).await;
        assert_eq!(page.extent, EXTENT);
        assert_eq!(page.told, ["Sightline: this session may be watched; you are told when it is."]);

        peer.make(Deed::Say(bitmap([100, 50, 40, 20], 40, |_, _| [9, 8, 7])));
        page.until("a change", |page| page.pixel(139, 69) == Some([9, 8, 7])).await;
        let changed = |x, y| {
            if (100..140).contains(&x) && (50..70).contains(&y) { [9, 8, 7] } else { colour(x, y) }
        };
        assert!(page.is(changed), "and nothing else");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bitmap_that_is_wider_than_its_part_is_not_sheared() {
    let world = World::start();
    let peer = Peer::start(Manners::default());
    world.add("box", peer.address);
    let (_desktop, mut page) = world.page("box").await;
    page.until("the picture", |page| page.is(colour)).await;
    let other = |x: u16, y: u16| [(x % 200) as u8, (y % 100) as u8, 1];
    peer.make(Deed::Say(bitmap([10, 20, 61, 30], 64, other)));
    page.until("a change", |page| page.pixel(70, 49) == Some(other(70, 49))).await;
    let inside = |x, y| (10..71).contains(&x) && (20..50).contains(&y);
    assert!(page.is(|x, y| if inside(x, y) { other(x, y) } else { colour(x, y) }));
}

#[tokio::test(flavor = "multi_thread")]
async fn pointers_have_shapes() {
    let world = World::start();
    let peer = Peer::start(Manners::default());
    world.add("box", peer.address);
    let (_desktop, mut page) = world.page("box").await;
    page.until("the picture", |page| page.is(colour)).await;
    // Two by two, 32 bits: blue, green / red, clear; a mask that hides nothing.
    let mut shape = Vec::new();
    for word in [32_u16, 0, 1, 0, 2, 2, 4, 16] {
        shape.extend(word.to_le_bytes());
    }
    shape.extend([0, 0, 255, 255, 0, 0, 0, 0, 255, 0, 0, 255, 0, 255, 0, 255]);
    shape.extend([0, 0, 0, 0, 0]);
    peer.make(Deed::Say(fast_path(0xB, &shape)));
    page.until("a shape", |page| matches!(page.pointer, Pointer::Shape(_))).await;
    let Pointer::Shape(shape) = &page.pointer else { unreachable!() };
    assert_eq!((shape.width, shape.height, shape.hot_x, shape.hot_y), (2, 2, 1, 0));
    let mut reader = png::Decoder::new(std::io::Cursor::new(&shape.image)).read_info().expect("a picture");
    let mut pixels = vec![0; reader.output_buffer_size().expect("its size")];
    reader.next_frame(&mut pixels).expect("a frame");
    assert_eq!(pixels, [0, 0, 255, 255, 0, 255, 0, 255, 255, 0, 0, 255, 0, 0, 0, 0]);
    peer.make(Deed::Say(fast_path(0x5, &[])));
    page.until("none", |page| page.pointer == Pointer::Hidden).await;
    peer.make(Deed::Say(fast_path(0x6, &[])));
    page.until("the viewer's own", |page| page.pointer == Pointer::Default).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_comes_later_has_the_same_picture() {
    let world = World::start();
    let peer = Peer::start(Manners::default());
    world.add("box", peer.address);
    let (desktop, mut page) = world.page("box").await;
    page.until("the picture", |page| page.is(colour)).await;
    let mut late = Viewer::new(desktop.window().expect("a window"));
    late.until("the picture", |page| page.is(colour)).await;
    assert_eq!(page.picture(), late.picture());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desktop_has_the_pages_size() {
    let wide = Extent { width: 1000, height: 300 };
    for resizes in [true, false] {
        let world = World::start();
        let peer = Peer::start(Manners { resizes, ..Manners::default() });
        world.add("box", peer.address);
        let (desktop, mut page) = world.page("box").await;
        page.until("the picture", |page| page.is(colour)).await;
        desktop.resize(Extent { width: 900, height: 300 });
        desktop.resize(wide);
        page.until("the size", |page| page.extent == wide && page.is(colour)).await;
        // Without display control it is another connection.
        assert_eq!(*peer.desktops.borrow(), if resizes { 1 } else { 2 });
        assert_eq!(world.rows.all().len(), 1, "and one session");
        assert_eq!(world.rows.end(), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_size_that_is_taken_back_before_it_is_there_is_taken_back() {
    let wide = Extent { width: 1000, height: 300 };
    let world = World::start();
    let peer = Peer::start(Manners { hesitates: true, ..Manners::default() });
    world.add("box", peer.address);
    let (desktop, mut page) = world.page("box").await;
    page.until("the picture", |page| page.is(colour)).await;
    let mut sizes = peer.sizes.clone();
    desktop.resize(wide);
    within("the first", sizes.wait_for(|sizes| *sizes == 1)).await.expect("a peer");
    desktop.resize(EXTENT);
    // Longer than a size must have stood still; and nobody is asked for two at a time.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(*sizes.borrow(), 1);
    peer.make(Deed::Change);
    within("the second", sizes.wait_for(|sizes| *sizes == 2)).await.expect("a peer");
    page.until("the first size", |page| page.extent == wide && page.is(colour)).await;
    peer.make(Deed::Change);
    page.until("the second size", |page| page.extent == EXTENT && page.is(colour)).await;
}
