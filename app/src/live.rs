//! The live pane: one session's screen, as its user sees it, and what there is to know about it.
//!
//! View-only: nothing that is typed here reaches the session, and the pane's size never changes
//! that of the user's terminal.

mod actions;
mod header;
mod ink;
mod metrics;
mod notice;
mod notify;
mod painter;
mod pane;
mod phase;
mod runs;
mod socket;
mod stream;
mod watch;

pub use pane::LivePane;
pub(crate) use pane::heading;
