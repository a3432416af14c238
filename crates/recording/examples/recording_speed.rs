//! How fast recordings are written and read: `cargo run --release -p recording --example recording_speed`.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use picture::{Damage, Framebuffer};
use recording::{
    Event, Facts, Find, Header, Keyframe, Moment, Picture, Player, Reading, Sight, Signer, Tape, What,
    Writer, cast_path, index_path, verify,
};
use screen::Screen;
use wire::desktop::{Extent, Pointer};
use wire::live::Size;
use wire::{End, EndReason, Millis, SessionId, SessionType};

const BYTES: usize = 64 << 20;
const EVENT: usize = 4 << 10;
const COMMIT: usize = 64 << 10;
/// A working day: a line a second, a keyframe every ten.
const SECONDS: i64 = 8 * 3600;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let signer = Arc::new(Signer::from_pkcs8(&Signer::generate()?)?);
    for (name, text) in
        [("plain", sample("")), ("coloured", sample("\x1b[1;32m")), ("umlauts", sample("äöü─│"))]
    {
        let events: Vec<_> = pieces(&text).map(|text| Event::Output(text.to_owned())).collect();
        let mut tape = Tape::new(String::new());
        let mut out = Vec::with_capacity(2 * COMMIT);
        let formatted = timed(|| {
            for event in &events {
                tape.push(&mut out, Moment(0), event);
                if out.len() >= COMMIT {
                    out.clear();
                }
            }
        });
        let header = header();
        let mut writer = Writer::create(folder.path(), &header, signer.clone())?;
        let mut failed = None;
        let written = timed(|| {
            for event in &events {
                writer.event(header.facts.started_at, event);
                if writer.pending_bytes() >= COMMIT {
                    failed = writer.commit().err().or(failed.take());
                }
            }
        });
        failed.map_or(Ok(()), Err)?;
        println!(
            "{name:>10}: formatted {:.0} MB/s, written {:.0} MB/s",
            rate(text.len(), formatted),
            rate(text.len(), written)
        );
    }
    a_desktop(folder.path(), Arc::clone(&signer))?;
    a_day(folder.path(), signer)
}

/// A minute of 1280x800 at ten pictures a second, each another: what the recorder's thread and a jump cost.
fn a_desktop(folder: &std::path::Path, signer: Arc<Signer>) -> Result<(), Box<dyn std::error::Error>> {
    let extent = Extent::DEFAULT;
    let header = Header { picture: Some(extent), ..header() };
    let session = header.facts.session;
    let mut writer = Writer::create(folder, &header, signer)?;
    let pictures: Vec<_> = (0..4_u32).map(|seed| painted(extent, seed).whole()).collect();
    let mut now = header.facts.started_at;
    let mut bytes = 0;
    let mut failed = None;
    let started = Instant::now();
    for (seq, tiles) in (1..=600).zip(pictures.iter().cycle()) {
        now.0 += 100;
        bytes += tiles.iter().map(|tile| tile.size()).sum::<usize>();
        writer.event(now, &Event::Shows(Sight::Drawn { seq, tiles: tiles.clone() }));
        if seq % 4 == 0 {
            writer.picture(Picture { seq, extent, pointer: Pointer::Default, tiles: tiles.clone() });
        }
        failed = writer.commit().err().or(failed.take());
    }
    failed.map_or(Ok(()), Err)?;
    let written = started.elapsed();
    writer.close(&End::new(EndReason::Closed, now))?;
    println!("a desktop: {} kB a picture, written {:.0} MB/s", bytes / 600_000, rate(bytes, written));
    let reading = Reading::open(folder, session)?;
    let keyframes = reading.keyframes();
    let (point, end) = (&keyframes[80], &keyframes[81]);
    let started = Instant::now();
    let lines = String::from_utf8(reading.bytes(point.offset..end.offset)?)?;
    let mut player = Player::new(String::new(), point.at);
    let mut framebuffer = Framebuffer::new(extent);
    for played in lines.lines().filter_map(|line| player.line(line)) {
        if let What::Shows(Sight::Drawn { tiles, .. } | Sight::Whole(Picture { tiles, .. })) = played.what {
            tiles.iter().try_for_each(|tile| framebuffer.apply(tile))?;
        }
    }
    println!("    {} kB between two keyframes, drawn in {:?}", lines.len() / 1000, started.elapsed());
    Ok(())
}

/// Soft shapes with grain, as of a video.
fn painted(extent: Extent, seed: u32) -> Framebuffer {
    let mut framebuffer = Framebuffer::new(extent);
    let mut grain = seed | 1;
    let pixels: Vec<u8> = (0..u32::from(extent.width) * u32::from(extent.height))
        .flat_map(|at| {
            grain = grain.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let place = (at % 1280) as f32 / 90.0 + seed as f32;
            let shape = 128.0 + 70.0 * place.sin() * ((at / 1280) as f32 / 70.0).cos();
            [shape as u8, (shape * 0.7) as u8, (shape * 0.4) as u8].map(|part| part + (grain >> 29) as u8)
        })
        .collect();
    let pixels: Vec<u8> = pixels.chunks_exact(3).flat_map(|rgb| [rgb[0], rgb[1], rgb[2], 0]).collect();
    framebuffer.paint(extent.rect(), &pixels, usize::from(extent.width) * 4, &mut Damage::new(extent));
    framebuffer
}

fn a_day(folder: &std::path::Path, signer: Arc<Signer>) -> Result<(), Box<dyn std::error::Error>> {
    let header = header();
    let session = header.facts.session;
    let mut writer = Writer::create(folder, &header, signer)?;
    let mut screen = Screen::new(header.size);
    let text = sample("\x1b[1;32m");
    let mut now = header.facts.started_at;
    for (second, text) in (0..SECONDS).zip(pieces(&text).cycle()) {
        now.0 += 1000;
        let text = &text[..1700];
        screen.feed(text);
        writer.event(now, &Event::Output(text.to_owned()));
        if second % 10 == 9 {
            writer.keyframe(Keyframe {
                size: screen.size(),
                modes: screen.modes(),
                title: screen.title().to_owned(),
                dump: screen.dump(),
            });
        }
        writer.commit()?;
    }
    let closed = writer.close(&End::new(EndReason::Closed, now))?;
    println!(
        "eight hours, {} MB, index {} MB",
        closed.bytes >> 20,
        index_path(folder, session).metadata()?.len() >> 20
    );
    let started = Instant::now();
    let reading = Reading::open(folder, session)?;
    println!("    opened in {:?}, {} keyframes", started.elapsed(), reading.keyframes().len());
    let started = Instant::now();
    for n in 0..100 {
        reading.screen_at(Moment(reading.duration().0 / 100 * n))?;
    }
    println!("    a screen in {:?}", started.elapsed() / 100);
    let started = Instant::now();
    let find = Find { text: "no such text", from: Moment(0), max_hits: 100, max_bytes: u64::MAX };
    reading.find(&find)?;
    println!("    searched in {:?}", started.elapsed());
    let started = Instant::now();
    verify(&cast_path(folder, session), &index_path(folder, session), None)?;
    println!("    checked in {:?}", started.elapsed());
    Ok(())
}

fn header() -> Header {
    Header {
        size: Size { cols: 120, rows: 40 },
        picture: None,
        terminal: None,
        title: String::new(),
        facts: Facts {
            session: SessionId::generate(),
            user: "alice".into(),
            full_name: String::new(),
            device: String::new(),
            client: String::new(),
            node: "here".into(),
            kind: SessionType::PamSsh,
            agent: None,
            account: "root".into(),
            service_url: "ssh://db-1:22".into(),
            started_at: Millis(0),
        },
    }
}

fn sample(before: &str) -> String {
    let mut text = String::with_capacity(BYTES + 256);
    for n in 0.. {
        if text.len() >= BYTES {
            break;
        }
        _ = write!(text, "{before}{n:08} the quick brown fox jumps over the lazy dog\r\n");
    }
    text
}

fn pieces(text: &str) -> impl Iterator<Item = &str> + Clone {
    let cut = |at: usize| (at..).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len()).min(text.len());
    (0..text.len() / EVENT).map(move |n| &text[cut(n * EVENT)..cut((n + 1) * EVENT)])
}

fn timed(mut what: impl FnMut()) -> Duration {
    let started = Instant::now();
    what();
    started.elapsed()
}

fn rate(bytes: usize, time: Duration) -> f64 {
    bytes as f64 / 1e6 / time.as_secs_f64()
}
