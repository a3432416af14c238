//! Secrets: password hashes, sealed account secrets, random tokens. Never logs what it handles.

pub mod key_file;
pub mod passwords;
pub mod tokens;
pub mod vault;
