//! Locks that survive a panic: what they guard is whole between any two statements that change it.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks, also after a holder panicked.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
