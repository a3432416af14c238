//! The pages of Sightline: components and server functions over one `Backend`.
//!
//! Never opens a database, an SSH connection or the hub, not even on the server.

// The type of a page is as deep as the page.
#![recursion_limit = "512"]
#![expect(unreachable_pub, reason = "the component macro makes every component public")]

mod app;
mod assets;
pub mod backend;
mod board;
pub mod calls;
mod clipboard;
pub mod clock;
mod download;
pub mod feed;
mod frame;
mod kept;
mod leaving;
pub mod live;
pub mod look;
pub mod pages;
pub mod parts;
mod pwa;
pub mod replay;
mod reply;
mod shell;
mod slices;
pub mod table;
pub mod text;
mod words;

pub use ::table::{csv, time};
pub use app::App;
pub use assets::Assets;
pub use reply::SetStatus;
pub use shell::shell;
