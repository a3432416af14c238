//! Sets of session types, as the chips choose them and `type:` names them.

use wire::SessionType;

/// A set of session types; the empty set stands for all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KindSet(u8);

/// Names of the types in a filter: what it is written as, then what else is understood.
const NAMES: [(SessionType, &[&str]); SessionType::ALL.len()] = [
    (SessionType::Console, &["console"]),
    (SessionType::WebSso, &["websso", "web"]),
    (SessionType::Esso, &["esso"]),
    (SessionType::Pam, &["pam"]),
    (SessionType::PamRdp, &["rdp", "pamrdp", "pam rdp", "pam-rdp"]),
    (SessionType::PamSsh, &["ssh", "pamssh", "pam ssh", "pam-ssh"]),
];

impl KindSet {
    const EVERY: u8 = (1 << SessionType::ALL.len()) - 1;

    const fn bit(kind: SessionType) -> u8 {
        1 << kind as u8
    }

    /// Whether nothing is chosen, so that everything passes.
    #[must_use]
    pub const fn is_all(self) -> bool {
        self.0 == 0
    }

    /// Whether a type is chosen.
    #[must_use]
    pub const fn chosen(self, kind: SessionType) -> bool {
        self.0 & Self::bit(kind) != 0
    }

    /// Whether sessions of a type pass.
    #[must_use]
    pub const fn passes(self, kind: SessionType) -> bool {
        self.is_all() || self.chosen(kind)
    }

    /// Chooses a type, or no longer. Choosing every type is the same as choosing none.
    #[must_use]
    pub const fn toggled(self, kind: SessionType) -> Self {
        Self::of(self.0 ^ Self::bit(kind))
    }

    /// The types of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self::of(self.0 | other.0)
    }

    /// The chosen types, in the order of the chips.
    pub fn iter(self) -> impl Iterator<Item = SessionType> {
        SessionType::ALL.into_iter().filter(move |kind| self.chosen(*kind))
    }

    const fn of(bits: u8) -> Self {
        if bits == Self::EVERY { Self(0) } else { Self(bits) }
    }
}

/// What a type is called in a filter.
pub(super) fn name(kind: SessionType) -> &'static str {
    NAMES[kind as usize].1[0]
}

/// The type of a name, or of the beginning of one.
pub(super) fn named(text: &str) -> Option<SessionType> {
    let text = text.to_lowercase();
    let find = |fits: &dyn Fn(&str) -> bool| {
        NAMES.iter().find(|(_, names)| names.iter().any(|name| fits(name))).map(|(kind, _)| *kind)
    };
    find(&|name| name == text).or_else(|| find(&|name| name.starts_with(&text)).filter(|_| !text.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choosing_every_type_is_choosing_none() {
        let mut kinds = KindSet::default();
        for kind in SessionType::ALL {
            kinds = kinds.toggled(kind);
        }
        assert!(kinds.is_all());
        assert!(SessionType::ALL.into_iter().all(|kind| kinds.passes(kind)));
        let one = kinds.toggled(SessionType::PamSsh);
        assert!(one.passes(SessionType::PamSsh) && !one.passes(SessionType::Pam));
        assert_eq!(one.iter().collect::<Vec<_>>(), [SessionType::PamSsh]);
    }

    #[test]
    fn types_have_names_and_their_beginnings_do() {
        for (at, (kind, names)) in NAMES.into_iter().enumerate() {
            assert_eq!(kind as usize, at);
            assert!(names.iter().all(|text| named(text) == Some(kind)), "{names:?}");
        }
        for (text, kind) in [
            ("PAM", Some(SessionType::Pam)),
            ("PAM SSH", Some(SessionType::PamSsh)),
            ("r", Some(SessionType::PamRdp)),
            ("WebSSO", Some(SessionType::WebSso)),
            ("vnc", None),
            ("", None),
        ] {
            assert_eq!(named(text), kind, "{text}");
        }
    }
}
