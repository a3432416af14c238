//! One session as the table holds it: its text in one piece, so that a hundred thousand take little room and are
//! quick to search.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

use wire::{Attributes, End, EndAsked, Millis, Rights, Session, SessionId, SessionType};

use super::{Column, Value};

/// The texts of a session, in the order of [`Row::texts`].
const TEXTS: usize = 10;
/// Its user's name among them.
const USER: usize = 0;

/// One session as the table holds it. Never changed: a change puts another in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its id.
    pub id: SessionId,
    /// What kind of connection it is.
    pub kind: SessionType,
    /// When it was opened.
    pub started_at: Millis,
    /// When it was last active.
    pub last_active_at: Millis,
    /// How many people have its screen open.
    pub watchers: u32,
    /// Whether a request to end it waits for its source.
    pub end_asked: EndAsked,
    /// Whether its user is as a source has reported it.
    pub user_reported: bool,
    /// What the viewer may do with it.
    pub rights: Rights,
    /// How it ended, for the seconds that it stays as a tombstone.
    pub ended: Option<Box<End>>,
    recorded: bool,
    has_agent: bool,
    has_group: bool,
    port: u16,
    /// Where each text begins and ends in `text`.
    spans: [(u32, u32); TEXTS],
    /// So much of `text` is what the filter box looks in.
    haystack: u32,
    /// First every word and number in lower case, one value a line, so that no word is found across two values;
    /// then those values that read differently.
    text: Arc<str>,
}

impl Row {
    /// The row of a session; `buffer` is only there to be used again.
    pub(crate) fn new(session: &Attributes<'_>, rights: Rights, buffer: &mut String) -> Arc<Self> {
        buffer.clear();
        let texts = Self::texts(session);
        let mut spans = [(0, 0); TEXTS];
        let mut differ = [false; TEXTS];
        for ((text, span), differs) in texts.iter().zip(&mut spans).zip(&mut differ) {
            let start = buffer.len();
            push_lower(buffer, text);
            *differs = buffer[start..] != **text;
            *span = (offset(start), offset(buffer.len()));
            buffer.push('\n');
        }
        // Writing into a String cannot fail.
        let _ = write!(buffer, "{}\n{}\n", session.port, session.id);
        push_lower(buffer, session.kind.as_str());
        buffer.push('\n');
        let haystack = offset(buffer.len());
        for ((text, span), differs) in texts.iter().zip(&mut spans).zip(differ) {
            if differs {
                let start = buffer.len();
                buffer.push_str(text);
                *span = (offset(start), offset(buffer.len()));
            }
        }
        Arc::new(Self {
            id: session.id,
            kind: session.kind,
            started_at: session.started_at,
            last_active_at: session.last_active_at,
            watchers: session.watchers,
            end_asked: session.end_asked,
            user_reported: session.user_reported,
            rights,
            ended: None,
            recorded: session.recorded,
            has_agent: session.agent.is_some(),
            has_group: session.jump_server_group.is_some(),
            port: session.port,
            spans,
            haystack,
            text: buffer.as_str().into(),
        })
    }

    fn texts<'s>(session: &Attributes<'s>) -> [&'s str; TEXTS] {
        [
            session.user,
            session.full_name,
            session.device,
            session.client,
            session.service_url,
            session.account_name,
            session.service_provider,
            session.node,
            session.agent.unwrap_or(""),
            session.jump_server_group.unwrap_or(""),
        ]
    }

    /// The value that it has in a column; of all that it is, nothing else is looked at.
    #[must_use]
    pub fn value(&self, column: Column) -> Value<'_> {
        match text_of(column) {
            Some(nth) => Value::Text(Cow::Borrowed(self.text(nth))),
            None => column.value(&self.without_texts()),
        }
    }

    /// Name of its user.
    #[must_use]
    pub fn user(&self) -> &str {
        self.text(USER)
    }

    fn text(&self, nth: usize) -> &str {
        let (start, end) = self.spans[nth];
        &self.text[start as usize..end as usize]
    }

    /// Its attributes.
    #[must_use]
    pub fn shown(&self) -> Attributes<'_> {
        let [
            user,
            full_name,
            device,
            client,
            service_url,
            account_name,
            service_provider,
            node,
            agent,
            jump_server_group,
        ] = self.spans.map(|(start, end)| &self.text[start as usize..end as usize]);
        Attributes {
            user,
            full_name,
            device,
            client,
            service_url,
            account_name,
            service_provider,
            agent: self.has_agent.then_some(agent),
            jump_server_group: self.has_group.then_some(jump_server_group),
            node,
            ..self.without_texts()
        }
    }

    /// Its attributes, with every text empty.
    const fn without_texts(&self) -> Attributes<'static> {
        Attributes {
            id: self.id,
            user: "",
            full_name: "",
            device: "",
            client: "",
            started_at: self.started_at,
            kind: self.kind,
            port: self.port,
            service_url: "",
            account_name: "",
            service_provider: "",
            agent: None,
            jump_server_group: None,
            watchers: self.watchers,
            last_active_at: self.last_active_at,
            node: "",
            recorded: self.recorded,
            user_reported: self.user_reported,
            end_asked: self.end_asked,
        }
    }

    /// Its session, as a copy.
    #[must_use]
    pub fn session(&self) -> Session {
        self.shown().to_session()
    }

    /// What the filter box looks in.
    pub(crate) fn haystack(&self) -> &str {
        &self.text[..self.haystack as usize]
    }
}

/// Which of a row's texts a column shows.
const fn text_of(column: Column) -> Option<usize> {
    match column {
        Column::User => Some(USER),
        Column::FullName => Some(1),
        Column::Device => Some(2),
        Column::Client => Some(3),
        Column::ServiceUrl => Some(4),
        Column::AccountName => Some(5),
        Column::ServiceProvider => Some(6),
        Column::Node => Some(7),
        Column::Agent => Some(8),
        Column::JumpServerGroup => Some(9),
        _ => None,
    }
}

/// Appends a text in lower case.
fn push_lower(buffer: &mut String, text: &str) {
    if text.is_ascii() {
        let start = buffer.len();
        buffer.push_str(text);
        buffer[start..].make_ascii_lowercase();
    } else {
        buffer.push_str(&text.to_lowercase());
    }
}

/// A place in a row's text.
fn offset(at: usize) -> u32 {
    u32::try_from(at).expect("a session came in one message, which is shorter")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::fixture::session;
    use super::*;

    proptest! {
        /// A row says what its session does, and is found by every word of it.
        #[test]
        fn a_row_is_its_session(
            texts in prop::collection::vec("\\PC{0,12}", TEXTS),
            agent in any::<bool>(),
            group in any::<bool>(),
            port in prop_oneof![Just(0), any::<u16>()],
        ) {
            let session = Session {
                user: texts[0].clone(),
                full_name: texts[1].clone(),
                device: texts[2].clone(),
                client: texts[3].clone(),
                service_url: texts[4].clone(),
                account_name: texts[5].clone(),
                service_provider: texts[6].clone(),
                node: texts[7].clone(),
                agent: agent.then(|| texts[8].clone()),
                jump_server_group: group.then(|| texts[9].clone()),
                port,
                ..session(1)
            };
            let row = Row::new(&(&session).into(), Rights::default(), &mut String::new());
            prop_assert_eq!(row.session(), session.clone());
            for column in Column::ALL.into_iter().chain(Column::LOG) {
                prop_assert_eq!(row.value(column), column.value(&(&session).into()), "{:?}", column);
            }
            for text in Row::texts(&(&session).into()) {
                prop_assert!(row.haystack().contains(&text.to_lowercase()));
            }
            prop_assert!(row.haystack().contains(&session.id.to_string()));
        }
    }
}
