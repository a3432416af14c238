//! What encodings of a desktop's picture cost:
//! `cargo run --release -p picture --features compare --example picture_speed`.
//!
//! Three screens of 1280x800: text, a page that scrolls by three lines, and a picture as of a video; each as a
//! whole, and the page as what changes.

use std::io::Cursor;
use std::time::{Duration, Instant};

use image::codecs::jpeg::JpegEncoder;
use picture::{Framebuffer, Painting};
use png::{BitDepth, ColorType, Compression, Encoder, Filter};
use wire::desktop::Extent;

const EXTENT: Extent = Extent::DEFAULT;
const WIDTH: usize = EXTENT.width as usize;
const HEIGHT: usize = EXTENT.height as usize;
/// Each is encoded so often; the median counts.
const TIMES: usize = 15;

/// Encodes pixels of three bytes.
type Encode = fn(&[u8]) -> Vec<u8>;

fn main() {
    let encodings: [(&str, Encode); 9] = [
        ("PNG fast, adaptive", |pixels| png(pixels, Compression::Fast, Filter::Adaptive)),
        ("PNG fast, up", |pixels| png(pixels, Compression::Fast, Filter::Up)),
        ("PNG fastest", |pixels| png(pixels, Compression::Fastest, Filter::Up)),
        ("PNG balanced", |pixels| png(pixels, Compression::Balanced, Filter::Adaptive)),
        ("QOI", qoi),
        ("QOI + zstd 1", |pixels| zstd(&qoi(pixels))),
        ("zstd 1", zstd),
        ("WebP lossless", webp),
        ("JPEG 80 (lossy)", jpeg),
    ];
    for (screen, pixels) in [("text", text(0)), ("page", page(0)), ("video", video(0))] {
        println!("{screen}, {} kB of pixels", pixels.len() / 1000);
        for (name, encode) in encodings {
            let (size, time) = measured(|| encode(&pixels).len());
            println!("  {name:<20} {:>8.1} kB {:>8.2} ms", size as f64 / 1000.0, ms(time));
        }
    }
    println!("what changes, as tiles");
    for (name, frame) in
        [("scrolled page", page as fn(usize) -> Vec<u8>), ("next picture", video), ("typed word", text)]
    {
        changes(name, frame);
    }
}

/// What the crate itself makes of the way from one picture to the next.
fn changes(name: &str, frame: fn(usize) -> Vec<u8>) {
    let mut painting = Painting::new(EXTENT);
    let frames: Vec<_> = (0..TIMES).map(|at| painted(&frame(at))).collect();
    let (mut paints, mut encodes, mut decodes) = (Vec::new(), Vec::new(), Vec::new());
    let (mut size, mut tiles) = (0, 0);
    let mut seen = Framebuffer::new(EXTENT);
    for (at, pixels) in frames.iter().enumerate() {
        let started = Instant::now();
        painting.paint(EXTENT.rect(), pixels, WIDTH * 4);
        paints.push(started.elapsed());
        let started = Instant::now();
        let changed = painting.changes();
        encodes.push(started.elapsed());
        let started = Instant::now();
        for tile in &changed {
            seen.apply(tile).expect("a tile of ours");
        }
        decodes.push(started.elapsed());
        if at > 0 {
            size += changed.iter().map(|tile| tile.size()).sum::<usize>();
            tiles += changed.len();
        }
    }
    assert!(seen == *painting.painted());
    println!(
        "  {name:<20} {:>8.1} kB in {} tiles, paint {:.2} ms, encode {:.2} ms, decode {:.2} ms",
        size as f64 / 1000.0 / (TIMES - 1) as f64,
        tiles / (TIMES - 1),
        ms(median(paints)),
        ms(median(encodes)),
        ms(median(decodes)),
    );
}

fn measured(encode: impl Fn() -> usize) -> (usize, Duration) {
    let mut size = 0;
    let times = (0..TIMES).map(|_| {
        let started = Instant::now();
        size = encode();
        started.elapsed()
    });
    let time = median(times.collect());
    (size, time)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn png(pixels: &[u8], compression: Compression, filter: Filter) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, WIDTH as u32, HEIGHT as u32);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(compression);
    encoder.set_filter(filter);
    let mut writer = encoder.write_header().expect("memory");
    writer.write_image_data(pixels).expect("memory");
    writer.finish().expect("memory");
    out
}

fn qoi(pixels: &[u8]) -> Vec<u8> {
    qoi::encode_to_vec(pixels, WIDTH as u32, HEIGHT as u32).expect("memory")
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(bytes, 1).expect("memory")
}

fn webp(pixels: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    image_webp::WebPEncoder::new(&mut out)
        .encode(pixels, WIDTH as u32, HEIGHT as u32, image_webp::ColorType::Rgb8)
        .expect("memory");
    out
}

fn jpeg(pixels: &[u8]) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    JpegEncoder::new_with_quality(&mut out, 80)
        .encode(pixels, WIDTH as u32, HEIGHT as u32, image::ColorType::Rgb8)
        .expect("memory");
    out.into_inner()
}

/// As a desktop's server sends it: four bytes a pixel.
fn painted(pixels: &[u8]) -> Vec<u8> {
    pixels.chunks_exact(3).flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 0]).collect()
}

/// A number that looks like chance and is the same in every run.
const fn noise(seed: usize) -> u32 {
    let mut x = seed as u64 ^ 0x9e37_79b9_7f4a_7c15;
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (x >> 33) as u32
}

/// A glyph's pixel: letters of 7x13 with soft edges, of which 90 differ.
fn ink(letter: usize, x: usize, y: usize) -> u8 {
    let (col, row) = (x % 7, y % 13);
    if letter == 0 || col == 6 || !(2..11).contains(&row) {
        return 0;
    }
    match noise(letter * 1000 + row / 2 * 10 + col / 2) % 8 {
        0..=2 => 255,
        3 => 120,
        _ => 0,
    }
}

/// Words of a line: letters by place, 0 for a space.
fn letter(line: usize, column: usize) -> usize {
    let at = line * 211 + column;
    if noise(at).is_multiple_of(6) || column > 40 + noise(line) as usize % 130 {
        0
    } else {
        1 + noise(at * 7) as usize % 90
    }
}

/// A terminal in a window, light on dark; every frame types a few letters more.
fn text(frame: usize) -> Vec<u8> {
    let typed = 60 + 5 * frame;
    picture(|x, y| {
        if y < 24 {
            return [60, 64, 72];
        }
        let (line, column) = ((y - 24) / 13, x / 7);
        let shown = line < 50 || line == 50 && column < typed;
        let ink = if shown { ink(letter(line, column), x, y - 24) } else { 0 };
        let colour = [[220, 220, 220], [120, 200, 120], [120, 160, 240]][noise(line) as usize % 3];
        colour.map(|part: u16| 30 + (part.saturating_sub(30) * u16::from(ink) / 255) as u8)
    })
}

/// A page in a browser, dark on light, with a picture every so often; every frame scrolls by 40 pixels.
fn page(frame: usize) -> Vec<u8> {
    picture(|x, y| {
        if y < 80 {
            return [222, 225, 230];
        }
        let y = y + 40 * frame;
        let (block, row) = (y / 500, y % 500);
        if row > 320 && (200..700).contains(&x) {
            return photo(x + block * 77, row, 0);
        }
        let (line, column) = (y / 18, x / 7);
        let shown = (20..150).contains(&column) && y % 18 < 13 && row < 310;
        let ink = if shown { ink(letter(line, column), x, y % 18) } else { 0 };
        [255 - ink; 3]
    })
}

/// A picture as of a video, all of it moving.
fn video(frame: usize) -> Vec<u8> {
    picture(|x, y| photo(x + 7 * frame, y + 3 * frame, frame))
}

/// Soft shapes with the grain of a camera.
fn photo(x: usize, y: usize, frame: usize) -> [u8; 3] {
    let (fx, fy) = (x as f32 / 90.0, y as f32 / 70.0);
    let grain = (noise(x + 4099 * y + frame * 7_919) % 7) as f32 - 3.0;
    [0.0, 1.3, 2.1].map(|phase| {
        let shape = (fx + phase).sin() * (fy - phase).cos() + 0.4 * (2.7 * fx - fy + phase).sin();
        (128.0 + 70.0 * shape + grain) as u8
    })
}

fn picture(pixel: impl Fn(usize, usize) -> [u8; 3]) -> Vec<u8> {
    let pixel = &pixel;
    (0..HEIGHT).flat_map(|y| (0..WIDTH).flat_map(move |x| pixel(x, y))).collect()
}
