//! A session's terminal: applies events, gives a snapshot. Kept small while nobody looks.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use screen::{Aside, Decoder, Footing, Screen};
use wire::live::{LiveFrame, Modes, Size};

use crate::{Keyframe, ScreenKind, text};

/// What happens to a screen.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// The target wrote this.
    Output(Bytes),
    /// The owner's window has this size.
    Resize(Size),
}

/// A terminal with what is still to be decoded for it.
pub(crate) struct Terminal {
    decoder: Decoder,
    text: bool,
    size: Size,
    state: State,
}

enum State {
    /// As what draws it: a few kilobytes instead of every cell.
    Parked {
        modes: Modes,
        title: String,
        dump: String,
        footing: Footing,
    },
    Live(Box<Screen>),
}

impl Terminal {
    /// A blank one; `None` where the session has none.
    pub(crate) fn new(kind: ScreenKind) -> Option<Self> {
        let (size, text) = match kind {
            ScreenKind::None | ScreenKind::Picture(_) => return None,
            ScreenKind::Terminal(size) | ScreenKind::Log(size) => (size, false),
            ScreenKind::Text(size) => (size, true),
        };
        let size = Size::clamped(size.cols.into(), size.rows.into());
        Some(Self { decoder: Decoder::default(), text, size, state: blank(size) })
    }

    /// Draws output; the answer is the text as any other screen must draw it.
    pub(crate) fn output(&mut self, bytes: &[u8]) -> String {
        let decoded = self.decoder.decode(bytes);
        let text = if self.text { text::visible(&decoded) } else { decoded.into_owned() };
        self.change(|screen| screen.feed(&text));
        text
    }

    /// Gives it another size; the answer is the size that it has then.
    pub(crate) fn resize(&mut self, size: Size) -> Size {
        let size = Size::clamped(size.cols.into(), size.rows.into());
        // The screen is brought back in its old size first.
        self.change(|screen| screen.resize(size));
        self.size = size;
        size
    }

    /// What puts lines above the cursor's, and the title that the program set.
    pub(crate) fn aside(&mut self, lines: &[String]) -> (Aside, String) {
        let mut aside = Aside::Busy;
        self.change(|screen| aside = screen.aside(lines));
        let title = match &self.state {
            State::Parked { title, .. } => title.clone(),
            State::Live(screen) => screen.title().to_owned(),
        };
        (if self.decoder.is_pending() { Aside::Busy } else { aside }, title)
    }

    /// The whole screen as a frame, `seq` being the last event in it.
    pub(crate) fn init(&self, seq: u64) -> LiveFrame {
        let Keyframe { size, modes, title, dump } = self.keyframe();
        LiveFrame::Init { seq, size, modes, title, dump }
    }

    /// The whole screen.
    pub(crate) fn keyframe(&self) -> Keyframe {
        let (modes, title, dump) = match &self.state {
            State::Parked { modes, title, dump, .. } => (*modes, title.clone(), dump.clone()),
            State::Live(screen) => (screen.modes(), screen.title().to_owned(), screen.dump()),
        };
        Keyframe { size: self.size, modes, title, dump }
    }

    /// Lets go of the cells.
    pub(crate) fn park(&mut self) {
        if let State::Live(screen) = &self.state {
            let mut dump = screen.dump();
            dump.shrink_to_fit();
            self.state = State::Parked {
                modes: screen.modes(),
                title: screen.title().to_owned(),
                dump,
                footing: screen.footing(),
            };
        }
    }

    /// What is known of it for a flood that comes next. It must not end a character: that could be a
    /// control.
    pub(crate) fn footing(&self) -> Footing {
        let footing = match &self.state {
            State::Parked { footing, .. } => *footing,
            State::Live(screen) => screen.footing(),
        };
        Footing { scrolls: footing.scrolls && !self.decoder.is_pending(), text: self.text, ..footing }
    }

    /// The emulator is not ours and eats whatever a target writes: should it ever panic, the screen
    /// is lost, not the session.
    fn change(&mut self, change: impl FnOnce(&mut Screen)) {
        if let State::Parked { modes, title, dump, .. } = &mut self.state {
            let title = std::mem::take(title);
            self.state = State::Live(Box::new(Screen::restore(self.size, *modes, title, dump)));
        }
        if let State::Live(screen) = &mut self.state
            && catch_unwind(AssertUnwindSafe(|| change(screen))).is_err()
        {
            tracing::error!("the screen could not take an event: it starts again blank");
            self.state = blank(self.size);
        }
    }
}

fn blank(size: Size) -> State {
    let footing = Screen::new(size).footing();
    State::Parked { modes: Modes::default(), title: String::new(), dump: String::new(), footing }
}
