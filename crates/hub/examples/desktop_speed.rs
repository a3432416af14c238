//! What a desktop costs its gateway's thread, and what it keeps in memory: `cargo run --release -p hub --example
//! desktop_speed`.

mod ground;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use ground::{Forgetful, open, watch};
use hub::{
    Archive, Hub, Moment, NotRecorded, OpenSession, Opening, PictureFrame, Recorder, ScreenKind, Times,
};
use tokio::runtime::{Builder, Runtime};
use wire::End;
use wire::desktop::Extent;

const EXTENT: Extent = Extent::DEFAULT;
const WIDTH: usize = EXTENT.width as usize;
const HEIGHT: usize = EXTENT.height as usize;
/// Makes the picture of that number.
type Screen = fn(usize) -> Vec<u8>;

/// Pictures of each kind.
const TIMES: usize = 60;
/// Sessions whose memory is measured together.
const SESSIONS: usize = 16;

fn main() {
    let owner = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let watchers = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let screens: [(&str, Screen); 3] = [("page", page), ("video", video), ("word", word)];
    println!("show(), full-screen paints of {WIDTH}x{HEIGHT} not counted");
    for (name, screen) in screens {
        let pictures: Vec<_> = (0..8).map(screen).collect();
        for (looking, recorded) in [(0, false), (0, true), (1, false), (10, true)] {
            let reel = Reel::default();
            let archive = recorded.then(|| Arc::new(reel.clone()) as Arc<dyn Archive>);
            let hub = Hub::with(Arc::new(Forgetful), archive, Times::default());
            let session = owner.block_on(open(&hub, ScreenKind::Picture(EXTENT)));
            let tasks = watchers.block_on(watch(&hub, session.id(), looking));
            let mut costs: Vec<Duration> = (0..TIMES)
                .map(|at| {
                    paint(&session, &pictures[at % pictures.len()]);
                    let started = Instant::now();
                    owner.block_on(session.show());
                    started.elapsed()
                })
                .collect();
            costs.sort_unstable();
            println!(
                "  {name:<6} {looking:>2} watchers, {:<12} p50 {:>6.2} ms, p99 {:>6.2} ms, {:>7.0} kB recorded each",
                if recorded { "recorded:" } else { "not recorded:" },
                ms(costs[TIMES / 2]),
                ms(costs[TIMES * 99 / 100]),
                reel.0.load(Ordering::Relaxed) as f64 / 1000.0 / TIMES as f64,
            );
            drop(session);
            for task in tasks {
                watchers.block_on(task).expect("a watcher");
            }
        }
    }
    println!("memory a session, of {SESSIONS}");
    memory(&owner, &watchers);
}

fn memory(owner: &Runtime, watchers: &Runtime) {
    let hub = Hub::new(Arc::new(Forgetful));
    let pictures: Vec<_> = (0..8).map(video).collect();
    let before = resident();
    let told = |what: &str| {
        println!("  {what:<52} {:>6.1} MiB", (resident() - before) / SESSIONS as f64);
    };
    let sessions: Vec<_> =
        (0..SESSIONS).map(|_| owner.block_on(open(&hub, ScreenKind::Picture(EXTENT)))).collect();
    let show = |times: usize| {
        for at in 0..times {
            for session in &sessions {
                paint(session, &pictures[at % pictures.len()]);
                owner.block_on(session.show());
            }
        }
    };
    show(4);
    told("a video was painted, nobody looks");
    let mut quick = Vec::new();
    for session in &sessions {
        quick.extend(watchers.block_on(watch(&hub, session.id(), 1)));
    }
    show(20);
    told("a video, a watcher who keeps up");
    // Seats that are never read from.
    let windows: Vec<_> = sessions
        .iter()
        .map(|session| watchers.block_on(async { session.windows().open().expect("it is open") }))
        .collect();
    show(20);
    told("a video, and a window that does not read");
    drop(windows);
    show(2);
    told("that window is closed");
    drop(sessions);
    for task in quick {
        watchers.block_on(task).expect("a watcher");
    }
}

fn paint(session: &OpenSession, picture: &[u8]) {
    session.paint(EXTENT.rect(), picture, WIDTH * 4);
}

/// MiB of this process in memory.
fn resident() -> f64 {
    let pages = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    let resident: f64 = pages.split(' ').nth(1).and_then(|pages| pages.parse().ok()).expect("pages");
    resident * 4096.0 / 1_048_576.0
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Words on white, further up each time.
fn page(at: usize) -> Vec<u8> {
    picture(|x, y| {
        let (line, row) = ((y + 40 * at) / 18, (y + 40 * at) % 18);
        let letter = noise(line * 300 + x / 7) % 90;
        let inked = noise(letter as usize * 100 + row / 2 * 10 + x % 7 / 2).is_multiple_of(3);
        if (3..12).contains(&row) && x % 7 < 6 && letter > 15 && inked { [20; 3] } else { [250; 3] }
    })
}

/// Soft shapes with grain, others each time.
fn video(at: usize) -> Vec<u8> {
    picture(|x, y| {
        let (fx, fy) = ((x + 7 * at) as f32 / 90.0, (y + 3 * at) as f32 / 70.0);
        let grain = (noise(x + 4099 * y + at * 7919) % 7) as f32;
        [0.0, 1.3, 2.1].map(|phase| (128.0 + 70.0 * (fx + phase).sin() * (fy - phase).cos() + grain) as u8)
    })
}

/// A few letters, others each time.
fn word(at: usize) -> Vec<u8> {
    picture(|x, y| {
        let ink = (300..313).contains(&y)
            && (200..240).contains(&x)
            && noise(x / 2 + y / 2 * 50 + at * 9000).is_multiple_of(2);
        if ink { [230; 3] } else { [30; 3] }
    })
}

fn picture(pixel: impl Fn(usize, usize) -> [u8; 3]) -> Vec<u8> {
    let pixel = &pixel;
    let row = |y: usize| (0..WIDTH).flat_map(move |x| pixel(x, y).into_iter().chain([0]));
    (0..HEIGHT).flat_map(row).collect()
}

/// A number that looks like chance and is the same in every run.
const fn noise(seed: usize) -> u32 {
    let mut x = seed as u64 ^ 0x9e37_79b9_7f4a_7c15;
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (x >> 33) as u32
}

/// Counts what it is given.
#[derive(Clone, Default)]
struct Reel(Arc<AtomicU64>);

#[async_trait]
impl Archive for Reel {
    async fn begin(&self, _opening: &Opening) -> Result<Option<Box<dyn Recorder>>, NotRecorded> {
        Ok(Some(Box::new(self.clone())))
    }
}

#[async_trait]
impl Recorder for Reel {
    fn take(&self, moment: Moment) -> bool {
        if let Moment::Drawn { tiles, .. } | Moment::Picture(PictureFrame { tiles, .. }) = &moment {
            let bytes = tiles.iter().map(|tile| tile.size() as u64).sum();
            self.0.fetch_add(bytes, Ordering::Relaxed);
        }
        true
    }

    async fn room(&self) {}

    async fn lost(&self) -> String {
        std::future::pending().await
    }

    fn close(&self, _end: &End) {}

    fn discard(&self) {}
}
