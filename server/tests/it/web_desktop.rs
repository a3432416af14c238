//! Desktops in a page: real sessions on a real xrdp, over their socket.

#[path = "../../../crates/gateway_rdp/tests/it/support/tools.rs"]
mod tools;
#[path = "../../../crates/gateway_rdp/tests/it/support/xrdp.rs"]
mod xrdp;

use server::audit::Action;
use server::store::AuditFilter;
use tokio_tungstenite::tungstenite::Message;
use wire::connect::{ConnectAnswer, ConnectRequest, Room};
use wire::desktop::{Extent, Gesture};
use wire::live::{LiveFrame, Size};
use wire::{EndReason, Session, SessionType};

use crate::web_client::{Browser, Socket};
use crate::web_world::{World, cli_with};
use tools::{free_address, until, within};
use xrdp::Xrdp;

const EXTENT: Extent = Extent { width: 640, height: 480 };
const ACCOUNT: &str = "ann@desk";

/// A world with a desktop that `uma` may use, and `otto` owns.
struct Place {
    world: World,
    xrdp: Xrdp,
}

impl Place {
    async fn start() -> Self {
        let world = World::start().await;
        let folder = world.folder.path().join("desk");
        std::fs::create_dir(&folder).expect("a folder");
        let xrdp = Xrdp::start(&folder, "printf '\\033[?25lready\\n'; exec sh").await;
        let url = format!("rdp://{}", xrdp.address);
        world.cli(&["agent", "add", "desk", "--url", &url, "--display-name", "The desk"]);
        cli_with(&world, &["account", "add", ACCOUNT, "--password-stdin"], "anything\n");
        world.cli(&["grant", "add", "uma", "user", ACCOUNT]);
        world.cli(&["grant", "add", "otto", "owner", ACCOUNT]);
        Self { world, xrdp }
    }

    async fn socket(&self, browser: &Browser) -> Socket {
        let account = self.world.services().store.expect_account("ann", "desk").await.expect("an account");
        browser.socket(&format!("/ws/connect/{}", account.id)).await.expect("a socket")
    }
}

/// A page with what it was told, but not its picture.
struct Tab {
    socket: Socket,
    session: Session,
}

impl Tab {
    async fn begin(mut socket: Socket, first: ConnectRequest) -> Result<Self, String> {
        say(&mut socket, &first).await;
        match socket.decoded().await {
            ConnectAnswer::Opened(session) => Ok(Self { socket, session: *session }),
            ConnectAnswer::Failed(words) => Err(words),
        }
    }

    async fn acts(&mut self, gestures: &[Gesture]) {
        say(&mut self.socket, &ConnectRequest::Input(wire::encode(&gestures.to_vec()))).await;
    }

    async fn types(&mut self, text: &str) {
        let key = |down| Gesture::Key { code: 0x1C, down, text: None };
        let keys: Vec<_> = text.chars().map(Gesture::Text).chain([key(true), key(false)]).collect();
        self.acts(&keys).await;
    }

    /// Reads until a frame is as wanted.
    async fn until<T>(&mut self, what: &str, pick: impl Fn(LiveFrame) -> Option<T>) -> T {
        within(what, async {
            loop {
                if let Some(found) = pick(self.socket.live().await) {
                    return found;
                }
            }
        })
        .await
    }
}

async fn say(socket: &mut Socket, request: &ConnectRequest) {
    socket.say(Message::Binary(wire::encode(request).into())).await;
}

fn picture(frame: LiveFrame) -> Option<Extent> {
    match frame {
        LiveFrame::Picture { extent, .. } => Some(extent),
        _ => None,
    }
}

fn told(words: &'static str) -> impl Fn(LiveFrame) -> Option<()> {
    move |frame| matches!(frame, LiveFrame::Told(line) if line.contains(words)).then_some(())
}

fn drawn(frame: LiveFrame) -> Option<()> {
    matches!(frame, LiveFrame::Drawn { .. }).then_some(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_the_desktop_of_a_session_like_any_other() {
    let place = Place::start().await;
    let uma = place.world.signed_in("uma").await;
    let otto = place.world.signed_in("otto").await;
    let mut tab = Tab::begin(place.socket(&uma).await, ConnectRequest::Open(Room::Pixels(EXTENT)))
        .await
        .expect("a session");
    let session = tab.session.clone();
    assert_eq!((session.kind, &*session.user, &*session.device), (SessionType::PamRdp, "uma", "127.0.0.1"));
    assert_eq!((&*session.account_name, &*session.service_provider), ("ann", "The desk"));
    assert_eq!(session.service_url, format!("rdp://{}", place.xrdp.address));
    assert!(session.recorded);
    assert_eq!(tab.until("a picture", picture).await, EXTENT);
    tab.until("a notice", told("may be watched")).await;

    // Inside of the terminal, which has the keyboard then.
    tab.acts(&[Gesture::Move { x: 200, y: 200 }]).await;
    tab.types("echo typed > told").await;
    until("a file", || place.xrdp.folder.join("told").exists()).await;
    tab.until("an echo", drawn).await;

    let mut pane = otto.socket(&format!("/ws/sessions/{}/live", session.id)).await.expect("a pane");
    let seen = within("their picture", async {
        loop {
            if let Some(extent) = picture(pane.live().await) {
                return extent;
            }
        }
    });
    assert_eq!(seen.await, EXTENT);
    tab.until("a notice", told("otto watches this session")).await;

    // The page's line is cut, and it comes back; nothing of the session is lost, but what was held is let go.
    let shift = Gesture::Key { code: 0x2A, down: true, text: None };
    tab.acts(&[shift]).await;
    drop(tab);
    let back = ConnectRequest::Return(session.id, Room::Pixels(EXTENT));
    let mut tab = Tab::begin(place.socket(&uma).await, back).await.expect("the session");
    assert_eq!(tab.session.id, session.id);
    tab.until("a picture", picture).await;
    tab.types("echo again > again").await;
    until("a file", || place.xrdp.folder.join("again").exists()).await;
    let small_a = |down| Gesture::Key { code: 0x1E, down, text: None };
    let name: Vec<_> = "touch small-".chars().map(Gesture::Text).collect();
    tab.acts(&[name, vec![small_a(true), small_a(false)]].concat()).await;
    tab.types("").await;
    until("a file", || place.xrdp.folder.join("small-a").exists()).await;

    let wide = Extent { width: 1000, height: 700 };
    say(&mut tab.socket, &ConnectRequest::Resize(Room::Pixels(wide))).await;
    tab.until("another size", |frame| picture(frame).filter(|extent| *extent == wide)).await;
    let text = Gesture::Clip { text: "text".into(), more: false };
    tab.acts(&[text]).await;
    let clipped = AuditFilter { action: Action::Clipboard.as_str().into(), ..AuditFilter::default() };
    within("a note", async {
        loop {
            let rows = place.world.services().store.audit_page(&clipped, None, 10).await.expect("read");
            if let [row] = &rows[..] {
                assert_eq!((&*row.actor, &*row.subject), ("uma", "uma: ann@desk"));
                assert_eq!(row.detail, "4 characters to the desktop");
                return;
            }
        }
    })
    .await;

    place.world.cli(&["session", "terminate", &session.id.to_string(), "--reason", "enough"]);
    let ended = |frame| match frame {
        LiveFrame::Ended(end) => Some(end),
        _ => None,
    };
    let end = tab.until("the end", ended).await;
    assert_eq!((end.reason, end.note.as_deref()), (EndReason::Terminated, Some("enough")));
    assert_eq!(tab.socket.closed().await, 1000);
    let row = place.world.services().store.session(session.id).await.expect("read").expect("a row");
    assert_eq!(row.ended.expect("ended").reason, EndReason::Terminated);
    let outline = otto.get(&format!("/recordings/{}/outline", session.id)).await;
    assert_eq!(outline.status, 200);
    // The recording is closed after the session is.
    within("where the mouse was, in the recording", async {
        let cast = format!("/recordings/{}/cast", session.id);
        while !otto.get(&cast).await.text().contains(r#""p","200 200"]"#) {}
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desktop_that_is_not_reached_is_one_sentence() {
    let world = World::start().await;
    let nowhere = free_address();
    world.cli(&["agent", "add", "desk", "--url", &format!("rdp://{nowhere}")]);
    cli_with(&world, &["account", "add", ACCOUNT, "--password-stdin", "--clipboard", "off"], "anything\n");
    world.cli(&["grant", "add", "uma", "user", ACCOUNT]);
    let uma = world.signed_in("uma").await;
    let store = &world.services().store;
    let account = store.expect_account("ann", "desk").await.expect("an account");
    assert!(!account.desktop.clipboard && !account.desktop.record_keys);
    let path = format!("/ws/connect/{}", account.id);
    let opened = async |room| {
        let socket = uma.socket(&path).await.expect("a socket");
        Tab::begin(socket, ConnectRequest::Open(room)).await.map(|tab| tab.session.id)
    };
    let refused = Err("desk refused the connection: connection refused".to_owned());
    assert_eq!(opened(Room::Pixels(EXTENT)).await, refused);

    // A terminal is asked for where there is a desktop.
    let mut socket = uma.socket(&path).await.expect("a socket");
    say(&mut socket, &ConnectRequest::Open(Room::Cells(Size { cols: 80, rows: 24 }))).await;
    assert_eq!(socket.closed().await, 1008);

    world.cli(&["account", "set", ACCOUNT, "--keys", "recorded", "--clipboard", "on"]);
    let account = store.expect_account("ann", "desk").await.expect("an account");
    assert!(account.desktop.clipboard && account.desktop.record_keys);
    assert!(world.cli(&["account", "list"]).contains("keys recorded, clipboard on"));
}
