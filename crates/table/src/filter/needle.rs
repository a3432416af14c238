//! A word that is looked for in every row.

use memchr::memmem::Finder;

/// A word that must be in a row, or must not be; made ready once for a hundred thousand looks.
#[derive(Clone, Debug)]
pub(super) struct Needle {
    pub(super) not: bool,
    /// In lower case.
    pub(super) text: Box<str>,
    finder: Finder<'static>,
}

impl Needle {
    pub(super) fn new(not: bool, text: &str) -> Self {
        let text = text.to_lowercase();
        Self { not, finder: Finder::new(text.as_bytes()).into_owned(), text: text.into() }
    }

    /// Whether a row of this text passes.
    pub(super) fn lets(&self, haystack: &str) -> bool {
        self.finder.find(haystack.as_bytes()).is_some() != self.not
    }
}

impl PartialEq for Needle {
    fn eq(&self, other: &Self) -> bool {
        (self.not, &self.text) == (other.not, &other.text)
    }
}

impl Eq for Needle {}
