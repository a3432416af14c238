//! Looks at a display as a person does: where the lamp is, when it changes; and presses keys there.

use std::time::{Duration, Instant};

use anyhow::Context;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    ConnectionExt as _, ImageFormat, InputFocus, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, MapState, Window,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

use super::easel::{COLOURS, LAMP, count};
use super::{HEIGHT, WIDTH};
use crate::stats::Samples;

/// Between two looks: a display shows sixty pictures a second.
const LOOK: Duration = Duration::from_millis(1);
/// How long something may take that is waited for.
const LONGEST: Duration = Duration::from_secs(20);
/// The key that is pressed: `a` on every keyboard that X.Org makes.
const KEY: u8 = 38;
/// Between two keys.
const PAUSE: Duration = Duration::from_millis(150);

/// A display, looked at.
pub(crate) struct Glass {
    x: RustConnection,
    root: Window,
}

impl Glass {
    /// Looks at a display.
    pub(crate) fn on(display: &str) -> anyhow::Result<Self> {
        let (x, screen) = x11rb::connect(Some(display)).context("no display")?;
        let root = x.setup().roots[screen].root;
        Ok(Self { x, root })
    }

    /// Waits until a client's window is there and a lamp in it, and gives it the keyboard.
    pub(crate) fn meet(&self) -> anyhow::Result<()> {
        let deadline = Instant::now() + LONGEST;
        loop {
            let children = self.x.query_tree(self.root)?.reply()?.children;
            for child in children {
                let is_shown = self
                    .x
                    .get_window_attributes(child)?
                    .reply()
                    .is_ok_and(|a| a.map_state == MapState::VIEWABLE);
                let shape = self.x.get_geometry(child)?.reply();
                if is_shown && shape.is_ok_and(|shape| shape.width >= WIDTH - 8) {
                    let (x, y) = (WIDTH / 2, HEIGHT / 2);
                    let place = |value: u16| i16::try_from(value).unwrap_or(i16::MAX);
                    self.x.warp_pointer(0_u32, self.root, 0, 0, 0, 0, place(x), place(y))?;
                    self.x.set_input_focus(InputFocus::PARENT, child, 0_u32)?.check().ok();
                    self.x.flush()?;
                    return Ok(());
                }
            }
            anyhow::ensure!(Instant::now() < deadline, "xfreerdp shows no window");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// What the lamp says.
    fn lamp(&self) -> anyhow::Result<u32> {
        let (x, y) = (LAMP.x + 4, LAMP.y + 4);
        let image = self.x.get_image(ImageFormat::Z_PIXMAP, self.root, x, y, 1, 1, !0)?.reply()?;
        let [blue, green, red, ..] = image.data[..] else { anyhow::bail!("a pixel without colours") };
        Ok(count(u32::from_be_bytes([0, red, green, blue])))
    }

    /// Waits until the lamp is another than `before`.
    fn change(&self, before: u32) -> anyhow::Result<u32> {
        let deadline = Instant::now() + LONGEST;
        loop {
            let now = self.lamp()?;
            if now != before {
                return Ok(now);
            }
            anyhow::ensure!(Instant::now() < deadline, "the lamp does not change");
            std::thread::sleep(LOOK);
        }
    }

    /// From a key to the lamp that answers it.
    pub(crate) fn keys(&self, rounds: usize) -> anyhow::Result<Samples> {
        let mut took = Samples::default();
        for _ in 0..rounds {
            let before = self.lamp()?;
            let start = Instant::now();
            self.x.xtest_fake_input(KEY_PRESS_EVENT, KEY, 0, self.root, 0, 0, 0)?;
            self.x.xtest_fake_input(KEY_RELEASE_EVENT, KEY, 0, self.root, 0, 0, 0)?;
            self.x.flush()?;
            self.change(before)?;
            took.push(start.elapsed());
            std::thread::sleep(PAUSE);
        }
        Ok(took)
    }

    /// Changes of the lamp a second, and pictures that were painted meanwhile.
    pub(crate) fn frames(&self, seconds: u64) -> anyhow::Result<(f64, f64)> {
        // A window is black until the first picture.
        let mut last = self.change(self.change(self.lamp()?)?)?;
        let start = Instant::now();
        let (mut seen, mut painted) = (0_u32, 0_u32);
        while start.elapsed() < Duration::from_secs(seconds) {
            let now = self.change(last)?;
            seen += 1;
            painted += (now + COLOURS - last) % COLOURS;
            last = now;
        }
        let took = start.elapsed().as_secs_f64();
        Ok((f64::from(seen) / took, f64::from(painted) / took))
    }
}
