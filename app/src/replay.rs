//! The replay: a recorded session's screen, with a timeline to go along.
//!
//! Decides nothing about who may replay and never changes a recording; the page's program steers its
//! elements by hand, as most of what it shows changes sixty times a second.

pub mod answer;
mod deck;
mod fetch;
mod markup;
mod page;
mod player;
mod search;
mod side;
mod timeline;
mod typed;

pub(crate) use page::ReplayPane;
