//! What is painted on a desktop while it is measured (run by the bench on its display): a lamp in the corner, and
//! what keeps the rest busy. The lamp's colour counts what was painted, so that whoever sees it knows how old it is.

use std::time::{Duration, Instant};

use anyhow::Context;
use clap::ValueEnum;
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    ChangeGCAux, ConnectionExt, CreateGCAux, CreateWindowAux, EventMask, Gcontext, ImageFormat, InputFocus,
    Rectangle, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;

use super::{HEIGHT, WIDTH};

/// The lamp's place and size, in pixels.
pub(crate) const LAMP: Rectangle = Rectangle { x: 8, y: 8, width: 16, height: 16 };
/// Colours of the lamp before they begin again: four steps of each of red, green and blue, far enough apart for
/// every depth of colours.
pub(crate) const COLOURS: u32 = 64;

/// Between two pictures.
const PACE: Duration = Duration::from_millis(33);
/// Height of a line of text.
const LINE: u16 = 16;
/// Where what moves begins, below the lamp.
const TOP: u16 = 32;
/// Size of the film.
const FILM: (u16, u16) = (854, 480);

/// What is to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scene {
    /// A page of text; the lamp changes with each key.
    Keys,
    /// A page of text that scrolls by a line thirty times a second.
    Scroll,
    /// A film of 854 × 480 pixels, thirty pictures a second.
    Film,
}

impl Scene {
    /// Its name on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::Scroll => "scroll",
            Self::Film => "film",
        }
    }
}

/// The colour of the lamp at a count.
pub(crate) fn colour(count: u32) -> u32 {
    let level = |shift: u32| (count >> shift) % 4 * 85;
    level(4) << 16 | level(2) << 8 | level(0)
}

/// The count of a colour, which may have lost a little on its way; modulo [`COLOURS`].
pub(crate) fn count(colour: u32) -> u32 {
    let level = |shift: u32| (((colour >> shift) & 0xff) + 42) / 85;
    level(16) << 4 | level(8) << 2 | level(0)
}

/// Paints until it is ended.
pub(crate) fn paint(scene: Scene) -> anyhow::Result<()> {
    let (x, screen) = x11rb::connect(None).context("no display")?;
    let easel = Easel::open(x, screen)?;
    easel.page()?;
    let mut count = 0;
    easel.light(count)?;
    if scene == Scene::Keys {
        loop {
            let event = easel.x.wait_for_event()?;
            // The server of the display may have another size for it now.
            match event {
                Event::Expose(_) => easel.page()?,
                Event::KeyPress(_) => count += 1,
                _ => continue,
            }
            easel.light(count)?;
        }
    }
    let mut due = Instant::now();
    let mut film = vec![0; usize::from(FILM.0) * usize::from(FILM.1) * 4];
    loop {
        count += 1;
        match scene {
            Scene::Scroll => easel.scroll(count)?,
            Scene::Film => easel.picture(count, &mut film)?,
            Scene::Keys => {}
        }
        easel.light(count)?;
        // What the display was given it has painted.
        easel.x.get_input_focus()?.reply()?;
        while easel.x.poll_for_event()?.is_some() {}
        due += PACE;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
    }
}

struct Easel {
    x: RustConnection,
    window: Window,
    pen: Gcontext,
    depth: u8,
}

impl Easel {
    fn open(x: RustConnection, screen: usize) -> anyhow::Result<Self> {
        let screen = &x.setup().roots[screen];
        let (root, depth) = (screen.root, screen.root_depth);
        let (window, pen) = (x.generate_id()?, x.generate_id()?);
        let look = CreateWindowAux::new()
            .background_pixel(0x00ff_ffff)
            .override_redirect(1)
            .event_mask(EventMask::KEY_PRESS | EventMask::EXPOSURE);
        x.create_window(depth, window, root, 0, 0, WIDTH, HEIGHT, 0, WindowClass::INPUT_OUTPUT, 0, &look)?;
        let font = x.generate_id()?;
        let pen_look = match x.open_font(font, b"fixed")?.check() {
            Ok(()) => CreateGCAux::new().font(font),
            // Without fonts a page is one of strokes.
            Err(_) => CreateGCAux::new(),
        };
        x.create_gc(pen, window, &pen_look.graphics_exposures(0))?;
        x.map_window(window)?;
        x.flush()?;
        let easel = Self { x, window, pen, depth };
        while !matches!(easel.x.wait_for_event()?, Event::Expose(_)) {}
        easel.x.set_input_focus(InputFocus::PARENT, window, 0_u32)?;
        easel.x.flush()?;
        Ok(easel)
    }

    fn fill(&self, colour: u32, part: Rectangle) -> anyhow::Result<()> {
        self.x.change_gc(self.pen, &ChangeGCAux::new().foreground(colour))?;
        self.x.poly_fill_rectangle(self.window, self.pen, &[part])?;
        Ok(())
    }

    fn light(&self, count: u32) -> anyhow::Result<()> {
        self.fill(colour(count), LAMP)?;
        self.x.flush()?;
        Ok(())
    }

    fn page(&self) -> anyhow::Result<()> {
        for line in 0..(HEIGHT - TOP) / LINE {
            self.line(TOP + line * LINE, u32::from(line))?;
        }
        Ok(())
    }

    /// A line of words as long as the display is wide, no two alike.
    fn line(&self, y: u16, number: u32) -> anyhow::Result<()> {
        let place = |value: u16| i16::try_from(value).unwrap_or(i16::MAX);
        self.fill(0x00ff_ffff, Rectangle { x: 0, y: place(y), width: WIDTH, height: LINE })?;
        self.x.change_gc(self.pen, &ChangeGCAux::new().foreground(0x0020_2020))?;
        let mut state = number.wrapping_mul(2_654_435_761) | 1;
        let text: Vec<u8> = (0..200)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 17;
                state ^= state << 5;
                if state.is_multiple_of(6) { b' ' } else { b'a' + (state % 26) as u8 }
            })
            .collect();
        self.x.image_text8(self.window, self.pen, 4, place(y + 12), &text)?;
        Ok(())
    }

    fn scroll(&self, count: u32) -> anyhow::Result<()> {
        let place = |value: u16| i16::try_from(value).unwrap_or(i16::MAX);
        let (from, to) = (place(TOP + LINE), place(TOP));
        self.x.copy_area(self.window, self.window, self.pen, 0, from, 0, to, WIDTH, HEIGHT - TOP - LINE)?;
        self.line(HEIGHT - LINE, count)
    }

    /// Soft shapes that move, with the grain of a film.
    fn picture(&self, count: u32, pixels: &mut [u8]) -> anyhow::Result<()> {
        let (width, height) = FILM;
        let time = f64::from(count) / 30.0;
        let wave = |at: u16, speed: f64, length: f64| {
            (127.0 + 90.0 * (f64::from(at) / length + time * speed).sin()) as u32
        };
        let columns: Vec<[u32; 2]> = (0..width).map(|x| [wave(x, 1.3, 60.0), wave(x, -0.7, 140.0)]).collect();
        let mut grain = count | 1;
        for (y, row) in (0..height).zip(pixels.chunks_exact_mut(usize::from(width) * 4)) {
            let (red, blue) = (wave(y, 0.9, 80.0), wave(y, -1.1, 50.0));
            for (pixel, [across, green]) in row.chunks_exact_mut(4).zip(&columns) {
                grain ^= grain << 13;
                grain ^= grain >> 17;
                grain ^= grain << 5;
                let noise = grain % 8;
                pixel[0] = ((blue + across) / 2 + noise) as u8;
                pixel[1] = ((green + red) / 2 + noise) as u8;
                pixel[2] = ((red + across) / 2 + noise) as u8;
            }
        }
        let place = i16::try_from(TOP).unwrap_or(i16::MAX);
        let put = self.x.put_image(
            ImageFormat::Z_PIXMAP,
            self.window,
            self.pen,
            width,
            height,
            200,
            place + 100,
            0,
            self.depth,
            pixels,
        )?;
        put.ignore_error();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_count_has_a_colour_that_is_known_again() {
        for at in 0..2 * COLOURS {
            assert_eq!(count(colour(at)), at % COLOURS);
            // As 5, 6 and 5 bits, as some depths have it.
            assert_eq!(count(colour(at) & 0x00f8_fcf8), at % COLOURS);
        }
    }
}
