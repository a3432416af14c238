//! The PostgreSQL gateway: a half that people's clients speak to and a half that speaks to the target, each with
//! TLS and SCRAM of its own, joined for one session and shown to the hub as the log of its statements.
//!
//! Knows no database and no web: users, accounts and certificates are reached through [`Directory`]. Never holds
//! a message back and never runs a statement of its own.

mod backend;
mod cancel;
pub mod certificate;
mod config;
mod connection;
mod far;
mod frames;
mod gateway;
mod mask;
mod near;
mod ports;
mod relay;
mod scram;
mod session;
mod startup;
mod statements;
mod stream;
mod words;

pub use crate::gateway::{Bound, Gateway, GatewayError};
pub use certificate::Identity;
pub use config::GatewayConfig;
pub use ports::Directory;
pub use scram::Verifier;
