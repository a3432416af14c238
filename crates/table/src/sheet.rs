//! The two tables that a person can arrange.

use serde::{Deserialize, Serialize};

use super::Column;

/// One of the tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sheet {
    /// The open sessions.
    #[default]
    Sessions,
    /// Every session, open and ended.
    AccessLog,
}

impl Sheet {
    /// Its columns, in the order in which they are on offer.
    #[must_use]
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Sessions => &Column::ALL,
            Self::AccessLog => &Column::LOG,
        }
    }

    /// How many of its columns are shown unless somebody chose otherwise: the first.
    #[must_use]
    pub const fn shown_by_default(self) -> usize {
        match self {
            Self::Sessions => 9,
            Self::AccessLog => 13,
        }
    }

    /// Its name, as the audit says it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sessions => "sessions",
            Self::AccessLog => "access logs",
        }
    }
}
