//! The tables without their picture, and what the access log adds to them.

mod log;

pub use ::table::{
    Changed, Column, Direction, Export, Filter, Kind, KindSet, Layout, Row, Rows, Sheet, Sort, Value, View,
    file_name,
};
pub use log::{end_in_words, log_value, push_log_csv, push_log_headings};
