//! What the server says of a recording: all that the page knows of its files.

use recording::{Mark, MarkKind, Moment};
use serde::{Deserialize, Serialize};
use wire::desktop::Extent;
use wire::live::{Modes, Size};

/// A recording in short, and its screen at the moment that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outline {
    /// Name of the session's owner: the author of input until another is named.
    pub user: String,
    /// Whether the session still runs; then the recording is replayed as far as it was signed.
    pub running: bool,
    /// Whether there is a screen; without one there are only marks.
    pub screen: bool,
    /// The moment of the last event.
    pub duration: Moment,
    /// Length in bytes.
    pub bytes: u64,
    /// Where reading may begin beside the start, in order: the moment up to which everything is in the
    /// screen there, and where the line after it begins, in bytes.
    pub keyframes: Vec<(Moment, u64)>,
    /// What happened beside the screen, in order.
    pub marks: Vec<Marked>,
    /// Number of marks that are left out because there are too many.
    pub marks_left: u64,
    /// The screen to begin with.
    pub first: Frame,
}

/// The screen at some moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// Everything up to this moment, itself included, is in it.
    pub at: Moment,
    /// Where to read on, in bytes; events there that are not after `at` are in it already.
    pub offset: u64,
    /// Its size.
    pub size: Size,
    /// Modes beside the dump.
    pub modes: Modes,
    /// Title that the program set; empty when none.
    pub title: String,
    /// Text that draws it on a fresh terminal of that size.
    pub dump: String,
    /// Where the screen is a picture, its extent at the start of the recording; all of the above but `at` and
    /// `offset` means nothing then. The line at `offset` is all of the picture ([`recording::Sight::Whole`]), or
    /// it is the start and the picture is black; nothing from there on is in it already.
    pub picture: Option<Extent>,
}

/// Something that happened beside the screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marked {
    /// When.
    pub at: Moment,
    /// What it was.
    pub kind: MarkKind,
    /// Name of the user who did it, if somebody in particular did.
    pub by: Option<String>,
    /// What its kind says.
    pub text: String,
}

impl Marked {
    /// It in words, as the recording has them; `words::mark` has them in the page's language.
    #[must_use]
    pub fn words(&self) -> String {
        Mark { kind: self.kind, by: self.by.clone(), text: self.text.clone() }.to_string()
    }
}

/// Moments at which the owner's window had another size, in order.
pub type Sizes = Vec<(Moment, Size)>;

/// Where a text appeared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// When, and the line that it was in.
    pub hits: Vec<(Moment, String)>,
    /// From where to ask on, if this is not all.
    pub next: Option<Moment>,
}

/// Whether the recording is as it was signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// Every byte is, and this node's key signed it.
    Whole {
        /// Name of the node that signed.
        node: String,
        /// Its public key, base64.
        key: String,
        /// Links of the chain.
        links: u64,
        /// Lines of events.
        events: u64,
        /// Hash of the last link, hexadecimal.
        head: String,
        /// Where the bytes begin that were signed only when the recording was repaired.
        late_from: Option<u64>,
    },
    /// It is so far; the session still runs.
    SoFar {
        /// Links of the chain.
        links: u64,
        /// Up to which moment.
        until: Moment,
    },
    /// It is not.
    Broken {
        /// What is wrong, and where, in words.
        words: String,
        /// The first bad byte.
        byte: u64,
        /// Whether that is one of the index, which stands beside the recording.
        in_index: bool,
        /// Number of links before it that are good.
        links: u64,
        /// Up to which moment the recording is good.
        until: Moment,
    },
}
