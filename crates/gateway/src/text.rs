//! Text from outside and errors of the system, in a form that is fit to be shown. Pure.

use std::fmt::Write;

/// Text from outside as it may be written to a terminal: control, bidirectional and invisible
/// characters are spelled out.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_tame(character) {
            shown.push(character);
        } else {
            // Writing to a String does not fail.
            let _ = write!(shown, "<U+{:04X}>", u32::from(character));
        }
    }
    shown
}

fn is_tame(character: char) -> bool {
    !character.is_control()
        && !matches!(u32::from(character),
            0xAD | 0x61C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F
            | 0x2028..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0
            | 0xFFF0..=0xFFFB | 0xE0000..=0xE0FFF)
}

/// An error of the operating system in a few words, without its number.
#[must_use]
pub fn io_error(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((words, _)) => words.to_lowercase(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn text_from_outside_cannot_move_a_cursor() {
        let cases = [
            ("plain", "plain"),
            ("Zoë 東京", "Zoë 東京"),
            ("a\x1b[2Jb", "a<U+001B>[2Jb"),
            ("line\r\nbreak", "line<U+000D><U+000A>break"),
            ("\u{202e}drow", "<U+202E>drow"),
            ("\u{9b}31m", "<U+009B>31m"),
        ];
        for (text, shown) in cases {
            assert_eq!(visible(text), shown);
        }
    }
}
