//! What a row of the access log has in each column, on the page and in a file alike.

use std::borrow::Cow;

use wire::{End, Millis};

use table::csv::push_record;
use table::{Column, Value, field, push_headings};

use crate::backend::LogEntry;

/// The value of a row in a column; an open session has lasted until `now`.
#[must_use]
pub fn log_value(column: Column, entry: &LogEntry, now: Millis) -> Value<'_> {
    let LogEntry { session, ended, watched_by, .. } = entry;
    let nothing = || Value::Text(Cow::Borrowed(""));
    match column {
        Column::Ended => ended.as_ref().map_or_else(nothing, |end| Value::At(end.at)),
        Column::Duration => {
            let until = ended.as_ref().map_or(now, |end| end.at);
            Value::Number(until.since(session.started_at).unsigned_abs() / 1_000)
        }
        Column::EndReason => {
            ended.as_ref().map_or_else(nothing, |end| Value::Text(Cow::Owned(end_in_words(end))))
        }
        Column::WatchedBy => Value::Text(Cow::Owned(watched_by.join(", "))),
        column => column.value(&session.into()),
    }
}

/// `terminated by olga: Maintenance`.
#[must_use]
pub fn end_in_words(end: &End) -> String {
    let mut words = end.reason.to_string();
    if let Some(by) = &end.by {
        words.push_str(" by ");
        words.push_str(by);
    }
    if let Some(note) = &end.note {
        words.push_str(": ");
        words.push_str(note);
    }
    words
}

/// Appends the headings of a file.
pub fn push_log_headings(csv: &mut String, columns: &[Column]) {
    push_headings(csv, columns);
}

/// Appends one record a row. `offset_at` is the offset of the reader's clock from UTC in minutes.
pub fn push_log_csv(
    csv: &mut String,
    columns: &[Column],
    entries: &[LogEntry],
    now: Millis,
    offset_at: fn(Millis) -> i32,
) {
    csv.reserve(entries.len() * 192);
    for entry in entries {
        let values = columns.iter().map(|column| log_value(*column, entry, now));
        push_record(csv, values.map(|value| field(value, now, offset_at)));
    }
}

#[cfg(test)]
#[path = "../../../crates/table/src/fixture.rs"]
mod fixture;

#[cfg(test)]
mod tests {
    use super::super::{Layout, Sheet};
    use super::fixture::session;
    use super::*;
    use wire::EndReason;

    fn entry(ended: Option<End>) -> LogEntry {
        LogEntry {
            session: session(1),
            ended,
            watched_by: vec!["olga".into(), "=oscar".into()],
            watch: false,
        }
    }

    #[test]
    fn a_file_says_how_it_ended_and_who_watched() {
        let end = End {
            at: Millis(entry(None).session.started_at.0 + 61_500),
            reason: EndReason::Terminated,
            by: Some("olga".into()),
            note: Some("no, \"really\"".into()),
        };
        let now = Millis(end.at.0 + 5_000);
        let mut csv = String::new();
        let columns = Layout::of(Sheet::AccessLog).shown();
        push_log_headings(&mut csv, &columns);
        push_log_csv(&mut csv, &columns, &[entry(Some(end)), entry(None)], now, |_| 60);
        insta::assert_snapshot!(csv.replace("\r\n", "<CRLF>\n"), @r#"
        User,Device,Client,Start date,Type,Port,Service URL,Account name,Service provider,Ended,Duration (s),End reason,Watched by<CRLF>
        user1,10.0.0.1,gw-1,2026-11-23T18:03:13.250+01:00,WebSSO,2222,ssh://db-1:22,root,Database,2026-11-23T18:04:14.750+01:00,61,"terminated by olga: no, ""really""","olga, =oscar"<CRLF>
        user1,10.0.0.1,gw-1,2026-11-23T18:03:13.250+01:00,WebSSO,2222,ssh://db-1:22,root,Database,,66,,"olga, =oscar"<CRLF>
        "#);
    }

    #[test]
    fn whoever_came_by_no_port_has_none() {
        let mut without = entry(None);
        without.session.port = 0;
        let mut csv = String::new();
        push_log_csv(&mut csv, &[Column::Port, Column::User], &[without], Millis(0), |_| 0);
        assert_eq!(csv, ",user1\r\n");
    }

    #[test]
    fn an_end_is_told_in_words() {
        let end = End::new(EndReason::ClientLost, Millis(0));
        assert_eq!(end_in_words(&end), "client lost");
        assert_eq!(end_in_words(&End { by: Some("ann".into()), ..end }), "client lost by ann");
    }

    #[test]
    fn the_log_has_a_layout_of_its_own() {
        let layout = Layout::from_json(Sheet::AccessLog, r#"{"columns":["ended","watchers","user"]}"#);
        assert_eq!(layout.shown()[..2], [Column::Ended, Column::User]);
        assert_eq!(layout.columns().len(), Column::LOG.len());
        assert_eq!(Layout::from_json(Sheet::AccessLog, &layout.to_json()), layout);
        assert!(Column::LOG.iter().all(|column| Column::of_class(column.class()) == Some(*column)));
    }
}
