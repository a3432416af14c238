//! The watcher's copy of a screen: live frames in, a screen that is up to date out.
//!
//! Parsing is apart from taking frames, so that a flood is worked off in pieces between two
//! pictures. Knows no socket and no page.

use std::collections::VecDeque;

use screen::Screen;
use wire::desktop::Mouse;
use wire::live::{Lease, LiveFrame, Size, Watcher};
use wire::{End, Millis};

use super::queries::Queries;

/// Text parsed between two looks at the clock, in bytes: about 5 ms at 25 MB/s.
const PIECE: usize = 128 << 10;
/// Text that may wait, in bytes; beyond it a fresh picture is cheaper than catching up.
const MOST_WAITING: usize = 32 << 20;

/// The frames do not add up to a screen: connect again for a fresh `Init`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// An event is missing, repeated, or came before any `Init`.
    Gap,
    /// More waits than is worth working off.
    TooFarBehind,
}

/// What a frame says beside moving the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// Something to work off.
    Work,
    /// Who watches now.
    Watchers(Vec<Watcher>),
    /// The server lives; its clock.
    Alive(Millis),
    /// The watcher's own seat.
    Seated(u64),
    /// Who may type beside the owner.
    Control(Option<Lease>),
    /// Who paused the owner's input.
    Paused(Option<String>),
    /// Something that was asked for was not done.
    Denied(String),
    /// The owner is asked.
    Waiting,
    /// The owner did not agree.
    Refused(String),
    /// Last of all.
    Ended(End),
    /// Something that the owner's screen cannot say.
    Told(String),
    /// The owner is asked, by a number and in words; or no longer.
    Asks(Option<(u64, String)>),
    /// The desktop put a text on its clipboard.
    Clip(String),
    /// Where a desktop's mouse is.
    Mouse(Mouse),
}

enum Step {
    Text(String),
    Size(Size),
}

/// A screen and what waits to be drawn on it.
#[derive(Default)]
pub(crate) struct Stream {
    screen: Option<Screen>,
    last: u64,
    steps: VecDeque<Step>,
    /// Bytes of the first text that are done.
    done: usize,
    waiting: usize,
    queries: Queries,
    /// What the program asked of its terminal, answered as the screen stood then.
    answers: String,
}

impl Stream {
    /// Takes the next frame.
    ///
    /// # Errors
    /// When the frame does not follow the one before it; the stream is then of no further use until
    /// the next `Init`.
    pub(crate) fn take(&mut self, frame: LiveFrame) -> Result<News, Fault> {
        match frame {
            LiveFrame::Init { seq, size, modes, title, dump } => {
                *self = Self {
                    screen: Some(Screen::restore(size, modes, title, &dump)),
                    last: seq,
                    ..Self::default()
                };
                Ok(News::Work)
            }
            LiveFrame::Output { seq, text } => {
                self.follow(seq)?;
                self.waiting += text.len();
                match self.steps.back_mut() {
                    // Joined, so that a flood is seen as one; parted, so that what is done is freed.
                    Some(Step::Text(waiting)) if waiting.len() < PIECE => waiting.push_str(&text),
                    _ => self.steps.push_back(Step::Text(text)),
                }
                if self.waiting > MOST_WAITING { Err(Fault::TooFarBehind) } else { Ok(News::Work) }
            }
            LiveFrame::Resize { seq, size } => {
                self.follow(seq)?;
                self.steps.push_back(Step::Size(size));
                Ok(News::Work)
            }
            LiveFrame::Watchers(watchers) => Ok(News::Watchers(watchers)),
            LiveFrame::Heartbeat(now) => Ok(News::Alive(now)),
            LiveFrame::Ended(end) => Ok(News::Ended(end)),
            LiveFrame::Seated(seat) => Ok(News::Seated(seat)),
            LiveFrame::Control(lease) => Ok(News::Control(lease)),
            LiveFrame::Paused(by) => Ok(News::Paused(by)),
            LiveFrame::Denied(words) => Ok(News::Denied(words)),
            LiveFrame::Waiting => Ok(News::Waiting),
            LiveFrame::Refused(words) => Ok(News::Refused(words)),
            LiveFrame::Told(words) => Ok(News::Told(words)),
            LiveFrame::Asks(question) => Ok(News::Asks(question)),
            LiveFrame::Clip(text) => Ok(News::Clip(text)),
            LiveFrame::Mouse(mouse) => Ok(News::Mouse(mouse)),
            // Of a picture, which is no terminal's.
            LiveFrame::Picture { .. } | LiveFrame::Drawn { .. } | LiveFrame::Pointer { .. } => {
                Err(Fault::Gap)
            }
        }
    }

    /// Works off what waits, at least one piece, while `go_on` says so. Whether nothing is left.
    pub(crate) fn work(&mut self, mut go_on: impl FnMut() -> bool) -> bool {
        let Some(screen) = &mut self.screen else { return true };
        loop {
            match self.steps.front() {
                None => return true,
                Some(Step::Size(size)) => {
                    screen.resize(*size);
                    self.steps.pop_front();
                }
                Some(Step::Text(text)) => {
                    let end = text.floor_char_boundary(self.done + PIECE);
                    screen.feed(&text[self.done..end]);
                    for query in self.queries.read(&text[self.done..end]) {
                        let cursor = screen.cursor();
                        self.answers += &query.answer((cursor.col, cursor.row));
                    }
                    self.waiting -= end - self.done;
                    self.done = end;
                    if end == text.len() {
                        self.steps.pop_front();
                        self.done = 0;
                    }
                }
            }
            if !go_on() {
                return self.steps.is_empty();
            }
        }
    }

    /// What the program waits for, as a terminal answers it.
    pub(crate) fn take_answers(&mut self) -> String {
        std::mem::take(&mut self.answers)
    }

    /// The screen as far as it was worked off; none before the first `Init`.
    pub(crate) fn screen(&mut self) -> Option<&mut Screen> {
        self.screen.as_mut()
    }

    fn follow(&mut self, seq: u64) -> Result<(), Fault> {
        if self.screen.is_none() || Some(seq) != self.last.checked_add(1) {
            return Err(Fault::Gap);
        }
        self.last = seq;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use wire::live::Modes;

    use super::*;

    const SIZE: Size = Size { cols: 20, rows: 4 };

    fn init(seq: u64, dump: &str) -> LiveFrame {
        LiveFrame::Init { seq, size: SIZE, modes: Modes::default(), title: "vim".into(), dump: dump.into() }
    }

    fn output(seq: u64, text: &str) -> LiveFrame {
        LiveFrame::Output { seq, text: text.into() }
    }

    fn stream(frames: impl IntoIterator<Item = LiveFrame>) -> Stream {
        let mut stream = Stream::default();
        for frame in frames {
            stream.take(frame).unwrap();
        }
        stream
    }

    fn text(stream: &mut Stream) -> String {
        assert!(stream.work(|| true));
        stream.screen().unwrap().text().trim_end().to_owned()
    }

    #[test]
    fn frames_in_order_make_the_screen() {
        let resize = LiveFrame::Resize { seq: 10, size: Size { cols: 40, rows: 3 } };
        let mut stream = stream([init(7, "$ "), output(8, "l"), output(9, "s\r\n"), resize, output(11, "é")]);
        assert_eq!(text(&mut stream), "$ ls\né");
        let screen = stream.screen().unwrap();
        assert_eq!((screen.size(), screen.title()), (Size { cols: 40, rows: 3 }, "vim"));
    }

    #[test]
    fn a_missing_a_repeated_and_an_early_event_are_gaps() {
        for (before, event) in [(vec![init(3, "")], 5), (vec![init(3, ""), output(4, "a")], 4), (vec![], 1)] {
            let mut stream = stream(before);
            assert_eq!(stream.take(output(event, "b")), Err(Fault::Gap));
        }
    }

    #[test]
    fn a_fresh_init_forgets_what_waited() {
        let mut stream = stream([init(0, "old"), output(1, "older"), init(90, "new"), output(91, "er")]);
        assert_eq!(text(&mut stream), "newer");
    }

    #[test]
    fn a_flood_is_worked_off_in_pieces_and_bounded() {
        let lines = "0123456789 äöü\r\n".repeat(3 * PIECE / 19);
        let mut stream = stream([init(0, ""), output(1, &lines), output(2, "the end")]);
        let mut pieces = 1;
        while !stream.work(|| false) {
            pieces += 1;
        }
        assert!((3..=5).contains(&pieces), "{pieces}");
        assert_eq!(stream.screen().unwrap().text().lines().last(), Some("the end"));
        assert_eq!(stream.waiting, 0);

        let megabyte = "x".repeat(1 << 20);
        let fault = (3..).find_map(|seq| stream.take(output(seq, &megabyte)).err());
        assert_eq!(fault, Some(Fault::TooFarBehind));
    }

    #[test]
    fn a_programs_questions_are_answered_as_the_screen_stands() {
        let mut stream = stream([init(0, "$ "), output(1, "ab\x1b["), output(2, "6n\r\n")]);
        stream.work(|| true);
        assert_eq!(stream.take_answers(), "\x1b[2;1R");
        assert_eq!(stream.take_answers(), "");
    }

    #[test]
    fn the_end_is_told_at_once() {
        let end = End::new(wire::EndReason::Closed, Millis(5));
        let mut stream = stream([init(0, ""), output(1, "last words")]);
        assert_eq!(stream.take(LiveFrame::Ended(end.clone())), Ok(News::Ended(end)));
        assert_eq!(text(&mut stream), "last words");
    }
}
