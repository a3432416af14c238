//! What was done at a desktop, as a recording may hold it: what characters were typed only where the account's
//! rule allows it, for nobody knows whether it was a password; keys with a name, and clicks, in words.

use hub::KeysRule;
use wire::desktop::{Button, Gesture};

/// Stands for a character that is not kept.
const MASK: char = '•';

/// One person's hands on keyboard and mouse.
#[derive(Debug, Default)]
pub(super) struct Hands {
    held: Vec<Modifier>,
    at: (u16, u16),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Modifier {
    Ctrl,
    Alt,
    AltGr,
    Shift,
    Meta,
}

impl Hands {
    /// Takes in what they did; the text is empty where nothing of it is worth a word: the mouse only moved.
    pub(super) fn take(&mut self, gestures: &[Gesture], rule: KeysRule) -> String {
        let mut text = String::new();
        for gesture in gestures {
            match gesture {
                Gesture::Key { code, down, text: character } => {
                    self.key(*code, *down, *character, rule, &mut text);
                }
                Gesture::Text(character) => text.push(shown(*character, rule)),
                Gesture::Move { x, y } => self.at = (*x, *y),
                Gesture::Press { button, down: true } => {
                    let (x, y) = self.at;
                    let name = match button {
                        Button::Primary => "click",
                        Button::Middle => "middle click",
                        Button::Secondary => "right click",
                        Button::Back => "back button",
                        Button::Forward => "forward button",
                    };
                    text.push_str(&format!("⟨{name} {x},{y}⟩"));
                }
                Gesture::Released => self.held.clear(),
                // A clipboard's text has a mark of its own.
                Gesture::Press { .. } | Gesture::Wheel { .. } | Gesture::Clip { .. } => {}
            }
        }
        text
    }

    fn key(&mut self, code: u16, down: bool, character: Option<char>, rule: KeysRule, text: &mut String) {
        if let Some(modifier) = modifier(code) {
            self.held.retain(|held| *held != modifier);
            if down {
                self.held.push(modifier);
            }
            return;
        }
        if !down {
            return;
        }
        let character = character.filter(|character| !character.is_control());
        let combined = self.combined();
        match (character, plain(code), name(code)) {
            (Some(character), ..) if combined.is_empty() => text.push(shown(character, rule)),
            (Some(character), ..) => {
                text.push_str(&format!("⟨{combined}{}⟩", character.to_uppercase()));
            }
            (None, Some(control), _) if combined.is_empty() => text.push(control),
            (None, _, Some(name)) => text.push_str(&format!("⟨{combined}{name}⟩")),
            // A key of which nobody knows what it stands for may stand for a character.
            (None, _, None) if rule == KeysRule::Masked => text.push(MASK),
            (None, _, None) => text.push_str(&format!("⟨{combined}key {code:x}⟩")),
        }
    }

    /// What is held beside a key that makes a command of it: not Shift and not AltGr (or Ctrl with Alt, which is
    /// the same on many systems), which make characters.
    fn combined(&self) -> String {
        let holds = |modifier| self.held.contains(&modifier);
        if holds(Modifier::AltGr) || holds(Modifier::Ctrl) && holds(Modifier::Alt) {
            return String::new();
        }
        let names = [(Modifier::Ctrl, "Ctrl+"), (Modifier::Alt, "Alt+"), (Modifier::Meta, "Meta+")];
        names.into_iter().filter(|(modifier, _)| holds(*modifier)).map(|(_, name)| name).collect()
    }
}

const fn shown(character: char, rule: KeysRule) -> char {
    match rule {
        KeysRule::Masked => MASK,
        KeysRule::Kept => character,
    }
}

const fn modifier(code: u16) -> Option<Modifier> {
    match code {
        0x1d | 0xe01d => Some(Modifier::Ctrl),
        0x38 => Some(Modifier::Alt),
        0xe038 => Some(Modifier::AltGr),
        0x2a | 0x36 => Some(Modifier::Shift),
        0xe05b | 0xe05c => Some(Modifier::Meta),
        _ => None,
    }
}

/// Keys that a terminal has a character for: as its recording would hold them.
const fn plain(code: u16) -> Option<char> {
    match code {
        0x1c | 0xe01c => Some('\r'),
        0x0e => Some('\x7f'),
        0x0f => Some('\t'),
        _ => None,
    }
}

/// Keys that stand for no character (scan codes of set 1).
const fn name(code: u16) -> Option<&'static str> {
    Some(match code {
        0x01 => "Esc",
        0x0e => "Backspace",
        0x0f => "Tab",
        0x1c | 0xe01c => "Enter",
        0x3a => "Caps Lock",
        0x45 => "Num Lock",
        0x46 => "Scroll Lock",
        0x3b => "F1",
        0x3c => "F2",
        0x3d => "F3",
        0x3e => "F4",
        0x3f => "F5",
        0x40 => "F6",
        0x41 => "F7",
        0x42 => "F8",
        0x43 => "F9",
        0x44 => "F10",
        0x57 => "F11",
        0x58 => "F12",
        0xe037 => "Print",
        0xe047 => "Home",
        0xe048 => "Up",
        0xe049 => "Page Up",
        0xe04b => "Left",
        0xe04d => "Right",
        0xe04f => "End",
        0xe050 => "Down",
        0xe051 => "Page Down",
        0xe052 => "Insert",
        0xe053 => "Delete",
        0xe05d => "Menu",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(code: u16, text: Option<char>) -> [Gesture; 2] {
        [Gesture::Key { code, down: true, text }, Gesture::Key { code, down: false, text }]
    }

    fn held(code: u16, within: impl IntoIterator<Item = Gesture>) -> Vec<Gesture> {
        let key = |down| Gesture::Key { code, down, text: None };
        [key(true)].into_iter().chain(within).chain([key(false)]).collect()
    }

    #[test]
    fn characters_are_kept_where_the_rule_allows_it_and_names_always() {
        let [shift, ctrl, alt, alt_gr] = [0x2a, 0x1d, 0x38, 0xe038];
        for (gestures, masked, kept) in [
            (key(0x1e, Some('a')).to_vec(), "•", "a"),
            (held(shift, key(0x1e, Some('A'))), "•", "A"),
            (held(alt_gr, key(0x10, Some('@'))), "•", "@"),
            (held(ctrl, held(alt, key(0x10, Some('@')))), "•", "@"),
            (vec![Gesture::Text('é')], "•", "é"),
            (held(ctrl, key(0x2e, Some('c'))), "⟨Ctrl+C⟩", "⟨Ctrl+C⟩"),
            (held(ctrl, held(shift, key(0xe04b, None))), "⟨Ctrl+Left⟩", "⟨Ctrl+Left⟩"),
            (key(0x1c, Some('\r')).to_vec(), "\r", "\r"),
            ([key(0x0e, None), key(0x0f, None)].concat(), "\x7f\t", "\x7f\t"),
            (held(alt, key(0x0f, None)), "⟨Alt+Tab⟩", "⟨Alt+Tab⟩"),
            (key(0x3b, None).to_vec(), "⟨F1⟩", "⟨F1⟩"),
            (key(0x56, None).to_vec(), "•", "⟨key 56⟩"),
            (vec![Gesture::Move { x: 3, y: 4 }, Gesture::Wheel { vertical: 120, horizontal: 0 }], "", ""),
            (vec![Gesture::Clip { text: "secret".into(), more: false }], "", ""),
        ] {
            for (rule, expected) in [(KeysRule::Masked, masked), (KeysRule::Kept, kept)] {
                assert_eq!(Hands::default().take(&gestures, rule), expected, "{rule:?} {gestures:?}");
            }
        }
    }

    #[test]
    fn clicks_say_where_and_keys_that_are_let_go_unseen_are_up() {
        let mut hands = Hands::default();
        let press = |button, down| Gesture::Press { button, down };
        assert_eq!(hands.take(&[Gesture::Move { x: 120, y: 80 }], KeysRule::Masked), "");
        let clicks =
            [press(Button::Primary, true), press(Button::Primary, false), press(Button::Secondary, true)];
        assert_eq!(hands.take(&clicks, KeysRule::Masked), "⟨click 120,80⟩⟨right click 120,80⟩");
        let ctrl = Gesture::Key { code: 0x1d, down: true, text: None };
        hands.take(&[ctrl, Gesture::Released], KeysRule::Masked);
        assert_eq!(hands.take(&key(0x2e, Some('c')), KeysRule::Masked), "•");
    }
}
