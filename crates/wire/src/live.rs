//! Live frames: one session's screen, as the hub hands it out and the live pane draws it.

use serde::{Deserialize, Serialize};

use crate::desktop::{Extent, Mouse, Pointer, Tile};
use crate::{End, Millis};

/// Width and height of a terminal, in cells; each 1 to [`Size::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Size {
    /// Columns.
    pub cols: u16,
    /// Rows.
    pub rows: u16,
}

impl Size {
    /// Largest number of columns or rows that is kept; a client may ask for more and gets this.
    pub const MAX: u16 = 1000;
    /// What a terminal has when nobody says.
    pub const DEFAULT: Self = Self { cols: 80, rows: 24 };

    /// A size within bounds; 0 (a client that does not know, RFC 4254 section 6.2) counts as the
    /// default.
    #[must_use]
    pub fn clamped(cols: u32, rows: u32) -> Self {
        let clamp = |value: u32, default: u16| match value {
            0 => default,
            value => u16::try_from(value).unwrap_or(Self::MAX).min(Self::MAX),
        };
        Self { cols: clamp(cols, Self::DEFAULT.cols), rows: clamp(rows, Self::DEFAULT.rows) }
    }
}

/// Modes that a program set and that a screen's dump does not carry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Modes {
    /// Pasted text is to be bracketed (DECSET 2004).
    pub bracketed_paste: bool,
    /// The alternate screen is on (DECSET 47, 1047, 1049).
    pub alternate_screen: bool,
    /// Which mouse events the program asked for: 0, 9, 1000, 1002 or 1003 (DECSET).
    pub mouse: u16,
    /// Mouse events are to be written the SGR way (DECSET 1006).
    pub mouse_sgr: bool,
}

/// Somebody who has the screen open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watcher {
    /// Name of the user.
    pub user: String,
    /// Full name; empty when not known.
    pub full_name: String,
    /// Since when.
    pub since: Millis,
}

/// One message of a live screen, hub to watcher.
///
/// `seq` counts the screen's events from 1: output and resize, or what is drawn. `Init` or `Picture` carries
/// the number of the last event that is in it; the next event has the next number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LiveFrame {
    /// The whole screen. First message, and again whenever the watcher fell too far behind.
    Init {
        /// Last event that is in it.
        seq: u64,
        /// Size of the screen.
        size: Size,
        /// Modes beside the dump.
        modes: Modes,
        /// Title that the program set; empty when none.
        title: String,
        /// Text that draws the screen on a fresh terminal of that size.
        dump: String,
    },
    /// Text that the program wrote, decoded: whole characters, U+FFFD for what was no UTF-8.
    Output {
        /// Number of the event.
        seq: u64,
        /// The text.
        text: String,
    },
    /// The owner's window has a new size.
    Resize {
        /// Number of the event.
        seq: u64,
        /// The new size.
        size: Size,
    },
    /// Who has the screen open now, the reader included.
    Watchers(Vec<Watcher>),
    /// Nothing else to say: proof of life at least every 10 seconds.
    Heartbeat(Millis),
    /// The session is over. Last message.
    Ended(End),
    /// The reader's own seat, by which it knows itself in a [`Lease`]. Comes before the first `Init`.
    Seated(u64),
    /// Who may type beside the owner now; after `Seated` if somebody may, and at every change.
    Control(Option<Lease>),
    /// Who paused the owner's input, if it is paused; after `Seated` if it is, and at every change.
    Paused(Option<String>),
    /// What the reader asked for was not done, in words. The screen goes on.
    Denied(String),
    /// The owner is asked whether the reader may watch: comes instead of `Seated`, which follows when
    /// they agree.
    Waiting,
    /// The owner did not agree, in words. Last message.
    Refused(String),
    /// The whole screen where it is a picture. In place of `Init`, and again whenever the extent changes.
    Picture {
        /// Last event that is in it.
        seq: u64,
        /// Size of the desktop.
        extent: Extent,
        /// The mouse's pointer.
        pointer: Pointer,
        /// Parts that together are all of it.
        tiles: Vec<Tile>,
    },
    /// Parts of the picture that changed; they replace what was there.
    Drawn {
        /// Number of the event.
        seq: u64,
        /// The parts; they do not overlap.
        tiles: Vec<Tile>,
    },
    /// The pointer changed its shape.
    Pointer {
        /// Number of the event.
        seq: u64,
        /// Its shape from now on.
        pointer: Pointer,
    },
    /// To the owner alone, where the screen cannot say it: who watches, a message; one sentence.
    Told(String),
    /// To the owner alone: the question that waits for an answer, with its number and in words; none when it
    /// no longer does.
    Asks(Option<(u64, String)>),
    /// To the owner alone: text that the desktop put on its clipboard.
    Clip(String),
    /// Where the mouse is, at a pace: no event of the screen, and only the newest counts.
    Mouse(Mouse),
}

/// How the holder of a lease and the owner share the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LeaseMode {
    /// Both type.
    Shared,
    /// The holder types; the owner's first key takes the keyboard back.
    Exclusive,
}

/// The control lease: the one watcher who may type now, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The holder's seat.
    pub seat: u64,
    /// Name of the holder.
    pub user: String,
    /// Their full name; empty when not known.
    pub full_name: String,
    /// How they share the keyboard with the owner.
    pub mode: LeaseMode,
    /// When it ends, unless it is renewed.
    pub until: Millis,
}

/// One message of a watcher to the hub, at most [`LiveRequest::MAX_BYTES`] when encoded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LiveRequest {
    /// Wants the lease, or its own lease in another mode.
    Ask(LeaseMode),
    /// Wants its lease to last longer.
    Renew,
    /// Gives its lease back.
    Release,
    /// Keys and pasted text, as the target is to read them; where the screen is a picture, an encoded list of
    /// [`crate::desktop::Gesture`]s. Only with the lease.
    Input(Vec<u8>),
    /// A message for the owner to read, 1 to [`LiveRequest::MAX_MESSAGE_CHARS`] characters.
    Message(String),
    /// The owner's keys are to count for nothing until `Resume`, or until the asker leaves.
    Pause,
    /// They count again.
    Resume,
}

impl LiveRequest {
    /// Largest encoded request, in bytes: a long paste goes in pieces.
    pub const MAX_BYTES: usize = 16 << 10;
    /// Longest message, in characters.
    pub const MAX_MESSAGE_CHARS: usize = 500;
}
