//! What people do at a desktop, as events of RDP's input. Pure.
//!
//! Keys go as scan codes. Where a key stands for another character on the person's keyboard than on the layout that
//! the desktop believes in, and no modifier asks for the key itself, the character goes instead. What is down is
//! known, for each who types, so that it can be let go.

use ironrdp_pdu::input::fast_path::{FastPathInputEvent, KeyboardFlags, SynchronizeFlags};
use ironrdp_pdu::input::mouse::{MousePdu, PointerFlags};
use ironrdp_pdu::input::mouse_x::{MouseXPdu, PointerXFlags};
use wire::desktop::{Button, Extent, Gesture};

use crate::layout;

/// Scan codes of modifiers and locks.
const CONTROL: [u16; 2] = [0x1D, 0xE01D];
const SHIFT: [u16; 2] = [0x2A, 0x36];
const ALT: u16 = 0x38;
const ALT_GR: u16 = 0xE038;
const META: [u16; 2] = [0xE05B, 0xE05C];
const CAPS_LOCK: u16 = 0x3A;
const NUM_LOCK: u16 = 0x45;
/// Keys that one person may hold at a time; nobody has more fingers.
const HELD: usize = 16;

/// Whose hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// The owner's.
    Owner,
    /// Those of the watcher who has control.
    Watcher,
}

#[derive(Clone, Copy, Debug)]
struct Held {
    who: Who,
    /// The key.
    code: u16,
    /// What went to the desktop for it.
    sent: u16,
}

/// Everything that is down.
#[derive(Debug)]
pub(crate) struct Hands {
    /// Whether the desktop takes characters.
    unicode: bool,
    extent: Extent,
    at: (u16, u16),
    keys: Vec<Held>,
    buttons: Vec<(Who, Button)>,
    caps: bool,
    num: bool,
}

type Events = Vec<FastPathInputEvent>;

impl Hands {
    /// Nothing is down, on a desktop of that size that takes characters or not.
    pub(crate) const fn new(extent: Extent, unicode: bool) -> Self {
        Self { unicode, extent, at: (0, 0), keys: Vec::new(), buttons: Vec::new(), caps: false, num: false }
    }

    /// What a desktop is told first: no lock is on.
    pub(crate) fn begin(&self) -> Events {
        vec![self.locks()]
    }

    /// What a desktop is told that was agreed on anew: it may have forgotten the locks, and what is down.
    pub(crate) fn again(&self) -> Events {
        let mut events = Vec::new();
        self.sync(&mut events);
        events
    }

    /// The desktop has another size.
    pub(crate) const fn extent(&mut self, extent: Extent) {
        self.extent = extent;
    }

    /// Where the mouse is.
    pub(crate) const fn at(&self) -> (u16, u16) {
        self.at
    }

    /// Whether somebody holds something.
    pub(crate) fn holds(&self, who: Who) -> bool {
        self.keys.iter().any(|held| held.who == who) || self.buttons.iter().any(|(holder, _)| *holder == who)
    }

    /// Somebody does something; what concerns the clipboard is nothing here.
    pub(crate) fn act(&mut self, who: Who, gesture: &Gesture) -> Events {
        let mut events = Vec::new();
        match *gesture {
            Gesture::Key { code, down: true, text } => self.press(who, code, text, &mut events),
            Gesture::Key { code, down: false, .. } => self.lift(who, code, &mut events),
            Gesture::Text(character) => self.write(character, &mut events),
            Gesture::Move { x, y } => {
                self.at = (x.min(self.extent.width - 1), y.min(self.extent.height - 1));
                events.push(self.mouse(PointerFlags::MOVE, 0));
            }
            Gesture::Press { button, down } => self.button(who, button, down, &mut events),
            Gesture::Wheel { vertical, horizontal } => {
                self.wheel(PointerFlags::VERTICAL_WHEEL, vertical, &mut events);
                self.wheel(PointerFlags::HORIZONTAL_WHEEL, horizontal, &mut events);
            }
            Gesture::Released => events = self.release(who),
            Gesture::Clip { .. } => {}
        }
        events
    }

    /// Lets go of all that somebody holds.
    pub(crate) fn release(&mut self, who: Who) -> Events {
        let mut events = Vec::new();
        while let Some(held) = self.keys.iter().rev().find(|held| held.who == who).copied() {
            self.lift(who, held.code, &mut events);
        }
        while let Some((_, button)) = self.buttons.iter().find(|(holder, _)| *holder == who).copied() {
            self.button(who, button, false, &mut events);
        }
        events
    }

    fn is_down(&self, codes: &[u16]) -> bool {
        self.keys.iter().any(|held| codes.contains(&held.code))
    }

    /// Whether a modifier makes keys be what they are, not what they stand for. Alt Gr makes characters, and comes
    /// with Control from some systems.
    fn is_chord(&self) -> bool {
        let alt_gr = self.is_down(&[ALT_GR]);
        self.is_down(&META) || (!alt_gr && (self.is_down(&CONTROL) || self.is_down(&[ALT])))
    }

    fn press(&mut self, who: Who, code: u16, text: Option<char>, events: &mut Events) {
        if code == 0 || code > Gesture::MAX_CODE {
            return;
        }
        let text = text.filter(|character| !character.is_control());
        if layout::is_number_block(code) {
            self.number_lock(text, events);
        } else if let Some(text) = text {
            if self.is_chord() {
                // The key that the character is on, so that Control and Z are what the person reads on the keys.
                let letter = Some(text.to_ascii_lowercase()).filter(char::is_ascii_lowercase);
                let sent = letter.and_then(layout::key).map_or(code, |(sent, _)| sent);
                return self.hold(who, code, sent, events);
            }
            if !self.is_native(code, text) {
                return self.write(text, events);
            }
            self.caps_lock(text, events);
        }
        let again = self.keys.iter().any(|held| held.code == code);
        match code {
            CAPS_LOCK if !again => self.caps = !self.caps,
            NUM_LOCK if !again => self.num = !self.num,
            _ => {}
        }
        self.hold(who, code, code, events);
    }

    fn hold(&mut self, who: Who, code: u16, sent: u16, events: &mut Events) {
        match self.keys.iter().find(|held| held.who == who && held.code == code) {
            // It repeats: as it went before.
            Some(held) => events.extend(key(held.sent, true)),
            None if self.keys.iter().filter(|held| held.who == who).count() >= HELD => {}
            None => {
                self.keys.push(Held { who, code, sent });
                events.extend(key(sent, true));
            }
        }
    }

    fn lift(&mut self, who: Who, code: u16, events: &mut Events) {
        let Some(at) = self.keys.iter().position(|held| held.who == who && held.code == code) else { return };
        let held = self.keys.remove(at);
        // Somebody else may hold the same key.
        if !self.keys.iter().any(|other| other.sent == held.sent) {
            events.extend(key(held.sent, false));
        }
    }

    /// Whether the key stands for that character on the desktop's layout too, whatever Caps Lock says there.
    fn is_native(&self, code: u16, text: char) -> bool {
        layout::characters(code).is_some_and(|(plain, shifted)| {
            if plain.is_ascii_lowercase() {
                return text.eq_ignore_ascii_case(&plain) && !self.is_down(&[ALT_GR]);
            }
            text == if self.is_down(&SHIFT) { shifted } else { plain }
        })
    }

    /// Sets the desktop's Caps Lock as the person's must be, for a letter to be what it is.
    fn caps_lock(&mut self, text: char, events: &mut Events) {
        let caps = text.is_ascii_uppercase() != self.is_down(&SHIFT);
        if text.is_ascii_alphabetic() && caps != self.caps {
            self.caps = caps;
            self.sync(events);
        }
    }

    fn number_lock(&mut self, text: Option<char>, events: &mut Events) {
        if text.is_some() != self.num {
            self.num = text.is_some();
            self.sync(events);
        }
    }

    fn sync(&self, events: &mut Events) {
        events.push(self.locks());
        // Servers may take it that no key is down any more. Those that write would do so again.
        for held in self.keys.iter().filter(|held| is_modifier(held.sent)) {
            events.extend(key(held.sent, true));
        }
    }

    fn locks(&self) -> FastPathInputEvent {
        let mut flags = SynchronizeFlags::empty();
        flags.set(SynchronizeFlags::CAPS_LOCK, self.caps);
        flags.set(SynchronizeFlags::NUM_LOCK, self.num);
        FastPathInputEvent::SyncEvent(flags)
    }

    /// A character, as if no modifier were down.
    fn write(&mut self, character: char, events: &mut Events) {
        if character.is_control() {
            return;
        }
        let modifiers: Vec<_> = SHIFT.into_iter().chain([ALT_GR]).chain(CONTROL).collect();
        let down: Vec<_> =
            self.keys.iter().map(|held| held.sent).filter(|sent| modifiers.contains(sent)).collect();
        for sent in &down {
            events.extend(key(*sent, false));
        }
        if self.unicode {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                events.push(FastPathInputEvent::UnicodeKeyboardEvent(KeyboardFlags::empty(), *unit));
                events.push(FastPathInputEvent::UnicodeKeyboardEvent(KeyboardFlags::RELEASE, *unit));
            }
        } else if let Some((code, shift)) = layout::key(character) {
            if self.caps {
                self.caps = false;
                events.push(self.locks());
            }
            let shift = shift.then_some(SHIFT[0]);
            events.extend(shift.and_then(|code| key(code, true)));
            events.extend(key(code, true));
            events.extend(key(code, false));
            events.extend(shift.and_then(|code| key(code, false)));
        }
        // Alt Gr and its Control stay up: down again, they would make commands of what follows.
        for sent in down.into_iter().filter(|sent| SHIFT.contains(sent)) {
            events.extend(key(sent, true));
        }
    }

    fn mouse(&self, flags: PointerFlags, turned: i16) -> FastPathInputEvent {
        let (x_position, y_position) = self.at;
        FastPathInputEvent::MouseEvent(MousePdu {
            flags,
            number_of_wheel_rotation_units: turned,
            x_position,
            y_position,
        })
    }

    fn button(&mut self, who: Who, button: Button, down: bool, events: &mut Events) {
        let held = self.buttons.iter().position(|held| *held == (who, button));
        match (held, down) {
            (None, true) => self.buttons.push((who, button)),
            (Some(at), false) => {
                self.buttons.remove(at);
            }
            _ => return,
        }
        let down_flag = |flags| if down { flags | PointerFlags::DOWN } else { flags };
        let down_flag_x = |flags| if down { flags | PointerXFlags::DOWN } else { flags };
        let (x_position, y_position) = self.at;
        let fourth = |flags| {
            FastPathInputEvent::MouseEventEx(MouseXPdu { flags: down_flag_x(flags), x_position, y_position })
        };
        events.push(match button {
            Button::Primary => self.mouse(down_flag(PointerFlags::LEFT_BUTTON), 0),
            Button::Secondary => self.mouse(down_flag(PointerFlags::RIGHT_BUTTON), 0),
            Button::Middle => self.mouse(down_flag(PointerFlags::MIDDLE_BUTTON_OR_WHEEL), 0),
            Button::Back => fourth(PointerXFlags::BUTTON1),
            Button::Forward => fourth(PointerXFlags::BUTTON2),
        });
    }

    /// At most ten notches: who turns more turns again.
    fn wheel(&self, which: PointerFlags, turned: i16, events: &mut Events) {
        const ALL: i16 = 1200;
        const MOST: i16 = 240;
        let mut left = turned.clamp(-ALL, ALL);
        while left != 0 {
            let part = left.clamp(-MOST, MOST);
            events.push(self.mouse(which, part));
            left -= part;
        }
    }
}

fn is_modifier(code: u16) -> bool {
    [SHIFT, CONTROL, META, [ALT, ALT_GR]].iter().flatten().any(|modifier| *modifier == code)
}

/// A key as an event; none for one that has no scan code.
fn key(code: u16, down: bool) -> Option<FastPathInputEvent> {
    let mut flags = if down { KeyboardFlags::empty() } else { KeyboardFlags::RELEASE };
    flags.set(KeyboardFlags::EXTENDED, code >= 0xE000);
    let [_, low] = code.to_be_bytes();
    (low != 0).then_some(FastPathInputEvent::KeyboardEvent(flags, low))
}

#[cfg(test)]
mod tests {
    use ironrdp_pdu::input::fast_path::{FastPathInputEvent as Event, KeyboardFlags, SynchronizeFlags};
    use proptest::prelude::*;
    use wire::desktop::{Button, Extent, Gesture};

    use super::{ALT_GR, CONTROL, Hands, SHIFT, Who};

    const EXTENT: Extent = Extent { width: 800, height: 600 };

    fn press(code: u16, text: char) -> Gesture {
        Gesture::Key { code, down: true, text: Some(text) }
    }

    fn plain(code: u16, down: bool) -> Gesture {
        Gesture::Key { code, down, text: None }
    }

    /// What goes to the desktop, in short: `+1E` and `-1E` keys, `'z'` characters, `caps`, `num` and `none` locks.
    fn short(events: &[Event]) -> String {
        let mut said = Vec::new();
        for event in events {
            said.push(match event {
                Event::KeyboardEvent(flags, code) => {
                    let sign = if flags.contains(KeyboardFlags::RELEASE) { '-' } else { '+' };
                    let extended = if flags.contains(KeyboardFlags::EXTENDED) { "E0" } else { "" };
                    format!("{sign}{extended}{code:02X}")
                }
                Event::UnicodeKeyboardEvent(flags, unit) if flags.is_empty() => {
                    format!("{:?}", char::from_u32((*unit).into()).unwrap_or('?'))
                }
                Event::UnicodeKeyboardEvent(..) => continue,
                Event::SyncEvent(locks) if locks.contains(SynchronizeFlags::CAPS_LOCK) => "caps".into(),
                Event::SyncEvent(locks) if locks.contains(SynchronizeFlags::NUM_LOCK) => "num".into(),
                Event::SyncEvent(_) => "none".into(),
                other => format!("{other:?}"),
            });
        }
        said.join(" ")
    }

    fn typed(unicode: bool, gestures: &[Gesture]) -> String {
        let mut hands = Hands::new(EXTENT, unicode);
        let events: Vec<_> = gestures.iter().flat_map(|gesture| hands.act(Who::Owner, gesture)).collect();
        short(&events)
    }

    #[test]
    fn keys_and_characters() {
        let shift = |down| plain(SHIFT[0], down);
        let control = |down| plain(CONTROL[0], down);
        let alt_gr = |down| plain(ALT_GR, down);
        let cases: [(&[Gesture], &str); 12] = [
            // As on the layout of the United States.
            (&[press(0x1E, 'a')], "+1E"),
            (&[shift(true), press(0x1E, 'A'), plain(0x1E, false), shift(false)], "+2A +1E -1E -2A"),
            (&[shift(true), press(0x03, '@')], "+2A +03"),
            // As on a German one: Z where Y is, a quotation mark on 2, a slash on 7.
            (&[press(0x15, 'z'), plain(0x15, false)], "'z'"),
            (&[shift(true), press(0x03, '"')], "+2A -2A '\"' +2A"),
            (&[shift(true), press(0x08, '/'), press(0x1E, 'A')], "+2A -2A '/' +2A +1E"),
            // Alt Gr comes with Control from some systems, and makes characters.
            (&[control(true), alt_gr(true), press(0x10, '@')], "+1D +E038 -1D -E038 '@'"),
            // A command is the letter that is read on the key.
            (&[control(true), press(0x15, 'z'), plain(0x15, false)], "+1D +2C -2C"),
            (&[control(true), press(0x2E, 'c'), plain(0x2E, false)], "+1D +2E -2E"),
            // Caps Lock was pressed where nobody saw it.
            (&[press(0x1E, 'A'), press(0x30, 'B'), press(0x30, 'b')], "caps +1E +30 none +30"),
            (&[press(0x47, '7'), plain(0x47, true)], "num +47 none +47"),
            // A key that repeats, and characters of no key.
            (&[press(0x1E, 'a'), press(0x1E, 'a'), Gesture::Text('東')], "+1E +1E '東'"),
        ];
        for (gestures, said) in cases {
            assert_eq!(typed(true, gestures), said, "{gestures:?}");
        }
        // A desktop that takes keys alone.
        assert_eq!(typed(false, &[press(0x15, 'z')]), "+2C -2C");
        assert_eq!(typed(false, &[shift(true), press(0x08, '/')]), "+2A -2A +35 -35 +2A");
        assert_eq!(typed(false, &[Gesture::Text('é'), Gesture::Text('A')]), "+2A +1E -1E -2A");
    }

    #[test]
    fn two_hold_the_same_key() {
        let mut hands = Hands::new(EXTENT, true);
        hands.act(Who::Owner, &plain(0x2A, true));
        hands.act(Who::Watcher, &plain(0x2A, true));
        hands.act(Who::Watcher, &Gesture::Press { button: Button::Primary, down: true });
        assert_eq!(short(&hands.act(Who::Owner, &plain(0x2A, false))), "");
        assert!(!hands.holds(Who::Owner) && hands.holds(Who::Watcher));
        assert_eq!(hands.release(Who::Watcher).len(), 2);
        assert!(!hands.holds(Who::Watcher));
    }

    fn gestures() -> impl Strategy<Value = Vec<Gesture>> {
        let code = prop_oneof![0_u16..0x80, 0xE000_u16..0xE080, any::<u16>()];
        let key = (code, any::<bool>(), any::<Option<char>>());
        prop::collection::vec(
            prop_oneof![
                key.prop_map(|(code, down, text)| Gesture::Key { code, down, text }),
                any::<char>().prop_map(Gesture::Text),
                any::<(u16, u16)>().prop_map(|(x, y)| Gesture::Move { x, y }),
                any::<bool>().prop_map(|down| Gesture::Press { button: Button::Forward, down }),
                any::<(i16, i16)>()
                    .prop_map(|(vertical, horizontal)| Gesture::Wheel { vertical, horizontal }),
                Just(Gesture::Released),
            ],
            0..60,
        )
    }

    proptest! {
        #[test]
        fn whatever_is_done_is_let_go(gestures in gestures(), unicode in any::<bool>()) {
            let mut hands = Hands::new(EXTENT, unicode);
            let mut events = hands.begin();
            for gesture in &gestures {
                events.extend(hands.act(Who::Owner, gesture));
            }
            events.extend(hands.release(Who::Owner));
            let mut down = std::collections::HashSet::new();
            for event in &events {
                if let Event::KeyboardEvent(flags, code) = event {
                    let key = (*code, flags.contains(KeyboardFlags::EXTENDED));
                    if flags.contains(KeyboardFlags::RELEASE) { down.remove(&key); } else { down.insert(key); }
                }
                // What has no form would be an error, or a panic, where it is sent.
                prop_assert!(ironrdp_core::encode_vec(event).is_ok());
            }
            prop_assert!(down.is_empty(), "{down:?} stay down");
        }
    }
}
