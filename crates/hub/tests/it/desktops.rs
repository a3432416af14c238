//! Desktops: owner, watchers, late joiners and the recording have the same pixels after the same event.

mod easel;
mod pointing;
mod recorded;

use std::time::Duration;

use bytes::Bytes;
use hub::{
    Asked, Control, Directive, NotOpen, Notice, OpenSession, Permit, ScreenKind, WatchHandle, WatchPolicy,
    permit,
};
use proptest::prelude::*;
use tokio::runtime::Builder;
use tokio::time::timeout;
use wire::desktop::{Extent, Gesture, Pointer, Rect};
use wire::live::{LeaseMode, LiveFrame, LiveRequest, Size};
use wire::{End, EndReason, Millis};

use crate::support::{admin, hub, opening, watch};
use easel::{Easel, noise, settle};

pub(crate) const EXTENT: Extent = Extent { width: 320, height: 240 };

pub(crate) async fn desktop(hub: &hub::Hub) -> OpenSession {
    hub.open(opening(ScreenKind::Picture(EXTENT))).await.unwrap()
}

/// Paints a part with pixels that another seed would make others.
pub(crate) fn paint(session: &OpenSession, rect: Rect, seed: u32) {
    session.paint(rect, &noise(rect, seed), usize::from(rect.width) * 4);
}

const fn rect(x: u16, y: u16, width: u16, height: u16) -> Rect {
    Rect { x, y, width, height }
}

#[derive(Clone, Debug)]
enum Step {
    Paint(Rect, u32),
    /// Moves up what is in a part by so many rows.
    Scroll(Rect, u32, u16),
    Extent(Extent),
    Pointer(bool),
    Point(u16),
    Show,
    Join,
    Leave,
    Read(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let painted = (0..400_u16, 0..300_u16, 1..200_u16, 1..200_u16, any::<u32>());
    prop_oneof![
        8 => painted.prop_map(|(x, y, width, height, seed)| Step::Paint(rect(x, y, width, height), seed)),
        3 => (0..100_u16, 0..100_u16, 64..200_u16, 64..140_u16, any::<u32>(), 1..40_u16).prop_map(
            |(x, y, width, height, seed, rows)| Step::Scroll(rect(x, y, width, height), seed, rows)
        ),
        1 => (200..400_u32, 200..400_u32).prop_map(|(width, height)| Step::Extent(Extent::clamped(width, height))),
        1 => any::<bool>().prop_map(Step::Pointer),
        3 => (0..200_u16).prop_map(Step::Point),
        5 => Just(Step::Show),
        2 => Just(Step::Join),
        1 => Just(Step::Leave),
        4 => (0..6_usize).prop_map(Step::Read),
    ]
}

/// Everybody who looks, in whichever order they read: each moment that two have seen looked the same to both.
async fn play(steps: Vec<Step>) {
    let (hub, _) = hub();
    let session = desktop(&hub).await;
    let mut window = session.windows().open().unwrap();
    let mut own = Easel::default();
    let mut watchers: Vec<(WatchHandle, Easel)> = Vec::new();
    let mut gone: Vec<Easel> = Vec::new();
    for step in steps {
        match step {
            Step::Paint(rect, seed) => paint(&session, rect, seed),
            Step::Scroll(rect, seed, rows) => {
                paint(&session, rect, seed);
                session.show().await;
                let (pixels, stride) = (noise(rect, seed), usize::from(rect.width) * 4);
                session.paint(rect, &pixels[usize::from(rows) * stride..], stride);
            }
            Step::Extent(extent) => session.extent(extent),
            Step::Pointer(hidden) => session.pointer(if hidden { Pointer::Hidden } else { Pointer::Default }),
            Step::Point(x) => session.points(x, 7, None),
            Step::Show => _ = session.show().await,
            Step::Join => watchers.push((watch(&hub, session.id()).await, Easel::default())),
            Step::Leave => gone.extend(watchers.pop().map(|(_, easel)| easel)),
            Step::Read(frames) => {
                for (handle, easel) in &mut watchers {
                    for _ in 0..frames {
                        let soon = Duration::from_millis(3);
                        let Ok(frame) = timeout(soon, handle.next()).await else { break };
                        easel.take(&frame.unwrap());
                    }
                }
            }
        }
    }
    session.show().await;
    watchers.push((watch(&hub, session.id()).await, Easel::default()));
    settle!(own, window);
    for (handle, easel) in &mut watchers {
        settle!(easel, handle);
        assert_eq!(easel.seen.last_key_value(), own.seen.last_key_value());
        assert_eq!(easel.pointer, own.pointer);
        assert_eq!(easel.mice.last(), own.mice.last());
    }
    for easel in gone.iter().chain(watchers.iter().map(|(_, easel)| easel)) {
        for (seq, seen) in &easel.seen {
            assert!(own.seen.get(seq).is_none_or(|owns| owns == seen), "after event {seq}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn all_see_the_same_after_the_same_event(steps in proptest::collection::vec(step(), 1..40)) {
        let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(play(steps));
    }
}

#[tokio::test(start_paused = true)]
async fn a_late_joiner_gets_one_picture_and_then_what_changes() {
    let (hub, _) = hub();
    let session = desktop(&hub).await;
    assert!(!session.show().await, "nothing was painted");
    paint(&session, rect(10, 20, 100, 50), 1);
    assert!(session.show().await);
    assert!(!session.show().await, "it was shown");
    session.pointer(Pointer::Hidden);
    let mut handle = watch(&hub, session.id()).await;
    paint(&session, rect(200, 100, 10, 10), 2);
    assert!(session.show().await);
    let mut easel = Easel::default();
    settle!(easel, handle);
    assert_eq!((easel.pictures, easel.drawn), (1, 1));
    assert_eq!(easel.seen.keys().copied().collect::<Vec<_>>(), [2, 3]);
    assert_eq!(easel.pointer, Pointer::Hidden);
    // What is painted again as it was changes nothing.
    paint(&session, rect(200, 100, 10, 10), 2);
    assert!(!session.show().await);
}

#[tokio::test(start_paused = true)]
async fn what_is_painted_faster_than_it_is_shown_is_merged() {
    let (hub, _) = hub();
    let session = desktop(&hub).await;
    let mut handle = watch(&hub, session.id()).await;
    for seed in 0..100 {
        paint(&session, rect(50, 50, 100, 100), seed);
    }
    session.show().await;
    let mut easel = Easel::default();
    settle!(easel, handle);
    assert_eq!(easel.drawn, 1);
    assert!(easel.bytes < 100 * 100 * 3 * 2, "{} bytes", easel.bytes);
}

#[tokio::test(start_paused = true)]
async fn another_extent_is_a_fresh_picture() {
    let (hub, _) = hub();
    let session = desktop(&hub).await;
    paint(&session, EXTENT.rect(), 1);
    session.show().await;
    let mut handle = watch(&hub, session.id()).await;
    let mut easel = Easel::default();
    settle!(easel, handle);
    let extent = Extent { width: 400, height: 200 };
    session.extent(extent);
    paint(&session, rect(0, 0, 10, 10), 2);
    assert!(session.show().await);
    settle!(easel, handle);
    assert_eq!((easel.pictures, easel.drawn), (2, 0));
    let shown = easel.framebuffer.as_ref().unwrap();
    assert_eq!(shown.extent(), extent);
    assert!(shown.pixels()[..30].iter().any(|part| *part != 0));
    assert!(shown.pixels()[30..1200].iter().all(|part| *part == 0), "black until it is painted");
    // A target that lies about its size costs no more than the largest desktop.
    session.extent(Extent { width: u16::MAX, height: u16::MAX });
    session.show().await;
    settle!(easel, handle);
    assert_eq!(easel.framebuffer.as_ref().unwrap().extent(), Extent::MAX);
}

#[test]
fn the_owner_goes_on_while_a_watcher_does_not_read_and_then_gets_a_picture() {
    let (hub, _) = hub();
    let owner = Builder::new_current_thread().build().unwrap();
    let watchers = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let session = owner.block_on(desktop(&hub));
    let mut handle = watchers.block_on(watch(&hub, session.id()));
    // From here on nothing of the watchers' side runs, and the owner's side must not need it.
    owner.block_on(async {
        for seed in 0..60 {
            paint(&session, EXTENT.rect(), seed);
            assert!(session.show().await);
        }
    });
    drop(session);
    let mut easel = Easel::default();
    watchers.block_on(async { settle!(easel, handle) });
    assert_eq!(easel.pictures, 2);
    assert_eq!(easel.seen.last_key_value().unwrap().0, &60);
    assert!(easel.bytes < 7 << 20, "{} bytes were kept", easel.bytes);
    assert_eq!(easel.ended.unwrap().reason, EndReason::ClientLost);
}

#[tokio::test(start_paused = true)]
async fn what_is_for_the_owner_reaches_their_windows_alone() {
    let (hub, _) = hub();
    let session = desktop(&hub).await;
    let windows = session.windows();
    let told = |words: &str| LiveFrame::Told(words.into());
    let asks = LiveFrame::Asks(Some((3, "may olga watch?".into())));
    session.tell_owner(&told("nobody looks yet"));
    session.tell_owner(&LiveFrame::Clip("gone by then".into()));
    session.tell_owner(&asks);
    let mut window = windows.open().unwrap();
    let mut watcher = watch(&hub, session.id()).await;
    let mut own = Easel::default();
    settle!(own, window);
    assert_eq!(own.aside, [told("nobody looks yet"), asks.clone()]);

    // A flood of pictures that the window does not read takes nothing of it away.
    session.tell_owner(&LiveFrame::Clip("text".into()));
    for seed in 0..60 {
        paint(&session, EXTENT.rect(), seed);
        session.show().await;
    }
    let mut second = windows.open().unwrap();
    own.aside.clear();
    settle!(own, window);
    assert_eq!(own.aside, [LiveFrame::Clip("text".into())]);
    assert_eq!(own.pictures, 2);
    let mut other = Easel::default();
    settle!(other, second);
    assert_eq!(other.aside, [asks], "the question still waits");
    session.tell_owner(&LiveFrame::Asks(None));
    settle!(other, second);
    assert_eq!(other.aside.last(), Some(&LiveFrame::Asks(None)));

    let mut easel = Easel::default();
    settle!(easel, watcher);
    assert!(easel.aside.is_empty(), "{:?}", easel.aside);
    assert_eq!((easel.watchers.len(), own.watchers.len()), (1, 0));
}

fn control(hub: &hub::Hub, viewer: &hub::Viewer, session: wire::SessionId) -> Permit<Control> {
    permit(viewer, &hub.facts(session).unwrap()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_watcher_takes_part_as_in_a_terminal() {
    let (hub, _) = hub();
    let session = desktop(&hub).await;
    let olga = admin();
    let permit_now = permit(&olga, &hub.facts(session.id()).unwrap()).unwrap();
    let mut handle = hub.watch(permit_now).await.unwrap();
    let may = control(&hub, &olga, session.id());
    assert_eq!(session.directive(), Some(Directive::Tell(Notice::Joined { by: "olga".into() })));
    assert_eq!(handle.request(&may, LiveRequest::Ask(LeaseMode::Exclusive)), Asked::Done);
    assert!(session.hindrance().is_exclusive());
    let gestures = wire::encode(&vec![Gesture::Move { x: 3, y: 4 }, Gesture::Text('é')]);
    assert_eq!(handle.request(&may, LiveRequest::Input(gestures.clone())), Asked::Done);
    let typed = session.input().await;
    assert_eq!((&*typed.by, &typed.bytes), ("olga", &Bytes::from(gestures)));
    assert_eq!(handle.request(&may, LiveRequest::Message("stop, please".into())), Asked::Done);
    assert_eq!(handle.request(&may, LiveRequest::Pause), Asked::Done);
    assert!(session.hindrance().is_paused());
    let mut said = Vec::new();
    while let Some(directive) = session.directive() {
        said.push(directive);
    }
    assert!(
        said.contains(&Directive::Tell(Notice::Message { by: "olga".into(), text: "stop, please".into() }))
    );
    assert!(session.aside(&["words".into()]).await.is_none(), "nothing is written into a picture");
}

#[tokio::test(start_paused = true)]
async fn who_loses_control_lets_go() {
    for (policy, screen) in [
        (WatchPolicy::Announced, ScreenKind::Picture(EXTENT)),
        (WatchPolicy::Covert, ScreenKind::Picture(EXTENT)),
        (WatchPolicy::Covert, ScreenKind::Terminal(Size::DEFAULT)),
    ] {
        let (hub, _) = hub();
        let mut opening = opening(screen);
        opening.facts.policy = policy;
        let session = hub.open(opening).await.unwrap();
        let olga = admin();
        let permit_now = permit(&olga, &hub.facts(session.id()).unwrap()).unwrap();
        let mut handle = hub.watch(permit_now).await.unwrap();
        let may = control(&hub, &olga, session.id());
        assert_eq!(handle.request(&may, LiveRequest::Ask(LeaseMode::Shared)), Asked::Done);
        while session.directive().is_some() {}
        assert!(!session.has_news());
        assert_eq!(handle.request(&may, LiveRequest::Release), Asked::Done);
        let lets_go = matches!(screen, ScreenKind::Picture(_));
        assert_eq!(session.has_news(), lets_go);
        assert_eq!(session.directive() == Some(Directive::LetGo), lets_go);
        // As when they leave.
        assert_eq!(handle.request(&may, LiveRequest::Ask(LeaseMode::Shared)), Asked::Done);
        while session.directive().is_some() {}
        drop(handle);
        assert_eq!(session.directive() == Some(Directive::LetGo), lets_go);
    }
}

#[tokio::test(start_paused = true)]
async fn the_owner_of_a_desktop_can_be_asked() {
    let (hub, _) = hub();
    let mut opening = opening(ScreenKind::Picture(EXTENT));
    opening.facts.policy = WatchPolicy::Consent;
    let session = hub.open(opening).await.unwrap();
    let mut handle = watch(&hub, session.id()).await;
    session.news().await;
    let Some(Directive::Ask(question)) = session.directive() else { panic!("the owner is asked") };
    session.answer(question.id, true);
    let mut easel = Easel::default();
    settle!(easel, handle);
    assert_eq!(easel.pictures, 1);
}

#[tokio::test(start_paused = true)]
async fn the_end_is_the_last_that_is_heard() {
    let (hub, _) = hub();
    let session = desktop(&hub).await;
    let mut handle = watch(&hub, session.id()).await;
    let windows = session.windows();
    let mut window = windows.open().unwrap();
    paint(&session, rect(0, 0, 5, 5), 1);
    session.show().await;
    let end = End::new(EndReason::Closed, Millis::now());
    session.close(end.clone());
    for easel in [
        {
            let mut easel = Easel::default();
            settle!(easel, handle);
            easel
        },
        {
            let mut easel = Easel::default();
            settle!(easel, window);
            easel
        },
    ] {
        assert_eq!(easel.ended.as_ref(), Some(&end));
        assert_eq!(easel.seen.last_key_value().unwrap().0, &1);
    }
    assert!(matches!(windows.open(), Err(NotOpen::Ended)));
}
