//! Watchers who take part: what reaches the target, and what the person in the session sees of it.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use hub::{Asked, Control, Permit, Scope, Scopes, Times, Viewer, WatchHandle, WatchPolicy, permit};
use screen::Screen;
use wire::live::{LeaseMode, LiveFrame, LiveRequest, Size};
use wire::{EndReason, SessionId, UserId};

use crate::support::pty::Terminal;
use crate::support::tools::{until, within};
use crate::support::world::{World, assert_quick};

const SHARED: LiveRequest = LiveRequest::Ask(LeaseMode::Shared);
const EXCLUSIVE: LiveRequest = LiveRequest::Ask(LeaseMode::Exclusive);
/// Every key comes back at once.
const MIRROR: &str = "stty raw -echo; echo ready; exec cat";

fn viewer(world: &World, name: &str) -> Viewer {
    let own = Scope::Own;
    Viewer {
        user_id: Some(UserId::generate()),
        name: name.into(),
        full_name: String::new(),
        scopes: Scopes { see: own, watch: own, control: own, ..Scopes::default() },
        owned: HashSet::from([world.account]),
    }
}

/// Somebody who watches and may take part.
struct Seat {
    handle: WatchHandle,
    permit: Permit<Control>,
}

impl Seat {
    async fn take(world: &World, session: SessionId, name: &str) -> Self {
        Self::take_as(world, session, &viewer(world, name)).await
    }

    async fn take_as(world: &World, session: SessionId, viewer: &Viewer) -> Self {
        let facts = world.hub.facts(session).expect("open");
        let watch = permit(viewer, &facts).expect("allowed");
        let handle = world.hub.watch(watch).await.expect("watching");
        Self { handle, permit: permit(viewer, &facts).expect("allowed") }
    }

    fn asks(&mut self, request: LiveRequest) {
        assert_eq!(self.handle.request(&self.permit, request), Asked::Done);
    }

    fn types(&mut self, keys: &str) {
        self.asks(LiveRequest::Input(keys.into()));
    }

    async fn frame<T>(&mut self, pick: impl Fn(LiveFrame) -> Option<T>) -> T {
        within("a frame", async {
            loop {
                let frame = self.handle.next().await.expect("a frame");
                if let Some(found) = pick(wire::decode(&frame).expect("readable")) {
                    return found;
                }
            }
        })
        .await
    }
}

/// A session of Alice's in a terminal, and its id.
async fn session(world: &World, command: &str, first: &str) -> (Terminal, SessionId) {
    let terminal = Terminal::ssh(world, &world.login(), &[command]);
    terminal.sees(first).await;
    (terminal, world.rows.open()[0].session.id)
}

fn picture(terminal: &Terminal) -> Screen {
    let mut screen = Screen::new(Size { cols: 80, rows: 24 });
    screen.feed(&terminal.seen());
    screen
}

#[tokio::test(flavor = "multi_thread")]
async fn two_type_together() {
    let world = World::start().await;
    let (mut terminal, id) = session(&world, MIRROR, "ready").await;
    let mut olga = Seat::take(&world, id, "olga").await;
    terminal.sees("Sightline: olga watches this session.").await;
    olga.asks(SHARED);
    terminal.sees("Sightline: olga may type, beside you.").await;
    olga.types("[from olga]");
    terminal.sees("[from olga]").await;
    terminal.types("[from alice]");
    terminal.sees("[from alice]").await;
    olga.types("[again]");
    terminal.sees("[again]").await;
    drop(olga);
    terminal.sees("Sightline: olga may not type any more.").await;
    terminal.sees("Sightline: olga does not watch any more.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owners_first_key_takes_the_keyboard_back() {
    let world = World::start().await;
    let (mut terminal, id) = session(&world, MIRROR, "ready").await;
    let mut olga = Seat::take(&world, id, "olga").await;
    olga.asks(EXCLUSIVE);
    terminal.sees("Press any key to take it back.").await;
    olga.types("[from olga]");
    terminal.sees("[from olga]").await;
    // What the terminal itself answers to a program is no key.
    terminal.types("\u{1b}[12;40R");
    terminal.sees("[12;40R").await;
    olga.types("[still]");
    terminal.sees("[still]").await;
    terminal.types("[from alice]");
    terminal.sees("[from alice]").await;
    olga.frame(|frame| matches!(frame, LiveFrame::Control(None)).then_some(())).await;
    let late = olga.handle.request(&olga.permit, LiveRequest::Input(b"[late]".to_vec()));
    assert_eq!(late, Asked::Denied);
    terminal.sees("Sightline: olga may not type any more.").await;
    terminal.types("[end]");
    terminal.sees("[end]").await;
    assert!(!terminal.seen().contains("late"));
}

#[tokio::test(flavor = "multi_thread")]
async fn paused_keys_count_for_nothing() {
    let world = World::start().await;
    let (mut terminal, id) = session(&world, MIRROR, "ready").await;
    let mut olga = Seat::take(&world, id, "olga").await;
    olga.asks(LiveRequest::Pause);
    terminal.sees("Sightline: olga paused your input: your keys count for nothing.").await;
    terminal.types("[lost]");
    terminal.sees("\u{7}").await;
    olga.asks(SHARED);
    olga.types("[held]");
    terminal.sees("[held]").await;
    olga.asks(LiveRequest::Resume);
    terminal.sees("your keys count again.").await;
    terminal.types("[back]");
    terminal.sees("[back]").await;
    assert!(!terminal.seen().contains("lost"));
}

#[tokio::test(flavor = "multi_thread")]
async fn paused_input_without_a_terminal_waits() {
    let world = World::start().await;
    let mut child = world
        .ssh(&world.login(), &["echo ready; exec cat"])
        .stdin(std::process::Stdio::piped())
        .spawn()
        .expect("ssh");
    until("a session", || {
        world.rows.open().first().is_some_and(|row| world.hub.facts(row.session.id).is_some())
    })
    .await;
    let mut olga = Seat::take(&world, world.rows.open()[0].session.id, "olga").await;
    let mut stdout = child.stdout.take().expect("a pipe");
    let mut stdin = child.stdin.take().expect("a pipe");
    let mut first = [0; 6];
    within("the start", tokio::io::AsyncReadExt::read_exact(&mut stdout, &mut first)).await.expect("read");
    olga.asks(LiveRequest::Pause);
    let input = vec![b'x'; 1 << 20];
    let writing = tokio::spawn(async move {
        tokio::io::AsyncWriteExt::write_all(&mut stdin, &input).await.expect("written");
    });
    // Nothing has come by the time at which something else went all the way round.
    assert_eq!(world.run("echo elsewhere").await.stdout, b"elsewhere\n");
    let mut one = [0; 1];
    let read = tokio::time::timeout(Duration::ZERO, tokio::io::AsyncReadExt::read(&mut stdout, &mut one));
    assert!(read.await.is_err());
    olga.asks(LiveRequest::Resume);
    let mut rest = Vec::new();
    within("the rest", tokio::io::AsyncReadExt::read_to_end(&mut stdout, &mut rest)).await.expect("read");
    writing.await.expect("written");
    assert_eq!(rest.len(), 1 << 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_typed_command_stays_as_it_is() {
    let world = World::start().await;
    let command = r"PS1='\[\033[1;32m\]$ \[\033[0m\]' exec bash --norc --noprofile -i";
    let (mut terminal, id) = session(&world, command, "$ ").await;
    terminal.types("echo half");
    terminal.sees("echo half").await;
    let before = picture(&terminal);
    let mut olga = Seat::take(&world, id, "olga").await;
    olga.asks(LiveRequest::Message("mind\u{1b}[2J\u{202e} the gap".into()));
    terminal.sees("the gap").await;
    let line = "Sightline: message from olga: mind<U+001B>[2J<U+202E> the gap";
    let shown = |terminal: &Terminal| picture(terminal).text();
    until("the prompt below the notices", || shown(&terminal).contains(&format!("{line}\n$ echo half")))
        .await;
    assert!(shown(&terminal).contains("Sightline: olga watches this session.\n"));
    let after = picture(&terminal);
    assert_eq!(after.cursor().col, before.cursor().col);
    let cells = |screen: &Screen| screen.line(screen.cursor().row).expect("a row").cells().to_vec();
    assert_eq!(cells(&after), cells(&before), "text and colours");
    terminal.types("\u{8}\u{8}\u{8}\u{8}whole\r");
    until("the command's output", || shown(&terminal).contains("\nwhole\n")).await;
    // Watchers see the same picture.
    let mut zoe = Seat::take(&world, id, "zoe").await;
    terminal.sees("zoe watches").await;
    let dump =
        zoe.frame(|frame| if let LiveFrame::Init { dump, .. } = frame { Some(dump) } else { None }).await;
    let mut screen = Screen::new(Size { cols: 80, rows: 24 });
    screen.feed(&dump);
    until("the same picture", || {
        while let Some(Some(frame)) = ready(&mut zoe) {
            if let LiveFrame::Output { text, .. } = frame {
                screen.feed(&text);
            }
        }
        screen.text() == picture(&terminal).text()
    })
    .await;
}

/// The next frame if it is there.
fn ready(seat: &mut Seat) -> Option<Option<LiveFrame>> {
    let mut next = std::pin::pin!(seat.handle.next());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match Future::poll(next.as_mut(), &mut context) {
        std::task::Poll::Ready(frame) => Some(frame.map(|frame| wire::decode(&frame).expect("readable"))),
        std::task::Poll::Pending => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_screen_program_is_left_alone() {
    let world = World::start().await;
    let command = r"printf '\033]2;theirs\007\033[?1049h\033[Hfull screen'; read x; printf '\033[?1049l'; echo left; read y";
    let (mut terminal, id) = session(&world, command, "full screen").await;
    let mut olga = Seat::take(&world, id, "olga").await;
    olga.asks(LiveRequest::Message("one moment".into()));
    until("the title", || picture(&terminal).title().contains("message from olga: one moment")).await;
    assert_eq!(picture(&terminal).text().trim(), "full screen", "nothing is written into it");
    terminal.types("\r");
    terminal.sees("left").await;
    until("the lines", || {
        let shown = picture(&terminal).text();
        shown.contains("olga watches this session.\n") && shown.contains("message from olga: one moment\n")
    })
    .await;
    until("the program's title", || picture(&terminal).title() == "theirs").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_waits_for_the_end_of_less() {
    let world = World::start().await;
    let file = world.folder.path().join("text");
    std::fs::write(&file, "a line of the file\n".repeat(100)).expect("a file");
    let command = format!("LESS= less {}; echo left; read x", file.display());
    let (mut terminal, id) = session(&world, &command, "a line of the file").await;
    until("the alternate screen", || picture(&terminal).modes().alternate_screen).await;
    let mut olga = Seat::take(&world, id, "olga").await;
    olga.asks(LiveRequest::Message("look up".into()));
    until("the title", || picture(&terminal).title().contains("message from olga: look up")).await;
    let text = picture(&terminal).text();
    assert!(!text.contains("look up") && text.contains("a line of the file"), "{text}");
    terminal.types("q");
    terminal.sees("left").await;
    until("the line", || picture(&terminal).text().contains("message from olga: look up\n")).await;
    until("the title's end", || picture(&terminal).title().is_empty()).await;
}

/// A world whose account asks for consent.
async fn guarded(consent: Duration) -> World {
    let times = Times { consent, ..Times::default() };
    let world = World::with_times(|_| {}, times).await;
    world.change("box", |connection| connection.policy = WatchPolicy::Consent);
    world
}

fn refused(frame: LiveFrame) -> Option<String> {
    match frame {
        LiveFrame::Refused(words) => Some(words),
        LiveFrame::Seated(_) => panic!("seated without consent"),
        _ => None,
    }
}

fn init(frame: LiveFrame) -> Option<()> {
    matches!(frame, LiveFrame::Init { .. }).then_some(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_person_allows_one_and_refuses_another() {
    let world = guarded(Duration::from_secs(300)).await;
    let (mut terminal, id) = session(&world, MIRROR, "ready").await;
    assert!(terminal.seen().contains("you are asked first"));
    let viewer = viewer(&world, "olga");
    let mut olga = Seat::take_as(&world, id, &viewer).await;
    let mut otto = Seat::take(&world, id, "otto").await;
    terminal.sees("Sightline: olga asks to watch this session.").await;
    assert!(!terminal.seen().contains("otto asks"), "one question at a time");
    terminal.types("[yes]\u{1d}y[no]");
    olga.frame(init).await;
    terminal.sees("Sightline: otto asks to watch this session.").await;
    terminal.types("\u{1d}n");
    assert_eq!(otto.frame(refused).await, "the user does not allow you to watch this session");
    until("the keys", || picture(&terminal).text().contains("[yes][no]")).await;
    drop(olga);
    Seat::take_as(&world, id, &viewer).await.frame(init).await;
    // Without a question the keys are the program's.
    terminal.types("<\u{1d}y>");
    terminal.sees("<\u{1d}y>").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_in_a_full_screen_program_is_asked_in_the_title() {
    let world = guarded(Duration::from_secs(300)).await;
    let command = r"stty raw -echo; printf '\033[?1049hfull screen'; exec cat";
    let (mut terminal, id) = session(&world, command, "full screen").await;
    let mut olga = Seat::take(&world, id, "olga").await;
    until("the title", || picture(&terminal).title().contains("olga asks to watch this session")).await;
    terminal.types("y");
    until("the program's key", || picture(&terminal).text().contains("full screeny")).await;
    terminal.types("\u{1d}y");
    olga.frame(init).await;
    until("no question", || !picture(&terminal).title().contains("asks")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_answer_or_cannot_be_asked_refuses() {
    let world = guarded(Duration::from_millis(300)).await;
    let (_terminal, id) = session(&world, MIRROR, "ready").await;
    let mut olga = Seat::take(&world, id, "olga").await;
    assert_eq!(olga.frame(refused).await, "the user did not answer in time");
    let before: HashSet<_> = world.rows.open().iter().map(|row| row.session.id).collect();
    let (mut child, blind) = world.start_session("exec sleep 30").await;
    assert!(!before.contains(&blind));
    let mut olga = Seat::take(&world, blind, "olga").await;
    assert_eq!(olga.frame(refused).await, "the user has no terminal to be asked in");
    child.kill().await.expect("killed");
}

#[tokio::test(flavor = "multi_thread")]
async fn terminate_ends_a_session_in_which_everything_is_going_on() {
    let world = guarded(Duration::from_secs(300)).await;
    let command = r"stty raw -echo; printf '\033]2;theirs\007\033[?1049hfull screen'; exec sleep 100";
    let (mut terminal, id) = session(&world, command, "full screen").await;
    let mut olga = Seat::take(&world, id, "olga").await;
    until("the title", || picture(&terminal).title().contains("olga asks")).await;
    terminal.types("\u{1d}y");
    olga.frame(init).await;
    olga.asks(EXCLUSIVE);
    olga.asks(LiveRequest::Pause);
    // More than the program ever reads.
    while olga.handle.request(&olga.permit, LiveRequest::Input(vec![b'x'; 16_000])) == Asked::Done {}
    let _otto = Seat::take(&world, id, "otto").await;
    until("the question", || picture(&terminal).title().contains("otto asks")).await;
    let started = Instant::now();
    world.terminate(id, "enough");
    assert_eq!(terminal.exit().await, 255);
    assert_quick(started, Duration::from_secs(2));
    let end = olga.frame(|frame| if let LiveFrame::Ended(end) = frame { Some(end) } else { None }).await;
    assert_eq!(end.reason, EndReason::Terminated);
    let screen = picture(&terminal);
    assert!(!screen.modes().alternate_screen);
    assert!(screen.text().contains("sightline: Session ended by command line: enough"), "{}", screen.text());
    assert_eq!(screen.title(), "theirs");
}
