//! The pages, one file each.

pub(crate) mod audit;
pub(crate) mod not_found;
pub mod session;
pub(crate) mod sessions;
pub(crate) mod set_up;
pub(crate) mod sign_in;
