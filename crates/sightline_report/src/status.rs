//! `sightline-report status`: what is open, what waits, and whether the server is there.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::event::Event;
use crate::moment::{Moment, wall_ms};
use crate::spool::{Kind, Spool};
use crate::{describe, pam};

/// The file in which the service notes how it stands with the server.
const SERVER: &str = "server";

/// How it stands with the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Contact {
    /// Since when, or when last, in milliseconds since 1970.
    at_ms: i64,
    /// Why it is not reached.
    pub(crate) failed: Option<String>,
}

impl Contact {
    pub(crate) fn reached() -> Self {
        Self { at_ms: wall_ms(), failed: None }
    }

    pub(crate) const fn failed(why: String) -> Self {
        Self { at_ms: 0, failed: Some(why) }
    }

    /// Notes it; of a failure, when the server was last reached.
    pub(crate) fn keep(&self, spool: &Spool) {
        let before = Self::of(spool.folder()).map_or(0, |before| before.at_ms);
        let noted =
            Self { at_ms: self.at_ms.max(if self.failed.is_some() { before } else { 0 }), ..self.clone() };
        // Only `status` reads it.
        spool.mark(SERVER, &noted);
    }

    fn of(folder: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(folder.join(SERVER)).ok()?).ok()
    }
}

/// Prints it.
///
/// # Errors
/// When the configuration or the queue cannot be read.
pub(crate) fn status(file: &Path) -> Result<(), String> {
    let config = Config::load(file)?;
    let folder = config.state_folder.as_path();
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let spool = Spool::open(folder).map_err(failed)?;
    let is_running = pam::is_heard(folder);
    println!(
        "service: {}",
        if is_running { "runs" } else { "does not run: systemctl start sightline-report" }
    );
    println!("server:  {}", server(Contact::of(folder), &config));
    let now = Moment::now()?;
    let (mut open, mut waiting, mut oldest) = (Vec::new(), 0, None::<Timestamp>);
    let mut ended = Vec::new();
    for name in spool.names().map_err(failed)? {
        // The service is at work: a file may be gone already.
        let Ok(Some(event)) = spool.look(&name) else { continue };
        if name.kind != Kind::Told {
            waiting += 1;
            let moment = match &event {
                Event::Open(opened) => &opened.moment,
                Event::Close(closed) => &closed.moment,
            };
            let at = moment.at(&now);
            oldest = Some(oldest.map_or(at, |oldest| oldest.min(at)));
        }
        match event {
            Event::Open(opened) => open.push((name.kind, opened)),
            Event::Close(closed) => ended.push(closed.leader),
        }
    }
    open.retain(|(_, opened)| {
        opened.moment.boot == now.boot && opened.leader.is_alive() && !ended.contains(&opened.leader)
    });
    println!("open:    {}", open.len());
    for (kind, opened) in &open {
        let told = if *kind == Kind::Told { "" } else { ", the server does not know yet" };
        let from = if opened.rhost.is_empty() { "here" } else { &opened.rhost };
        let (user, service) = (describe::text(&opened.user, 128), describe::text(&opened.service, 64));
        let (from, since) = (describe::text(from, 253), seconds(opened.moment.at(&now)));
        println!(
            "         {user} by {service} from {from} since {since}, process {}{told}",
            opened.leader.pid
        );
    }
    match oldest {
        None => println!("waiting: 0"),
        Some(oldest) => println!("waiting: {waiting} of at most {}, since {}", config.limit, seconds(oldest)),
    }
    match spool.damaged().map_err(failed)? {
        0 => {}
        many => println!(
            "damaged: {many}, in {}: they are not read any more and may be removed",
            folder.display()
        ),
    }
    Ok(())
}

fn server(contact: Option<Contact>, config: &Config) -> String {
    let server = &config.server;
    let at = |ms: i64| {
        Timestamp::from_millisecond(ms).map_or_else(|_| String::new(), |at| seconds(at).to_string())
    };
    match contact {
        None => format!("{server}, nobody has tried to reach it yet"),
        Some(Contact { at_ms, failed: None }) => format!("{server}, reached at {}", at(at_ms)),
        Some(Contact { at_ms: 0, failed: Some(why) }) => format!("{server}, never reached: {why}"),
        Some(Contact { at_ms, failed: Some(why) }) => {
            format!("{server}, not reached since {}: {why}", at(at_ms))
        }
    }
}

fn seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}
