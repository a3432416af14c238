//! Lengths of time and moments as people write them: `1h30m`, `2026-11-20`, `2026-11-20T14:30`.
//!
//! A moment is one of the viewer's own calendar and clock; only [`Moment::begins`] and [`Moment::ends`]
//! need to know their zone.

use std::fmt;

use wire::Millis;

use crate::time;

const DAY_MS: i64 = 86_400_000;
/// The units of a length, in milliseconds, the largest first.
const UNITS: [(char, i64); 5] =
    [('w', 7 * DAY_MS), ('d', DAY_MS), ('h', 3_600_000), ('m', 60_000), ('s', 1_000)];
/// The longest length: a hundred years.
const LONGEST_MS: i64 = 36_525 * DAY_MS;

/// A length of time in whole seconds; at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(i64);

impl Span {
    /// In milliseconds.
    #[must_use]
    pub const fn ms(self) -> i64 {
        self.0
    }

    /// Reads `90s`, `30m`, `2h`, `1h30m`, `3d`, `1w`.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut ms = 0_i64;
        let mut digits = String::new();
        for letter in text.chars().flat_map(char::to_lowercase) {
            if letter.is_ascii_digit() {
                digits.push(letter);
            } else {
                let (_, unit) = UNITS.into_iter().find(|(name, _)| *name == letter)?;
                ms = ms.checked_add(digits.parse::<i64>().ok()?.checked_mul(unit)?)?;
                digits.clear();
            }
        }
        (digits.is_empty() && ms > 0 && ms <= LONGEST_MS).then_some(Self(ms))
    }

    /// The largest unit that it is a whole number of: how many, and the unit's letter.
    #[must_use]
    pub fn whole(self) -> (i64, char) {
        let unit = UNITS.into_iter().find(|(_, unit)| self.0 % unit == 0);
        unit.map_or((self.0 / 1_000, 's'), |(name, unit)| (self.0 / unit, name))
    }

    /// Its parts: how many of each unit, the largest first, without those that it has none of. Days are the
    /// largest, unless it is whole weeks.
    pub(super) fn parts(self) -> Vec<(char, i64)> {
        let mut rest = self.0;
        let mut parts = Vec::new();
        for (name, unit) in UNITS {
            if (name != 'w' || rest % unit == 0) && rest >= unit {
                parts.push((name, rest / unit));
                rest %= unit;
            }
        }
        parts
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts().into_iter().try_for_each(|(name, number)| write!(f, "{number}{name}"))
    }
}

/// A day, or a minute or second of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Days since 1970-01-01.
    day: i32,
    time: Option<Time>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Time {
    Minute(u16),
    Second(u32),
}

impl Moment {
    /// Reads `2026-11-20`, `2026-11-20T14:30`, `2026-11-20 14:30:05`.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (date, time) = match text.split_once(['T', 't', ' ']) {
            Some((date, time)) => (date, Some(Time::read(time)?)),
            None => (text, None),
        };
        let mut parts = date.split('-');
        let mut part = |digits: usize| {
            let part = parts.next().filter(|part| part.len() == digits)?;
            part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<i64>().ok()).flatten()
        };
        let (year, month, day) = (part(4)?, part(2)?, part(2)?);
        let at = days(year, month, day);
        // A date that is none, such as the 31st of November, comes back as another.
        let real = parts.next().is_none() && time::date(Millis(at * DAY_MS), 0) == date;
        real.then_some(Self { day: i32::try_from(at).ok()?, time })
    }

    /// Whether it is a whole day.
    #[must_use]
    pub const fn is_day(self) -> bool {
        self.time.is_none()
    }

    /// When it begins, by the offset from UTC in minutes of the viewer's clock at a moment.
    #[must_use]
    pub fn begins(self, offset_at: impl Fn(Millis) -> i32) -> Millis {
        let seconds = match self.time {
            None => 0,
            Some(Time::Minute(minute)) => i64::from(minute) * 60,
            Some(Time::Second(second)) => second.into(),
        };
        of_wall(i64::from(self.day) * DAY_MS + seconds * 1_000, offset_at)
    }

    /// When what follows it begins: the next day, minute or second.
    #[must_use]
    pub fn ends(self, offset_at: impl Fn(Millis) -> i32) -> Millis {
        match self.time {
            None => of_wall((i64::from(self.day) + 1) * DAY_MS, offset_at),
            Some(Time::Minute(_)) => Millis(self.begins(offset_at).0 + 60_000),
            Some(Time::Second(_)) => Millis(self.begins(offset_at).0 + 1_000),
        }
    }
}

impl Time {
    fn read(text: &str) -> Option<Self> {
        let part = |text: &str, below: u32| {
            let fits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse::<u32>().ok().filter(|number| fits && *number < below)
        };
        let (hour, rest) = text.split_once(':')?;
        let hour = part(hour, 24)?;
        match rest.split_once(':') {
            None => Some(Self::Minute(u16::try_from(hour * 60 + part(rest, 60)?).ok()?)),
            Some((minute, second)) => {
                Some(Self::Second(hour * 3_600 + part(minute, 60)? * 60 + part(second, 60)?))
            }
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&time::date(Millis(i64::from(self.day) * DAY_MS), 0))?;
        match self.time {
            None => Ok(()),
            Some(Time::Minute(minute)) => write!(f, "T{:02}:{:02}", minute / 60, minute % 60),
            Some(Time::Second(second)) => {
                write!(f, "T{:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60)
            }
        }
    }
}

/// The moment at which the viewer's clock shows `wall`, in milliseconds since 1970 by that clock.
fn of_wall(wall: i64, offset_at: impl Fn(Millis) -> i32) -> Millis {
    let with = |at: i64| wall - i64::from(offset_at(Millis(at))) * 60_000;
    // The second look is for a clock that was changed between the first guess and the moment.
    Millis(with(with(wall)))
}

/// Days since 1970-01-01 (the inverse of what `time` does, in years that begin in March).
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(in super::super) fn span() -> impl Strategy<Value = Span> {
        (1..=LONGEST_MS / 1_000).prop_map(|seconds| Span(seconds * 1_000))
    }

    pub(in super::super) fn moment() -> impl Strategy<Value = Moment> {
        let time = prop_oneof![
            Just(None),
            (0..1_440_u16).prop_map(|minute| Some(Time::Minute(minute))),
            (0..86_400_u32).prop_map(|second| Some(Time::Second(second))),
        ];
        (0..40_000_i32, time).prop_map(|(day, time)| Moment { day, time })
    }

    #[test]
    fn lengths_are_read_as_people_write_them() {
        for (text, ms) in [
            ("2h", Some(7_200_000)),
            ("1h30m", Some(5_400_000)),
            ("90M", Some(5_400_000)),
            ("45s", Some(45_000)),
            ("1w", Some(7 * DAY_MS)),
            ("2", None),
            ("h", None),
            ("0m", None),
            ("", None),
            ("2h5", None),
            ("2y", None),
            ("99999999999999999999h", None),
            ("999999d", None),
        ] {
            assert_eq!(Span::read(text).map(Span::ms), ms, "{text}");
        }
        assert_eq!(Span(9 * DAY_MS + 60_000).to_string(), "9d1m");
        assert_eq!(Span(14 * DAY_MS).to_string(), "2w");
    }

    #[test]
    fn only_moments_that_exist_are_read() {
        for text in ["2026-11-20", "2024-02-29", "2026-11-20T14:30", "2026-11-20T23:59:59"] {
            assert_eq!(Moment::read(text).expect(text).to_string(), text);
        }
        assert_eq!(Moment::read("2026-11-20 14:30"), Moment::read("2026-11-20T14:30"));
        for text in [
            "",
            "2026",
            "2026-11",
            "2026-11-31",
            "2025-02-29",
            "2026-1-2",
            "2026-11-20-1",
            "2026-11-20T",
            "2026-11-20T24:00",
            "2026-11-20T9:00",
            "+026-11-20",
            "é026-11-20",
        ] {
            assert_eq!(Moment::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_is_one_of_the_viewers_clock() {
        let day = Moment::read("2026-11-23").expect("a day");
        assert_eq!(time::iso(day.begins(|_| 60), 60), "2026-11-23T00:00:00.000+01:00");
        assert_eq!(time::iso(day.ends(|_| 60), 60), "2026-11-24T00:00:00.000+01:00");
        // The clock goes back by an hour at one in the morning, UTC: the day is 25 hours long.
        let back = days(2026, 10, 25) * DAY_MS + 3_600_000;
        let zone = |at: Millis| if at.0 < back { 120 } else { 60 };
        let day = Moment::read("2026-10-25").expect("a day");
        assert_eq!(day.ends(zone).0 - day.begins(zone).0, 25 * 3_600_000);
        let minute = Moment::read("2026-11-23T08:15").expect("a minute");
        assert_eq!(minute.ends(|_| 0).0 - minute.begins(|_| 0).0, 60_000);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_as_the_same(span in span(), moment in moment()) {
            prop_assert_eq!(Span::read(&span.to_string()), Some(span));
            prop_assert_eq!(Moment::read(&moment.to_string()), Some(moment));
        }
    }
}
