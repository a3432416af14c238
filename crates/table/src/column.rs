//! The columns of both tables: one enum, with everything that is known about a column in one place.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use wire::{Attributes, Millis};

/// One column of the sessions table, the access log or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// Name of the user, with the full name beside it.
    User,
    /// IP address that they connected from.
    Device,
    /// Host where the session was started.
    Client,
    /// When it was opened.
    StartDate,
    /// What kind of connection it is.
    Type,
    /// Port of the host where it was started.
    Port,
    /// What it is connected to.
    ServiceUrl,
    /// Login on the agent.
    AccountName,
    /// Where it ends.
    ServiceProvider,
    /// Full name of the user.
    FullName,
    /// Name of the agent.
    Agent,
    /// The nodes that the agent is reached through.
    JumpServerGroup,
    /// How many people watch.
    Watchers,
    /// For how long nothing has moved.
    Idle,
    /// The node that holds it.
    Node,
    /// Its id.
    SessionId,
    /// When it ended.
    Ended,
    /// How long it was open.
    Duration,
    /// Why it ended, who is behind that and what they gave as the reason.
    EndReason,
    /// Who has watched it.
    WatchedBy,
}

/// How a column's values are drawn, compared and exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name, with its owner's picture.
    Person,
    /// Words.
    Text,
    /// An address or an id, in the fixed-width font.
    Code,
    /// A number.
    Number,
    /// A point in time.
    Time,
    /// A length of time that grows.
    Age,
    /// A session type.
    Badge,
}

/// What a column's value is, for sorting and export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Text from outside.
    Text(Cow<'a, str>),
    /// A number.
    Number(u64),
    /// A point in time.
    At(Millis),
    /// The moment that a growing length of time counts from.
    Since(Millis),
    /// No number, where others have one.
    Nothing,
}

struct Facts {
    label: &'static str,
    class: &'static str,
    kind: Kind,
}

impl Column {
    /// Every column of the sessions table, in the order in which they are on offer.
    pub const ALL: [Self; 16] = [
        Self::User,
        Self::Device,
        Self::Client,
        Self::StartDate,
        Self::Type,
        Self::Port,
        Self::ServiceUrl,
        Self::AccountName,
        Self::ServiceProvider,
        Self::FullName,
        Self::Agent,
        Self::JumpServerGroup,
        Self::Watchers,
        Self::Idle,
        Self::Node,
        Self::SessionId,
    ];

    /// Every column of the access log, in the order in which they are on offer.
    pub const LOG: [Self; 18] = [
        Self::User,
        Self::Device,
        Self::Client,
        Self::StartDate,
        Self::Type,
        Self::Port,
        Self::ServiceUrl,
        Self::AccountName,
        Self::ServiceProvider,
        Self::Ended,
        Self::Duration,
        Self::EndReason,
        Self::WatchedBy,
        Self::FullName,
        Self::Agent,
        Self::JumpServerGroup,
        Self::Node,
        Self::SessionId,
    ];

    const fn facts(self) -> Facts {
        let (label, class, kind) = match self {
            Self::User => ("User", "c-user", Kind::Person),
            Self::Device => ("Device", "c-device", Kind::Code),
            Self::Client => ("Client", "c-client", Kind::Text),
            Self::StartDate => ("Start date", "c-start", Kind::Time),
            Self::Type => ("Type", "c-type", Kind::Badge),
            Self::Port => ("Port", "c-port", Kind::Number),
            Self::ServiceUrl => ("Service URL", "c-url", Kind::Code),
            Self::AccountName => ("Account name", "c-account", Kind::Text),
            Self::ServiceProvider => ("Service provider", "c-provider", Kind::Text),
            Self::FullName => ("Full name", "c-full-name", Kind::Text),
            Self::Agent => ("Agent", "c-agent", Kind::Text),
            Self::JumpServerGroup => ("Jump server group", "c-group", Kind::Text),
            Self::Watchers => ("Watchers", "c-watchers", Kind::Number),
            Self::Idle => ("Idle", "c-idle", Kind::Age),
            Self::Node => ("Node", "c-node", Kind::Text),
            Self::SessionId => ("Session id", "c-id", Kind::Code),
            Self::Ended => ("Ended", "c-ended", Kind::Time),
            Self::Duration => ("Duration", "c-duration", Kind::Number),
            Self::EndReason => ("End reason", "c-reason", Kind::Text),
            Self::WatchedBy => ("Watched by", "c-watched-by", Kind::Text),
        };
        Facts { label, class, kind }
    }

    /// Its heading.
    #[must_use]
    pub const fn label(self) -> &'static str {
        self.facts().label
    }

    /// The class that gives its cells their width.
    #[must_use]
    pub const fn class(self) -> &'static str {
        self.facts().class
    }

    /// The column of a class.
    #[must_use]
    pub fn of_class(class: &str) -> Option<Self> {
        Self::ALL.into_iter().chain(Self::LOG).find(|column| column.class() == class)
    }

    /// How its values are drawn.
    #[must_use]
    pub const fn kind(self) -> Kind {
        self.facts().kind
    }

    /// The value that a session has in it; empty for what only the access log knows.
    #[must_use]
    pub fn value<'a>(self, session: &Attributes<'a>) -> Value<'a> {
        let text = |text| Value::Text(Cow::Borrowed(text));
        match self {
            Self::User => text(session.user),
            Self::Device => text(session.device),
            Self::Client => text(session.client),
            Self::StartDate => Value::At(session.started_at),
            Self::Type => text(session.kind.as_str()),
            // Whoever comes to a workstation comes by none.
            Self::Port if session.port == 0 => Value::Nothing,
            Self::Port => Value::Number(session.port.into()),
            Self::ServiceUrl => text(session.service_url),
            Self::AccountName => text(session.account_name),
            Self::ServiceProvider => text(session.service_provider),
            Self::FullName => text(session.full_name),
            Self::Agent => text(session.agent.unwrap_or("")),
            Self::JumpServerGroup => text(session.jump_server_group.unwrap_or("")),
            Self::Watchers => Value::Number(session.watchers.into()),
            Self::Idle => Value::Since(session.last_active_at),
            Self::Node => text(session.node),
            Self::SessionId => Value::Text(Cow::Owned(session.id.to_string())),
            Self::Ended | Self::Duration | Self::EndReason | Self::WatchedBy => text(""),
        }
    }
}
