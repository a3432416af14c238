//! Recordings of desktops: keyframes and changes are the desktop at every moment, and no byte changes unnoticed.

use std::ops::ControlFlow;

use picture::{Damage, Framebuffer};
use proptest::prelude::*;
use recording::{
    Event, Header, Moment, Picture, Played, Player, Reading, Sight, What, Which, Writer, repair,
};
use wire::desktop::{Extent, Pointer, PointerShape, Rect};

use crate::support::{Files, closed, header, input, later, session, signer};

const EXTENT: Extent = Extent { width: 320, height: 200 };

fn begun(files: &Files) -> Writer {
    let header = Header { picture: Some(EXTENT), ..header() };
    Writer::create(files.path(), &header, signer()).expect("a recording")
}

/// A desktop that is painted and recorded.
struct Desktop {
    framebuffer: Framebuffer,
    damage: Damage,
    seq: u64,
    pointer: Pointer,
    mouse: Option<(u16, u16)>,
}

impl Desktop {
    fn new() -> Self {
        Self {
            framebuffer: Framebuffer::new(EXTENT),
            damage: Damage::new(EXTENT),
            seq: 0,
            pointer: Pointer::Default,
            mouse: None,
        }
    }

    fn paint(&mut self, rect: Rect, seed: u8) -> Event {
        let stride = usize::from(rect.width) * 4;
        let pixels: Vec<u8> = (0..stride * usize::from(rect.height))
            .map(|at| (at % 256) as u8 ^ seed.wrapping_mul(31))
            .collect();
        self.framebuffer.paint(rect, &pixels, stride, &mut self.damage);
        self.seq += 1;
        let tiles = self.damage.take().into_iter().flat_map(|rect| self.framebuffer.tiles(rect)).collect();
        Event::Shows(Sight::Drawn { seq: self.seq, tiles })
    }

    fn extent(&mut self, extent: Extent) -> Event {
        (self.framebuffer, self.damage) = (Framebuffer::new(extent), Damage::new(extent));
        Event::Shows(Sight::Extent(extent))
    }

    fn point(&mut self, pointer: Pointer) -> Event {
        self.seq += 1;
        self.pointer = pointer.clone();
        Event::Shows(Sight::Pointer { seq: self.seq, pointer })
    }

    fn looks(&self) -> Looks {
        (self.seq, self.framebuffer.clone(), self.pointer.clone(), self.mouse)
    }

    fn moved(&mut self, x: u16, y: u16) -> Event {
        self.mouse = Some((x, y));
        Event::Shows(Sight::Mouse(x, y))
    }

    fn whole(&self) -> Picture {
        Picture {
            seq: self.seq,
            extent: self.framebuffer.extent(),
            pointer: self.pointer.clone(),
            tiles: self.framebuffer.whole(),
        }
    }
}

/// The number of the last event, the pixels, the pointer and where it is.
type Looks = (u64, Framebuffer, Pointer, Option<(u16, u16)>);

/// As a page replays it.
#[derive(Clone)]
struct Replayed {
    framebuffer: Framebuffer,
    pointer: Pointer,
    mouse: Option<(u16, u16)>,
    seq: u64,
}

impl Replayed {
    fn new() -> Self {
        Self { framebuffer: Framebuffer::new(EXTENT), pointer: Pointer::Default, mouse: None, seq: 0 }
    }

    fn looks(&self) -> Looks {
        (self.seq, self.framebuffer.clone(), self.pointer.clone(), self.mouse)
    }

    fn happens(&mut self, what: &What) {
        let What::Shows(sight) = what else { return };
        let tiles = match sight {
            Sight::Extent(extent) => {
                self.framebuffer = Framebuffer::new(*extent);
                return;
            }
            Sight::Pointer { seq, pointer } => {
                (self.seq, self.pointer) = (*seq, pointer.clone());
                return;
            }
            Sight::Mouse(x, y) => {
                self.mouse = Some((*x, *y));
                return;
            }
            Sight::Drawn { seq, tiles } => {
                self.seq = *seq;
                tiles
            }
            Sight::Whole(picture) => {
                self.framebuffer = Framebuffer::new(picture.extent);
                (self.seq, self.pointer) = (picture.seq, picture.pointer.clone());
                &picture.tiles
            }
        };
        tiles.iter().for_each(|tile| self.framebuffer.apply(tile).expect("a tile"));
    }
}

#[derive(Clone, Debug)]
enum Step {
    Paint(Rect, u8),
    Extent(Extent),
    Pointer(bool),
    Mouse(u16),
    Keyframe,
    Commit,
}

fn step() -> impl Strategy<Value = (i64, Step)> {
    let step = prop_oneof![
        6 => (0..320_u16, 0..200_u16, 1..99_u16, 1..99_u16, any::<u8>())
            .prop_map(|(x, y, width, height, seed)| Step::Paint(Rect { x, y, width, height }, seed)),
        1 => (200..400_u32, 200..400_u32).prop_map(|(width, height)| Step::Extent(Extent::clamped(width, height))),
        1 => any::<bool>().prop_map(Step::Pointer),
        2 => any::<u16>().prop_map(Step::Mouse),
        2 => Just(Step::Keyframe),
        2 => Just(Step::Commit),
    ];
    (0..3_i64, step)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn from_every_keyframe_it_is_the_desktop(steps in prop::collection::vec(step(), 1..30)) {
        let files = Files::new();
        let mut writer = begun(&files);
        let mut desktop = Desktop::new();
        // What it looked like after each event, in order.
        let mut truth = Vec::new();
        let mut now = 0;
        for (passed, step) in steps {
            now += passed;
            let event = match step {
                Step::Paint(rect, seed) => desktop.paint(rect, seed),
                Step::Extent(extent) => desktop.extent(extent),
                Step::Pointer(hidden) => desktop.point(if hidden { Pointer::Hidden } else { Pointer::Default }),
                Step::Mouse(x) => desktop.moved(x, 3),
                Step::Keyframe => {
                    writer.picture(desktop.whole());
                    continue;
                }
                Step::Commit => {
                    writer.commit().expect("written");
                    continue;
                }
            };
            writer.event(later(now), &event);
            truth.push(desktop.looks());
        }
        writer.close(&closed(now)).expect("written");
        files.verify().expect("whole");
        let reading = Reading::open(files.path(), session()).expect("open");
        prop_assert_eq!(reading.header().picture, Some(EXTENT));

        let mut replayed = Replayed::new();
        let mut seen = Vec::new();
        let mut after_keyframe = false;
        reading.all(|Played { what, .. }| {
            replayed.happens(&what);
            // After a keyframe the mouse is where it was.
            if !matches!(what, What::Shows(Sight::Whole(_)) | What::Marker(_)) && !std::mem::take(&mut after_keyframe) {
                seen.push(replayed.looks());
            }
            after_keyframe = matches!(what, What::Shows(Sight::Whole(_))) && replayed.mouse.is_some();
            ControlFlow::Continue(())
        }).expect("read");
        prop_assert!(seen == truth);

        for point in reading.keyframes() {
            let bytes = reading.bytes(point.offset..reading.len()).expect("bytes");
            let mut player = Player::new("alice".into(), point.at);
            let mut replayed = Replayed::new();
            let mut first = true;
            for line in String::from_utf8(bytes).expect("text").lines() {
                let Some(played) = player.line(line) else { continue };
                if std::mem::take(&mut first) {
                    prop_assert!(matches!(played.what, What::Shows(Sight::Whole(_))) && played.at == point.at);
                }
                replayed.happens(&played.what);
            }
            prop_assert!(replayed.looks() == desktop.looks());
        }
    }
}

/// A short one, whose picture compresses badly enough to have a few lines of some length.
pub(crate) fn small(files: &Files) -> Writer {
    let mut writer = begun(files);
    let mut desktop = Desktop::new();
    writer.event(later(10), &desktop.paint(Rect { x: 5, y: 6, width: 40, height: 30 }, 1));
    let shape = PointerShape { width: 24, height: 24, hot_x: 1, hot_y: 2, image: vec![7; 30] };
    writer.event(later(20), &desktop.point(Pointer::Shape(Box::new(shape))));
    writer.event(later(30), &desktop.moved(3, 4));
    writer.event(later(30), &input(Some("olga"), "••\r⟨click 3,4⟩"));
    writer.commit().expect("written");
    writer.event(later(40), &desktop.extent(Extent { width: 400, height: 300 }));
    writer.event(later(40), &desktop.paint(Rect { x: 0, y: 0, width: 400, height: 300 }, 2));
    writer.picture(desktop.whole());
    writer.event(later(50), &desktop.paint(Rect { x: 50, y: 60, width: 9, height: 9 }, 3));
    writer
}

#[test]
fn no_byte_of_a_picture_changes_unnoticed() {
    let files = Files::new();
    small(&files).close(&closed(60)).expect("written");
    files.verify().expect("whole");
    let (cast, index) = (files.cast(), files.index());
    let links: Vec<_> = [0, 1, 2]
        .map(|n| {
            let line = index.split(|&byte| byte == b'\n').nth(n).expect("a link");
            let body = recording::Parts::split(line).expect("parts").body;
            recording::Body::parse(body).expect("a body")
        })
        .into();
    // Every byte that says something of a picture, its first and last ones surely.
    let lines: Vec<_> = cast.split(|&byte| byte == b'\n').collect();
    let mut at = 0;
    let mut altered = 0;
    for line in lines {
        if [&b"\"d\""[..], b"\"c\"", b"\"e\"", b"\"k\""]
            .iter()
            .any(|code| line.windows(3).any(|here| here == *code))
        {
            for byte in (at..at + line.len()).step_by(1 + line.len() / 40).chain([at + line.len() - 1]) {
                let mut other = cast.clone();
                other[byte] ^= 1;
                files.put(&other, &index);
                let fault = files.verify().expect_err("altered");
                let link =
                    links.iter().find(|link| (link.from..link.to).contains(&(byte as u64))).expect("a link");
                assert_eq!((fault.which, fault.bytes.start), (Which::Cast, link.from), "byte {byte}");
                assert_eq!(fault.good_bytes, link.from);
                altered += 1;
            }
        }
        at += line.len() + 1;
    }
    assert!(altered > 150, "{altered}");
}

#[test]
fn a_crash_leaves_what_was_drawn() {
    let files = Files::new();
    let mut writer = small(&files);
    writer.flush().expect("written");
    drop(writer);
    // In the midst of the last picture.
    let mut cast = files.cast();
    let whole_lines = cast.len();
    cast.extend_from_slice(b"[0.100,\"d\",\"9 0 0 320x200 iVBORw0KGgo");
    files.put(&cast, &files.index());
    let repaired = repair(files.path(), session(), &signer(), &closed(99)).expect("repaired");
    assert!(repaired.late_from.is_some_and(|from| from < whole_lines as u64));
    files.verify().expect("whole");
    let reading = Reading::open(files.path(), session()).expect("open");
    let mut replayed = Replayed::new();
    let mut last = Moment(0);
    reading
        .all(|Played { at, what, .. }| {
            replayed.happens(&what);
            last = at;
            ControlFlow::Continue(())
        })
        .expect("read");
    assert_eq!((replayed.seq, last), (4, Moment(50)));
    assert_eq!(reading.largest_extent().expect("read"), Some(Extent { width: 400, height: 300 }));
}

#[test]
fn the_header_says_that_it_is_a_picture() {
    let picture = Header { picture: Some(EXTENT), ..header() };
    let line = String::from_utf8(picture.to_line()).expect("text");
    assert!(line.contains(r#""screen":"picture","extent":"320x200""#), "{line}");
    assert_eq!(Header::parse(&line), Ok(picture));
    let terminal = header();
    assert_eq!(Header::parse(std::str::from_utf8(&terminal.to_line()).expect("text")), Ok(terminal));
    for other in [line.replace("320x200", "9x9"), line.replace("\"picture\"", "\"hologram\"")] {
        assert_eq!(Header::parse(&other), Err(recording::HeaderError::Screen));
    }
}
