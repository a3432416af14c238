//! How a recording begins: there is room for it, or there is no session.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use hub::{NotRecorded, Opening, Recorder, RecordingRule, ScreenKind};
use recording::{Facts, Header, Writer};
use wire::desktop::Extent;
use wire::live::Size;

use super::script::Script;
use super::tape::{Begun, Held, Tape};
use super::{Archive, Inner};
use crate::audit::{Action, Event, subject};

/// Why a recording could not be begun.
enum Trouble {
    /// Too little space is left: nothing is recorded, and so nothing that is to be recorded happens.
    Full { free: u64, needed: u64 },
    /// The files cannot be made.
    Files(std::io::Error),
}

#[async_trait]
impl hub::Archive for Archive {
    async fn begin(&self, opening: &Opening) -> Result<Option<Box<dyn Recorder>>, NotRecorded> {
        if opening.recording == RecordingRule::Off {
            return Ok(None);
        }
        let (inner, opening) = (Arc::clone(&self.inner), opening.clone());
        let required = opening.recording == RecordingRule::Required;
        let session = opening.session.id;
        let subject = subject(&opening.session);
        let about = subject.clone();
        let made = self.inner.runtime.spawn_blocking(move || begin(&inner, &opening, about));
        let trouble = match made.await {
            Ok(Ok(held)) => return Ok(Some(Box::new(held))),
            Ok(Err(trouble)) => trouble,
            Err(_) => return Err(NotRecorded("the server is stopping".into())),
        };
        let event = Event::new(Action::Recording, "recorder").on(subject).session(session);
        match trouble {
            Trouble::Full { free, needed } => {
                tracing::error!(
                    free,
                    needed,
                    "a session is refused: the disk of the recordings is nearly full"
                );
                Err(NotRecorded(format!(
                    "only {} MiB are free for recordings and {} are needed; ask an administrator",
                    free >> 20,
                    needed >> 20
                )))
            }
            Trouble::Files(error) => {
                tracing::error!(%error, %session, required, "a recording cannot be begun");
                self.inner.journal.note(event.detail("could not be begun"));
                if required {
                    return Err(NotRecorded("its recording cannot be begun; ask an administrator".into()));
                }
                Ok(None)
            }
        }
    }
}

fn begin(inner: &Inner, opening: &Opening, subject: String) -> Result<Held, Trouble> {
    let open = inner.shelf.open();
    let (free, needed) = (free_bytes(&open).map_err(Trouble::Files)?, inner.limits.min_free);
    if free < needed {
        return Err(Trouble::Full { free, needed });
    }
    let header = header(opening, &subject);
    let writer = Writer::create(&open, &header, Arc::clone(&inner.signer)).map_err(Trouble::Files)?;
    let begun = Begun {
        session: opening.session.id,
        subject,
        required: opening.recording == RecordingRule::Required,
        writer,
        script: Script::new(opening.screen, opening.keys),
    };
    Ok(Held(Tape::new(begun, inner)))
}

fn header(opening: &Opening, title: &str) -> Header {
    let session = opening.session.clone();
    let size = match opening.screen {
        ScreenKind::Terminal(size) | ScreenKind::Log(size) | ScreenKind::Text(size) => size,
        ScreenKind::None | ScreenKind::Picture(_) => Size::DEFAULT,
    };
    let picture = match opening.screen {
        ScreenKind::Picture(extent) => Some(Extent::clamped(extent.width.into(), extent.height.into())),
        _ => None,
    };
    Header {
        size,
        picture,
        terminal: None,
        title: title.to_owned(),
        facts: Facts {
            session: session.id,
            user: session.user,
            full_name: session.full_name,
            device: session.device,
            client: session.client,
            node: session.node,
            kind: session.kind,
            agent: session.agent,
            account: session.account_name,
            service_url: session.service_url,
            started_at: session.started_at,
        },
    }
}

/// Bytes that are free for this program on the file system of a folder.
fn free_bytes(folder: &Path) -> std::io::Result<u64> {
    let about = rustix::fs::statvfs(folder)?;
    Ok(about.f_bavail.saturating_mul(about.f_frsize))
}
