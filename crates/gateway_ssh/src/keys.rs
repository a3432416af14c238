//! Keys as text, so that the rest of the product needs no SSH library: made, read, compared.
//!
//! Never writes a private key anywhere.

use std::borrow::Cow;

use russh::keys::ssh_key::{Algorithm, HashAlg, LineEnding, PrivateKey, PublicKey};
use russh::keys::{decode_secret_key, key::safe_rng};
use zeroize::Zeroizing;

/// Text that is no usable key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// No public key.
    #[error("this is no public key: give one line such as `ssh-ed25519 AAAA… name`")]
    Public,
    /// No private key.
    #[error("this is no private key in OpenSSH or PEM form")]
    Private,
    /// A private key with a passphrase.
    #[error("this private key has a passphrase: remove it with `ssh-keygen -p`")]
    Encrypted,
    /// The machine's random numbers failed.
    #[error("cannot make a key: {0}")]
    Make(String),
}

/// A new Ed25519 private key in OpenSSH form.
///
/// # Errors
/// When the machine gives no random numbers.
pub fn generate_host_key() -> Result<Zeroizing<String>, KeyError> {
    let key = PrivateKey::random(&mut safe_rng(), Algorithm::Ed25519)
        .map_err(|error| KeyError::Make(error.to_string()))?;
    key.to_openssh(LineEnding::LF).map_err(|error| KeyError::Make(error.to_string()))
}

/// The public half of a private key, as one line without a comment.
///
/// # Errors
/// When the text is no private key, or has a passphrase.
pub fn public_line(private: &str) -> Result<String, KeyError> {
    line_of(read_private(private)?.public_key())
}

/// The one form in which public keys are kept and compared: `TYPE BASE64`, from any line that OpenSSH
/// writes (a `.pub` file, a line of `known_hosts` without its hosts).
///
/// # Errors
/// When the text holds no public key.
pub fn canonical_public(text: &str) -> Result<String, KeyError> {
    line_of(&read_public(text)?)
}

/// `SHA256:…`, as `ssh-keygen -l` prints it.
///
/// # Errors
/// When the text holds no public key.
pub fn fingerprint(line: &str) -> Result<String, KeyError> {
    Ok(read_public(line)?.fingerprint(HashAlg::Sha256).to_string())
}

/// Whether a text is a private key that the gateway can use.
///
/// # Errors
/// When it is not, or has a passphrase.
pub fn check_private(text: &str) -> Result<(), KeyError> {
    read_private(text).map(|_| ())
}

pub(crate) fn read_private(text: &str) -> Result<PrivateKey, KeyError> {
    // Keys that were pasted or came through a pipe lose their last line feed or gain CRs.
    let text: Cow<'_, str> = if text.contains('\r') { text.replace('\r', "").into() } else { text.into() };
    let text = Zeroizing::new(format!("{}\n", text.trim()));
    match decode_secret_key(&text, None) {
        Ok(key) if key.is_encrypted() => Err(KeyError::Encrypted),
        Ok(key) => Ok(key),
        Err(russh::keys::Error::KeyIsEncrypted) => Err(KeyError::Encrypted),
        Err(_) => Err(KeyError::Private),
    }
}

pub(crate) fn line_of(key: &PublicKey) -> Result<String, KeyError> {
    let mut key = key.clone();
    key.set_comment("");
    Ok(key.to_openssh().map_err(|_| KeyError::Public)?.trim_end().to_owned())
}

pub(crate) fn read_public(text: &str) -> Result<PublicKey, KeyError> {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    PublicKey::from_openssh(line.ok_or(KeyError::Public)?).map_err(|_| KeyError::Public)
}

#[cfg(test)]
mod tests {
    use super::{KeyError, canonical_public, check_private, fingerprint, generate_host_key, public_line};

    // From `ssh-keygen -t ed25519`, with its fingerprint from `ssh-keygen -l`.
    const LINE: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1LM7BvWhbVf1X4kRRtFK5vKu2nLH2t5mZJQq5G3S5V bob@home office";

    #[test]
    fn a_made_key_reads_back() {
        let private = generate_host_key().expect("a key");
        check_private(&private).expect("usable");
        let public = public_line(&private).expect("its public half");
        assert_eq!(canonical_public(&public).expect("canonical"), public);
        assert_eq!(canonical_public(&format!("\n# mine\n{public} a comment\n")).expect("canonical"), public);
        assert!(fingerprint(&public).expect("fingerprint").starts_with("SHA256:"));
    }

    #[test]
    fn comments_are_not_part_of_a_key() {
        let canonical = canonical_public(LINE).expect("canonical");
        assert_eq!(canonical.split(' ').count(), 2);
        assert!(LINE.starts_with(&canonical));
    }

    #[test]
    fn other_text_is_refused_in_words() {
        assert!(matches!(canonical_public("ssh-ed25519 AAAA"), Err(KeyError::Public)));
        assert!(matches!(canonical_public(""), Err(KeyError::Public)));
        assert!(matches!(check_private("hello"), Err(KeyError::Private)));
        assert!(matches!(check_private(LINE), Err(KeyError::Private)));
    }
}
