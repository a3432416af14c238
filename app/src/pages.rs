//! The pages, one file each.

pub(crate) mod access_logs;
pub(crate) mod accounts;
pub(crate) mod audit;
pub(crate) mod connect;
mod failed;
pub(crate) mod not_found;
pub(crate) mod refused;
pub mod session;
pub(crate) mod sessions;
pub(crate) mod set_up;
pub(crate) mod sign_in;
pub(crate) mod sign_out;
pub(crate) mod wall;
pub(crate) mod web_sso;
