//! One clock for the whole page: the server's time, ticking once a second.
//!
//! Every age on the page reads this signal; nothing else keeps a timer for the display.

use std::cell::{Cell, OnceCell};
use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wire::Millis;

use crate::look::{Language, language};

/// How often ages are looked at again.
const TICK: Duration = Duration::from_secs(1);

/// The page's clock, in the context of every component.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    now: RwSignal<Millis>,
    /// Server's clock minus browser's clock, in milliseconds.
    ahead: StoredValue<i64>,
    local: RwSignal<bool>,
}

impl Clock {
    /// Starts the clock and puts it into the context. It begins with the server's time of the
    /// rendering, so that the first picture is the same on both sides.
    pub(crate) fn provide() {
        let start = SharedValue::new(Millis::now).into_inner();
        let clock =
            Self { now: RwSignal::new(start), ahead: StoredValue::new(0), local: RwSignal::new(false) };
        Effect::new(move |_| {
            IS_LOCAL.set(true);
            clock.local.set(true);
            clock.tick();
            if let Ok(timer) = set_interval_with_handle(move || clock.tick(), TICK) {
                on_cleanup(move || timer.clear());
            }
        });
        provide_context(clock);
    }

    /// Takes note of the server's time that just arrived.
    pub(crate) fn hear(self, server: Millis) {
        self.ahead.set_value(server.0 - browser_now().0);
    }

    /// The time now, the server's, without following it.
    pub(crate) fn read(self) -> Millis {
        Millis(browser_now().0 + self.ahead.get_value())
    }

    fn tick(self) {
        self.now.set(self.read());
    }
}

/// The browser's own clock.
pub(crate) fn browser_now() -> Millis {
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit")]
    Millis(js_sys::Date::now() as i64)
}

/// The server's time, every second.
#[must_use]
pub fn use_now() -> Signal<Millis> {
    expect_context::<Clock>().now.into()
}

/// Whether the page may speak in the viewer's own time and language: not while it is rendered on
/// the server, nor while that picture is taken over.
#[must_use]
pub fn use_local() -> Signal<bool> {
    expect_context::<Clock>().local.into()
}

thread_local! {
    /// As [`use_local`], for what is not followed.
    static IS_LOCAL: Cell<bool> = const { Cell::new(false) };
}

/// The viewer's offset from UTC at a moment, in minutes east. Browser only.
pub(crate) fn offset_at(at: Millis) -> i32 {
    /// Clocks are put forward and back at a whole quarter of an hour of UTC, in milliseconds.
    const QUARTER_MS: i64 = 900_000;
    thread_local! {
        /// The quarter that was asked for last: rows that stand together started together, often.
        static LAST: Cell<Option<(i64, i32)>> = const { Cell::new(None) };
    }
    let quarter = at.0.div_euclid(QUARTER_MS);
    if let Some((_, offset)) = LAST.get().filter(|(last, _)| *last == quarter) {
        return offset;
    }
    let offset = ask_offset(at);
    LAST.set(Some((quarter, offset)));
    offset
}

fn ask_offset(at: Millis) -> i32 {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit")]
    let date = js_sys::Date::new(&JsValue::from_f64(at.0 as f64));
    #[expect(clippy::cast_possible_truncation, reason = "less than a day of minutes")]
    let west = date.get_timezone_offset() as i32;
    -west
}

/// A moment in the viewer's own time and language, to the second. Browser only.
pub(crate) fn local(at: Millis) -> String {
    thread_local! {
        static FORMAT: OnceCell<js_sys::Function> = const { OnceCell::new() };
    }
    formatted(&FORMAT, at, &[("dateStyle", "medium"), ("timeStyle", "medium")])
}

/// The time of day of a moment in the viewer's own time: `17:03:12`. Browser only.
pub(crate) fn local_time(at: Millis) -> String {
    thread_local! {
        static FORMAT: OnceCell<js_sys::Function> = const { OnceCell::new() };
    }
    formatted(
        &FORMAT,
        at,
        &[("hour", "2-digit"), ("minute", "2-digit"), ("second", "2-digit"), ("hourCycle", "h23")],
    )
}

/// A number in the viewer's own way; none as long as the page may not speak so (see [`use_local`]).
pub(crate) fn local_number(n: usize) -> Option<String> {
    thread_local! {
        static FORMAT: OnceCell<js_sys::Function> = const { OnceCell::new() };
    }
    if !IS_LOCAL.get() {
        return None;
    }
    FORMAT.with(|format| {
        let format = format
            .get_or_init(|| js_sys::Intl::NumberFormat::new(&locales(), &js_sys::Object::new()).format());
        #[expect(clippy::cast_precision_loss, reason = "what is counted fits")]
        let number = JsValue::from_f64(n as f64);
        format.call1(&JsValue::UNDEFINED, &number).ok()?.as_string()
    })
}

/// The viewer's regions of the page's language, as they like them: `en-GB` for an English page.
fn locales() -> js_sys::Array {
    let spoken = language();
    let liked = window().navigator().languages().into_iter();
    let regional = liked.filter(|tag| tag.as_string().and_then(|tag| Language::of_tag(&tag)) == Some(spoken));
    regional.chain([spoken.tag().into()]).collect()
}

/// Whether the page may speak in the viewer's own time and language, without following it.
pub(crate) fn is_local() -> bool {
    IS_LOCAL.get()
}

/// The day of a moment in the viewer's own time and language. Browser only.
pub(crate) fn local_day(at: Millis) -> String {
    thread_local! {
        static FORMAT: OnceCell<js_sys::Function> = const { OnceCell::new() };
    }
    formatted(&FORMAT, at, &[("dateStyle", "medium")])
}

/// A moment in the viewer's own time and language, to the minute. Browser only.
pub(crate) fn local_minute(at: Millis) -> String {
    thread_local! {
        static FORMAT: OnceCell<js_sys::Function> = const { OnceCell::new() };
    }
    formatted(&FORMAT, at, &[("dateStyle", "medium"), ("timeStyle", "short")])
}

type Format = std::thread::LocalKey<OnceCell<js_sys::Function>>;

/// Making an `Intl` formatter is slow, so each is made once.
fn formatted(format: &'static Format, at: Millis, options: &[(&str, &str)]) -> String {
    format.with(|format| {
        let format = format.get_or_init(|| {
            let chosen = js_sys::Object::new();
            for (name, value) in options {
                // Setting a property of a fresh plain object cannot fail.
                let _always = js_sys::Reflect::set(&chosen, &(*name).into(), &(*value).into());
            }
            js_sys::Intl::DateTimeFormat::new(&locales(), &chosen).format()
        });
        #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit")]
        let date = js_sys::Date::new(&JsValue::from_f64(at.0 as f64));
        match format.call1(&JsValue::UNDEFINED, date.unchecked_ref()) {
            Ok(text) => text.as_string().unwrap_or_else(|| crate::time::utc(at)),
            Err(_) => crate::time::utc(at),
        }
    })
}
