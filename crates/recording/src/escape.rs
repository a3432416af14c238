//! Text as a string of JSON (RFC 8259 section 7) that any program may print or split into lines.

/// What a byte asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Plain,
    /// Always escaped.
    Escape,
    /// The first byte of characters of which some are escaped: U+0080 to U+009F, U+2028, U+2029.
    Perhaps,
}

const CLASSES: [Class; 256] = {
    let mut classes = [Class::Plain; 256];
    let mut byte = 0;
    while byte < 0x20 {
        classes[byte] = Class::Escape;
        byte += 1;
    }
    classes[b'"' as usize] = Class::Escape;
    classes[b'\\' as usize] = Class::Escape;
    classes[0x7f] = Class::Escape;
    classes[0xc2] = Class::Perhaps;
    classes[0xe2] = Class::Perhaps;
    classes
};

/// Bytes that are looked at in one go, so that plain text is copied in long runs.
const STRIDE: usize = 16;

/// Appends the text as a string, with its quotes.
pub(crate) fn push(out: &mut Vec<u8>, text: &str) {
    out.reserve(text.len() + text.len() / 8 + 2);
    out.push(b'"');
    push_bare(out, text);
    out.push(b'"');
}

/// JSON whose strings may hold control characters beyond ASCII, which `serde_json` leaves as they are.
pub(crate) fn harden(json: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(json.len());
    let mut from = 0;
    // In JSON they stand within strings alone, so what replaces them is always an escape.
    for (at, ch) in
        json.char_indices().filter(|(_, ch)| matches!(ch, '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}'))
    {
        out.extend_from_slice(&json.as_bytes()[from..at]);
        push_unicode(&mut out, ch as u32);
        from = at + ch.len_utf8();
    }
    out.extend_from_slice(&json.as_bytes()[from..]);
    out
}

fn push_bare(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    let (mut from, mut at) = (0, 0);
    while at < bytes.len() {
        if let Some(stride) = bytes[at..].first_chunk::<STRIDE>()
            && is_plain(stride)
        {
            at += STRIDE;
            continue;
        }
        let end = (at + STRIDE).min(bytes.len());
        while at < end {
            let byte = bytes[at];
            let escaped = match CLASSES[usize::from(byte)] {
                Class::Plain => None,
                Class::Escape => Some((u32::from(byte), 1)),
                Class::Perhaps => beyond_ascii(&bytes[at..]),
            };
            if let Some((code, length)) = escaped {
                out.extend_from_slice(&bytes[from..at]);
                push_escape(out, code);
                at += length;
                from = at;
            } else {
                at += 1;
            }
        }
    }
    out.extend_from_slice(&bytes[from..]);
}

/// Without a branch a byte, so that it becomes a few wide instructions.
fn is_plain(stride: &[u8; STRIDE]) -> bool {
    stride
        .iter()
        .fold(true, |plain, &byte| plain & (byte >= 0x20) & (byte != b'"') & (byte != b'\\') & (byte < 0x7f))
}

/// The character that the bytes begin with and the number of its bytes, if it is escaped.
const fn beyond_ascii(bytes: &[u8]) -> Option<(u32, usize)> {
    match bytes {
        [0xc2, low @ 0x80..=0x9f, ..] => Some((*low as u32, 2)),
        [0xe2, 0x80, low @ 0xa8..=0xa9, ..] => Some((0x2000 + (*low as u32 - 0x80), 3)),
        _ => None,
    }
}

fn push_escape(out: &mut Vec<u8>, code: u32) {
    match code {
        0x22 => out.extend_from_slice(b"\\\""),
        0x5c => out.extend_from_slice(b"\\\\"),
        0x08 => out.extend_from_slice(b"\\b"),
        0x09 => out.extend_from_slice(b"\\t"),
        0x0a => out.extend_from_slice(b"\\n"),
        0x0c => out.extend_from_slice(b"\\f"),
        0x0d => out.extend_from_slice(b"\\r"),
        _ => push_unicode(out, code),
    }
}

fn push_unicode(out: &mut Vec<u8>, code: u32) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |shift: u32| DIGITS[(code >> shift & 0xf) as usize];
    out.extend_from_slice(&[b'\\', b'u', digit(12), digit(8), digit(4), digit(0)]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pushed(text: &str) -> String {
        let mut out = Vec::new();
        push(&mut out, text);
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn escapes_what_a_terminal_or_a_reader_of_lines_would_obey() {
        for (text, json) in [
            ("", r#""""#),
            ("ls -l\r\n", r#""ls -l\r\n""#),
            ("\x1b[1m\"\\\x08\x0c\t\0", r#""\u001b[1m\"\\\b\f\t\u0000""#),
            ("\u{7f}\u{80}\u{9f}\u{a0}é", "\"\\u007f\\u0080\\u009f\u{a0}é\""),
            ("\u{2027}\u{2028}\u{2029}\u{202a}─", "\"\u{2027}\\u2028\\u2029\u{202a}─\""),
            ("0123456789abcdef0123456789abcde\u{85}", "\"0123456789abcdef0123456789abcde\\u0085\""),
            ("🎉", "\"🎉\""),
        ] {
            assert_eq!(pushed(text), json);
        }
    }

    #[test]
    fn json_of_others_is_hardened() {
        assert_eq!(harden("{\"a\":\"x\u{85}y\u{2028}\"}"), b"{\"a\":\"x\\u0085y\\u2028\"}");
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in any::<String>(), more in "[ -~\u{7f}-\u{a0}\u{2020}-\u{2030}]{0,80}") {
            let text = text + &more;
            let json = pushed(&text);
            let is_obeyed = |ch: char| ch.is_control() || ch == '\u{2028}' || ch == '\u{2029}';
            prop_assert!(!json.contains(is_obeyed));
            prop_assert_eq!(serde_json::from_str::<String>(&json).expect("JSON"), text.clone());
            let hardened = harden(&serde_json::to_string(&text).expect("JSON"));
            prop_assert_eq!(serde_json::from_slice::<String>(&hardened).expect("JSON"), text);
        }
    }
}
