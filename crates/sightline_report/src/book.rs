//! Which log-ins there are. What the server is still to hear of them is in `book/owed.rs`.
//!
//! Pure: knows neither the disk nor the network, and no process. What the server knows already stands in the names
//! of files, so the book begins anew with each start of the service.

mod owed;

use std::collections::{BTreeMap, HashSet};
use std::net::IpAddr;

use crate::event::{Closed, Event, Opened};
use crate::spool::Name;
pub(crate) use owed::{Due, Then, how};

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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::Process;
    use crate::spool::Kind;
    use crate::spool::tests::{BOOT, closed, opened};

    pub(super) fn name(stem: &str, kind: Kind) -> Name {
        Name { stem: stem.into(), kind }
    }

    pub(super) fn book() -> Book {
        Book::new(Vec::new(), BOOT.into())
    }

    pub(super) fn dues(book: &Book) -> Vec<(String, Due)> {
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
}
