//! Floods of text: what has surely scrolled off need not be drawn.
//!
//! *Harmless* text is text, the control characters that move the cursor within text, colours (SGR)
//! and erasing within the line (EL). It moves the cursor right and down, scrolls, sets the pen, and
//! changes nothing else; how far it moves depends on its characters alone, never on what the cells
//! hold. So take a harmless run on a screen without margins, cut it after a line feed into A and B,
//! both with at least `rows` line feeds. When B begins the cursor stands in the last row, so each
//! line feed of B scrolls, and in the end every row of the screen came up blank and was written by B
//! alone. Hence the cursor put into the last row and B's first column, the colours that A sets, and
//! B, on the screen as it was before the run, end in the same screen as the whole run.
//!
//! The column is 0 after CR LF. Where lines end in a bare line feed it is counted, which takes a
//! cursor in the last row to begin with (elsewhere a line feed ends a pending wrap), printable ASCII,
//! and a screen that wraps.

/// More bytes of colours than this in A, none of them reset, make the cut not worth it.
const MAX_PENS: usize = 1 << 10;

/// Places to cut that are tried: in some the column is that of a pending wrap.
const TRIES: usize = 4;

/// What is known of a screen where a harmless run begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Footing {
    /// Columns of the screen.
    pub cols: usize,
    /// Its rows.
    pub rows: usize,
    /// No sequence is under way and no margins are set.
    pub scrolls: bool,
    /// Text wraps at the last column, and a line feed keeps the column.
    pub wraps: bool,
    /// The cursor's column, if it stands in the last row and the column is known.
    pub column: Option<usize>,
    /// A line feed goes to the first column and nothing is a sequence.
    pub text: bool,
}

/// Where a harmless run can be cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Where B begins.
    pub from: usize,
    /// The column in which it begins.
    pub column: usize,
    /// The colours that A sets, as sequences.
    pub pens: Vec<u8>,
}

impl Footing {
    /// Where to cut a harmless run that begins here; `None` when all of it must be drawn.
    #[must_use]
    pub fn cut(&self, run: &[u8]) -> Option<Cut> {
        if !self.scrolls {
            return None;
        }
        let (mut feeds, mut tries, mut at) = (0, 0, run.len());
        while tries < TRIES {
            let found = memchr::memrchr(b'\n', &run[..at])?;
            at = found;
            feeds += 1;
            if feeds <= self.rows {
                continue;
            }
            tries += 1;
            let from = found + 1;
            let a = &run[..from];
            if (self.column.is_some() || has_feeds(a, self.rows))
                && let Some(column) = self.column_after(a)
                && column < self.cols
            {
                let pens = if self.text { Vec::new() } else { pens(a)? };
                return Some(Cut { from, column, pens });
            }
        }
        None
    }

    /// What is known after a harmless run that begins here.
    #[must_use]
    pub fn after(&self, run: &[u8]) -> Self {
        let column = self.column.and_then(|_| self.column_after(run));
        Self { column, ..*self }
    }

    /// The cursor's column after a run, if the cursor stands in the last row by then.
    fn column_after(&self, run: &[u8]) -> Option<usize> {
        if run.ends_with(if self.text { b"\n" } else { b"\r\n" }) {
            return Some(0);
        }
        let begins = self.column.filter(|_| self.wraps && !self.text)?;
        let (begins, run) = match memchr::memrchr(b'\r', run) {
            Some(found) => (0, &run[found + 1..]),
            None => (begins, run),
        };
        Some(match printable(run)? {
            0 => begins,
            // The column after the last one is that of a pending wrap.
            count => (begins + count - 1) % self.cols + 1,
        })
    }
}

/// Length of the harmless text at the start. For bytes that are no UTF-8 it holds for the text that
/// they are decoded to; a sequence or character that is not complete counts as harmful.
#[must_use]
pub fn harmless_len(bytes: &[u8]) -> usize {
    let mut at = 0;
    loop {
        at = next_suspicious(bytes, at);
        match bytes.get(at..) {
            None | Some([]) => return bytes.len(),
            Some([0xc2, second, ..]) if *second >= 0xa0 => at += 2,
            Some([0x1b, ..]) => match sequence_len(&bytes[at..]) {
                Some(len) => at += len,
                None => return at,
            },
            Some(_) => return at,
        }
    }
}

/// The colours that harmless text leaves set, as sequences; `None` when they are too many.
#[must_use]
pub fn pens(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut pens = Vec::new();
    let mut at = 0;
    while let Some(found) = memchr::memchr(0x1b, &bytes[at..]) {
        at += found;
        let sequence = &bytes[at..at + sequence_len(&bytes[at..])?];
        if let [0x1b, b'[', params @ .., b'm'] = sequence {
            // A sequence that begins with a reset makes those before it forgotten.
            if matches!(params, [] | [b'0'] | [b'0', b';', ..] | [b';', ..]) {
                pens.clear();
            }
            pens.extend_from_slice(sequence);
            if pens.len() > MAX_PENS {
                return None;
            }
        }
        at += sequence.len();
    }
    Some(pens)
}

/// Number of printable characters, if there is nothing but printable ASCII and line feeds.
fn printable(bytes: &[u8]) -> Option<usize> {
    let mut count = 0;
    for block in bytes.chunks(128) {
        // In a form that compiles to vector instructions.
        let (mut odd, mut feeds) = (0_u8, 0_u8);
        for &byte in block {
            let feed = u8::from(byte == b'\n');
            feeds += feed;
            odd |= u8::from(byte.wrapping_sub(0x20) > 0x5e) & (1 - feed);
        }
        if odd != 0 {
            return None;
        }
        count += block.len() - usize::from(feeds);
    }
    Some(count)
}

fn has_feeds(bytes: &[u8], wanted: usize) -> bool {
    memchr::memrchr_iter(b'\n', bytes).take(wanted).count() == wanted
}

/// Length of the harmless sequence at the start, if it is one and complete.
fn sequence_len(bytes: &[u8]) -> Option<usize> {
    let params = bytes.strip_prefix(b"\x1b[")?;
    let len = params.iter().position(|byte| !matches!(byte, b'0'..=b';'))?;
    match (&params[..len], params[len]) {
        (_, b'm') | ([] | [b'0' | b'1' | b'2'], b'K') => Some(2 + len + 1),
        _ => None,
    }
}

/// The next byte that may be or begin something else than text: ESC, SO, SI, or the first byte of
/// U+0080 to U+00BF, of which the first half are C1 controls.
fn next_suspicious(bytes: &[u8], from: usize) -> usize {
    const BLOCK: usize = 64;
    let suspicious = |byte: &u8| matches!(byte, 0x0e | 0x0f | 0x1b | 0xc2);
    let mut at = from;
    // Whole blocks, in a form that compiles to vector instructions.
    while let Some(block) = bytes[at..].first_chunk::<BLOCK>() {
        if block.iter().fold(false, |seen, byte| seen | suspicious(byte)) {
            break;
        }
        at += BLOCK;
    }
    at + bytes[at..].iter().position(suspicious).unwrap_or(bytes.len() - at)
}

#[cfg(test)]
mod tests {
    use super::{Cut, Footing, harmless_len, pens, printable};

    const FOOTING: Footing =
        Footing { cols: 4, rows: 1, scrolls: true, wraps: true, column: None, text: false };

    #[test]
    fn harmless_ends_where_something_else_begins() {
        for (text, len) in [
            ("plain\r\n\ttext\x08\x07", 14),
            ("é °C 世", 10),
            ("\x1b[1;31mred\x1b[m\x1b[K\x1b[0K", 20),
            ("a\x1b[2J", 1),
            ("a\x1b[3", 1),
            ("a\x1b[3;K", 1),
            ("a\x1b[?1m", 1),
            ("ab\x0e", 2),
            ("ab\u{9b}1m", 2),
            ("", 0),
        ] {
            assert_eq!(harmless_len(text.as_bytes()), len, "{text:?}");
        }
        assert_eq!(harmless_len(b"ab\xc2"), 2);
        assert_eq!(harmless_len(&[b'x'; 1000]), 1000);
    }

    #[test]
    fn a_cut_keeps_a_screen_and_the_colours_before_it() {
        let run = b"\x1b[32m\x1b[0;1m\x1b[41mone\r\n\x1b[Ktwo\r\n3\n4";
        let cut = FOOTING.cut(run).unwrap();
        assert_eq!(&run[cut.from..], b"3\n4");
        assert_eq!((cut.column, &cut.pens[..]), (0, &b"\x1b[0;1m\x1b[41m"[..]));
        assert_eq!(Footing { rows: 2, ..FOOTING }.cut(run), None);
        assert_eq!(Footing { scrolls: false, ..FOOTING }.cut(run), None);
        assert_eq!(pens("\x1b[38;5;200m".repeat(100).as_bytes()), None);
    }

    #[test]
    fn columns_are_counted_where_lines_end_in_a_line_feed() {
        let at = |column| Footing { column: Some(column), ..FOOTING };
        let cut = |footing: Footing, run: &[u8]| footing.cut(run).map(|cut| (cut.from, cut.column));
        assert_eq!(cut(FOOTING, b"ab\ncd\n"), None);
        assert_eq!(cut(at(0), b"ab\ncd\n"), Some((3, 2)));
        assert_eq!(cut(at(3), b"ab\ncd\n"), Some((3, 1)));
        assert_eq!(cut(at(0), b"abc\rx\ncd\n"), Some((6, 1)));
        assert_eq!(cut(at(2), b"ab\ncd\n"), None, "a wrap is pending there");
        assert_eq!(cut(at(0), b"a\tb\ncd\n"), None);
        assert_eq!(cut(Footing { wraps: false, ..at(0) }, b"ab\ncd\n"), None);
        let text = Footing { text: true, column: Some(0), ..FOOTING };
        assert_eq!(text.cut(b"a\x1b\nb\n"), Some(Cut { from: 3, column: 0, pens: Vec::new() }));
        assert_eq!(at(3).after(b"ab").column, Some(1));
        assert_eq!(at(3).after(b"\x1b[m").column, None);
        assert_eq!(printable(b"a b~\n\n"), Some(4));
        assert_eq!(printable(b"a\x7f"), None);
    }
}
