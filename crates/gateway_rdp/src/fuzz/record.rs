//! Records what real targets say: run by hand when the recordings are to be made anew.
//!
//! `SIGHTLINE_RECORD=HOST:PORT=FILE cargo test -p gateway_rdp --lib record -- --ignored`

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use gateway::tls::connector;
use gateway::{Connection, DirectoryError, HostKeyCheck, Refused, Targets};
use hub::{Hub, Ledger, LedgerError, Opening, Times};
use ironrdp_pdu::Action;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use wire::desktop::Gesture;
use wire::{AccountId, AgentId, End, SessionId, UserId};

use super::{EXTENT, Said, connection, numbers};
use crate::clipboard::Clipboard;
use crate::far::Far;
use crate::gateway::Shared;
use crate::hands::{Hands, Who};
use crate::ports::Office;
use crate::stage::{Effect, Stage};
use crate::{Clipped, Directory, GatewayConfig, Rules};

/// How long is listened.
const LISTENED: Duration = Duration::from_secs(4);

/// What the handshake that is being recorded heard.
static HEARD: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

/// Takes note of a step of a handshake.
pub(crate) fn heard(pdu: &[u8]) {
    HEARD.lock().unwrap_or_else(PoisonError::into_inner).push(pdu.to_vec());
}

struct Nobody;

#[async_trait]
impl Targets for Nobody {
    async fn connection(&self, _: UserId, _: &str, _: &str) -> Result<Option<Connection>, DirectoryError> {
        Ok(None)
    }

    async fn check_host_key(&self, _: AgentId, _: &str) -> Result<HostKeyCheck, DirectoryError> {
        Ok(HostKeyCheck::Known)
    }

    async fn refused(&self, _: Refused) {}
}

#[async_trait]
impl Directory for Nobody {
    async fn rules(&self, _: AccountId) -> Result<Rules, DirectoryError> {
        Ok(Rules { record_keys: false, clipboard: true })
    }

    fn clipped(&self, _: Clipped) {}
}

#[async_trait]
impl Ledger for Nobody {
    async fn opened(&self, _: &Opening, _: bool) -> Result<(), LedgerError> {
        Ok(())
    }

    fn ended(&self, _: SessionId, _: &End) {}
}

#[tokio::test]
#[ignore = "makes the recordings anew"]
async fn record_a_target() {
    let wish = std::env::var("SIGHTLINE_RECORD").expect("SIGHTLINE_RECORD=HOST:PORT=FILE");
    let (address, file) = wish.split_once('=').expect("an address and a file");
    let address: SocketAddr = address.parse().expect("an address");
    let shared = Shared {
        connector: connector().expect("TLS"),
        office: Office::new(Arc::new(Nobody)),
        hub: Hub::with(Arc::new(Nobody), None, Times::default()),
        config: GatewayConfig::new("node-1", 1),
        stop: CancellationToken::new(),
    };
    let host: IpAddr = address.ip();
    let connection = connection(&host.to_string(), address.port());
    let far = Far::connect(&shared, &connection, EXTENT, true).await.unwrap_or_else(|trouble| {
        panic!("{trouble}");
    });
    let handshake = std::mem::take(&mut *HEARD.lock().unwrap_or_else(PoisonError::into_inner));
    let mut said = Said { handshake, frames: Vec::new() };
    let Far { mut inbox, outbox, agreed } = far;
    let numbers = numbers(&agreed);
    let mut stage = Stage::new(agreed).unwrap_or_else(|fault| panic!("{}", fault.why()));
    let mut hands = Hands::new(stage.extent(), true);
    let mut clipboard = Clipboard::default();
    let (start, mut done) = (Instant::now(), 0);
    while let Ok(pdu) = timeout_at(start + LISTENED, inbox.read_pdu()).await {
        let (action, frame) = pdu.expect("a frame");
        let action = if action == Action::X224 { Action::X224 } else { Action::FastPath };
        said.frames.push(frame.to_vec());
        for effect in stage.take(action, &frame, None).expect("a frame that is read") {
            if let Effect::Say(bytes) = effect {
                outbox.send(bytes);
            }
        }
        if stage.is_active() {
            for answer in clipboard.attend(&mut stage.active).expect("a clipboard").answers {
                outbox.send(answer);
            }
        }
        // Something to draw, another shape of the pointer, another size.
        if done == 0 && start.elapsed() > Duration::from_secs(1) && stage.is_active() {
            done = 1;
            let gestures = [Gesture::Move { x: 100, y: 100 }, Gesture::Text('l'), Gesture::Text('s')];
            let events: Vec<_> = gestures.iter().flat_map(|gesture| hands.act(Who::Owner, gesture)).collect();
            outbox.send(stage.input(&events).expect("input"));
            if let Some(offer) = clipboard.offer(&mut stage.active, "text".into()) {
                outbox.send(offer.expect("an offer"));
            }
            let smaller = wire::desktop::Extent { width: 300, height: 250 };
            if stage.resizable() == Some(true) {
                outbox.send(stage.resize(smaller).expect("a size").expect("a size"));
            }
        }
    }
    said.turn(numbers);
    std::fs::write(file, said.write()).expect("written");
}

/// The tests' own desktop, for the recording of it.
#[path = "../../tests/it/support/peer.rs"]
mod peer;

#[tokio::test]
#[ignore = "keeps a desktop running for whoever records it"]
async fn keep_a_desktop() {
    let peer = peer::Peer::start(peer::Manners::default());
    println!("{} {}", peer.address, peer.certificate.len());
    // A shape of the pointer, and nothing more after a while.
    tokio::time::sleep(LISTENED * 5).await;
    assert!(peer.typed.has_changed().is_ok() && *peer.desktops.borrow() > 0, "nobody recorded it");
    peer.make(peer::Deed::Say(peer::fast_path(6, &[])));
    assert_eq!(*peer.sizes.borrow(), 1, "whoever records asks for one");
    for deed in [peer::Deed::Change, peer::Deed::Freeze, peer::Deed::HangUp] {
        peer.make(deed);
    }
}
