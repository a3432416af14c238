//! What a page that is a session's own terminal says to the server, and hears before the screen comes.
//!
//! The page sends one [`ConnectRequest::Open`] or [`ConnectRequest::Return`]; the server's first message is a
//! [`ConnectAnswer`]. After `Opened` every further message is a [`crate::live::LiveFrame`]: `Init`, what
//! follows, and at last `Ended`.

use serde::{Deserialize, Serialize};

use crate::live::{LiveRequest, Size};
use crate::{Session, SessionId};

/// One message of the page, at most [`ConnectRequest::MAX_BYTES`] when encoded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConnectRequest {
    /// Wants a new session on the account, in a window of this size. Only as the first message.
    Open(Size),
    /// Wants to go on with a session that lost its page. Only as the first message.
    Return(SessionId, Size),
    /// Keys and pasted text, as the target is to read them.
    Input(Vec<u8>),
    /// The window has another size.
    Resize(Size),
    /// Ends the session.
    End,
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
