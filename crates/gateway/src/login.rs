//! The user name that a client sends, read: `USER:LOGIN@AGENT`, or `USER` alone. Pure.

/// What the part after the user's name asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Nothing: the person picks an account.
    Pick,
    /// One account.
    Account {
        /// Login on the agent; may hold `@` and `:`.
        login: String,
        /// Name of the agent.
        agent: String,
    },
    /// Something that names no account.
    Malformed,
}

/// A sign-in name, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// Name of the user; never holds `:`.
    pub user: String,
    /// What they want to connect to.
    pub wish: Wish,
}

impl Login {
    /// Takes `USER[:LOGIN@AGENT]` apart: the user ends at the first `:`, the agent starts after the
    /// last `@`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let Some((user, account)) = text.split_once(':') else {
            return Self { user: text.into(), wish: Wish::Pick };
        };
        Self { user: user.into(), wish: Wish::account(account) }
    }
}

impl Wish {
    /// Reads `LOGIN@AGENT`.
    #[must_use]
    pub fn account(text: &str) -> Self {
        match text.rsplit_once('@') {
            Some((login, agent)) if !login.is_empty() && !agent.is_empty() => {
                Self::Account { login: login.into(), agent: agent.into() }
            }
            _ => Self::Malformed,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Login, Wish};

    fn account(user: &str, login: &str, agent: &str) -> Login {
        Login { user: user.into(), wish: Wish::Account { login: login.into(), agent: agent.into() } }
    }

    #[test]
    fn names_are_taken_apart() {
        let cases = [
            ("alice", Login { user: "alice".into(), wish: Wish::Pick }),
            ("alice@corp", Login { user: "alice@corp".into(), wish: Wish::Pick }),
            ("alice:root@db-1", account("alice", "root", "db-1")),
            ("alice:CORP\\bob@example.com@db-1", account("alice", "CORP\\bob@example.com", "db-1")),
            ("alice@corp:root@db-1", account("alice@corp", "root", "db-1")),
            ("alice:a:b@db-1", account("alice", "a:b", "db-1")),
            ("alice:", Login { user: "alice".into(), wish: Wish::Malformed }),
            ("alice:root", Login { user: "alice".into(), wish: Wish::Malformed }),
            ("alice:root@", Login { user: "alice".into(), wish: Wish::Malformed }),
            ("alice:@db-1", Login { user: "alice".into(), wish: Wish::Malformed }),
            ("", Login { user: String::new(), wish: Wish::Pick }),
        ];
        for (text, login) in cases {
            assert_eq!(Login::parse(text), login, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_was_put_together_comes_apart(
            user in "[^:]{0,12}",
            login in ".{1,12}",
            agent in "[^@]{1,12}",
        ) {
            prop_assert_eq!(Login::parse(&format!("{user}:{login}@{agent}")), account(&user, &login, &agent));
        }

        #[test]
        fn any_text_is_read(text in "\\PC{0,40}") {
            let login = Login::parse(&text);
            prop_assert!(!login.user.contains(':'));
            if let Wish::Account { login, agent } = login.wish {
                prop_assert!(!agent.contains('@'));
                let ending = format!(":{login}@{agent}");
                prop_assert!(text.ends_with(&ending));
            }
        }
    }
}
