//! What another system tells Sightline of the sessions that it knows: reports, their answers, their bounds.
//!
//! Never decides what is accepted: the server checks every report again.

mod answer;
pub mod bounds;
mod command;
mod model;

pub use answer::{Answer, Answers, Status};
pub use command::{Action, Command, Commands};
pub use model::{Close, CloseReason, Heartbeat, Kind, Open, Refused, Report};
