//! Recordings of desktops: replayed as they were shown, verified, and made into videos.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use app::replay::answer::{Frame, Outline};
use hub::{Mark, MarkKind, OpenSession, ScreenKind, Window};
use picture::Framebuffer;
use recording::{Moment, Player, Sight, What, cast_path};
use sha2::{Digest as _, Sha256};
use tokio::time::sleep;
use wire::desktop::{Extent, Gesture, Rect, Tile};
use wire::live::LiveFrame;
use wire::{End, EndReason, Millis, SessionId};

use crate::web_client::{Browser, PATIENCE};
use crate::web_world::World;

const EXTENT: Extent = Extent { width: 640, height: 400 };

async fn desktop(world: &World) -> OpenSession {
    world.open_with("uma", "root", ScreenKind::Picture(EXTENT)).await
}

/// Ends a session, and waits until its recording is put away.
async fn end(world: &World, open: OpenSession) -> SessionId {
    let id = open.id();
    open.close(End::new(EndReason::Closed, Millis::now()));
    let began = Instant::now();
    while world.services().archive.shelf().find(id).is_none_or(|folder| folder.ends_with("open")) {
        assert!(began.elapsed() < PATIENCE, "the recording is not put away");
        // A folder offers nothing to wait on.
        sleep(Duration::from_millis(5)).await;
    }
    id
}

/// Pixels of a colour, with as much noise.
fn paint(open: &OpenSession, rect: Rect, colour: [u8; 3], noise: u8) {
    let mut x = 1_u32 + u32::from(colour[0]);
    let pixels: Vec<u8> = (0..usize::from(rect.width) * usize::from(rect.height))
        .flat_map(|_| {
            x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let grain = |part: u8, shift: u32| part.wrapping_add((x >> shift) as u8 & noise);
            [grain(colour[0], 8), grain(colour[1], 16), grain(colour[2], 24), 0]
        })
        .collect();
    open.paint(rect, &pixels, usize::from(rect.width) * 4);
}

/// A picture as a page has it, and in short what it was after each event.
struct Page {
    framebuffer: Framebuffer,
    seen: BTreeMap<u64, [u8; 32]>,
}

impl Page {
    fn black() -> Self {
        Self { framebuffer: Framebuffer::new(EXTENT), seen: BTreeMap::new() }
    }

    fn drawn(&mut self, seq: u64, tiles: &[Tile]) {
        tiles.iter().for_each(|tile| self.framebuffer.apply(tile).expect("a tile"));
        self.seen.insert(seq, Sha256::digest(self.framebuffer.pixels()).into());
    }

    fn shown(&mut self, frame: LiveFrame) {
        match frame {
            LiveFrame::Picture { seq, extent, tiles, .. } => {
                self.framebuffer = Framebuffer::new(extent);
                self.drawn(seq, &tiles);
            }
            LiveFrame::Drawn { seq, tiles } => self.drawn(seq, &tiles),
            _ => {}
        }
    }

    fn replayed(&mut self, what: &What) {
        match what {
            What::Shows(Sight::Extent(extent)) => self.framebuffer = Framebuffer::new(*extent),
            What::Shows(Sight::Drawn { seq, tiles }) => self.drawn(*seq, tiles),
            What::Shows(Sight::Whole(whole)) => {
                self.framebuffer = Framebuffer::new(whole.extent);
                self.drawn(whole.seq, &whole.tiles);
            }
            _ => {}
        }
    }
}

async fn look(page: &mut Page, window: &mut Window, until: u64) {
    while page.seen.last_key_value().is_none_or(|(seq, _)| *seq < until) {
        let frame = tokio::time::timeout(PATIENCE, window.next()).await.expect("in time").expect("a frame");
        page.shown(wire::decode(&frame).expect("a frame"));
    }
}

async fn ask<T: serde::de::DeserializeOwned>(browser: &Browser, id: SessionId, what: &str) -> T {
    let reply = browser.get(&format!("/recordings/{id}/{what}")).await;
    assert_eq!(reply.status, 200, "{what}: {}", reply.text());
    wire::decode(reply.bytes()).expect("an answer")
}

/// All lines from an offset on, as a page fetches them.
async fn lines(browser: &Browser, id: SessionId, mut from: u64, end: u64) -> String {
    let mut all = Vec::new();
    while from < end {
        let reply = browser.get(&format!("/recordings/{id}/bytes?from={from}&to={}", from + (1 << 20))).await;
        assert_eq!(reply.status, 200);
        from += reply.bytes().len() as u64;
        all.extend_from_slice(reply.bytes());
    }
    String::from_utf8(all).expect("text")
}

fn sightline(world: &World, arguments: &[&str], path: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sightline"));
    command.args(arguments).env("SIGHTLINE_DATA", &world.services().config.data);
    if let Some(path) = path {
        command.env("PATH", path);
    }
    command.output().expect("the program starts")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(if output.status.success() { &output.stdout } else { &output.stderr })
        .into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desktop_is_replayed_as_it_was_shown() {
    let world = World::start().await;
    let open = desktop(&world).await;
    let mut window = open.windows().open().expect("a window");
    let mut owner = Page::black();
    for step in 0..24_u16 {
        let rect = if step % 2 == 0 {
            EXTENT.rect()
        } else {
            Rect { x: 8 * step, y: 5 * step, width: 40, height: 30 }
        };
        paint(&open, rect, [10 * step as u8, 40, 90], 0xff);
        assert!(open.show().await);
        let key = Gesture::Key { code: 0x1e, down: true, text: Some('s') };
        open.typed(None, &wire::encode(&vec![key]).into()).await;
        look(&mut owner, &mut window, u64::from(step) + 1).await;
    }
    open.mark(Mark { kind: MarkKind::Message, by: "otto".into(), text: "please stop".into() });
    open.extent(Extent { width: 800, height: 600 });
    paint(&open, Rect { x: 700, y: 500, width: 50, height: 50 }, [200, 100, 0], 0);
    assert!(open.show().await);
    look(&mut owner, &mut window, 25).await;
    let id = end(&world, open).await;

    let browser = world.signed_in("otto").await;
    let outline: Outline = ask(&browser, id, "outline").await;
    assert_eq!((outline.first.picture, outline.first.offset), (Some(EXTENT), 0));
    assert!(!outline.keyframes.is_empty(), "so much was drawn that there are keyframes");
    assert_eq!(
        outline.marks.iter().map(|mark| mark.words()).collect::<Vec<_>>(),
        ["message from otto: please stop"]
    );

    // From the start, and from wherever a jump begins.
    let mut typed = String::new();
    for at in outline.keyframes.iter().map(|(at, _)| *at).chain([Moment(0), outline.duration]) {
        let frame: Frame = ask(&browser, id, &format!("frame?at={}", at.0)).await;
        assert!(frame.at <= at);
        let mut replay = Page::black();
        let mut player = Player::new("uma".into(), frame.at);
        for line in lines(&browser, id, frame.offset, outline.bytes).await.lines() {
            let Some(played) = player.line(line) else { continue };
            replay.replayed(&played.what);
            if let (What::Input(text), 0) = (&played.what, frame.offset) {
                typed.push_str(text);
            }
        }
        let (first, _) = replay.seen.first_key_value().expect("something");
        assert!(owner.seen.range(first..).eq(&replay.seen), "the same pixels after the same event");
        assert_eq!(
            (replay.framebuffer.extent().width, replay.seen.len() > 1 || frame.offset > 0),
            (800, true)
        );
    }
    assert_eq!(typed, "•".repeat(typed.chars().count()), "keys are not recorded");
    assert!(typed.chars().count() >= 24);
    let found: app::replay::answer::Found = ask(&browser, id, "found?text=stop").await;
    assert!(found.hits.is_empty() && found.next.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_bad_byte_of_a_picture_is_named() {
    let world = World::start().await;
    let open = desktop(&world).await;
    paint(&open, EXTENT.rect(), [1, 2, 3], 0xff);
    open.show().await;
    let id = end(&world, open).await;
    let verified = sightline(&world, &["recording", "verify", &id.to_string()], None);
    assert!(said(&verified).starts_with("the recording is whole"), "{}", said(&verified));
    let folder = world.services().archive.shelf().find(id).expect("a recording");
    let mut cast = fs::read(cast_path(&folder, id)).expect("readable");
    let line = cast.windows(3).position(|here| here == b"\"d\"").expect("a picture");
    cast[line + 5_000] ^= 1;
    fs::write(cast_path(&folder, id), &cast).expect("writable");
    let verified = sightline(&world, &["recording", "verify", &id.to_string()], None);
    let words = said(&verified);
    assert!(!verified.status.success() && words.contains("the recording is not whole"), "{words}");
    // The bytes that are named begin with the link that covers the line, and hold the altered one.
    let named: Vec<u64> =
        words.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect();
    assert!(named.iter().any(|from| *from <= line as u64 && *from > 0), "{words}");
}

/// Frames of a video as `ffmpeg` decodes it, and the bytes of one.
fn frames(video: &Path, extent: Extent) -> Vec<Vec<u8>> {
    let decoded = Command::new("ffmpeg")
        .args(["-loglevel", "error", "-i"])
        .arg(video)
        .args(["-f", "rawvideo", "-pix_fmt", "rgb24", "-"])
        .output()
        .expect("ffmpeg runs");
    assert!(decoded.status.success(), "{}", String::from_utf8_lossy(&decoded.stderr));
    let size = usize::from(extent.width) * usize::from(extent.height) * 3;
    decoded.stdout.chunks_exact(size).map(<[u8]>::to_vec).collect()
}

/// Whether a pixel has about that colour: videos are lossy.
fn is_about(frame: &[u8], extent: Extent, (x, y): (usize, usize), colour: [u8; 3]) -> bool {
    let at = (y * usize::from(extent.width) + x) * 3;
    frame[at..at + 3].iter().zip(colour).all(|(part, wanted)| part.abs_diff(wanted) < 24)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desktop_becomes_a_video() {
    let (red, green, blue) = ([200, 40, 40], [40, 180, 40], [40, 40, 200]);
    let world = World::start().await;
    let open = desktop(&world).await;
    paint(&open, EXTENT.rect(), red, 0);
    open.show().await;
    // The recorder writes down when things happen.
    sleep(Duration::from_millis(500)).await;
    paint(&open, Rect { x: 320, y: 0, width: 320, height: 400 }, green, 0);
    open.show().await;
    sleep(Duration::from_millis(300)).await;
    let larger = Extent { width: 800, height: 501 };
    open.extent(larger);
    paint(&open, larger.rect(), blue, 0);
    open.show().await;
    open.typed(None, &wire::encode(&vec![Gesture::Move { x: 600, y: 100 }]).into()).await;
    sleep(Duration::from_millis(200)).await;
    let id = end(&world, open).await.to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("text").to_owned();
    let export = |arguments: &[&str], search: Option<&str>| {
        sightline(&world, &[&["recording", "export", &id], arguments].concat(), search)
    };

    let none = export(&["--video", &path("none.mp4")], Some("/nonexistent"));
    assert!(!none.status.success());
    assert!(said(&none).contains("ffmpeg is not installed here"), "{}", said(&none));
    let unnamed = export(&["--video", &path("video.txt")], None);
    assert!(said(&unnamed).contains(".mp4 or .webm"), "{}", said(&unnamed));

    if Command::new("ffmpeg").arg("-version").output().is_err() {
        eprintln!("ffmpeg is not installed: the videos themselves are not looked at");
        return;
    }
    let extent = Extent { width: 800, height: 502 };
    for (name, fps) in [("video.mp4", 10), ("video.webm", 20)] {
        let made = export(&["--video", &path(name), "--fps", &fps.to_string()], None);
        assert!(made.status.success(), "{}", said(&made));
        let frames = frames(Path::new(&path(name)), extent);
        assert!((9 * fps / 10..4 * fps).contains(&frames.len()), "{} frames of a second", frames.len());
        let early = &frames[3 * fps / 10];
        assert!(is_about(early, extent, (100, 100), red) && is_about(early, extent, (500, 100), red));
        assert!(is_about(early, extent, (700, 480), [0; 3]), "smaller than the largest");
        assert!(frames.iter().any(|frame| {
            is_about(frame, extent, (100, 100), red) && is_about(frame, extent, (500, 100), green)
        }));
        let last = frames.last().expect("frames");
        assert!(is_about(last, extent, (100, 100), blue) && is_about(last, extent, (790, 490), blue));
        // The arrow is white within, and small for a codec.
        assert!(last[(108 * 800 + 603) * 3] > 128, "the mouse is seen");
    }
    let again = export(&["--video", &path("video.mp4")], None);
    assert!(said(&again).contains("is there already"), "{}", said(&again));
    // A folder that is not there: ffmpeg says so itself.
    let lost = export(&["--video", &path("no/video.mp4")], None);
    assert!(said(&lost).contains("ffmpeg failed") && said(&lost).contains("No such file"), "{}", said(&lost));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_terminal_no_video_is_made() {
    let world = World::start().await;
    let open = world.open("uma", "root").await;
    let id = end(&world, open).await.to_string();
    let made = sightline(&world, &["recording", "export", &id, "--video", "never.mp4"], None);
    assert!(!made.status.success() && !Path::new("never.mp4").exists());
    assert!(said(&made).contains("this is the recording of a terminal"), "{}", said(&made));
}
