//! The list's keys, selection and picture. Pure.

use crate::Account;
use crate::words::visible;

/// Lines beside the accounts: the title, what is left out, the prompt, and one to spare.
const OTHER_LINES: usize = 4;
/// Characters of a filter.
const FILTER_CHARS: usize = 64;

/// A key that means something here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Character(char),
    Backspace,
    Clear,
    Up,
    Down,
    Enter,
    Leave,
}

/// Makes keys of bytes: UTF-8, and the escape sequences of arrow keys.
#[derive(Debug, Default)]
pub(super) struct Keys {
    pending: Vec<u8>,
}

impl Keys {
    /// The key that this byte completes, if any.
    pub(super) fn read(&mut self, byte: u8) -> Option<Key> {
        if self.pending.first() == Some(&0x1b) {
            return self.read_escape(byte);
        }
        if !self.pending.is_empty() || byte >= 0x80 {
            return self.read_character(byte);
        }
        match byte {
            b'\r' | b'\n' => Some(Key::Enter),
            0x03 | 0x04 => Some(Key::Leave),
            0x08 | 0x7f => Some(Key::Backspace),
            0x15 => Some(Key::Clear),
            0x10 => Some(Key::Up),
            0x0e => Some(Key::Down),
            0x1b => {
                self.pending.push(byte);
                None
            }
            0x20..=0x7e => Some(Key::Character(char::from(byte))),
            _ => None,
        }
    }

    fn read_escape(&mut self, byte: u8) -> Option<Key> {
        match (self.pending.len(), byte) {
            (1, b'[' | b'O') => {
                self.pending.push(byte);
                None
            }
            // Parameters of a longer sequence, which ends with a letter or `~`.
            (2.., 0x20..=0x3f) => None,
            (_, 0x1b) => {
                self.pending.truncate(1);
                None
            }
            (length, byte) => {
                self.pending.clear();
                match (length, byte) {
                    (2, b'A') => Some(Key::Up),
                    (2, b'B') => Some(Key::Down),
                    (1, 0x03 | 0x04) => Some(Key::Leave),
                    (1, b'\r') => Some(Key::Enter),
                    _ => None,
                }
            }
        }
    }

    fn read_character(&mut self, byte: u8) -> Option<Key> {
        self.pending.push(byte);
        match std::str::from_utf8(&self.pending) {
            Ok(text) => {
                let character = text.chars().next();
                self.pending.clear();
                character.map(Key::Character)
            }
            Err(error) => {
                if error.error_len().is_some() {
                    self.pending.clear();
                }
                None
            }
        }
    }
}

/// The accounts, what was typed, and which one is marked.
#[derive(Debug)]
pub(super) struct List {
    accounts: Vec<Account>,
    filter: String,
    marked: usize,
    drawn_lines: usize,
}

impl List {
    pub(super) const fn new(accounts: Vec<Account>) -> Self {
        Self { accounts, filter: String::new(), marked: 0, drawn_lines: 0 }
    }

    /// The accounts that match what was typed, with their numbers.
    fn matching(&self) -> Vec<(usize, &Account)> {
        let numbered = self.accounts.iter().enumerate().map(|(index, account)| (index + 1, account));
        if let Some(number) = self.typed_number() {
            return numbered.filter(|(index, _)| *index == number).collect();
        }
        let wanted = self.filter.to_lowercase();
        numbered
            .filter(|(_, account)| {
                name(account).to_lowercase().contains(&wanted)
                    || account.display_name.to_lowercase().contains(&wanted)
            })
            .collect()
    }

    fn typed_number(&self) -> Option<usize> {
        self.filter.parse().ok().filter(|number| (1..=self.accounts.len()).contains(number))
    }

    /// The account that Enter connects to.
    pub(super) fn selected(&self) -> Option<&Account> {
        self.matching().get(self.marked).map(|(_, account)| *account)
    }

    pub(super) fn press(&mut self, key: Key) {
        match key {
            Key::Character(character) if self.filter.chars().count() < FILTER_CHARS => {
                self.filter.push(character);
                self.marked = 0;
            }
            Key::Backspace => {
                self.filter.pop();
                self.marked = 0;
            }
            Key::Clear => {
                self.filter.clear();
                self.marked = 0;
            }
            Key::Up => self.marked = self.marked.saturating_sub(1),
            Key::Down => self.marked = (self.marked + 1).min(self.matching().len().saturating_sub(1)),
            Key::Character(_) | Key::Enter | Key::Leave => {}
        }
    }

    /// The picture, drawn over the one before. Lines never wrap: a terminal that wrapped them would
    /// put the next picture in another place.
    pub(super) fn draw(&mut self, columns: u32, rows: u32) -> String {
        let width = match columns {
            0 => 80,
            columns => usize::try_from(columns).unwrap_or(80),
        };
        let height = match rows {
            0 => 24,
            rows => usize::try_from(rows).unwrap_or(24),
        };
        let room = height.saturating_sub(OTHER_LINES).max(1);
        let matching = self.matching();
        let first = self.marked.saturating_sub(room - 1);
        let shown = matching.iter().enumerate().skip(first).take(room);
        let name_width = matching.iter().map(|(_, account)| visible(&name(account)).chars().count()).max();
        let name_width = name_width.unwrap_or_default().min(width / 2);

        let mut lines = vec!["Accounts that you may use:".to_owned()];
        for (index, (number, account)) in shown {
            let mark = if index == self.marked { '>' } else { ' ' };
            let name = visible(&name(account));
            let display = visible(&account.display_name);
            lines.push(format!("{mark}{number:>4}  {name:<name_width$}  {display}"));
        }
        let left_out = matching.len().saturating_sub(first + room);
        if matching.is_empty() {
            lines.push("       none matches".to_owned());
        } else if left_out > 0 || first > 0 {
            lines.push(format!(
                "       {} of {} shown, type to narrow",
                room.min(matching.len()),
                matching.len()
            ));
        }
        lines.push(format!("Number or text, Enter connects, Ctrl+C leaves: {}", visible(&self.filter)));

        let mut picture = self.erase();
        let cut: Vec<String> =
            lines.iter().map(|line| line.chars().take(width.saturating_sub(1)).collect()).collect();
        picture.push_str(&cut.join("\r\n"));
        self.drawn_lines = cut.len();
        picture
    }

    /// Takes the last picture away and leaves the cursor where it began.
    pub(super) fn erase(&self) -> String {
        match self.drawn_lines {
            0 => String::new(),
            1 => "\r\x1b[J".to_owned(),
            lines => format!("\r\x1b[{}A\x1b[J", lines - 1),
        }
    }
}

fn name(account: &Account) -> String {
    format!("{}@{}", account.login, account.agent)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Key, Keys, List};
    use crate::Account;

    fn accounts() -> Vec<Account> {
        [("root", "db-1", "Database"), ("deploy", "web-1", "Shop"), ("root", "web-2", "Shop")]
            .map(|(login, agent, display_name)| Account {
                login: login.into(),
                agent: agent.into(),
                display_name: display_name.into(),
            })
            .into()
    }

    fn keys(bytes: &[u8]) -> Vec<Key> {
        let mut keys = Keys::default();
        bytes.iter().filter_map(|&byte| keys.read(byte)).collect()
    }

    fn selected(typed: &str) -> Option<String> {
        let mut list = List::new(accounts());
        keys(typed.as_bytes()).into_iter().for_each(|key| list.press(key));
        list.selected().map(super::name)
    }

    #[test]
    fn bytes_become_keys() {
        assert_eq!(keys(b"a\x7f\r"), [Key::Character('a'), Key::Backspace, Key::Enter]);
        assert_eq!(keys(b"\x1b[A\x1b[B\x1bOA"), [Key::Up, Key::Down, Key::Up]);
        assert_eq!(keys("é".as_bytes()), [Key::Character('é')]);
        assert_eq!(keys(b"\xff\x03"), [Key::Leave]);
        assert_eq!(keys(b"\x1b[1;5Cx\x1b[3~y"), [Key::Character('x'), Key::Character('y')]);
    }

    #[test]
    fn numbers_text_and_arrows_select() {
        assert_eq!(selected("").as_deref(), Some("root@db-1"));
        assert_eq!(selected("2").as_deref(), Some("deploy@web-1"));
        assert_eq!(selected("SHOP").as_deref(), Some("deploy@web-1"));
        assert_eq!(selected("web\x1b[B").as_deref(), Some("root@web-2"));
        assert_eq!(selected("web\x1b[B\x1b[B\x1b[B").as_deref(), Some("root@web-2"));
        assert_eq!(selected("nothing"), None);
        assert_eq!(selected("nothing\x15").as_deref(), Some("root@db-1"));
    }

    #[test]
    fn a_number_beyond_the_list_is_text() {
        assert_eq!(selected("99"), None);
        assert_eq!(selected("-2").as_deref(), Some("root@web-2"));
    }

    #[test]
    fn names_from_outside_do_not_write_on_the_terminal() {
        let evil =
            Account { login: "a\x1b[2J".into(), agent: "b\n".into(), display_name: "\u{202e}c".into() };
        let picture = List::new(vec![evil]).draw(80, 24);
        assert!(!picture.contains('\x1b'), "{picture:?}");
        assert!(picture.contains("a<U+001B>[2J@b<U+000A>"), "{picture:?}");
    }

    proptest! {
        #[test]
        fn any_key_in_any_window_is_survived(
            bytes in prop::collection::vec(any::<u8>(), 0..60),
            columns in 0_u32..300,
            rows in 0_u32..100,
        ) {
            let mut list = List::new(accounts());
            for key in keys(&bytes) {
                list.press(key);
                let picture = list.draw(columns, rows);
                let lines = picture.matches("\r\n").count() + 1;
                prop_assert!(rows == 0 || rows < 6 || lines < rows as usize);
            }
        }
    }
}
