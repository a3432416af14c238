//! `sightline-report run`: the service. One thread sends, one hears what is asked, and each log-in that is to be ended
//! has one for as long as that takes.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use report::{Client, Failed};

use crate::book::{Book, Place};
use crate::config::Config;
use crate::event::{Closed, Event, How};
use crate::moment::Moment;
use crate::sender::{self, Sender};
use crate::spool::Spool;
use crate::{hearer, pam};

/// What the threads share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) spool: Spool,
    book: Mutex<Book>,
    client: Mutex<Client>,
}

/// Runs until it is ended from outside. Everything that counts is on the disk at any time.
///
/// # Errors
/// When it cannot begin.
pub(crate) fn run(file: &Path) -> Result<(), String> {
    let config = Config::load(file)?;
    let client = config.client()?;
    let folder = config.state_folder.clone();
    let failed = |error: io::Error| format!("{}: {error}", folder.display());
    let spool = Spool::open(&folder).map_err(failed)?;
    let _alone = alone(&folder)?
        .ok_or("another sightline-report runs already, with the same state folder: end that one first")?;
    spool.sweep();
    let wake = wake_socket(&folder).map_err(failed)?;
    let book = sender::load(&spool)?;
    let shared = Arc::new(Shared { config, spool, book: Mutex::new(book), client: Mutex::new(client) });
    let hearing = Arc::clone(&shared);
    thread::spawn(move || hearer::hear(&hearing));
    eprintln!("sightline-report: reports the log-ins of this machine to {}", shared.config.server);
    Sender::new(shared).send(&wake)
}

/// The right to work on the folder, for as long as the file is held; nothing when another process has it.
///
/// # Errors
/// When that cannot be told.
fn alone(folder: &Path) -> Result<Option<File>, String> {
    let name = folder.join("lock");
    let failed = |error: io::Error| format!("{}: {error}", name.display());
    let file = File::options().write(true).create(true).truncate(false).open(&name).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

fn wake_socket(folder: &Path) -> io::Result<UnixDatagram> {
    let name = folder.join(pam::WAKE);
    match fs::remove_file(&name) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    UnixDatagram::bind(name)
}

impl Shared {
    /// The log-ins.
    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The way to the server.
    pub(crate) fn client(&self) -> Client {
        self.client.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// After a failure: a token that the server does not take may have been replaced since. The whole sentence.
    pub(crate) fn failed(&self, failed: &Failed) -> String {
        if let Failed::Refused { status: 401 | 403, .. } = failed {
            return match self.config.client() {
                Ok(client) => {
                    *self.client.lock().unwrap_or_else(PoisonError::into_inner) = client;
                    let file = self.config.token_file.display();
                    format!(
                        "the server does not take the token in {file}: {failed}; make another with `sightline agent token`"
                    )
                }
                Err(error) => error,
            };
        }
        failed.to_string()
    }

    /// Writes down that a log-in has ended, if nobody has yet. What the disk does not take is said to the server all
    /// the same, unless this program is ended first.
    pub(crate) fn ended(&self, place: &Place, how: How, moment: Moment) {
        let mut book = self.book();
        let Some(log_in) = book.get_mut(place).filter(|log_in| log_in.end.is_none()) else { return };
        let opened = &log_in.opened;
        let (leader, user, service) = (opened.leader, opened.user.clone(), opened.service.clone());
        // It belongs to the start of the machine that its log-in belongs to.
        let moment = Moment { boot: opened.moment.boot.clone(), ..moment };
        let closed = Closed { moment, leader, user, service, how };
        let file = match self.spool.put(&Event::Close(closed.clone()), self.config.limit) {
            Ok(file) => Some(file),
            Err(lost) => {
                eprintln!("sightline-report: the end of a log-in is not on the disk: {lost}");
                None
            }
        };
        log_in.end = Some((closed, file));
    }
}
