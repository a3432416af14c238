//! The data folder: made for its owner alone, and locked by the one server that runs on it.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use super::Config;

/// How long a server waits for the lock: a command may look at it for a moment.
const LOCK_PATIENCE: Duration = Duration::from_secs(1);
const LOCK_RETRY: Duration = Duration::from_millis(20);

/// Held while a server runs on the folder.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Config {
    /// Makes the data folder, or sees to it that nobody else can look into it.
    ///
    /// # Errors
    /// When it cannot be made or written to, or is open to others.
    pub fn prepare_folder(&self) -> anyhow::Result<()> {
        let folder = self.data.as_path();
        let shown = folder.display();
        if !folder.exists() {
            let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
            made.with_context(|| format!("the data folder {shown} cannot be made"))?;
        }
        let about =
            std::fs::metadata(folder).with_context(|| format!("the data folder {shown} cannot be read"))?;
        if !about.is_dir() {
            bail!("the data folder {shown} is not a folder");
        }
        if about.permissions().mode() & 0o077 != 0 {
            // Only a folder that holds nothing of anybody else is changed.
            if !holds_only_ours(folder).with_context(|| format!("the data folder {shown} cannot be read"))? {
                bail!(
                    "others can look into the data folder {shown}, and it holds files that are not ours: \
                     choose another one, or run `chmod 700 {shown}` first"
                );
            }
            std::fs::set_permissions(folder, PermissionsExt::from_mode(0o700))
                .with_context(|| format!("the data folder {shown} cannot be closed to others"))?;
        }
        let probe = private(&self.file("server.lock"));
        probe.map(drop).with_context(|| format!("the data folder {shown} cannot be written to"))
    }

    /// Takes the lock of the one server on this folder.
    ///
    /// # Errors
    /// When another server runs.
    pub fn lock(&self) -> anyhow::Result<Lock> {
        let file = private(&self.file("server.lock"))?;
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Lock { _file: file }),
                Err(TryLockError::WouldBlock) if begun.elapsed() < LOCK_PATIENCE => {
                    std::thread::sleep(LOCK_RETRY);
                }
                Err(TryLockError::WouldBlock) => {
                    bail!("another server runs on the data folder {}", self.data.display())
                }
                Err(TryLockError::Error(error)) => {
                    return Err(error).context("the data folder cannot be locked");
                }
            }
        }
    }

    /// The lock if no server runs on this folder; while it is held, none starts.
    ///
    /// # Errors
    /// When the lock cannot be looked at.
    pub fn lock_if_free(&self) -> anyhow::Result<Option<Lock>> {
        let file = private(&self.file("server.lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error).context("the data folder cannot be locked"),
        }
    }

    /// Waits for a turn to open the database: two that make its tables at once hinder one another.
    ///
    /// # Errors
    /// When the lock file cannot be used.
    pub fn turn_to_open(&self) -> anyhow::Result<Lock> {
        let file = private(&self.file("open.lock"))?;
        file.lock().context("the data folder cannot be locked")?;
        Ok(Lock { _file: file })
    }

    /// A file of the data folder.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.data.join(name)
    }
}

/// Whether everything in a folder is something that this program keeps in its data folder.
fn holds_only_ours(folder: &Path) -> std::io::Result<bool> {
    const OURS: [&str; 6] =
        ["sightline.", "server.lock", "open.lock", "secret.key", "signing.key", "recordings"];
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        if !OURS.iter().any(|ours| name.starts_with(ours)) && !name.starts_with("ssh_host_") {
            return Ok(false);
        }
    }
    Ok(true)
}

fn private(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)
}
