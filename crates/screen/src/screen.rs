//! The screen: cells, cursor, modes and title after everything that was fed.

use std::borrow::Cow;
use std::ops::Range;

use avt::{Cursor, Line, Observation, Observer, Terminal};
use unicode_width::UnicodeWidthChar as _;
use wire::live::{Modes, Size};

use crate::flood::{self, Footing};
use crate::listener::{Amend, Listener};

/// Text shorter than this is drawn as it is, in bytes: looking for a flood would cost more.
const FLOOD: usize = 8 << 10;

/// A terminal's screen. Takes any text and any [`Size`].
pub struct Screen {
    terminal: Terminal,
    listener: Listener,
    dirty: DirtyRows,
}

impl Screen {
    /// A blank screen.
    #[must_use]
    pub fn new(size: Size) -> Self {
        Self::restore(size, Modes::default(), String::new(), "")
    }

    /// The screen that [`Screen::dump`], [`Screen::modes`] and [`Screen::title`] were taken from.
    #[must_use]
    pub fn restore(size: Size, modes: Modes, title: String, dump: &str) -> Self {
        let size = Size::clamped(size.cols.into(), size.rows.into());
        let terminal =
            Terminal::new(size.cols.into(), size.rows.into()).expect("a clamped size is never zero");
        let mut screen = Self {
            terminal,
            listener: Listener::new(size.rows.into(), modes, title),
            dirty: DirtyRows(vec![true; size.rows.into()]),
        };
        screen.draw(dump);
        screen
    }

    /// Draws text that the program wrote.
    pub fn feed(&mut self, text: &str) {
        let mut rest = text;
        while rest.len() >= FLOOD {
            rest = self.feed_flood(rest);
        }
        self.draw(rest);
    }

    /// Gives the screen another size, as the owner's window has it.
    pub fn resize(&mut self, size: Size) {
        let size = Size::clamped(size.cols.into(), size.rows.into());
        self.listener.resize(size.rows.into());
        self.terminal.resize_with(size.cols.into(), size.rows.into(), &mut self.dirty);
    }

    /// Text that draws this screen on a fresh one of its size, unfinished sequences included; modes
    /// and title go beside it.
    #[must_use]
    pub fn dump(&self) -> String {
        self.terminal.dump()
    }

    /// Its size.
    #[must_use]
    pub fn size(&self) -> Size {
        let (cols, rows) = self.terminal.size();
        let cells = |value: usize| u16::try_from(value).unwrap_or(Size::MAX);
        Size { cols: cells(cols), rows: cells(rows) }
    }

    /// Modes that the program set.
    #[must_use]
    pub fn modes(&self) -> Modes {
        let alternate_screen = self.terminal.active_screen_kind() == avt::ScreenKind::Alternate;
        Modes { alternate_screen, ..self.listener.modes() }
    }

    /// Whether the program wants its cursor keys as SS3 (DECCKM).
    #[must_use]
    pub fn app_cursor(&self) -> bool {
        self.terminal.cursor_key_app_mode()
    }

    /// The title that the program set; empty when none.
    #[must_use]
    pub fn title(&self) -> &str {
        self.listener.title()
    }

    /// The cursor. Its column is the number of columns after a character in the last one.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        self.terminal.cursor()
    }

    /// The rows, from the top.
    pub fn lines(&self) -> impl ExactSizeIterator<Item = &Line> {
        self.terminal.screen().visible_lines()
    }

    /// One row, the top one being 0.
    #[must_use]
    pub fn line(&self, row: usize) -> Option<&Line> {
        self.terminal.screen().line(row)
    }

    /// The text on the screen, a line per row, without spaces at their ends.
    #[must_use]
    pub fn text(&self) -> String {
        let rows: Vec<_> = self.lines().map(|line| line.text().trim_end().to_owned()).collect();
        rows.join("\n")
    }

    /// Rows that changed since the last call, ascending: at first all. The cursor is not in it.
    pub fn take_dirty(&mut self) -> Vec<usize> {
        let rows = self.dirty.0.iter().enumerate().filter_map(|(row, &dirty)| dirty.then_some(row)).collect();
        self.dirty.0.fill(false);
        rows
    }

    /// What is known of it for a flood that comes next.
    #[must_use]
    pub fn footing(&self) -> Footing {
        let (cols, rows) = self.terminal.size();
        let cursor = self.terminal.cursor();
        Footing {
            cols,
            rows,
            scrolls: self.listener.is_ground() && self.listener.scrolls_whole(),
            wraps: self.listener.wraps(),
            column: (cursor.row + 1 == rows).then_some(cursor.col),
            text: false,
        }
    }

    /// Whether no sequence is under way.
    pub(crate) fn is_ground(&self) -> bool {
        self.listener.is_ground()
    }

    /// Whether no margins are set.
    pub(crate) const fn scrolls_whole(&self) -> bool {
        self.listener.scrolls_whole()
    }

    /// Draws the harmless text at the start, skipping what scrolls off, and the sequence after it.
    fn feed_flood<'a>(&mut self, text: &'a str) -> &'a str {
        let (harmless, mut rest) = text.split_at(flood::harmless_len(text.as_bytes()));
        let footing = self.footing();
        let cut = if harmless.len() >= FLOOD { footing.cut(harmless.as_bytes()) } else { None };
        if let Some(cut) = cut {
            self.draw(&format!("\x1b[{};{}H", footing.rows, cut.column + 1));
            self.draw(&String::from_utf8_lossy(&cut.pens));
            self.draw(&harmless[cut.from..]);
        } else {
            self.draw(harmless);
        }
        while let Some(ch) = rest.chars().next() {
            let (step, tail) = rest.split_at(ch.len_utf8());
            self.draw(step);
            rest = tail;
            if self.listener.is_ground() {
                break;
            }
        }
        rest
    }

    fn draw(&mut self, text: &str) {
        let text = without_marks(text);
        let mut rest = &*text;
        while !rest.is_empty() {
            let (read, amend) = self.listener.read(rest);
            let (now, later) = rest.split_at(read);
            match amend {
                // Its last character is the sequence's: without it nothing is repeated.
                Some(Amend::Repeat(count)) => {
                    self.put(&now[..now.len() - 1]);
                    self.put("\x18");
                    let count = self.repeats(count.into());
                    self.put(&format!("\x1b[{count}b"));
                }
                Some(Amend::Alternate(on)) => {
                    self.put(now);
                    self.put(if on { "\x1b[?1047h" } else { "\x1b[?1047l" });
                }
                None => self.put(now),
            }
            rest = later;
        }
    }

    fn put(&mut self, text: &str) {
        self.terminal.feed_with(text, &mut self.dirty);
    }

    /// How many repetitions of the character before the cursor come to the same as so many: once
    /// every row that they reach is full of it, a row's worth more changes nothing.
    fn repeats(&self, count: usize) -> usize {
        let (cols, rows) = self.terminal.size();
        let cursor = self.terminal.cursor();
        let cells = self.line(cursor.row).map_or(&[][..], Line::cells);
        let before = cursor.col.checked_sub(1).and_then(|col| cells.get(col));
        let width = if before.is_some_and(|cell| cell.width() != 1) { 2 } else { 1 };
        let in_row = (cols / width).max(1);
        let full = (rows + 2) * in_row;
        if count <= full { count } else { full + (count - full) % in_row }
    }
}

/// Text without characters that take no column (combining marks, joiners, variation selectors): the
/// emulator would give each a cell of its own and the owner's terminal gives it none, so every
/// column after it would be off.
fn without_marks(text: &str) -> Cow<'_, str> {
    let is_mark = |ch: char| !ch.is_ascii() && ch.width() == Some(0);
    if text.is_ascii() || !text.chars().any(is_mark) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|&ch| !is_mark(ch)).collect())
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Screen").field("size", &self.size()).field("text", &self.text()).finish()
    }
}

/// Gathers the rows that changed over any number of calls.
struct DirtyRows(Vec<bool>);

impl Observer for DirtyRows {
    type Output = ();

    fn resized(&mut self, _cols: usize, rows: usize) {
        self.0.resize(rows, true);
    }

    fn dirty(&mut self, rows: Range<usize>) {
        self.0[rows].fill(true);
    }

    fn end(&mut self, _context: &mut Observation<'_>) {}
}
