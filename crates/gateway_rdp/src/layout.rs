//! The keyboard that desktops believe we have: the one of the United States. Pure.
//!
//! What a key stands for on the person's own keyboard comes as text; where that differs from this layout, the text
//! counts (`hands.rs`).

/// Its number, as servers know it.
pub(crate) const US: u32 = 0x0409;

/// Scan codes, and what they stand for without and with Shift.
const KEYS: [(u8, char, char); 48] = [
    (0x29, '`', '~'),
    (0x02, '1', '!'),
    (0x03, '2', '@'),
    (0x04, '3', '#'),
    (0x05, '4', '$'),
    (0x06, '5', '%'),
    (0x07, '6', '^'),
    (0x08, '7', '&'),
    (0x09, '8', '*'),
    (0x0A, '9', '('),
    (0x0B, '0', ')'),
    (0x0C, '-', '_'),
    (0x0D, '=', '+'),
    (0x10, 'q', 'Q'),
    (0x11, 'w', 'W'),
    (0x12, 'e', 'E'),
    (0x13, 'r', 'R'),
    (0x14, 't', 'T'),
    (0x15, 'y', 'Y'),
    (0x16, 'u', 'U'),
    (0x17, 'i', 'I'),
    (0x18, 'o', 'O'),
    (0x19, 'p', 'P'),
    (0x1A, '[', '{'),
    (0x1B, ']', '}'),
    (0x1E, 'a', 'A'),
    (0x1F, 's', 'S'),
    (0x20, 'd', 'D'),
    (0x21, 'f', 'F'),
    (0x22, 'g', 'G'),
    (0x23, 'h', 'H'),
    (0x24, 'j', 'J'),
    (0x25, 'k', 'K'),
    (0x26, 'l', 'L'),
    (0x27, ';', ':'),
    (0x28, '\'', '"'),
    (0x2B, '\\', '|'),
    (0x2C, 'z', 'Z'),
    (0x2D, 'x', 'X'),
    (0x2E, 'c', 'C'),
    (0x2F, 'v', 'V'),
    (0x30, 'b', 'B'),
    (0x31, 'n', 'N'),
    (0x32, 'm', 'M'),
    (0x33, ',', '<'),
    (0x34, '.', '>'),
    (0x35, '/', '?'),
    (0x39, ' ', ' '),
];

/// What a key stands for, without and with Shift.
pub(crate) fn characters(code: u16) -> Option<(char, char)> {
    let found = KEYS.iter().find(|(key, ..)| u16::from(*key) == code);
    found.map(|(_, plain, shifted)| (*plain, *shifted))
}

/// The key that a character is on, and whether it takes Shift.
pub(crate) fn key(character: char) -> Option<(u16, bool)> {
    let found = KEYS.iter().find(|(_, plain, shifted)| *plain == character || *shifted == character);
    found.map(|(code, plain, _)| (u16::from(*code), *plain != character))
}

/// Whether the key is one of the number block whose meaning depends on Num Lock.
pub(crate) const fn is_number_block(code: u16) -> bool {
    matches!(code, 0x47..=0x49 | 0x4B..=0x4D | 0x4F..=0x53)
}

#[cfg(test)]
mod tests {
    use super::{KEYS, characters, key};

    #[test]
    fn every_character_is_on_its_key() {
        for (code, plain, shifted) in KEYS {
            let code = u16::from(code);
            assert_eq!(characters(code), Some((plain, shifted)));
            assert_eq!(key(plain), Some((code, false)));
            assert_eq!(key(shifted), Some((code, plain != shifted)));
        }
        assert_eq!(key('é'), None);
    }
}
