//! Knows whether a step's output still belongs to its inputs: a hash of the inputs, kept beside it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::place;

/// Collects the inputs of a step.
#[derive(Default)]
pub(crate) struct Inputs(Sha256);

impl Inputs {
    /// Adds a named value, such as a version or a list of options.
    pub(crate) fn value(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let value = value.as_ref();
        // Lengths keep neighbours apart: ("ab", "c") is not ("a", "bc").
        self.0.update((name.len() as u64).to_le_bytes());
        self.0.update(name);
        self.0.update((value.len() as u64).to_le_bytes());
        self.0.update(value);
        self
    }

    /// Adds the content of a file.
    pub(crate) fn file(self, path: &Path) -> Result<Self> {
        let content = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(self.value(&path.to_string_lossy(), content))
    }

    /// The stamp of a step with these inputs.
    pub(crate) fn stamp(self, step: &str) -> Stamp {
        Stamp { path: place::kept(&format!("{step}.stamp")), hash: hex(&self.0.finalize()) }
    }
}

/// The hash of a step's inputs and where it is kept.
pub(crate) struct Stamp {
    path: PathBuf,
    hash: String,
}

impl Stamp {
    /// Whether the step last succeeded with these very inputs.
    pub(crate) fn is_fresh(&self) -> bool {
        fs::read_to_string(&self.path).is_ok_and(|kept| kept == self.hash)
    }

    /// Takes note that the step succeeded. Call it last.
    pub(crate) fn keep(&self) -> Result<()> {
        fs::create_dir_all(place::kept(""))?;
        fs::write(&self.path, &self.hash).with_context(|| format!("cannot write {}", self.path.display()))
    }
}

/// The first 16 hexadecimal digits of a content's hash, for its name.
pub(crate) fn short_hash(content: &[u8]) -> String {
    let mut hash = hex(&Sha256::digest(content));
    hash.truncate(16);
    hash
}

/// Every file below a folder, sorted.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_that_join_to_the_same_bytes_differ() {
        let one = Inputs::default().value("ab", "c").stamp("x");
        let other = Inputs::default().value("a", "bc").stamp("x");
        assert_ne!(one.hash, other.hash);
    }

    #[test]
    fn a_short_hash_is_sixteen_digits_of_sha256() {
        assert_eq!(short_hash(b"abc"), "ba7816bf8f01cfea");
    }
}
