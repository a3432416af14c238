//! Puts a desktop's picture on a canvas.
//!
//! The browser decodes the parts off its main thread; they are drawn in the order of their frames, all that are ready
//! at once in one animation frame. Of use for every screen that is a picture, live or recorded.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use leptos::prelude::{document, request_animation_frame, window};
use leptos::task::spawn_local;
use recording::Sight;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::JsValue;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlElement};
use wire::desktop::{Extent, Pointer, Rect};
use wire::live::LiveFrame;

use super::cursor;
use super::image::{self, Image};
use super::mouse::{Lay, Mouse};
use super::picture::{Job, Part, Picture, Spot, Step};
use super::scaling::{self, room};
use super::stream::Fault;
use super::style::set;

/// What became of frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Became {
    /// They are on the canvas, which is so large.
    Drawn(Extent),
    /// One cannot be shown.
    Broken,
}

/// A canvas and what waits to be drawn on it.
pub(crate) struct Easel {
    inner: Rc<Inner>,
}

struct Inner {
    /// The box that the picture has to fit in.
    stage: HtmlElement,
    canvas: HtmlCanvasElement,
    pen: Option<CanvasRenderingContext2d>,
    picture: RefCell<Picture<Image>>,
    extent: Cell<Option<Extent>>,
    /// Number of the last event that is on the canvas.
    seq: Cell<u64>,
    pointer: RefCell<Pointer>,
    /// Where somebody else has it.
    mouse: Mouse,
    /// The pointer is the desktop's own.
    points: Cell<bool>,
    frame_asked: Cell<bool>,
    became: Box<dyn Fn(Became)>,
}

impl Easel {
    /// An easel of `canvas` within `stage`; `became` is told what becomes of what it takes.
    pub(crate) fn new(
        stage: HtmlElement,
        canvas: HtmlCanvasElement,
        became: impl Fn(Became) + 'static,
    ) -> Self {
        let (pen, mouse) = (pen(&canvas), Mouse::over(&canvas));
        Self {
            inner: Rc::new(Inner {
                stage,
                canvas,
                pen,
                picture: RefCell::default(),
                extent: Cell::new(None),
                seq: Cell::new(0),
                pointer: RefCell::default(),
                mouse,
                points: Cell::new(false),
                frame_asked: Cell::new(false),
                became: Box::new(became),
            }),
        }
    }

    /// Takes a frame of a picture.
    ///
    /// # Errors
    /// When the frame does not follow the one before it, or too much waits; the easel is then of no further use until
    /// it starts over.
    pub(crate) fn take(&self, frame: LiveFrame) -> Result<(), Fault> {
        let jobs = {
            let mut picture = self.inner.picture.borrow_mut();
            match frame {
                LiveFrame::Picture { seq, extent, pointer, tiles } => {
                    picture.whole(seq, extent, pointer, tiles)?
                }
                LiveFrame::Drawn { seq, tiles } => picture.drawn(seq, tiles)?,
                LiveFrame::Pointer { seq, pointer } => {
                    picture.pointer(seq, pointer)?;
                    Vec::new()
                }
                _ => return Err(Fault::Gap),
            }
        };
        self.inner.begin(jobs);
        Ok(())
    }

    /// Takes what a recording shows next.
    pub(crate) fn show(&self, sight: Sight) {
        let jobs = {
            let mut picture = self.inner.picture.borrow_mut();
            match sight {
                Sight::Extent(extent) => picture.add(None, Some(extent), None, Vec::new()),
                Sight::Drawn { seq, tiles } => picture.add(Some(seq), None, None, tiles),
                Sight::Pointer { seq, pointer } => picture.add(Some(seq), None, Some(pointer), Vec::new()),
                Sight::Whole(recording::Picture { seq, extent, pointer, tiles }) => {
                    picture.add(Some(seq), Some(extent), Some(pointer), tiles)
                }
                // No part of the picture.
                Sight::Mouse(x, y) => return self.mouse(Some((x, y))),
            }
        };
        self.inner.begin(jobs);
    }

    /// Takes all of that as one: nothing of it is seen before the rest.
    pub(crate) fn show_at_once(&self, sights: Vec<Sight>) {
        let (mut last, mut start, mut shape, mut parts) = (None, None, None, Vec::new());
        for sight in sights {
            match sight {
                Sight::Extent(extent) => {
                    start = Some(extent);
                    parts.clear();
                }
                Sight::Drawn { seq, tiles } => {
                    last = Some(seq);
                    parts.extend(tiles);
                }
                Sight::Pointer { seq, pointer } => (last, shape) = (Some(seq), Some(pointer)),
                Sight::Whole(recording::Picture { seq, extent, pointer, tiles }) => {
                    (last, start, shape, parts) = (Some(seq), Some(extent), Some(pointer), tiles);
                }
                Sight::Mouse(x, y) => self.mouse(Some((x, y))),
            }
        }
        if last.is_some() || start.is_some() {
            let jobs = self.inner.picture.borrow_mut().add(last, start, shape, parts);
            self.inner.begin(jobs);
        }
    }

    /// Somebody else's mouse is at that pixel, or nowhere.
    pub(crate) fn mouse(&self, place: Option<(u16, u16)>) {
        self.inner.mouse.at(place);
    }

    /// How many frames wait to be drawn.
    pub(crate) fn waits(&self) -> usize {
        self.inner.picture.borrow().waits()
    }

    /// Forgets what waits: a whole picture comes next. What is on the canvas stays until then.
    pub(crate) fn start_over(&self) {
        self.inner.picture.borrow_mut().start_over();
    }

    /// The size of the picture on the canvas.
    pub(crate) fn extent(&self) -> Option<Extent> {
        self.inner.extent.get()
    }

    /// The desktop that the stage has room for.
    pub(crate) fn capacity(&self) -> Extent {
        scaling::capacity(room(&self.inner.stage), window().device_pixel_ratio())
    }

    /// Sizes the picture so that it fits the stage.
    pub(crate) fn fit(&self) {
        self.inner.fit();
    }

    /// Whether the mouse is the desktop's, and looks as the desktop says.
    pub(crate) fn point(&self, points: bool) {
        if self.inner.points.replace(points) != points {
            self.inner.dress_pointer();
        }
    }
}

fn pen(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    let options = js_sys::Object::new();
    // The picture hides whatever is under it, to the last bit.
    js_sys::Reflect::set(&options, &"alpha".into(), &JsValue::FALSE).ok()?;
    canvas.get_context_with_context_options("2d", &options).ok()??.dyn_into().ok()
}

async fn decode(easel: Weak<Inner>, job: Job) {
    let image = image::decode(&job.image).await;
    if let Some(easel) = easel.upgrade() {
        easel.decoded(job.at, image.ok());
    }
}

impl Inner {
    fn begin(self: &Rc<Self>, jobs: Vec<Job>) {
        for job in jobs {
            spawn_local(decode(Rc::downgrade(self), job));
        }
        self.ask_frame();
    }

    fn decoded(self: &Rc<Self>, at: Spot, image: Option<Image>) {
        match image {
            Some(image) => {
                let jobs = self.picture.borrow_mut().decoded(at, image);
                self.begin(jobs);
            }
            // A frame that was forgotten meanwhile is missed by nobody.
            None if !self.picture.borrow().awaits(at) => {}
            None => (self.became)(Became::Broken),
        }
    }

    fn ask_frame(self: &Rc<Self>) {
        if !self.picture.borrow().is_ready() {
            return;
        }
        // A page that is not seen gets no frames.
        if document().hidden() {
            return self.draw();
        }
        if !self.frame_asked.replace(true) {
            let easel = Rc::downgrade(self);
            request_animation_frame(move || {
                if let Some(easel) = easel.upgrade() {
                    easel.frame_asked.set(false);
                    easel.draw();
                }
            });
        }
    }

    /// Draws all that is ready.
    fn draw(&self) {
        let mut drawn = false;
        loop {
            let step = self.picture.borrow_mut().next();
            let Some(step) = step else { break };
            self.draw_step(step);
            drawn = true;
        }
        if let Some(extent) = self.extent.get().filter(|_| drawn) {
            // For whoever compares pictures: the same number is the same picture.
            let _always = self.canvas.set_attribute("data-seq", &self.seq.get().to_string());
            (self.became)(Became::Drawn(extent));
        }
    }

    fn draw_step(&self, step: Step<Image>) {
        if let Some(extent) = step.extent {
            // Makes it black, too.
            self.canvas.set_width(extent.width.into());
            self.canvas.set_height(extent.height.into());
            if self.extent.replace(Some(extent)) != Some(extent) {
                self.fit();
            }
        }
        for (rect, part) in step.parts {
            match part {
                Part::Image(Some(image)) => self.draw_image(rect, &image),
                Part::Image(None) => {}
                Part::Moved(x, y) => self.r#move(Rect { x, y, ..rect }, rect),
            }
        }
        if let Some(pointer) = step.pointer {
            self.mouse.wear(&pointer);
            self.pointer.replace(pointer);
            self.dress_pointer();
        }
        self.seq.set(step.seq.unwrap_or(self.seq.get()));
    }

    fn draw_image(&self, rect: Rect, image: &Image) {
        if let Some(pen) = &self.pen {
            image.draw(pen, rect.x.into(), rect.y.into());
        }
    }

    fn r#move(&self, from: Rect, to: Rect) {
        let Some(pen) = &self.pen else { return };
        let (width, height) = (from.width.into(), from.height.into());
        // Refused only for a canvas without pixels; a desktop has some. Reads all before it writes.
        let _always = pen.draw_image_with_html_canvas_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
            &self.canvas,
            from.x.into(),
            from.y.into(),
            width,
            height,
            to.x.into(),
            to.y.into(),
            width,
            height,
        );
    }

    fn fit(&self) {
        let Some(extent) = self.extent.get() else { return };
        let (room, ratio) = (room(&self.stage), window().device_pixel_ratio());
        let scale = scaling::fit(room, extent, ratio);
        let (width, height) = (f64::from(extent.width) * scale, f64::from(extent.height) * scale);
        // In the middle, and where a pixel of the display begins.
        let before = |room: f64, length: f64| ((room - length) / 2.0 * ratio).floor().max(0.0) / ratio;
        let (left, top) = (before(room.0, width), before(room.1, height));
        for (property, value) in
            [("width", width), ("height", height), ("margin-left", left), ("margin-top", top)]
        {
            set(&self.canvas, property, &format!("{value}px"));
        }
        let crisp = (scale * ratio).fract() == 0.0;
        set(&self.canvas, "image-rendering", if crisp { "pixelated" } else { "auto" });
        self.mouse.lies(Lay { extent, corner: (left, top), scale, crisp });
        self.dress_pointer();
    }

    fn dress_pointer(&self) {
        let pointer = self.pointer.borrow();
        let pointer = if self.points.get() { &*pointer } else { &Pointer::Default };
        let scale = self
            .extent
            .get()
            .map_or(1.0, |extent| scaling::fit(room(&self.stage), extent, window().device_pixel_ratio()));
        for value in cursor::css(pointer, scale) {
            // A browser keeps the last that it understands.
            set(&self.canvas, "cursor", &value);
        }
    }
}
