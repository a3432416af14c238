//! What was not understood in the filter box, as a person is told.

use super::key;

/// Something that was not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// A clause without a value.
    Unfinished {
        /// Its key.
        name: String,
    },
    /// A key that is none, and the one that was probably meant; passed over.
    UnknownKey {
        /// What was typed.
        name: String,
        /// What was probably meant.
        like: &'static str,
    },
    /// A key that is none; the whole is looked for as text.
    TakenAsText {
        /// What was typed.
        name: String,
    },
    /// No session type.
    NoType {
        /// What was typed.
        value: String,
    },
    /// No length of time.
    NoSpan {
        /// The key.
        name: String,
        /// What was typed.
        value: String,
    },
    /// No day and no time of one.
    NoMoment {
        /// The key.
        name: String,
        /// What was typed.
        value: String,
    },
    /// No network.
    NoNet {
        /// What was typed.
        value: String,
    },
    /// No number of a port.
    NoPort {
        /// What was typed.
        value: String,
    },
    /// None of a few answers.
    NoAnswer {
        /// The key.
        name: String,
        /// What was typed.
        value: String,
        /// What is understood.
        answers: &'static str,
    },
}

impl Problem {
    /// What is wrong, and what to do.
    #[must_use]
    pub fn sentence(&self) -> String {
        let such_as = |name: &str| key::example(name).unwrap_or_default();
        match self {
            Self::Unfinished { name } => {
                format!("“{name}:” waits for a value, such as {}.", such_as(name))
            }
            Self::UnknownKey { name, like } => {
                format!("There is no filter “{name}”: did you mean {}? It is passed over.", such_as(like))
            }
            Self::TakenAsText { name } => {
                format!("There is no filter “{name}”: it is looked for as text.")
            }
            Self::NoType { value } => format!(
                "There is no type “{value}”: use console, websso, esso, pam, rdp or ssh. It is passed over."
            ),
            Self::NoSpan { name, value } => format!(
                "“{name}:{value}” is no length of time: write it like 45s, 30m, 2h or 3d. It is passed over."
            ),
            Self::NoMoment { name, value } => format!(
                "“{value}” in “{name}:” is no date: write it like 2026-11-20 or 2026-11-20T14:30. It is passed over."
            ),
            Self::NoNet { value } => format!(
                "“{value}” is no network: write it like 10.4.0.0/16 or 2001:db8::/32. It is passed over."
            ),
            Self::NoPort { value } => {
                format!("“{value}” is no port: it takes a number to 65535. It is passed over.")
            }
            Self::NoAnswer { name, value, answers } => {
                format!("“{name}:{value}” is not understood: use {answers}. It is passed over.")
            }
        }
    }
}
