//! The thread that writes recordings: takes what waits on all tapes a few times a second.
//!
//! Who puts something on a tape wakes nobody, or every key would cost its owner a switch of threads;
//! only a tape that fills up does.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::tape::{Tape, Then};

/// How long what a target wrote may wait for its file: what a killed process loses.
const TICK: Duration = Duration::from_millis(50);

#[derive(Default)]
pub(super) struct Desk {
    state: Mutex<State>,
    bell: Condvar,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct State {
    /// Tapes with something to write; each is here once.
    waiting: Vec<Arc<Tape>>,
    /// A tape fills up.
    hurry: bool,
    finishing: bool,
}

impl Desk {
    pub(super) fn start() -> Arc<Self> {
        let desk = Arc::new(Self::default());
        let work = Arc::clone(&desk);
        let thread = std::thread::Builder::new().name("recorder".into()).spawn(move || work.run());
        match thread {
            Ok(thread) => *lock(&desk.thread) = Some(thread),
            // Tapes fill up and are lost: sessions that must be recorded end.
            Err(error) => tracing::error!(%error, "the thread that writes recordings cannot be started"),
        }
        desk
    }

    /// Puts a tape on the desk that is not there.
    pub(super) fn put(&self, tape: Arc<Tape>) {
        lock(&self.state).waiting.push(tape);
    }

    /// Somebody waits for room, or for an end.
    pub(super) fn hurry(&self) {
        let mut state = lock(&self.state);
        if !std::mem::replace(&mut state.hurry, true) {
            self.bell.notify_one();
        }
    }

    /// Writes what waits and ends the thread.
    pub(super) fn finish(&self) {
        lock(&self.state).finishing = true;
        self.bell.notify_one();
        if let Some(thread) = lock(&self.thread).take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that writes recordings panicked");
        }
    }

    fn run(&self) {
        loop {
            let (tapes, finishing) = self.next();
            let mut unfinished = Vec::new();
            for tape in tapes {
                match tape.write() {
                    Then::ComeBack => unfinished.push(tape),
                    Then::Rest => {}
                }
            }
            let mut state = lock(&self.state);
            state.waiting.append(&mut unfinished);
            if finishing && state.waiting.is_empty() {
                return;
            }
        }
    }

    fn next(&self) -> (Vec<Arc<Tape>>, bool) {
        let state = lock(&self.state);
        let waited = self.bell.wait_timeout_while(state, TICK, |state| !state.hurry && !state.finishing);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.hurry = false;
        (std::mem::take(&mut state.waiting), state.finishing)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
