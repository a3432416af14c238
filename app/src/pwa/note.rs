//! What a notification says: who, from where, on what. Text from outside is made visible in it.

use wire::{Session, SessionId};

use crate::text::{count, visible};
use crate::words::{fill, words};

/// Sessions that a summary names; the others it counts.
const NAMED: usize = 3;
/// Longest part that comes from outside, in letters: a notification has little room.
const LONGEST: usize = 80;

/// A session that opened, in the words of the notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Opening {
    id: SessionId,
    user: String,
    account: String,
    device: String,
    what: String,
}

impl Opening {
    /// The words for a session.
    pub(super) fn of(session: &Session) -> Self {
        let account = match &session.agent {
            Some(agent) => format!("{}@{agent}", session.account_name),
            None => session.account_name.clone(),
        };
        Self {
            id: session.id,
            user: shown(&session.user),
            account: shown(&account),
            device: shown(&session.device),
            what: format!("{}, {}", session.kind, shown(&session.service_provider)),
        }
    }
}

/// One notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Note {
    /// Its first line.
    pub(super) title: String,
    /// All else.
    pub(super) body: String,
    /// The page that a click opens.
    pub(super) path: String,
    /// Two with the same are one.
    pub(super) tag: String,
}

/// One notification for all that opened within a moment; none for nothing.
pub(super) fn note(opened: &[Opening]) -> Option<Note> {
    let words = &words().pwa;
    match opened {
        [] => None,
        [only] => Some(Note {
            title: fill(words.opened, &[("user", &only.user), ("account", &only.account)]),
            body: format!("{}\n{}", fill(words.from, &[("device", &only.device)]), only.what),
            path: format!("/sessions/{}", only.id),
            tag: format!("session-{}", only.id),
        }),
        [first, ..] => {
            let named = opened.iter().take(NAMED);
            let mut lines: Vec<_> = named
                .map(|Opening { user, account, device, .. }| {
                    fill(words.one_of_them, &[("user", user), ("account", account), ("device", device)])
                })
                .collect();
            if opened.len() > NAMED {
                lines.push(fill(words.more, &[("n", &count(opened.len() - NAMED))]));
            }
            Some(Note {
                title: fill(words.several, &[("n", &count(opened.len()))]),
                body: lines.join("\n"),
                path: "/sessions".into(),
                tag: format!("sessions-{}", first.id),
            })
        }
    }
}

/// Text from outside, made visible, and not longer than there is room.
fn shown(text: &str) -> String {
    let text = visible(text);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{id, session};
    use super::*;

    #[test]
    fn one_session_says_who_where_and_what() {
        let opening = Session {
            user: "ali\u{202e}ce".into(),
            account_name: "root".into(),
            agent: Some("db-1".into()),
            device: "10.0.0.1\n".into(),
            service_provider: "Orders".into(),
            ..session(1)
        };
        let note = note(&[Opening::of(&opening)]).expect("a note");
        assert_eq!(note.title, "ali⟨U+202E⟩ce opened root@db-1");
        assert_eq!(note.body, format!("From 10.0.0.1␊\n{}, Orders", opening.kind));
        assert_eq!(note.path, format!("/sessions/{}", id(1)));
    }

    #[test]
    fn several_are_summed_up_in_one() {
        let openings: Vec<_> = (1..=5).map(|nth| Opening::of(&session(nth))).collect();
        let note = note(&openings).expect("a note");
        assert_eq!(note.title, "5 sessions opened on your accounts");
        assert_eq!(note.body.lines().count(), 4);
        assert!(note.body.ends_with("and 2 more"), "{}", note.body);
        assert_eq!(note.path, "/sessions");
    }

    #[test]
    fn nothing_makes_no_note_and_long_names_are_cut() {
        assert_eq!(note(&[]), None);
        let long = Session { user: "x".repeat(10_000), ..session(1) };
        assert_eq!(Opening::of(&long).user.chars().count(), LONGEST + 1);
    }
}
