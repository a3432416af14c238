//! What the target wrote and nobody has drawn yet: the only thing that the owner's side touches.
//!
//! Bounded: a flood of plain text is cut down to what stays on the screen before anybody looks at
//! it, anything else makes the owner's side draw when [`Inbox::is_over`] says so.

use std::collections::VecDeque;

use screen::{Cut, Footing};
use wire::End;
use wire::live::Size;

use crate::ScreenKind;
use crate::terminal::Event;

/// Undrawn output above this is drawn at once, in bytes: it costs memory while a session is idle,
/// and drawing it is what a joining watcher waits for.
const LIMIT: usize = 64 << 10;

/// Undrawn changes of size above this are drawn at once.
const EVENTS: usize = 32;

/// By so much the memory for output grows, in bytes.
const STEP: usize = 8 << 10;

/// Output shorter than this is not searched for a flood, in bytes.
const FLOOD: usize = 4 << 10;

#[derive(Debug)]
pub(crate) struct Inbox {
    /// Output after `sealed`.
    bytes: Vec<u8>,
    /// What stands for the output that was cut away before `bytes`.
    lead: Lead,
    /// Output and sizes before `bytes`, in their order.
    sealed: VecDeque<Event>,
    sealed_bytes: usize,
    /// Whether `bytes` is harmless text ([`screen::harmless_len`]), so that a flood may replace it.
    harmless: bool,
    /// What is known of the screen where `bytes` begins.
    footing: Footing,
    /// Whether somebody watches: then the fan-out is told of news.
    pub(crate) watched: bool,
    /// How the session ended: nothing comes after it.
    pub(crate) ended: Option<End>,
}

#[derive(Debug, Default)]
struct Lead {
    /// Where the cursor is put in the last row; none when nothing was cut away.
    column: Option<usize>,
    pens: Vec<u8>,
}

impl Inbox {
    pub(crate) fn new(kind: ScreenKind) -> Self {
        let (text, size) = match kind {
            ScreenKind::None | ScreenKind::Picture(_) => (false, Size::DEFAULT),
            ScreenKind::Terminal(size) | ScreenKind::Log(size) => (false, size),
            ScreenKind::Text(size) => (true, size),
        };
        let size = Size::clamped(size.cols.into(), size.rows.into());
        Self {
            bytes: Vec::new(),
            lead: Lead::default(),
            sealed: VecDeque::new(),
            sealed_bytes: 0,
            harmless: true,
            footing: Footing {
                cols: size.cols.into(),
                rows: size.rows.into(),
                scrolls: true,
                wraps: true,
                column: None,
                text,
            },
            watched: false,
            ended: None,
        }
    }

    pub(crate) fn push(&mut self, chunk: &[u8]) {
        let harmless = self.footing.text || screen::harmless_len(chunk) == chunk.len();
        self.harmless &= harmless;
        // A flood that comes in large chunks need not even be copied.
        if chunk.len() >= FLOOD
            && self.harmless
            && let Some(before) = self.pens()
            && let Some(cut) = self.footing.after(&self.bytes).cut(chunk)
        {
            self.lead.pens.extend_from_slice(&before);
            self.bytes.clear();
            self.bytes.extend_from_slice(&chunk[cut.from..]);
            self.cut_off(&cut);
            return;
        }
        // By steps, not by doubling: an idle session keeps what is allocated here.
        if self.bytes.capacity() - self.bytes.len() < chunk.len() && self.bytes.len() > STEP {
            self.bytes.reserve_exact(chunk.len().max(STEP));
        }
        self.bytes.extend_from_slice(chunk);
        if self.bytes.len() >= LIMIT {
            self.shorten();
        }
    }

    pub(crate) fn resize(&mut self, size: Size) {
        let size = Size::clamped(size.cols.into(), size.rows.into());
        self.seal();
        self.sealed.push_back(Event::Resize(size));
        self.footing.cols = size.cols.into();
        self.footing.rows = size.rows.into();
    }

    /// Whether somebody must draw before more is taken in.
    pub(crate) fn is_over(&self) -> bool {
        self.bytes.len() + self.sealed_bytes >= LIMIT || self.sealed.len() >= EVENTS
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty() && self.lead.column.is_none() && self.sealed.is_empty()
    }

    /// Everything, in order. Until [`Inbox::drawn`] nothing is known of the screen.
    pub(crate) fn take(&mut self) -> VecDeque<Event> {
        self.seal();
        self.sealed_bytes = 0;
        std::mem::take(&mut self.sealed)
    }

    /// Everything that was taken has been drawn and nothing has come since: so it is known again.
    pub(crate) fn drawn(&mut self, footing: Footing) {
        self.footing = footing;
    }

    fn seal(&mut self) {
        let lead = self.take_lead();
        if !lead.is_empty() || !self.bytes.is_empty() {
            let bytes = [lead, std::mem::take(&mut self.bytes)].concat();
            self.sealed_bytes += bytes.len();
            self.sealed.push_back(Event::Output(bytes.into()));
        }
        self.harmless = true;
        self.footing.scrolls = false;
        self.footing.column = None;
    }

    /// Cuts away what is sure to scroll off.
    fn shorten(&mut self) {
        let run = if self.footing.text { self.bytes.len() } else { screen::harmless_len(&self.bytes) };
        if let Some(cut) = self.footing.cut(&self.bytes[..run]) {
            self.bytes.drain(..cut.from);
            self.bytes.shrink_to(STEP);
            self.cut_off(&cut);
        } else if self.footing.text {
            self.leave_out();
        }
    }

    /// `bytes` begins at the cut now.
    fn cut_off(&mut self, cut: &Cut) {
        self.lead.column = Some(cut.column);
        self.lead.pens.extend_from_slice(&cut.pens);
        self.footing.column = Some(cut.column);
        // Colours that nobody resets would gather here.
        if self.lead.pens.len() > FLOOD {
            self.footing.scrolls = false;
        }
    }

    /// The colours that `bytes` sets; a command's text sets none.
    fn pens(&self) -> Option<Vec<u8>> {
        if self.footing.text { Some(Vec::new()) } else { screen::pens(&self.bytes) }
    }

    fn take_lead(&mut self) -> Vec<u8> {
        let Lead { column, pens } = std::mem::take(&mut self.lead);
        let Some(column) = column else { return Vec::new() };
        if self.footing.text {
            return vec![b'\n'; self.footing.rows];
        }
        let mut lead = format!("\x1b[{};{}H", self.footing.rows, column + 1).into_bytes();
        lead.extend_from_slice(&pens);
        lead
    }

    /// Cuts a command's text without lines down to two screens, and says so in the text.
    fn leave_out(&mut self) {
        let kept = 2 * self.footing.cols * self.footing.rows;
        let left_out = self.bytes.len().saturating_sub(kept);
        let notice = format!("\n… {left_out} bytes left out …\n");
        self.bytes.splice(..left_out, notice.into_bytes());
    }
}
