//! As much of DER (ITU-T X.690) as certificates are looked into for. Pure.

/// Type of a sequence.
pub const SEQUENCE: u8 = 0x30;
/// Type of an object's identifier.
pub const IDENTIFIER: u8 = 0x06;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
/// The version of a certificate, in brackets of its own.
const VERSION: u8 = 0xa0;

/// Takes an element of that type off: what is in it, and what follows.
#[must_use]
pub fn element(der: &[u8], kind: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = der.split_first()?;
    let (&short, rest) = rest.split_first()?;
    let (length, rest) = match short {
        0..=0x7f => (usize::from(short), rest),
        // Not 0x80, which names no length.
        0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(short & 0x7f))?;
            (bytes.iter().fold(0_usize, |length, &byte| length << 8 | usize::from(byte)), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length).filter(|_| found == kind)
}

/// The public key of a certificate, without the name of its algorithm (RFC 5280, section 4.1).
#[must_use]
pub fn public_key(certificate: &[u8]) -> Option<&[u8]> {
    let (certificate, _) = element(certificate, SEQUENCE)?;
    let (mut rest, _) = element(certificate, SEQUENCE)?;
    if let Some((_, after)) = element(rest, VERSION) {
        rest = after;
    }
    // Number, algorithm, issuer, validity, subject.
    for kind in [INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE] {
        (_, rest) = element(rest, kind)?;
    }
    let (info, _) = element(rest, SEQUENCE)?;
    let (_, key) = element(info, SEQUENCE)?;
    let (bits, _) = element(key, BIT_STRING)?;
    // The first byte says how many bits of the last one are not meant.
    bits.split_first().filter(|(unused, _)| **unused == 0).map(|(_, key)| key)
}
