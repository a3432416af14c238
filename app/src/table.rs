//! The tables without their picture, and what the access log adds to them.

mod log;

pub use ::table::{
    Changed, Clause, Column, Direction, Export, Filter, Kind, KindSet, Layout, Moment, Net, Pattern, Problem,
    Query, Reading, Row, Rows, Sheet, Sort, Span, Value, View, Word, file_name, key_of, subject,
};
pub use log::{end_in_words, log_value, push_log_csv, push_log_headings};
