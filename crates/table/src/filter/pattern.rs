//! What one value of a column must be: equal to a text, around it, or an address within a network.
//!
//! Letters compare without their case. Looking at a row allocates nothing.

use std::net::IpAddr;
use std::str::FromStr;

/// What a value must be.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// This text; the empty text is a value that is not there.
    Is(String),
    /// Begins with it.
    Starts(String),
    /// Ends with it.
    Ends(String),
    /// Has it somewhere.
    Contains(String),
    /// An IP address in a network; a network of one address is that address.
    Within(Net),
}

/// An IP network: the first bits of its addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Net {
    addr: IpAddr,
    prefix: u8,
}

/// A text that is no `ADDRESS/BITS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoNet;

impl Net {
    /// The network of an address and the number of bits that count; none for more bits than it has.
    #[must_use]
    pub fn new(addr: IpAddr, prefix: u8) -> Option<Self> {
        let (addr, bits) = (addr.to_canonical(), bits(addr.to_canonical()));
        if prefix > bits {
            return None;
        }
        let addr = match addr {
            IpAddr::V4(addr) => IpAddr::V4((u32::from(addr) & mask32(prefix)).into()),
            IpAddr::V6(addr) => IpAddr::V6((u128::from(addr) & mask128(prefix)).into()),
        };
        Some(Self { addr, prefix })
    }

    /// The network of one address.
    #[must_use]
    pub fn of_one(addr: IpAddr) -> Self {
        let addr = addr.to_canonical();
        Self { addr, prefix: bits(addr) }
    }

    /// Whether it is one address.
    #[must_use]
    pub fn is_one(&self) -> bool {
        self.prefix == bits(self.addr)
    }

    /// Whether an address is in it.
    #[must_use]
    pub fn holds(&self, addr: IpAddr) -> bool {
        match (self.addr, addr.to_canonical()) {
            (IpAddr::V4(net), IpAddr::V4(addr)) => u32::from(addr) & mask32(self.prefix) == u32::from(net),
            (IpAddr::V6(net), IpAddr::V6(addr)) => u128::from(addr) & mask128(self.prefix) == u128::from(net),
            _ => false,
        }
    }
}

impl FromStr for Net {
    type Err = NoNet;

    /// Reads `ADDRESS/BITS`.
    fn from_str(text: &str) -> Result<Self, NoNet> {
        let (addr, prefix) = text.split_once('/').ok_or(NoNet)?;
        let (addr, prefix) = addr.parse().ok().zip(prefix.parse().ok()).ok_or(NoNet)?;
        Self::new(addr, prefix).ok_or(NoNet)
    }
}

impl std::fmt::Display for Net {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_one() { self.addr.fmt(f) } else { write!(f, "{}/{}", self.addr, self.prefix) }
    }
}

const fn bits(addr: IpAddr) -> u8 {
    match addr {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

fn mask32(prefix: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0)
}

fn mask128(prefix: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0)
}

impl Pattern {
    /// The same with its letters in lower case, as [`Pattern::fits`] wants it.
    pub(super) fn folded(&self) -> Self {
        let fold = |text: &str| folded(text).collect::<String>();
        match self {
            Self::Is(text) => Self::Is(fold(text)),
            Self::Starts(text) => Self::Starts(fold(text)),
            Self::Ends(text) => Self::Ends(fold(text)),
            Self::Contains(text) => Self::Contains(fold(text)),
            Self::Within(net) => Self::Within(*net),
        }
    }

    /// Whether a value fits; `self` is folded.
    pub(super) fn fits(&self, value: &str) -> bool {
        match self {
            Self::Is(text) => is(value, text),
            Self::Starts(text) => starts(value, text),
            Self::Ends(text) => ends(value, text),
            Self::Contains(text) => contains(value, text),
            Self::Within(net) => value.parse().is_ok_and(|addr| net.holds(addr)),
        }
    }
}

fn folded(text: &str) -> impl DoubleEndedIterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

pub(super) fn is(value: &str, text: &str) -> bool {
    if text.is_ascii() { value.eq_ignore_ascii_case(text) } else { folded(value).eq(text.chars()) }
}

fn starts(value: &str, text: &str) -> bool {
    if text.is_ascii() {
        return value
            .as_bytes()
            .get(..text.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(text.as_bytes()));
    }
    let mut letters = folded(value);
    text.chars().all(|letter| letters.next() == Some(letter))
}

fn ends(value: &str, text: &str) -> bool {
    let mut letters = folded(value).rev();
    text.chars().rev().all(|letter| letters.next() == Some(letter))
}

fn contains(value: &str, text: &str) -> bool {
    if text.is_ascii() {
        let text = text.as_bytes();
        let Some(first) = text.first() else { return true };
        return value
            .as_bytes()
            .windows(text.len())
            .any(|part| part[0].eq_ignore_ascii_case(first) && part.eq_ignore_ascii_case(text));
    }
    value.char_indices().any(|(at, _)| starts(&value[at..], text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn net(text: &str, prefix: u8) -> Net {
        Net::new(text.parse().expect("an address"), prefix).expect("a prefix")
    }

    #[test]
    fn networks_hold_their_addresses_and_no_others() {
        for (net, inside, outside) in [
            (net("10.4.9.9", 16), "10.4.255.1", "10.5.0.1"),
            (net("10.4.0.0", 32), "10.4.0.0", "10.4.0.1"),
            (net("1.2.3.4", 0), "255.255.255.255", "::1"),
            (net("2001:db8::1", 32), "2001:db8:ffff::9", "2001:db9::"),
            (net("::", 0), "fe80::1", "10.0.0.1"),
            (net("::ffff:10.4.0.1", 16), "10.4.7.7", "10.5.0.1"),
            (net("10.4.0.0", 16), "::ffff:10.4.0.9", "db-1"),
        ] {
            let pattern = Pattern::Within(net);
            assert!(pattern.fits(inside) && !pattern.fits(outside), "{net}");
        }
        assert_eq!(net("10.4.9.9", 16).to_string(), "10.4.0.0/16");
        assert_eq!(net("10.4.9.9", 32).to_string(), "10.4.9.9");
        assert!(Net::new(IpAddr::from([10, 0, 0, 1]), 33).is_none());
    }

    #[test]
    fn letters_compare_without_their_case() {
        for (pattern, fitting, other) in [
            (Pattern::Is("Alice".into()), "aLICE", "alice2"),
            (Pattern::Is("Ångström".into()), "ÅNGSTRÖM", "angstrom"),
            (Pattern::Is(String::new()), "", "x"),
            (Pattern::Starts("al".into()), "Alice", "Sal"),
            (Pattern::Starts("éa".into()), "ÉAlice", "é"),
            (Pattern::Ends("CE".into()), "alice", "cent"),
            (Pattern::Contains("LIC".into()), "Alice", "lci"),
            (Pattern::Contains("ÖM".into()), "Ångström", "Angstrom"),
        ] {
            let pattern = pattern.folded();
            assert!(pattern.fits(fitting) && !pattern.fits(other), "{pattern:?}");
        }
    }

    proptest! {
        #[test]
        fn comparing_needs_no_copy_and_says_the_same(value in "[a-cA-C éÉß-]{0,8}", text in "[a-cA-C éÉß-]{1,3}") {
            let (lower, needle) = (folded(&value).collect::<String>(), folded(&text).collect::<String>());
            prop_assert_eq!(Pattern::Is(text.clone()).folded().fits(&value), lower == needle);
            prop_assert_eq!(Pattern::Starts(text.clone()).folded().fits(&value), lower.starts_with(&needle));
            prop_assert_eq!(Pattern::Ends(text.clone()).folded().fits(&value), lower.ends_with(&needle));
            prop_assert_eq!(Pattern::Contains(text).folded().fits(&value), lower.contains(&needle));
        }
    }
}
