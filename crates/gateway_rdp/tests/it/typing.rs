//! What people do, as the target hears it.

use ironrdp_pdu::input::fast_path::{FastPathInputEvent as Event, KeyboardFlags, SynchronizeFlags};
use ironrdp_pdu::input::mouse::PointerFlags;
use wire::desktop::{Button, Extent, Gesture};

use crate::support::peer::{Manners, Peer, colour};
use crate::support::tools::within;
use crate::support::world::{World, act};

fn key(code: u8, up: bool) -> Event {
    Event::KeyboardEvent(if up { KeyboardFlags::RELEASE } else { KeyboardFlags::empty() }, code)
}

fn press(code: u16, text: char, down: bool) -> Gesture {
    Gesture::Key { code, down, text: Some(text) }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_and_mouse_arrive_in_their_order() {
    let world = World::start();
    let peer = Peer::start(Manners::default());
    world.add("box", peer.address);
    let (desktop, mut page) = world.page("box").await;
    page.until("the picture", |page| page.is(colour)).await;
    act(
        &desktop,
        &[
            press(0x1E, 'a', true),
            press(0x1E, 'a', false),
            // The key between T and U on a German keyboard.
            press(0x15, 'z', true),
            press(0x15, 'z', false),
            Gesture::Text('é'),
            Gesture::Key { code: 0xE04D, down: true, text: None },
            Gesture::Move { x: 5000, y: 7 },
            Gesture::Press { button: Button::Secondary, down: true },
            Gesture::Wheel { vertical: -300, horizontal: 0 },
            Gesture::Released,
        ],
    );
    let mut typed = peer.typed.clone();
    let typed = within("all of it", typed.wait_for(|typed| typed.len() >= 14)).await.expect("a peer").clone();
    let unicode = |code, up| {
        Event::UnicodeKeyboardEvent(if up { KeyboardFlags::RELEASE } else { KeyboardFlags::empty() }, code)
    };
    let arrow = |up| {
        let up = if up { KeyboardFlags::RELEASE } else { KeyboardFlags::empty() };
        Event::KeyboardEvent(KeyboardFlags::EXTENDED | up, 0x4D)
    };
    let mouse = |flags, turned| {
        Event::MouseEvent(ironrdp_pdu::input::MousePdu {
            flags,
            number_of_wheel_rotation_units: turned,
            x_position: 639,
            y_position: 7,
        })
    };
    // The flags of a wheel come back with what it turned.
    let wheel = |event: &Event| match event {
        Event::MouseEvent(mouse) => mouse.number_of_wheel_rotation_units,
        _ => 0,
    };
    assert_eq!(typed[0], Event::SyncEvent(SynchronizeFlags::empty()));
    assert_eq!(
        typed[1..10],
        [
            key(0x1E, false),
            key(0x1E, true),
            unicode(0x7A, false),
            unicode(0x7A, true),
            unicode(0xE9, false),
            unicode(0xE9, true),
            arrow(false),
            mouse(PointerFlags::MOVE, 0),
            mouse(PointerFlags::RIGHT_BUTTON | PointerFlags::DOWN, 0),
        ]
    );
    assert_eq!([wheel(&typed[10]), wheel(&typed[11])], [-240, -60]);
    assert_eq!(typed[12..], [arrow(true), mouse(PointerFlags::RIGHT_BUTTON, 0)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_gestures_are_refused() {
    let world = World::start();
    let peer = Peer::start(Manners::default());
    world.add("box", peer.address);
    let desktop = world.open("box").await.expect("a session");
    assert!(desktop.gestures(b"\xff\xff\xff").is_err());
    assert!(desktop.gestures(&wire::encode(&Vec::<Gesture>::new())).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_reads_nothing_holds_the_page_up_and_nobody_else() {
    let world = World::start();
    let peer = Peer::start(Manners::default());
    world.add("box", peer.address);
    let (desktop, mut page) = world.page("box").await;
    page.until("the picture", |page| page.is(colour)).await;
    peer.make(crate::support::peer::Deed::Freeze);
    let moves: Vec<_> = (0..1000).map(|x| Gesture::Move { x, y: 1 }).collect();
    within("a backlog", async {
        while !desktop.is_backlogged() {
            act(&desktop, &moves);
            tokio::task::yield_now().await;
        }
    })
    .await;
    desktop.leave();
    within("its end", desktop.over()).await;
    within("room for nobody", desktop.room()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desktop_of_another_size_has_the_same_locks_and_modifiers() {
    let world = World::start();
    let peer = Peer::start(Manners::default());
    world.add("box", peer.address);
    let (desktop, mut page) = world.page("box").await;
    page.until("the picture", |page| page.is(colour)).await;
    // An upper-case letter without Shift: Caps Lock is on there. Then Control stays down.
    let control = Gesture::Key { code: 0x1D, down: true, text: None };
    act(&desktop, &[press(0x1E, 'A', true), press(0x1E, 'A', false), control]);
    let mut typed = peer.typed.clone();
    within("all of it", typed.wait_for(|typed| typed.len() == 5)).await.expect("a peer");
    let other = Extent { width: 700, height: 500 };
    desktop.resize(other);
    page.until("another size", |page| page.extent == other && page.is(colour)).await;
    let typed = within("the rest", typed.wait_for(|typed| typed.len() == 7)).await.expect("a peer").clone();
    let caps = Event::SyncEvent(SynchronizeFlags::CAPS_LOCK);
    assert_eq!(
        typed[1..],
        [caps, key(0x1E, false), key(0x1E, true), key(0x1D, false), caps, key(0x1D, false)]
    );
}
