//! What was not understood in the filter box; the page says it in the person's language.

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
