//! What is on a session's stage: a terminal with what is still to be drawn in it, or a desktop.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use wire::live::LiveFrame;

use super::encoded;
use crate::desktop::{Desktop, Whole};
use crate::ring::Ring;
use crate::terminal::{Event, Terminal};

/// Output drawn in one piece and sent in one frame, in bytes: a few milliseconds at most, whatever
/// sequences a target invents.
const PIECE: usize = 4 << 10;

/// Above so many bytes since the last flush, watchers get the screen instead of the way to it.
pub(super) const FLUSH: usize = 64 << 10;

/// What is on the stage.
pub(super) enum Scene {
    Empty,
    Terminal(Box<Stage>),
    Desktop(Box<Desktop>),
}

/// What somebody who joins is to see first.
pub(super) enum First {
    Ready(Bytes),
    /// To be encoded where nobody waits for the stage.
    Picture(Arc<Whole>),
}

pub(super) struct Stage {
    /// Last event that was drawn.
    seq: u64,
    pub(super) terminal: Terminal,
    /// Taken from the inbox, not yet drawn.
    pub(super) todo: VecDeque<Event>,
    /// Drawn, encoded and not yet in the ring.
    unsent: Vec<Bytes>,
    pub(super) unsent_bytes: usize,
    /// The screen as a frame, until the next event.
    init: Option<Bytes>,
}

impl Scene {
    /// Hands what was drawn to the ring.
    pub(super) fn flush(&mut self, ring: &mut Ring) {
        if let Self::Terminal(stage) = self {
            stage.flush(ring);
        }
    }

    /// Nobody looks.
    pub(super) fn park(&mut self) {
        if let Self::Terminal(stage) = self {
            stage.terminal.park();
        }
    }

    /// Whether everything that was taken from the inbox is drawn.
    pub(super) fn is_drawn(&self) -> bool {
        !matches!(self, Self::Terminal(stage) if !stage.todo.is_empty())
    }

    /// The screen as it is, for who joins; none where there is none.
    pub(super) fn first(&mut self) -> Option<First> {
        match self {
            Self::Empty => None,
            Self::Terminal(stage) => Some(First::Ready(stage.init())),
            Self::Desktop(desktop) => Some(First::Picture(desktop.whole())),
        }
    }
}

impl First {
    /// The frame; may take a while.
    pub(super) fn encoded(self) -> Bytes {
        match self {
            Self::Ready(frame) => frame,
            Self::Picture(whole) => whole.encoded(),
        }
    }
}

impl Stage {
    pub(super) fn new(terminal: Terminal) -> Box<Self> {
        Box::new(Self {
            seq: 0,
            terminal,
            todo: VecDeque::new(),
            unsent: Vec::new(),
            unsent_bytes: 0,
            init: None,
        })
    }

    /// Draws one piece of what is to do, and encodes it if somebody watches.
    pub(super) fn step(&mut self, watched: bool) {
        let Some(event) = self.todo.pop_front() else { return };
        self.seq += 1;
        self.init = None;
        let frame = match event {
            Event::Output(mut bytes) => {
                let piece = bytes.split_to(PIECE.min(bytes.len()));
                if !bytes.is_empty() {
                    self.todo.push_front(Event::Output(bytes));
                }
                LiveFrame::Output { seq: self.seq, text: self.terminal.output(&piece) }
            }
            Event::Resize(size) => LiveFrame::Resize { seq: self.seq, size: self.terminal.resize(size) },
        };
        // Beyond a flush's limit the screen goes out instead, so nothing more need be kept.
        if watched && self.unsent_bytes <= FLUSH {
            let frame = encoded(&frame);
            self.unsent_bytes += frame.len();
            self.unsent.push(frame);
        }
    }

    pub(super) fn flush(&mut self, ring: &mut Ring) {
        if self.unsent_bytes > FLUSH {
            let init = self.init();
            ring.push(init);
            self.unsent.clear();
        }
        for frame in self.unsent.drain(..) {
            ring.push(frame);
        }
        self.unsent_bytes = 0;
    }

    pub(super) fn init(&mut self) -> Bytes {
        self.init.get_or_insert_with(|| encoded(&self.terminal.init(self.seq))).clone()
    }
}
