//! What stands beside the replay: whether the recording is whole, and what happened in it. Browser only.

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::answer::Verdict;
use super::markup::{Parts, append, element, place, set};
use super::timeline::{Spot, clock, ticks};
use crate::live::sentence;
use crate::text::{count, visible};
use crate::words::{fill, told, words};
use recording::Moment;

/// Spots that are listed at first, and with each wish for more.
const LISTED: usize = 300;

/// Shows what the check of the recording came to.
pub(crate) fn show_verdict(parts: &Parts, verdict: &Result<Verdict, String>) {
    let (class, badge, facts) = in_words(verdict);
    parts.get("verdict").set_class_name(&format!("rp-verdict {class}"));
    parts.say("badge", &badge);
    let proof = parts.get("proof");
    proof.set_text_content(None);
    for (name, value) in facts {
        append(&proof, &element("dt", "", name));
        append(&proof, &element("dd", "", &visible(&value)));
    }
}

type Facts = Vec<(&'static str, String)>;

fn in_words(verdict: &Result<Verdict, String>) -> (&'static str, String, Facts) {
    let said = &words().verdict;
    match verdict {
        Ok(Verdict::Whole { node, key, links, events, head, late_from }) => {
            let badge = fill(said.whole, &[("node", &visible(node)), ("links", &count_of(*links))]);
            let mut facts = vec![
                (said.checked, said.checked_how.to_owned()),
                (said.events, count_of(*events)),
                (said.key, key.clone()),
                (said.head, head.clone()),
            ];
            if let Some(late) = late_from {
                facts.insert(1, (said.repaired, fill(said.repaired_how, &[("byte", late)])));
            }
            ("rp-whole", badge, facts)
        }
        Ok(Verdict::SoFar { links, until }) => {
            let badge = fill(said.so_far, &[("links", &count_of(*links)), ("until", &clock(*until))]);
            ("rp-whole", badge, vec![(said.checked, said.still_runs.to_owned())])
        }
        Ok(Verdict::Broken { words, byte, in_index, links, until }) => {
            let broken = if *in_index { said.broken_index } else { said.broken };
            let good = match links {
                0 => said.nothing_good.to_owned(),
                _ => fill(said.good_until, &[("until", &long_clock(*until))]),
            };
            let badge = fill(broken, &[("byte", byte), ("good", &good)]);
            let facts = vec![(said.found, sentence(&told(words))), (said.good_links, count_of(*links))];
            ("rp-broken", badge, facts)
        }
        Err(error) => ("", said.not_checked.to_owned(), vec![(said.why, sentence(&told(error)))]),
    }
}

fn count_of(n: u64) -> String {
    count(usize::try_from(n).unwrap_or(usize::MAX))
}

/// `0:12:03`: with its hours, as a proof is read beside the file.
fn long_clock(at: Moment) -> String {
    let short = clock(at);
    if short.matches(':').count() == 2 { short } else { format!("0:{short:0>5}") }
}

/// Marks the spots on the timeline.
pub(crate) fn show_ticks(parts: &Parts, spots: &[Spot], duration: Moment) {
    let track = parts.get("ticks");
    track.set_text_content(None);
    for (share, kind) in ticks(spots, duration) {
        let tick: HtmlElement = element("i", &format!("rp-tick rp-{kind}"), "").unchecked_into();
        place(&tick, "left", share);
        append(&track, &tick);
    }
}

/// Lists spots from one on, after those that are listed; says how many are left.
pub(crate) fn list_spots(parts: &Parts, spots: &[Spot], more_in_recording: u64) {
    let list = parts.get("spots");
    let from = list.child_element_count() as usize;
    for spot in spots.iter().skip(from).take(LISTED) {
        let item = element("li", "", "");
        let button = element("button", "rp-spot", "");
        set(&button, "type", "button");
        set(&button, "data-act", "spot");
        set(&button, "data-at", &spot.at.0.to_string());
        append(&button, &element("time", "", &clock(spot.at)));
        append(&button, &element("i", &format!("rp-dot rp-{}", spot.kind), ""));
        append(&button, &element("span", "", &spot.words));
        append(&item, &button);
        append(&list, &item);
    }
    let left = spots.len().saturating_sub(from + LISTED);
    parts.hide("none", !spots.is_empty());
    parts.hide("more", left == 0 && more_in_recording == 0);
    let said = &words().replay;
    let words = match left {
        0 => fill(said.more_left, &[("n", &count_of(more_in_recording))]),
        _ => fill(said.show_more, &[("n", &count(left))]),
    };
    parts.say("more", &words);
    if left == 0 {
        set(&parts.get("more"), "disabled", "");
    }
}

/// Points in the list to the spot that the playhead has passed last.
pub(crate) fn point_to(parts: &Parts, spots: &[Spot], now: Moment) {
    let passed = spots.partition_point(|spot| spot.at <= now);
    let list = parts.get("spots");
    let at = |index: usize| {
        let children = list.children();
        u32::try_from(index)
            .ok()
            .and_then(|index| children.item(index))
            .and_then(|item| item.first_element_child())
    };
    let current = passed.checked_sub(1).and_then(at);
    let before = list.query_selector("[aria-current]").ok().flatten();
    if current != before {
        before.inspect(|before| drop(before.remove_attribute("aria-current")));
        current.inspect(|current| set(current, "aria-current", "true"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_fits_on_a_badge() {
        let badge = |verdict| in_words(&verdict).1;
        let whole = Verdict::Whole {
            node: "gw-1".into(),
            key: "k".into(),
            links: 312,
            events: 9,
            head: "h".into(),
            late_from: None,
        };
        assert_eq!(badge(Ok(whole)), "Whole: signed by gw-1, 312 links");
        let broken = |links, in_index, until| Verdict::Broken {
            words: "changed".into(),
            byte: 77,
            in_index,
            links,
            until: Moment(until),
        };
        assert_eq!(badge(Ok(broken(3, false, 723_000))), "Broken at byte 77, good until 0:12:03");
        assert_eq!(badge(Ok(broken(3, true, 5_000))), "Broken at byte 77 of the index, good until 0:00:05");
        assert_eq!(badge(Ok(broken(0, false, 0))), "Broken at byte 77, nothing of it is proved");
        assert_eq!(badge(Ok(broken(9, false, 3_723_000))), "Broken at byte 77, good until 1:02:03");
        assert_eq!(
            badge(Ok(Verdict::SoFar { links: 2, until: Moment(83_000) })),
            "Whole so far: 2 links, until 1:23"
        );
        assert_eq!(badge(Err("no".into())), "Not checked");
    }
}
