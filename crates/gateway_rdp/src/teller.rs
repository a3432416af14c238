//! Tells the person in a session what others do in it: beside the picture, where their page shows it.

use hub::{Directive, Notice, OpenSession};
use wire::live::LiveFrame;

use crate::words;

/// Tells all that there is to tell; whether a watcher's control has ended meanwhile, who may still hold something.
#[must_use]
pub(crate) fn tell(open: &OpenSession) -> bool {
    let mut let_go = false;
    while let Some(directive) = open.directive() {
        match directive {
            Directive::LetGo => let_go = true,
            Directive::Bell => say(open, words::IN_VAIN.into()),
            Directive::Ask(question) => {
                open.tell_owner(&LiveFrame::Asks(Some((question.id, words::question(&question)))));
            }
            Directive::Tell(notice) => {
                if matches!(notice, Notice::Answered { .. } | Notice::Withdrawn { .. }) {
                    open.tell_owner(&LiveFrame::Asks(None));
                }
                if let Some(line) = words::notice(&notice) {
                    say(open, line);
                }
            }
        }
    }
    let_go
}

/// Tells the person a sentence.
pub(crate) fn say(open: &OpenSession, line: String) {
    open.tell_owner(&LiveFrame::Told(line));
}
