//! What an installed app has beyond a page: a new build is taken when the person agrees, the icon counts
//! sessions on their accounts, and a notification tells of a new one.
//!
//! Whatever a browser lacks is left out in silence; the page never depends on any of it. The service worker
//! (`pwa/worker.js`) and the page that it shows without the server (`pwa/offline.html`) belong to no person
//! and hold nothing of a session.

mod badge;
mod browser;
#[cfg(test)]
mod fixture;
mod mine;
mod note;
mod notices;
mod online;
mod owned;
mod update;

pub(crate) use mine::Mine;
pub(crate) use notices::NoticesItem;
pub(crate) use online::use_online;
pub(crate) use update::{get_ready, take_new_build};

/// Takes away what a signed-in page has left outside of itself: the number on the icon and notifications.
/// Call it where nobody is signed in.
pub(crate) fn nobody_signed_in() {
    leptos::prelude::Effect::new(|_| {
        badge::show(0);
        notices::close_all();
    });
}
