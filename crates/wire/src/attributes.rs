//! A session's attributes where they stand, for those who read a hundred thousand of them.

use serde::{Deserialize, Serialize};

use crate::frame::encode;
use crate::{EndAsked, FrameError, MAX_FRAME_BYTES, Millis, Rights, Session, SessionId, SessionType};

/// The attributes of a [`Session`], borrowed from a message or from wherever else they are held; read from what a
/// session was written as, and written as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "they are those of `Session`")]
pub struct Attributes<'a> {
    // In the order of `Session`: that is how they are written.
    pub id: SessionId,
    pub user: &'a str,
    pub full_name: &'a str,
    pub device: &'a str,
    pub client: &'a str,
    pub started_at: Millis,
    pub kind: SessionType,
    pub port: u16,
    pub service_url: &'a str,
    pub account_name: &'a str,
    pub service_provider: &'a str,
    #[serde(borrow)]
    pub agent: Option<&'a str>,
    #[serde(borrow)]
    pub jump_server_group: Option<&'a str>,
    pub watchers: u32,
    pub last_active_at: Millis,
    pub node: &'a str,
    pub recorded: bool,
    pub user_reported: bool,
    pub end_asked: EndAsked,
}

impl<'a> From<&'a Session> for Attributes<'a> {
    fn from(session: &'a Session) -> Self {
        Self {
            id: session.id,
            user: &session.user,
            full_name: &session.full_name,
            device: &session.device,
            client: &session.client,
            started_at: session.started_at,
            kind: session.kind,
            port: session.port,
            service_url: &session.service_url,
            account_name: &session.account_name,
            service_provider: &session.service_provider,
            agent: session.agent.as_deref(),
            jump_server_group: session.jump_server_group.as_deref(),
            watchers: session.watchers,
            last_active_at: session.last_active_at,
            node: &session.node,
            recorded: session.recorded,
            user_reported: session.user_reported,
            end_asked: session.end_asked,
        }
    }
}

impl Attributes<'_> {
    /// A session of its own.
    #[must_use]
    pub fn to_session(&self) -> Session {
        Session {
            id: self.id,
            user: self.user.to_owned(),
            full_name: self.full_name.to_owned(),
            device: self.device.to_owned(),
            client: self.client.to_owned(),
            started_at: self.started_at,
            kind: self.kind,
            port: self.port,
            service_url: self.service_url.to_owned(),
            account_name: self.account_name.to_owned(),
            service_provider: self.service_provider.to_owned(),
            agent: self.agent.map(str::to_owned),
            jump_server_group: self.jump_server_group.map(str::to_owned),
            watchers: self.watchers,
            last_active_at: self.last_active_at,
            node: self.node.to_owned(),
            recorded: self.recorded,
            user_reported: self.user_reported,
            end_asked: self.end_asked,
        }
    }
}

/// A [`FeedFrame::Snapshot`](crate::FeedFrame::Snapshot), read and written without copying its sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// Last `Changes` before it.
    pub seq: u64,
    /// Open sessions.
    pub sessions: Vec<(Attributes<'a>, Rights)>,
    /// How many more are in the pieces to come.
    pub rest: u32,
}

impl<'a> Piece<'a> {
    /// What a snapshot's bytes begin with: the number of its variant.
    const TAG: u8 = 1;

    /// The frame.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        encode(&(Self::TAG, self.seq, &self.sessions, self.rest))
    }

    /// Reads it; none when the bytes are a frame of another kind.
    ///
    /// # Errors
    /// When the bytes are not exactly one snapshot, or too many.
    pub fn read(bytes: &'a [u8]) -> Option<Result<Self, FrameError>> {
        let (tag, rest) = bytes.split_first()?;
        (*tag == Self::TAG).then(|| {
            if bytes.len() > MAX_FRAME_BYTES {
                return Err(FrameError::TooLarge(bytes.len()));
            }
            let ((seq, sessions, to_come), rest) = postcard::take_from_bytes(rest)?;
            if !rest.is_empty() {
                return Err(FrameError::Trailing(rest.len()));
            }
            Ok(Self { seq, sessions, rest: to_come })
        })
    }
}
