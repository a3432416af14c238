//! Reading columns as the types that the rest of the server uses.

use std::fmt::Display;
use std::str::FromStr;

use hub::{RecordingRule, Scope, WatchPolicy};
use sqlx::Row;
use sqlx::any::AnyRow;
use wire::Millis;

use super::StoreError;

/// A column whose text is parsed.
pub(super) fn parsed<T: FromStr>(row: &AnyRow, column: &str) -> Result<T, StoreError> {
    let text: String = row.try_get(column)?;
    text.parse().map_err(|_| unreadable(column, &text))
}

/// A column whose text is parsed, if there is any.
pub(super) fn parsed_opt<T: FromStr>(row: &AnyRow, column: &str) -> Result<Option<T>, StoreError> {
    let text: Option<String> = row.try_get(column)?;
    text.map(|text| text.parse().map_err(|_| unreadable(column, &text))).transpose()
}

/// A column that holds a number which fits a smaller type.
pub(super) fn number<T: TryFrom<i64>>(row: &AnyRow, column: &str) -> Result<T, StoreError> {
    let value: i64 = row.try_get(column)?;
    T::try_from(value).map_err(|_| unreadable(column, value))
}

/// A column that holds a time.
pub(super) fn time(row: &AnyRow, column: &str) -> Result<Millis, StoreError> {
    Ok(Millis(row.try_get(column)?))
}

/// A column that holds a time or nothing.
pub(super) fn time_opt(row: &AnyRow, column: &str) -> Result<Option<Millis>, StoreError> {
    Ok(row.try_get::<Option<i64>, _>(column)?.map(Millis))
}

/// What a column holds is not what this build writes there.
pub(super) fn unreadable(column: &str, value: impl Display) -> StoreError {
    StoreError::Corrupt(format!("{column} = {value}"))
}

/// A watch policy as tables and the command line write it.
#[must_use]
pub const fn policy_text(policy: WatchPolicy) -> &'static str {
    match policy {
        WatchPolicy::Announced => "announced",
        WatchPolicy::Consent => "consent",
        WatchPolicy::Covert => "covert",
    }
}

/// The watch policy of a text.
#[must_use]
pub fn policy_from_text(text: &str) -> Option<WatchPolicy> {
    [WatchPolicy::Announced, WatchPolicy::Consent, WatchPolicy::Covert]
        .into_iter()
        .find(|policy| policy_text(*policy) == text)
}

/// A column that holds a watch policy.
pub(super) fn policy(row: &AnyRow, column: &str) -> Result<WatchPolicy, StoreError> {
    let text: String = row.try_get(column)?;
    policy_from_text(&text).ok_or_else(|| unreadable(column, text))
}

/// A recording rule as tables and the command line write it.
#[must_use]
pub const fn recording_text(rule: RecordingRule) -> &'static str {
    match rule {
        RecordingRule::Required => "required",
        RecordingRule::Wanted => "wanted",
        RecordingRule::Off => "off",
    }
}

/// A column that holds a recording rule.
pub(super) fn recording(row: &AnyRow, column: &str) -> Result<RecordingRule, StoreError> {
    let text: String = row.try_get(column)?;
    [RecordingRule::Required, RecordingRule::Wanted, RecordingRule::Off]
        .into_iter()
        .find(|rule| recording_text(*rule) == text)
        .ok_or_else(|| unreadable(column, text))
}

/// A column that holds a scope.
pub(super) fn scope(row: &AnyRow, column: &str) -> Result<Scope, StoreError> {
    let text: String = row.try_get(column)?;
    match text.as_str() {
        "none" => Ok(Scope::None),
        "own" => Ok(Scope::Own),
        "all" => Ok(Scope::All),
        _ => Err(unreadable(column, text)),
    }
}
