//! What a person may ask of a long list: days, words of a bounded length, and how the audit tells of it.

use axum::http::StatusCode;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use wire::Millis;

use super::problem::Problem;
use crate::store::StoreError;

/// Longest text that is looked for, in characters.
const MAX_CHARS: usize = 200;

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub(super) enum AskedError {
    /// What was asked for makes no sense; the text is for the person.
    #[error("{0}")]
    Asked(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<AskedError> for Problem {
    fn from(error: AskedError) -> Self {
        match error {
            AskedError::Asked(words) => Self::new(StatusCode::BAD_REQUEST, words),
            AskedError::Store(error) => Self::failed(error),
        }
    }
}

/// Refuses texts that are too long to be looked for.
pub(super) fn bounded<'t>(texts: impl IntoIterator<Item = &'t str>) -> Result<(), String> {
    if texts.into_iter().any(|text| text.chars().count() > MAX_CHARS) {
        return Err(format!("look for at most {MAX_CHARS} characters"));
    }
    Ok(())
}

/// The first moment of the day `from` and the first one after the day `until`, each if given.
pub(super) fn days(
    from: &str,
    until: &str,
    zone: &TimeZone,
) -> Result<(Option<Millis>, Option<Millis>), String> {
    let far = |_| "that day is too far away".to_owned();
    let start = |day: Date| {
        let start = day.to_zoned(zone.clone()).map_err(far)?;
        Ok::<_, String>(Millis(start.timestamp().as_millisecond()))
    };
    let until = day(until)?.map(|day| day.tomorrow().map_err(far)).transpose()?;
    Ok((day(from)?.map(start).transpose()?, until.map(start).transpose()?))
}

fn day(text: &str) -> Result<Option<Date>, String> {
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| format!("{text:?} is no day: write it as 2026-11-23")),
    }
}

/// A time zone by its name; UTC when it has none.
pub(super) fn zone(name: &str) -> Result<TimeZone, String> {
    match name.trim() {
        "" => Ok(TimeZone::UTC),
        name => TimeZone::get(name).map_err(|_| {
            format!("{name:?} is no time zone: write it as Europe/Paris, or leave it out for UTC")
        }),
    }
}

/// What was asked for, as an audit event says it.
pub(super) fn in_words<'v>(pairs: impl IntoIterator<Item = (&'v str, &'v str)>) -> String {
    let parts: Vec<String> = pairs
        .into_iter()
        .filter(|(_, value)| !value.trim().is_empty())
        .map(|(name, value)| format!("{name} {}", value.trim()))
        .collect();
    if parts.is_empty() { "none".into() } else { parts.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOVEMBER_23: i64 = 1_795_392_000_000;
    const DAY: i64 = 86_400_000;

    #[test]
    fn days_are_whole() {
        let found = days("2026-11-23", " 2026-11-23 ", &TimeZone::UTC);
        assert_eq!(found, Ok((Some(Millis(NOVEMBER_23)), Some(Millis(NOVEMBER_23 + DAY)))));
        assert_eq!(days("", "", &TimeZone::UTC), Ok((None, None)));
    }

    #[test]
    fn a_day_begins_where_its_zone_says() {
        let newfoundland = zone("America/St_Johns").expect("a zone");
        let (from, _) = days("2026-11-23", "", &newfoundland).expect("a day");
        assert_eq!(from, Some(Millis(NOVEMBER_23 + 3 * 3_600_000 + 1_800_000)));
        // Clocks went forward there: this day has 23 hours.
        let (from, until) = days("2026-03-08", "2026-03-08", &newfoundland).expect("a day");
        assert_eq!(until.expect("an end").since(from.expect("a start")), 23 * 3_600_000);
        assert!(zone("Mars/Olympus").is_err_and(|words| words.contains("is no time zone")));
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        let wrong = |from: &str, until: &str| days(from, until, &TimeZone::UTC).unwrap_err();
        assert_eq!(wrong("soon", ""), "\"soon\" is no day: write it as 2026-11-23");
        assert_eq!(wrong("", "2026-02-30"), "\"2026-02-30\" is no day: write it as 2026-11-23");
        assert_eq!(wrong("", "9999-12-31"), "that day is too far away");
        assert_eq!(bounded(["ann", &"x".repeat(201)]).unwrap_err(), "look for at most 200 characters");
    }

    #[test]
    fn a_filter_is_told_in_words() {
        assert_eq!(in_words([("who", ""), ("from", " ")]), "none");
        assert_eq!(
            in_words([("who", "ann"), ("what", ""), ("from", "2026-11-23")]),
            "who ann, from 2026-11-23"
        );
    }
}
