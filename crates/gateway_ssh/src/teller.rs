//! Tells the person in a session what others do in it, without damage to what is on their screen.
//!
//! Lines are written only between two sequences and characters of the program, above the line that the
//! cursor is on. While a program has the screen to itself they are held and the window's title shows
//! them. Never looks at the screen unless there is something to tell.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use hub::{Aside, Directive, Notice, Notices, OpenSession, Question};

use crate::person::{Gone, Person};
use crate::pipe::Stream;
use crate::words::{self, visible};

/// Longest title, in characters: windows show about so much.
const TITLE_CHARS: usize = 200;

/// No question is shown.
const NONE: u64 = u64::MAX;

/// The question that the person sees now: only that one can be answered.
#[derive(Debug)]
pub(crate) struct Shown(AtomicU64);

impl Default for Shown {
    fn default() -> Self {
        Self(AtomicU64::new(NONE))
    }
}

impl Shown {
    /// Its id.
    pub(crate) fn question(&self) -> Option<u64> {
        Some(self.0.load(Ordering::Relaxed)).filter(|&id| id != NONE)
    }

    fn set(&self, question: Option<u64>) {
        self.0.store(question.unwrap_or(NONE), Ordering::Relaxed);
    }
}

/// What is still to be told.
#[derive(Debug, Default)]
pub(crate) struct Teller {
    notices: Notices,
    question: Option<Question>,
    /// The question stands on the main screen.
    is_written: bool,
    bell: bool,
    /// Something is to be told that was not tried yet.
    is_due: bool,
    /// A program has the screen to itself, and there is something for when it leaves.
    is_held: bool,
    title: Option<Title>,
}

/// The window's title while it is ours.
#[derive(Debug)]
struct Title {
    ours: String,
    /// What the program had set.
    theirs: String,
}

impl Title {
    /// Sets the program's title again, or the one of before where the terminal keeps it.
    fn restore(&self) -> String {
        format!("{}\x1b[23;2t", set_title(&self.theirs))
    }
}

impl Teller {
    /// Takes all that there is to tell.
    pub(crate) fn take(&mut self, open: &OpenSession, shown: &Shown) {
        while let Some(directive) = open.directive() {
            self.is_due = true;
            match directive {
                Directive::Bell => self.bell = true,
                // A terminal knows no key that is held.
                Directive::LetGo => {}
                Directive::Ask(question) => {
                    self.question = Some(question);
                    self.is_written = false;
                }
                Directive::Tell(notice) => {
                    if matches!(notice, Notice::Answered { .. } | Notice::Withdrawn { .. }) {
                        self.question = None;
                        shown.set(None);
                    }
                    self.notices.push(notice);
                }
            }
        }
    }

    /// Whether [`Teller::tell`] may come to something. `alternate` is what is known of the screen
    /// without looking.
    pub(crate) const fn is_ready(&self, alternate: bool) -> bool {
        self.is_due || (self.is_held && !alternate)
    }

    /// Writes what can be written now.
    pub(crate) async fn tell(
        &mut self,
        near: &impl Person,
        open: &OpenSession,
        shown: &Shown,
    ) -> Result<(), Gone> {
        let Some((aside, title)) = open.aside(&self.lines()).await else {
            self.is_due = false;
            return Ok(());
        };
        let mut text = match aside {
            Aside::Busy => return Ok(()),
            Aside::Write(text) => {
                let is_news = !self.notices.is_empty() || (self.question.is_some() && !self.is_written);
                self.notices = Notices::default();
                self.is_written = self.question.is_some();
                self.is_held = false;
                let mut out = self.title_back(&title);
                if is_news {
                    out.push_str(&text);
                }
                out
            }
            Aside::Taken => {
                self.is_held = !self.notices.is_empty() || (self.question.is_some() && !self.is_written);
                self.change_title(title)
            }
        };
        self.is_due = false;
        shown.set(self.question.as_ref().map(|question| question.id));
        if std::mem::take(&mut self.bell) {
            text.push('\x07');
        }
        if text.is_empty() {
            return Ok(());
        }
        let bytes = Bytes::from(text);
        near.data(Stream::Main, bytes.clone()).await?;
        open.output(bytes).await;
        Ok(())
    }

    /// What sets the terminal's title right at the end of the session.
    pub(crate) fn restore(&self) -> Vec<u8> {
        self.title.as_ref().map(Title::restore).unwrap_or_default().into_bytes()
    }

    fn lines(&self) -> Vec<String> {
        let mut lines: Vec<_> = self.notices.iter().filter_map(words::notice).collect();
        if !self.is_written
            && let Some(question) = &self.question
        {
            lines.push(words::question(question));
        }
        lines.iter().map(|line| visible(line)).collect()
    }

    /// What the title is to say: what must be answered, or the latest.
    fn title_words(&self) -> Option<String> {
        let lines = self.lines();
        let line = match &self.question {
            Some(question) => visible(&words::question(question)),
            None => lines.last()?.clone(),
        };
        let mut words: String = line.chars().take(TITLE_CHARS).collect();
        if lines.len() > 1 {
            // Writing to a String does not fail.
            let _ = write!(words, " (+{})", lines.len() - 1);
        }
        Some(words)
    }

    /// Shows what is held; `now` is the title on the screen.
    fn change_title(&mut self, now: String) -> String {
        let Some(ours) = self.title_words() else { return self.title_back(&now) };
        let (before, theirs) = match self.title.take() {
            // The program set another one over ours meanwhile.
            Some(title) if title.ours != now => ("", now),
            Some(title) => ("", title.theirs),
            // Some terminals keep a title, and give it back.
            None => ("\x1b[22;2t", now),
        };
        let text = format!("{before}{}", set_title(&ours));
        self.title = Some(Title { ours, theirs });
        text
    }

    fn title_back(&mut self, now: &str) -> String {
        match self.title.take() {
            Some(title) if title.ours == now => title.restore(),
            // It is the program's own already; what the terminal keeps is taken off.
            Some(_) => format!("\x1b[23;2t{}", set_title(now)),
            None => String::new(),
        }
    }
}

fn set_title(title: &str) -> String {
    format!("\x1b]2;{title}\x07")
}
