//! What is printed: lines as things happen, and a frame with what one needs to know.

use std::io::{Write as _, stdout};

/// Prints a line. A terminal that has gone away must not keep the rest from being put away.
pub(crate) fn say(line: &str) {
    let _ = writeln!(stdout(), "{line}");
}

/// A frame around lines.
pub(crate) fn framed(lines: &[String]) -> String {
    let width = lines.iter().map(|line| line.chars().count()).max().unwrap_or_default();
    let bar = "─".repeat(width + 4);
    let mut text = format!("╭{bar}╮\n");
    for line in lines {
        let rest = " ".repeat(width - line.chars().count());
        text.push_str(&format!("│  {line}{rest}  │\n"));
    }
    text.push_str(&format!("╰{bar}╯\n"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_as_wide_as_the_widest() {
        let text = framed(&["one".to_owned(), String::new(), "größer".to_owned()]);
        assert_eq!(text, "╭──────────╮\n│  one     │\n│          │\n│  größer  │\n╰──────────╯\n");
    }
}
