//! What the server and the browser say to each other: ids, sessions, the list feed, live frames, terminals and
//! desktops.
//!
//! Pure data with its encoding. Never does I/O and never decides who may do what.

mod attributes;
pub mod connect;
pub mod desktop;
mod end;
mod feed;
mod frame;
mod ids;
pub mod live;
mod millis;
mod session;

pub use attributes::{Attributes, Piece};
pub use end::{End, EndReason};
pub use feed::{Change, FeedFrame, Update};
pub use frame::{FrameError, MAX_FRAME_BYTES, decode, encode};
pub use ids::{AccountId, AgentId, SessionId, UserId};
pub use millis::Millis;
pub use session::{EndAsked, Rights, Session, SessionType, UnknownSessionType};
