//! How fast screens take output: `cargo run --release -p screen --example screen_speed`.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

use screen::Screen;
use wire::live::Size;

const BYTES: usize = 32 << 20;

fn main() {
    let size = Size { cols: 120, rows: 40 };
    let plain = sample(|n, text| _ = write!(text, "{n:08} the quick brown fox jumps over the lazy dog\r\n"));
    let colour = sample(|n, text| {
        _ = write!(text, "\x1b[1;3{}m{n:08}\x1b[0m the quick \x1b[4mbrown\x1b[24m fox\r\n", n % 8);
    });
    let full = sample(|n, text| _ = write!(text, "\x1b[{};{}H\x1b[3{}m#*", n % 40 + 1, n * 7 % 118, n % 8));
    for (name, text) in [("plain lines", &plain), ("coloured lines", &colour), ("full-screen", &full)] {
        for chunk in [1 << 10, 4 << 10, 32 << 10, 256 << 10] {
            let mut screen = Screen::new(size);
            let speed = rate(text, chunk, |piece| screen.feed(piece));
            println!("{name:>15}, chunks of {:>3} KiB: {speed:>8.1} MB/s", chunk >> 10);
        }
    }
    let mut screen = Screen::new(size);
    screen.feed(&colour[..1 << 20]);
    let dump = screen.dump();
    let started = Instant::now();
    for _ in 0..200 {
        black_box(screen.dump());
    }
    println!("dump of {} bytes: {:?}", dump.len(), started.elapsed() / 200);
    let started = Instant::now();
    for _ in 0..200 {
        black_box(Screen::restore(size, screen.modes(), String::new(), &dump));
    }
    println!("restore: {:?}", started.elapsed() / 200);
}

fn sample(line: impl Fn(usize, &mut String)) -> String {
    let mut text = String::with_capacity(BYTES + 256);
    for n in 0.. {
        if text.len() >= BYTES {
            break;
        }
        line(n, &mut text);
    }
    text
}

fn rate(text: &str, chunk: usize, mut feed: impl FnMut(&str)) -> f64 {
    let started = Instant::now();
    for at in (0..text.len()).step_by(chunk) {
        feed(&text[at..(at + chunk).min(text.len())]);
    }
    text.len() as f64 / 1e6 / started.elapsed().as_secs_f64()
}
