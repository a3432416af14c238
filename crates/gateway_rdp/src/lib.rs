//! The RDP gateway: opens desktops for pages. A client of RDP (IronRDP) towards the target, the hub's picture towards
//! everybody who looks, and between them one task that draws, types and tells.
//!
//! Knows no database and no web: accounts and certificates are reached through [`Directory`]. Runs no drives, no
//! printers and no sound, and decodes nothing of the target's outside the session's own task.

mod clipboard;
mod config;
mod desk;
mod far;
mod gateway;
mod hands;
mod layout;
mod outbox;
mod pace;
mod ports;
mod relay;
mod session;
mod shape;
mod stage;
mod teller;
mod words;

#[cfg(test)]
mod fuzz;

pub use crate::gateway::{Gateway, GatewayError};
pub use config::GatewayConfig;
pub use desk::{Desktop, Desktops, Unreadable, Visit};
pub use ports::{Clipped, Directory, Rules, Way};
