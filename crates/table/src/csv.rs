//! CSV (RFC 4180), safe to open in a spreadsheet.
//!
//! Text that a spreadsheet would run is guarded by an apostrophe; numbers are never touched.

use std::borrow::Cow;

/// Characters that make a spreadsheet take a cell for a formula.
pub(crate) const STARTS_FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Text as a field that no spreadsheet runs.
#[must_use]
pub fn guarded(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.starts_with(STARTS_FORMULA) { format!("'{text}").into() } else { text }
}

/// Appends one record: fields with commas between them, quoted where they must be, and CRLF.
pub fn push_record<'f>(csv: &mut String, fields: impl Iterator<Item = Cow<'f, str>>) {
    push_separated(csv, ',', fields);
}

/// Appends one record with another separator between its fields.
pub fn push_separated<'f>(csv: &mut String, separator: char, fields: impl Iterator<Item = Cow<'f, str>>) {
    for (at, field) in fields.enumerate() {
        if at > 0 {
            csv.push(separator);
        }
        if is_quoted(&field, separator) {
            csv.push('"');
            csv.push_str(&field.replace('"', "\"\""));
            csv.push('"');
        } else {
            csv.push_str(&field);
        }
    }
    csv.push_str("\r\n");
}

/// Whether a field holds what cannot stand in it bare.
fn is_quoted(field: &str, separator: char) -> bool {
    let bare = |byte: u8| !matches!(byte, b'"' | b'\r' | b'\n') && char::from(byte) != separator;
    !field.bytes().all(bare) || (!separator.is_ascii() && field.contains(separator))
}
