//! Text from outside, made safe to read: what a terminal or a browser would act on is shown instead.
//!
//! Never changes what is stored or exported; only what the page shows.

use std::borrow::Cow;
use std::fmt::Write;

/// `text` with control characters as their pictures (`␛`) and bidirectional, invisible and
/// unassigned-looking characters as their code point (`⟨U+202E⟩`).
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\0'..='\x1f' => shown.push(picture(c)),
            '\x7f' => shown.push('\u{2421}'),
            c if is_hidden(c) => {
                let _infallible = write!(shown, "⟨U+{:04X}⟩", u32::from(c));
            }
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

/// The picture of a C0 control character.
fn picture(c: char) -> char {
    char::from_u32(0x2400 + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Whether a reader would not see `c`, or would see what stands beside it in another order.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// `text` as one component of a URL's query: everything but unreserved characters (RFC 3986
/// section 2.3) and `/` is percent-encoded.
#[must_use]
pub fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                encoded.push(char::from(byte));
            }
            _ => {
                let _infallible = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

/// `text` as a value in the query of an address, left as readable as an address allows.
#[must_use]
pub fn in_address(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() + 8);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => encoded.push(char::from(byte)),
            b'-' | b'.' | b'_' | b'~' | b'/' | b':' | b',' | b'@' | b'*' | b'=' => {
                encoded.push(char::from(byte));
            }
            _ => {
                let _infallible = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

/// The address of `path` with a query of those pairs that have a value.
#[must_use]
pub fn address<'v>(path: &str, pairs: impl IntoIterator<Item = (&'v str, &'v str)>) -> String {
    let mut address = path.to_owned();
    let mut next = '?';
    for (name, value) in pairs {
        if !value.is_empty() {
            address.push(next);
            let _infallible = write!(address, "{name}={}", percent_encoded(value));
            next = '&';
        }
    }
    address
}

/// `n` as counts are shown: in the viewer's own way where the page may speak so, else with a thin space
/// between thousands.
#[must_use]
pub fn count(n: usize) -> String {
    crate::clock::local_number(n).unwrap_or_else(|| grouped(n))
}

fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len());
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            shown.push('\u{202f}');
        }
        shown.push(digit);
    }
    shown
}

/// One or two letters that stand for a person: those of the full name, else of the name.
#[must_use]
pub fn initials(name: &str, full_name: &str) -> String {
    let mut words =
        full_name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let picked: String = match (words.next(), words.next_back()) {
        (Some(first), Some(last)) => [first, last].iter().collect(),
        (Some(first), None) => first.to_string(),
        _ => name.chars().filter(|c| c.is_alphanumeric()).take(2).collect(),
    };
    picked.to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hidden_characters_are_shown() {
        for (text, shown) in [
            ("plain é 漢字 🙂", "plain é 漢字 🙂"),
            ("a\x1b[31mb", "a␛[31mb"),
            ("line\r\nbreak\ttab\0", "line␍␊break␉tab␀"),
            ("del\x7f c1\u{9b}", "del␡ c1⟨U+009B⟩"),
            ("user\u{202e}exe.txt", "user⟨U+202E⟩exe.txt"),
            ("zero\u{200b}width\u{feff}", "zero⟨U+200B⟩width⟨U+FEFF⟩"),
            ("tag\u{e0041}", "tag⟨U+E0041⟩"),
        ] {
            assert_eq!(visible(text), shown, "{text:?}");
        }
    }

    #[test]
    fn a_path_and_query_fit_into_a_query() {
        assert_eq!(percent_encoded("/sessions?watch=a&b c"), "/sessions%3Fwatch%3Da%26b%20c");
    }

    #[test]
    fn counts_are_grouped() {
        for (n, shown) in
            [(0, "0"), (128, "128"), (1234, "1\u{202f}234"), (1_000_000, "1\u{202f}000\u{202f}000")]
        {
            assert_eq!(count(n), shown);
        }
    }

    #[test]
    fn people_have_initials() {
        for (name, full_name, shown) in [
            ("alice", "Alice Moreno", "AM"),
            ("jsato", "Jin van der Sato", "JS"),
            ("root", "", "RO"),
            ("x", "Prince", "P"),
            ("--", "  ", ""),
        ] {
            assert_eq!(initials(name, full_name), shown);
        }
    }

    proptest! {
        #[test]
        fn nothing_hidden_is_left(text in any::<String>()) {
            let shown = visible(&text).into_owned();
            prop_assert!(!shown.chars().any(is_hidden));
            prop_assert_eq!(visible(&shown).into_owned(), shown);
        }
    }
}
