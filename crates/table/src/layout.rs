//! How the columns stand: which are shown, in which order, how wide, which stay at the left, and which one the
//! rows are grouped by; kept as JSON per person.
//!
//! What another version wrote is taken as far as it is known: never a reason to fail.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Column, Sheet};

/// The narrowest and the widest that a column is made, in pixels: a mark to take hold of, and half a wide screen.
const WIDTHS: (u16, u16) = (56, 1_200);

/// Order, visibility, width and place of all columns; at least one is always shown. Those that are pinned
/// to the left come before all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    sheet: Sheet,
    columns: Vec<(Column, bool)>,
    /// In pixels; a column without one is as wide as its style says.
    widths: BTreeMap<Column, u16>,
    /// How many of `columns` are pinned: the first.
    pinned: usize,
    group: Option<Column>,
}

/// As it is stored: names of columns, so that unknown ones can be passed over, and values of any kind, so
/// that what became another kind is passed over alone.
#[derive(Serialize, Deserialize)]
struct Stored {
    #[serde(default)]
    columns: Vec<String>,
    #[serde(default)]
    hidden: Vec<String>,
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    widths: serde_json::Value,
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pinned: serde_json::Value,
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    group: serde_json::Value,
}

impl Default for Layout {
    fn default() -> Self {
        Self::of(Sheet::default())
    }
}

impl Layout {
    /// The layout of a table that nobody has arranged yet.
    #[must_use]
    pub fn of(sheet: Sheet) -> Self {
        let columns = sheet.columns().iter().enumerate();
        Self {
            sheet,
            columns: columns.map(|(at, column)| (*column, at < sheet.shown_by_default())).collect(),
            widths: BTreeMap::new(),
            pinned: 0,
            group: None,
        }
    }

    /// Which table it is of.
    #[must_use]
    pub const fn sheet(&self) -> Sheet {
        self.sheet
    }

    /// Reads a stored layout of a table. Unknown columns are passed over, missing ones come last as they are
    /// by default, and what cannot be read at all is the default layout.
    #[must_use]
    pub fn from_json(sheet: Sheet, json: &str) -> Self {
        let Ok(stored) = serde_json::from_str::<Stored>(json) else { return Self::of(sheet) };
        let mut layout = Self::of(sheet);
        let of_sheet = |key: &str| Column::from_key(key).filter(|column| sheet.columns().contains(column));
        let shown: Vec<_> = stored.columns.iter().filter(|key| !stored.hidden.contains(key)).collect();
        let known: Vec<Column> = stored.columns.iter().filter_map(|key| of_sheet(key)).collect();
        if known.is_empty() {
            return layout;
        }
        layout.put_first(&known);
        for column in known {
            let is_shown = shown.iter().any(|key| of_sheet(key) == Some(column));
            layout
                .columns
                .iter_mut()
                .filter(|(other, _)| *other == column)
                .for_each(|entry| entry.1 = is_shown);
        }
        if !layout.columns.iter().any(|(_, shown)| *shown) {
            return Self::of(sheet);
        }
        if let Some(widths) = stored.widths.as_object() {
            for (key, width) in widths {
                if let Some((column, width)) = of_sheet(key).zip(width.as_u64()) {
                    layout.set_width(column, u16::try_from(width).unwrap_or(u16::MAX));
                }
            }
        }
        for key in stored.pinned.as_array().into_iter().flatten() {
            if let Some(column) = key.as_str().and_then(of_sheet) {
                layout.pin(column, true);
            }
        }
        layout.group = stored.group.as_str().and_then(of_sheet);
        layout
    }

    /// As [`Layout::from_json`] reads it.
    #[must_use]
    pub fn to_json(&self) -> String {
        let key = |(column, _): &(Column, bool)| column.key();
        let stored = Stored {
            columns: self.columns.iter().map(key).collect(),
            hidden: self.columns.iter().filter(|(_, shown)| !shown).map(key).collect(),
            widths: match self.widths.is_empty() {
                true => serde_json::Value::Null,
                false => self.widths.iter().map(|(column, width)| (column.key(), *width)).collect(),
            },
            pinned: match self.pinned {
                0 => serde_json::Value::Null,
                some => self.columns[..some].iter().map(key).collect(),
            },
            group: self.group.map_or(serde_json::Value::Null, |column| column.key().into()),
        };
        serde_json::to_string(&stored).expect("names of columns are plain JSON")
    }

    /// The shown columns in their order: the pinned ones, then the others.
    #[must_use]
    pub fn shown(&self) -> Vec<Column> {
        self.columns.iter().filter(|(_, shown)| *shown).map(|(column, _)| *column).collect()
    }

    /// Every column in order, and whether it is shown.
    #[must_use]
    pub fn columns(&self) -> &[(Column, bool)] {
        &self.columns
    }

    /// Whether a column is shown.
    #[must_use]
    pub fn is_shown(&self, column: Column) -> bool {
        self.columns.contains(&(column, true))
    }

    /// Shows or hides a column; the last one that is shown stays.
    pub fn show(&mut self, column: Column, shown: bool) {
        let last = !shown && self.columns.iter().filter(|(_, shown)| *shown).count() == 1;
        if let Some(entry) = self.columns.iter_mut().find(|(known, _)| *known == column)
            && !last
        {
            entry.1 = shown;
        }
    }

    /// Shows these columns alone, in this order; the others keep theirs. Nothing where none is known.
    pub fn show_only(&mut self, columns: &[Column]) {
        let known: Vec<Column> =
            columns.iter().copied().filter(|column| self.place(*column).is_some()).collect();
        if known.is_empty() {
            return;
        }
        self.put_first(&known);
        self.columns.iter_mut().for_each(|(column, shown)| *shown = known.contains(column));
    }

    /// Puts columns before all others, each in its part of the table.
    fn put_first(&mut self, order: &[Column]) {
        let pins: Vec<Column> = self.columns[..self.pinned].iter().map(|(column, _)| *column).collect();
        self.columns.sort_by_key(|(column, _)| {
            (!pins.contains(column), order.iter().position(|known| known == column).unwrap_or(usize::MAX))
        });
    }

    /// How wide a column was made, in pixels; none as long as it is as its style says.
    #[must_use]
    pub fn width(&self, column: Column) -> Option<u16> {
        self.widths.get(&column).copied()
    }

    /// Makes a column this wide, in pixels, within what is usable.
    pub fn set_width(&mut self, column: Column, width: u16) {
        self.widths.insert(column, width.clamp(WIDTHS.0, WIDTHS.1));
    }

    /// Lets a column be as wide as its style says again.
    pub fn unset_width(&mut self, column: Column) {
        self.widths.remove(&column);
    }

    /// Whether a column stays at the left.
    #[must_use]
    pub fn is_pinned(&self, column: Column) -> bool {
        self.place(column).is_some_and(|place| place < self.pinned)
    }

    /// Pins a column to the left, after those that are; or lets it go, before those that are not.
    pub fn pin(&mut self, column: Column, pinned: bool) {
        if let Some(from) = self.place(column)
            && (from < self.pinned) != pinned
        {
            let entry = self.columns.remove(from);
            self.pinned = if pinned { self.pinned + 1 } else { self.pinned - 1 };
            self.columns.insert(if pinned { self.pinned - 1 } else { self.pinned }, entry);
        }
    }

    /// The column that rows are grouped by.
    #[must_use]
    pub const fn group(&self) -> Option<Column> {
        self.group
    }

    /// Groups rows by a column, or by none.
    pub fn set_group(&mut self, column: Option<Column>) {
        self.group = column.filter(|column| self.place(*column).is_some());
    }

    /// Moves a column to the place of another, which makes room. A pinned column stays among the pinned ones,
    /// and any other among the others.
    pub fn move_to(&mut self, column: Column, place_of: Column) {
        if let (Some(from), Some(to)) = (self.place(column), self.place(place_of)) {
            let to = if from < self.pinned { to.min(self.pinned - 1) } else { to.max(self.pinned) };
            let entry = self.columns.remove(from);
            self.columns.insert(to, entry);
        }
    }

    /// Whether a column stands before another.
    #[must_use]
    pub fn is_before(&self, column: Column, other: Column) -> bool {
        self.place(column) < self.place(other)
    }

    /// Moves a column one place to the left or right among the shown ones; whether it moved.
    pub fn nudge(&mut self, column: Column, right: bool) -> bool {
        self.step(column, right, |(_, shown)| *shown)
    }

    /// Moves a column one place up or down among all of them; whether it moved.
    pub fn nudge_in_list(&mut self, column: Column, down: bool) -> bool {
        self.step(column, down, |_| true)
    }

    /// Moves a column past its next neighbour that counts, within its part of the table.
    fn step(&mut self, column: Column, forward: bool, counts: impl Fn(&(Column, bool)) -> bool) -> bool {
        let Some(from) = self.place(column) else { return false };
        let part = if from < self.pinned { 0..self.pinned } else { self.pinned..self.columns.len() };
        let to = if forward {
            (from + 1..part.end).find(|at| counts(&self.columns[*at]))
        } else {
            (part.start..from).rev().find(|at| counts(&self.columns[*at]))
        };
        let Some(to) = to else { return false };
        let entry = self.columns.remove(from);
        self.columns.insert(to, entry);
        true
    }

    fn place(&self, column: Column) -> Option<usize> {
        self.columns.iter().position(|(known, _)| *known == column)
    }
}

impl Column {
    /// Its name in what is stored and in addresses: `start_date`.
    #[must_use]
    pub fn key(self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(key)) => key,
            _ => unreachable!("a column is written as its name"),
        }
    }

    /// The column of a name.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(key.into())).ok()
    }
}

#[cfg(test)]
mod tests;
