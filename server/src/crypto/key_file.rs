//! Files that hold a key: made once, for their owner alone, and never replaced.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Result, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use zeroize::Zeroizing;

/// What a key file holds; made (0600) when missing. Whoever comes second reads what the first one
/// wrote: the file appears whole, by link, or something would be sealed with a key that is gone.
///
/// # Errors
/// When it can be neither read nor made.
pub fn read_or_make(
    file: &Path,
    make: impl FnOnce() -> Result<Zeroizing<String>>,
) -> Result<Zeroizing<String>> {
    match std::fs::read_to_string(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        read => return read.map(Zeroizing::new),
    }
    let fresh = file.with_extension(format!("new.{}", std::process::id()));
    let mut out = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
    out.write_all(make()?.as_bytes())?;
    out.sync_all()?;
    let linked = std::fs::hard_link(&fresh, file);
    std::fs::remove_file(&fresh)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => std::fs::read_to_string(file).map(Zeroizing::new),
    }
}
