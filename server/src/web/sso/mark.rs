//! The mark of a browser that has begun to sign in to an application: a random cookie on the application's host. What
//! travels in addresses is the mark's hash, from which nobody can make the mark.

use subtle::ConstantTimeEq;

use crate::crypto::tokens;

/// Length of a mark: base64url of 32 bytes.
const LENGTH: usize = 43;
/// Length of a state: SHA-256, hexadecimal.
const STATE_LENGTH: usize = 64;

/// A browser's mark.
pub(super) struct Mark(String);

impl Mark {
    /// The mark that the browser has, or a new one: of several windows that begin at once each comes through.
    pub(super) fn of(cookie: Option<&str>) -> Self {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        match cookie {
            Some(mark) if mark.len() == LENGTH && mark.bytes().all(plain) => Self(mark.to_owned()),
            _ => Self(tokens::random()),
        }
    }

    /// What the browser keeps.
    pub(super) fn value(&self) -> &str {
        &self.0
    }

    /// What stands for it in addresses.
    pub(super) fn state(&self) -> String {
        tokens::hash(&self.0)
    }
}

/// Whether text can be a state at all.
pub(super) fn is_state(text: &str) -> bool {
    text.len() == STATE_LENGTH && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether a browser with this mark began under that state.
pub(super) fn fits(mark: &str, state: &str) -> bool {
    tokens::hash(mark).as_bytes().ct_eq(state.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_keeps_its_mark_and_gets_one_for_anything_else() {
        let mark = Mark::of(None);
        assert!(is_state(&mark.state()) && fits(mark.value(), &mark.state()));
        assert_eq!(Mark::of(Some(mark.value())).value(), mark.value());
        for odd in ["", "short", &"x".repeat(44), &";".repeat(LENGTH), &mark.state()] {
            let other = Mark::of(Some(odd));
            assert_ne!(other.value(), odd);
            assert!(!fits(odd, &mark.state()));
        }
        for odd in ["", &mark.state()[1..], &mark.state().to_uppercase(), &"g".repeat(STATE_LENGTH)] {
            assert!(!is_state(odd), "{odd}");
        }
    }
}
