//! Text between a person's clipboard and the desktop's: each transfer is noted, and none happens where it may not.

use std::time::Duration;

use hub::{Mark, MarkKind};
use tokio::time::Instant;
use wire::live::LiveFrame;

use super::{Outcome, Relay, Session};
use crate::clipboard::TooLong;
use crate::hands::Who;
use crate::stage::Undrawable;
use crate::teller::say;
use crate::words;
use crate::{Clipped, Way};

/// How long a desktop has to take notice of a text; what is typed afterwards, which may paste it, waits so long.
const SETTLED_WITHIN: Duration = Duration::from_secs(1);

impl Relay<'_> {
    /// A piece of text for the desktop's clipboard.
    pub(super) fn clip(&mut self, who: Who, by: Option<&str>, text: &str, more: bool) -> Result<(), Outcome> {
        let open = self.session.open;
        let tell = |line: String| {
            if who == Who::Owner {
                say(open, line);
            }
        };
        let text = match self.clipboard.piece(who, text, more) {
            None => return Ok(()),
            Some(_) if !self.session.rules.clipboard => {
                tell(words::NO_CLIPBOARD.into());
                return Ok(());
            }
            Some(Err(TooLong)) => {
                tell(words::too_long());
                return Ok(());
            }
            Some(Ok(text)) => text,
        };
        let characters = text.chars().count();
        match self.clipboard.offer(&mut self.stage.active, text) {
            None => tell(words::CLIPBOARD_NOT_READY.into()),
            Some(offered) => {
                self.outbox.send(offered.map_err(Undrawable::from)?);
                self.offered = Some(Instant::now() + SETTLED_WITHIN);
                self.note_clip(by, Way::In, characters);
            }
        }
        Ok(())
    }

    /// What the desktop says about its clipboard.
    pub(super) fn attend(&mut self) -> Result<(), Outcome> {
        if !self.session.rules.clipboard || !self.stage.is_active() {
            return Ok(());
        }
        let attended = self.clipboard.attend(&mut self.stage.active).map_err(Undrawable::from)?;
        attended.answers.into_iter().for_each(|answer| self.outbox.send(answer));
        if attended.settled {
            self.offered = None;
        }
        for text in attended.texts {
            match text {
                Ok(text) => {
                    self.note_clip(None, Way::Out, text.chars().count());
                    self.session.open.tell_owner(&LiveFrame::Clip(text));
                }
                Err(TooLong) => say(self.session.open, words::too_long()),
            }
        }
        Ok(())
    }

    fn note_clip(&self, by: Option<&str>, way: Way, characters: usize) {
        let Session { shared, visit, open, connection, .. } = self.session;
        open.mark(Mark {
            kind: MarkKind::Note,
            by: by.unwrap_or_default().to_owned(),
            text: words::clipped(way == Way::In, characters),
        });
        let clipped = Clipped {
            session: open.id(),
            user: visit.user.clone(),
            from: visit.from,
            account: format!("{}@{}", connection.login, connection.agent_name),
            by: by.map(str::to_owned),
            way,
            characters,
        };
        shared.office.tell(|directory| directory.clipped(clipped));
    }
}
