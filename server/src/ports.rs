//! The server's side of the ports that the hub and the gateway define.
//!
//! Callers run on runtimes of their own, while a database connection belongs to the runtime that
//! opened it: so every call is carried out on the server's runtime.

mod directory;
mod ledger;
mod pg;
mod rdp;

pub use directory::StoreDirectory;
pub use ledger::StoreLedger;
