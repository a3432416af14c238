//! Audit events: who did what to whom in Sightline itself.

pub(crate) mod chain;

use std::fmt;
use std::net::IpAddr;

use uuid::Uuid;
use wire::{Millis, Session, SessionId, UserId};

/// What was done; [`Action::as_str`] is what the table keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Somebody signed in.
    SignIn,
    /// A sign-in was refused.
    SignInFailed,
    /// Sign-ins by a user or from an address are refused for a while.
    SignInThrottled,
    /// Somebody signed out.
    SignOut,
    /// The first user was made with the one-time link.
    SetUp,
    /// A user was added.
    UserAdded,
    /// A user was disabled.
    UserDisabled,
    /// A user's password was set.
    PasswordSet,
    /// An agent was added.
    AgentAdded,
    /// An application's addresses, or who may sign in to it, were changed.
    AgentChanged,
    /// An account was added.
    AccountAdded,
    /// An account's watch policy or recording rule was changed.
    AccountChanged,
    /// An account, or an application, was given another secret.
    SecretSet,
    /// A grant was given.
    GrantAdded,
    /// A grant was taken.
    GrantRemoved,
    /// An API token was made.
    TokenAdded,
    /// An API token was revoked.
    TokenRevoked,
    /// An agent's host key was pinned at first use.
    HostKeyPinned,
    /// An agent showed another host key than the pinned one.
    HostKeyChanged,
    /// A connection was refused or failed after sign-in.
    ConnectionRefused,
    /// A live session was watched; the detail says for how many seconds.
    Watched,
    /// A watcher had the control lease; the detail says how, and for how many seconds.
    Controlled,
    /// A watcher sent the person in the session a message, which is the detail.
    Message,
    /// A watcher paused the input of the person in the session.
    InputPaused,
    /// It went on.
    InputResumed,
    /// The person in the session did not let somebody watch.
    WatchRefused,
    /// Text went from clipboard to clipboard in a session; the detail says which way, and how much.
    Clipboard,
    /// A session was ended by somebody.
    Terminated,
    /// A session's source was asked to end it.
    TerminateAsked,
    /// The source would not end it; the detail says why.
    TerminateRefused,
    /// The source has not answered in its time.
    TerminateUnanswered,
    /// Rows, or a recording, were exported.
    Exported,
    /// A recording was replayed.
    Replayed,
    /// A recording was removed because of its age or for want of space, or could not be written on.
    Recording,
    /// An application was told that a session on it has ended, and took it.
    ApplicationTold,
    /// An application could not be told; the detail says why.
    ApplicationNotTold,
    /// A key that signs ID tokens was made, and the one before it signs no more.
    SigningKeyMade,
    /// A saved view was shared with everybody.
    ViewShared,
    /// A shared view was changed, renamed, or is no longer shared.
    ViewChanged,
    /// A shared view was deleted.
    ViewDeleted,
}

impl Action {
    /// Every action, in the order in which people look for them.
    pub const ALL: [Self; 40] = [
        Self::SignIn,
        Self::SignInFailed,
        Self::SignInThrottled,
        Self::SignOut,
        Self::SetUp,
        Self::Watched,
        Self::WatchRefused,
        Self::Controlled,
        Self::Message,
        Self::InputPaused,
        Self::InputResumed,
        Self::Clipboard,
        Self::Terminated,
        Self::TerminateAsked,
        Self::TerminateRefused,
        Self::TerminateUnanswered,
        Self::ApplicationTold,
        Self::ApplicationNotTold,
        Self::Exported,
        Self::Replayed,
        Self::Recording,
        Self::ConnectionRefused,
        Self::HostKeyPinned,
        Self::HostKeyChanged,
        Self::UserAdded,
        Self::UserDisabled,
        Self::PasswordSet,
        Self::AgentAdded,
        Self::AgentChanged,
        Self::AccountAdded,
        Self::AccountChanged,
        Self::SecretSet,
        Self::GrantAdded,
        Self::GrantRemoved,
        Self::TokenAdded,
        Self::TokenRevoked,
        Self::SigningKeyMade,
        Self::ViewShared,
        Self::ViewChanged,
        Self::ViewDeleted,
    ];

    /// The action in words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::SignInFailed => "sign-in failed",
            Self::SignInThrottled => "sign-in throttled",
            Self::SignOut => "sign-out",
            Self::SetUp => "set-up",
            Self::UserAdded => "user added",
            Self::UserDisabled => "user disabled",
            Self::PasswordSet => "password set",
            Self::AgentAdded => "agent added",
            Self::AgentChanged => "agent changed",
            Self::AccountAdded => "account added",
            Self::AccountChanged => "account changed",
            Self::SecretSet => "secret set",
            Self::GrantAdded => "grant added",
            Self::GrantRemoved => "grant removed",
            Self::TokenAdded => "token added",
            Self::TokenRevoked => "token revoked",
            Self::HostKeyPinned => "host key pinned",
            Self::HostKeyChanged => "host key changed",
            Self::ConnectionRefused => "connection refused",
            Self::Watched => "watched",
            Self::WatchRefused => "watch refused",
            Self::Controlled => "control",
            Self::Message => "message",
            Self::InputPaused => "input paused",
            Self::InputResumed => "input resumed",
            Self::Clipboard => "clipboard",
            Self::Terminated => "terminated",
            Self::TerminateAsked => "terminate asked",
            Self::TerminateRefused => "terminate refused",
            Self::TerminateUnanswered => "terminate unanswered",
            Self::Exported => "exported",
            Self::Replayed => "replayed",
            Self::Recording => "recording",
            Self::ApplicationTold => "application told",
            Self::ApplicationNotTold => "application not told",
            Self::SigningKeyMade => "signing key made",
            Self::ViewShared => "view shared",
            Self::ViewChanged => "view changed",
            Self::ViewDeleted => "view deleted",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One event, made with [`Event::new`] and the methods after it.
#[derive(Clone, Debug)]
pub struct Event {
    /// Names it; UUIDv7.
    pub id: Uuid,
    /// When.
    pub at: Millis,
    /// Who; a name, or `command line`.
    pub actor: String,
    /// The actor's id, when a user.
    pub actor_id: Option<UserId>,
    /// What.
    pub action: Action,
    /// To whom or what: a user's name, `LOGIN@AGENT`, an agent.
    pub subject: String,
    /// Which session.
    pub session: Option<SessionId>,
    /// From where.
    pub device: Option<IpAddr>,
    /// Everything else, in words.
    pub detail: String,
}

impl Event {
    /// `actor` did `action`, now.
    #[must_use]
    pub fn new(action: Action, actor: impl Into<String>) -> Self {
        Self {
            id: Uuid::now_v7(),
            at: Millis::now(),
            actor: actor.into(),
            actor_id: None,
            action,
            subject: String::new(),
            session: None,
            device: None,
            detail: String::new(),
        }
    }

    /// An event whose actor is the command line on the node.
    #[must_use]
    pub fn by_command_line(action: Action) -> Self {
        Self::new(action, hub::Viewer::command_line().name)
    }

    /// The actor is this user.
    #[must_use]
    pub const fn by_user(mut self, id: UserId) -> Self {
        self.actor_id = Some(id);
        self
    }

    /// To whom or what it was done.
    #[must_use]
    pub fn on(mut self, subject: impl Into<String>) -> Self {
        self.subject = subject.into();
        self
    }

    /// On which session.
    #[must_use]
    pub const fn session(mut self, session: SessionId) -> Self {
        self.session = Some(session);
        self
    }

    /// From which address.
    #[must_use]
    pub const fn from(mut self, device: IpAddr) -> Self {
        self.device = Some(device);
        self
    }

    /// Everything else, in words.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }
}

/// A session as an event names it: whose, and on what.
#[must_use]
pub fn subject(session: &Session) -> String {
    match &session.agent {
        Some(agent) => format!("{}: {}@{agent}", session.user, session.account_name),
        None => format!("{}: {}", session.user, session.kind),
    }
}
