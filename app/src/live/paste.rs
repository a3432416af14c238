//! Pasted text as the bytes that a terminal sends for it.
//!
//! Pure. Nothing that was pasted can end the brackets or stand for a key.

/// What ends bracketed text: never part of it.
const END: &str = "\x1b[201~";

/// The text to send: lines end as with Enter, control characters but the tab are left out, and the
/// program is told where it begins and ends if it asked for that.
pub(crate) fn bytes(text: &str, bracketed: bool) -> Vec<u8> {
    let lines = text.replace(END, "").replace("\r\n", "\r").replace('\n', "\r");
    let kept: String = lines.chars().filter(|ch| matches!(ch, '\r' | '\t') || !ch.is_control()).collect();
    if bracketed { format!("\x1b[200~{kept}{END}") } else { kept }.into_bytes()
}

/// How many lines a paste has; the end of the last one begins no other.
pub(crate) fn lines(text: &str) -> usize {
    text.replace("\r\n", "\n").replace('\r', "\n").lines().count()
}

/// Whether somebody should look at it first: it presses Enter.
pub(crate) fn is_risky(text: &str) -> bool {
    text.contains(['\n', '\r'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_made_safe_to_send() {
        for (text, plain) in [
            ("ls", "ls"),
            ("one\ntwo\r\nthree\rfour", "one\rtwo\rthree\rfour"),
            ("a\tb", "a\tb"),
            ("stop\x03\x04now\x7f", "stopnow"),
            ("é 日\u{9b}31m", "é 日31m"),
            ("before\x1b[201~after", "beforeafter"),
            ("be\x1b[2\x1b[201~01~after", "be[201~after"),
            ("\x1b]0;title\x07", "]0;title"),
        ] {
            assert_eq!(String::from_utf8(bytes(text, false)).unwrap(), plain, "{text:?}");
            let bracketed = String::from_utf8(bytes(text, true)).unwrap();
            assert_eq!(bracketed, format!("\x1b[200~{plain}\x1b[201~"), "{text:?}");
            assert_eq!(bracketed.matches(END).count(), 1);
        }
    }

    #[test]
    fn what_presses_enter_is_risky() {
        for (text, lines_of, risky) in [
            ("ls", 1, false),
            ("ls\n", 1, true),
            ("a\nb", 2, true),
            ("a\r\nb\r\n", 2, true),
            ("a\rb", 2, true),
        ] {
            assert_eq!((lines(text), is_risky(text)), (lines_of, risky), "{text:?}");
        }
    }
}
