//! The strip that says who may type beside the session's user, for how long, and where keys go.

use leptos::prelude::*;
use wire::live::{LeaseMode, LiveRequest};

use super::hands::CHORD;
use super::shows::Shows;
use super::standing::{Standing, holder, is_near, left, mode_word};
use crate::clock::use_now;
use crate::text::visible;
use crate::words::fill;

/// The strip; out of sight while there is nothing to say.
#[component]
pub(crate) fn LeaseStrip(shows: Shows, owner: String) -> AnyView {
    let control = &crate::words::words().control;
    let now = use_now();
    let near = Memo::new(move |_| {
        let now = now.get();
        shows.standing.with(|standing| standing.mine().is_some_and(|lease| is_near(lease, now)))
    });
    let words = Memo::new(move |_| shows.standing.with(|standing| words(standing, near.get(), &owner)));
    let class =
        Signal::derive(
            move || {
                if words.with(String::is_empty) { "out-of-sight" } else { "live-strip live-lease" }
            },
        );
    let left = Signal::derive(move || {
        let lease_left = |standing: &Standing| standing.lease().map(|lease| left(lease, now.get()));
        shows.standing.with(lease_left).map(|left| fill(control.left, &[("time", &left)])).unwrap_or_default()
    });
    let not_mine = Signal::derive(move || !shows.is_mine());
    let renew_class = Signal::derive(move || if near.get() { "btn primary" } else { "btn" });
    let keyboard = Signal::derive(move || match (shows.is_mine(), shows.typing.get()) {
        (false, _) => "",
        (true, true) => control.keyboard_session,
        (true, false) => control.keyboard_page,
    });
    let keyboard_class =
        Signal::derive(move || if shows.typing.get() { "live-keyboard is-typing" } else { "live-keyboard" });
    let hint = Signal::derive(move || {
        if shows.typing.get() {
            fill(control.chord_help, &[("chord", &CHORD)])
        } else {
            control.type_help.to_owned()
        }
    });
    view! {
        <div class=class>
            <strong role="status">
                <svg viewBox="0 0 24 24" aria-hidden="true">
                    <path d="M5 6h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2ZM7 10h.01M11 10h.01M15 10h.01M8 14h8" />
                </svg>
                {words}
            </strong>
            <span class="live-left" role="timer">{left}</span>
            <span class="live-lease-acts" hidden=not_mine>
                <button type="button" class=renew_class on:click=move |_| shows.ask(&LiveRequest::Renew)>
                    {control.renew}
                </button>
                <button type="button" class="btn" on:click=move |_| shows.ask(&LiveRequest::Release)>
                    {control.release}
                </button>
            </span>
            <span class=keyboard_class hidden=not_mine role="status">
                <b>{keyboard}</b>
                <span class="live-hint">{hint}</span>
            </span>
        </div>
    }
    .into_any()
}

/// Who may type beside the session's user, if somebody may.
pub(super) fn who_has_control(standing: &Standing) -> Option<String> {
    let control = &crate::words::words().control;
    let mode = mode_word(standing.lease()?.mode);
    Some(match (standing.mine(), standing.lease()?) {
        (Some(_), _) => fill(control.mine, &[("mode", &mode)]),
        (None, lease) => fill(control.theirs, &[("who", &holder(lease)), ("mode", &mode)]),
    })
}

/// Everything that changes seldom: what is read out when it does.
fn words(standing: &Standing, near: bool, owner: &str) -> String {
    let control = &crate::words::words().control;
    let owner = visible(owner);
    let mut said = Vec::new();
    match (standing.mine(), standing.lease()) {
        (Some(lease), _) if near => {
            said.push(fill(control.mine_near, &[("mode", &mode_word(lease.mode))]));
        }
        (Some(_), _) => said.extend(who_has_control(standing)),
        (None, Some(lease)) => {
            let words = match lease.mode {
                LeaseMode::Shared => control.theirs,
                LeaseMode::Exclusive => control.theirs_exclusive,
            };
            let (who, mode) = (holder(lease), mode_word(lease.mode));
            said.push(fill(words, &[("who", &who), ("mode", &mode), ("owner", &owner)]));
        }
        (None, None) => {}
    }
    if let Some(by) = standing.paused() {
        said.push(fill(control.paused, &[("owner", &owner), ("who", &visible(by))]));
    }
    if !standing.said().is_empty() {
        said.push(standing.said().to_owned());
    }
    said.join(" · ")
}

#[cfg(test)]
mod tests {
    use wire::Millis;
    use wire::live::Lease;

    use super::*;

    fn standing(seat: u64, mode: LeaseMode) -> Standing {
        let mut standing = Standing::default();
        standing.seated(1);
        let lease =
            Lease { seat, user: "tom".into(), full_name: "Tom Keller".into(), mode, until: Millis(300_000) };
        standing.control(Some(lease), "alice", Millis(0));
        standing
    }

    #[test]
    fn the_strip_says_who_types() {
        let mine = standing(1, LeaseMode::Shared);
        assert_eq!(words(&mine, false, "alice"), "You have control, shared");
        assert_eq!(words(&mine, true, "alice"), "You have control, shared: renew it to keep it");
        let toms = standing(2, LeaseMode::Exclusive);
        assert_eq!(
            words(&toms, false, "al\u{202e}ice"),
            "Tom Keller has control, exclusive; al⟨U+202E⟩ice can take it back by typing"
        );
        assert_eq!(words(&Standing::default(), false, "alice"), "");
    }

    #[test]
    fn the_strip_says_what_else_is_to_be_known() {
        let mut mine = standing(1, LeaseMode::Exclusive);
        mine.pause(Some("olga".into()));
        mine.say("Message sent.");
        assert_eq!(
            words(&mine, false, "alice"),
            "You have control, exclusive · Input of alice paused by olga · Message sent."
        );
    }
}
