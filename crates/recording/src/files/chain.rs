//! The chain of hashes: each link's covers its body and the hash before it. Pure.

use ring::digest::{Context, Digest, SHA256, digest};

/// SHA-256 (FIPS 180-4).
pub(super) type Hash = [u8; 32];

/// Says what is hashed, so that no other hash of ours can stand for one of these.
const DOMAIN: &[u8] = b"sightline recording link 1\n";

/// Stands before the first link, in place of a hash.
pub(super) const START: Hash = [0; 32];

/// The hash of a link with this body.
pub(super) fn link(previous: &Hash, body: &[u8]) -> Hash {
    let mut context = Context::new(&SHA256);
    context.update(DOMAIN);
    context.update(previous);
    context.update(body);
    whole(&context.finish())
}

/// The hash of bytes of a recording, hexadecimal.
pub(super) fn of_bytes(bytes: &[u8]) -> String {
    hex(digest(&SHA256, bytes).as_ref())
}

/// Bytes as lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads what [`hex`] wrote of a hash, and nothing else.
pub(super) fn unhex(digits: &[u8]) -> Option<Hash> {
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    let mut hash = Hash::default();
    if pairs.len() != hash.len() {
        return None;
    }
    for (byte, [high, low]) in hash.iter_mut().zip(pairs) {
        *byte = value(*high)? << 4 | value(*low)?;
    }
    Some(hash)
}

/// A link's line.
pub(super) fn line(body: &[u8], hash: &Hash, signature: &str) -> Vec<u8> {
    [body, b" ", hex(hash).as_bytes(), b" ", signature.as_bytes(), b"\n"].concat()
}

fn whole(digest: &Digest) -> Hash {
    let mut hash = Hash::default();
    hash.copy_from_slice(digest.as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_depends_on_the_body_and_on_what_was_before() {
        let first = link(&START, b"{}");
        assert_eq!(first, link(&START, b"{}"));
        assert_ne!(first, link(&first, b"{}"));
        assert_ne!(first, link(&START, b"{} "));
    }

    #[test]
    fn digits_come_back_and_only_these() {
        let hash = link(&START, b"");
        let digits = hex(&hash);
        assert_eq!(unhex(digits.as_bytes()), Some(hash));
        assert_eq!(unhex(digits.to_uppercase().as_bytes()), None);
        assert_eq!(unhex(&digits.as_bytes()[1..]), None);
        assert_eq!(unhex(&digits.as_bytes()[2..]), None);
        assert_eq!(unhex(&[digits.as_bytes(), b"00"].concat()), None);
    }
}
