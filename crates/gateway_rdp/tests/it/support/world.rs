//! The gateway with its directory, ledger and hub.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use gateway::{Connection, Secret, User};
use gateway_rdp::{Desktop, Desktops, Gateway, GatewayConfig, Rules, Visit};
use hub::{
    Archive, Asked, Control, Hub, Permit, RecordingRule, Times, Viewer as Watching, WatchHandle, WatchPolicy,
    permit,
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use wire::desktop::{Extent, Gesture};
use wire::live::{LiveFrame, LiveRequest};
use wire::{AccountId, AgentId, SessionId, UserId};
use zeroize::Zeroizing;

use super::book::{Book, Rows};
use super::peer::{LOGIN, PASSWORD};
use super::tools::within;
use super::viewer::Viewer;

pub(crate) const EXTENT: Extent = Extent { width: 640, height: 480 };

/// Everything that a test needs.
pub(crate) struct World {
    pub(crate) book: Arc<Book>,
    pub(crate) rows: Arc<Rows>,
    pub(crate) hub: Hub,
    pub(crate) desktops: Desktops,
    pub(crate) stop: CancellationToken,
    pub(crate) serving: JoinHandle<()>,
}

impl World {
    pub(crate) fn start() -> Self {
        Self::with(Duration::from_secs(20))
    }

    pub(crate) fn with(target_timeout: Duration) -> Self {
        Self::recorded(target_timeout, None)
    }

    pub(crate) fn recorded(target_timeout: Duration, archive: Option<Arc<dyn Archive>>) -> Self {
        let (book, rows) = (Arc::<Book>::default(), Arc::<Rows>::default());
        let hub = Hub::with(rows.clone(), archive, Times::default());
        let config = GatewayConfig { threads: 2, target_timeout, ..GatewayConfig::new("node-1", 3000) };
        let gateway = Gateway::new(config, book.clone(), hub.clone());
        let desktops = gateway.desktops();
        let stop = CancellationToken::new();
        let stopping = stop.clone();
        let serving = tokio::spawn(async move { gateway.serve(stopping).await.expect("served") });
        Self { book, rows, hub, desktops, stop, serving }
    }

    /// Makes an account known: `desk@AGENT`.
    pub(crate) fn add(&self, agent: &str, address: SocketAddr) -> AgentId {
        self.add_with(agent, address, PASSWORD, WatchPolicy::Announced, true)
    }

    pub(crate) fn add_with(
        &self,
        agent: &str,
        address: SocketAddr,
        password: &str,
        policy: WatchPolicy,
        clipboard: bool,
    ) -> AgentId {
        let id = AgentId::generate();
        let connection = Connection {
            account: AccountId::generate(),
            login: LOGIN.into(),
            agent: id,
            agent_name: agent.into(),
            display_name: format!("The {agent}"),
            jump_server_group: None,
            host: address.ip().to_string(),
            port: address.port(),
            service_url: format!("rdp://{address}"),
            pinned_key: None,
            secret: Secret::Password(Zeroizing::new(password.into())),
            policy,
            recording: RecordingRule::Off,
        };
        let rules = Rules { record_keys: false, clipboard };
        self.book.accounts.lock().unwrap().push((connection, rules));
        id
    }

    /// Opens a session as Alice.
    pub(crate) async fn open(&self, agent: &str) -> Result<Desktop, String> {
        self.open_at(agent, EXTENT).await
    }

    pub(crate) async fn open_at(&self, agent: &str, extent: Extent) -> Result<Desktop, String> {
        let visit = Visit {
            user: User { id: UserId::generate(), name: "alice".into(), full_name: "Alice Liddell".into() },
            from: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)),
            login: LOGIN.into(),
            agent: agent.into(),
            extent,
        };
        within("a session or a reason", self.desktops.open(visit)).await
    }

    /// A session with its page.
    pub(crate) async fn page(&self, agent: &str) -> (Desktop, Viewer) {
        let desktop = self.open(agent).await.expect("a session");
        let viewer = Viewer::new(desktop.window().expect("a window"));
        (desktop, viewer)
    }
}

/// Somebody else who watches and takes part.
pub(crate) struct Seat {
    handle: WatchHandle,
    permit: Permit<Control>,
}

impl Seat {
    pub(crate) async fn take(world: &World, session: SessionId, name: &str) -> Self {
        let viewer = Watching { name: name.into(), ..Watching::command_line() };
        let facts = world.hub.facts(session).expect("open");
        let handle = world.hub.watch(permit(&viewer, &facts).expect("allowed")).await.expect("watching");
        Self { handle, permit: permit(&viewer, &facts).expect("allowed") }
    }

    pub(crate) fn asks(&mut self, request: LiveRequest) {
        assert_eq!(self.handle.request(&self.permit, request), Asked::Done);
    }

    pub(crate) fn acts(&mut self, gestures: &[Gesture]) {
        self.asks(LiveRequest::Input(wire::encode(&gestures.to_vec())));
    }

    pub(crate) async fn frame<T>(&mut self, pick: impl Fn(LiveFrame) -> Option<T>) -> T {
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

/// What a page sends.
pub(crate) fn act(desktop: &Desktop, gestures: &[Gesture]) {
    desktop.gestures(&wire::encode(&gestures.to_vec())).expect("gestures");
}
