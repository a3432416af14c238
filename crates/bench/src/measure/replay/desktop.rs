//! A desktop at work, recorded: somebody types, scrolls through a page, and looks at a video for a moment.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use picture::{Damage, Framebuffer};
use recording::{Event, Header, Picture, Sight, Signer, Writer};
use wire::desktop::{Extent, Pointer, Rect};
use wire::{End, EndReason};

use super::after;

const EXTENT: Extent = Extent::DEFAULT;
const WIDTH: usize = EXTENT.width as usize;
const HEIGHT: usize = EXTENT.height as usize;
/// A keyframe's distance in bytes of images and in pixels, as the hub gives them while much happens.
const KEYFRAME_BYTES: usize = 6 << 20;
const KEYFRAME_PIXELS: usize = 16 << 20;
/// What happens within a minute, in pictures: at five a second while somebody types, at ten otherwise.
const TYPED: u64 = 200;
const SCROLLED: u64 = 150;
const PLAYED: u64 = 50;

/// Records so many minutes as the recording of a session; its bytes and keyframes.
pub(super) fn record(
    folder: &Path,
    header: &Header,
    signer: Arc<Signer>,
    minutes: u64,
) -> anyhow::Result<(u64, u64)> {
    fs::create_dir_all(folder)?;
    let header = Header { picture: Some(EXTENT), ..header.clone() };
    let mut desktop = Desktop {
        writer: Writer::create(folder, &header, signer)?,
        framebuffer: Framebuffer::new(EXTENT),
        damage: Damage::new(EXTENT),
        seq: 0,
        bytes: 0,
        pixels: 0,
        keyframes: 0,
    };
    let start = header.facts.started_at;
    let pages: Vec<_> = (0..8).map(page).collect();
    let films: Vec<_> = (0..8).map(film).collect();
    for minute in 0..minutes {
        let at = |ms: u64| after(start, minute * 60_000 + ms);
        for number in 0..TYPED {
            let rect = Rect {
                x: (number % 100 * 12) as u16,
                y: 300 + (number / 100 * 16) as u16,
                width: 9,
                height: 13,
            };
            let ink = if number % 3 == 0 { [40, 40, 40, 0] } else { [250, 250, 200, 0] };
            desktop.show(at(number * 200), rect, &ink.repeat(9 * 13))?;
        }
        for number in 0..SCROLLED {
            desktop.show(at(40_000 + number * 100), EXTENT.rect(), &pages[number as usize % pages.len()])?;
        }
        for number in 0..PLAYED {
            desktop.show(at(55_000 + number * 100), EXTENT.rect(), &films[number as usize % films.len()])?;
        }
    }
    let closed = desktop.writer.close(&End::new(EndReason::Closed, after(start, minutes * 60_000)))?;
    Ok((closed.bytes, desktop.keyframes))
}

struct Desktop {
    writer: Writer,
    framebuffer: Framebuffer,
    damage: Damage,
    seq: u64,
    bytes: usize,
    pixels: usize,
    keyframes: u64,
}

impl Desktop {
    fn show(&mut self, at: wire::Millis, rect: Rect, pixels: &[u8]) -> anyhow::Result<()> {
        self.framebuffer.paint(rect, pixels, usize::from(rect.width) * 4, &mut self.damage);
        let tiles: Vec<_> =
            self.damage.take().into_iter().flat_map(|rect| self.framebuffer.tiles(rect)).collect();
        self.seq += 1;
        self.bytes += tiles.iter().map(|tile| tile.size()).sum::<usize>();
        self.pixels += tiles
            .iter()
            .map(|tile| usize::from(tile.rect.width) * usize::from(tile.rect.height))
            .sum::<usize>();
        self.writer.event(at, &Event::Shows(Sight::Drawn { seq: self.seq, tiles }));
        if self.bytes >= KEYFRAME_BYTES || self.pixels >= KEYFRAME_PIXELS {
            let tiles = self.framebuffer.whole();
            self.writer.picture(Picture { seq: self.seq, extent: EXTENT, pointer: Pointer::Default, tiles });
            (self.bytes, self.pixels) = (0, 0);
            self.keyframes += 1;
        }
        Ok(self.writer.commit()?)
    }
}

/// Words on white, further up each time.
fn page(number: usize) -> Vec<u8> {
    picture(|x, y| {
        let (line, row) = ((y + 40 * number) / 18, (y + 40 * number) % 18);
        let letter = noise(line * 300 + x / 7) % 90;
        let inked = noise(letter as usize * 100 + row / 2 * 10 + x % 7 / 2).is_multiple_of(3);
        if (3..12).contains(&row) && x % 7 < 6 && letter > 15 && inked { [20; 3] } else { [250; 3] }
    })
}

/// Soft shapes with the grain of a camera.
fn film(number: usize) -> Vec<u8> {
    picture(|x, y| {
        let (fx, fy) = ((x + 7 * number) as f32 / 90.0, (y + 3 * number) as f32 / 70.0);
        let grain = (noise(x + 4099 * y + number * 7919) % 7) as f32;
        [0.0, 1.3, 2.1].map(|phase| (128.0 + 70.0 * (fx + phase).sin() * (fy - phase).cos() + grain) as u8)
    })
}

fn picture(pixel: impl Fn(usize, usize) -> [u8; 3]) -> Vec<u8> {
    let pixel = &pixel;
    (0..HEIGHT).flat_map(|y| (0..WIDTH).flat_map(move |x| pixel(x, y).into_iter().chain([0]))).collect()
}

/// A number that looks like chance and is the same in every run.
const fn noise(seed: usize) -> u32 {
    let mut x = seed as u64 ^ 0x9e37_79b9_7f4a_7c15;
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (x >> 33) as u32
}
