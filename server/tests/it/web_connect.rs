//! Terminals in a page: real sessions on a real sshd, over their socket.

use hub::{RecordingRule, WatchPolicy};
use screen::Screen;
use server::audit::Action;
use server::audit::Event;
use server::store::AuditFilter;
use tokio_tungstenite::tungstenite::Message;
use wire::connect::{ConnectAnswer, ConnectRequest, Room};
use wire::live::{LeaseMode, LiveFrame, LiveRequest, Size};
use wire::{AccountId, End, EndReason, Session, SessionId, SessionType};

use crate::sshd::{Sshd, make_key};
use crate::web_client::{Browser, PATIENCE, Socket};
use crate::web_world::{World, cli_with};

const SIZE: Size = Size { cols: 80, rows: 24 };

/// A world with a target on which `uma` may use an account, and `otto` owns it.
struct Place {
    world: World,
    sshd: Sshd,
}

impl Place {
    async fn start() -> Self {
        let world = World::start().await;
        let sshd = Sshd::start(&world.folder.path().join("target"));
        world.cli(&["agent", "add", "box", "--url", &sshd.url, "--display-name", "The box"]);
        let (account, key) = (format!("{}@box", sshd.login), sshd.key.display().to_string());
        world.cli(&["account", "add", &account, "--private-key", &key]);
        world.cli(&["grant", "add", "uma", "user", &account]);
        world.cli(&["grant", "add", "otto", "owner", &account]);
        Self { world, sshd }
    }

    fn account(&self) -> String {
        format!("{}@box", self.sshd.login)
    }

    async fn id(&self, login: &str, agent: &str) -> AccountId {
        self.world.services().store.expect_account(login, agent).await.expect("an account").id
    }

    async fn path(&self) -> String {
        format!("/ws/connect/{}", self.id(&self.sshd.login, "box").await)
    }

    /// A page of `browser` that has opened a session.
    async fn open(&self, browser: &Browser) -> Tab {
        let socket = browser.socket(&self.path().await).await.expect("a socket");
        Tab::begin(socket, &ConnectRequest::Open(Room::Cells(SIZE))).await.expect("a session")
    }

    /// A page of `browser` that takes a session up again.
    async fn take_up(&self, browser: &Browser, session: SessionId) -> Result<Tab, String> {
        let socket = browser.socket(&self.path().await).await.expect("a socket");
        Tab::begin(socket, &ConnectRequest::Return(session, Room::Cells(SIZE))).await
    }

    /// The end of a session's row, when it is written.
    async fn end(&self, session: SessionId) -> End {
        let look = async {
            loop {
                let row = self.world.services().store.session(session).await.expect("read").expect("a row");
                if let Some(end) = row.ended {
                    return end;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, look).await.expect("the session ends")
    }
}

/// A page with its terminal, drawn as the browser draws it.
struct Tab {
    socket: Socket,
    session: Session,
    screen: Option<Screen>,
    ended: Option<End>,
}

impl Tab {
    async fn begin(mut socket: Socket, first: &ConnectRequest) -> Result<Self, String> {
        socket.say(Message::Binary(wire::encode(first).into())).await;
        match socket.decoded().await {
            ConnectAnswer::Opened(session) => {
                Ok(Self { socket, session: *session, screen: None, ended: None })
            }
            ConnectAnswer::Failed(words) => {
                assert_eq!(socket.closed().await, 1000);
                Err(words)
            }
        }
    }

    async fn says(&mut self, request: ConnectRequest) {
        self.socket.say(Message::Binary(wire::encode(&request).into())).await;
    }

    async fn types(&mut self, text: &str) {
        self.says(ConnectRequest::Input(text.into())).await;
    }

    async fn frame(&mut self) {
        match self.socket.live().await {
            LiveFrame::Init { size, modes, title, dump, .. } => {
                self.screen = Some(Screen::restore(size, modes, title, &dump));
            }
            LiveFrame::Output { text, .. } => self.screen.as_mut().expect("after Init").feed(&text),
            LiveFrame::Resize { size, .. } => self.screen.as_mut().expect("after Init").resize(size),
            LiveFrame::Ended(end) => self.ended = Some(end),
            other => panic!("not for the owner: {other:?}"),
        }
    }

    fn text(&self) -> String {
        self.screen.as_ref().map(Screen::text).unwrap_or_default()
    }

    async fn shows(&mut self, text: &str) {
        while !self.text().contains(text) {
            assert!(self.ended.is_none(), "{text} did not come: {}", self.text());
            self.frame().await;
        }
    }

    /// Reads to the end, and how the socket closed.
    async fn ends(mut self) -> (End, u16) {
        while self.ended.is_none() {
            self.frame().await;
        }
        (self.ended.expect("just read"), self.socket.closed().await)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_the_terminal_of_a_session_like_any_other() {
    let place = Place::start().await;
    let uma = place.world.signed_in("uma").await;
    let mut tab = place.open(&uma).await;
    let session = tab.session.clone();
    assert_eq!((session.kind, &*session.user, &*session.device), (SessionType::PamSsh, "uma", "127.0.0.1"));
    assert_eq!((&*session.client, &*session.node), ("node-1", "node-1"));
    assert_eq!((&session.account_name, session.agent.as_deref()), (&place.sshd.login, Some("box")));
    assert_eq!((&session.service_url, &*session.service_provider), (&place.sshd.url, "The box"));
    assert!(session.recorded);

    tab.shows("may be watched").await;
    tab.types("echo one-$((40+2))\r").await;
    tab.shows("one-42").await;
    let mut watcher = place
        .world
        .signed_in("otto")
        .await
        .socket(&format!("/ws/sessions/{}/live", session.id))
        .await
        .expect("a pane");
    tab.shows("otto watches this session").await;
    let metrics = uma.get("/metrics").await.text();
    for line in ["sightline_own_sockets 1", "sightline_live_sockets 1", "sightline_watchers 1"] {
        assert!(metrics.lines().any(|given| given == line), "{line} in {metrics}");
    }
    tab.says(ConnectRequest::Resize(Room::Cells(Size { cols: 100, rows: 30 }))).await;
    tab.types("stty size; echo $TERM\r").await;
    tab.shows("30 100").await;
    tab.shows("xterm-256color").await;
    // Only what a program says shows that it has the terminal, and so gets the interrupt.
    tab.types("sh -c 'echo slee\"\"ping; exec sleep 1000'\r").await;
    tab.shows("sleeping").await;
    tab.types("\x03").await;
    tab.types("echo interrupt''ed\r").await;
    tab.shows("interrupted").await;

    // Both show the same once each has all of it.
    let mut pane = None;
    let lines = |text: String| text.trim_end().to_owned();
    let seen = |pane: &Option<Screen>| lines(pane.as_ref().map(Screen::text).unwrap_or_default());
    while !seen(&pane).contains("interrupted") || seen(&pane) != lines(tab.text()) {
        let frame = tokio::select! {
            () = tab.frame() => continue,
            frame = watcher.live() => frame,
        };
        match frame {
            LiveFrame::Init { size, modes, title, dump, .. } => {
                pane = Some(Screen::restore(size, modes, title, &dump));
            }
            LiveFrame::Output { text, .. } => pane.as_mut().expect("after Init").feed(&text),
            LiveFrame::Resize { size, .. } => pane.as_mut().expect("after Init").resize(size),
            _ => {}
        }
    }

    tab.says(ConnectRequest::End).await;
    let (end, code) = tab.ends().await;
    assert_eq!((end.reason, code), (EndReason::Closed, 1000));
    assert_eq!(place.end(session.id).await.reason, EndReason::Closed);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_programs_end_is_the_sessions_end() {
    let place = Place::start().await;
    let mut tab = place.open(&place.world.signed_in("uma").await).await;
    tab.types("exit 3\r").await;
    let (end, code) = tab.ends().await;
    assert_eq!((end.reason, code), (EndReason::Closed, 1000));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_connect_is_refused_before_the_socket_opens() {
    let place = Place::start().await;
    let world = &place.world;
    world.cli(&["agent", "add", "dw", "--url", "postgres://127.0.0.1:1"]);
    cli_with(world, &["account", "add", "app@dw", "--password-stdin"], "secret");
    world.cli(&["grant", "add", "uma", "user", "app@dw"]);
    world.cli(&["grant", "add", "ned", "manager", &place.account()]);
    let path = place.path().await;
    let uma = world.signed_in("uma").await;
    let databases = format!("/ws/connect/{}", place.id("app", "dw").await);
    let unknown = "/ws/connect/0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000".to_owned();
    for (browser, path, status) in [
        (&world.browser(), &path, 401),
        (&world.signed_in("ned").await, &path, 404),
        // All rights on sessions are none on accounts.
        (&world.signed_in("olaf").await, &path, 404),
        (&uma, &unknown, 404),
        (&uma, &"/ws/connect/nothing".to_owned(), 404),
        (&uma, &databases, 404),
    ] {
        assert_eq!(browser.socket(path).await.err(), Some(status), "{path}");
    }
    for origin in [Some("http://evil.test"), None] {
        assert_eq!(uma.socket_from(&path, origin).await.err(), Some(403));
    }
    let open = world.services().hub.list().snapshot();
    assert!(open.iter().all(|listed| listed.session.kind == SessionType::Console));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_page_comes_back_to_its_session() {
    let place = Place::start().await;
    let uma = place.world.signed_in("uma").await;
    let mut tab = place.open(&uma).await;
    let id = tab.session.id;
    tab.types("PS1='ready> '; sleep 0.2; echo away-$((1+1))\r").await;
    tab.shows("sleep 0.2").await;
    drop(tab);
    let mut tab = place.take_up(&uma, id).await.expect("the session");
    assert_eq!(tab.session.id, id);
    tab.shows("away-2").await;
    tab.types("echo again-$((1+2))\r").await;
    tab.shows("again-3").await;

    // The same person, signed in elsewhere; and a session that never was.
    let elsewhere = place.world.signed_in("uma").await;
    assert_eq!(place.take_up(&elsewhere, id).await.err().as_deref(), Some("this session is over"));
    let otto = place.world.signed_in("otto").await;
    assert_eq!(place.take_up(&otto, id).await.err().as_deref(), Some("this session is over"));
    assert_eq!(
        place.take_up(&uma, SessionId::generate()).await.err().as_deref(),
        Some("this session is over")
    );

    // A second page takes it over, and the first is told.
    let mut second = place.take_up(&uma, id).await.expect("the session");
    assert_eq!(tab.socket.closed().await, 4409);
    second.shows("again-3").await;
    second.types("echo still-$((2+2))\r").await;
    second.shows("still-4").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_sign_in_ends_its_sessions() {
    let place = Place::start().await;
    let mut uma = place.world.signed_in("uma").await;
    let (with_page, without) = (place.open(&uma).await, place.open(&uma).await);
    let (first, second) = (with_page.session.id, without.session.id);
    drop(without);
    uma.post("/sign-out", &[]).await;
    assert_eq!(with_page.socket.closed().await, 4401);
    for id in [first, second] {
        assert_eq!(place.end(id).await.reason, EndReason::Closed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn losing_the_grant_ends_the_session() {
    let place = Place::start().await;
    let tab = place.open(&place.world.signed_in("uma").await).await;
    let id = tab.session.id;
    place.world.cli(&["grant", "remove", "uma", "user", &place.account()]);
    assert_eq!(tab.socket.closed().await, 4403);
    assert_eq!(place.end(id).await.reason, EndReason::Closed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminated_session_says_by_whom_and_why() {
    let place = Place::start().await;
    let tab = place.open(&place.world.signed_in("uma").await).await;
    let id = tab.session.id.to_string();
    place.world.cli(&["session", "terminate", &id, "--reason", "maintenance"]);
    let (end, code) = tab.ends().await;
    assert_eq!((end.reason, end.note.as_deref(), code), (EndReason::Terminated, Some("maintenance"), 1000));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_says_so() {
    let place = Place::start().await;
    let tab = place.open(&place.world.signed_in("uma").await).await;
    let id = tab.session.id;
    let (stopped, code) = tokio::join!(place.world.stop(), tab.socket.closed());
    assert!(matches!(code, 1000 | 1001), "{code}");
    let world = stopped.start().await;
    let row = world.services().store.session(id).await.expect("read").expect("a row");
    assert_eq!(row.ended.expect("it ended").reason, EndReason::NodeLost);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_one_sentence_and_an_audit_event() {
    let place = Place::start().await;
    let world = &place.world;
    let (store, event) = (&world.services().store, || Event::by_command_line(Action::AccountChanged));
    let uma = world.signed_in("uma").await;
    let fails = async |login: &str, agent: &str| {
        let path = format!("/ws/connect/{}", place.id(login, agent).await);
        let socket = uma.socket(&path).await.expect("a socket");
        Tab::begin(socket, &ConnectRequest::Open(Room::Cells(SIZE))).await.err().expect("no session")
    };
    assert_eq!(fails("root", "db-1").await, "db-1 refused the connection: connection refused");

    cli_with(world, &["account", "add", "nobody@box", "--password-stdin"], "wrong");
    world.cli(&["grant", "add", "uma", "user", "nobody@box"]);
    assert_eq!(
        fails("nobody", "box").await,
        "box refused the sign-in of nobody: its password or key on Sightline may be out of date"
    );

    // Another key than the one that the target has.
    let other = make_key(world.folder.path(), "other").with_extension("pub");
    let other = other.display().to_string();
    world.cli(&["agent", "add", "moved", "--url", &place.sshd.url, "--host-key", &other]);
    cli_with(world, &["account", "add", "root@moved", "--password-stdin"], "secret");
    world.cli(&["grant", "add", "uma", "user", "root@moved"]);
    let words = fails("root", "moved").await;
    assert!(words.starts_with("the host key of moved changed: expected SHA256:"), "{words}");
    assert_eq!(words.matches("SHA256:").count(), 2, "{words}");

    // What must be recorded and cannot be.
    let account = store.expect_account(&place.sshd.login, "box").await.expect("an account");
    store.set_account_rules(&account, None, Some(RecordingRule::Required), event()).await.expect("changed");
    let shelf = world.services().config.data.join("recordings");
    std::fs::remove_dir_all(&shelf).expect("removed");
    std::fs::write(&shelf, "no folder").expect("written");
    let words = fails(&place.sshd.login, "box").await;
    assert!(words.starts_with("this session cannot be recorded: "), "{words}");

    let refused = || async {
        let rows = store.audit_page(&AuditFilter::default(), None, 100).await.expect("the audit");
        rows.into_iter().filter(|row| row.action == Action::ConnectionRefused.as_str()).count()
    };
    let noted = async {
        while refused().await < 4 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, noted).await.expect("four events");
    let open = world.services().hub.list().snapshot();
    assert!(open.iter().all(|listed| listed.session.kind == SessionType::Console), "nothing was opened");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_request_closes_the_socket_and_opens_nothing() {
    let place = Place::start().await;
    let uma = place.world.signed_in("uma").await;
    let path = place.path().await;
    let input = |length| wire::encode(&ConnectRequest::Input(vec![b'x'; length]));
    let first = [
        (Message::Text("open".into()), 1008),
        (Message::Binary(vec![77; 900].into()), 1008),
        (Message::Binary(Vec::new().into()), 1008),
        (Message::Binary(input(3).into()), 1008),
        (Message::Binary(wire::encode(&ConnectRequest::End).into()), 1008),
        (Message::Binary(input(ConnectRequest::MAX_BYTES).into()), 1009),
    ];
    for (message, code) in first {
        let mut socket = uma.socket(&path).await.expect("a socket");
        socket.say(message).await;
        assert_eq!(socket.closed().await, code);
    }
    assert_eq!(place.world.services().terminals.of(&signed_key(&place, &uma).await), []);
    // On an open session it closes the socket, and the session can be taken up again.
    for message in [
        wire::encode(&ConnectRequest::Open(Room::Cells(SIZE))),
        vec![77; 900],
        input(ConnectRequest::MAX_BYTES),
    ] {
        let mut tab = place.open(&uma).await;
        let id = tab.session.id;
        tab.socket.say(Message::Binary(message.into())).await;
        assert!(matches!(tab.socket.closed().await, 1008 | 1009));
        let mut tab = place.take_up(&uma, id).await.expect("the session");
        tab.says(ConnectRequest::End).await;
        assert_eq!(tab.ends().await.0.reason, EndReason::Closed);
    }
    // A size from outside is brought within bounds.
    let socket = uma.socket(&path).await.expect("a socket");
    let wild = ConnectRequest::Open(Room::Cells(Size { cols: 0, rows: u16::MAX }));
    let mut tab = Tab::begin(socket, &wild).await.expect("a session");
    tab.types("stty size\r").await;
    tab.shows(&format!("{} 80", Size::MAX)).await;
}

async fn signed_key(place: &Place, browser: &Browser) -> server::console::SignInKey {
    let cookie = browser.cookie.as_deref().and_then(|pair| pair.split_once('=')).expect("a cookie").1;
    let home = "127.0.0.1".parse().expect("an address");
    let signed = place.world.services().console.signed_in(cookie, home).await.expect("read");
    signed.expect("signed in").key
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_in_the_page_is_asked_told_and_held_up_like_any_other() {
    let place = Place::start().await;
    let account = place.world.services().store.expect_account(&place.sshd.login, "box").await.expect("there");
    let event = Event::by_command_line(Action::AccountChanged);
    let store = &place.world.services().store;
    store.set_account_rules(&account, Some(WatchPolicy::Consent), None, event).await.expect("changed");
    let uma = place.world.signed_in("uma").await;
    let mut tab = place.open(&uma).await;
    tab.shows("you are asked first").await;
    let path = format!("/ws/sessions/{}/live", tab.session.id);
    let mut otto = place.world.signed_in("otto").await.socket(&path).await.expect("a pane");
    assert_eq!(otto.live().await, LiveFrame::Waiting);
    tab.shows("otto asks to watch this session").await;
    tab.types("\x1dy").await;
    assert!(matches!(otto.live().await, LiveFrame::Seated(_)));

    let ask = |request: LiveRequest| Message::Binary(wire::encode(&request).into());
    otto.say(ask(LiveRequest::Message("mind the gap".into()))).await;
    tab.shows("message from otto: mind the gap").await;
    otto.say(ask(LiveRequest::Ask(LeaseMode::Shared))).await;
    tab.shows("otto may type, beside you").await;
    otto.say(ask(LiveRequest::Input(b"echo by-otto-$((3+4))\r".to_vec()))).await;
    tab.shows("by-otto-7").await;
    otto.say(ask(LiveRequest::Pause)).await;
    tab.shows("otto paused your input").await;
    tab.types("echo in-v''ain\r").await;
    // What a page says is taken in order: with the size, the keys before it have come to nothing.
    let narrower = Size { cols: 70, rows: 24 };
    tab.says(ConnectRequest::Resize(Room::Cells(narrower))).await;
    while tab.screen.as_ref().map(Screen::size) != Some(narrower) {
        tab.frame().await;
    }
    otto.say(ask(LiveRequest::Resume)).await;
    tab.shows("your input goes on").await;
    tab.types("echo he''ard\r").await;
    tab.shows("heard").await;
    assert!(!tab.text().contains("in-vain"), "{}", tab.text());
}
