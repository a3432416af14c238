//! Hears which log-ins somebody wants ended, ends them, and answers.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use report::{Backoff, Close, CloseReason, Command, Refused, Report, bounds};

use crate::event::How;
use crate::moment::Moment;
use crate::service::Shared;
use crate::{describe, ending, pam};

/// How long a request waits for something to come up.
const WAIT: Duration = Duration::from_secs(30);

/// For as long as the program runs.
pub(crate) fn hear(shared: &Arc<Shared>) {
    let (mut backoff, mut after, mut said) = (Backoff::default(), 0, None);
    loop {
        match shared.client().commands(after, WAIT) {
            Ok(commands) => {
                backoff.succeeded();
                said = None;
                for command in &commands.commands {
                    asked(shared, command);
                }
                after = commands.next;
            }
            Err(failed) => {
                let why = shared.failed(&failed);
                if said.as_ref() != Some(&why) {
                    eprintln!("sightline-report: cannot hear what the server asks: {why}");
                    said = Some(why);
                }
                thread::sleep(backoff.failed());
            }
        }
    }
}

/// It comes again until it is answered.
fn asked(shared: &Arc<Shared>, command: &Command) {
    let mut book = shared.book();
    let Some((place, log_in)) = book.of_key(&command.key) else {
        drop(book);
        let note = Some("there is no such log-in here".to_owned());
        let key = command.key.clone();
        answer(shared, Report::Close(Close { key, ended_at: None, reason: Some(CloseReason::Closed), note }));
        return;
    };
    if log_in.is_asked || log_in.end.is_some() {
        return;
    }
    let (place, opened) = (place.clone(), log_in.opened.clone());
    if let Some(log_in) = book.get_mut(&place) {
        log_in.is_asked = true;
    }
    drop(book);
    let (by, reason) = (&command.by, &command.reason);
    let of = format!("the log-in of {:?} by {:?}", opened.user, opened.service);
    eprintln!("sightline-report: {by:?} asks to end {of}: {reason:?}");
    let (shared, key) = (Arc::clone(shared), command.key.clone());
    thread::spawn(move || {
        let ended = ending::end(&opened).and_then(|()| Moment::now());
        match ended {
            Ok(now) => shared.ended(&place, How::Asked, now),
            Err(why) => {
                eprintln!("sightline-report: {of} goes on: {why}");
                if let Some(log_in) = shared.book().get_mut(&place) {
                    log_in.is_asked = false;
                }
                let reason = describe::text(&why, bounds::REASON_CHARS);
                answer(&shared, Report::Refused(Refused { key, reason }));
            }
        }
        pam::wake(shared.spool.folder());
    });
}

/// An answer that is lost is asked for again.
fn answer(shared: &Shared, report: Report) {
    if let Err(failed) = shared.client().send(&[report]) {
        eprintln!("sightline-report: an answer did not reach the server: {}", shared.failed(&failed));
    }
}
