//! What targets prove themselves with: host keys of SSH servers, certificates of PostgreSQL servers. Each is one line
//! of text, `TYPE BASE64`.

/// Whether it is a certificate.
#[must_use]
pub fn is_certificate(line: &str) -> bool {
    gateway_pg::certificate::fingerprint(line).is_some()
}

/// `SHA256:…` of either.
///
/// # Errors
/// When it is neither.
pub fn fingerprint(line: &str) -> Result<String, String> {
    match gateway_pg::certificate::fingerprint(line) {
        Some(fingerprint) => Ok(fingerprint),
        None => gateway_ssh::keys::fingerprint(line).map_err(|error| error.to_string()),
    }
}
