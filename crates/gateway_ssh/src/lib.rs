//! The SSH gateway: a server half that people's `ssh` speaks to and a client half that speaks to
//! the target, joined for one session at a time and shown to the hub. A page's terminal takes the place of the
//! server half.
//!
//! Knows no database and no web: users, accounts and host keys are reached through [`Directory`].

mod browser;
mod config;
mod connection;
mod far;
mod gateway;
mod keyboard;
pub mod keys;
mod line;
mod near;
mod office;
mod person;
mod picker;
mod pipe;
mod ports;
mod relay;
mod session;
mod sftp;
mod teller;
mod terminal;
mod transfer;
mod words;

pub use crate::gateway::{Bound, Gateway, GatewayError};
pub use browser::{Terminal, Terminals, Visit};
pub use config::GatewayConfig;
pub use ports::{
    Account, Connection, Directory, DirectoryError, HostKeyCheck, Refused, Secret, SignIn, Targets, User,
};
