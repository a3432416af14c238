//! A line of cells as runs of text that look alike and keep to the grid.

use screen::Cell;

use super::ink::Look;

/// Widths below this many thousandths of an em are no difference that anybody sees.
const TOLERANCE: i32 = 2;

/// Text of one look whose characters share one correction of their width.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) text: String,
    pub(crate) look: Look,
    /// What each character needs after it to fill its cells, in thousandths of an em.
    pub(crate) spacing: i32,
}

/// Widths of the font in use, in thousandths of an em.
pub(crate) trait Widths {
    /// One cell.
    fn cell(&self) -> i32;
    /// How far the character moves the pen.
    fn of(&mut self, ch: char) -> i32;
}

/// The runs of a line, blanks that show nothing cut off its end. `cursor` is the column of the
/// cursor when it is on this line and shown.
pub(crate) fn runs(cells: &[Cell], cursor: Option<usize>, widths: &mut impl Widths) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (column, cell) in cells.iter().enumerate().take(extent(cells, cursor)) {
        if cell.width() == 0 {
            continue;
        }
        let covers = |cursor: usize| (column..column + usize::from(cell.width())).contains(&cursor);
        let look = match cursor {
            Some(cursor) if covers(cursor) => Look::of(cell.pen()).under_cursor(),
            _ => Look::of(cell.pen()),
        };
        let ch = cell.char();
        let spacing = spacing(ch, cell.width(), widths);
        match runs.last_mut() {
            Some(run) if run.look == look && run.spacing == spacing => run.text.push(ch),
            _ => runs.push(Run { text: ch.into(), look, spacing }),
        }
    }
    runs
}

/// How many cells of the line are worth drawing.
fn extent(cells: &[Cell], cursor: Option<usize>) -> usize {
    let drawn = |cell: &Cell| cell.char() != ' ' || !Look::of(cell.pen()).blank_is_nothing();
    // The tail of a wide character is a blank behind something drawn: keep it with its head.
    let text = cells.iter().rposition(|cell| cell.width() == 0 || drawn(cell)).map_or(0, |last| last + 1);
    text.max(cursor.map_or(0, |column| column + 1)).min(cells.len())
}

fn spacing(ch: char, cells: u8, widths: &mut impl Widths) -> i32 {
    // The font is monospaced: its own letters need no measuring.
    if ch.is_ascii() && cells == 1 {
        return 0;
    }
    let spacing = widths.cell() * i32::from(cells) - widths.of(ch);
    if spacing.abs() <= TOLERANCE { 0 } else { spacing }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use screen::Screen;
    use wire::live::Size;

    use super::*;

    struct Font;

    impl Widths for Font {
        fn cell(&self) -> i32 {
            600
        }

        fn of(&mut self, ch: char) -> i32 {
            match ch {
                '─' | 'é' => 601,
                '⚡' => 1245,
                '日' | '本' => 1000,
                _ => 600,
            }
        }
    }

    fn lines(cols: u16, rows: u16, text: &str) -> String {
        let mut screen = Screen::new(Size { cols, rows });
        screen.feed(text);
        let cursor = screen.cursor().position();
        let mut out = String::new();
        for (row, line) in screen.lines().enumerate() {
            let column = cursor.filter(|(_, at)| *at == row).map(|(column, _)| column);
            for run in runs(line.cells(), column, &mut Font) {
                write!(out, "[{:?}", run.text).unwrap();
                if !run.look.classes().is_empty() {
                    write!(out, " {}", run.look.classes()).unwrap();
                }
                for ink in [run.look.ink, run.look.ground].iter().filter_map(|ink| ink.css()) {
                    write!(out, " {ink}").unwrap();
                }
                if run.spacing != 0 {
                    write!(out, " {:+}", run.spacing).unwrap();
                }
                out.push(']');
            }
            out.push('\n');
        }
        out
    }

    #[test]
    fn a_screen_as_runs() {
        let screen = "plain   \r\n\
            \x1b[1;31mbold red\x1b[0m then \x1b[2;3;4;9mall of it\x1b[0m  \r\n\
            \x1b[38;5;208morange\x1b[48;2;1;2;3m on night  \x1b[0m\r\n\
            \x1b[7minverse\x1b[0m \x1b[97;104mbright\x1b[0m\r\n\
            日本 ⚡ é ──┐\r\n\
            turned \u{202e}evil\u{200b}\x1b[?25l";
        insta::assert_snapshot!(lines(26, 6, screen), @r#"
        ["plain"]
        ["bold red" fg-1 scr-bold][" then "]["all of it" scr-faint scr-italic scr-under scr-strike]
        ["orange" #ff8700][" on night  " #ff8700 #010203]
        ["inverse" fg-ground bg-text][" "]["bright" fg-15 bg-12]
        ["日本" +200][" "]["⚡" -45][" é ──┐"]
        ["turned evil"]
        "#);
    }

    #[test]
    fn the_cursor_stands_behind_the_text_and_on_a_wide_character() {
        insta::assert_snapshot!(lines(12, 1, "ab\x1b[1;6H"), @r#"["ab   "][" " fg-ground bg-text scr-cursor]"#);
        insta::assert_snapshot!(
            lines(12, 1, "a日本\x1b[1;3H"),
            @r#"["a"]["日" fg-ground bg-text scr-cursor +200]["本" +200]"#
        );
        insta::assert_snapshot!(lines(4, 1, "full\x1b[?25l"), @r#"["full"]"#);
    }
}
