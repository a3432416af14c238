//! Which log-ins there are, and what the server is still to hear of them.
//!
//! Pure: knows neither the disk nor the network, and no process. What the server knows already stands in the names
//! of files, so the book begins anew with each start of the service.

use std::collections::{BTreeMap, HashSet};
use std::net::IpAddr;

use report::{Answer, Status};

use crate::event::{Closed, Event, How, Opened};
use crate::spool::{Kind, Name};

/// Where a log-in stands in the order of all: starts of the machine one after the other, and in each by time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// Which start of the machine, the present one last.
    boot: usize,
    since_boot_ns: u64,
    stem: String,
}

/// A log-in.
#[derive(Clone, Debug)]
pub(crate) struct LogIn {
    /// How it began.
    pub(crate) opened: Opened,
    /// Its file.
    pub(crate) file: Name,
    /// How it ended, and the file that says so, if it could be written.
    pub(crate) end: Option<(Closed, Option<Name>)>,
    /// From where, once somebody has looked.
    pub(crate) device: Option<IpAddr>,
    /// The server has been asked to end it, and so was this machine.
    pub(crate) is_asked: bool,
    /// The server does not believe this machine's clock: its own counts.
    pub(crate) without_times: bool,
    /// The server cannot take it now.
    pub(crate) is_put_off: bool,
}

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

/// All log-ins.
#[derive(Debug, Default)]
pub(crate) struct Book {
    log_ins: BTreeMap<Place, LogIn>,
    boots: Vec<String>,
}

impl Book {
    /// A book at this start of the machine, `boot`; `before` are those that left something, oldest first.
    pub(crate) fn new(before: Vec<String>, boot: String) -> Self {
        let mut boots = before;
        boots.retain(|known| *known != boot);
        boots.push(boot);
        Self { log_ins: BTreeMap::new(), boots }
    }

    /// Enters what a file says. False when the file says nothing that counts: a beginning that is there already, the
    /// end of what never began.
    pub(crate) fn enter(&mut self, file: Name, event: Event) -> bool {
        match event {
            Event::Open(opened) => {
                let same = |log_in: &LogIn| {
                    log_in.end.is_none()
                        && log_in.opened.leader == opened.leader
                        && log_in.opened.moment.boot == opened.moment.boot
                        && (&log_in.opened.user, &log_in.opened.service) == (&opened.user, &opened.service)
                };
                // PAM's configuration may name this program twice.
                if self.log_ins.values().any(same) {
                    return false;
                }
                let place = self.place(&opened, &file);
                let log_in = LogIn {
                    opened,
                    file,
                    end: None,
                    device: None,
                    is_asked: false,
                    without_times: false,
                    is_put_off: false,
                };
                self.log_ins.insert(place, log_in);
                true
            }
            Event::Close(closed) => {
                let ends = |log_in: &&mut LogIn| {
                    log_in.end.is_none()
                        && log_in.opened.leader == closed.leader
                        && log_in.opened.moment.boot == closed.moment.boot
                };
                let is_exact = |log_in: &LogIn| {
                    (&log_in.opened.user, &log_in.opened.service) == (&closed.user, &closed.service)
                };
                // The last one that its process began; rather one of the same user.
                let mut found: Vec<_> = self.log_ins.values_mut().filter(ends).collect();
                let at = found.iter().rposition(|log_in| is_exact(log_in)).or(found.len().checked_sub(1));
                let Some(log_in) = at.map(|at| found.swap_remove(at)) else { return false };
                log_in.end = Some((closed, Some(file)));
                true
            }
        }
    }

    fn place(&mut self, opened: &Opened, file: &Name) -> Place {
        let boot = self.boots.iter().position(|boot| *boot == opened.moment.boot);
        // One that nobody has heard of is older than all.
        Place {
            boot: boot.map_or(0, |at| at + 1),
            since_boot_ns: opened.moment.since_boot_ns,
            stem: file.stem.clone(),
        }
    }

    /// What distinguishes the files that are entered.
    pub(crate) fn stems(&self) -> HashSet<String> {
        let ends =
            |log_in: &LogIn| log_in.end.as_ref().and_then(|(_, file)| Some(file.as_ref()?.stem.clone()));
        let both = |log_in: &LogIn| [Some(log_in.file.stem.clone()), ends(log_in)];
        self.log_ins.values().flat_map(both).flatten().collect()
    }

    /// All, in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Place, &LogIn)> {
        self.log_ins.iter()
    }

    /// One of them.
    pub(crate) fn get_mut(&mut self, place: &Place) -> Option<&mut LogIn> {
        self.log_ins.get_mut(place)
    }

    /// Takes one away.
    pub(crate) fn remove(&mut self, place: &Place) -> Option<LogIn> {
        self.log_ins.remove(place)
    }

    /// The one that the server knows by this key.
    pub(crate) fn of_key(&self, key: &str) -> Option<(&Place, &LogIn)> {
        self.log_ins.iter().find(|(_, log_in)| log_in.opened.key() == key)
    }

    /// The log-in that this one was made within: the nearest of `ancestors` that holds one.
    pub(crate) fn within(&self, boot: &str, ancestors: &[crate::process::Process]) -> Option<&LogIn> {
        ancestors.iter().find_map(|ancestor| {
            self.log_ins
                .values()
                .find(|log_in| log_in.opened.moment.boot == boot && log_in.opened.leader == *ancestor)
        })
    }

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

    use super::*;
    use crate::process::Process;
    use crate::spool::tests::{BOOT, closed, opened};

    fn answer(status: Status) -> Answer {
        Answer { status, key: None, session: None, end_reason: None, field: None, reason: None }
    }

    fn refused(field: &str) -> Answer {
        Answer { field: Some(field.into()), reason: Some("no".into()), ..answer(Status::Refused) }
    }

    fn name(stem: &str, kind: Kind) -> Name {
        Name { stem: stem.into(), kind }
    }

    fn book() -> Book {
        Book::new(Vec::new(), BOOT.into())
    }

    fn dues(book: &Book) -> Vec<(String, Due)> {
        book.due(100).into_iter().map(|(place, due)| (place.stem, due)).collect()
    }

    #[test]
    fn an_end_finds_its_beginning() {
        let mut book = book();
        assert!(book.enter(name("a", Kind::Open), Event::Open(opened(1, 10))));
        assert!(book.enter(name("b", Kind::Open), Event::Open(opened(2, 11))));
        assert!(
            !book.enter(name("x", Kind::Close), Event::Close(closed(3, 12))),
            "of a process that began nothing"
        );
        let later = Closed { leader: Process { pid: 10, start: 8 }, ..closed(3, 10) };
        assert!(
            !book.enter(name("x", Kind::Close), Event::Close(later)),
            "of a later process of the same number"
        );
        let before = Closed {
            moment: crate::moment::Moment { boot: "f".repeat(32), ..closed(3, 10).moment },
            ..closed(3, 10)
        };
        assert!(!book.enter(name("x", Kind::Close), Event::Close(before)), "of another start of the machine");
        assert!(book.enter(name("c", Kind::Close), Event::Close(closed(3, 10))));
        assert!(!book.enter(name("x", Kind::Close), Event::Close(closed(4, 10))), "it has ended");
        assert_eq!(dues(&book), [("a".into(), Due::Open), ("a".into(), Due::Close), ("b".into(), Due::Open)]);
    }

    #[test]
    fn one_process_may_hold_several() {
        let mut book = book();
        let bob = Opened { user: "bob".into(), ..opened(2, 10) };
        assert!(book.enter(name("a", Kind::Open), Event::Open(opened(1, 10))));
        assert!(book.enter(name("b", Kind::Open), Event::Open(bob)));
        assert!(!book.enter(name("c", Kind::Open), Event::Open(opened(3, 10))), "named twice in PAM's files");
        // That of the same user, though another one began later.
        assert!(book.enter(name("d", Kind::Close), Event::Close(closed(4, 10))));
        assert!(book.iter().any(|(_, log_in)| log_in.opened.user == "alice" && log_in.end.is_some()));
        // And after its end it may begin again.
        assert!(book.enter(name("e", Kind::Open), Event::Open(opened(5, 10))));
        let keys: std::collections::BTreeSet<_> =
            book.iter().map(|(_, log_in)| log_in.opened.key()).collect();
        assert_eq!(keys.len(), 3);
    }

    #[test]
    fn what_was_before_comes_before() {
        let (first, second) = ("1".repeat(32), "2".repeat(32));
        let mut book = Book::new(vec![first.clone(), second.clone()], BOOT.into());
        for (stem, boot, ns) in [("d", BOOT, 1), ("c", &second, 5), ("a", &first, 9), ("b", &second, 4)] {
            let mut log_in = opened(ns, u32::try_from(ns).unwrap());
            log_in.moment.boot = boot.into();
            assert!(book.enter(name(stem, Kind::Open), Event::Open(log_in)));
        }
        let order: Vec<_> = dues(&book).into_iter().map(|(stem, _)| stem).collect();
        assert_eq!(order, ["a", "b", "c", "d"]);
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
