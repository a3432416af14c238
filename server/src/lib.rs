//! The server: keeps the directory and the sessions in a database, signs people in, and joins the
//! hub, the SSH gateway and the web into the one program `sightline`.
//!
//! SQL lives under [`store`] alone; nothing here speaks a session's own protocol.

// The views of a whole page nest deeper than the compiler's default.
#![recursion_limit = "512"]

pub mod applications;
pub mod archive;
pub mod audit;
pub mod auth;
pub mod cli;
pub mod config;
pub mod console;
pub mod crypto;
pub mod journal;
mod keeper;
pub mod names;
pub mod oidc;
pub mod place;
pub mod ports;
pub mod reports;
pub mod serve;
pub mod services;
pub mod set_up;
pub mod store;
pub mod terminals;
pub mod throttle;
pub mod web;
