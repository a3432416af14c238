//! Lines put above the one that the cursor is on, on the screen of a program that knows nothing of them.
//!
//! Rows are inserted, nothing is drawn again: the cursor's line keeps its text, colours and place in
//! the row, so a half typed command stays as it is.

use std::fmt::Write as _;

use avt::{Color, Line, Pen};
use unicode_width::UnicodeWidthChar as _;

use crate::Screen;

/// On fewer rows there is no room beside the cursor's line.
const ROWS: usize = 3;

/// Whether and how lines can be put there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aside {
    /// Write this; then they are there.
    Write(String),
    /// Not now: a sequence is under way.
    Busy,
    /// Not while a program has the screen to itself: the alternate screen is on, margins are set, or
    /// letters stand for lines.
    Taken,
}

impl Screen {
    /// What puts `lines` above the line that the cursor is on. They must hold no control characters;
    /// what is too long for a row is cut into several.
    #[must_use]
    pub fn aside(&self, lines: &[String]) -> Aside {
        if !self.is_ground() {
            return Aside::Busy;
        }
        let size = self.size();
        let (cols, rows) = (usize::from(size.cols), usize::from(size.rows));
        if self.modes().alternate_screen || !self.scrolls_whole() || rows < ROWS {
            return Aside::Taken;
        }
        let dump = self.dump();
        let shadow = || Self::restore(size, self.modes(), String::new(), &dump);
        let Some(pen) = pen_of(shadow()) else { return Aside::Taken };
        let mut shadow = shadow();
        let mut text = String::new();
        for (above, row) in lines.iter().flat_map(|line| in_rows(line, cols)).enumerate() {
            let step = insert(&shadow, &row, above);
            shadow.feed(&step);
            text.push_str(&step);
        }
        text.push_str(&self.column(cols));
        text.push_str(&sgr(&pen));
        Aside::Write(text)
    }

    /// Brings a cursor that is somewhere in its row to where this one is.
    fn column(&self, cols: usize) -> String {
        let cursor = self.cursor();
        if cursor.col < cols {
            return format!("\r{}", go(cursor.col, 'C'));
        }
        // Behind the last column one only comes by writing a character there.
        let cells = self.line(cursor.row).map_or(&[][..], Line::cells);
        let at = cells.iter().rposition(|cell| cell.width() > 0).unwrap_or(0);
        let Some(cell) = cells.get(at) else { return String::new() };
        format!("\r{}{}{}", go(at, 'C'), sgr(cell.pen()), cell.char())
    }
}

/// One row above the cursor's line, where `above` were put before; leaves the cursor in its row, and the
/// pen plain.
fn insert(screen: &Screen, text: &str, above: usize) -> String {
    let rows = screen.lines().len();
    let mut row = screen.cursor().row;
    let is_wrapped = |row: usize| screen.line(row).is_some_and(Line::is_wrapped);
    let mut first = row;
    while first > 0 && is_wrapped(first - 1) {
        first -= 1;
    }
    let mut last = row;
    while last + 1 < rows && is_wrapped(last) {
        last += 1;
    }
    let bottom = rows - 1;
    let is_free = last < bottom
        && screen.line(bottom).is_some_and(|line| {
            line.cells().iter().all(|cell| cell.char() == ' ' && cell.pen().background().is_none())
        });
    let mut out = String::from("\x1b[0m");
    let mut at = row;
    // Where the last row is not free the first goes into the scrollback, unless it is the cursor's or
    // one of ours.
    if !is_free && (first > above || row == bottom) {
        out += &go(bottom - row, 'B');
        out.push('\n');
        at = bottom;
        first = first.saturating_sub(1);
        row -= 1;
    }
    out.push('\r');
    out += &go(at - first, 'A');
    out += "\x1b[L";
    out += text;
    out.push('\r');
    out += &go(row + 1 - first, 'B');
    out
}

/// The pen, if letters are letters; `screen` is written to.
fn pen_of(mut screen: Screen) -> Option<Pen> {
    const LETTER: char = 'q';
    screen.feed(&format!("\r{LETTER}"));
    let cell = screen.line(screen.cursor().row)?.cells().first()?;
    (cell.char() == LETTER).then(|| *cell.pen())
}

/// A move by so many cells; none is no move.
fn go(cells: usize, way: char) -> String {
    if cells == 0 { String::new() } else { format!("\x1b[{cells}{way}") }
}

fn sgr(pen: &Pen) -> String {
    let mut out = String::from("\x1b[0");
    for (is_set, code) in [
        (pen.is_bold(), 1),
        (pen.is_faint(), 2),
        (pen.is_italic(), 3),
        (pen.is_underline(), 4),
        (pen.is_blink(), 5),
        (pen.is_inverse(), 7),
        (pen.is_strikethrough(), 9),
    ] {
        if is_set {
            // Writing to a String does not fail.
            let _ = write!(out, ";{code}");
        }
    }
    for (color, base) in [(pen.foreground(), 38), (pen.background(), 48)] {
        let _ = match color {
            Some(Color::Indexed(index)) => write!(out, ";{base};5;{index}"),
            Some(Color::RGB(rgb)) => write!(out, ";{base};2;{};{};{}", rgb.r, rgb.g, rgb.b),
            None => Ok(()),
        };
    }
    out.push('m');
    out
}

/// Text cut to rows of so many columns, at spaces where there are some.
fn in_rows(text: &str, cols: usize) -> Vec<String> {
    let mut rows = vec![String::new()];
    let mut width = 0;
    for word in text.split_inclusive(' ') {
        let length: usize = word.trim_end().chars().map(columns).sum();
        if width > 0 && width + length > cols && length <= cols {
            rows.push(String::new());
            width = 0;
        }
        for ch in word.chars() {
            let wide = columns(ch);
            if width + wide > cols && ch != ' ' {
                rows.push(String::new());
                width = 0;
            }
            if width + wide <= cols
                && let Some(row) = rows.last_mut()
            {
                row.push(ch);
                width += wide;
            }
        }
    }
    rows
}

fn columns(ch: char) -> usize {
    ch.width().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use wire::live::Size;

    use super::{Aside, in_rows, pen_of};
    use crate::Screen;

    fn screen(cols: u16, rows: u16, text: &str) -> Screen {
        let mut screen = Screen::new(Size { cols, rows });
        screen.feed(text);
        screen
    }

    fn with(mut screen: Screen, lines: &[&str]) -> Screen {
        let lines: Vec<_> = lines.iter().map(|&line| line.to_owned()).collect();
        match screen.aside(&lines) {
            Aside::Write(text) => screen.feed(&text),
            other => panic!("{other:?}"),
        }
        screen
    }

    #[test]
    fn lines_come_above_a_half_typed_command() {
        let at_top = with(screen(20, 5, "$ ls\r\na b\r\n$ rm -r"), &["olga watches"]);
        assert_eq!(at_top.text(), "$ ls\na b\nolga watches\n$ rm -r\n");
        assert_eq!((at_top.cursor().row, at_top.cursor().col), (3, 7));
        let at_bottom = with(screen(20, 3, "one\r\ntwo\r\n$ rm\x1b[2D"), &["first", "second"]);
        assert_eq!(at_bottom.text(), "first\nsecond\n$ rm");
        assert_eq!((at_bottom.cursor().row, at_bottom.cursor().col), (2, 2));
        let wrapped = with(screen(5, 5, "one\r\n$ abcdefgh"), &["hi"]);
        assert_eq!(wrapped.text(), "one\nhi\n$ abc\ndefgh\n");
        let mut wrapped = with(screen(5, 5, "a\r\nb\r\nc\r\n$ abcdefgh\x1b[A"), &["hello you"]);
        assert_eq!(wrapped.text(), "c\nhello\nyou\n$ abc\ndefgh");
        wrapped.feed("!");
        assert_eq!(wrapped.text(), "c\nhello\nyou\n$ ab!\ndefgh");
    }

    #[test]
    fn text_goes_on_in_its_colour_and_wraps_where_it_would_have() {
        let mut with_pen = with(screen(4, 4, "\x1b[1;38;5;9;48;2;1;2;3mabcd"), &["note"]);
        with_pen.feed("e");
        assert_eq!(with_pen.text(), "note\nabcd\ne\n");
        let cells = |screen: &Screen, row: usize| screen.line(row).unwrap().cells().to_vec();
        assert_eq!(cells(&with_pen, 1)[3].pen(), cells(&with_pen, 2)[0].pen());
        assert!(cells(&with_pen, 2)[0].pen().is_bold());
        assert!(cells(&with_pen, 0)[0].pen().is_default());
    }

    #[test]
    fn nothing_is_put_into_a_sequence_or_a_full_screen_program() {
        for (text, aside) in [
            ("\x1b[3", Aside::Busy),
            ("\x1b]2;tit", Aside::Busy),
            ("\x1b[?1049h", Aside::Taken),
            ("\x1b[2;4r", Aside::Taken),
            ("\x1b(0", Aside::Taken),
        ] {
            assert_eq!(screen(20, 5, text).aside(&["x".into()]), aside, "{text:?}");
        }
        assert_eq!(screen(20, 2, "").aside(&["x".into()]), Aside::Taken);
        assert!(matches!(screen(20, 5, "\x1b[?1049h\x1b[?1049l").aside(&["x".into()]), Aside::Write(_)));
    }

    #[test]
    fn rows_are_cut_at_spaces() {
        for (text, cols, rows) in [
            ("one two", 10, vec!["one two"]),
            ("one two", 5, vec!["one ", "two"]),
            ("abcdefg", 3, vec!["abc", "def", "g"]),
            ("a 東京都", 4, vec!["a 東", "京都"]),
            ("世", 1, vec!["", ""]),
            ("", 5, vec![""]),
        ] {
            assert_eq!(in_rows(text, cols), rows, "{text:?}");
        }
    }

    /// The cursor's line: its rows, and where the cursor is in it.
    fn cursor_line(screen: &Screen) -> (Vec<String>, usize, usize) {
        let row = screen.cursor().row;
        let wrapped = |row: usize| screen.line(row).is_some_and(avt::Line::is_wrapped);
        let first = (0..row).rev().take_while(|&row| wrapped(row)).last().unwrap_or(row);
        let last = (row..screen.lines().len()).find(|&row| !wrapped(row)).unwrap_or(row);
        let rows =
            (first..=last).filter_map(|row| screen.line(row)).map(|line| format!("{:?}", line.cells()));
        (rows.collect(), row - first, screen.cursor().col)
    }

    proptest! {
        #[test]
        fn the_cursors_line_is_as_it_was(
            cols in 4..30_u16,
            rows in 4..12_u16,
            text in "([ -~é世]{0,12}|\r\n|\x1b\\[[0-9;]{0,4}[ABCDHJKm]){0,40}",
            note in "[a-z 世]{1,20}",
            more in "[a-z]{0,40}",
        ) {
            let mut before = screen(cols, rows, &text);
            // A line as high as the screen cannot but lose its top.
            prop_assume!(cursor_line(&before).0.len() + in_rows(&note, cols.into()).len() < rows.into());
            let mut after = with(screen(cols, rows, &text), &[&note]);
            prop_assert_eq!(cursor_line(&before), cursor_line(&after));
            prop_assert_eq!(
                pen_of(Screen::restore(before.size(), before.modes(), String::new(), &before.dump())),
                pen_of(Screen::restore(after.size(), after.modes(), String::new(), &after.dump()))
            );
            let rows = in_rows(&note, cols.into());
            let shown = after.text();
            prop_assert!(rows.iter().all(|row| shown.contains(row.trim_end())), "{:?} in {:?}", rows, shown);
            if more.len() < cols.into() && before.cursor().row + 2 < before.lines().len() {
                before.feed(&more);
                after.feed(&more);
                prop_assert_eq!(cursor_line(&before).2, cursor_line(&after).2);
            }
        }
    }
}
