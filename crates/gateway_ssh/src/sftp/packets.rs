//! Cuts one direction's bytes into packets, however they arrive. The content of files is counted and
//! skipped, never kept.

/// Largest packet, in bytes, without its length: OpenSSH's client and server take no larger one.
const PACKET_BYTES: u32 = 256 << 10;
/// Longest handle, in bytes: the draft's limit.
pub(super) const HANDLE_BYTES: usize = 256;
/// A buffer larger than this is not kept for the next packet.
const KEPT_BYTES: usize = 4 << 10;

pub(super) const WRITE: u8 = 6;
pub(super) const DATA: u8 = 103;

/// Why a transfer is followed no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Lost {
    #[error("a packet of {0} bytes")]
    Length(u32),
    #[error("a packet that cannot be read")]
    Malformed,
    #[error("an answer that does not fit its request")]
    Mismatch,
    #[error("version {0} of the protocol")]
    Version(u32),
    #[error("two requests of one number at once")]
    Repeated,
    #[error("too many requests or files at once")]
    Crowded,
}

/// One packet: its kind, and what follows. Of [`WRITE`] and [`DATA`] only what precedes the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Packet<'a> {
    pub(super) kind: u8,
    pub(super) body: &'a [u8],
}

/// One direction's reader.
#[derive(Default)]
pub(super) struct Packets {
    /// The beginning of a packet whose rest is yet to come.
    begun: Vec<u8>,
    /// Content that is still to be skipped; none while a packet has begun.
    skip: usize,
}

impl Packets {
    /// Hands each packet over that is complete with these bytes.
    pub(super) fn feed(
        &mut self,
        mut bytes: &[u8],
        mut each: impl FnMut(Packet<'_>) -> Result<(), Lost>,
    ) -> Result<(), Lost> {
        loop {
            if self.begun.is_empty() {
                let skipped = self.skip.min(bytes.len());
                self.skip -= skipped;
                bytes = &bytes[skipped..];
                if bytes.is_empty() {
                    return Ok(());
                }
                match measure(bytes)? {
                    Measure::Needs(_) => {
                        self.begun.extend_from_slice(bytes);
                        return Ok(());
                    }
                    Measure::Whole { head, content } => {
                        each(packet(&bytes[..head]))?;
                        bytes = &bytes[head..];
                        self.skip = content;
                    }
                }
            } else {
                match measure(&self.begun)? {
                    Measure::Needs(_) if bytes.is_empty() => return Ok(()),
                    Measure::Needs(count) => {
                        let more = (count - self.begun.len()).min(bytes.len());
                        self.begun.extend_from_slice(&bytes[..more]);
                        bytes = &bytes[more..];
                    }
                    Measure::Whole { head, content } => {
                        each(packet(&self.begun[..head]))?;
                        self.begun.clear();
                        self.begun.shrink_to(KEPT_BYTES);
                        self.skip = content;
                    }
                }
            }
        }
    }

    /// Bytes of memory that are held.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.begun.capacity()
    }
}

/// What is known of the packet that begins here.
enum Measure {
    /// Nothing before there are so many bytes, which is more than there are.
    Needs(usize),
    /// `head` bytes are to be looked at; so many of content follow.
    Whole { head: usize, content: usize },
}

fn measure(bytes: &[u8]) -> Result<Measure, Lost> {
    let Some(length) = number(bytes, 0) else {
        return Ok(Measure::Needs(4));
    };
    if length == 0 || length > PACKET_BYTES {
        return Err(Lost::Length(length));
    }
    let whole = 4 + length as usize;
    let Some(&kind) = bytes.get(4) else {
        return Ok(Measure::Needs(5));
    };
    // Length, kind and id; then the handle and the offset of a request; then the content's length.
    let before = match kind {
        WRITE if whole < 13 => return Err(Lost::Malformed),
        WRITE => match number(bytes, 9) {
            None => return Ok(Measure::Needs(13)),
            Some(handle) if handle as usize > HANDLE_BYTES => return Err(Lost::Malformed),
            Some(handle) => 13 + handle as usize + 8,
        },
        DATA => 9,
        _ if bytes.len() < whole => return Ok(Measure::Needs(whole)),
        _ => return Ok(Measure::Whole { head: whole, content: 0 }),
    };
    let head = before + 4;
    if head > whole {
        return Err(Lost::Malformed);
    }
    match number(bytes, before) {
        None => Ok(Measure::Needs(head)),
        Some(content) if content as usize > whole - head => Err(Lost::Malformed),
        Some(_) => Ok(Measure::Whole { head, content: whole - head }),
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}

fn packet(bytes: &[u8]) -> Packet<'_> {
    Packet { kind: bytes[4], body: &bytes[5..] }
}
