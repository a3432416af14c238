//! Lengths of time and ages, in the page's language.

use wire::Millis;

use super::{fill, texts, words};

texts! {
    /// Units and ages.
    Times {
        seconds: "{n} s", "{n} s";
        minutes: "{n} min", "{n} min";
        hours: "{n} h", "{n} h";
        days: "{n} d", "{n} d";
        just_now: "just now", "ahora mismo";
        ago: "{span} ago", "hace {span}";
    }
}

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A length of time in its largest whole unit: `12 s`, `18 min`, `1 h`, `3 d`.
#[must_use]
pub(crate) fn span(ms: i64) -> String {
    let words = &words().times;
    let (words, n) = match ms.max(0) {
        ms if ms < MINUTE => (words.seconds, ms / SECOND),
        ms if ms < HOUR => (words.minutes, ms / MINUTE),
        ms if ms < DAY => (words.hours, ms / HOUR),
        ms => (words.days, ms / DAY),
    };
    fill(words, &[("n", &n)])
}

/// A length of time in its two largest units: `12 s`, `18 min 5 s`, `1 h 12 min`, `3 d 4 h`.
#[must_use]
pub(crate) fn length(ms: i64) -> String {
    let ms = ms.max(0);
    let (large, small) = match ms {
        ms if ms < MINUTE => return span(ms),
        ms if ms < HOUR => (MINUTE, SECOND),
        ms if ms < DAY => (HOUR, MINUTE),
        _ => (DAY, HOUR),
    };
    match ms % large / small {
        0 => span(ms),
        _ => format!("{} {}", span(ms), span(ms % large / small * small)),
    }
}

/// How long ago `then` was: `just now`, `18 min ago`.
#[must_use]
pub(crate) fn age(now: Millis, then: Millis) -> String {
    let (since, words) = (now.since(then), &words().times);
    if since < 10 * SECOND { words.just_now.into() } else { fill(words.ago, &[("span", &span(since))]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_use_the_largest_unit() {
        for (ms, expected) in [
            (-5, "just now"),
            (9_999, "just now"),
            (12_000, "12 s ago"),
            (59_999, "59 s ago"),
            (60_000, "1 min ago"),
            (18 * MINUTE, "18 min ago"),
            (HOUR, "1 h ago"),
            (49 * HOUR, "2 d ago"),
        ] {
            assert_eq!(age(Millis(1_000_000_000 + ms), Millis(1_000_000_000)), expected);
        }
    }

    #[test]
    fn lengths_have_two_units() {
        for (ms, expected) in [
            (-5, "0 s"),
            (12_999, "12 s"),
            (MINUTE, "1 min"),
            (18 * MINUTE + 5_000, "18 min 5 s"),
            (HOUR + 12 * MINUTE + 59_000, "1 h 12 min"),
            (HOUR + 59_000, "1 h"),
            (3 * DAY + 4 * HOUR, "3 d 4 h"),
        ] {
            assert_eq!(length(ms), expected);
        }
    }
}
