//! Notifications: whether the person wants them in this browser, and showing one.
//!
//! Asks for the browser's permission only when the person ticks the box. The choice is a cookie that names
//! the person by a hash, so that it outlives a sign-out and never serves somebody else.

use std::fmt::Write as _;

use js_sys::{Array, Function, Promise};
use leptos::prelude::*;
use leptos::task::spawn_local;
use sha2::{Digest, Sha256};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlDocument, Notification, NotificationOptions, NotificationPermission};

use super::browser;
use super::note::Note;
use crate::backend::Me;
use crate::parts::toast::use_toasts;
use crate::words::words;

/// The cookie that keeps the choice: the person's [`key`].
const COOKIE: &str = "sightline-notices";
/// How long it is kept, in seconds: a year.
const KEPT_S: u32 = 31_536_000;
/// Several windows of one browser: whichever holds this lock tells.
const LOCK: &str = "sightline-notices";
/// What stands beside the words.
const ICON: &str = "/apple-touch-icon.png";

/// Whether notifications are wanted; a handle, cheap to copy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Notices {
    key: StoredValue<String>,
    wanted: RwSignal<bool>,
    /// Whether this window is the one that tells.
    leads: StoredValue<bool>,
}

impl Notices {
    /// Reads the choice and puts it into the context.
    pub(super) fn provide(me: &Me) -> Self {
        let notices = Self {
            key: StoredValue::new(key(&me.name)),
            wanted: RwSignal::new(false),
            leads: StoredValue::new(false),
        };
        Effect::new(move |_| {
            notices.lead();
            notices.wanted.set(notices.is_kept() && are_allowed());
        });
        provide_context(notices);
        notices
    }

    /// Whether this window is to tell. Another one may have changed the choice, so it is read again.
    pub(super) fn are_wanted(self) -> bool {
        self.leads.get_value() && are_allowed() && self.is_kept()
    }

    /// Shows one, through the worker where there is one: a click then works without this page, too.
    pub(super) fn show(self, note: Note) {
        spawn_local(async move {
            let options = NotificationOptions::new();
            options.set_body(&note.body);
            options.set_tag(&note.tag);
            options.set_icon(ICON);
            options.set_data(&JsValue::from_str(&note.path));
            let registration = browser::registration().await.filter(|found| found.active().is_some());
            if let Some(registration) = registration {
                if let Ok(shown) = registration.show_notification_with_options(&note.title, &options) {
                    browser::let_be(shown.into());
                }
            } else if let Ok(shown) = Notification::new_with_options(&note.title, &options) {
                let open = Closure::once_into_js(move || {
                    let _refused = window().focus();
                    // Refused only for a malformed address, which this is not.
                    let _always = window().location().set_href(&note.path);
                });
                shown.set_onclick(Some(open.unchecked_ref()));
            }
        });
    }

    fn is_kept(self) -> bool {
        let cookies = document().unchecked_into::<HtmlDocument>().cookie().unwrap_or_default();
        let mut pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
        self.key.with_value(|key| pairs.any(|(name, value)| name == COOKIE && value == key))
    }

    fn keep(self, wanted: bool) {
        let (value, age) = if wanted { (self.key.get_value(), KEPT_S) } else { (String::new(), 0) };
        let secure = if window().location().protocol().is_ok_and(|scheme| scheme == "https:") {
            "; Secure"
        } else {
            ""
        };
        let cookie = format!("{COOKIE}={value}; Path=/; SameSite=Lax; Max-Age={age}{secure}");
        // A browser that refuses cookies has no signed-in page.
        let _refused = document().unchecked_into::<HtmlDocument>().set_cookie(&cookie);
        self.wanted.set(wanted);
    }

    /// Waits to be the one window that tells; gives that up with the page.
    fn lead(self) {
        let Some(locks) = browser::of_navigator("locks") else {
            self.leads.set_value(true);
            return;
        };
        let mut release = None;
        let held = Promise::new(&mut |resolve, _| release = Some(resolve));
        let release: StoredValue<Option<Function>, LocalStorage> = StoredValue::new_local(release);
        on_cleanup(move || {
            // Refused by no promise: it is still open.
            release
                .with_value(|release| release.iter().for_each(|release| drop(release.call0(&JsValue::NULL))));
        });
        let granted = Closure::once_into_js(move |_lock: JsValue| {
            // The page may be gone by now; then the promise is kept already, and the lock is free again.
            let _gone = self.leads.try_set_value(true);
            held
        });
        if let Some(asked) = browser::call(&locks, "request", &[&LOCK.into(), &granted]) {
            browser::let_be(asked);
        }
    }
}

/// What the cookie calls a person.
fn key(name: &str) -> String {
    Sha256::digest(name.as_bytes()).iter().take(8).fold(String::new(), |mut hex, byte| {
        let _never = write!(hex, "{byte:02x}");
        hex
    })
}

fn are_allowed() -> bool {
    browser::has("Notification") && Notification::permission() == NotificationPermission::Granted
}

/// Closes what is shown of this site: it was for somebody who has left.
pub(super) fn close_all() {
    spawn_local(async {
        let Some(registration) = browser::registration().await else { return };
        let Ok(asked) = registration.get_notifications() else { return };
        let Ok(shown) = JsFuture::from(asked).await else { return };
        for notification in shown.unchecked_into::<Array>() {
            notification.unchecked_into::<Notification>().close();
        }
    });
}

/// The box in the person's menu; nothing where the browser has no notifications.
#[component]
pub(crate) fn NoticesItem() -> impl IntoView {
    let notices: Notices = expect_context();
    let toasts = use_toasts();
    let words = &words().pwa;
    let missing = RwSignal::new(true);
    Effect::new(move |_| missing.set(!browser::has("Notification")));
    let asking = RwSignal::new(false);
    let choose = move |event: leptos::ev::Event| {
        if !event_target_checked(&event) {
            notices.keep(false);
            return;
        }
        // Not wanted before it is allowed.
        asking.set(true);
        spawn_local(async move {
            let answered = match Notification::request_permission() {
                Ok(asked) => JsFuture::from(asked).await.is_ok(),
                Err(_) => false,
            };
            let allowed = answered && are_allowed();
            notices.keep(allowed);
            if !allowed {
                toasts.failed(words.not_allowed);
            }
            asking.set(false);
        });
    };
    view! {
        <label class="menu-item" hidden=missing title=words.notify_why>
            <input
                type="checkbox"
                prop:checked=move || notices.wanted.get() || asking.get()
                on:change=choose
            />
            {words.notify}
        </label>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_a_hash_in_the_cookie() {
        assert_eq!(key("olga"), key("olga"));
        assert_ne!(key("olga"), key("oscar"));
        assert!(key("a; Path=/\u{202e}").chars().all(|c| c.is_ascii_hexdigit()));
    }
}
