//! What was typed, as a recording may hold it: a character stands there only if the target echoed it.
//!
//! Nobody tells a gateway whether a target's terminal echoes. So every printable character waits for
//! its echo; one that does not come (a password) is masked. Pure: knows no clock and no file.

use std::collections::VecDeque;

use wire::Millis;

/// Stands for a character that was not echoed.
const MASK: char = '•';
/// How long an echo may take, in milliseconds: a slow link, and a target that is busy.
pub(super) const PATIENCE_MS: i64 = 500;
/// An echo is among the first printable characters of what comes: shells draw a line anew around it.
const NEAR: usize = 8;
/// Keys that may wait; beyond it the oldest count as not echoed.
const MOST: usize = 4096;

/// What somebody typed, fit to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Typed {
    /// Name of the watcher; none for the owner.
    pub(super) by: Option<String>,
    /// Keys, masked where they were not echoed.
    pub(super) text: String,
}

/// Waits for echoes.
#[derive(Debug, Default)]
pub(super) struct Echo {
    keys: VecDeque<Key>,
    /// How far output is within an escape sequence.
    output: Place,
}

#[derive(Debug)]
struct Key {
    at: Millis,
    by: Option<String>,
    text: String,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A printable character whose echo has not come.
    Waiting,
    /// Ends a line: what was not echoed before it will not be.
    Enter,
    /// Goes into the recording as it is.
    Plain,
    /// Was not echoed.
    Masked,
}

/// Place in an escape sequence (ECMA-48 section 5.4), as far as it matters here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Outside,
    Escape,
    /// `ESC [` or `ESC O` and its parameters.
    Control,
    /// A string up to BEL or ESC: OSC, DCS, APC, PM.
    Text,
}

impl Place {
    /// The place after a character; whether the character itself stands outside of every sequence.
    fn step(self, character: char) -> (Self, bool) {
        match (self, character) {
            (Self::Outside, '\x1b') => (Self::Escape, false),
            (Self::Outside, '\u{9b}') => (Self::Control, false),
            (Self::Outside, _) => (Self::Outside, true),
            (Self::Escape, '[' | 'O') => (Self::Control, false),
            (Self::Escape, ']' | 'P' | '_' | '^' | 'X') => (Self::Text, false),
            (Self::Escape, '\x1b') => (Self::Escape, false),
            (Self::Escape, ' '..='/') => (Self::Escape, false),
            (Self::Escape, _) => (Self::Outside, false),
            (Self::Control, ' '..='?') => (Self::Control, false),
            (Self::Control, _) => (Self::Outside, false),
            (Self::Text, '\x07') => (Self::Outside, false),
            (Self::Text, '\x1b') => (Self::Escape, false),
            (Self::Text, _) => (Self::Text, false),
        }
    }
}

impl Echo {
    /// Takes in what `by` typed at `at`.
    pub(super) fn typed(&mut self, at: Millis, by: Option<&str>, text: &str) {
        let mut place = Place::Outside;
        for character in text.chars() {
            let (next, outside) = place.step(character);
            let begins = place == Place::Outside;
            let state = match character {
                _ if !outside => State::Plain,
                '\r' | '\n' => State::Enter,
                character if character.is_control() => State::Plain,
                _ => State::Waiting,
            };
            match self.keys.back_mut() {
                // An arrow or another key of several characters stays one.
                Some(key) if !outside && !begins => key.text.push(character),
                _ => {
                    let by = by.map(str::to_owned);
                    self.keys.push_back(Key { at, by, text: character.into(), state });
                }
            }
            place = next;
        }
        let over = self.keys.len().saturating_sub(MOST);
        for key in self.keys.iter_mut().take(over) {
            key.give_up();
        }
    }

    /// Looks for echoes in what the target wrote.
    pub(super) fn output(&mut self, text: &str) {
        if self.keys.is_empty() && !self.keep_place(text) {
            return;
        }
        let mut next = self.waiting_from(0);
        let mut near = NEAR;
        for character in text.chars() {
            let (place, outside) = self.output.step(character);
            self.output = place;
            if !outside {
                continue;
            }
            match character {
                '\n' => {
                    near = NEAR;
                    if let Some(enter) = self.keys.iter().position(|key| key.state == State::Enter) {
                        self.keys.iter_mut().take(enter).for_each(Key::give_up);
                        self.keys[enter].state = State::Plain;
                        next = self.waiting_from(enter);
                    }
                }
                character if character.is_control() => {}
                character => {
                    if near == 0 {
                        continue;
                    }
                    near -= 1;
                    if let Some(at) = next
                        && self.keys[at].text.starts_with(character)
                    {
                        self.keys[at].state = State::Plain;
                        near = NEAR;
                        next = self.waiting_from(at);
                    }
                }
            }
        }
    }

    /// Nobody waits: only the place in an escape sequence matters, and mostly there is none. True when
    /// the text must be read for it.
    fn keep_place(&mut self, text: &str) -> bool {
        match text.rfind(['\x1b', '\u{9b}']) {
            None => self.output != Place::Outside,
            Some(last) => {
                self.output = text[last..].chars().fold(Place::Outside, |place, next| place.step(next).0);
                false
            }
        }
    }

    /// The next waiting key from `from` on that no open line end stands before.
    fn waiting_from(&self, from: usize) -> Option<usize> {
        let open = self.keys.iter().enumerate().skip(from);
        let mut open = open.skip_while(|(_, key)| matches!(key.state, State::Plain | State::Masked));
        open.next().filter(|(_, key)| key.state == State::Waiting).map(|(at, _)| at)
    }

    /// What is certain by `now`, in the order in which it was typed.
    pub(super) fn settled(&mut self, now: Millis) -> Vec<Typed> {
        self.take(|key| now.since(key.at) >= PATIENCE_MS)
    }

    /// Everything, at a session's end.
    pub(super) fn rest(&mut self) -> Vec<Typed> {
        self.take(|_| true)
    }

    fn take(&mut self, overdue: impl Fn(&Key) -> bool) -> Vec<Typed> {
        let mut all: Vec<Typed> = Vec::new();
        while let Some(key) = self.keys.front_mut() {
            if overdue(key) {
                key.give_up();
            }
            if matches!(key.state, State::Waiting | State::Enter) {
                break;
            }
            let Some(key) = self.keys.pop_front() else { break };
            let text = if key.state == State::Masked { MASK.into() } else { key.text };
            match all.last_mut() {
                Some(last) if last.by == key.by => last.text.push_str(&text),
                _ => all.push(Typed { by: key.by, text }),
            }
        }
        all
    }

    /// Whether something waits for an echo.
    pub(super) fn is_waiting(&self) -> bool {
        !self.keys.is_empty()
    }
}

impl Key {
    /// No echo comes any more.
    fn give_up(&mut self) {
        match self.state {
            State::Waiting => self.state = State::Masked,
            State::Enter => self.state = State::Plain,
            State::Plain | State::Masked => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Keys at one time each, `Ok` typed by the owner, `Err` written by the target.
    fn kept(steps: &[Result<&str, &str>]) -> String {
        let mut echo = Echo::default();
        for step in steps {
            match step {
                Ok(typed) => echo.typed(Millis(0), None, typed),
                Err(output) => echo.output(output),
            }
        }
        echo.rest().into_iter().map(|typed| typed.text).collect()
    }

    #[test]
    fn what_the_target_echoes_is_kept_and_nothing_else() {
        let cases: [(&[Result<&str, &str>], &str); 11] = [
            (&[Ok("l"), Err("l"), Ok("s"), Err("s"), Ok("\r"), Err("\r\nfile\r\n")], "ls\r"),
            (&[Ok("ls\r"), Err("ls\r\nfile\r\n")], "ls\r"),
            (&[Ok("secret\r"), Err("\r\nSorry, try again.\r\n")], "••••••\r"),
            (&[Ok("t"), Ok("\r"), Err("\r\nthanks\r\n$ ")], "•\r"),
            (&[Ok("abc"), Err("***")], "•••"),
            // An arrow, a paste in brackets, a shell that draws the line anew.
            (&[Ok("\x1b[A"), Err("ls -l")], "\x1b[A"),
            (&[Ok("\x1b[200~ab\x1b[201~"), Err("\x1b[7mab\x1b[27m")], "\x1b[200~ab\x1b[201~"),
            (&[Ok("l"), Err("l"), Ok("s"), Err("\x08\x1b[32mls\x1b[0m")], "ls"),
            // A number in a sequence is no echo.
            (&[Ok("1"), Err("\x1b[1m\x1b[0m")], "•"),
            (&[Ok("é"), Err("é"), Ok("東"), Err("東")], "é東"),
            (
                &[Ok("sudo x\r"), Err("sudo x\r\n[sudo] password: "), Ok("pw\r"), Err("\r\npw is fine")],
                "sudo x\r••\r",
            ),
        ];
        for (steps, want) in cases {
            assert_eq!(kept(steps), want, "{steps:?}");
        }
    }

    #[test]
    fn a_key_waits_for_its_echo_only_so_long() {
        let mut echo = Echo::default();
        echo.typed(Millis(0), None, "a");
        echo.typed(Millis(100), Some("olga"), "b");
        assert_eq!(echo.settled(Millis(PATIENCE_MS - 1)), []);
        echo.output("a");
        let owner = Typed { by: None, text: "a".into() };
        assert_eq!(echo.settled(Millis(PATIENCE_MS - 1)), [owner]);
        let olga = Typed { by: Some("olga".into()), text: "•".into() };
        assert_eq!(echo.settled(Millis(100 + PATIENCE_MS)), [olga]);
        assert!(!echo.is_waiting());
    }

    proptest! {
        #[test]
        fn no_key_is_lost_and_a_silent_target_learns_nothing(keys in "[a-zA-Z0-9 \r]{0,40}", noise in "[\x07\x08\r\n]{0,20}") {
            let mut echo = Echo::default();
            echo.typed(Millis(0), None, &keys);
            echo.output(&noise);
            let kept: String = echo.rest().into_iter().map(|typed| typed.text).collect();
            let masked: String = keys.chars().map(|key| if key == '\r' { key } else { MASK }).collect();
            prop_assert_eq!(kept, masked);
        }

        #[test]
        fn what_is_echoed_in_pieces_is_kept(keys in "[a-z ]{1,30}", cuts in prop::collection::vec(1_usize..5, 1..30)) {
            let mut echo = Echo::default();
            echo.typed(Millis(0), None, &keys);
            let mut rest = &keys[..];
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (now, later) = rest.split_at((*cut).min(rest.len()));
                echo.output(now);
                rest = later;
            }
            let kept: String = echo.rest().into_iter().map(|typed| typed.text).collect();
            prop_assert_eq!(kept, keys);
        }
    }
}
