//! The tables without their picture: columns, layout, sorting, filtering and CSV.
//!
//! Never touches the browser: everything here runs and is tested natively. A crate of its own, so that the
//! browser's half can have it compiled for speed.

mod arrangement;
mod by_id;
mod column;
pub mod csv;
mod export;
mod filter;
mod layout;
mod order;
mod row;
mod rows;
mod selection;
mod sheet;
mod sort;
pub mod time;
mod view;

#[cfg(test)]
mod fixture;

pub use arrangement::Arrangement;
pub use column::{Column, Kind, Value};
pub use export::{Export, field, file_name, push_headings};
pub use filter::{
    Clause, Filter, KindSet, Moment, Net, Pattern, Problem, Query, Reading, Span, Speech, Word, example,
    key_of,
};
pub use layout::Layout;
pub use order::Order;
pub use row::Row;
pub use rows::{Rows, Waiting};
pub use selection::Selection;
pub use sheet::Sheet;
pub use sort::{Direction, Sort};
pub use view::{Build, Changed, Group, Lens, Line, Spent, View};
