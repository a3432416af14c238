//! One thing that a filter asks for, and all of them together.

use super::super::Column;
use super::kinds::KindSet;
use super::moment::{Moment, Span};
use super::pattern::Pattern;

/// One thing that a session must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clause {
    /// Of one of these types, or of none of them.
    Types {
        /// Of none.
        not: bool,
        /// The types; never all.
        kinds: KindSet,
    },
    /// With a value in a column that fits one of the patterns, or none of them.
    Values {
        /// The column; one that [`super::key_of`] knows.
        column: Column,
        /// None of them.
        not: bool,
        /// The patterns; at least one.
        values: Vec<Pattern>,
    },
    /// Open for longer than this.
    Older(Span),
    /// Open for less than this.
    Newer(Span),
    /// Opened in or after this moment.
    After(Moment),
    /// Opened before this moment.
    Before(Moment),
    /// Opened from the first moment to the end of the last, or not then.
    Between {
        /// Not then.
        not: bool,
        /// The first; none for the beginning of all times.
        from: Option<Moment>,
        /// The last.
        to: Moment,
    },
    /// Without a movement for longer than this, or not.
    Idle {
        /// Not for so long.
        not: bool,
        /// For how long.
        span: Span,
    },
    /// With somebody watching, or nobody.
    Watched(bool),
    /// The viewer's own or on an account of theirs, or neither.
    Mine(bool),
}

impl Clause {
    /// The column that it is about; none if it is about the session as a whole.
    #[must_use]
    pub const fn column(&self) -> Option<Column> {
        match self {
            Self::Types { .. } => Some(Column::Type),
            Self::Values { column, .. } => Some(*column),
            Self::Older(_) | Self::Newer(_) | Self::After(_) | Self::Before(_) | Self::Between { .. } => {
                Some(Column::StartDate)
            }
            Self::Idle { .. } => Some(Column::Idle),
            Self::Watched(_) => Some(Column::Watchers),
            Self::Mine(_) => None,
        }
    }

    /// From one moment to the end of another, whichever comes first.
    #[must_use]
    pub fn between(not: bool, one: Moment, other: Moment) -> Self {
        let turned = other.begins(|_| 0) < one.begins(|_| 0);
        let (from, to) = if turned { (other, one) } else { (one, other) };
        Self::Between { not, from: Some(from), to }
    }

    /// Joins `other`, if both ask for values of one column, which are alternatives then, or if both cannot
    /// hold at once, where the later one counts; gives it back otherwise.
    fn join(&mut self, other: Self) -> Option<Self> {
        match (self, other) {
            (
                Self::Values { column, not, values },
                Self::Values { column: column2, not: not2, values: more },
            ) if *column == column2 && *not == not2 => {
                for value in more {
                    if !values.contains(&value) {
                        values.push(value);
                    }
                }
                None
            }
            (Self::Types { not, kinds }, Self::Types { not: not2, kinds: more }) if *not == not2 => {
                *kinds = kinds.and(more);
                None
            }
            (Self::Watched(one), Self::Watched(other)) | (Self::Mine(one), Self::Mine(other)) => {
                *one = other;
                None
            }
            (one, other) => {
                let same_kind = std::mem::discriminant(one) == std::mem::discriminant(&other);
                let replaced = match (&*one, &other) {
                    (Self::Between { not, .. }, Self::Between { not: not2, .. })
                    | (Self::Idle { not, .. }, Self::Idle { not: not2, .. }) => not == not2,
                    (Self::Values { .. } | Self::Types { .. }, _) => false,
                    _ => same_kind,
                };
                if replaced {
                    *one = other;
                    None
                } else {
                    Some(other)
                }
            }
        }
    }

    /// Whether it asks for anything.
    const fn asks(&self) -> bool {
        !matches!(self, Self::Types { kinds, .. } if kinds.is_all())
    }
}

/// A word of the filter box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// It must not be there.
    pub not: bool,
    /// The word, or several as one.
    pub text: String,
}

/// Everything that a filter asks for. There is at most one clause of each kind for a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    clauses: Vec<Clause>,
    words: Vec<Word>,
}

impl Query {
    /// The clauses in the order in which they were added.
    #[must_use]
    pub fn clauses(&self) -> &[Clause] {
        &self.clauses
    }

    /// The words.
    #[must_use]
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// Whether it asks for nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.clauses.is_empty() && self.words.is_empty()
    }

    /// Adds a clause; values for a column that has some already are further alternatives.
    pub fn add(&mut self, clause: Clause) {
        let mut left = Some(clause);
        for known in &mut self.clauses {
            left = left.and_then(|clause| known.join(clause));
        }
        self.clauses.extend(left);
        self.clauses.retain(Clause::asks);
    }

    /// Adds a word.
    pub fn add_word(&mut self, word: Word) {
        if !word.text.is_empty() && !self.words.contains(&word) {
            self.words.push(word);
        }
    }

    /// Adds everything of another.
    pub fn add_all(&mut self, other: Self) {
        other.clauses.into_iter().for_each(|clause| self.add(clause));
        other.words.into_iter().for_each(|word| self.add_word(word));
    }

    /// Takes a clause out.
    pub fn remove(&mut self, clause: &Clause) {
        self.clauses.retain(|known| known != clause);
    }

    /// Puts a clause in the place of another; at the end if that is gone.
    pub fn replace(&mut self, old: &Clause, new: Clause) {
        match self.clauses.iter().position(|known| known == old) {
            Some(at) => {
                let after = self.clauses.split_off(at);
                self.add(new);
                after.into_iter().skip(1).for_each(|clause| self.add(clause));
            }
            None => self.add(new),
        }
    }

    /// The types that it asks for; all when it asks for none.
    #[must_use]
    pub fn kinds(&self) -> KindSet {
        let chosen = self.clauses.iter().find_map(|clause| match clause {
            Clause::Types { not: false, kinds } => Some(*kinds),
            _ => None,
        });
        chosen.unwrap_or_default()
    }

    /// Asks for these types instead.
    pub fn set_kinds(&mut self, kinds: KindSet) {
        self.clauses.retain(|clause| !matches!(clause, Clause::Types { not: false, .. }));
        self.add(Clause::Types { not: false, kinds });
    }

    /// Takes the words out of it.
    #[must_use]
    pub fn without_words(mut self) -> Self {
        self.words.clear();
        self
    }

    /// Its words alone.
    #[must_use]
    pub fn only_words(mut self) -> Self {
        self.clauses.clear();
        self
    }
}
