//! What each link of an index says.

use serde::{Deserialize, Serialize};
use wire::live::{Modes, Size};
use wire::{End, EndReason, Millis, SessionId};

use crate::{Mark, Moment, escape};

/// The screen at some moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keyframe {
    /// Its size.
    pub size: Size,
    /// Modes beside the dump.
    pub modes: Modes,
    /// Title that the program set; empty when none.
    pub title: String,
    /// Text that draws it on a fresh terminal of that size.
    pub dump: String,
}

/// A keyframe as its link holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyframeBody {
    /// The moment of the last event that is in it.
    pub at: Moment,
    /// Where in the recording the line of the event after it begins, in bytes. Where the screen is a picture,
    /// that line is the picture, and the rest here means nothing.
    pub offset: u64,
    /// Columns.
    pub cols: u16,
    /// Rows.
    pub rows: u16,
    /// Modes beside the dump.
    pub modes: Modes,
    /// Title that the program set; empty when none.
    pub title: String,
    /// Text that draws it on a fresh terminal of that size.
    pub dump: String,
}

/// Something with its moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timed {
    /// When.
    pub at: Moment,
    /// What.
    #[serde(flatten)]
    pub mark: Mark,
}

/// What the first link says beside: who signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// Name of the node.
    pub node: String,
    /// Its public key (Ed25519, RFC 8032), base64.
    pub key: String,
}

/// What the last link says beside: how the session ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// The moment of the recording's last line.
    pub at: Moment,
    /// When the session ended, by the clock.
    pub time: Millis,
    /// Why, in the words of [`EndReason::as_str`].
    pub reason: String,
    /// Name of the person who ended it, if somebody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What that person gave as the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Lines of events in all.
    pub events: u64,
    /// Where the bytes begin that were signed only later, when the recording was repaired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_from: Option<u64>,
}

impl Ending {
    /// The end of the session; none if the reason is not known here.
    #[must_use]
    pub fn end(&self) -> Option<End> {
        let reason: EndReason = self.reason.parse().ok()?;
        Some(End { at: self.time, reason, by: self.by.clone(), note: self.note.clone() })
    }
}

/// One link: which bytes of the recording it covers, and what happened in them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// Its number, from 1.
    pub number: u64,
    /// The session.
    pub session: SessionId,
    /// The moment of the last event that it covers.
    pub at: Moment,
    /// First byte of the recording that it covers.
    pub from: u64,
    /// The byte after the last one.
    pub to: u64,
    /// SHA-256 of those bytes, hexadecimal.
    pub sha256: String,
    /// In the first link alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Start>,
    /// Marks among those bytes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Timed>,
    /// The screen at a moment among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keyframe: Option<KeyframeBody>,
    /// In the last link alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Ending>,
}

/// The text is no body of a link.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a link: {0}")]
pub struct LinkError(String);

impl Body {
    /// The body as its line holds it.
    ///
    /// # Panics
    /// Never: these fields are always JSON.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        escape::harden(&serde_json::to_string(self).expect("text and numbers alone"))
    }

    /// Reads what [`Body::to_json`] wrote.
    ///
    /// # Errors
    /// When it is something else.
    pub fn parse(json: &[u8]) -> Result<Self, LinkError> {
        serde_json::from_slice(json).map_err(|error| LinkError(error.to_string()))
    }
}

/// The parts of a link's line: `BODY SP HASH SP SIGNATURE`, without the line feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts<'a> {
    /// The body, JSON.
    pub body: &'a [u8],
    /// SHA-256 over the hash before it and the body, hexadecimal.
    pub hash: &'a [u8],
    /// Ed25519 by the node over that hash, base64.
    pub signature: &'a [u8],
}

impl<'a> Parts<'a> {
    /// Finds them, whatever they hold: a body may hold spaces, the other parts hold none.
    #[must_use]
    pub fn split(line: &'a [u8]) -> Option<Self> {
        let mut parts = line.rsplitn(3, |&byte| byte == b' ');
        let (signature, hash, body) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self { body, hash, signature })
    }
}
