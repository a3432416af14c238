//! What another system tells Sightline of the sessions that it knows: reports, their answers, their bounds; and
//! with the feature `client` a [`Client`] that sends them and a [`Reporter`] that loses none.
//!
//! Never decides what is accepted: the server checks every report again.

mod answer;
#[cfg(feature = "client")]
mod backoff;
pub mod bounds;
#[cfg(feature = "client")]
mod client;
mod command;
mod model;
#[cfg(feature = "client")]
mod queue;
#[cfg(feature = "client")]
mod reporter;

pub use answer::{Answer, Answers, Status};
#[cfg(feature = "client")]
pub use backoff::Backoff;
#[cfg(feature = "client")]
pub use client::{Client, Failed};
pub use command::{Action, Command, Commands};
pub use model::{Close, CloseReason, Heartbeat, Kind, Open, Refused, Report};
#[cfg(feature = "client")]
pub use queue::{Queue, QueueError};
#[cfg(feature = "client")]
pub use reporter::{Reporter, Source};
