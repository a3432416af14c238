//! Encoding of frames: postcard, one frame a WebSocket message.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Largest frame that a reader takes, in bytes.
pub const MAX_FRAME_BYTES: usize = 64 << 20;

/// A message that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// Longer than [`MAX_FRAME_BYTES`].
    #[error("frame of {0} bytes is larger than {MAX_FRAME_BYTES}")]
    TooLarge(usize),
    /// Not a frame of this build.
    #[error("malformed frame: {0}")]
    Malformed(#[from] postcard::Error),
    /// Bytes are left after the frame.
    #[error("{0} bytes left after the frame")]
    Trailing(usize),
}

/// The frame's bytes.
///
/// # Panics
/// Never for the frames of this crate: each has a length that is known before it is written.
pub fn encode<T: Serialize>(frame: &T) -> Vec<u8> {
    postcard::to_stdvec(frame).expect("frames of this crate always encode")
}

/// Reads one frame and refuses anything beside it.
///
/// # Errors
/// When the bytes are not exactly one frame, or too many.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, FrameError> {
    if bytes.len() > MAX_FRAME_BYTES {
        return Err(FrameError::TooLarge(bytes.len()));
    }
    let (frame, rest) = postcard::take_from_bytes(bytes)?;
    if rest.is_empty() { Ok(frame) } else { Err(FrameError::Trailing(rest.len())) }
}
