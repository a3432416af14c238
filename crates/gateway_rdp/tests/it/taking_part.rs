//! Watchers who take part, and what the owner hears of them.

use std::time::{Duration, Instant};

use hub::WatchPolicy;
use ironrdp_pdu::input::fast_path::{FastPathInputEvent as Event, KeyboardFlags};
use ironrdp_pdu::input::mouse::PointerFlags;
use wire::desktop::{Button, Gesture, Mouse};
use wire::live::{LeaseMode, LiveFrame, LiveRequest};

use crate::support::peer::{Manners, PASSWORD, Peer, colour};
use crate::support::tools::within;
use crate::support::world::{Seat, World, act};

fn press(code: u16, down: bool) -> Gesture {
    Gesture::Key { code, down, text: None }
}

async fn arrives(peer: &Peer, code: u8, up: bool) {
    let flags = if up { KeyboardFlags::RELEASE } else { KeyboardFlags::empty() };
    let wanted = Event::KeyboardEvent(flags, code);
    let mut typed = peer.typed.clone();
    within("a key", typed.wait_for(|typed| typed.contains(&wanted))).await.expect("a peer");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watcher_sees_and_types_and_the_owner_takes_back() {
    let world = World::start();
    let peer = Peer::start(Manners::default());
    world.add("box", peer.address);
    let (desktop, mut page) = world.page("box").await;
    page.until("the picture", |page| page.is(colour)).await;
    let mut olga = Seat::take(&world, desktop.session(), "olga").await;
    let told = |line: &'static str| {
        move |page: &crate::support::viewer::Viewer| page.told.iter().any(|told| told == line)
    };
    page.until("a notice", told("Sightline: olga watches this session.")).await;
    olga.frame(|frame| matches!(frame, LiveFrame::Picture { .. }).then_some(())).await;

    act(&desktop, &[Gesture::Move { x: 7, y: 8 }]);
    let at = |mouse| move |frame| (frame == LiveFrame::Mouse(mouse)).then_some(());
    olga.frame(at(Mouse { x: 7, y: 8, seat: None })).await;

    olga.asks(LiveRequest::Ask(LeaseMode::Exclusive));
    let taken = "Sightline: olga has keyboard and mouse. Press any key or click to take them back.";
    page.until("a notice", told(taken)).await;
    olga.acts(&[press(0x10, true), press(0x10, false)]);
    arrives(&peer, 0x10, true).await;

    olga.acts(&[Gesture::Move { x: 20, y: 30 }]);
    let is_hers = |mouse: Mouse| (mouse.x, mouse.y, mouse.seat.is_some()) == (20, 30, true);
    page.until("her mouse", |page| page.mouse.is_some_and(is_hers)).await;

    // The owner's mouse moves nothing meanwhile, and a click takes everything back.
    act(&desktop, &[Gesture::Move { x: 1, y: 1 }]);
    act(&desktop, &[Gesture::Press { button: Button::Primary, down: true }]);
    page.until("a notice", told("Sightline: olga may not type any more.")).await;
    olga.frame(at(Mouse { x: 20, y: 30, seat: None })).await;
    act(&desktop, &[press(0x11, true), press(0x11, false)]);
    arrives(&peer, 0x11, true).await;
    let moved = |event: &Event| matches!(event, Event::MouseEvent(mouse) if mouse.x_position == 1);
    assert!(!peer.typed.borrow().iter().any(moved));

    olga.asks(LiveRequest::Message("please log off".into()));
    page.until("a message", told("Sightline: message from olga: please log off")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_paused_counts_for_nothing_and_holds_nothing() {
    let world = World::start();
    let peer = Peer::start(Manners::default());
    world.add("box", peer.address);
    let (desktop, mut page) = world.page("box").await;
    page.until("the picture", |page| page.is(colour)).await;
    act(&desktop, &[press(0x2A, true)]);
    arrives(&peer, 0x2A, false).await;
    let mut olga = Seat::take(&world, desktop.session(), "olga").await;
    olga.asks(LiveRequest::Pause);
    arrives(&peer, 0x2A, true).await;
    act(&desktop, &[press(0x12, true), press(0x12, false)]);
    page.until("a bell", |page| page.told.iter().any(|line| line.contains("counted for nothing"))).await;
    olga.asks(LiveRequest::Resume);
    page.until("a notice", |page| page.told.iter().any(|line| line.contains("your input goes on"))).await;
    act(&desktop, &[press(0x13, true), press(0x13, false)]);
    arrives(&peer, 0x13, true).await;
    let paused = Event::KeyboardEvent(KeyboardFlags::empty(), 0x12);
    assert!(!peer.typed.borrow().contains(&paused));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_is_let_go_the_moment_control_ends() {
    let world = World::start();
    let peer = Peer::start(Manners::default());
    world.add("box", peer.address);
    let (desktop, mut page) = world.page("box").await;
    page.until("the picture", |page| page.is(colour)).await;
    let mut olga = Seat::take(&world, desktop.session(), "olga").await;
    let mut otto = Seat::take(&world, desktop.session(), "otto").await;
    olga.asks(LiveRequest::Ask(LeaseMode::Shared));
    olga.acts(&[press(0x2A, true), Gesture::Press { button: Button::Primary, down: true }]);
    arrives(&peer, 0x2A, false).await;
    let began = Instant::now();
    // It passes to somebody else, who may hold the same and more.
    olga.asks(LiveRequest::Release);
    otto.asks(LiveRequest::Ask(LeaseMode::Shared));
    otto.acts(&[press(0x10, true)]);
    arrives(&peer, 0x10, false).await;
    let typed = peer.typed.borrow().clone();
    let at = |is: &dyn Fn(&Event) -> bool| typed.iter().position(is);
    let shift = at(&|event| *event == Event::KeyboardEvent(KeyboardFlags::RELEASE, 0x2A));
    let button =
        at(&|event| matches!(event, Event::MouseEvent(mouse) if mouse.flags == PointerFlags::LEFT_BUTTON));
    let next = at(&|event| *event == Event::KeyboardEvent(KeyboardFlags::empty(), 0x10));
    assert!(shift.is_some() && button.is_some() && shift < next && button < next, "{typed:?}");
    // Or they are gone.
    drop(otto);
    arrives(&peer, 0x10, true).await;
    assert!(began.elapsed() < Duration::from_secs(4), "not only when they were silent for long");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_is_asked_and_answers() {
    let world = World::start();
    let peer = Peer::start(Manners::default());
    world.add_with("box", peer.address, PASSWORD, WatchPolicy::Consent, true);
    let (desktop, mut page) = world.page("box").await;
    page.until("the picture", |page| page.is(colour)).await;
    let session = desktop.session();
    let mut olga = Seat::take(&world, session, "olga").await;
    page.until("a question", |page| page.asks.is_some()).await;
    let (question, words) = page.asks.clone().expect("a question");
    assert_eq!(words, "Sightline: olga asks to watch this session.");
    desktop.answer(question, true);
    olga.frame(|frame| matches!(frame, LiveFrame::Picture { .. }).then_some(())).await;
    page.until("no question", |page| page.asks.is_none()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_ended_hears_it_and_so_does_the_row() {
    let world = World::start();
    let peer = Peer::start(Manners::default());
    world.add("box", peer.address);
    let (desktop, mut page) = world.page("box").await;
    page.until("the picture", |page| page.is(colour)).await;
    let facts = world.hub.facts(desktop.session()).expect("open");
    let viewer = hub::Viewer::command_line();
    let permit = hub::permit(&viewer, &facts).expect("allowed");
    world.hub.terminate(permit, "done").expect("ended");
    within("its end", desktop.over()).await;
    page.until("its end", |page| page.over).await;
    let end = world.rows.end().expect("an end");
    assert_eq!((end.reason, end.note.as_deref()), (wire::EndReason::Terminated, Some("done")));
}
