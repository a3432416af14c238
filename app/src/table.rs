//! The sessions table without its picture: columns, layout, sorting, filtering and CSV.
//!
//! Never touches the browser: everything here runs and is tested natively.

mod column;
mod csv;
mod filter;
mod layout;
mod rows;
mod sort;
mod view;

#[cfg(test)]
mod fixture;

pub use column::{Column, Kind, Value};
pub use csv::{Export, file_name};
pub use filter::{Filter, KindSet};
pub use layout::Layout;
pub use rows::{Row, Rows};
pub use sort::{Direction, Sort};
pub use view::{Changed, View};
