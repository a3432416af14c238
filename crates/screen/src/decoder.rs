//! UTF-8 as it arrives: in pieces that may end in the middle of a character.

use std::borrow::Cow;

/// Turns chunks of bytes into text: whole characters only, U+FFFD for what is no UTF-8.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decoder {
    /// The first bytes of a character whose rest is yet to come; at most three.
    pending: Vec<u8>,
}

impl Decoder {
    /// The text that is complete with this chunk.
    #[must_use]
    pub fn decode<'a>(&mut self, chunk: &'a [u8]) -> Cow<'a, str> {
        if self.pending.is_empty()
            && let Ok(text) = std::str::from_utf8(chunk)
        {
            return Cow::Borrowed(text);
        }
        let mut bytes = std::mem::take(&mut self.pending);
        bytes.extend_from_slice(chunk);
        let mut text = String::with_capacity(bytes.len());
        let mut left = bytes.len();
        for part in bytes.utf8_chunks() {
            text.push_str(part.valid());
            left -= part.valid().len() + part.invalid().len();
            if left == 0 && is_start_of_character(part.invalid()) {
                self.pending.extend_from_slice(part.invalid());
            } else if !part.invalid().is_empty() {
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
        Cow::Owned(text)
    }

    /// Whether a character has begun and not ended.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        !self.pending.is_empty()
    }
}

fn is_start_of_character(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::Decoder;
    use proptest::prelude::*;

    #[test]
    fn joins_a_character_across_chunks() {
        let mut decoder = Decoder::default();
        assert_eq!(decoder.decode(b"a\xe2\x82"), "a");
        assert!(decoder.is_pending());
        assert_eq!(decoder.decode(b"\xacb"), "€b");
        assert!(!decoder.is_pending());
    }

    #[test]
    fn shows_what_is_no_utf8() {
        let mut decoder = Decoder::default();
        assert_eq!(decoder.decode(b"\xff\xe2\x82A"), "\u{fffd}\u{fffd}A");
        assert_eq!(decoder.decode(b"\xf0\x9f"), "");
        assert_eq!(decoder.decode(b"\r\n"), "\u{fffd}\r\n");
    }

    proptest! {
        #[test]
        fn chunks_do_not_matter(bytes in proptest::collection::vec(any::<u8>(), 0..64), cut in 0..64_usize) {
            let cut = cut.min(bytes.len());
            let mut whole = Decoder::default();
            let mut pieces = Decoder::default();
            let expected = whole.decode(&bytes).into_owned();
            let actual = pieces.decode(&bytes[..cut]).into_owned() + &pieces.decode(&bytes[cut..]);
            prop_assert_eq!(actual, expected);
            prop_assert_eq!(pieces, whole);
        }

        #[test]
        fn agrees_with_the_standard_library(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let mut decoder = Decoder::default();
            let mut actual = decoder.decode(&bytes).into_owned();
            if decoder.is_pending() {
                actual.push(char::REPLACEMENT_CHARACTER);
            }
            prop_assert_eq!(actual, String::from_utf8_lossy(&bytes));
        }
    }
}
