//! What the gateways of all protocols share: who may come in, the threads that serve them, what is asked
//! of the rest of the product, TLS towards targets, and text that is fit to be shown.
//!
//! Knows no protocol, no database and no web.

mod admission;
pub mod der;
mod keep_alive;
mod login;
mod office;
mod opening;
mod ports;
mod text;
mod threads;
pub mod tls;
mod trouble;
mod words;

pub use admission::{Admission, Slot};
pub use keep_alive::keep_alive;
pub use login::{Login, Wish};
pub use office::Office;
pub use ports::{Connection, DirectoryError, HostKeyCheck, Refused, Secret, SignIn, Targets, User};
pub use text::{io_error, visible};
pub use threads::Threads;
pub use trouble::Trouble;
pub use words::{greeting, notice};
