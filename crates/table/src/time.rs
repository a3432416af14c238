//! Points in time as everybody reads them: UTC and ISO 8601.
//!
//! Pure; never says what a language or the browser's locale says.

use wire::Millis;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Year, month, day, hour, minute, second and millisecond of a point in time.
struct Civil(i64, i64, i64, i64, i64, i64, i64);

/// The parts of `at`, counted from 1970 as if there were no zones (days-to-civil by the rule of
/// the proleptic Gregorian calendar, in eras of 400 years that begin in March).
fn civil(at: i64) -> Civil {
    let (days, rest) = (at.div_euclid(DAY), at.rem_euclid(DAY));
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Civil(year, month, day, rest / HOUR, rest % HOUR / MINUTE, rest % MINUTE / SECOND, rest % SECOND)
}

/// `2026-11-23 17:03:12 UTC`.
#[must_use]
pub fn utc(at: Millis) -> String {
    let Civil(year, month, day, hour, minute, second, _) = civil(at.0);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

/// `2026-11-23T18:03:12.250+01:00`, with the offset from UTC in minutes.
#[must_use]
pub fn iso(at: Millis, offset_minutes: i32) -> String {
    let Civil(year, month, day, hour, minute, second, milli) =
        civil(at.0 + i64::from(offset_minutes) * MINUTE);
    let sign = if offset_minutes < 0 { '-' } else { '+' };
    let (offset_h, offset_m) = (i64::from(offset_minutes.abs() / 60), i64::from(offset_minutes.abs() % 60));
    // Digit by digit: exports write a hundred thousand of them, and formatting takes ten times as long.
    let mut text = String::with_capacity(29);
    for (number, digits, after) in [
        (year, 4, '-'),
        (month, 2, '-'),
        (day, 2, 'T'),
        (hour, 2, ':'),
        (minute, 2, ':'),
        (second, 2, '.'),
        (milli, 3, sign),
        (offset_h, 2, ':'),
    ] {
        push_digits(&mut text, number, digits);
        text.push(after);
    }
    push_digits(&mut text, offset_m, 2);
    text
}

/// Appends a number with so many digits at least.
fn push_digits(text: &mut String, number: i64, digits: u32) {
    let most = 10_i64.pow(digits);
    if !(0..most).contains(&number) {
        // Years before our era and after the year 9999.
        text.push_str(&format!("{number:0width$}", width = digits as usize));
        return;
    }
    let mut unit = most / 10;
    while unit > 0 {
        let digit = u8::try_from(number / unit % 10).unwrap_or(0);
        text.push(char::from(b'0' + digit));
        unit /= 10;
    }
}

/// `2026-11-23`, with the offset from UTC in minutes.
#[must_use]
pub fn date(at: Millis, offset_minutes: i32) -> String {
    let Civil(year, month, day, ..) = civil(at.0 + i64::from(offset_minutes) * MINUTE);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_moments() {
        for (at, expected) in [
            (0, "1970-01-01T00:00:00.000+00:00"),
            (-1, "1969-12-31T23:59:59.999+00:00"),
            (951_782_400_000, "2000-02-29T00:00:00.000+00:00"),
            (1_795_453_392_250, "2026-11-23T17:03:12.250+00:00"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999+00:00"),
        ] {
            assert_eq!(iso(Millis(at), 0), expected);
        }
        assert_eq!(utc(Millis(1_795_453_392_250)), "2026-11-23 17:03:12 UTC");
    }

    #[test]
    fn offsets_move_the_clock_and_are_named() {
        let at = Millis(1_795_453_392_250);
        assert_eq!(iso(at, 60), "2026-11-23T18:03:12.250+01:00");
        assert_eq!(iso(at, -570), "2026-11-23T07:33:12.250-09:30");
        assert_eq!(date(at, 420), "2026-11-24");
    }

    proptest! {
        /// Days follow one another: the date after the last millisecond of a day is another.
        #[test]
        fn dates_change_at_midnight_only(day in -700_000_i64..2_900_000, ms in 0..DAY) {
            let start = date(Millis(day * DAY), 0);
            prop_assert_eq!(&date(Millis(day * DAY + ms), 0), &start);
            prop_assert_ne!(&date(Millis((day + 1) * DAY), 0), &start);
        }
    }
}
