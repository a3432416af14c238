//! The queue on the disk: a file for each event, in a folder that only root reads.
//!
//! A file is there whole or not at all: it is written under another name, flushed, and then named. An `open` waits
//! for the server, a `told` is open there, a `close` waits; when the server has the end, all files of a log-in are
//! removed. So whatever is there when the service starts is what it has to do, however it ended before.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::event::Event;
use crate::moment::Moment;

/// Log-ins that are kept at most, if the configuration says nothing: a few megabytes, and read in a moment.
pub(crate) const LIMIT: usize = 10_000;
/// Longest file that is an event, in bytes.
const EVENT_BYTES: u64 = 64 << 10;
/// How the name of a file begins that is not whole yet.
const NEW: &str = ".new-";
/// How the name of a file ends that cannot be read.
const DAMAGED: &str = "damaged";

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A log-in that the server has not been told of.
    Open,
    /// A log-in that is open at the server.
    Told,
    /// The end of a log-in.
    Close,
}

/// A file by its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name {
    /// What distinguishes it.
    pub(crate) stem: String,
    /// What it is.
    pub(crate) kind: Kind,
}

/// Why an event was not kept.
#[derive(Debug)]
pub(crate) enum Lost {
    /// So many wait already.
    Full(usize),
    /// The disk did not take it.
    Io(io::Error),
}

/// The folder.
#[derive(Clone, Debug)]
pub(crate) struct Spool {
    folder: PathBuf,
}

impl Spool {
    /// The queue in this folder, which is made if need be.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// Where it is.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Keeps an event: it is on the disk when this returns. Beginnings are taken up to `limit` files, ends beyond
    /// it, so that what was taken can also end.
    ///
    /// # Errors
    /// When it is not kept.
    pub(crate) fn put(&self, event: &Event, limit: usize) -> Result<Name, Lost> {
        let (moment, kind, most) = match event {
            Event::Open(opened) => (&opened.moment, Kind::Open, limit),
            Event::Close(closed) => (&closed.moment, Kind::Close, limit.saturating_mul(3)),
        };
        let there = fs::read_dir(&self.folder)?.count();
        if there >= most {
            return Err(Lost::Full(there));
        }
        let name = Name { stem: stem(moment), kind };
        self.write(&name, event)?;
        Ok(name)
    }

    /// Writes an event under a name, over what is there.
    ///
    /// # Errors
    /// When it is not on the disk.
    pub(crate) fn write(&self, name: &Name, event: &Event) -> io::Result<()> {
        let text = serde_json::to_vec(event)?;
        let new = self.folder.join(format!("{NEW}{}-{}", std::process::id(), name.file()));
        let written = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new);
        let written = written.and_then(|mut file| {
            file.write_all(&text)?;
            file.sync_all()?;
            fs::rename(&new, self.folder.join(name.file()))?;
            File::open(&self.folder)?.sync_all()
        });
        if written.is_err() {
            // Half a file is no event; it may not be there at all.
            let _ = fs::remove_file(&new);
        }
        written
    }

    /// Writes what is good to know and no event, over what is there; who reads it meanwhile reads the one or the
    /// other. Without room for it, what was there stays.
    pub(crate) fn mark(&self, file: &str, said: &impl Serialize) {
        let new = self.folder.join(format!("{NEW}{}-{file}", std::process::id()));
        if let Ok(text) = serde_json::to_vec(said)
            && fs::write(&new, text).and_then(|()| fs::rename(&new, self.folder.join(file))).is_err()
        {
            // It may not be there at all.
            let _ = fs::remove_file(&new);
        }
    }

    /// Every event's name, in the order of their names.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub(crate) fn names(&self) -> io::Result<Vec<Name>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            names.extend(entry?.file_name().to_str().and_then(Name::of));
        }
        names.sort();
        Ok(names)
    }

    /// Files that were put aside.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub(crate) fn damaged(&self) -> io::Result<usize> {
        let is_damaged = |entry: &fs::DirEntry| entry.path().extension().is_some_and(|end| end == DAMAGED);
        Ok(fs::read_dir(&self.folder)?.flatten().filter(is_damaged).count())
    }

    /// Reads an event. One that cannot be read is put aside, under a name that ends in `.damaged`.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub(crate) fn read(&self, name: &Name) -> Result<Event, String> {
        let file = self.folder.join(name.file());
        let failed = |error: io::Error| format!("{} cannot be read: {error}", file.display());
        if let Some(event) = self.look(name).map_err(failed)? {
            return Ok(event);
        }
        let aside = self.folder.join(format!("{}.{DAMAGED}", name.file()));
        fs::rename(&file, &aside).map_err(failed)?;
        Err(format!("a file of the queue is damaged and was put aside: {}", aside.display()))
    }

    /// Reads an event and changes nothing; nothing when it is damaged.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(crate) fn look(&self, name: &Name) -> io::Result<Option<Event>> {
        let file = self.folder.join(name.file());
        if fs::symlink_metadata(&file)?.len() > EVENT_BYTES {
            return Ok(None);
        }
        let event = decode(&fs::read(&file)?);
        Ok(event.filter(|event| matches!(event, Event::Close(_)) == (name.kind == Kind::Close)))
    }

    /// Another kind for a file.
    ///
    /// # Errors
    /// When it cannot be renamed.
    pub(crate) fn turn(&self, name: &Name, kind: Kind) -> io::Result<Name> {
        let turned = Name { stem: name.stem.clone(), kind };
        fs::rename(self.folder.join(name.file()), self.folder.join(turned.file()))?;
        Ok(turned)
    }

    /// Removes a file; one that is gone already is gone.
    ///
    /// # Errors
    /// When it stays.
    pub(crate) fn remove(&self, name: &Name) -> io::Result<()> {
        match fs::remove_file(self.folder.join(name.file())) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Removes what was being written by processes that are no more.
    pub(crate) fn sweep(&self) {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let writer = entry.file_name().to_str().and_then(|name| {
                let (pid, _) = name.strip_prefix(NEW)?.split_once('-')?;
                pid.parse::<u32>().ok()
            });
            if writer.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists()) {
                // It only takes room.
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

impl Name {
    fn of(file: &str) -> Option<Self> {
        let (stem, end) = file.rsplit_once('.')?;
        let kind = [Kind::Open, Kind::Told, Kind::Close].into_iter().find(|kind| kind.end() == end)?;
        (!stem.is_empty() && !stem.starts_with('.')).then(|| Self { stem: stem.to_owned(), kind })
    }

    fn file(&self) -> String {
        format!("{}.{}", self.stem, self.kind.end())
    }
}

impl Kind {
    const fn end(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Told => "told",
            Self::Close => "close",
        }
    }
}

impl From<io::Error> for Lost {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl std::fmt::Display for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Full(there) => write!(f, "{there} files wait already: look at `sightline-report status`"),
            Self::Io(error) => write!(f, "{error}"),
        }
    }
}

/// Unlike that of any other event: two processes write at the same nanosecond under different numbers.
fn stem(moment: &Moment) -> String {
    let boot = moment.boot.get(..8).unwrap_or(&moment.boot);
    format!("{:020}-{boot}-{}", moment.since_boot_ns, std::process::id())
}

/// An event from the bytes of a file; `None` when it is none that this program wrote.
fn decode(bytes: &[u8]) -> Option<Event> {
    let event: Event = serde_json::from_slice(bytes).ok()?;
    let moment = match &event {
        Event::Open(opened) => &opened.moment,
        Event::Close(closed) => &closed.moment,
    };
    let is_good = moment.boot.len() == 32 && moment.boot.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_good.then_some(event)
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::event::{Closed, How, Opened};
    use crate::process::Process;

    pub(crate) const BOOT: &str = "0123456789abcdef0123456789abcdef";

    pub(crate) fn opened(ns: u64, pid: u32) -> Opened {
        Opened {
            moment: Moment { boot: BOOT.into(), since_boot_ns: ns, at_ms: 1_795_000_000_000 },
            leader: Process { pid, start: 7 },
            user: "alice".into(),
            ruser: String::new(),
            rhost: "192.0.2.7".into(),
            service: "sshd".into(),
            tty: "ssh".into(),
            logind: String::new(),
            lost: 0,
        }
    }

    pub(crate) fn closed(ns: u64, pid: u32) -> Closed {
        let Opened { moment, leader, user, service, .. } = opened(ns, pid);
        Closed { moment, leader, user, service, how: How::SignedOut }
    }

    #[test]
    fn what_was_put_is_there_in_its_order() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(&folder.path().join("a/b")).unwrap();
        let events = [Event::Close(closed(30, 1)), Event::Open(opened(4, 1)), Event::Open(opened(200, 2))];
        let put: Vec<_> = events.iter().map(|event| spool.put(event, 100).unwrap()).collect();
        assert_eq!(spool.names().unwrap(), [put[1].clone(), put[0].clone(), put[2].clone()]);
        for (event, name) in events.iter().zip(&put) {
            assert_eq!(spool.read(name).as_ref(), Ok(event));
        }
        let told = spool.turn(&put[1], Kind::Told).unwrap();
        assert_eq!(spool.read(&told).as_ref(), Ok(&events[1]));
        for name in [&told, &put[0], &put[0], &put[2]] {
            spool.remove(name).unwrap();
        }
        assert!(spool.names().unwrap().is_empty());
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(spool.folder()).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn it_takes_no_more_than_it_may_and_every_end() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path()).unwrap();
        for pid in 0..3 {
            spool.put(&Event::Open(opened(pid, 1)), 3).unwrap();
        }
        let more = spool.put(&Event::Open(opened(9, 1)), 3).expect_err("full");
        assert!(more.to_string().contains("3 files wait already"), "{more}");
        for pid in 0..3 {
            spool.put(&Event::Close(closed(pid, 1)), 3).unwrap();
        }
    }

    #[test]
    fn what_is_torn_or_rubbish_is_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path()).unwrap();
        let name = spool.put(&Event::Open(opened(1, 1)), 9).unwrap();
        let file = folder.path().join(name.file());
        let whole = fs::read(&file).unwrap();
        for cut in 0..whole.len() {
            fs::write(&file, &whole[..cut]).unwrap();
            let error = spool.read(&name).expect_err("torn");
            assert!(error.contains("put aside"), "{error}");
        }
        assert_eq!((spool.damaged().unwrap(), spool.names().unwrap().len()), (1, 0));
        // An end under the name of a beginning, and a file that never ends.
        fs::write(&file, serde_json::to_vec(&Event::Close(closed(1, 1))).unwrap()).unwrap();
        spool.read(&name).expect_err("of another kind");
        fs::write(&file, vec![b' '; 1 << 20]).unwrap();
        spool.read(&name).expect_err("too long");
        assert!(spool.read(&name).expect_err("gone").contains("cannot be read"));
    }

    #[test]
    fn what_nobody_writes_any_more_is_swept_away() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path()).unwrap();
        let dead = folder.path().join(".new-4194305-x.open");
        let alive = folder.path().join(format!(".new-{}-x.open", std::process::id()));
        for file in [&dead, &alive] {
            fs::write(file, "{").unwrap();
        }
        spool.sweep();
        assert_eq!((dead.exists(), alive.exists()), (false, true));
        assert!(spool.names().unwrap().is_empty(), "half a file is no event");
    }

    #[test]
    fn a_mark_is_read_whole_while_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path()).unwrap();
        let long = "x".repeat(100_000);
        spool.mark("server", &0);
        std::thread::scope(|scope| {
            let writing = scope.spawn(|| {
                for n in 0..200 {
                    if n % 2 == 0 { spool.mark("server", &long) } else { spool.mark("server", &n) }
                }
            });
            while !writing.is_finished() {
                let read = fs::read(folder.path().join("server")).unwrap();
                serde_json::from_slice::<serde_json::Value>(&read).expect("all of it");
            }
        });
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_event_or_are_not(bytes in proptest::collection::vec(any::<u8>(), 0..300), text in "\\PC{0,200}") {
            prop_assert!(decode(&bytes).is_none());
            prop_assert!(decode(text.as_bytes()).is_none());
        }

        #[test]
        fn one_changed_byte_is_read_or_put_aside(at in any::<proptest::sample::Index>(), byte in any::<u8>()) {
            let mut bytes = serde_json::to_vec(&Event::Open(opened(1, 1))).unwrap();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if let Some(Event::Open(opened)) = decode(&bytes) {
                prop_assert!(opened.key().len() <= 128);
            }
        }

        #[test]
        fn any_file_name_is_a_name_or_is_not(file in "\\PC{0,60}|[0-9a-f-]{0,20}\\.(open|told|close|damaged)") {
            if let Some(name) = Name::of(&file) {
                prop_assert_eq!(name.file(), file);
            }
        }
    }
}
