//! The first line of a recording: how its terminal was, and whose session it is.

use serde::{Deserialize, Serialize};
use wire::desktop::Extent;
use wire::live::Size;
use wire::{Millis, SessionId, SessionType};

use crate::escape;
use crate::picture::{extent_text, parse_extent};

/// What a recording begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Size of the terminal at the start; of no meaning where the screen is a picture.
    pub size: Size,
    /// Extent of the desktop at the start, where the screen is a picture.
    pub picture: Option<Extent>,
    /// What the terminal calls itself (`xterm-256color`), when known.
    pub terminal: Option<String>,
    /// Shown by players.
    pub title: String,
    /// Whose session it is.
    pub facts: Facts,
}

/// Whose session a recording is of; no part of asciicast, which ignores it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The session's id.
    pub session: SessionId,
    /// Name of the user who opened it: the owner, and the author of input until another is named.
    pub user: String,
    /// Full name of that user; empty when not known.
    pub full_name: String,
    /// IP address that the user connected from.
    pub device: String,
    /// Host name of the server where it was started.
    pub client: String,
    /// Name of the node that recorded it.
    pub node: String,
    /// What kind of connection it is.
    #[serde(rename = "type")]
    pub kind: SessionType,
    /// Name of the agent, if it ends at one.
    pub agent: Option<String>,
    /// Login on the agent.
    pub account: String,
    /// What it is connected to: `ssh://db-1:22`.
    pub service_url: String,
    /// When it was opened; moments of the recording count from there.
    pub started_at: Millis,
}

/// The line is no header of a recording of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// No JSON, or not with these names.
    #[error("the first line is no header of a recording: {0}")]
    NoHeader(String),
    /// It says that its screen is something that is not known here.
    #[error("the recording is of a screen that is not known here")]
    Screen,
    /// An asciicast of another version.
    #[error("the recording is an asciicast of version {0}, not 3")]
    Version(u8),
}

/// As asciicast v3 writes it.
#[derive(Serialize, Deserialize)]
struct Asciicast {
    version: u8,
    term: Term,
    timestamp: i64,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    title: String,
    sightline: Ours,
}

/// What is no part of asciicast.
#[derive(Serialize, Deserialize)]
struct Ours {
    #[serde(flatten)]
    facts: Facts,
    /// `picture`, where it is no terminal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    screen: Option<String>,
    /// `1280x800`, of a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    extent: Option<String>,
}

/// What the header calls a screen that is a picture.
const PICTURE: &str = "picture";

#[derive(Serialize, Deserialize)]
struct Term {
    cols: u16,
    rows: u16,
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
}

impl Header {
    /// The line, with its line feed.
    ///
    /// # Panics
    /// Never: these fields are always JSON.
    #[must_use]
    pub fn to_line(&self) -> Vec<u8> {
        let Size { cols, rows } = self.size;
        let asciicast = Asciicast {
            version: 3,
            term: Term { cols, rows, kind: self.terminal.clone() },
            // A clock before 1970 must not make the file unreadable: asciinema takes no sign.
            timestamp: self.facts.started_at.0.div_euclid(1000).max(0),
            title: self.title.clone(),
            sightline: Ours {
                facts: self.facts.clone(),
                screen: self.picture.map(|_| PICTURE.to_owned()),
                extent: self.picture.map(extent_text),
            },
        };
        let json = serde_json::to_string(&asciicast).expect("text and numbers alone");
        let mut line = escape::harden(&json);
        line.push(b'\n');
        line
    }

    /// Reads the line, with or without its line feed.
    ///
    /// # Errors
    /// When it is no header of a recording of ours.
    pub fn parse(line: &str) -> Result<Self, HeaderError> {
        let asciicast: Asciicast =
            serde_json::from_str(line).map_err(|error| HeaderError::NoHeader(error.to_string()))?;
        if asciicast.version != 3 {
            return Err(HeaderError::Version(asciicast.version));
        }
        let Term { cols, rows, kind } = asciicast.term;
        let Ours { facts, screen, extent } = asciicast.sightline;
        let picture = match screen.as_deref() {
            None => None,
            Some(PICTURE) => Some(extent.as_deref().and_then(parse_extent).ok_or(HeaderError::Screen)?),
            Some(_) => return Err(HeaderError::Screen),
        };
        Ok(Self {
            picture,
            size: Size::clamped(cols.into(), rows.into()),
            terminal: kind,
            title: asciicast.title,
            facts,
        })
    }
}
