//! Recordings of sessions, as files in the data folder: written as sessions run, kept, found again.
//!
//! A session's gateway only puts moments into its tape; one thread writes all of them. Recordings under
//! way are in `recordings/open`, those that are closed in a folder for each month, `recordings/2026-11`.
//! What a recording's files look like is the crate `recording`'s.

mod begin;
mod desk;
mod echo;
mod hands;
mod keep;
mod script;
mod tape;
mod trail;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use recording::Signer;
use tokio::runtime::Handle;
use wire::{Millis, SessionId};
use zeroize::Zeroizing;

use crate::crypto::key_file::read_or_make;
use crate::journal::Journal;
use desk::Desk;
pub use keep::Removed;

/// Folder of the recordings in the data folder.
const FOLDER: &str = "recordings";
/// Folder of the recordings that are being written.
const OPEN: &str = "open";
/// File in the data folder with the key that signs recordings.
const SIGNING_KEY: &str = "signing.key";

/// What recordings may take, and for how long they are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Below this free space, in bytes, no session begins that is to be recorded.
    pub min_free: u64,
    /// Days after which a recording is removed; none: never.
    pub days: Option<u32>,
    /// Bytes that closed recordings may take together; the oldest are removed first. None: no limit.
    pub max_bytes: Option<u64>,
}

/// Where recordings are: enough to find and check one, without a server that runs.
#[derive(Clone, Debug)]
pub struct Shelf {
    folder: PathBuf,
}

/// The archive of a running server. Cheap to clone.
#[derive(Clone)]
pub struct Archive {
    inner: Arc<Inner>,
}

struct Inner {
    shelf: Shelf,
    signer: Arc<Signer>,
    limits: Limits,
    desk: Arc<Desk>,
    journal: Journal,
    /// Files are opened there.
    runtime: Handle,
}

impl Shelf {
    /// The shelf in a data folder.
    #[must_use]
    pub fn of(data: &Path) -> Self {
        Self { folder: data.join(FOLDER) }
    }

    fn open(&self) -> PathBuf {
        self.folder.join(OPEN)
    }

    /// The folder of a session's closed recording: that of the month in which the session was opened.
    fn closed(&self, session: SessionId) -> PathBuf {
        let opened = Timestamp::from_millisecond(session.opened_at().0).unwrap_or_default();
        self.folder.join(opened.to_zoned(TimeZone::UTC).strftime("%Y-%m").to_string())
    }

    /// The folder that holds a session's recording now; none when there is none (any more).
    #[must_use]
    pub fn find(&self, session: SessionId) -> Option<PathBuf> {
        [self.closed(session), self.open()]
            .into_iter()
            .find(|folder| recording::index_path(folder, session).exists())
    }
}

impl Archive {
    /// Opens the archive of a data folder: closes and signs what a node that died left open, and starts
    /// the thread that writes.
    ///
    /// # Errors
    /// When the folder or the key cannot be used.
    pub fn start(data: &Path, limits: Limits, journal: Journal) -> anyhow::Result<Self> {
        let shelf = Shelf::of(data);
        let open = shelf.open();
        private_folder(&open).with_context(|| format!("the folder {} cannot be made", open.display()))?;
        let signer = Arc::new(signer(data)?);
        keep::close_left_open(&shelf, &signer, &journal);
        let desk = Desk::start();
        Ok(Self {
            inner: Arc::new(Inner { shelf, signer, limits, desk, journal, runtime: Handle::current() }),
        })
    }

    /// Where the recordings are.
    #[must_use]
    pub fn shelf(&self) -> &Shelf {
        &self.inner.shelf
    }

    /// Removes what is too old or too much; what was removed is in the audit. Blocks.
    pub fn tidy(&self, now: Millis) -> Vec<Removed> {
        keep::tidy(&self.inner.shelf, self.inner.limits, now, &self.inner.journal)
    }

    /// Writes what waits, and ends the thread. Call it when no session is open any more.
    pub async fn finish(&self) {
        let desk = Arc::clone(&self.inner.desk);
        if tokio::task::spawn_blocking(move || desk.finish()).await.is_err() {
            tracing::error!("the thread that writes recordings failed");
        }
    }
}

/// The public key with which a data folder's recordings are signed; none when nothing was recorded yet.
///
/// # Errors
/// When the key is there and cannot be read.
pub fn public_key(data: &Path) -> anyhow::Result<Option<String>> {
    if data.join(SIGNING_KEY).exists() { Ok(Some(signer(data)?.public_key().to_owned())) } else { Ok(None) }
}

fn signer(data: &Path) -> anyhow::Result<Signer> {
    let file = data.join(SIGNING_KEY);
    let unusable = || format!("the signing key {} cannot be read or made", file.display());
    let text = read_or_make(&file, || {
        let key = Signer::generate().map_err(std::io::Error::other)?;
        Ok(Zeroizing::new(STANDARD.encode(&*key)))
    })
    .with_context(unusable)?;
    let key = Zeroizing::new(STANDARD.decode(text.trim()).with_context(unusable)?);
    Signer::from_pkcs8(&key).with_context(unusable)
}

fn private_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}
