//! The tables without their picture, and what the access log adds to them.

mod log;

pub use ::table::{
    Arrangement, Build, Changed, Clause, Column, Direction, Export, Filter, Group, Kind, KindSet, Layout,
    Lens, Line, Moment, Net, Order, Pattern, Problem, Query, Reading, Row, Rows, Selection, Sheet, Sort,
    Span, Speech, Value, View, Waiting, Word, example, file_name, key_of,
};
pub use log::{end_in_words, log_value, push_log_csv, push_log_headings};
