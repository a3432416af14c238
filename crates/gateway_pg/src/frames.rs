//! Messages in a stream of bytes: finds where each begins and ends, and keeps the bodies that somebody reads.
//!
//! A message is never held back and never kept whole: of a long one the first part is kept, and the rest goes
//! by. So whatever a peer sends, memory stays bounded.

use ring::digest::{Context, SHA256};

/// Longest part of a body that is kept, in bytes.
pub(crate) const KEPT_BYTES: usize = 64 << 10;
/// Memory that is kept for the next body, in bytes.
const SPARE_BYTES: usize = 4 << 10;
/// Type and length.
const HEAD: usize = 5;

/// Bytes that are no message: a length that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoMessage;

/// One whole message that has gone by.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Message<'a> {
    /// Its type.
    pub(crate) kind: u8,
    /// Length of its body.
    pub(crate) length: usize,
    /// The body's beginning, of the types that are kept; nothing of the others.
    pub(crate) body: &'a [u8],
    /// SHA-256 of the body, if it is longer than what was kept of it.
    pub(crate) hash: Option<[u8; 32]>,
}

/// Finds messages in one direction of a connection.
pub(crate) struct Frames {
    /// Which types are kept.
    is_kept: fn(u8) -> bool,
    head: [u8; HEAD],
    head_len: usize,
    /// Length of the body under way, and how much of it is still to come.
    length: usize,
    left: usize,
    body: Vec<u8>,
    hash: Option<Context>,
}

impl Frames {
    /// Nothing was read yet.
    pub(crate) const fn new(is_kept: fn(u8) -> bool) -> Self {
        Self { is_kept, head: [0; HEAD], head_len: 0, length: 0, left: 0, body: Vec::new(), hash: None }
    }

    /// Whether the last message is complete.
    pub(crate) const fn is_between(&self) -> bool {
        self.head_len == 0
    }

    /// Reads on; tells of each message that is complete. The answer is where in `bytes` the last one ended.
    pub(crate) fn read(
        &mut self,
        bytes: &[u8],
        mut found: impl FnMut(Message<'_>),
    ) -> Result<Option<usize>, NoMessage> {
        let mut at = 0;
        let mut ended = None;
        while at < bytes.len() {
            let rest = &bytes[at..];
            // By far the most: a message that lies in these bytes as a whole.
            if self.head_len == 0
                && let Some((head, after)) = rest.split_first_chunk::<HEAD>()
            {
                let length = body_len(*head)?;
                if let Some(body) = after.get(..length)
                    && length <= KEPT_BYTES
                {
                    let body = if (self.is_kept)(head[0]) { body } else { &[] };
                    found(Message { kind: head[0], length, body, hash: None });
                    at += HEAD + length;
                    ended = Some(at);
                    continue;
                }
            }
            if self.head_len < HEAD {
                let taken = rest.len().min(HEAD - self.head_len);
                self.head[self.head_len..][..taken].copy_from_slice(&rest[..taken]);
                self.head_len += taken;
                at += taken;
                if self.head_len < HEAD {
                    break;
                }
                self.length = body_len(self.head)?;
                self.left = self.length;
                let is_long = self.length > KEPT_BYTES && (self.is_kept)(self.head[0]);
                self.hash = is_long.then(|| Context::new(&SHA256));
            } else {
                let taken = rest.len().min(self.left);
                self.pass(&rest[..taken]);
                at += taken;
            }
            if self.left == 0 {
                self.end(&mut found);
                ended = Some(at);
            }
        }
        Ok(ended)
    }

    fn pass(&mut self, piece: &[u8]) {
        self.left -= piece.len();
        if (self.is_kept)(self.head[0]) {
            let room = KEPT_BYTES - self.body.len();
            self.body.extend_from_slice(&piece[..piece.len().min(room)]);
            if let Some(hash) = &mut self.hash {
                hash.update(piece);
            }
        }
    }

    fn end(&mut self, found: &mut impl FnMut(Message<'_>)) {
        let hash = self.hash.take().map(|hash| {
            let mut bytes = [0; 32];
            bytes.copy_from_slice(hash.finish().as_ref());
            bytes
        });
        found(Message { kind: self.head[0], length: self.length, body: &self.body, hash });
        self.head_len = 0;
        self.body.clear();
        self.body.shrink_to(SPARE_BYTES);
    }
}

/// Length of the body, from a message's head.
fn body_len(head: [u8; HEAD]) -> Result<usize, NoMessage> {
    let [_, length @ ..] = head;
    // The length counts its own four bytes, and is a signed number.
    match i32::from_be_bytes(length) {
        length @ 4.. => Ok(usize::try_from(length - 4).map_err(|_| NoMessage)?),
        _ => Err(NoMessage),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Frames, KEPT_BYTES, Message, NoMessage};

    /// Kind, length, what was kept, and the hash.
    type Found = (u8, usize, Vec<u8>, Option<[u8; 32]>);

    fn keeps_q(kind: u8) -> bool {
        kind == b'Q'
    }

    fn read(pieces: &[&[u8]]) -> (Vec<Found>, Result<bool, NoMessage>) {
        let mut frames = Frames::new(keeps_q);
        let mut found = Vec::new();
        for piece in pieces {
            let on = |Message { kind, length, body, hash }: Message<'_>| {
                found.push((kind, length, body.to_vec(), hash));
            };
            if let Err(error) = frames.read(piece, on) {
                return (found, Err(error));
            }
            assert!(frames.body.len() <= KEPT_BYTES);
        }
        let between = frames.is_between();
        (found, Ok(between))
    }

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).expect("short");
        [&[kind][..], &length.to_be_bytes(), body].concat()
    }

    #[test]
    fn of_a_long_message_the_beginning_is_kept_and_all_of_it_hashed() {
        let body = vec![b'x'; KEPT_BYTES + 10];
        let bytes = message(b'Q', &body);
        let (found, between) = read(&[&bytes[..1000], &bytes[1000..]]);
        let expected: [u8; 32] =
            ring::digest::digest(&ring::digest::SHA256, &body).as_ref().try_into().expect("32 bytes");
        assert_eq!(found, [(b'Q', body.len(), body[..KEPT_BYTES].to_vec(), Some(expected))]);
        assert_eq!(between, Ok(true));
        let (found, _) = read(&[&message(b'd', &body)]);
        assert_eq!(found, [(b'd', body.len(), Vec::new(), None)]);
    }

    #[test]
    fn the_end_of_the_last_message_is_told() {
        let bytes = [message(b'Z', b"I"), message(b'Q', b"x\0")].concat();
        let mut frames = Frames::new(keeps_q);
        assert_eq!(frames.read(&bytes[..8], |_| ()), Ok(Some(6)));
        assert!(!frames.is_between());
        assert_eq!(frames.read(&bytes[8..10], |_| ()), Ok(None));
        assert_eq!(frames.read(&bytes[10..], |_| ()), Ok(Some(bytes.len() - 10)));
        assert!(frames.is_between());
    }

    #[test]
    fn a_length_that_cannot_be_is_refused() {
        for length in [0, 3, u32::MAX, 0x8000_0000] {
            let head = [&b"Q"[..], &length.to_be_bytes()].concat();
            assert_eq!(read(&[&head]).1, Err(NoMessage), "{length}");
            assert_eq!(read(&[&head[..3], &head[3..]]).1, Err(NoMessage), "{length}");
        }
    }

    proptest! {
        #[test]
        fn however_it_is_cut_the_same_is_found(
            messages in prop::collection::vec((prop::sample::select(vec![b'Q', b'D', b'Z']), prop::collection::vec(any::<u8>(), 0..300)), 0..12),
            tail in prop::collection::vec(any::<u8>(), 0..20),
            cuts in prop::collection::vec(1_usize..50, 1..40),
        ) {
            let mut bytes: Vec<u8> = messages.iter().flat_map(|(kind, body)| message(*kind, body)).collect();
            bytes.extend_from_slice(&tail);
            let whole = read(&[&bytes]);
            let mut pieces = Vec::new();
            let mut rest = &bytes[..];
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (piece, after) = rest.split_at((*cut).min(rest.len()));
                pieces.push(piece);
                rest = after;
            }
            prop_assert_eq!(read(&pieces), whole.clone());
            prop_assert!(whole.0.len() >= messages.len());
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
            let _ = read(&[&bytes]);
        }
    }
}
