//! An arrangement: everything that a person set about a table, as JSON for the server and as the query of an address.
//!
//! What another version wrote is taken as far as it is known.

use serde_json::{Map, Value};

use super::{Column, Layout, Query, Sheet, Sort};

/// Columns, order, widths, pins and group; sorting; filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrangement {
    /// How the columns stand.
    pub layout: Layout,
    /// How the rows are sorted.
    pub sort: Sort,
    /// What is filtered by.
    pub filter: Query,
}

impl Arrangement {
    /// The arrangement of a table that nobody has arranged yet.
    #[must_use]
    pub fn of(sheet: Sheet) -> Self {
        Self { layout: Layout::of(sheet), sort: Sort::default(), filter: Query::default() }
    }

    /// Reads what [`Arrangement::to_json`] wrote, or a layout alone.
    #[must_use]
    pub fn from_json(sheet: Sheet, json: &str) -> Self {
        let stored: Map<String, Value> = serde_json::from_str(json).unwrap_or_default();
        let text = |name: &str| stored.get(name).and_then(Value::as_str).unwrap_or("");
        Self {
            layout: Layout::from_json(sheet, json),
            sort: Sort::from_text(text("sort")),
            filter: Query::read(text("filter")).query,
        }
    }

    /// The layout's JSON, with the sorting and the filter where they are not as by default.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut stored: Map<String, Value> =
            serde_json::from_str(&self.layout.to_json()).expect("a layout is written as an object");
        if self.sort != Sort::default() {
            stored.insert("sort".into(), self.sort.to_text().into());
        }
        if !self.filter.is_empty() {
            stored.insert("filter".into(), self.filter.to_text().into());
        }
        Value::Object(stored).to_string()
    }

    /// What an address says to restore it, by name; what is as by default is not said. The order in which hidden
    /// columns are on offer is left out.
    #[must_use]
    pub fn to_params(&self) -> Vec<(&'static str, String)> {
        let default = Self::of(self.layout.sheet());
        let mut params = Vec::new();
        if !self.filter.is_empty() {
            params.push(("filter", self.filter.to_text()));
        }
        if self.sort != default.sort {
            params.push(("sort", self.sort.to_text()));
        }
        let column = |column: &Column| match self.layout.width(*column) {
            Some(width) => format!("{}:{width}", column.key()),
            None => column.key(),
        };
        let shown: Vec<String> = self.layout.shown().iter().map(column).collect();
        let usual: Vec<String> = default.layout.shown().into_iter().map(Column::key).collect();
        if shown != usual {
            params.push(("columns", shown.join(",")));
        }
        let pinned: Vec<String> = self
            .layout
            .shown()
            .into_iter()
            .filter(|column| self.layout.is_pinned(*column))
            .map(Column::key)
            .collect();
        if !pinned.is_empty() {
            params.push(("pin", pinned.join(",")));
        }
        if let Some(group) = self.layout.group() {
            params.push(("group", group.key()));
        }
        params
    }

    /// What the parameters of an address say; none when they say nothing about it. What is not said is as by
    /// default, what is not known is passed over.
    #[must_use]
    pub fn from_params<'p>(sheet: Sheet, get: impl Fn(&str) -> Option<&'p str>) -> Option<Self> {
        const NAMES: [&str; 5] = ["filter", "sort", "columns", "pin", "group"];
        if NAMES.iter().all(|name| get(name).is_none()) {
            return None;
        }
        let mut arrangement = Self::of(sheet);
        if let Some(filter) = get("filter") {
            arrangement.filter = Query::read(filter).query;
        }
        if let Some(sort) = get("sort") {
            arrangement.sort = Sort::from_text(sort);
        }
        let layout = &mut arrangement.layout;
        if let Some(columns) = get("columns") {
            let mut shown = Vec::new();
            for text in columns.split(',') {
                let (key, width) =
                    text.split_once(':').map_or((text, None), |(key, width)| (key, Some(width)));
                let Some(column) = Column::from_key(key) else { continue };
                if !shown.contains(&column) {
                    shown.push(column);
                }
                if let Some(width) = width.and_then(|width| width.parse().ok()) {
                    layout.set_width(column, width);
                }
            }
            layout.show_only(&shown);
        }
        for column in get("pin").unwrap_or("").split(',').filter_map(Column::from_key) {
            layout.pin(column, true);
        }
        layout.set_group(get("group").and_then(Column::from_key));
        Some(arrangement)
    }

    /// Whether two look the same: all but the order of what is hidden.
    #[must_use]
    pub fn looks_like(&self, other: &Self) -> bool {
        self.to_params() == other.to_params()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Direction;

    fn from_params(sheet: Sheet, params: &[(&str, &str)]) -> Option<Arrangement> {
        Arrangement::from_params(sheet, |name| {
            params.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
        })
    }

    fn arranged() -> Arrangement {
        let mut arrangement = Arrangement::of(Sheet::Sessions);
        let layout = &mut arrangement.layout;
        layout.show_only(&[Column::Type, Column::User, Column::Node]);
        layout.set_width(Column::User, 240);
        layout.pin(Column::User, true);
        layout.set_group(Some(Column::Agent));
        arrangement.sort = Sort::from_text("-watchers,user");
        arrangement.filter = Query::read("type:ssh -user:bob \"a b\" older:2h").query;
        arrangement
    }

    #[test]
    fn an_address_is_short_and_readable() {
        let params = arranged().to_params();
        let params: Vec<(&str, &str)> = params.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(
            params,
            [
                ("filter", "type:ssh -user:bob older:2h \"a b\""),
                ("sort", "-watchers,user"),
                ("columns", "user:240,type,node"),
                ("pin", "user"),
                ("group", "agent"),
            ]
        );
        assert!(from_params(Sheet::Sessions, &params).expect("said").looks_like(&arranged()));
        assert_eq!(Arrangement::of(Sheet::Sessions).to_params(), []);
    }

    #[test]
    fn it_survives_its_storage() {
        for arrangement in [arranged(), Arrangement::of(Sheet::Sessions), Arrangement::of(Sheet::AccessLog)] {
            let again = Arrangement::from_json(arrangement.layout.sheet(), &arrangement.to_json());
            assert_eq!(again, arrangement);
        }
    }

    #[test]
    fn a_layout_alone_is_an_arrangement() {
        let mut layout = Layout::default();
        layout.show(Column::Node, true);
        let arrangement = Arrangement::from_json(Sheet::Sessions, &layout.to_json());
        assert_eq!(arrangement.layout, layout);
        assert_eq!((arrangement.sort, arrangement.filter), (Sort::default(), Query::default()));
        for json in ["", "{", "[]", r#"{"sort":7,"filter":[]}"#] {
            assert_eq!(
                Arrangement::from_json(Sheet::Sessions, json),
                Arrangement::of(Sheet::Sessions),
                "{json}"
            );
        }
    }

    #[test]
    fn what_an_address_says_wrongly_is_passed_over() {
        assert_eq!(from_params(Sheet::Sessions, &[("watch", "x")]), None);
        let odd =
            [("columns", "gone,user:x,user,ended"), ("pin", "gone,"), ("group", "gone"), ("sort", "gone,-")];
        let arrangement = from_params(Sheet::Sessions, &odd).expect("said");
        assert_eq!(arrangement.layout.shown(), [Column::User]);
        assert_eq!(arrangement.layout.group(), None);
        assert_eq!(arrangement.sort.columns(), [(Column::StartDate, Direction::Down)]);
    }
}
