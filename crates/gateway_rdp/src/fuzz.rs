//! Feeds broken bytes of real targets into everything that reads them: nothing may panic.
//!
//! The bytes were recorded once, from xrdp and from the tests' own desktop (`tests/data`). A short run belongs to the
//! tests; `SIGHTLINE_FUZZ_MINUTES=10 cargo test -p gateway_rdp --lib fuzz -- --nocapture` is a long one.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use gateway::{Connection, Secret};
use hub::{RecordingRule, WatchPolicy};
use ironrdp_cliprdr::CliprdrClient;
use ironrdp_connector::{ConnectionOutcome, ConnectionResult, Sequence};
use ironrdp_core::WriteBuf;
use ironrdp_dvc::DrdynvcClient;
use ironrdp_pdu::Action;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use wire::desktop::Extent;
use wire::{AccountId, AgentId};
use zeroize::Zeroizing;

use crate::clipboard::Clipboard;
use crate::far;
use crate::stage::{Effect, Stage};

pub(crate) mod record;

/// The first one changes its size in the middle.
const RECORDINGS: [&[u8]; 2] =
    [include_bytes!("../tests/data/xrdp.frames"), include_bytes!("../tests/data/peer.frames")];
const EXTENT: Extent = Extent { width: 400, height: 300 };
/// The short run.
const SECONDS: u64 = 3;

/// What a target said, frame by frame, before and after there was a desktop.
#[derive(Clone, Default)]
struct Said {
    handshake: Vec<Vec<u8>>,
    frames: Vec<Vec<u8>>,
}

impl Said {
    fn read(mut bytes: &[u8]) -> Self {
        let mut said = Self::default();
        while let Some((kind, rest)) = bytes.split_first() {
            let (length, rest) = rest.split_at(4);
            let length = u32::from_be_bytes(length.try_into().expect("four bytes"));
            let (frame, rest) = rest.split_at(usize::try_from(length).expect("a length"));
            if *kind == 0 { &mut said.handshake } else { &mut said.frames }.push(frame.to_vec());
            bytes = rest;
        }
        said
    }

    fn write(&self) -> Vec<u8> {
        let all = self.handshake.iter().map(|frame| (0, frame));
        let all = all.chain(self.frames.iter().map(|frame| (1, frame)));
        all.flat_map(|(kind, frame)| {
            let length = u32::try_from(frame.len()).expect("a length").to_be_bytes();
            [&[kind], &length[..], frame].concat()
        })
        .collect()
    }

    /// From a recording to what this build hears, and back. Which of our channels has which number is the target's
    /// answer to the order in which they are asked for, and that one is by the numbers of types, which differ from
    /// build to build. In recordings the clipboard has the lower one.
    fn turn(&mut self, (clipboard, dynamic): (u16, u16)) {
        if clipboard < dynamic {
            return;
        }
        for frame in &mut self.frames {
            // TPKT, X.224 and the head of what a target sends; then the channel's number.
            let [3, _, _, _, _, _, _, 0x68, _, _, high, low, ..] = &mut frame[..] else { continue };
            let number = u16::from_be_bytes([*high, *low]);
            let other =
                [(clipboard, dynamic), (dynamic, clipboard)].into_iter().find(|(one, _)| *one == number);
            [*high, *low] = other.map_or(number, |(_, other)| other).to_be_bytes();
        }
    }
}

/// The numbers of the clipboard's channel and of the one for dynamic channels.
fn numbers(agreed: &ConnectionResult) -> (u16, u16) {
    let channels = &agreed.static_channels;
    let clipboard = channels.get_channel_id_by_type::<CliprdrClient>();
    let dynamic = channels.get_channel_id_by_type::<DrdynvcClient>();
    (clipboard.expect("a clipboard"), dynamic.expect("dynamic channels"))
}

fn connection(host: &str, port: u16) -> Connection {
    Connection {
        account: AccountId::generate(),
        login: "desk".into(),
        agent: AgentId::generate(),
        agent_name: "box".into(),
        display_name: "box".into(),
        jump_server_group: None,
        host: host.into(),
        port,
        service_url: String::new(),
        pinned_key: None,
        secret: Secret::Password(Zeroizing::new("correct horse".into())),
        policy: WatchPolicy::Announced,
        recording: RecordingRule::Off,
    }
}

/// A recording as this build would have heard it.
fn recording(bytes: &[u8]) -> Said {
    let mut said = Said::read(bytes);
    let agreed = agree(&said).expect("a recording begins with a desktop");
    said.turn(numbers(&agreed));
    said
}

/// Plays the beginning: what both sides agree on.
fn agree(said: &Said) -> Result<ConnectionResult, Reached> {
    let connector = far::connector(&connection("127.0.0.1", 1), "node-1", EXTENT, true);
    let mut connector = connector.expect("a configuration");
    let mut buf = WriteBuf::new();
    let mut handshake = said.handshake.iter();
    loop {
        buf.clear();
        if connector.should_perform_security_upgrade() {
            connector.mark_security_upgrade_as_done();
        }
        if connector.should_perform_credssp() {
            return Err(Reached::Nothing);
        }
        let step = match connector.next_pdu_hint() {
            None => connector.step_no_input(&mut buf),
            Some(hint) => {
                let pdu = handshake.next().ok_or(Reached::Handshake)?;
                // As it is framed.
                match hint.find_size(pdu) {
                    Ok(Some((true, length))) if length <= pdu.len() => {
                        connector.step(&pdu[..length], None, &mut buf)
                    }
                    _ => return Err(Reached::Handshake),
                }
            }
        };
        if step.is_err() {
            return Err(Reached::Handshake);
        }
        match connector.state.take_outcome() {
            Some(ConnectionOutcome::Connected(agreed)) => return Ok(agreed),
            Some(ConnectionOutcome::Redirected(_)) => return Err(Reached::Handshake),
            None => {}
        }
    }
}

/// Plays what a target said, as the gateway would read it; how far it came.
fn play(said: &Said) -> Reached {
    let agreed = match agree(said) {
        Ok(agreed) => agreed,
        Err(reached) => return reached,
    };
    let Ok(mut stage) = Stage::new(agreed) else { return Reached::Handshake };
    let mut clipboard = Clipboard::default();
    for frame in &said.frames {
        let Ok(Some(found)) = ironrdp_pdu::find_size(frame) else { return Reached::Frames };
        let Some(frame) = frame.get(..found.length) else { return Reached::Frames };
        let action = if found.action == Action::X224 { Action::X224 } else { Action::FastPath };
        let Ok(effects) = stage.take(action, frame, None) else { return Reached::Frames };
        for effect in effects {
            if let Effect::Drawn(rect) = effect {
                let pixels = stage.pixels(rect);
                let rows = usize::from(rect.height);
                assert!(pixels.len() >= (rows - 1) * stage.stride() + usize::from(rect.width) * 4);
            }
        }
        if stage.is_active() && clipboard.attend(&mut stage.active).is_err() {
            return Reached::Frames;
        }
    }
    Reached::End
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reached {
    Nothing,
    Handshake,
    Frames,
    End,
}

/// Breaks bytes in one of the ways in which bytes break.
fn mutate(bytes: &mut Vec<u8>, others: &[Vec<u8>], rng: &mut SmallRng) {
    const ODD: [u8; 8] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF, 0x20, 0x40];
    for _ in 0..rng.random_range(1..6) {
        if bytes.is_empty() {
            return;
        }
        let at = rng.random_range(0..bytes.len());
        match rng.random_range(0..8) {
            0 => bytes[at] ^= 1 << rng.random_range(0..8),
            1 => bytes[at] = ODD[rng.random_range(0..ODD.len())],
            2 => bytes[at] = rng.random(),
            3 => bytes.truncate(at),
            4 => {
                let end = (at + rng.random_range(1..64)).min(bytes.len());
                bytes.drain(at..end);
            }
            5 => {
                let end = (at + rng.random_range(1..64)).min(bytes.len());
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again);
            }
            6 => {
                // A length or a place, mostly.
                let word: u16 = [0, 1, 0x7FFF, 0x8000, 0xFFFF, 300, 399][rng.random_range(0..7)];
                for (byte, value) in bytes[at..].iter_mut().zip(word.to_le_bytes()) {
                    *byte = value;
                }
            }
            _ => {
                let other = &others[rng.random_range(0..others.len())];
                let from = rng.random_range(0..other.len());
                let end = (from + rng.random_range(1..256)).min(other.len());
                bytes.splice(at..at, other[from..end].iter().copied());
            }
        }
    }
    if rng.random_bool(0.8) {
        reframe(bytes);
    }
}

/// Sets the length that stands in front, so that what is inside is looked at.
fn reframe(bytes: &mut [u8]) {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    let [high, low] = length.to_be_bytes();
    match bytes {
        [3, _, first, second, ..] => (*first, *second) = (high, low),
        [_, first, second, ..] if *first & 0x80 != 0 && high < 0x80 => {
            (*first, *second) = (0x80 | high, low);
        }
        [_, first, ..] if length < 0x80 => *first = low,
        _ => {}
    }
}

#[test]
fn what_was_recorded_plays() {
    for bytes in RECORDINGS {
        assert_eq!(Said::read(bytes).write(), bytes);
        assert_eq!(play(&recording(bytes)), Reached::End);
    }
}

/// Whether it is something to say.
fn is_said(effect: &Effect) -> bool {
    matches!(effect, Effect::Say(_))
}

#[test]
fn another_size_is_agreed_on_whatever_else_is_said() {
    let said = recording(RECORDINGS[0]);
    let agreed = agree(&said).expect("a desktop");
    let (_, dynamic) = numbers(&agreed);
    let mut stage = Stage::new(agreed).unwrap_or_else(|fault| panic!("{}", fault.why()));
    let take = |stage: &mut Stage, frame: &[u8]| {
        let found = ironrdp_pdu::find_size(frame).expect("a frame").expect("all of it");
        stage.take(found.action, frame, None).expect("readable")
    };
    let mut frames = said.frames.iter();
    let deactivation = frames.find(|frame| {
        take(&mut stage, frame);
        !stage.is_active()
    });
    let deactivation = deactivation.expect("it changes its size");
    let channel = said.frames.iter().find(|frame| frame[0] == 3 && frame[10..12] == dynamic.to_be_bytes());
    let channel = channel.expect("it asks what dynamic channels can do");
    assert!(take(&mut stage, channel).is_empty(), "nothing may be said now");
    assert!(take(&mut stage, deactivation).is_empty(), "it begins again");
    let effects = frames.by_ref().map(|frame| take(&mut stage, frame)).find(|effects| !effects.is_empty());
    let effects = effects.expect("an offer");
    let at = effects.iter().position(|effect| matches!(effect, Effect::Extent(_))).expect("a size");
    assert!(at > 0 && effects[..at].iter().all(is_said), "the answer comes first");
    assert_eq!(effects[at + 1..].len(), 1, "then what was asked for before");
    assert!(is_said(&effects[at + 1]) && !stage.is_active());
    // Of an agreement that has begun nothing is left, either.
    assert!(take(&mut stage, deactivation).is_empty());
    assert!(take(&mut stage, channel).is_empty());
}

#[test]
fn broken_bytes_panic_nowhere() {
    let minutes =
        std::env::var("SIGHTLINE_FUZZ_MINUTES").ok().map(|text| text.parse::<u64>().expect("minutes"));
    let time = minutes.map_or(Duration::from_secs(SECONDS), |minutes| Duration::from_secs(60 * minutes));
    let seed = rand::random();
    let mut rng = SmallRng::seed_from_u64(seed);
    let recordings = RECORDINGS.map(recording);
    let panics = Mutex::new(BTreeMap::<String, usize>::new());
    let before = std::panic::take_hook();
    let place = std::sync::Arc::new(Mutex::new(String::new()));
    let seen = std::sync::Arc::clone(&place);
    std::panic::set_hook(Box::new(move |panic| {
        *seen.lock().expect("a place") = panic.to_string().replace('\n', " ");
    }));
    let (start, mut runs, mut reached) = (Instant::now(), 0_u64, BTreeMap::new());
    while start.elapsed() < time {
        let mut said = recordings[rng.random_range(0..recordings.len())].clone();
        let others = said.frames.clone();
        // The handshake is short and much is in it.
        if rng.random_bool(0.3) {
            let at = rng.random_range(0..said.handshake.len());
            mutate(&mut said.handshake[at], &others, &mut rng);
        } else {
            for _ in 0..rng.random_range(1..4) {
                let at = rng.random_range(0..said.frames.len());
                mutate(&mut said.frames[at], &others, &mut rng);
            }
            // What comes before shortens nothing but the time.
            if rng.random_bool(0.5) {
                let from = rng.random_range(0..said.frames.len());
                said.frames.drain(..from);
            }
        }
        runs += 1;
        match catch_unwind(AssertUnwindSafe(|| play(&said))) {
            Ok(far) => *reached.entry(far).or_insert(0_u64) += 1,
            Err(_) => {
                let place = place.lock().expect("a place").clone();
                *panics.lock().expect("panics").entry(place).or_default() += 1;
            }
        }
    }
    std::panic::set_hook(before);
    let panics = panics.into_inner().expect("panics");
    println!("{runs} runs in {:?} with seed {seed}: {reached:?}", start.elapsed());
    assert!(panics.is_empty(), "seed {seed}: {panics:#?}");
}
