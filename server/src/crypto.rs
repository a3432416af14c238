//! Secrets: password hashes, sealed account secrets, random tokens. Never logs what it handles.

pub mod key_file;
pub mod passwords;
pub mod pins;
pub mod scram;
pub mod tokens;
pub mod vault;

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
