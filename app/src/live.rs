//! The live pane: one session's screen, as its user sees it, and what there is to know about it.
//!
//! View-only until its watcher asks for control and gets it; the pane's size never changes that of the
//! user's screen. Where the person themselves sits at the session, the same screen is its terminal or desktop,
//! and its size is that of the pane.

mod actions;
mod asked;
mod bar;
mod cursor;
mod desk;
mod easel;
mod fetched;
mod fingers;
mod gestures;
mod hands;
mod header;
mod image;
mod ink;
mod keys;
mod lease;
mod metrics;
mod mouse;
mod notice;
mod notify;
mod own;
mod owner;
mod painter;
mod pane;
mod paste;
mod phase;
mod picture;
mod queries;
mod runs;
mod scaling;
mod scan;
mod shows;
mod socket;
mod stage;
mod standing;
mod sticky;
mod stream;
mod style;
mod told;
mod watch;

pub(crate) use actions::{CopyLink, copied};
pub(crate) use easel::{Became, Easel};
pub(crate) use fetched::fetched;
pub(crate) use header::Header;
pub(crate) use notice::Strip;
pub(crate) use notify::{Fonts, Room};
pub(crate) use own::OwnPane;
pub(crate) use painter::Painter;
pub use pane::LivePane;
pub(crate) use pane::{called, heading};
pub(crate) use phase::{Phase, sentence};
pub(crate) use shows::Shows;
