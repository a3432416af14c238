//! The text of a command that has no terminal, made fit for a screen.
//!
//! Line feeds start a line and tabs stay; every other control character is shown and obeyed by
//! nobody.

/// The output of a command without a terminal, as a screen is to draw it.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len() + 16);
    for ch in text.chars() {
        match ch {
            '\n' => shown.push_str("\r\n"),
            '\t' => shown.push('\t'),
            '\0'..='\x1f' => shown.push(picture_of(ch)),
            '\x7f' => shown.push('\u{2421}'),
            '\u{80}'..='\u{9f}' => shown.push(char::REPLACEMENT_CHARACTER),
            ch => shown.push(ch),
        }
    }
    shown
}

/// The control picture (U+2400 to U+241F) of a C0 control.
fn picture_of(control: char) -> char {
    char::from_u32(0x2400 + u32::from(control)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn controls_are_shown_and_lines_start_at_the_left() {
        for (given, shown) in [
            ("a\nb", "a\r\nb"),
            ("a\tb", "a\tb"),
            ("\x1b[2J", "␛[2J"),
            ("\0\x7f\r", "␀␡␍"),
            ("\u{9b}2J", "\u{fffd}2J"),
            ("é世", "é世"),
        ] {
            assert_eq!(visible(given), shown);
        }
    }
}
