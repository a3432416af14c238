//! Maps and sets by session id. Ids are random already, and the server's own: mixing them a little is enough.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use wire::SessionId;

/// A map by session id.
pub(crate) type ById<T> = HashMap<SessionId, T, BuildHasherDefault<IdHasher>>;
/// A set of session ids.
pub(crate) type Ids = HashSet<SessionId, BuildHasherDefault<IdHasher>>;

/// Hashes the second half of an id, which holds most of what is random in it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(half) = bytes.last_chunk() {
            self.0 = u64::from_be_bytes(*half).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        }
    }

    fn write_usize(&mut self, _: usize) {
        // The length, which is the same for all.
    }

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}

#[cfg(test)]
mod tests {
    use std::hash::{BuildHasher, BuildHasherDefault};

    use super::super::fixture::id;
    use super::*;

    #[test]
    fn ids_that_differ_at_their_end_alone_are_spread() {
        let hasher = BuildHasherDefault::<IdHasher>::default();
        let low = |n: u32| hasher.hash_one(id(n)) & 0x3ff;
        let places: HashSet<u64> = (0..1_024).map(low).collect();
        assert!(places.len() > 512, "{} of 1,024", places.len());
    }
}
