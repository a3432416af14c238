//! The timeline: times in words, and what happened along it. Pure.

use recording::{MarkKind, Moment};

use super::answer::{Marked, Sizes};
use crate::words::{fill, words};

/// Places on the timeline that can be told apart: more marks than these are drawn as one.
const PLACES: u64 = 400;

/// Something that happened, on the timeline and in the list beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) at: Moment,
    /// The part of its class that says what kind it is of.
    pub(crate) kind: &'static str,
    pub(crate) words: String,
}

/// Marks and sizes together, in order.
pub(crate) fn spots(marks: &[Marked], sizes: &Sizes) -> Vec<Spot> {
    let marks =
        marks.iter().map(|mark| Spot { at: mark.at, kind: kind(mark.kind), words: crate::words::mark(mark) });
    let sizes = sizes.iter().map(|(at, size)| Spot {
        at: *at,
        kind: "size",
        words: fill(words().replay.window, &[("size", &format!("{}×{}", size.cols, size.rows))]),
    });
    let mut spots: Vec<_> = marks.chain(sizes).collect();
    spots.sort_by_key(|spot| spot.at);
    spots
}

const fn kind(kind: MarkKind) -> &'static str {
    match kind {
        MarkKind::Joined | MarkKind::Left => "watch",
        MarkKind::Lease | MarkKind::LeaseEnded => "lease",
        MarkKind::Message => "message",
        MarkKind::Paused | MarkKind::Resumed => "pause",
        MarkKind::File => "file",
        MarkKind::Note => "note",
    }
}

/// Where the spots are to be drawn, in parts of [`PLACES`], each place and kind once.
pub(crate) fn ticks(spots: &[Spot], duration: Moment) -> Vec<(f64, &'static str)> {
    let mut places: Vec<_> = spots.iter().map(|spot| (place(spot.at, duration), spot.kind)).collect();
    places.sort_unstable();
    places.dedup();
    #[expect(clippy::cast_precision_loss, reason = "at most a few hundred")]
    let share = |place: u64| place as f64 / PLACES as f64;
    places.into_iter().map(|(place, kind)| (share(place), kind)).collect()
}

const fn place(at: Moment, duration: Moment) -> u64 {
    let place = at.0.saturating_mul(PLACES) / if duration.0 == 0 { 1 } else { duration.0 };
    if place > PLACES { PLACES } else { place }
}

/// How far along the timeline a moment is, 0 to 1.
pub(crate) fn share(at: Moment, duration: Moment) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a recording has less than 2^53 milliseconds")]
    let share = at.0 as f64 / duration.0.max(1) as f64;
    share.min(1.0)
}

/// The moment so far along.
pub(crate) fn moment(share: f64, duration: Moment) -> Moment {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a recording has less than 2^53 milliseconds, and the share is not negative"
    )]
    Moment((share.clamp(0.0, 1.0) * duration.0 as f64) as u64)
}

/// The spot after a moment, or before it. Going back from just behind a spot goes to the one before,
/// or one would never get past it while the recording plays.
pub(crate) fn beside(spots: &[Spot], now: Moment, after: bool) -> Option<Moment> {
    const JUST_MS: u64 = 1_000;
    if after {
        spots.iter().map(|spot| spot.at).find(|&at| at > now)
    } else {
        spots.iter().rev().map(|spot| spot.at).find(|at| at.plus(JUST_MS) < now)
    }
}

/// `1:23`, `1:02:03`.
pub(crate) fn clock(at: Moment) -> String {
    let seconds = at.0 / 1_000;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours == 0 { format!("{minutes}:{seconds:02}") } else { format!("{hours}:{minutes:02}:{seconds:02}") }
}

/// The moment that the query of a page's address names in seconds: `?t=83`.
pub(crate) fn asked(query: &str) -> Option<Moment> {
    let seconds = query.trim_start_matches('?').split('&').find_map(|pair| pair.strip_prefix("t="))?;
    let seconds: f64 = seconds.parse().ok()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
    (seconds >= 0.0).then_some(Moment((seconds * 1_000.0).round() as u64))
}

#[cfg(test)]
mod tests {
    use wire::live::Size;

    use super::*;

    fn spot(at: u64, kind: &'static str) -> Spot {
        Spot { at: Moment(at), kind, words: String::new() }
    }

    #[test]
    fn times_are_short() {
        for (ms, words) in [(0, "0:00"), (59_999, "0:59"), (83_000, "1:23"), (3_723_000, "1:02:03")] {
            assert_eq!(clock(Moment(ms)), words);
        }
    }

    #[test]
    fn a_link_names_a_moment() {
        for (query, at) in [
            ("?t=83", Some(83_000)),
            ("?a=b&t=1.5", Some(1_500)),
            ("t=0", Some(0)),
            ("?t=-1", None),
            ("?t=soon", None),
            ("?t=NaN", None),
            ("?tt=1", None),
            ("", None),
        ] {
            assert_eq!(asked(query), at.map(Moment), "{query}");
        }
    }

    #[test]
    fn a_place_on_the_timeline_is_a_moment() {
        let hour = Moment(3_600_000);
        for (share_, at) in [(0.0, 0), (0.5, 1_800_000), (1.0, 3_600_000)] {
            assert_eq!(moment(share_, hour), Moment(at));
            assert!((share(Moment(at), hour) - share_).abs() < 1e-9);
        }
        assert_eq!((moment(-1.0, hour), moment(7.0, hour)), (Moment(0), hour));
        assert!(share(Moment(5), Moment(0)) <= 1.0);
    }

    #[test]
    fn marks_and_sizes_are_one_list() {
        let marks = [Marked {
            at: Moment(20),
            kind: MarkKind::Message,
            by: Some("olga".into()),
            text: "stop\u{202e}".into(),
        }];
        let sizes =
            vec![(Moment(10), Size { cols: 100, rows: 30 }), (Moment(30), Size { cols: 80, rows: 24 })];
        let words: Vec<_> = spots(&marks, &sizes).into_iter().map(|spot| spot.words).collect();
        assert_eq!(words, ["window 100×30", "message from olga: stop⟨U+202E⟩", "window 80×24"]);
    }

    #[test]
    fn ticks_that_cannot_be_told_apart_are_one() {
        let spots: Vec<_> = (0..10_000).map(|at| spot(at, "file")).chain([spot(5_000, "lease")]).collect();
        let ticks = ticks(&spots, Moment(10_000));
        assert_eq!(ticks.len() as u64, PLACES + 1);
        assert!(ticks.iter().all(|(share, _)| (0.0..=1.0).contains(share)));
        assert_eq!(super::ticks(&[spot(3, "note")], Moment(0)), [(1.0, "note")]);
    }

    #[test]
    fn the_next_spot_and_the_one_before() {
        let spots = [spot(0, "watch"), spot(5_000, "lease"), spot(9_000, "note")];
        for (now, before, after) in [
            (0, None, Some(5_000)),
            (5_000, Some(0), Some(9_000)),
            (5_900, Some(0), Some(9_000)),
            (6_100, Some(5_000), Some(9_000)),
            (9_000, Some(5_000), None),
        ] {
            assert_eq!(beside(&spots, Moment(now), false), before.map(Moment), "before {now}");
            assert_eq!(beside(&spots, Moment(now), true), after.map(Moment), "after {now}");
        }
    }
}
