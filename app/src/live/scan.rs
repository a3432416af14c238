//! Keys of a keyboard as the scan codes that a desktop reads: set 1, with 0xE000 added for extended keys.
//!
//! Pure: knows the names that the browser has for keys (`KeyboardEvent.code`), and no event.

/// Control, to the left.
pub(crate) const CONTROL: u16 = 0x1D;
/// Alt, to the left.
pub(crate) const ALT: u16 = 0x38;
/// AltGr.
pub(crate) const ALT_GR: u16 = 0xE038;
/// The key of `v`.
pub(crate) const V: u16 = 0x2F;
/// Delete.
pub(crate) const DELETE: u16 = 0xE053;

/// Every key by its place on the keyboard. Those that switch the machine off or wake it stay with the machine.
const CODES: [(&str, u16); 137] = [
    ("Escape", 0x01),
    ("Digit1", 0x02),
    ("Digit2", 0x03),
    ("Digit3", 0x04),
    ("Digit4", 0x05),
    ("Digit5", 0x06),
    ("Digit6", 0x07),
    ("Digit7", 0x08),
    ("Digit8", 0x09),
    ("Digit9", 0x0A),
    ("Digit0", 0x0B),
    ("Minus", 0x0C),
    ("Equal", 0x0D),
    ("Backspace", 0x0E),
    ("Tab", 0x0F),
    ("KeyQ", 0x10),
    ("KeyW", 0x11),
    ("KeyE", 0x12),
    ("KeyR", 0x13),
    ("KeyT", 0x14),
    ("KeyY", 0x15),
    ("KeyU", 0x16),
    ("KeyI", 0x17),
    ("KeyO", 0x18),
    ("KeyP", 0x19),
    ("BracketLeft", 0x1A),
    ("BracketRight", 0x1B),
    ("Enter", 0x1C),
    ("ControlLeft", CONTROL),
    ("KeyA", 0x1E),
    ("KeyS", 0x1F),
    ("KeyD", 0x20),
    ("KeyF", 0x21),
    ("KeyG", 0x22),
    ("KeyH", 0x23),
    ("KeyJ", 0x24),
    ("KeyK", 0x25),
    ("KeyL", 0x26),
    ("Semicolon", 0x27),
    ("Quote", 0x28),
    ("Backquote", 0x29),
    ("ShiftLeft", 0x2A),
    ("Backslash", 0x2B),
    ("KeyZ", 0x2C),
    ("KeyX", 0x2D),
    ("KeyC", 0x2E),
    ("KeyV", V),
    ("KeyB", 0x30),
    ("KeyN", 0x31),
    ("KeyM", 0x32),
    ("Comma", 0x33),
    ("Period", 0x34),
    ("Slash", 0x35),
    ("ShiftRight", 0x36),
    ("NumpadMultiply", 0x37),
    ("AltLeft", ALT),
    ("Space", 0x39),
    ("CapsLock", 0x3A),
    ("F1", 0x3B),
    ("F2", 0x3C),
    ("F3", 0x3D),
    ("F4", 0x3E),
    ("F5", 0x3F),
    ("F6", 0x40),
    ("F7", 0x41),
    ("F8", 0x42),
    ("F9", 0x43),
    ("F10", 0x44),
    ("NumLock", 0x45),
    ("ScrollLock", 0x46),
    ("Numpad7", 0x47),
    ("Numpad8", 0x48),
    ("Numpad9", 0x49),
    ("NumpadSubtract", 0x4A),
    ("Numpad4", 0x4B),
    ("Numpad5", 0x4C),
    ("Numpad6", 0x4D),
    ("NumpadAdd", 0x4E),
    ("Numpad1", 0x4F),
    ("Numpad2", 0x50),
    ("Numpad3", 0x51),
    ("Numpad0", 0x52),
    ("NumpadDecimal", 0x53),
    ("IntlBackslash", 0x56),
    ("F11", 0x57),
    ("F12", 0x58),
    ("NumpadEqual", 0x59),
    ("F13", 0x64),
    ("F14", 0x65),
    ("F15", 0x66),
    ("F16", 0x67),
    ("F17", 0x68),
    ("F18", 0x69),
    ("F19", 0x6A),
    ("F20", 0x6B),
    ("F21", 0x6C),
    ("F22", 0x6D),
    ("F23", 0x6E),
    ("KanaMode", 0x70),
    ("Lang2", 0x71),
    ("Lang1", 0x72),
    ("IntlRo", 0x73),
    ("F24", 0x76),
    ("Lang4", 0x77),
    ("Lang3", 0x78),
    ("Convert", 0x79),
    ("NonConvert", 0x7B),
    ("IntlYen", 0x7D),
    ("NumpadComma", 0x7E),
    ("MediaTrackPrevious", 0xE010),
    ("MediaTrackNext", 0xE019),
    ("NumpadEnter", 0xE01C),
    ("ControlRight", 0xE01D),
    ("AudioVolumeMute", 0xE020),
    ("MediaPlayPause", 0xE022),
    ("MediaStop", 0xE024),
    ("AudioVolumeDown", 0xE02E),
    ("AudioVolumeUp", 0xE030),
    ("NumpadDivide", 0xE035),
    ("PrintScreen", 0xE037),
    ("AltRight", ALT_GR),
    // With Control, which is how Pause is known where it is one code.
    ("Pause", 0xE046),
    ("Home", 0xE047),
    ("ArrowUp", 0xE048),
    ("PageUp", 0xE049),
    ("ArrowLeft", 0xE04B),
    ("ArrowRight", 0xE04D),
    ("End", 0xE04F),
    ("ArrowDown", 0xE050),
    ("PageDown", 0xE051),
    ("Insert", 0xE052),
    ("Delete", DELETE),
    ("MetaLeft", 0xE05B),
    ("MetaRight", 0xE05C),
    ("ContextMenu", 0xE05D),
    ("BrowserBack", 0xE06A),
    ("BrowserForward", 0xE069),
];

/// The scan code of the key at a place of the keyboard.
pub(crate) fn code(place: &str) -> Option<u16> {
    // What browsers called it before.
    let place = match place {
        "OSLeft" => "MetaLeft",
        "OSRight" => "MetaRight",
        place => place,
    };
    CODES.iter().find(|(name, _)| *name == place).map(|(_, code)| *code)
}

/// The same of a key that is known by what it means alone (`KeyboardEvent.key`), as on glass.
pub(crate) fn meaning(key: &str) -> Option<u16> {
    match key {
        " " => code("Space"),
        "Control" => Some(CONTROL),
        "Alt" => Some(ALT),
        "Shift" => code("ShiftLeft"),
        key => code(key),
    }
}

/// The same of a letter or digit on a keyboard of the United States, for short cuts.
pub(crate) fn letter(letter: char) -> Option<u16> {
    let letter = letter.to_ascii_uppercase();
    CODES
        .iter()
        .find(|(name, _)| match name.strip_prefix("Key").or_else(|| name.strip_prefix("Digit")) {
            Some(name) => name.chars().eq([letter]),
            None => false,
        })
        .map(|(_, code)| *code)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use wire::desktop::Gesture;

    use super::*;

    #[test]
    fn each_key_has_a_code_of_its_own() {
        let names: HashSet<_> = CODES.iter().map(|(name, _)| name).collect();
        let codes: HashSet<_> = CODES.iter().map(|(_, code)| code).collect();
        assert_eq!((names.len(), codes.len()), (CODES.len(), CODES.len()));
        for (name, code) in CODES {
            assert!(code & 0xFF00 == 0 || code & 0xFF00 == 0xE000, "{name}");
            assert!(code & 0x80 == 0 && code <= Gesture::MAX_CODE, "{name}");
        }
    }

    #[test]
    fn every_key_of_a_keyboard_is_there() {
        let letters = ('A'..='Z').map(|letter| format!("Key{letter}"));
        let digits = (0..10).flat_map(|digit| [format!("Digit{digit}"), format!("Numpad{digit}")]);
        let functions = (1..=24).map(|number| format!("F{number}"));
        let sides = ["Control", "Shift", "Alt", "Meta"];
        let sides = sides.into_iter().flat_map(|name| [format!("{name}Left"), format!("{name}Right")]);
        let others = "Backquote Backslash BracketLeft BracketRight Comma Equal IntlBackslash IntlRo IntlYen Minus \
            Period Quote Semicolon Slash Backspace CapsLock ContextMenu Enter Space Tab Convert KanaMode Lang1 Lang2 \
            NonConvert Delete End Home Insert PageDown PageUp ArrowDown ArrowLeft ArrowRight ArrowUp NumLock \
            NumpadAdd NumpadComma NumpadDecimal NumpadDivide NumpadEnter NumpadEqual NumpadMultiply NumpadSubtract \
            Escape PrintScreen ScrollLock Pause";
        let others = others.split_ascii_whitespace().map(str::to_owned);
        for name in letters.chain(digits).chain(functions).chain(sides).chain(others) {
            assert!(code(&name).is_some(), "{name}");
        }
        assert_eq!(code("Power"), None);
        assert_eq!(code(""), None);
    }

    #[test]
    fn codes_are_those_of_set_1() {
        for (name, expected) in [
            ("Escape", 0x01),
            ("KeyA", 0x1E),
            ("KeyM", 0x32),
            ("F10", 0x44),
            ("F12", 0x58),
            ("Numpad0", 0x52),
            ("NumpadEnter", 0xE01C),
            ("AltRight", 0xE038),
            ("ArrowLeft", 0xE04B),
            ("OSLeft", 0xE05B),
        ] {
            assert_eq!(code(name), Some(expected), "{name}");
        }
    }

    #[test]
    fn keys_on_glass_are_known_by_their_meaning() {
        for (key, expected) in [
            ("Enter", Some(0x1C)),
            (" ", Some(0x39)),
            ("ArrowUp", Some(0xE048)),
            ("Control", Some(0x1D)),
            ("Unidentified", None),
            ("a", None),
        ] {
            assert_eq!(meaning(key), expected, "{key}");
        }
        for (of, expected) in
            [('c', Some(0x2E)), ('C', Some(0x2E)), ('0', Some(0x0B)), ('é', None), ('-', None)]
        {
            assert_eq!(letter(of), expected, "{of}");
        }
    }
}
