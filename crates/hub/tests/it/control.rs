//! Taking part: the lease and its life, whose bytes reach the target, pause, messages, consent.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hub::{
    Asked, Control, Deed, Directive, Hub, Ledger, Notice, OpenSession, Permit, ScreenKind, Times, Viewer,
    WatchHandle, WatchPolicy, permit,
};
use proptest::prelude::*;
use tokio::runtime::Builder;
use wire::live::{Lease, LeaseMode, LiveFrame, LiveRequest, Size};
use wire::{End, EndReason, Millis};

use crate::support::{Book, admin, hub, open, opening};

/// A watcher with the right to take part.
struct Seat {
    handle: WatchHandle,
    permit: Permit<Control>,
}

impl Seat {
    async fn take(hub: &Hub, session: &OpenSession, name: &str) -> Self {
        let viewer = Viewer { name: name.into(), full_name: String::new(), ..admin() };
        Self::take_as(hub, session, &viewer).await
    }

    async fn take_as(hub: &Hub, session: &OpenSession, viewer: &Viewer) -> Self {
        let facts = hub.facts(session.id()).unwrap();
        let handle = hub.watch(permit(viewer, &facts).unwrap()).await.unwrap();
        Self { handle, permit: permit(viewer, &facts).unwrap() }
    }

    fn ask(&mut self, request: LiveRequest) -> Asked {
        self.handle.request(&self.permit, request)
    }

    fn types(&mut self, text: &str) -> Asked {
        self.ask(LiveRequest::Input(text.into()))
    }

    /// The next frame that `pick` takes.
    async fn frame<T>(&mut self, pick: impl Fn(LiveFrame) -> Option<T>) -> T {
        loop {
            let frame = self.handle.next().await.expect("a frame");
            if let Some(found) = pick(wire::decode(&frame).unwrap()) {
                return found;
            }
        }
    }

    async fn control(&mut self) -> Option<Lease> {
        self.frame(|frame| if let LiveFrame::Control(lease) = frame { Some(lease) } else { None }).await
    }

    async fn denied(&mut self) -> String {
        self.frame(|frame| if let LiveFrame::Denied(words) = frame { Some(words) } else { None }).await
    }
}

/// What waits for the target, as `name: text`.
async fn typed(session: &OpenSession) -> Vec<String> {
    let mut all = Vec::new();
    while let Ok(typed) = tokio::time::timeout(Duration::from_millis(1), session.input()).await {
        all.push(format!("{}: {}", typed.by, String::from_utf8_lossy(&typed.bytes)));
    }
    all
}

fn directives(session: &OpenSession) -> Vec<Directive> {
    std::iter::from_fn(|| session.directive()).collect()
}

fn told(session: &OpenSession) -> Vec<Notice> {
    let notice = |directive| if let Directive::Tell(notice) = directive { Some(notice) } else { None };
    directives(session).into_iter().filter_map(notice).collect()
}

const SHARED: LiveRequest = LiveRequest::Ask(LeaseMode::Shared);
const EXCLUSIVE: LiveRequest = LiveRequest::Ask(LeaseMode::Exclusive);

#[tokio::test(start_paused = true)]
async fn a_lease_is_one_watchers_until_its_time_is_over() {
    let (hub, _) = hub();
    let session = open(&hub, Size::DEFAULT).await;
    let mut olga = Seat::take(&hub, &session, "olga").await;
    let mut otto = Seat::take(&hub, &session, "otto").await;
    let began = tokio::time::Instant::now();
    assert_eq!(olga.ask(SHARED), Asked::Done);
    let lease = otto.control().await.expect("a lease");
    assert_eq!((lease.user.as_str(), lease.mode), ("olga", LeaseMode::Shared));
    assert_eq!(otto.ask(SHARED), Asked::Denied);
    assert_eq!(otto.denied().await, "olga has the keyboard");
    assert_eq!(olga.ask(EXCLUSIVE), Asked::Done);
    assert_eq!(otto.control().await.expect("a lease").mode, LeaseMode::Exclusive);
    tokio::time::advance(Duration::from_secs(200)).await;
    assert_eq!(olga.ask(LiveRequest::Renew), Asked::Done);
    assert!(otto.control().await.is_some());
    assert_eq!(otto.control().await, None);
    assert_eq!(began.elapsed().as_secs(), 500);
    let deeds = olga.handle.deeds().take();
    assert!(
        matches!(&deeds[..], [Deed::Lease { modes, lasted }]
            if modes[..] == [LeaseMode::Shared, LeaseMode::Exclusive] && lasted.as_secs() == 500),
        "{deeds:?}"
    );
    assert_eq!(olga.types("late"), Asked::Denied);
    assert_eq!(otto.ask(SHARED), Asked::Done);
}

#[tokio::test(start_paused = true)]
async fn whoever_joins_learns_how_things_stand() {
    let (hub, _) = hub();
    let session = open(&hub, Size::DEFAULT).await;
    let mut olga = Seat::take(&hub, &session, "olga").await;
    olga.ask(SHARED);
    olga.ask(LiveRequest::Pause);
    let mut otto = Seat::take(&hub, &session, "otto").await;
    let mut frames = Vec::new();
    for _ in 0..4 {
        frames.push(wire::decode(&otto.handle.next().await.unwrap()).unwrap());
    }
    assert!(
        matches!(&frames[..], [
            LiveFrame::Seated(_),
            LiveFrame::Control(Some(lease)),
            LiveFrame::Paused(Some(by)),
            LiveFrame::Init { .. },
        ] if lease.user == "olga" && by == "olga"),
        "{frames:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_typed_before_the_end_of_a_lease_arrives_after_it() {
    let (hub, _) = hub();
    let session = open(&hub, Size::DEFAULT).await;
    type Ending = fn(&mut Seat, &OpenSession);
    let endings: [Ending; 4] = [
        |seat, _| drop(seat.ask(LiveRequest::Release)),
        |seat, _| seat.handle.lose_control(),
        |seat, session| {
            seat.ask(EXCLUSIVE);
            session.take_back();
        },
        |seat, _| {
            seat.ask(LiveRequest::Release);
            assert_eq!(seat.ask(SHARED), Asked::Done);
        },
    ];
    for end in endings {
        let mut olga = Seat::take(&hub, &session, "olga").await;
        assert_eq!(olga.ask(SHARED), Asked::Done);
        assert_eq!(olga.types("one"), Asked::Done);
        assert_eq!(typed(&session).await, ["olga: one"]);
        olga.types("two");
        end(&mut olga, &session);
        assert!(typed(&session).await.is_empty());
    }
    // And by leaving, and by time.
    let mut olga = Seat::take(&hub, &session, "olga").await;
    olga.ask(SHARED);
    olga.types("two");
    drop(olga);
    assert!(typed(&session).await.is_empty());
    let mut otto = Seat::take(&hub, &session, "otto").await;
    otto.ask(SHARED);
    otto.types("two");
    tokio::time::advance(Duration::from_secs(301)).await;
    assert!(typed(&session).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_shared_keyboard_is_not_taken_back_by_a_key() {
    let (hub, _) = hub();
    let session = open(&hub, Size::DEFAULT).await;
    let mut olga = Seat::take(&hub, &session, "olga").await;
    olga.ask(SHARED);
    assert!(session.hindrance().is_none());
    olga.types("mine");
    session.take_back();
    assert_eq!(typed(&session).await, ["olga: mine"]);
    olga.ask(EXCLUSIVE);
    assert!(session.hindrance().is_exclusive());
    session.take_back();
    assert!(session.hindrance().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_watcher_who_types_too_much_waits_for_room() {
    let (hub, _) = hub();
    let session = open(&hub, Size::DEFAULT).await;
    let mut olga = Seat::take(&hub, &session, "olga").await;
    olga.ask(SHARED);
    let piece = "x".repeat(16_000);
    for _ in 0..4 {
        assert_eq!(olga.types(&piece), Asked::Done);
    }
    let mut room = olga.handle.room();
    let Asked::Full(request) = olga.types(&piece) else { panic!("no bound") };
    assert_eq!(request, LiveRequest::Input(piece.clone().into()));
    assert!(tokio::time::timeout(Duration::from_secs(1), room.wait()).await.is_err());
    session.input().await;
    room.wait().await;
    assert_eq!(olga.ask(request), Asked::Done);
    assert_eq!(typed(&session).await.len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_pause_ends_with_whoever_made_it() {
    let (hub, _) = hub();
    let session = open(&hub, Size::DEFAULT).await;
    let mut olga = Seat::take(&hub, &session, "olga").await;
    let mut otto = Seat::take(&hub, &session, "otto").await;
    assert_eq!(olga.ask(LiveRequest::Resume), Asked::Denied);
    assert_eq!(olga.ask(LiveRequest::Pause), Asked::Done);
    assert!(session.hindrance().is_paused());
    assert!(tokio::time::timeout(Duration::from_secs(1), session.resumed()).await.is_err());
    assert_eq!(otto.ask(LiveRequest::Pause), Asked::Denied);
    assert_eq!(otto.denied().await, "olga paused the input already");
    assert_eq!(otto.ask(LiveRequest::Resume), Asked::Done);
    session.resumed().await;
    olga.ask(LiveRequest::Pause);
    let deeds = olga.handle.deeds();
    drop(olga);
    session.resumed().await;
    assert_eq!(deeds.take(), [Deed::Paused, Deed::Paused, Deed::Resumed]);
    otto.ask(LiveRequest::Pause);
    otto.handle.lose_control();
    session.resumed().await;
    // The bell for keys that count for nothing rings now and then.
    directives(&session);
    session.in_vain();
    session.in_vain();
    assert_eq!(directives(&session), [Directive::Bell]);
    session.in_vain();
    assert_eq!(directives(&session), []);
    tokio::time::advance(Duration::from_secs(1)).await;
    session.in_vain();
    assert_eq!(directives(&session), [Directive::Bell]);
}

/// Each at the moment at which the other comes: the one who waits is always woken.
#[test]
fn input_goes_on_after_every_pause() {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let (hub, _) = hub();
        let session = Arc::new(open(&hub, Size::DEFAULT).await);
        for _ in 0..5_000 {
            let mut olga = Seat::take(&hub, &session, "olga").await;
            assert_eq!(olga.ask(LiveRequest::Pause), Asked::Done);
            let owner = Arc::clone(&session);
            let (waits, begun) = tokio::sync::oneshot::channel();
            let waiting = tokio::spawn(async move {
                let mut waits = Some(waits);
                let mut resumed = std::pin::pin!(owner.resumed());
                // Looks all the time, so that it looks between any two steps of the other.
                std::future::poll_fn(|context| {
                    context.waker().wake_by_ref();
                    let looked = resumed.as_mut().poll(context);
                    waits.take().map(|waits| waits.send(()));
                    looked
                })
                .await;
            });
            begun.await.expect("it looks");
            assert_eq!(olga.ask(LiveRequest::Resume), Asked::Done);
            tokio::time::timeout(Duration::from_secs(60), waiting).await.expect("woken").expect("no panic");
        }
    });
}

#[tokio::test(start_paused = true)]
async fn the_owner_is_told_what_the_policy_allows() {
    let (hub, _) = hub();
    for policy in [WatchPolicy::Announced, WatchPolicy::Covert] {
        let mut opening = opening(ScreenKind::Terminal(Size::DEFAULT));
        opening.facts.policy = policy;
        let session = hub.open(opening).await.unwrap();
        let mut olga = Seat::take(&hub, &session, "olga").await;
        olga.ask(SHARED);
        olga.ask(LiveRequest::Message("hello".into()));
        olga.ask(LiveRequest::Pause);
        drop(olga);
        let by = || "olga".to_owned();
        let always = [
            Notice::Message { by: by(), text: "hello".into() },
            Notice::Paused { by: by() },
            Notice::Resumed { by: by() },
        ];
        let all = [
            Notice::Joined { by: by() },
            Notice::Lease { by: by(), mode: LeaseMode::Shared },
            Notice::Message { by: by(), text: "hello".into() },
            Notice::Paused { by: by() },
            Notice::LeaseEnded { by: by() },
            Notice::Resumed { by: by() },
            Notice::Left { by: by() },
        ];
        let wanted = if policy == WatchPolicy::Covert { &always[..] } else { &all[..] };
        assert_eq!(told(&session), wanted);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_too_much_or_not_theirs_is_denied() {
    let (hub, _) = hub();
    let session = open(&hub, Size::DEFAULT).await;
    let other = open(&hub, Size::DEFAULT).await;
    let mut olga = Seat::take(&hub, &session, "olga").await;
    let foreign = Seat::take(&hub, &other, "otto").await.permit;
    assert_eq!(olga.handle.request(&foreign, SHARED), Asked::Denied);
    assert_eq!(olga.denied().await, "this permission is for something else");
    for text in [String::new(), "   ".into(), "x".repeat(LiveRequest::MAX_MESSAGE_CHARS + 1)] {
        assert_eq!(olga.ask(LiveRequest::Message(text)), Asked::Denied);
    }
    let many = (0..1000).filter(|_| olga.ask(LiveRequest::Message("hey".into())) == Asked::Done).count();
    assert!(many <= 8, "{many} messages at once");
    tokio::time::advance(Duration::from_secs(3600)).await;
    assert_eq!(olga.ask(LiveRequest::Message("hey".into())), Asked::Done);
    let text = hub.open(opening(ScreenKind::Text(Size::DEFAULT))).await.unwrap();
    let mut olga = Seat::take(&hub, &text, "olga").await;
    assert_eq!(olga.ask(SHARED), Asked::Denied);
    assert_eq!(olga.denied().await, "this session has no terminal to type in");
    assert_eq!(olga.ask(LiveRequest::Message("hey".into())), Asked::Denied);
    assert_eq!(olga.ask(LiveRequest::Pause), Asked::Done);
}

#[tokio::test(start_paused = true)]
async fn in_a_log_nobody_types_and_its_owner_is_told() {
    let (hub, _) = hub();
    let log = hub.open(opening(ScreenKind::Log(Size::DEFAULT))).await.unwrap();
    log.output(Bytes::from_static(b"SELECT 1\r\n\x1b[31mno\x1b[0m")).await;
    let mut olga = Seat::take(&hub, &log, "olga").await;
    assert_eq!(olga.ask(SHARED), Asked::Denied);
    assert_eq!(olga.denied().await, "this session has no terminal to type in");
    assert_eq!(olga.ask(LiveRequest::Message("hey".into())), Asked::Done);
    assert_eq!(olga.ask(LiveRequest::Pause), Asked::Done);
    assert!(log.hindrance().is_paused());
    let by = || "olga".to_owned();
    let expected = [
        Notice::Joined { by: by() },
        Notice::Message { by: by(), text: "hey".into() },
        Notice::Paused { by: by() },
    ];
    assert_eq!(told(&log), expected);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_session_ends_everything() {
    let (hub, _) = hub();
    let session = open(&hub, Size::DEFAULT).await;
    let mut olga = Seat::take(&hub, &session, "olga").await;
    olga.ask(EXCLUSIVE);
    olga.ask(LiveRequest::Pause);
    assert!(crate::support::terminate(&hub, session.id(), "enough").is_some());
    assert!(session.hindrance().is_none());
    session.resumed().await;
    assert!(olga.control().await.is_some());
    assert_eq!(olga.control().await, None);
    olga.frame(|frame| matches!(frame, LiveFrame::Ended(_)).then_some(())).await;
    assert!(olga.handle.next().await.is_none());
    assert_eq!(olga.ask(SHARED), Asked::Denied);
    drop(session);
}

/// A session on an account that asks for consent.
async fn guarded(hub: &Hub) -> OpenSession {
    let mut opening = opening(ScreenKind::Terminal(Size::DEFAULT));
    opening.facts.policy = WatchPolicy::Consent;
    hub.open(opening).await.unwrap()
}

async fn question(session: &OpenSession) -> hub::Question {
    loop {
        session.news().await;
        if let Some(Directive::Ask(question)) = session.directive() {
            return question;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn consent_is_asked_for_once() {
    let (hub, _) = hub();
    let session = guarded(&hub).await;
    let olga = admin();
    let mut first = Seat::take_as(&hub, &session, &olga).await;
    assert_eq!(wire::decode::<LiveFrame>(&first.handle.next().await.unwrap()).unwrap(), LiveFrame::Waiting);
    assert_eq!(first.ask(SHARED), Asked::Denied, "nothing before the answer");
    assert_eq!(hub.session(session.id()).unwrap().session.watchers, 0);
    assert!(session.hindrance().is_asked());
    let asked = question(&session).await;
    assert_eq!(asked.by, "olga");
    session.answer(asked.id, true);
    assert!(!session.hindrance().is_asked());
    first.frame(|frame| matches!(frame, LiveFrame::Init { .. }).then_some(())).await;
    assert_eq!(hub.session(session.id()).unwrap().session.watchers, 1);
    drop(first);
    let mut again = Seat::take_as(&hub, &session, &olga).await;
    again.frame(|frame| matches!(frame, LiveFrame::Init { .. }).then_some(())).await;
    assert!(!session.hindrance().is_asked());
}

#[tokio::test(start_paused = true)]
async fn no_answer_is_a_refusal() {
    let (hub, _) = hub();
    let session = guarded(&hub).await;
    let refused = |frame| if let LiveFrame::Refused(words) = frame { Some(words) } else { None };
    let mut olga = Seat::take(&hub, &session, "olga").await;
    let asked = question(&session).await;
    session.answer(asked.id, false);
    assert_eq!(olga.frame(refused).await, "the user does not allow you to watch this session");
    assert!(olga.handle.next().await.is_none());
    let began = tokio::time::Instant::now();
    let mut otto = Seat::take(&hub, &session, "otto").await;
    question(&session).await;
    assert_eq!(otto.frame(refused).await, "the user did not answer in time");
    assert_eq!(began.elapsed().as_secs(), 60);
    assert!(!session.hindrance().is_asked());
    // Who leaves asks no more.
    let waiting = Seat::take(&hub, &session, "anna").await;
    question(&session).await;
    drop(waiting);
    assert!(!session.hindrance().is_asked());
    assert_eq!(told(&session).last(), Some(&Notice::Withdrawn { by: "anna".into() }));
    // The session's end is told to those who wait.
    let mut last = Seat::take(&hub, &session, "zoe").await;
    session.close(End::new(EndReason::Closed, Millis::now()));
    last.frame(|frame| matches!(frame, LiveFrame::Ended(_)).then_some(())).await;
    assert!(last.handle.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn who_has_no_terminal_cannot_be_asked() {
    let (hub, _) = hub();
    let mut opening = opening(ScreenKind::Text(Size::DEFAULT));
    opening.facts.policy = WatchPolicy::Consent;
    let session = hub.open(opening).await.unwrap();
    let mut olga = Seat::take(&hub, &session, "olga").await;
    let words = "the user has no terminal to be asked in".to_owned();
    assert_eq!(
        wire::decode::<LiveFrame>(&olga.handle.next().await.unwrap()).unwrap(),
        LiveFrame::Refused(words)
    );
    assert!(olga.handle.next().await.is_none());
}

#[derive(Clone, Debug)]
enum Step {
    Ask(usize, LeaseMode),
    Renew(usize),
    Release(usize),
    Type(usize, u8),
    Leave(usize),
    LoseRight(usize),
    OwnersKey,
    Read,
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0..3_usize;
    prop_oneof![
        3 => (who.clone(), any::<bool>()).prop_map(|(who, shared)| {
            Step::Ask(who, if shared { LeaseMode::Shared } else { LeaseMode::Exclusive })
        }),
        1 => who.clone().prop_map(Step::Renew),
        2 => who.clone().prop_map(Step::Release),
        8 => (who.clone(), any::<u8>()).prop_map(|(who, byte)| Step::Type(who, byte)),
        1 => who.clone().prop_map(Step::Leave),
        1 => who.prop_map(Step::LoseRight),
        2 => Just(Step::OwnersKey),
        4 => Just(Step::Read),
        1 => (1..30_u64).prop_map(Step::Wait),
    ]
}

/// What should be so, told a second time and more simply.
#[derive(Default)]
struct Model {
    holder: Option<(usize, LeaseMode, u64)>,
    queue: Vec<(usize, u8)>,
    now: u64,
}

const LENGTH: u64 = 20;

impl Model {
    fn end(&mut self) {
        self.holder = None;
        self.queue.clear();
    }

    fn end_of(&mut self, who: usize) {
        if self.holder.is_some_and(|(holder, ..)| holder == who) {
            self.end();
        }
    }
}

async fn play(steps: Vec<Step>) {
    let times = Times { lease: Duration::from_secs(LENGTH), ..Times::default() };
    let hub = Hub::with(Arc::new(Book::default()) as Arc<dyn Ledger>, None, times);
    let session = open(&hub, Size::DEFAULT).await;
    let names = ["a", "b", "c"];
    let mut seats = Vec::new();
    for name in names {
        seats.push(Seat::take(&hub, &session, name).await);
    }
    let mut model = Model::default();
    for step in steps {
        match step {
            Step::Ask(who, mode) => {
                let done = seats[who].ask(LiveRequest::Ask(mode)) == Asked::Done;
                match &mut model.holder {
                    // It may be denied for asking too often, too.
                    _ if !done => {}
                    Some((holder, held, _)) => {
                        assert_eq!(*holder, who, "one holder");
                        *held = mode;
                    }
                    None => model.holder = Some((who, mode, model.now + LENGTH)),
                }
            }
            Step::Renew(who) => {
                let done = seats[who].ask(LiveRequest::Renew) == Asked::Done;
                assert_eq!(done, model.holder.is_some_and(|(holder, ..)| holder == who));
                if let (true, Some((_, _, until))) = (done, &mut model.holder) {
                    *until = model.now + LENGTH;
                }
            }
            Step::Release(who) => {
                seats[who].ask(LiveRequest::Release);
                model.end_of(who);
            }
            Step::Type(who, byte) => {
                let done = seats[who].ask(LiveRequest::Input(vec![byte])) == Asked::Done;
                assert_eq!(done, model.holder.is_some_and(|(holder, ..)| holder == who));
                if done {
                    model.queue.push((who, byte));
                }
            }
            Step::Leave(who) => {
                seats[who] = Seat::take(&hub, &session, names[who]).await;
                model.end_of(who);
            }
            Step::LoseRight(who) => {
                seats[who].handle.lose_control();
                model.end_of(who);
            }
            Step::OwnersKey => {
                session.take_back();
                if model.holder.is_some_and(|(_, mode, _)| mode == LeaseMode::Exclusive) {
                    model.end();
                }
            }
            Step::Read => {
                let wanted: Vec<_> = model
                    .queue
                    .drain(..)
                    .map(|(who, byte)| (names[who].to_owned(), Bytes::from(vec![byte])))
                    .collect();
                let mut read = Vec::new();
                while let Ok(typed) = tokio::time::timeout(Duration::ZERO, session.input()).await {
                    read.push((typed.by.to_string(), typed.bytes));
                }
                assert_eq!(read, wanted);
            }
            Step::Wait(seconds) => {
                // And a little, so that what is due at that moment was done.
                tokio::time::sleep(Duration::from_secs(seconds) + Duration::from_millis(5)).await;
                model.now += seconds;
                if model.holder.is_some_and(|(_, _, until)| until <= model.now) {
                    model.end();
                }
            }
        }
        let exclusive = model.holder.is_some_and(|(_, mode, _)| mode == LeaseMode::Exclusive);
        assert_eq!(session.hindrance().is_exclusive(), exclusive);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn only_the_holders_bytes_reach_the_target(steps in proptest::collection::vec(step(), 1..80)) {
        let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(play(steps));
    }
}
