//! What a page that is a session's own terminal or desktop says to the server, and hears before the screen comes.
//!
//! The page sends one [`ConnectRequest::Open`] or [`ConnectRequest::Return`]; the server's first message is a
//! [`ConnectAnswer`]. After `Opened` every further message is a [`crate::live::LiveFrame`]: `Init` or
//! `Picture`, what follows, and at last `Ended`.

use serde::{Deserialize, Serialize};

use crate::desktop::Extent;
use crate::live::{LiveRequest, Size};
use crate::{Session, SessionId};

/// One message of the page, at most [`ConnectRequest::MAX_BYTES`] when encoded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConnectRequest {
    /// Wants a new session on the account, in a window of this size. Only as the first message.
    Open(Room),
    /// Wants to go on with a session that lost its page. Only as the first message.
    Return(SessionId, Room),
    /// Keys and pasted text, as the target is to read them; for a desktop an encoded list of
    /// [`crate::desktop::Gesture`]s.
    Input(Vec<u8>),
    /// The window has another size.
    Resize(Room),
    /// Ends the session.
    End,
    /// Answers [`crate::live::LiveFrame::Asks`].
    Answer {
        /// Number of the question.
        question: u64,
        /// Whether they may.
        yes: bool,
    },
}

/// How much room a page has for a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Room {
    /// For a terminal.
    Cells(Size),
    /// For a desktop.
    Pixels(Extent),
}

impl ConnectRequest {
    /// Largest encoded request, in bytes: a long paste goes in pieces.
    pub const MAX_BYTES: usize = LiveRequest::MAX_BYTES;
}

/// The server's first message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConnectAnswer {
    /// The session is open; its screen follows.
    Opened(Box<Session>),
    /// There is none, and why: one sentence. Last message.
    Failed(String),
}
