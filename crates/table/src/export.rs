//! CSV of what a table shows.

use std::borrow::Cow;

use wire::Millis;

use super::column::Value;
use super::{Column, Row};
use crate::csv::{guarded, push_record, push_separated};
use crate::time;

/// One export: which columns, and how times are written.
#[derive(Debug)]
pub struct Export<'a, F> {
    /// The columns, in their order.
    pub columns: &'a [Column],
    /// The moment that idle times are counted to.
    pub now: Millis,
    /// Offset from UTC in minutes of the viewer's clock at a moment.
    pub offset_at: F,
    /// Whether a byte order mark goes first, for spreadsheets that need it to read UTF-8.
    pub bom: bool,
    /// What stands between two fields.
    pub separator: char,
}

impl<F: Fn(Millis) -> i32> Export<'_, F> {
    /// What the file begins with: the mark if it is wanted, and the headings.
    #[must_use]
    pub fn head(&self) -> String {
        let mut csv = if self.bom { "\u{feff}".to_owned() } else { String::new() };
        push_separated(&mut csv, self.separator, self.columns.iter().map(|column| heading(*column).into()));
        csv
    }

    /// Appends the record of one row.
    pub fn push(&self, csv: &mut String, row: &Row) {
        let values = self.columns.iter().map(|column| row.value(*column));
        push_separated(csv, self.separator, values.map(|value| field(value, self.now, &self.offset_at)));
    }
}

/// Appends a heading for each column.
pub fn push_headings(csv: &mut String, columns: &[Column]) {
    push_record(csv, columns.iter().map(|column| heading(*column).into()));
}

/// A value as a field; idle times are counted to `now`.
#[must_use]
pub fn field<'v>(value: Value<'v>, now: Millis, offset_at: impl Fn(Millis) -> i32) -> Cow<'v, str> {
    match value {
        Value::Text(text) => guarded(text),
        Value::Number(number) => number.to_string().into(),
        Value::At(at) => time::iso(at, offset_at(at)).into(),
        Value::Since(at) => (now.since(at) / 1_000).to_string().into(),
        Value::Nothing => Cow::Borrowed(""),
    }
}

/// The heading of a column; one whose values have a unit names it.
const fn heading(column: Column) -> &'static str {
    match column {
        Column::Idle => "Idle (s)",
        Column::Duration => "Duration (s)",
        column => column.label(),
    }
}

/// `sightline-sessions-2026-11-23.csv`.
#[must_use]
pub fn file_name(of: &str, now: Millis, offset_minutes: i32) -> String {
    format!("sightline-{of}-{}.csv", time::date(now, offset_minutes))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;
    use wire::Rights;

    use super::super::fixture::session;
    use super::super::{Layout, Rows};
    use super::*;
    use crate::csv::STARTS_FORMULA;

    fn row(change: impl FnOnce(&mut wire::Session)) -> Arc<Row> {
        let mut session = session(1);
        change(&mut session);
        let id = session.id;
        let mut rows = Rows::default();
        rows.replace(vec![(session, Rights::default())]);
        rows.get(id).expect("just put there").clone()
    }

    fn export(columns: &[Column]) -> Export<'_, impl Fn(Millis) -> i32> {
        Export { columns, now: Millis(1_795_453_400_000), offset_at: |_| 60, bom: false, separator: ',' }
    }

    fn file<F: Fn(Millis) -> i32>(export: &Export<'_, F>, row: &Row) -> String {
        let mut csv = export.head();
        export.push(&mut csv, row);
        csv
    }

    #[test]
    fn another_separator_is_the_one_that_is_quoted() {
        let row = row(|session| (session.user, session.account_name) = ("a;b".into(), "c,d".into()));
        let columns = [Column::User, Column::AccountName];
        let csv = file(&Export { separator: ';', ..export(&columns) }, &row);
        assert_eq!(csv, "User;Account name\r\n\"a;b\";c,d\r\n");
        let csv = file(&Export { separator: '\t', ..export(&columns) }, &row);
        assert_eq!(csv, "User\tAccount name\r\na;b\tc,d\r\n");
    }

    /// A strict reader of RFC 4180: every record ends in CRLF, quotes only where the grammar
    /// allows them, the same number of fields in each record.
    fn read(csv: &str) -> Vec<Vec<String>> {
        let mut rest = csv.chars().peekable();
        let mut records = Vec::new();
        while rest.peek().is_some() {
            let mut record = Vec::new();
            loop {
                let mut field = String::new();
                if rest.peek() == Some(&'"') {
                    rest.next();
                    loop {
                        match rest.next().expect("a closing quote") {
                            '"' if rest.peek() == Some(&'"') => field.push(rest.next().expect("peeked")),
                            '"' => break,
                            c => field.push(c),
                        }
                    }
                } else {
                    while let Some(c) = rest.next_if(|c| !matches!(c, ',' | '\r')) {
                        assert!(!matches!(c, '"' | '\n'), "bare {c:?} in a field");
                        field.push(c);
                    }
                }
                record.push(field);
                match rest.next() {
                    Some(',') => {}
                    Some('\r') => {
                        assert_eq!(rest.next(), Some('\n'));
                        break;
                    }
                    other => panic!("{other:?} after a field"),
                }
            }
            records.push(record);
        }
        assert!(records.windows(2).all(|pair| pair[0].len() == pair[1].len()));
        records
    }

    #[test]
    fn the_default_columns_in_their_order() {
        let columns = Layout::default().shown();
        let row = row(|session| session.service_provider = "Database, \"main\"".into());
        let csv = file(&export(&columns), &row);
        insta::assert_snapshot!(csv.replace("\r\n", "<CRLF>\n"), @r#"
        User,Device,Client,Start date,Type,Port,Service URL,Account name,Service provider<CRLF>
        user1,10.0.0.1,gw-1,2026-11-23T18:03:13.250+01:00,WebSSO,2222,ssh://db-1:22,root,"Database, ""main"""<CRLF>
        "#);
    }

    #[test]
    fn formulas_are_guarded_and_numbers_are_not() {
        for (text, written) in [
            ("=1+1", "'=1+1"),
            ("+49", "'+49"),
            ("-x", "'-x"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("\rx", "\"'\rx\""),
            ("a=b", "a=b"),
            ("'=", "'="),
            ("", ""),
        ] {
            let row = row(|session| session.account_name = text.into());
            let csv = file(&export(&[Column::AccountName, Column::Port]), &row);
            assert_eq!(csv, format!("Account name,Port\r\n{written},2222\r\n"), "{text:?}");
        }
        let without_port = row(|session| session.port = 0);
        assert_eq!(file(&export(&[Column::User, Column::Port]), &without_port), "User,Port\r\nuser1,\r\n");
        let idle = row(|_| {});
        assert_eq!(file(&export(&[Column::Idle]), &idle), "Idle (s)\r\n7\r\n");
    }

    #[test]
    fn the_mark_goes_first() {
        let with_bom = Export { bom: true, ..export(&[Column::User]) };
        assert_eq!(with_bom.head(), "\u{feff}User\r\n");
    }

    #[test]
    fn files_are_named_by_the_viewers_date() {
        let name = file_name("sessions", Millis(1_795_476_000_000), 60);
        assert_eq!(name, "sightline-sessions-2026-11-24.csv");
    }

    proptest! {
        #[test]
        fn a_strict_reader_gets_back_what_the_table_holds(
            user in any::<String>(), account in "[-=+@,\"\\r\\n\\ta ]{0,12}", port in any::<u16>(),
        ) {
            let row = row(|session| {
                (session.user, session.account_name, session.port) = (user.clone(), account.clone(), port);
            });
            let columns = [Column::AccountName, Column::User, Column::Port];
            let records = read(&file(&export(&columns), &row));
            prop_assert_eq!(&records[0], &["Account name", "User", "Port"]);
            let guarded = |text: &str| {
                if text.starts_with(STARTS_FORMULA) { format!("'{text}") } else { text.to_owned() }
            };
            let port = if port == 0 { String::new() } else { port.to_string() };
            prop_assert_eq!(&records[1], &[guarded(&account), guarded(&user), port]);
        }
    }
}
