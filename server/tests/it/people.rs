//! What the store's tests begin with: users, an agent, an account, sessions.

use hub::{Facts, KeysRule, Opening, RecordingRule, ScreenKind, WatchPolicy};
use server::audit::{Action, Event};
use server::store::{
    AccountRow, DesktopRules, GrantKind, NewAccount, NewAgent, NewUser, SecretKind, Store, User,
};
use wire::live::Size;
use wire::{AccountId, EndAsked, Millis, Session, SessionId, SessionType};

pub(crate) const NODE: &str = "gw-1";
pub(crate) const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ9Jt4wUwFd6dfbZ0hAL8WVO1RcYFXdfCHBn0T0KXwhY";
pub(crate) const OTHER_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHUtpFhFJhrTzKCb2XGmAoJLIMs9LQBKyMgZOeGGTaxT";

pub(crate) fn new_user(name: &str, role: &str) -> NewUser {
    NewUser { name: name.into(), role: role.into(), password_hash: "hash".into(), ..NewUser::default() }
}

pub(crate) async fn user(store: &Store, name: &str) -> User {
    let event = Event::by_command_line(Action::UserAdded);
    store.add_user(new_user(name, "user"), event).await.expect("added")
}

/// Adds the account and, if need be, its agent.
pub(crate) async fn account(store: &Store, login: &str, agent: &str) -> AccountRow {
    if store.expect_agent(agent).await.is_err() {
        let new = NewAgent {
            name: agent.into(),
            display_name: String::new(),
            url: format!("ssh://{agent}:22").parse().expect("a good address"),
            group: Some("inner".into()),
            host_key: None,
            application: None,
        };
        store.add_agent(new, Event::by_command_line(Action::AgentAdded)).await.expect("added");
    }
    let new = NewAccount {
        id: AccountId::generate(),
        login: login.into(),
        agent: agent.into(),
        kind: SecretKind::Password,
        sealed: "sealed".into(),
        policy: WatchPolicy::Announced,
        recording: RecordingRule::Wanted,
        desktop: DesktopRules::default(),
    };
    store.add_account(new, Event::by_command_line(Action::AccountAdded)).await.expect("added");
    store.expect_account(login, agent).await.expect("there")
}

pub(crate) async fn grant(store: &Store, user: &User, kind: GrantKind, account: &AccountRow) {
    store.add_grant(user, kind, account, Event::by_command_line(Action::GrantAdded)).await.expect("granted");
}

pub(crate) fn opening(user: &User, account: Option<&AccountRow>) -> Opening {
    let id = SessionId::generate();
    let now = Millis::now();
    Opening {
        session: Session {
            id,
            user: user.name.clone(),
            full_name: user.full_name.clone(),
            device: "192.0.2.7".into(),
            client: NODE.into(),
            started_at: now,
            kind: if account.is_some() { SessionType::PamSsh } else { SessionType::Console },
            port: 2222,
            service_url: "ssh://db-1:22".into(),
            account_name: account.map_or_else(|| user.name.clone(), |account| account.login.clone()),
            service_provider: "db-1".into(),
            agent: account.map(|account| account.agent.clone()),
            jump_server_group: None,
            watchers: 0,
            last_active_at: now,
            node: NODE.into(),
            recorded: false,
            user_reported: false,
            end_asked: EndAsked::No,
        },
        facts: Facts {
            session: id,
            user: Some(user.id),
            account: account.map(|account| account.id),
            policy: WatchPolicy::Announced,
        },
        screen: if account.is_some() { ScreenKind::Terminal(Size::DEFAULT) } else { ScreenKind::None },
        recording: RecordingRule::Wanted,
        keys: KeysRule::Masked,
    }
}
