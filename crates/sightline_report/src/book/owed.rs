//! What the server is still to hear of log-ins, and what its answers change. Pure.

use report::{Answer, Status};

use super::{Book, LogIn, Place};
use crate::event::{Closed, How};
use crate::spool::Kind;

/// What is to be sent of a log-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// That it began.
    Open,
    /// That it goes on.
    Heartbeat,
    /// That it ended.
    Close,
}

/// What an answer asks of the disk and of whoever reads the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// Nothing.
    Nothing,
    /// The server knows that it is open: its file is renamed.
    Told,
    /// All is said: its files are removed.
    Done,
    /// It goes on, and the server has ended it: its file is written anew, as another session.
    Anew,
    /// The server will never take it, for this reason.
    Refused(String),
    /// The server does not take this machine's times.
    WrongClock,
}

impl Book {
    /// What is to be sent, at most `most`: beginnings and ends by the time of the log-in, each beginning before its
    /// end.
    pub(crate) fn due(&self, most: usize) -> Vec<(Place, Due)> {
        let mut due = Vec::new();
        for (place, log_in) in self.log_ins.iter().filter(|(_, log_in)| !log_in.is_put_off) {
            if log_in.file.kind == Kind::Open {
                due.push((place.clone(), Due::Open));
            }
            if log_in.end.is_some() {
                due.push((place.clone(), Due::Close));
            }
            if due.len() >= most {
                break;
            }
        }
        due
    }

    /// Log-ins that are open here and there; those that were put off are tried again.
    pub(crate) fn beating(&mut self) -> Vec<(Place, Due)> {
        for log_in in self.log_ins.values_mut() {
            log_in.is_put_off = false;
        }
        let beats = |log_in: &LogIn| log_in.file.kind == Kind::Told && log_in.end.is_none();
        let beating = self.log_ins.iter().filter(|(_, log_in)| beats(log_in));
        beating.map(|(place, _)| (place.clone(), Due::Heartbeat)).collect()
    }

    /// What the server's answer changes. What is to be done with files is said, and not done.
    pub(crate) fn answered(&mut self, place: &Place, due: Due, answer: &Answer) -> Then {
        // It is said already, by an answer before this one.
        let Some(log_in) = self.log_ins.get_mut(place) else { return Then::Nothing };
        match (answer.status, due) {
            (Status::Closed | Status::Ended, Due::Close) => Then::Done,
            // No answer to what was said.
            (_, Due::Close) if answer.status != Status::Refused => Then::Nothing,
            (Status::Renewed | Status::Noted | Status::Closed, _) => Then::Nothing,
            (Status::Ended, _) if log_in.end.is_none() => {
                log_in.opened.lost += 1;
                log_in.device = None;
                log_in.file.kind = Kind::Open;
                Then::Anew
            }
            // When it has ended, that is said next.
            (Status::Opened | Status::Known | Status::Ended, _) => {
                log_in.file.kind = Kind::Told;
                Then::Told
            }
            (Status::Refused, _) => {
                let field = answer.field.as_deref().unwrap_or_default();
                if (field.ends_with("/started_at") || field.ends_with("/ended_at")) && !log_in.without_times {
                    log_in.without_times = true;
                    return Then::WrongClock;
                }
                if due != Due::Open && field.ends_with("/key") {
                    // The server does not know it: it was told another one, or has lost its memory.
                    log_in.file.kind = Kind::Open;
                    return Then::Nothing;
                }
                if field.is_empty() || field.ends_with("/key") {
                    log_in.is_put_off = true;
                    return Then::Nothing;
                }
                let reason = answer.reason.as_deref().unwrap_or("without a reason");
                Then::Refused(format!("{field}: {reason}"))
            }
        }
    }
}

/// How a log-in ended, for the server: an end that was asked for is that, whoever noticed it.
pub(crate) fn how(log_in: &LogIn, closed: &Closed) -> How {
    if log_in.is_asked { How::Asked } else { closed.how }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{book, dues, name};
    use super::*;
    use crate::event::Event;
    use crate::spool::tests::{closed, opened};

    fn answer(status: Status) -> Answer {
        Answer { status, key: None, session: None, end_reason: None, field: None, reason: None }
    }

    fn refused(field: &str) -> Answer {
        Answer { field: Some(field.into()), reason: Some("no".into()), ..answer(Status::Refused) }
    }

    #[test]
    fn answers_say_what_is_left() {
        let mut book = book();
        book.enter(name("a", Kind::Open), Event::Open(opened(1, 10)));
        let (place, _) = book.due(1).remove(0);
        let first = book.log_ins[&place].opened.key();
        assert_eq!(book.answered(&place, Due::Open, &answer(Status::Opened)), Then::Told);
        assert_eq!((dues(&book).len(), book.beating().len()), (0, 1));
        assert_eq!(book.answered(&place, Due::Heartbeat, &answer(Status::Renewed)), Then::Nothing);
        // The server has not heard of it for too long; it goes on, as another session.
        assert_eq!(book.answered(&place, Due::Heartbeat, &answer(Status::Ended)), Then::Anew);
        assert_ne!(book.log_ins[&place].opened.key(), first);
        assert_eq!(dues(&book), [("a".into(), Due::Open)]);
        assert_eq!(book.answered(&place, Due::Open, &answer(Status::Known)), Then::Told);
        // Another server, or one whose memory was lost.
        assert_eq!(book.answered(&place, Due::Heartbeat, &refused("/heartbeat/key")), Then::Nothing);
        assert_eq!(dues(&book), [("a".into(), Due::Open)]);
        book.enter(name("b", Kind::Close), Event::Close(closed(2, 10)));
        assert_eq!(book.answered(&place, Due::Open, &answer(Status::Ended)), Then::Told, "it is over anyway");
        assert_eq!(book.answered(&place, Due::Close, &answer(Status::Closed)), Then::Done);
        book.remove(&place);
        assert_eq!(book.answered(&place, Due::Close, &answer(Status::Closed)), Then::Nothing);
    }

    #[test]
    fn what_is_refused_is_given_up_only_when_it_must_be() {
        let mut book = book();
        book.enter(name("a", Kind::Open), Event::Open(opened(1, 10)));
        let (place, _) = book.due(1).remove(0);
        assert_eq!(book.answered(&place, Due::Open, &refused("/open/started_at")), Then::WrongClock);
        assert!(book.log_ins[&place].without_times);
        for later in ["", "/open/key"] {
            assert_eq!(book.answered(&place, Due::Open, &refused(later)), Then::Nothing);
            assert!(book.due(9).is_empty(), "put off until the next heartbeat");
            book.beating();
            assert_eq!(book.due(9).len(), 1);
        }
        let given_up = book.answered(&place, Due::Open, &refused("/open/user"));
        assert_eq!(given_up, Then::Refused("/open/user: no".into()));
    }

    #[test]
    fn an_end_that_was_asked_for_is_that() {
        let mut book = book();
        book.enter(name("a", Kind::Told), Event::Open(opened(1, 10)));
        book.enter(name("b", Kind::Close), Event::Close(closed(2, 10)));
        let (place, _) = book.due(1).remove(0);
        let log_in = book.get_mut(&place).unwrap();
        assert_eq!(how(log_in, &closed(2, 10)), How::SignedOut);
        log_in.is_asked = true;
        assert_eq!(how(log_in, &closed(2, 10)), How::Asked);
    }

    fn any_answer() -> impl Strategy<Value = Answer> {
        let status = proptest::sample::select(vec![
            Status::Opened,
            Status::Known,
            Status::Renewed,
            Status::Closed,
            Status::Ended,
            Status::Noted,
            Status::Refused,
        ]);
        let field = proptest::option::of("/(open|close|heartbeat)/(key|user|started_at|ended_at)|\\PC{0,8}");
        (status, field, proptest::option::of("\\PC{0,8}")).prop_map(|(status, field, reason)| Answer {
            field,
            reason,
            ..answer(status)
        })
    }

    proptest! {
        /// Whatever a server answers, a log-in is open until it has ended, and is forgotten only when the server says
        /// that it has its end, or will never take it.
        #[test]
        fn no_answer_loses_a_log_in(answers in proptest::collection::vec((any_answer(), 0_u8..3), 0..20)) {
            let mut book = book();
            book.enter(name("a", Kind::Open), Event::Open(opened(1, 10)));
            let (place, _) = book.due(1).remove(0);
            for (answer, due) in answers {
                let due = [Due::Open, Due::Heartbeat, Due::Close][usize::from(due)];
                match book.answered(&place, due, &answer) {
                    Then::Done => prop_assert!(due == Due::Close && matches!(answer.status, Status::Closed | Status::Ended)),
                    Then::Refused(_) => prop_assert_eq!(answer.status, Status::Refused),
                    _ => {}
                }
                prop_assert!(!book.beating().is_empty() || !book.due(9).is_empty(), "it is heard of again");
            }
        }
    }
}
