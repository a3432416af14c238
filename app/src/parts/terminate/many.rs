//! Ends several sessions with one reason, a few at a time, and tells what came of each.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use leptos::task::spawn_local;
use wire::Session;

use crate::backend::Ending;
use crate::words::told;
use crate::{calls, frame};

/// Sessions that are being ended at one time: the server has others to serve.
const AT_ONCE: usize = 6;

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// These have ended.
    pub(super) ended: Vec<Session>,
    /// The sources of these were asked and have not answered yet.
    pub(super) asked: Vec<Session>,
    /// These go on, and why.
    pub(super) failed: Vec<(Session, String)>,
    /// The source of the last one that goes on refused.
    pub(super) refused: bool,
}

impl Tally {
    fn done(&self) -> usize {
        self.ended.len() + self.asked.len() + self.failed.len()
    }
}

/// Ends them all; `progress` hears how many are done, `done` what came of it.
pub(super) fn end(
    sessions: Vec<Session>,
    reason: &str,
    progress: impl Fn(usize) + 'static,
    done: impl FnOnce(Tally) + 'static,
) {
    let workers = sessions.len().min(AT_ONCE);
    let queue = Rc::new(RefCell::new(VecDeque::from(sessions)));
    let tally = Rc::new(RefCell::new(Tally::default()));
    let (left, progress) = (Rc::new(Cell::new(workers)), Rc::new(progress));
    let done = Rc::new(RefCell::new(Some(done)));
    for _ in 0..workers {
        let (queue, tally, left) = (queue.clone(), tally.clone(), left.clone());
        let (progress, done, reason) = (progress.clone(), done.clone(), reason.to_owned());
        spawn_local(async move {
            loop {
                let next = queue.borrow_mut().pop_front();
                let Some(session) = next else { break };
                let outcome = calls::terminate(session.id, reason.clone()).await;
                let mut tally = tally.borrow_mut();
                match outcome {
                    Ok(Ending::Ended(_)) => tally.ended.push(session),
                    Ok(Ending::Asked) => tally.asked.push(session),
                    Ok(Ending::Refused(why)) => {
                        tally.refused = true;
                        tally.failed.push((session, told(&why).into_owned()));
                    }
                    Err(error) => {
                        tally.refused = false;
                        tally.failed.push((session, frame::sentence(&error)));
                    }
                }
                progress(tally.done());
            }
            left.set(left.get() - 1);
            if left.get() == 0
                && let Some(done) = done.borrow_mut().take()
            {
                done(tally.take());
            }
        });
    }
}
