//! The tables without their picture: columns, layout, sorting, filtering and CSV.
//!
//! Never touches the browser: everything here runs and is tested natively.

mod column;
mod csv;
mod filter;
mod layout;
mod log;
mod rows;
mod sheet;
mod sort;
mod view;

#[cfg(test)]
mod fixture;

pub use column::{Column, Kind, Value};
pub use csv::{Export, file_name};
pub use filter::{Filter, KindSet};
pub use layout::Layout;
pub use log::{end_in_words, log_value, push_log_csv, push_log_headings};
pub use rows::{Row, Rows};
pub use sheet::Sheet;
pub use sort::{Direction, Sort};
pub use view::{Changed, View};
