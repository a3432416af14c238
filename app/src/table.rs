//! The tables without their picture, and what the access log adds to them.

mod log;

pub use ::table::{
    Build, Changed, Clause, Column, Direction, Export, Filter, Group, Kind, KindSet, Layout, Lens, Line,
    Moment, Net, Order, Pattern, Problem, Query, Reading, Row, Rows, Selection, Sheet, Sort, Span, Value,
    View, Waiting, Word, file_name, key_of, subject,
};
pub use log::{end_in_words, log_value, push_log_csv, push_log_headings};
