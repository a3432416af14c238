//! How an account is connected to: in the page, with a command, or at an address.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::backend::{AccountKind, Gate, MyAccount, MyAccounts};
use crate::clipboard::copied;
use crate::text::{percent_encoded, visible};
use crate::words::{fill, words};

/// How long "Copied" stands, in milliseconds: long enough to be read.
const COPIED_MS: u32 = 2_000;
/// The database that a command names: nearly every server has it.
const DATABASE: &str = "postgres";

/// What leads to an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// The page's own terminal, or a command for one of their own.
    Terminal {
        /// The command.
        command: String,
    },
    /// The page's own desktop.
    Desktop,
    /// A command.
    Command(String),
    /// An address.
    Link(String),
    /// Nothing now: its gateway is off.
    None,
}

/// The way to an account.
pub(super) fn way(found: &MyAccounts, account: &MyAccount) -> Way {
    let user = format!("{}:{}@{}", found.user, account.login, account.agent);
    match (account.kind, &found.postgres) {
        (AccountKind::Terminal, _) => Way::Terminal { command: ssh(&found.ssh, &user) },
        (AccountKind::Desktop, _) => Way::Desktop,
        (AccountKind::Database, Some(gate)) => Way::Command(psql(gate, &user)),
        (AccountKind::Database, None) => Way::None,
        (AccountKind::Application, _) if is_web(&account.service_url) => {
            Way::Link(account.service_url.clone())
        }
        (AccountKind::Application, _) => Way::None,
    }
}

/// A link leads nowhere else: an address of another kind could be a script.
fn is_web(address: &str) -> bool {
    address.starts_with("https://") || address.starts_with("http://")
}

fn ssh(gate: &Gate, user: &str) -> String {
    // A program on the command line takes an IPv6 address without brackets.
    let host = gate.host.trim_start_matches('[').trim_end_matches(']');
    format!("ssh -p {} {}", gate.port, quoted(&format!("{user}@{host}")))
}

fn psql(gate: &Gate, user: &str) -> String {
    let Gate { host, port } = gate;
    format!("psql \"postgresql://{}@{host}:{port}/{DATABASE}\"", percent_encoded(user))
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./-_".contains(c);
    if word.chars().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// Copies a command; says it, too, where it is the only way.
#[component]
pub(super) fn Copy(command: String, account: String, #[prop(optional)] shown: bool) -> AnyView {
    let words = &words().accounts;
    let said = RwSignal::new(words.copy);
    let label = fill(words.copy_for, &[("account", &account)]);
    let text = visible(&command).into_owned();
    let title = text.clone();
    let command = StoredValue::new(command);
    let copy = move |_| {
        spawn_local(async move {
            let done = copied(&command.get_value()).await;
            // The page may have been left meanwhile.
            said.try_set(if done { words.copied } else { words.not_copied });
            TimeoutFuture::new(COPIED_MS).await;
            said.try_set(words.copy);
        });
    };
    view! {
        {shown.then(|| view! { <code class="accounts-command">{text}</code> })}
        <button type="button" class="btn" aria-label=label title=title on:click=copy>
            <span aria-live="polite">{said}</span>
        </button>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(login: &str, agent: &str, kind: AccountKind, url: &str) -> (MyAccounts, MyAccount) {
        let account = MyAccount {
            id: "0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000".parse().unwrap(),
            login: login.into(),
            agent: agent.into(),
            display_name: String::new(),
            service_url: url.into(),
            kind,
            owner: false,
        };
        let gate = |port| Gate { host: "gate.example".into(), port };
        let found = MyAccounts {
            user: "alice".into(),
            accounts: vec![account.clone()],
            terminals: Vec::new(),
            ssh: gate(2222),
            postgres: Some(gate(15432)),
        };
        (found, account)
    }

    #[test]
    fn each_kind_has_its_way() {
        for (login, kind, url, expected) in [
            (
                "root",
                AccountKind::Terminal,
                "ssh://db-1:22",
                Way::Terminal { command: "ssh -p 2222 alice:root@db-1@gate.example".into() },
            ),
            (
                r"CORP\bob's",
                AccountKind::Terminal,
                "ssh://db-1:22",
                Way::Terminal { command: r"ssh -p 2222 'alice:CORP\bob'\''s@db-1@gate.example'".into() },
            ),
            (
                "app",
                AccountKind::Database,
                "postgres://db-1:5432",
                Way::Command("psql \"postgresql://alice%3Aapp%40db-1@gate.example:15432/postgres\"".into()),
            ),
            (
                "$(reboot)\"",
                AccountKind::Database,
                "postgres://db-1:5432",
                Way::Command(
                    "psql \"postgresql://alice%3A%24%28reboot%29%22%40db-1@gate.example:15432/postgres\""
                        .into(),
                ),
            ),
            ("clerk", AccountKind::Desktop, "rdp://desk-1:3389", Way::Desktop),
            (
                "clerk",
                AccountKind::Application,
                "https://wiki.example",
                Way::Link("https://wiki.example".into()),
            ),
            ("clerk", AccountKind::Application, "javascript:alert(1)", Way::None),
        ] {
            let (found, account) = found(login, "db-1", kind, url);
            assert_eq!(way(&found, &account), expected);
        }
        let (mut found, account) = found("app", "db-1", AccountKind::Database, "postgres://db-1:5432");
        found.postgres = None;
        assert_eq!(way(&found, &account), Way::None);
    }
}
