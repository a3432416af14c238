//! What the pane says when its screen is not live.

use leptos::prelude::*;
use wire::{Millis, SessionType};

use super::phase::{Phase, sentence};
use super::stage::said;
use crate::clock::{self, use_local};
use crate::text::visible;
use crate::time;
use crate::words::{ended, fill, meaning, told};

/// One line under the header: connecting again, ended. Read out when it changes.
#[component]
pub(crate) fn Strip(
    phase: RwSignal<Phase>,
    /// Where the recording is, for those who may see it when the session has ended.
    #[prop(optional_no_strip)]
    recording: Option<String>,
) -> impl IntoView {
    let live = &crate::words::words().live;
    let local = use_local();
    let class = Signal::derive(move || {
        phase.with(|phase| match phase {
            Phase::Stale(_) => "live-strip live-strip-stale".to_owned(),
            Phase::Ended(_) => "live-strip live-strip-ended".to_owned(),
            Phase::Connecting | Phase::Waiting | Phase::Live | Phase::Refused(_) => "out-of-sight".to_owned(),
        })
    });
    let words = Signal::derive(move || {
        phase.with(|phase| match phase {
            Phase::Stale(since) => fill(live.stale_since, &[("time", &time_of_day(*since, local.get()))]),
            Phase::Ended(end) => fill(
                live.ended_at,
                &[("time", &time_of_day(end.at, local.get())), ("end", &visible(&ended(end)))],
            ),
            Phase::Connecting => live.connecting_now.to_owned(),
            // Said where the screen will be.
            Phase::Waiting | Phase::Refused(_) | Phase::Live => String::new(),
        })
    });
    let more = Signal::derive(move || {
        phase.with(
            |phase| {
                if matches!(phase, Phase::Stale(_)) { live.again.to_owned() } else { String::new() }
            },
        )
    });
    let still_open = Signal::derive(move || phase.with(|phase| !matches!(phase, Phase::Ended(_))));
    // Another page for the same address, which the router would not load.
    let replay = recording.map(|address| {
        view! { <a href=address rel="external" hidden=still_open>{live.replay}</a> }
    });
    view! {
        <div class=class role="status">
            <strong>{words}</strong>
            {replay}
            <span class="live-strip-more">{more}</span>
        </div>
    }
}

/// Why there is no screen, or not yet.
#[component]
pub(crate) fn Words(
    phase: RwSignal<Phase>,
    kind: SessionType,
    user: String,
    hidden: Signal<bool>,
) -> AnyView {
    let words = Memo::new(move |_| phase.with(|phase| words(phase, kind, &user)));
    let title = move || words.with(|words| words.0.clone());
    let text = move || words.with(|words| words.1.clone());
    said("status", hidden, title, text)
}

fn words(phase: &Phase, kind: SessionType, user: &str) -> (String, String) {
    let live = &crate::words::words().live;
    let (title, text) = match phase {
        Phase::Waiting => {
            let title = fill(live.agrees, &[("user", &visible(user))]);
            let desktop = kind == SessionType::PamRdp;
            let asked = if desktop { crate::words::words().desktop.asked } else { live.asked };
            return (title, asked.to_owned());
        }
        Phase::Ended(end) => (live.over, meaning(end.reason).to_owned()),
        Phase::Refused(_) if kind == SessionType::Console => (live.nothing, live.no_screen.to_owned()),
        Phase::Refused(refusal) => (live.refused, sentence(&told(refusal))),
        Phase::Connecting | Phase::Live | Phase::Stale(_) => ("", String::new()),
    };
    (title.to_owned(), text)
}

/// `17:03:12` as the reader's clock has it; `16:03:12 UTC` until the page runs in their browser.
fn time_of_day(at: Millis, local: bool) -> String {
    if local {
        return clock::local_time(at);
    }
    let utc = time::utc(at);
    utc.split_once(' ').map_or(utc.clone(), |(_, time)| time.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_on_the_server_names_its_zone() {
        assert_eq!(time_of_day(Millis(1_795_453_392_250), false), "17:03:12 UTC");
    }

    #[test]
    fn a_refusal_of_a_sign_in_speaks_of_its_screen() {
        let refused = Phase::Refused("this account is watched only with its user's consent".into());
        assert_eq!(words(&refused, SessionType::Console, "alice").0, "Nothing to watch");
        assert_eq!(
            words(&refused, SessionType::PamSsh, "alice").1,
            "This account is watched only with its user's consent."
        );
    }
}
