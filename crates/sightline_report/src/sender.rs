//! Tells the server what is on the disk, and looks whether what is open still is.

use std::collections::BTreeSet;
use std::fs;
use std::net::IpAddr;
use std::os::unix::net::UnixDatagram;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use report::{Backoff, Failed, Heartbeat, Report};

use crate::address::{self, Remote};
use crate::book::{self, Book, Due, LogIn, Place, Then};
use crate::event::{Event, How, Opened};
use crate::moment::{Moment, boot_id};
use crate::service::Shared;
use crate::spool::{Kind, Name, Spool};
use crate::status::Contact;
use crate::{describe, process};

/// How often it looks whether the processes of the log-ins are there.
const LOOK: Duration = Duration::from_secs(2);
/// Reports of one request: an answer comes soon.
const BATCH: usize = 200;
/// When this service was last at work, so that what a restart of the machine ended has an end.
const ALIVE: &str = "alive";

/// The sending thread.
#[derive(Debug)]
pub(crate) struct Sender {
    shared: Arc<Shared>,
    backoff: Backoff,
    /// Not before.
    again_at: Instant,
    beat_at: Instant,
    /// What was last said of the server.
    contact: Option<Contact>,
    /// Files that could not be removed and say nothing new.
    spent: BTreeSet<String>,
    is_clock_told: bool,
}

/// What the last run of this program, or of the machine, left.
///
/// # Errors
/// When the folder cannot be read.
pub(crate) fn load(spool: &Spool) -> Result<Book, String> {
    let names = spool.names().map_err(|error| format!("{}: {error}", spool.folder().display()))?;
    let mut events = Vec::new();
    for name in names {
        match spool.read(&name) {
            Ok(event) => events.push((name, event)),
            Err(error) => eprintln!("sightline-report: {error}"),
        }
    }
    let mut boots: Vec<(i64, String)> = Vec::new();
    for (_, event) in &events {
        let Moment { boot, at_ms, .. } = moment(event);
        match boots.iter_mut().find(|(_, known)| known == boot) {
            Some((first, _)) => *first = (*first).min(*at_ms),
            None => boots.push((*at_ms, boot.clone())),
        }
    }
    boots.sort();
    let mut book = Book::new(boots.into_iter().map(|(_, boot)| boot).collect(), boot_id()?);
    for (name, event) in events {
        enter(&mut book, spool, name, event);
    }
    Ok(book)
}

const fn moment(event: &Event) -> &Moment {
    match event {
        Event::Open(opened) => &opened.moment,
        Event::Close(closed) => &closed.moment,
    }
}

/// Enters a file, or removes one that says nothing; whether it is dealt with.
fn enter(book: &mut Book, spool: &Spool, name: Name, event: Event) -> bool {
    if book.enter(name.clone(), event) {
        return true;
    }
    let removed = spool.remove(&name);
    if let Err(error) = &removed {
        eprintln!("sightline-report: {error}");
    }
    removed.is_ok()
}

impl Sender {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        let now = Instant::now();
        Self {
            shared,
            backoff: Backoff::default(),
            again_at: now,
            beat_at: now,
            contact: None,
            spent: BTreeSet::new(),
            is_clock_told: false,
        }
    }

    /// For as long as the program runs.
    ///
    /// # Errors
    /// When the kernel does not answer any more.
    pub(crate) fn send(mut self, wake: &UnixDatagram) -> Result<(), String> {
        loop {
            let now = Moment::now()?;
            // In this order: what PAM wrote before a process ended is read after it has ended.
            let gone = self.gone(&now);
            self.scan();
            for (place, how) in gone {
                let moment = if how == How::Restarted { self.last_seen(&place) } else { None };
                self.shared.ended(&place, how, moment.unwrap_or_else(|| now.clone()));
            }
            if Instant::now() >= self.again_at {
                let done = self.send_all(&now);
                self.note(done);
            }
            self.wait(wake);
        }
    }

    /// Until something is new, or it is time to look.
    fn wait(&self, wake: &UnixDatagram) {
        let until = self.again_at.saturating_duration_since(Instant::now());
        let wait = if until.is_zero() { LOOK } else { until.min(LOOK) };
        let mut byte = [0];
        let heard = wake.set_nonblocking(false).and_then(|()| wake.set_read_timeout(Some(wait)));
        if heard.and_then(|()| wake.recv(&mut byte)).is_ok() && wake.set_nonblocking(true).is_ok() {
            // Many at once are one.
            while wake.recv(&mut byte).is_ok() {}
        }
    }

    /// Log-ins whose process is no more.
    fn gone(&self, now: &Moment) -> Vec<(Place, How)> {
        let book = self.shared.book();
        let open = book.iter().filter(|(_, log_in)| log_in.end.is_none());
        let gone = open.filter_map(|(place, log_in)| {
            let Opened { moment, leader, .. } = &log_in.opened;
            let how = if moment.boot != now.boot { How::Restarted } else { How::Gone };
            (how == How::Restarted || !leader.is_alive()).then(|| (place.clone(), how))
        });
        gone.collect()
    }

    /// When this service was last at work before the machine was started anew.
    fn last_seen(&self, place: &Place) -> Option<Moment> {
        let began = self.shared.book().get_mut(place)?.opened.moment.clone();
        let text = fs::read(self.shared.spool.folder().join(ALIVE)).ok()?;
        let alive: Option<Moment> = serde_json::from_slice(&text).ok();
        let alive =
            alive.filter(|alive| alive.boot == began.boot && alive.since_boot_ns > began.since_boot_ns);
        Some(alive.unwrap_or(began))
    }

    /// Reads what is new in the folder.
    fn scan(&mut self) {
        let spool = &self.shared.spool;
        let names = match spool.names() {
            Ok(names) => names,
            Err(error) => {
                eprintln!("sightline-report: {}: {error}", spool.folder().display());
                return;
            }
        };
        let mut book = self.shared.book();
        let known = book.stems();
        let is_new = |name: &Name| !known.contains(name.stem.as_str()) && !self.spent.contains(&name.stem);
        let new: Vec<Name> = names.into_iter().filter(is_new).collect();
        for name in new {
            let stem = name.stem.clone();
            let is_done = match spool.read(&name) {
                Ok(event) => enter(&mut book, spool, name, event),
                Err(error) => {
                    eprintln!("sightline-report: {error}");
                    false
                }
            };
            if !is_done {
                self.spent.insert(stem);
            }
        }
    }

    /// Everything that is due; whether the server was asked.
    fn send_all(&mut self, now: &Moment) -> Result<bool, Failed> {
        let mut is_asked = false;
        loop {
            let due = self.shared.book().due(BATCH);
            if due.is_empty() {
                break;
            }
            let before = due.clone();
            let is_changed = self.send_batch(due, now)?;
            is_asked = true;
            if !is_changed && self.shared.book().due(BATCH) == before {
                return Err(Failed::Again("the server answers, and nothing comes of it".into()));
            }
        }
        if Instant::now() < self.beat_at {
            return Ok(is_asked);
        }
        self.beat_at = Instant::now() + self.shared.config.heartbeat();
        // It is only a mark: without it the end of what a restart ends is less exact.
        self.shared.spool.mark(ALIVE, now);
        let beating = self.shared.book().beating();
        for due in beating.chunks(BATCH) {
            self.send_batch(due.to_vec(), now)?;
        }
        // Without a log-in nothing is said, and nobody knows whether it could be.
        if beating.is_empty() {
            self.shared.client().send(&[])?;
        }
        Ok(true)
    }

    /// Sends so much; whether an answer changes anything.
    fn send_batch(&mut self, due: Vec<(Place, Due)>, now: &Moment) -> Result<bool, Failed> {
        for (place, _) in due.iter().filter(|(_, due)| *due == Due::Open) {
            self.find_device(place, now);
        }
        let (mut asked, mut reports) = (Vec::new(), Vec::new());
        {
            let mut book = self.shared.book();
            for (place, due) in due {
                let report = book.get_mut(&place).and_then(|log_in| self.report(log_in, due, now));
                if let Some(report) = report {
                    asked.push((place, due));
                    reports.push(report);
                }
            }
        }
        let answers = self.shared.client().send(&reports)?;
        let mut is_changed = false;
        for ((place, due), answer) in asked.iter().zip(&answers) {
            let then = self.shared.book().answered(place, *due, answer);
            is_changed |= then != Then::Nothing;
            self.then(place, then);
        }
        Ok(is_changed)
    }

    fn report(&self, log_in: &LogIn, due: Due, now: &Moment) -> Option<Report> {
        let time = |moment: &Moment| (!log_in.without_times).then(|| moment.at(now));
        let (opened, config) = (&log_in.opened, &self.shared.config);
        Some(match due {
            Due::Open => Report::Open(describe::open(opened, log_in.device?, time(&opened.moment), config)),
            Due::Heartbeat => {
                let last_active_at = if log_in.without_times { None } else { last_key(&opened.tty, now) };
                Report::Heartbeat(Heartbeat { key: opened.key(), last_active_at })
            }
            Due::Close => {
                let (closed, _) = log_in.end.as_ref()?;
                Report::Close(describe::close(opened.key(), book::how(log_in, closed), time(&closed.moment)))
            }
        })
    }

    /// From where somebody has logged in. A name is resolved without holding anybody up.
    fn find_device(&self, place: &Place, now: &Moment) {
        let opened = {
            let mut book = self.shared.book();
            let Some(log_in) = book.get_mut(place).filter(|log_in| log_in.device.is_none()) else { return };
            log_in.opened.clone()
        };
        let own = || address::own(self.shared.config.host_and_port());
        let device = match Remote::of(&opened.rhost) {
            Remote::Address(address) => address,
            Remote::Named(host) => address::resolve(host).unwrap_or_else(own),
            Remote::Here => self.device_around(&opened, now).unwrap_or_else(own),
        };
        if let Some(log_in) = self.shared.book().get_mut(place) {
            log_in.device = Some(device);
        }
    }

    /// Who becomes somebody else within a log-in is where that log-in came from.
    fn device_around(&self, opened: &Opened, now: &Moment) -> Option<IpAddr> {
        if opened.moment.boot != now.boot {
            return None;
        }
        let parents = std::iter::successors(opened.leader.parent(), |process| process.parent());
        let parents: Vec<process::Process> = parents.collect();
        self.shared.book().within(&now.boot, &parents).and_then(|around| around.device)
    }

    fn then(&mut self, place: &Place, then: Then) {
        let spool = &self.shared.spool;
        let mut book = self.shared.book();
        let Some(log_in) = book.get_mut(place) else { return };
        let (stem, about) =
            (log_in.file.stem.clone(), format!("{:?} by {:?}", log_in.opened.user, log_in.opened.service));
        let name = |kind| Name { stem: stem.clone(), kind };
        let done = match then {
            Then::Nothing => Ok(()),
            Then::Told => spool.turn(&name(Kind::Open), Kind::Told).map(drop),
            Then::Anew => {
                let event = Event::Open(log_in.opened.clone());
                spool.write(&name(Kind::Open), &event).and_then(|()| spool.remove(&name(Kind::Told)))
            }
            Then::WrongClock => {
                if !self.is_clock_told {
                    self.is_clock_told = true;
                    eprintln!(
                        "sightline-report: the server does not take this machine's times: set the clock; until then \
                         its own count"
                    );
                }
                Ok(())
            }
            Then::Refused(reason) => {
                eprintln!("sightline-report: the server does not take the log-in of {about}: {reason}");
                forget(&mut book, spool, place)
            }
            Then::Done => forget(&mut book, spool, place),
        };
        drop(book);
        if let Err(error) = done
            && error.kind() != std::io::ErrorKind::NotFound
        {
            // Saying it again changes nothing: the next start does.
            eprintln!("sightline-report: {}: {error}", self.shared.spool.folder().display());
            self.spent.insert(stem);
        }
    }

    /// Says when the server is away, and when it is there again; once each.
    fn note(&mut self, done: Result<bool, Failed>) {
        let contact = match done {
            Ok(false) => return,
            Ok(true) => {
                self.backoff.succeeded();
                self.again_at = Instant::now();
                Contact::reached()
            }
            Err(failed) => {
                self.again_at = Instant::now() + self.backoff.failed();
                Contact::failed(self.shared.failed(&failed))
            }
        };
        let before = self.contact.as_ref();
        if before.map(|before| &before.failed) != Some(&contact.failed) {
            match &contact.failed {
                Some(why) => eprintln!("sightline-report: {why}; log-ins are kept until it works"),
                None if before.is_some() => eprintln!("sightline-report: the server has everything again"),
                None => {}
            }
        }
        contact.keep(&self.shared.spool);
        self.contact = Some(contact);
    }
}

/// Removes all that there is of a log-in; its beginning first, so that no end is left without one.
fn forget(book: &mut Book, spool: &Spool, place: &Place) -> std::io::Result<()> {
    let Some(log_in) = book.remove(place) else { return Ok(()) };
    for kind in [Kind::Open, Kind::Told] {
        spool.remove(&Name { stem: log_in.file.stem.clone(), kind })?;
    }
    match log_in.end {
        Some((_, Some(file))) => spool.remove(&file),
        _ => Ok(()),
    }
}

/// When the last key came to a terminal.
fn last_key(tty: &str, now: &Moment) -> Option<Timestamp> {
    let name = describe::terminal(tty)?;
    let read = fs::metadata(format!("/dev/{name}")).ok()?.accessed().ok()?;
    let at = Timestamp::try_from(read).ok()?;
    (at.as_millisecond() <= now.at_ms && at.as_millisecond() >= report::bounds::EARLIEST_MS).then_some(at)
}
