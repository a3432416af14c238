//! The owner's page: a picture that is drawn from frames, and everything else that comes.

use hub::Window;
use wire::desktop::{Extent, Mouse, Pointer, Rect, Source, Tile};
use wire::live::LiveFrame;

use super::tools::within;

/// What a page knows.
pub(crate) struct Viewer {
    window: Window,
    pub(crate) extent: Extent,
    /// Three bytes a pixel.
    pixels: Vec<u8>,
    pub(crate) pointer: Pointer,
    pub(crate) mouse: Option<Mouse>,
    pub(crate) told: Vec<String>,
    pub(crate) asks: Option<(u64, String)>,
    pub(crate) clips: Vec<String>,
    pub(crate) over: bool,
}

impl Viewer {
    pub(crate) fn new(window: Window) -> Self {
        Self {
            window,
            extent: Extent { width: 0, height: 0 },
            pixels: Vec::new(),
            pointer: Pointer::Default,
            mouse: None,
            told: Vec::new(),
            asks: None,
            clips: Vec::new(),
            over: false,
        }
    }

    /// Follows the session until something holds.
    pub(crate) async fn until(&mut self, what: &str, condition: impl Fn(&Self) -> bool) {
        within(what, async {
            while !condition(self) {
                assert!(!self.over, "{what}: the session is over; told: {:?}", self.told);
                self.next().await;
            }
        })
        .await;
    }

    /// Takes what comes next.
    pub(crate) async fn next(&mut self) {
        let Some(bytes) = self.window.next().await else {
            self.over = true;
            return;
        };
        match wire::decode(&bytes).expect("a frame") {
            LiveFrame::Picture { extent, pointer, tiles, .. } => {
                self.extent = extent;
                self.pixels = vec![0; usize::from(extent.width) * usize::from(extent.height) * 3];
                self.pointer = pointer;
                tiles.iter().for_each(|tile| self.draw(tile));
            }
            LiveFrame::Drawn { tiles, .. } => tiles.iter().for_each(|tile| self.draw(tile)),
            LiveFrame::Pointer { pointer, .. } => self.pointer = pointer,
            LiveFrame::Mouse(mouse) => self.mouse = Some(mouse),
            LiveFrame::Told(line) => self.told.push(line),
            LiveFrame::Asks(asks) => self.asks = asks,
            LiveFrame::Clip(text) => self.clips.push(text),
            LiveFrame::Ended(end) => {
                self.told.extend(end.note);

                self.over = true;
            }
            _ => {}
        }
    }

    fn draw(&mut self, tile: &Tile) {
        let image = match &tile.source {
            Source::Image(image) => image,
            Source::Moved { x, y } => return self.r#move(Rect { x: *x, y: *y, ..tile.rect }, tile.rect),
        };
        let mut reader = png::Decoder::new(std::io::Cursor::new(image)).read_info().expect("a picture");
        let mut pixels = vec![0; reader.output_buffer_size().expect("its size")];
        let info = reader.next_frame(&mut pixels).expect("a frame");
        assert_eq!((info.color_type, info.bit_depth), (png::ColorType::Rgb, png::BitDepth::Eight));
        let wide = usize::from(tile.rect.width) * 3;
        for (row, bytes) in pixels.chunks_exact(wide).enumerate() {
            let y = usize::from(tile.rect.y) + row;
            let start = (y * usize::from(self.extent.width) + usize::from(tile.rect.x)) * 3;
            self.pixels[start..start + wide].copy_from_slice(bytes);
        }
    }

    fn r#move(&mut self, from: Rect, to: Rect) {
        let before = self.pixels.clone();
        let at = |x: u16, y: u16| (usize::from(y) * usize::from(self.extent.width) + usize::from(x)) * 3;
        let wide = usize::from(to.width) * 3;
        for row in 0..to.height {
            let (from, to) = (at(from.x, from.y + row), at(to.x, to.y + row));
            self.pixels[to..to + wide].copy_from_slice(&before[from..from + wide]);
        }
    }

    /// A pixel's colour; none where there is no picture.
    pub(crate) fn pixel(&self, x: u16, y: u16) -> Option<[u8; 3]> {
        if x >= self.extent.width || y >= self.extent.height {
            return None;
        }
        let at = (usize::from(y) * usize::from(self.extent.width) + usize::from(x)) * 3;
        self.pixels.get(at..at + 3).map(|pixel| [pixel[0], pixel[1], pixel[2]])
    }

    /// Whether every pixel is what it should be.
    pub(crate) fn is(&self, colour: impl Fn(u16, u16) -> [u8; 3]) -> bool {
        self.extent.width > 0
            && (0..self.extent.height)
                .all(|y| (0..self.extent.width).all(|x| self.pixel(x, y) == Some(colour(x, y))))
    }

    /// All of it, for comparing.
    pub(crate) fn picture(&self) -> &[u8] {
        &self.pixels
    }
}
