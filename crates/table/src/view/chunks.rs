//! A long sorted list in short pieces: what comes or goes moves its neighbours and not the whole list.

use std::cmp::Ordering;
use std::sync::Arc;

/// A piece is cut in two when it gets longer than this: moving its entries takes a few microseconds.
const LONGEST: usize = 512;
/// Entries of a piece of a list that is made from its first entry to its last: there is room for more.
pub(super) const PIECE: usize = LONGEST / 2;

/// A sorted list; the order is that of whoever asks. A copy shares its pieces until one of the two changes them.
#[derive(Clone, Debug)]
pub(super) struct Chunks<T> {
    /// None of them is empty.
    chunks: Vec<Arc<Vec<T>>>,
    len: usize,
}

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Self { chunks: Vec::new(), len: 0 }
    }
}

impl<T: Clone> Chunks<T> {
    /// Puts an entry behind all others.
    pub(super) fn push(&mut self, entry: T) {
        match self.chunks.last_mut().filter(|last| last.len() < PIECE) {
            Some(last) => Arc::make_mut(last).push(entry),
            None => {
                let mut last = Vec::with_capacity(PIECE);
                last.push(entry);
                self.chunks.push(Arc::new(last));
            }
        }
        self.len += 1;
    }

    /// Puts a piece behind all others; it may be shared with another list.
    pub(super) fn push_piece(&mut self, piece: Arc<Vec<T>>) {
        if !piece.is_empty() {
            self.len += piece.len();
            self.chunks.push(piece);
        }
    }

    /// One of its pieces, by number.
    pub(super) fn piece(&self, nth: usize) -> Option<&Arc<Vec<T>>> {
        self.chunks.get(nth)
    }

    /// How many entries it has.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// Whether it has none.
    pub(super) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The entry at a place.
    pub(super) fn get(&self, place: usize) -> Option<&T> {
        let (chunk, at) = self.spot(place)?;
        self.chunks[chunk].get(at)
    }

    /// The entries in their order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flat_map(|chunk| chunk.iter())
    }

    /// The entries from a place on.
    pub(super) fn iter_from(&self, place: usize) -> impl Iterator<Item = &T> {
        let (chunk, at) = self.spot(place).unwrap_or((self.chunks.len(), 0));
        self.chunks[chunk..].iter().flat_map(|chunk| chunk.iter()).skip(at)
    }

    /// How many entries come first for which this holds; it holds for no later one.
    pub(super) fn partition_point(&self, mut holds: impl FnMut(&T) -> bool) -> usize {
        let (chunk, at) = self.cut(&mut holds);
        self.place(chunk, at)
    }

    /// Where the entry is of which this says that it is equal, or would be.
    pub(super) fn find(&self, mut compare: impl FnMut(&T) -> Ordering) -> Result<usize, usize> {
        let (chunk, at, is_there) = self.search(&mut compare);
        let place = self.place(chunk, at);
        if is_there { Ok(place) } else { Err(place) }
    }

    /// Puts an entry in its place, or in that of the one that is equal.
    pub(super) fn put(&mut self, entry: T, mut compare: impl FnMut(&T, &T) -> Ordering) {
        let last = self.chunks.last().and_then(|last| last.last());
        if last.is_none_or(|last| compare(last, &entry).is_lt()) {
            return self.push(entry);
        }
        let (nth, at, is_there) = self.search(&mut |known| compare(known, &entry));
        let Some(chunk) = self.chunks.get_mut(nth).map(Arc::make_mut) else { return self.push(entry) };
        if is_there {
            chunk[at] = entry;
            return;
        }
        chunk.insert(at, entry);
        self.len += 1;
        if chunk.len() > LONGEST {
            let half = chunk.split_off(chunk.len() / 2);
            self.chunks.insert(nth + 1, Arc::new(half));
        }
    }

    /// Takes away the entry of which this says that it is equal.
    pub(super) fn take(&mut self, mut compare: impl FnMut(&T) -> Ordering) {
        let (nth, at, is_there) = self.search(&mut compare);
        if is_there {
            Arc::make_mut(&mut self.chunks[nth]).remove(at);
            self.len -= 1;
            if self.chunks[nth].is_empty() {
                self.chunks.remove(nth);
            }
        }
    }

    /// The piece, where in it an entry is or would be, and whether it is there.
    fn search(&self, compare: &mut impl FnMut(&T) -> Ordering) -> (usize, usize, bool) {
        let (chunk, at) = self.cut(&mut |entry| compare(entry).is_lt());
        let found = self.chunks.get(chunk).and_then(|chunk| chunk.get(at));
        (chunk, at, found.is_some_and(|entry| compare(entry).is_eq()))
    }

    /// The piece of a place, and where in it.
    fn spot(&self, place: usize) -> Option<(usize, usize)> {
        let mut at = place;
        for (nth, chunk) in self.chunks.iter().enumerate() {
            if at < chunk.len() {
                return Some((nth, at));
            }
            at -= chunk.len();
        }
        None
    }

    fn place(&self, chunk: usize, at: usize) -> usize {
        self.chunks[..chunk].iter().map(|chunk| chunk.len()).sum::<usize>() + at
    }

    /// The piece, and where in it, of the first entry for which this does not hold.
    fn cut(&self, holds: &mut impl FnMut(&T) -> bool) -> (usize, usize) {
        let chunk = self.chunks.partition_point(|chunk| chunk.last().is_some_and(&mut *holds));
        let at = self.chunks.get(chunk).map_or(0, |chunk| chunk.partition_point(holds));
        (chunk, at)
    }
}

impl<T: Clone> FromIterator<T> for Chunks<T> {
    fn from_iter<I: IntoIterator<Item = T>>(entries: I) -> Self {
        let mut chunks = Self::default();
        entries.into_iter().for_each(|entry| chunks.push(entry));
        chunks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// A copy goes its own way.
        #[test]
        fn a_copy_shares_nothing_that_changes(
            first in 1..2_000_u32,
            edits in prop::collection::vec((any::<bool>(), 0..3_000_u32), 1..200),
        ) {
            let plain: Vec<u32> = (0..first).map(|n| n * 2).collect();
            let mut chunks: Chunks<u32> = plain.iter().copied().collect();
            let mut copy = Chunks::default();
            (0..).map_while(|nth| chunks.piece(nth)).for_each(|piece| copy.push_piece(piece.clone()));
            for (come, n) in edits {
                if come {
                    chunks.put(n, u32::cmp);
                } else {
                    chunks.take(|entry| entry.cmp(&n));
                }
            }
            prop_assert_eq!(copy.len(), plain.len());
            prop_assert!(copy.iter().eq(&plain));
        }

        /// It holds what a plain list would.
        #[test]
        fn it_is_a_list(
            first in 0..2_000_u32,
            edits in prop::collection::vec((any::<bool>(), 0..3_000_u32), 0..1_500),
        ) {
            let mut plain: Vec<u32> = (0..first).map(|n| n * 2).collect();
            let mut chunks: Chunks<u32> = plain.iter().copied().collect();
            for (come, n) in edits {
                let place = chunks.find(|entry| entry.cmp(&n));
                prop_assert_eq!(place, plain.binary_search(&n));
                if come {
                    chunks.put(n, u32::cmp);
                } else {
                    chunks.take(|entry| entry.cmp(&n));
                }
                match (place, come) {
                    (Err(at), true) => plain.insert(at, n),
                    (Ok(at), false) => drop(plain.remove(at)),
                    (Ok(_), true) | (Err(_), false) => {}
                }
            }
            prop_assert_eq!(chunks.len(), plain.len());
            prop_assert_eq!(chunks.is_empty(), plain.is_empty());
            prop_assert!(chunks.iter().eq(&plain));
            for at in [0, 1, plain.len() / 2, plain.len().saturating_sub(1), plain.len(), plain.len() + 9] {
                prop_assert_eq!(chunks.get(at), plain.get(at));
                prop_assert!(chunks.iter_from(at).eq(plain.iter().skip(at)));
            }
            prop_assert_eq!(chunks.partition_point(|n| *n < 777), plain.partition_point(|n| *n < 777));
            prop_assert!(chunks.chunks.iter().all(|chunk| !chunk.is_empty() && chunk.len() <= LONGEST));
        }
    }
}
