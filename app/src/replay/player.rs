//! Plays a recording: steers the deck by what the person does and by the clock, and draws it. Browser
//! only.

mod finding;
mod hear;
mod playing;
mod seeking;
mod showing;

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::{Rc, Weak};

use leptos::prelude::*;
use leptos::task::spawn_local;
use recording::Moment;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, EventTarget, HtmlCanvasElement};
use wire::SessionId;

use super::answer::{Outline, Sizes};
use super::deck::Deck;
use super::markup::{Parts, set};
use super::search::Search;
use super::timeline::{self, Spot, clock};
use super::{fetch, side};
use crate::live::{Became, Easel, Fonts, Painter, Room, Shows, sentence};
use crate::words::{told, words};

/// What the replay's own elements tell of.
const HEARD: [&str; 7] =
    ["click", "change", "submit", "pointerdown", "pointermove", "pointerup", "pointercancel"];
/// Keys count wherever the focus is, as with every player.
const KEY: &str = "keydown";

/// A running replay. Dropping it ends it.
pub(crate) struct Replay {
    _inner: Rc<Inner>,
    heard: Closure<dyn FnMut(Event)>,
    _room: Room,
    _fonts: Fonts,
}

/// What the steering works on.
struct Inner {
    id: SessionId,
    parts: Parts,
    shows: Shows,
    outline: OnceCell<Outline>,
    deck: RefCell<Option<Deck>>,
    painter: RefCell<Painter>,
    /// Where the screen is a picture, it is drawn there.
    easel: Easel,
    /// A moment that somebody went to is not painted yet.
    awaited: Cell<bool>,
    spots: RefCell<Vec<Spot>>,
    search: RefCell<Search>,
    /// Counts the searches: what an older one finds is of no use.
    searches: Cell<u32>,
    /// Rows are lit because of what was found.
    lit: Cell<bool>,
    playing: Cell<bool>,
    speed: Cell<f64>,
    skip_idle: Cell<bool>,
    filling: Cell<bool>,
    seeking: Cell<bool>,
    /// Where to go when the seek under way is over.
    target: Cell<Option<Moment>>,
    frame_asked: Cell<bool>,
    /// The clock at the last picture.
    drawn: Cell<Option<f64>>,
    /// A part of a millisecond that was not played yet.
    rest: Cell<f64>,
    second: Cell<Option<u64>>,
}

impl Replay {
    /// Opens the recording of a session and shows it in these parts.
    pub(crate) fn start(id: SessionId, parts: Parts, shows: Shows) -> Self {
        let (stage, sheet) = (parts.get("stage"), parts.get("sheet"));
        let painter = Painter::new(stage.clone(), sheet.clone(), None);
        let canvas: HtmlCanvasElement = parts.get("picture").unchecked_into();
        let inner = Rc::new_cyclic(|weak: &Weak<Inner>| Inner {
            id,
            parts,
            shows,
            outline: OnceCell::new(),
            deck: RefCell::default(),
            painter: RefCell::new(painter),
            easel: Easel::new(stage.clone(), canvas, became(weak.clone())),
            awaited: Cell::new(false),
            spots: RefCell::default(),
            search: RefCell::default(),
            searches: Cell::new(0),
            lit: Cell::new(false),
            playing: Cell::new(false),
            speed: Cell::new(1.0),
            skip_idle: Cell::new(true),
            filling: Cell::new(false),
            seeking: Cell::new(false),
            target: Cell::new(None),
            frame_asked: Cell::new(false),
            drawn: Cell::new(None),
            rest: Cell::new(0.0),
            second: Cell::new(None),
        });
        set(&inner.parts.get("cast"), "href", &format!("/recordings/{id}/cast"));
        let weak = Rc::downgrade(&inner);
        let heard = Closure::<dyn FnMut(Event)>::new(move |event| {
            if let Some(inner) = weak.upgrade() {
                inner.hear(&event);
            }
        });
        for name in HEARD {
            listen(inner.parts.root(), name, &heard);
        }
        listen(&document(), KEY, &heard);
        let room = Room::of(&stage, on(&inner, |inner| inner.fit()));
        let fonts = Fonts::of(&sheet, on(&inner, |inner| inner.font_changed()));
        spawn_local(open(Rc::downgrade(&inner), id));
        Self { _inner: inner, heard, _room: room, _fonts: fonts }
    }
}

impl Drop for Replay {
    fn drop(&mut self) {
        let heard = self.heard.as_ref().unchecked_ref();
        // The other elements go with the page.
        let _ = document().remove_event_listener_with_callback(KEY, heard);
    }
}

fn listen(target: &EventTarget, name: &str, heard: &Closure<dyn FnMut(Event)>) {
    // Refused by no browser.
    let _ = target.add_event_listener_with_callback(name, heard.as_ref().unchecked_ref());
}

/// A callback that holds the replay only weakly: it does nothing once the page is left.
fn on(inner: &Rc<Inner>, act: impl Fn(&Rc<Inner>) + 'static) -> impl Fn() + 'static {
    let inner = Rc::downgrade(inner);
    move || {
        if let Some(inner) = inner.upgrade() {
            act(&inner);
        }
    }
}

/// What is done when pictures are drawn, or cannot be.
fn became(inner: Weak<Inner>) -> impl Fn(Became) + 'static {
    move |became| {
        if let Some(inner) = inner.upgrade() {
            match became {
                Became::Drawn(extent) => inner.drawn_picture(extent),
                Became::Broken => inner.fail(words().replay.no_picture),
            }
        }
    }
}

/// Opens the recording, and then fetches what its side tells.
async fn open(inner: Weak<Inner>, id: SessionId) {
    let asked = window().location().search().ok().and_then(|query| timeline::asked(&query));
    let at = asked.unwrap_or_default();
    let outline = fetch::ask::<Outline>(format!("/recordings/{id}/outline?at={}", at.0)).await;
    let Some(present) = inner.upgrade() else { return };
    // What cannot be shown may still be checked.
    spawn_local(check(inner.clone(), id));
    match outline {
        Ok(outline) => present.begin(outline, at),
        Err(words) => return present.refuse(&words),
    }
    drop(present);
    let sizes = fetch::ask::<Sizes>(format!("/recordings/{id}/sizes")).await;
    if let Some(inner) = inner.upgrade() {
        // Without the sizes there are still the marks.
        inner.tell(&sizes.unwrap_or_default());
    }
}

async fn check(inner: Weak<Inner>, id: SessionId) {
    let verdict = fetch::ask(format!("/recordings/{id}/verdict")).await;
    if let Some(inner) = inner.upgrade() {
        side::show_verdict(&inner.parts, &verdict);
    }
}

impl Inner {
    fn begin(self: &Rc<Self>, outline: Outline, at: Moment) {
        let parts = &self.parts;
        parts.hide("skeleton", true);
        parts.say("whole", &clock(outline.duration));
        set(&parts.get("track"), "aria-valuemax", &(outline.duration.0 / 1_000).to_string());
        if outline.screen {
            parts.hide("deck", false);
            if outline.first.picture.is_some() {
                parts.get("picture").set_class_name("desk");
                parts.get("stage").set_class_name("live-stage desk-stage");
                // There is no text to be found.
                parts.hide("find", true);
            } else {
                parts.get("sheet").set_class_name("scr");
            }
            *self.deck.borrow_mut() = Some(Deck::new(&outline));
        } else {
            parts.root().set_class_name("rp rp-files");
            parts.hide("link", true);
        }
        let has_screen = outline.screen;
        if self.outline.set(outline).is_ok() && has_screen {
            self.seek(at);
        }
    }

    /// There is nothing to show.
    fn refuse(&self, why: &str) {
        self.parts.hide("skeleton", true);
        self.parts.hide("words", false);
        for part in ["link", "cast", "heading"] {
            self.parts.hide(part, true);
        }
        self.parts.get("stage").set_class_name("live-stage live-empty");
        self.parts.say("words-title", words().replay.not_replayed);
        self.parts.say("words-text", &sentence(&told(why)));
    }

    /// Tells what happened.
    fn tell(&self, sizes: &Sizes) {
        let Some(outline) = self.outline.get() else { return };
        let spots = timeline::spots(&outline.marks, sizes);
        if outline.screen {
            side::show_ticks(&self.parts, &spots, outline.duration);
        }
        *self.spots.borrow_mut() = spots;
        self.list_more();
    }

    /// Lists more of what happened.
    fn list_more(&self) {
        let left = self.outline.get().map_or(0, |outline| outline.marks_left);
        side::list_spots(&self.parts, &self.spots.borrow(), left);
        side::point_to(&self.parts, &self.spots.borrow(), self.now());
    }

    fn duration(&self) -> Moment {
        self.outline.get().map_or(Moment(0), |outline| outline.duration)
    }

    /// The playhead, or where it is on its way to.
    fn now(&self) -> Moment {
        let deck = || self.deck.borrow().as_ref().map_or(Moment(0), Deck::now);
        self.target.get().unwrap_or_else(deck)
    }
}
