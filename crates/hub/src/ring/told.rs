//! What the owner alone is told, on its way to their windows.

use std::collections::VecDeque;

use bytes::Bytes;
use wire::live::LiveFrame;

/// Frames that wait for one window, at most.
const FRAMES: usize = 64;
/// And their bytes: two texts of a clipboard.
const BYTES: usize = 2 << 20;

/// What one window has still to hear. Of too much, the oldest goes.
#[derive(Debug, Default)]
pub(super) struct Told {
    frames: VecDeque<Bytes>,
    bytes: usize,
}

impl Told {
    pub(super) fn push(&mut self, frame: Bytes) {
        self.bytes += frame.len();
        self.frames.push_back(frame);
        while self.frames.len() > 1 && (self.frames.len() > FRAMES || self.bytes > BYTES) {
            self.pop();
        }
    }

    pub(super) fn pop(&mut self) -> Option<Bytes> {
        let frame = self.frames.pop_front()?;
        self.bytes -= frame.len();
        Some(frame)
    }
}

/// What a window that is opened is to hear: the question that waits, and what nobody heard.
#[derive(Debug)]
pub(super) struct Standing {
    asks: Option<Bytes>,
    unheard: Told,
}

impl Standing {
    pub(super) const fn new() -> Self {
        Self { asks: None, unheard: Told { frames: VecDeque::new(), bytes: 0 } }
    }

    /// Keeps of a frame what a later window needs; `heard` says whether there was one.
    pub(super) fn take(&mut self, frame: &LiveFrame, encoded: Bytes, heard: bool) {
        match frame {
            LiveFrame::Asks(question) => self.asks = question.is_some().then_some(encoded),
            LiveFrame::Told(_) if !heard => self.unheard.push(encoded),
            // What a clipboard held while nobody looked is not put on theirs later.
            _ => {}
        }
    }

    /// A window's first frames.
    pub(super) fn begin(&mut self) -> Told {
        let mut told = std::mem::take(&mut self.unheard);
        self.asks.iter().for_each(|asks| told.push(asks.clone()));
        told
    }
}
