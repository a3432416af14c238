//! A moment: its age, with the moment itself one look away.

use leptos::prelude::*;
use wire::Millis;

use crate::clock::{local, use_local, use_now};
use crate::time;
use crate::words::age;

/// A moment as `18 min ago`; in UTC until the browser speaks for the viewer.
#[component]
pub fn When(
    /// The moment.
    at: Millis,
) -> impl IntoView {
    let (now, is_local) = (use_now(), use_local());
    let shown = Memo::new(move |_| if is_local.get() { age(now.get(), at) } else { time::utc(at) });
    let title = Signal::derive(move || if is_local.get() { local(at) } else { time::utc(at) });
    view! { <time datetime=time::iso(at, 0) title=title>{shown}</time> }
}
