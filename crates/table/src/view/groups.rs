//! The groups of the shown rows, and the lines that rows and the headings of groups make together.

use std::sync::Arc;

use wire::SessionId;

use super::super::{Row, Rows};
use super::{Entry, View};

/// The rows that have one value in the column that is grouped by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The value.
    pub name: String,
    /// How many rows.
    pub len: usize,
    /// Whether its rows are lines, too.
    pub is_open: bool,
    /// Place of its first row among the shown ones.
    first: usize,
    /// Line of its heading.
    line: usize,
}

/// What one line of the table is.
#[derive(Clone, Copy, Debug)]
pub enum Line<'v> {
    /// The heading of a group.
    Group(&'v Group),
    /// A row.
    Row(&'v Arc<Row>),
}

impl View {
    /// How many lines it has: the rows that are not folded away, and the headings of the groups.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.groups.last().map_or(self.shown.len(), Group::end)
    }

    /// The line at a place.
    #[must_use]
    pub fn line(&self, at: usize) -> Option<Line<'_>> {
        if self.order.group.is_none() {
            return self.shown.get(at).map(|entry| Line::Row(&entry.row));
        }
        let group = self.groups.get(self.groups.partition_point(|group| group.line <= at).checked_sub(1)?)?;
        if at >= group.end() {
            None
        } else if at == group.line {
            Some(Line::Group(group))
        } else {
            self.shown.get(group.first + at - group.line - 1).map(|entry| Line::Row(&entry.row))
        }
    }

    /// The line of a session that is shown; that of its group when it is folded away.
    #[must_use]
    pub fn line_of(&self, id: SessionId, rows: &Rows) -> Option<usize> {
        let place = self.place(id, rows)?;
        if self.order.group.is_none() {
            return Some(place);
        }
        let group = &self.groups[self.groups.partition_point(|group| group.first <= place).checked_sub(1)?];
        Some(if group.is_open { group.line + 1 + place - group.first } else { group.line })
    }

    /// The line of a group's heading.
    #[must_use]
    pub fn line_of_group(&self, name: &str) -> Option<usize> {
        self.groups.iter().find(|group| group.name == name).map(|group| group.line)
    }

    /// The groups in their order; none when the rows are not grouped.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Folds the rows of a group away, or shows them again.
    pub fn fold(&mut self, name: &str, fold: bool) {
        if fold {
            self.folded.insert(name.to_owned());
        } else {
            self.folded.remove(name);
        }
        self.number_lines();
    }

    /// Folds all groups, or none.
    pub fn fold_all(&mut self, fold: bool) {
        self.folded.clear();
        if fold {
            self.folded.extend(self.groups.iter().map(|group| group.name.clone()));
        }
        self.number_lines();
    }

    /// Finds the groups of the shown rows anew.
    pub(super) fn find_groups(&mut self) {
        let mut groups = std::mem::take(&mut self.groups);
        groups.clear();
        if self.order.group.is_none() {
            return;
        }
        let (mut first, mut prefix) = (0, Vec::new());
        while let Some(entry) = self.shown.get(first) {
            prefix.clear();
            self.order.push_group(&entry.row, &mut prefix);
            let last = |other: &Entry| other.key <= entry.key || other.key.starts_with(&prefix);
            let len = self.shown.partition_point(last) - first;
            let name = self.order.group_name(&entry.row);
            groups.push(Group { name, len, is_open: true, first, line: 0 });
            first += len;
        }
        self.groups = groups;
        self.number_lines();
    }

    fn number_lines(&mut self) {
        let mut line = 0;
        for group in &mut self.groups {
            group.is_open = !self.folded.contains(&group.name);
            group.line = line;
            line = group.end();
        }
    }
}

impl Group {
    /// The line after its last one.
    const fn end(&self) -> usize {
        self.line + 1 + if self.is_open { self.len } else { 0 }
    }
}
