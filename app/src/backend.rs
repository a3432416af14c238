//! What the pages ask of the server, as one trait that the server implements.

use async_trait::async_trait;
use http::request::Parts;
use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};
use wire::{AccountId, End, Millis, Rights, Session, SessionId};

use crate::table::Sheet;

/// The signed-in person, as the page's frame shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// Name of the user.
    pub name: String,
    /// Full name; empty when not known.
    pub full_name: String,
    /// Name of their role.
    pub role: String,
    /// Whether they may read the audit.
    pub reads_audit: bool,
    /// The stored arrangement of the sessions table (JSON of `table::Arrangement`), if one was kept.
    pub layout: Option<String>,
    /// That of the access log.
    pub log_layout: Option<String>,
}

/// What a request to end a session came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    /// The session has ended.
    Ended(End),
    /// Only its source can end it; it was asked and has not answered yet.
    Asked,
    /// Its source will not, for this reason.
    Refused(String),
}

/// One session as its own page needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Its attributes.
    pub session: Session,
    /// What the viewer may do.
    pub rights: Rights,
    /// Why the viewer may not watch it although it is open, in words; none when they may.
    pub refusal: Option<String>,
    /// How it ended, when it has.
    pub ended: Option<End>,
}

impl Shown {
    /// Whether there is a recording that the viewer may see.
    #[must_use]
    pub(crate) const fn has_replay(&self) -> bool {
        self.rights.replay && self.session.recorded
    }
}

/// Which events of the audit; what is empty filters nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AuditQuery {
    /// Done by this actor.
    pub actor: String,
    /// This action.
    pub action: String,
    /// With this text in its subject.
    pub subject: String,
    /// On the session of this id.
    pub session: String,
    /// From this day on, `2026-11-23` in UTC.
    pub from: String,
    /// To the end of this day.
    pub until: String,
    /// Before the event of this number.
    pub before: Option<i64>,
}

/// One event of the audit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEvent {
    /// Its place, counted from the first event of all.
    pub number: i64,
    /// When.
    pub at: Millis,
    /// Who did it.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// To whom or what.
    pub subject: String,
    /// On which session.
    pub session: Option<SessionId>,
    /// From which address.
    pub device: Option<String>,
    /// Everything else, in words.
    pub detail: String,
}

/// A page of the audit, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPage {
    /// Its events.
    pub events: Vec<AuditEvent>,
    /// Whether there are older ones.
    pub more: bool,
    /// Every action that can be asked for.
    pub actions: Vec<String>,
}

/// Which sessions of the access log; what is empty filters nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogQuery {
    /// Of this user.
    pub user: String,
    /// Of this type.
    #[serde(rename = "type")]
    pub kind: String,
    /// On this account: `LOGIN`, or `LOGIN@AGENT`.
    pub account: String,
    /// On this agent.
    pub agent: String,
    /// `open`, or `ended`.
    pub state: String,
    /// Opened on this day or later, `2026-11-23`.
    pub from: String,
    /// Opened on this day or earlier.
    pub until: String,
    /// The time zone of those days, `Europe/Paris`; UTC when empty.
    pub zone: String,
    /// Before the session at this place, as the page before named it.
    pub before: String,
}

impl LogQuery {
    /// Everything that it asks for, by name; without where it begins.
    #[must_use]
    pub fn filters(&self) -> [(&'static str, &str); 8] {
        let days = !(self.from.is_empty() && self.until.is_empty());
        [
            ("user", &self.user),
            ("type", &self.kind),
            ("account", &self.account),
            ("agent", &self.agent),
            ("state", &self.state),
            ("from", &self.from),
            ("until", &self.until),
            ("zone", if days { &self.zone } else { "" }),
        ]
    }
}

/// One session of the access log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// Its attributes.
    pub session: Session,
    /// How it ended, when it has.
    pub ended: Option<End>,
    /// Names of those who have watched it.
    pub watched_by: Vec<String>,
    /// Whether the viewer may watch it now.
    pub watch: bool,
}

/// A page of the access log, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPage {
    /// Its sessions.
    pub entries: Vec<LogEntry>,
    /// Where the next page begins, if there is one; for [`LogQuery::before`].
    pub older: Option<String>,
    /// When it was read.
    pub now: Millis,
}

/// What is noted about a file of rows; what is empty is not said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportNote {
    /// The filter in words.
    pub filter: String,
    /// How many rows.
    pub rows: u32,
    /// The headings of its columns, in their order.
    pub columns: String,
    /// The name that the file was given.
    pub file: String,
    /// The SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
}

/// One saved view of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether everybody sees it.
    pub shared: bool,
    /// Whether this person saved it.
    pub mine: bool,
    /// Whether this person may change, rename and delete it.
    pub may_change: bool,
    /// The name of who saved it.
    pub by: String,
    /// JSON of `table::Arrangement`.
    pub value: String,
}

/// The saved views that a person sees, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Views {
    /// The views.
    pub views: Vec<SavedView>,
    /// Whether this person may share views with everybody.
    pub may_share: bool,
}

/// How an account's agent is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountKind {
    /// By SSH: the page can be its terminal.
    Terminal,
    /// By RDP: the page can be its desktop.
    Desktop,
    /// With a client of PostgreSQL.
    Database,
    /// A web application, by its own address.
    Application,
}

/// An account that a person may connect to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MyAccount {
    /// Its id.
    pub id: AccountId,
    /// Login on the agent.
    pub login: String,
    /// Name of the agent.
    pub agent: String,
    /// Display name of the agent.
    pub display_name: String,
    /// URL of the agent.
    pub service_url: String,
    /// How the agent is reached.
    pub kind: AccountKind,
    /// Whether they own it, beside using it.
    pub owner: bool,
}

/// Where a gateway listens, as people reach it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
}

/// What a person may connect to, and what they have open in pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MyAccounts {
    /// The name of the person.
    pub user: String,
    /// The accounts, by agent and login.
    pub accounts: Vec<MyAccount>,
    /// Sessions of this sign-in whose terminal or desktop is a page, each with its account.
    pub terminals: Vec<(SessionId, AccountId)>,
    /// The SSH gateway.
    pub ssh: Gate,
    /// The PostgreSQL gateway, when it is on.
    pub postgres: Option<Gate>,
}

/// Why a call came to nothing; each is shown to the person as it reads.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum BackendError {
    /// Nobody is signed in, or no longer.
    #[error("you are signed out")]
    SignedOut,
    /// There is no such thing for this person.
    #[error("there is no such session")]
    NotFound,
    /// The person may see it, not do it.
    #[error("{0}")]
    Refused(String),
    /// The server could not; the log knows more.
    #[error("the server could not do that: try again")]
    Failed,
    /// The server did not answer, or not in words that this page knows.
    #[error("the server does not answer: check the connection and try again")]
    Unreachable,
}

impl FromServerFnError for BackendError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Deserialization(_) => Self::Unreachable,
            _ => Self::Failed,
        }
    }
}

/// The server, as the pages see it. `parts` are those of the request: they carry the sign-in.
#[async_trait]
pub trait Backend: Send + Sync + 'static {
    /// Who is signed in; `None` sends the page to the sign-in page.
    async fn me(&self, parts: &Parts) -> Result<Option<Me>, BackendError>;

    /// One session, open or ended.
    async fn session(&self, parts: &Parts, id: SessionId) -> Result<Shown, BackendError>;

    /// The accounts that this person may connect to.
    async fn accounts(&self, parts: &Parts) -> Result<MyAccounts, BackendError>;

    /// Ends a session with a reason; the row has ended when this returns, unless only its source can end it.
    async fn terminate(&self, parts: &Parts, id: SessionId, reason: String) -> Result<Ending, BackendError>;

    /// Keeps the layout of a table for this person.
    async fn save_layout(&self, parts: &Parts, sheet: Sheet, layout: String) -> Result<(), BackendError>;

    /// Keeps how the pages are to look for this person; `look` is the text of a `look::Look`.
    async fn save_look(&self, parts: &Parts, look: String) -> Result<(), BackendError>;

    /// The saved views of a table: this person's and the shared ones.
    async fn views(&self, parts: &Parts, sheet: Sheet) -> Result<Views, BackendError>;

    /// Saves a view under a new name, or the one of an id anew; the answer is its id.
    async fn save_view(
        &self,
        parts: &Parts,
        sheet: Sheet,
        id: Option<String>,
        name: String,
        value: String,
    ) -> Result<String, BackendError>;

    /// Gives a saved view another name.
    async fn rename_view(&self, parts: &Parts, id: String, name: String) -> Result<(), BackendError>;

    /// Shows a saved view to everybody, or no longer.
    async fn share_view(&self, parts: &Parts, id: String, shared: bool) -> Result<(), BackendError>;

    /// Deletes a saved view.
    async fn delete_view(&self, parts: &Parts, id: String) -> Result<(), BackendError>;

    /// A page of the audit; not found for those who may not read it.
    async fn audit(&self, parts: &Parts, query: AuditQuery) -> Result<AuditPage, BackendError>;

    /// A page of the access log, of the sessions that this person may see.
    async fn access_log(&self, parts: &Parts, query: LogQuery) -> Result<LogPage, BackendError>;

    /// Takes note that this person exported rows of a table as CSV.
    async fn note_export(&self, parts: &Parts, sheet: Sheet, note: ExportNote) -> Result<(), BackendError>;
}
