//! Whoever joins, whenever, sees the owner's screen.

use bytes::Bytes;
use hub::{NotOpen, OpenSession, ScreenKind, WatchHandle, permit};
use proptest::prelude::*;
use screen::{Decoder, Screen};
use tokio::runtime::Builder;
use wire::live::Size;

use crate::support::{Pane, admin, hub, open, opening, watch};

#[derive(Clone, Debug)]
enum Step {
    Output(Vec<u8>),
    Resize(Size),
    Join,
    Leave(usize),
    /// That watcher reads so many frames, if they come.
    Read(usize, usize),
    /// Time passes.
    Pause,
}

fn step() -> impl Strategy<Value = Step> {
    let text = prop_oneof![
        4 => "[ -~é世\r\n\t]{0,200}",
        3 => "(\x1b\\[[0-9;?]{0,6}[A-Za-ac-z]|[ -~]{0,6}|\r\n){0,12}",
        1 => Just("\x1b[?1049h\x1b[2J\x1b[3;5r\x1b[?2004h\x1b]2;title\x07".to_owned()),
        1 => Just("\x1b[?1049l\x1b[r".to_owned()),
    ]
    .prop_map(String::into_bytes);
    let rubbish = proptest::collection::vec(any::<u8>(), 0..40);
    let flood = ("(\x1b\\[3[0-7]m)?[ -~]{1,40}(\r\n|\n|\r\n\r\n|\x1b\\[H)", 100..6000_usize)
        .prop_map(|(line, times)| line.repeat(times).into_bytes());
    let size = (1..60_u16, 1..20_u16).prop_map(|(cols, rows)| Size { cols, rows });
    prop_oneof![
        6 => text.prop_map(Step::Output),
        2 => rubbish.prop_map(Step::Output),
        3 => flood.prop_map(Step::Output),
        2 => size.prop_map(Step::Resize),
        2 => Just(Step::Join),
        1 => (0..4_usize).prop_map(Step::Leave),
        4 => (0..4_usize, 1..6_usize).prop_map(|(who, frames)| Step::Read(who, frames)),
        2 => Just(Step::Pause),
    ]
}

/// The owner's terminal: every byte drawn, in small pieces so that nothing is skipped.
struct Owner {
    decoder: Decoder,
    screen: Screen,
}

impl Owner {
    fn output(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(1000) {
            self.screen.feed(&self.decoder.decode(piece));
        }
    }
}

async fn play(first: Size, steps: Vec<Step>) {
    let (hub, _) = hub();
    let session = open(&hub, first).await;
    let mut owner = Owner { decoder: Decoder::default(), screen: Screen::new(first) };
    let mut watchers: Vec<(WatchHandle, Pane)> = Vec::new();
    for step in steps {
        match step {
            Step::Output(bytes) => {
                owner.output(&bytes);
                for chunk in bytes.chunks(32 << 10) {
                    session.output(Bytes::copy_from_slice(chunk)).await;
                }
            }
            Step::Resize(size) => {
                owner.screen.resize(size);
                session.resize(size).await;
            }
            Step::Join => watchers.push((watch(&hub, session.id()).await, Pane::default())),
            Step::Leave(who) if who < watchers.len() => drop(watchers.swap_remove(who)),
            Step::Read(who, frames) => {
                if let Some((handle, pane)) = watchers.get_mut(who) {
                    for _ in 0..frames {
                        let soon = std::time::Duration::from_millis(3);
                        let Ok(frame) = tokio::time::timeout(soon, handle.next()).await else { break };
                        pane.take(&frame.unwrap());
                    }
                }
            }
            Step::Pause => tokio::time::sleep(std::time::Duration::from_millis(30)).await,
            Step::Leave(_) => {}
        }
    }
    watchers.push((watch(&hub, session.id()).await, Pane::default()));
    for (handle, pane) in &mut watchers {
        pane.settle(handle).await;
        let seen = pane.screen.as_ref().unwrap();
        assert_eq!(seen.text(), owner.screen.text());
        assert_eq!(seen.dump(), owner.screen.dump());
        assert_eq!((seen.size(), seen.modes()), (owner.screen.size(), owner.screen.modes()));
        assert_eq!(seen.title(), owner.screen.title());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_watcher_sees_the_owners_screen(
        size in (1..60_u16, 1..20_u16),
        steps in proptest::collection::vec(step(), 1..40),
    ) {
        let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(play(Size { cols: size.0, rows: size.1 }, steps));
    }
}

#[tokio::test(start_paused = true)]
async fn what_came_before_and_after_joining_is_seen_once() {
    let (hub, _) = hub();
    let session = open(&hub, Size::DEFAULT).await;
    session.output(Bytes::from_static(b"before ")).await;
    let mut handle = watch(&hub, session.id()).await;
    session.output(Bytes::from_static(b"after")).await;
    let mut pane = Pane::default();
    pane.settle(&mut handle).await;
    assert_eq!(pane.text().trim_end(), "before after");
    assert_eq!(pane.inits, 1);
}

#[tokio::test(start_paused = true)]
async fn everybody_is_told_who_watches() {
    let (hub, _) = hub();
    let session = open(&hub, Size::DEFAULT).await;
    let mut first = watch(&hub, session.id()).await;
    let second = watch(&hub, session.id()).await;
    let mut pane = Pane::default();
    pane.settle(&mut first).await;
    assert_eq!(pane.watchers.len(), 2);
    assert_eq!(pane.watchers[0].full_name, "Olga Owner");
    assert_eq!(hub.session(session.id()).unwrap().session.watchers, 2);
    drop(second);
    pane.settle(&mut first).await;
    assert_eq!(pane.watchers.len(), 1);
    assert_eq!(hub.session(session.id()).unwrap().session.watchers, 1);
}

#[tokio::test(start_paused = true)]
async fn silence_is_filled_with_heartbeats() {
    let (hub, _) = hub();
    let session = open(&hub, Size::DEFAULT).await;
    let mut handle = watch(&hub, session.id()).await;
    Pane::default().settle(&mut handle).await;
    let started = tokio::time::Instant::now();
    for _ in 0..3 {
        let frame = handle.next().await.unwrap();
        assert!(matches!(wire::decode(&frame), Ok(wire::live::LiveFrame::Heartbeat(_))));
    }
    assert!(started.elapsed() <= std::time::Duration::from_secs(30));
}

#[tokio::test(start_paused = true)]
async fn a_command_without_a_terminal_is_shown_not_obeyed() {
    let (hub, _) = hub();
    let kind = ScreenKind::Text(Size { cols: 20, rows: 5 });
    let session = hub.open(opening(kind)).await.unwrap();
    session.output(Bytes::from_static(b"one\ntwo\x1b[2J\xff\n")).await;
    let mut handle = watch(&hub, session.id()).await;
    let mut pane = Pane::default();
    pane.settle(&mut handle).await;
    assert_eq!(pane.text(), "one\ntwo␛[2J\u{fffd}\n\n\n");
}

#[tokio::test(start_paused = true)]
async fn a_command_that_pours_out_bytes_ends_in_its_last_lines() {
    let (hub, _) = hub();
    let kind = ScreenKind::Text(Size { cols: 20, rows: 3 });
    let session: OpenSession = hub.open(opening(kind)).await.unwrap();
    for _ in 0..64 {
        session.output(Bytes::from(vec![0; 32 << 10])).await;
    }
    session.output(Bytes::from("\x1b\n".repeat(200_000))).await;
    session.output(Bytes::from_static(b"the\nend")).await;
    let mut handle = watch(&hub, session.id()).await;
    let mut pane = Pane::default();
    pane.settle(&mut handle).await;
    assert_eq!(pane.text(), "␛\nthe\nend");
}

#[tokio::test]
async fn there_is_nothing_to_watch_without_a_screen_or_after_the_end() {
    let (hub, _) = hub();
    let session = hub.open(opening(ScreenKind::None)).await.unwrap();
    session.output(Bytes::from_static(b"ignored")).await;
    let permit_now = || permit(&admin(), &hub.facts(session.id()).unwrap()).unwrap();
    assert!(!hub.session(session.id()).unwrap().screen);
    assert!(matches!(hub.watch(permit_now()).await, Err(NotOpen::NoScreen)));
    let late = permit_now();
    drop(session);
    assert!(matches!(hub.watch(late).await, Err(NotOpen::Ended)));
}
