//! Who may do what: one function from viewer, privilege and session to a permission value.
//!
//! An action takes the [`Permit`] as its argument and nothing else makes one, so no path can skip
//! the check.

use std::collections::HashSet;
use std::marker::PhantomData;

use wire::{AccountId, Rights, SessionId, UserId};

use crate::{Facts, WatchPolicy};

/// How far a privilege reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Nowhere.
    #[default]
    None,
    /// Sessions on accounts that the viewer owns, and the viewer's own sessions.
    Own,
    /// Every session.
    All,
}

/// A role's scope for each privilege.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes {
    /// See open sessions and access logs.
    pub see: Scope,
    /// Watch a live screen.
    pub watch: Scope,
    /// Type into it, send messages, pause input.
    pub control: Scope,
    /// End it.
    pub terminate: Scope,
    /// Replay its recording.
    pub replay: Scope,
    /// Read the audit.
    pub read_audit: Scope,
    /// Manage users, roles, agents, groups and accounts.
    pub manage: Scope,
}

impl Scopes {
    /// Everything, everywhere.
    pub const ALL: Self = Self {
        see: Scope::All,
        watch: Scope::All,
        control: Scope::All,
        terminate: Scope::All,
        replay: Scope::All,
        read_audit: Scope::All,
        manage: Scope::All,
    };
}

/// The person (or the command line) that asks.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// Id of the user; none for the command line on the node itself.
    pub user_id: Option<UserId>,
    /// Name of the user.
    pub name: String,
    /// Full name; empty when not known.
    pub full_name: String,
    /// What the user's role allows.
    pub scopes: Scopes,
    /// Accounts on which the user holds the `owner` grant.
    pub owned: HashSet<AccountId>,
}

impl Viewer {
    /// Who holds the data folder holds everything in it: the command line on the node.
    #[must_use]
    pub fn command_line() -> Self {
        Self {
            user_id: None,
            name: "command line".into(),
            full_name: String::new(),
            scopes: Scopes::ALL,
            owned: HashSet::new(),
        }
    }

    fn is(&self, user: Option<UserId>) -> bool {
        user.is_some() && self.user_id == user
    }

    fn owns(&self, account: Option<AccountId>) -> bool {
        account.is_some_and(|account| self.owned.contains(&account))
    }
}

/// A privilege that is asked for one session.
pub trait Privilege {
    /// Its words, for a refusal.
    const NAME: &'static str;
    /// Whether "own" includes sessions that the viewer opened. For watching, control and replay it
    /// means other people's sessions on accounts that the viewer owns.
    const OWN_SESSIONS: bool;
    /// The role's scope for it.
    fn scope(scopes: &Scopes) -> Scope;
}

macro_rules! privilege {
    ($(#[$doc:meta])* $name:ident, $words:literal, $field:ident, $own:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub enum $name {}

        impl Privilege for $name {
            const NAME: &'static str = $words;
            const OWN_SESSIONS: bool = $own;

            fn scope(scopes: &Scopes) -> Scope {
                scopes.$field
            }
        }
    };
}

privilege!(
    /// See the session in lists and logs.
    See, "see", see, true
);
privilege!(
    /// Watch its live screen.
    Watch, "watch", watch, false
);
privilege!(
    /// Type into it, send messages, pause input.
    Control, "control", control, false
);
privilege!(
    /// End it.
    Terminate, "terminate", terminate, true
);
privilege!(
    /// Replay its recording.
    Replay, "replay", replay, false
);
privilege!(
    /// Read the audit (no session).
    ReadAudit, "read the audit", read_audit, false
);
privilege!(
    /// Manage users, roles, agents, groups and accounts (no session).
    Manage, "manage", manage, false
);

/// Proof that a viewer may do `P` to one session (or, without a session, at all).
#[derive(Debug)]
pub struct Permit<P> {
    session: Option<SessionId>,
    viewer: Viewer,
    privilege: PhantomData<fn() -> P>,
}

impl<P> Permit<P> {
    /// The session that it is for; none for a privilege without a session.
    #[must_use]
    pub const fn session(&self) -> Option<SessionId> {
        self.session
    }

    /// Who it was given to.
    #[must_use]
    pub const fn viewer(&self) -> &Viewer {
        &self.viewer
    }
}

/// Why there is no permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The viewer may not see the session: for them it does not exist.
    #[error("there is no such session")]
    Unknown,
    /// The viewer's role does not allow it.
    #[error("your role does not allow you to {0} this session")]
    Forbidden(&'static str),
}

/// The one check. `facts` are those of the session.
///
/// # Errors
/// [`Refusal::Unknown`] when the viewer may not even see the session.
pub fn permit<P: Privilege>(viewer: &Viewer, facts: &Facts) -> Result<Permit<P>, Refusal> {
    if !reaches::<See>(viewer, facts) {
        return Err(Refusal::Unknown);
    }
    if !reaches::<P>(viewer, facts) {
        return Err(Refusal::Forbidden(P::NAME));
    }
    Ok(Permit { session: Some(facts.session), viewer: viewer.clone(), privilege: PhantomData })
}

/// The check for a privilege that is about no session.
///
/// # Errors
/// When the viewer's role does not give it everywhere.
pub fn permit_global<P: Privilege>(viewer: &Viewer) -> Result<Permit<P>, Refusal> {
    if P::scope(&viewer.scopes) < Scope::All {
        return Err(Refusal::Forbidden(P::NAME));
    }
    Ok(Permit { session: None, viewer: viewer.clone(), privilege: PhantomData })
}

fn reaches<P: Privilege>(viewer: &Viewer, facts: &Facts) -> bool {
    let mine = viewer.is(facts.user);
    if P::OWN_SESSIONS && mine {
        return true;
    }
    match P::scope(&viewer.scopes) {
        Scope::All => true,
        Scope::Own => viewer.owns(facts.account) && !mine,
        Scope::None => false,
    }
}

/// Which sessions a viewer may see, for lists that are too long to be asked one by one. Whoever reads such
/// a list takes one as an argument; [`reach`] alone makes it.
#[derive(Clone, Debug)]
pub struct Reach(Extent);

/// What a [`Reach`] holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Every session.
    All,
    /// The sessions of this user and those on these accounts.
    Own {
        /// The viewer; none for one that is no user.
        user: Option<UserId>,
        /// Accounts whose sessions the viewer may see, in no particular order, each once.
        accounts: Vec<AccountId>,
    },
}

impl Reach {
    /// How far it goes.
    #[must_use]
    pub const fn extent(&self) -> &Extent {
        &self.0
    }

    /// Whether it goes as far as the session of these facts.
    #[must_use]
    pub fn includes(&self, facts: &Facts) -> bool {
        match &self.0 {
            Extent::All => true,
            Extent::Own { user, accounts } => {
                (user.is_some() && *user == facts.user)
                    || facts.account.is_some_and(|account| accounts.contains(&account))
            }
        }
    }
}

/// The sessions that [`permit`] lets the viewer see.
#[must_use]
pub fn reach(viewer: &Viewer) -> Reach {
    Reach(match viewer.scopes.see {
        Scope::All => Extent::All,
        Scope::Own => Extent::Own { user: viewer.user_id, accounts: viewer.owned.iter().copied().collect() },
        Scope::None => Extent::Own { user: viewer.user_id, accounts: Vec::new() },
    })
}

/// Whether a watch policy stands against watching, for a viewer whose role allows it.
///
/// # Errors
/// A covert account needs the privilege for all sessions. Consent is asked for by watching.
pub(crate) fn policy_allows(permit: &Permit<Watch>, facts: &Facts) -> Result<(), Refusal> {
    policy(&permit.viewer, facts)
}

/// What the viewer may do with a session that has a `screen` or not, by the rules of [`permit`] and
/// the watch policy: for showing, not for acting. `None` when they may not see it.
#[must_use]
pub fn rights(viewer: &Viewer, facts: &Facts, screen: bool) -> Option<Rights> {
    reaches::<See>(viewer, facts).then(|| Rights {
        watch: screen && reaches::<Watch>(viewer, facts) && policy(viewer, facts).is_ok(),
        control: screen && reaches::<Control>(viewer, facts) && policy(viewer, facts).is_ok(),
        terminate: reaches::<Terminate>(viewer, facts),
        replay: reaches::<Replay>(viewer, facts),
        owned: facts.account.is_some_and(|account| viewer.owned.contains(&account)),
    })
}

fn policy(viewer: &Viewer, facts: &Facts) -> Result<(), Refusal> {
    match facts.policy {
        WatchPolicy::Announced | WatchPolicy::Consent => Ok(()),
        WatchPolicy::Covert if viewer.scopes.watch == Scope::All => Ok(()),
        WatchPolicy::Covert => Err(Refusal::Forbidden(Watch::NAME)),
    }
}
