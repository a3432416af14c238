//! What the tests stand on.

pub(crate) mod book;
pub(crate) mod peer;
pub(crate) mod tools;
pub(crate) mod viewer;
pub(crate) mod world;
pub(crate) mod xrdp;
