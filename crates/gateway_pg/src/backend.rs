//! What is read of the messages that a server sends, and those that we send in its place. Pure.

/// One error or notice, as far as it matters here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Report {
    /// `ERROR`, `FATAL` or `PANIC`; or of a notice.
    pub(crate) severity: String,
    /// The SQLSTATE.
    pub(crate) code: String,
    /// What it says.
    pub(crate) message: String,
    /// What helps; may be empty.
    pub(crate) hint: String,
}

impl Report {
    /// Reads the body of an ErrorResponse or NoticeResponse, which may be cut off.
    pub(crate) fn read(body: &[u8]) -> Self {
        let mut report = Self::default();
        let mut plain_severity = true;
        for field in body.split(|&byte| byte == 0) {
            let Some((&kind, text)) = field.split_first() else { break };
            let text = || String::from_utf8_lossy(text).into_owned();
            match kind {
                // Not translated, where the server has it.
                b'V' => {
                    report.severity = text();
                    plain_severity = false;
                }
                b'S' if plain_severity => report.severity = text(),
                b'C' => report.code = text(),
                b'M' => report.message = text(),
                b'H' => report.hint = text(),
                _ => {}
            }
        }
        report
    }

    /// As an ErrorResponse.
    pub(crate) fn error(&self) -> Vec<u8> {
        self.to_bytes(b'E')
    }

    fn to_bytes(&self, kind: u8) -> Vec<u8> {
        let mut body = Vec::new();
        let Self { severity, code, message: said, hint } = self;
        for (field, text) in [(b'S', severity), (b'V', severity), (b'C', code), (b'M', said), (b'H', hint)] {
            if !text.is_empty() {
                body.push(field);
                body.extend(text.bytes().filter(|&byte| byte != 0));
                body.push(0);
            }
        }
        body.push(0);
        message(kind, &body)
    }
}

/// A NoticeResponse.
pub(crate) fn notice(text: &str) -> Vec<u8> {
    let report =
        Report { severity: "NOTICE".into(), code: "00000".into(), message: text.into(), hint: String::new() };
    report.to_bytes(b'N')
}

/// A message of that type.
pub(crate) fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap_or(u32::MAX);
    [&[kind][..], &length.to_be_bytes(), body].concat()
}

/// A request of the sign-in, or its end.
pub(crate) fn authentication(code: u32, data: &[u8]) -> Vec<u8> {
    message(b'R', &[&code.to_be_bytes(), data].concat())
}

/// Says which version of the protocol is spoken here, and which options are not known.
pub(crate) fn negotiate_version(version: u32, options: &[&str]) -> Vec<u8> {
    let count = u32::try_from(options.len()).unwrap_or(u32::MAX);
    let mut body = [version.to_be_bytes(), count.to_be_bytes()].concat();
    for option in options {
        body.extend_from_slice(option.as_bytes());
        body.push(0);
    }
    message(b'v', &body)
}

/// A text that ends with a zero, taken off; all of it when it was cut off.
pub(crate) fn text<'a>(body: &mut &'a [u8]) -> &'a [u8] {
    match memchr::memchr(0, body) {
        Some(end) => {
            let text = &body[..end];
            *body = &body[end + 1..];
            text
        }
        None => std::mem::take(body),
    }
}

/// A 16-bit number, taken off.
pub(crate) fn number16(body: &mut &[u8]) -> Option<u16> {
    let (number, rest) = body.split_first_chunk()?;
    *body = rest;
    Some(u16::from_be_bytes(*number))
}

/// A 32-bit number, taken off.
pub(crate) fn number32(body: &mut &[u8]) -> Option<i32> {
    let (number, rest) = body.split_first_chunk()?;
    *body = rest;
    Some(i32::from_be_bytes(*number))
}

/// Number of rows in the tag of a finished command, if it has one: the last word.
pub(crate) fn rows(tag: &str) -> Option<u64> {
    tag.rsplit_once(' ').and_then(|(_, rows)| rows.parse().ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Report, rows};

    #[test]
    fn an_error_is_read_as_it_was_written() {
        let report = Report {
            severity: "ERROR".into(),
            code: "42P01".into(),
            message: "relation \"x\" does not exist".into(),
            hint: "make it".into(),
        };
        assert_eq!(Report::read(&report.error()[5..]), report);
        let translated = b"SFEHLER\0VERROR\0C42P01\0Mwhat\0\0";
        assert_eq!(Report::read(translated).severity, "ERROR");
    }

    #[test]
    fn tags_end_with_their_rows() {
        for (tag, count) in
            [("SELECT 5", Some(5)), ("INSERT 0 1", Some(1)), ("CREATE TABLE", None), ("BEGIN", None)]
        {
            assert_eq!(rows(tag), count, "{tag}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_report(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let report = Report::read(&bytes);
            prop_assert_eq!(Report::read(&report.error()[5..]), report);
        }
    }
}
