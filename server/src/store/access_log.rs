//! The access log: every session, newest first, page by page.
//!
//! A page is found by walking one index backwards from where the page before ended. Which one is decided
//! here and not by the planner, which knows nothing of the values: see [`Search::masked`].

use hub::{Extent, Reach};
use sqlx::Row;
use wire::{AccountId, Millis, SessionId, SessionType, UserId};

use super::session_rows::columns;
use super::{SessionRow, Store, StoreError};
use crate::names;

/// Accounts whose rows one statement brings together: SQLite allows 500 parts.
const ACCOUNTS_AT_ONCE: usize = 50;
/// Newest first.
const ORDER: &str = "ORDER BY started_at DESC, id DESC";

/// Which sessions; what is `None` or empty filters nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// Opened at this time or later.
    pub from: Option<Millis>,
    /// Opened before this time.
    pub until: Option<Millis>,
    /// Of this type.
    pub kind: Option<SessionType>,
    /// Of the user of this name, whatever its case.
    pub user: String,
    /// On an account: `LOGIN`, or `LOGIN@AGENT`.
    pub account: String,
    /// On the agent of this name, whatever its case.
    pub agent: String,
    /// Open ones, ended ones or both.
    pub state: LogState,
}

/// Whether sessions are open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogState {
    /// Open and ended ones.
    #[default]
    All,
    /// Open ones.
    Open,
    /// Ended ones.
    Ended,
}

/// A session's place in the log: by its start, then by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogPlace {
    /// When it was opened.
    pub started_at: Millis,
    /// Its id.
    pub id: SessionId,
}

impl LogPlace {
    /// Where a row stands.
    #[must_use]
    pub const fn of(row: &SessionRow) -> Self {
        Self { started_at: row.session.started_at, id: row.session.id }
    }
}

impl Store {
    /// The last sessions within a viewer's reach that a filter lets through, newest first: those before
    /// `before`, if given.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn access_log(
        &self,
        reach: &Reach,
        filter: &LogFilter,
        before: Option<LogPlace>,
        limit: u32,
    ) -> Result<Vec<SessionRow>, StoreError> {
        let Some(search) = self.search(filter, before).await? else { return Ok(Vec::new()) };
        match reach.extent() {
            Extent::All => search.with(&[Owner::Anybody], limit).rows(self).await,
            Extent::Own { user, accounts } => {
                let mut owners: Vec<Owner> = user.iter().map(|user| Owner::User(*user)).collect();
                owners.extend(accounts.iter().map(|account| Owner::Account(*account)));
                let mut rows: Vec<SessionRow> = Vec::new();
                for owners in owners.chunks(ACCOUNTS_AT_ONCE) {
                    rows.extend(search.with(owners, limit).rows(self).await?);
                }
                rows.sort_by_key(|row| std::cmp::Reverse(LogPlace::of(row)));
                rows.dedup_by_key(|row| row.session.id);
                rows.truncate(limit as usize);
                Ok(rows)
            }
        }
    }

    /// Looks the names of a filter up; `None` when nothing can be found by it.
    async fn search(
        &self,
        filter: &LogFilter,
        before: Option<LogPlace>,
    ) -> Result<Option<Search>, StoreError> {
        let mut search = Search { from: filter.from, before, state: filter.state, ..Search::default() };
        // The nearer end alone: with two of them an index may be walked from the farther one.
        search.until = filter.until.filter(|until| before.is_none_or(|before| *until <= before.started_at));
        if search.until.is_some() {
            search.before = None;
        }
        search.kind = filter.kind;
        if !filter.user.is_empty() {
            search.user =
                self.known("SELECT id AS known FROM users WHERE name_key = $1", &filter.user).await?;
            if search.user.is_none() {
                // A name that only sources have reported.
                search.reported = Some(filter.user.clone());
            }
        }
        if !filter.agent.is_empty() {
            search.agent =
                Some(self.agent_name(&filter.agent).await?.unwrap_or_else(|| filter.agent.clone()));
        }
        if !filter.account.is_empty() {
            // A login may hold an `@` itself.
            let (login, on) = match filter.account.rsplit_once('@') {
                Some((login, agent)) => (login, self.agent_name(agent).await?),
                None => ("", None),
            };
            match on {
                Some(on) if search.agent.as_ref().is_some_and(|agent| *agent != on) => return Ok(None),
                Some(on) => (search.login, search.agent) = (Some(login.into()), Some(on)),
                None => search.login = Some(filter.account.clone()),
            }
        }
        Ok(Some(search))
    }

    async fn agent_name(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.known("SELECT name AS known FROM agents WHERE name_key = $1", name).await
    }

    async fn known(&self, sql: &'static str, name: &str) -> Result<Option<String>, StoreError> {
        let row = sqlx::query(sql).bind(names::key(name)).fetch_optional(&self.pool).await?;
        Ok(row.map(|row| row.try_get("known")).transpose()?)
    }
}

/// A filter in the words of the rows.
#[derive(Clone, Debug, Default)]
struct Search {
    from: Option<Millis>,
    until: Option<Millis>,
    before: Option<LogPlace>,
    kind: Option<SessionType>,
    user: Option<String>,
    reported: Option<String>,
    login: Option<String>,
    agent: Option<String>,
    state: LogState,
}

/// Whose rows one part of a statement reads.
#[derive(Clone, Copy, Debug)]
enum Owner {
    Anybody,
    User(UserId),
    Account(AccountId),
}

/// A column that is compared with a text, in the order in which they lead to few rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Owner,
    LoginOnAgent,
    User,
    Reported,
    Agent,
    Login,
    Kind,
    Open,
}

impl Search {
    /// The index that rows of `owner` are read from; every other test is written so that no index serves
    /// it. Without this SQLite takes whichever index was made last, and reads a million rows of one type
    /// to find the few of one user.
    fn key(&self, owner: Owner) -> Option<Key> {
        match owner {
            Owner::User(_) | Owner::Account(_) => return Some(Key::Owner),
            Owner::Anybody => {}
        }
        [
            (self.state == LogState::Open, Key::Open),
            (self.login.is_some() && self.agent.is_some(), Key::LoginOnAgent),
            (self.user.is_some(), Key::User),
            (self.reported.is_some(), Key::Reported),
            (self.agent.is_some(), Key::Agent),
            (self.login.is_some(), Key::Login),
            (self.kind.is_some(), Key::Kind),
        ]
        .into_iter()
        .find_map(|(given, key)| given.then_some(key))
    }

    /// The statement for the rows of `owners`. Ids come first, from the indexes alone where those hold all
    /// that is looked at: only the rows of the page are read whole.
    fn with(&self, owners: &[Owner], limit: u32) -> Statement {
        let mut binds = Binds::default();
        let mut parts = Vec::with_capacity(owners.len());
        for (at, owner) in owners.iter().enumerate() {
            let tests = self.tests(*owner, &mut binds);
            let wanted =
                if tests.is_empty() { String::new() } else { format!("WHERE {} ", tests.join(" AND ")) };
            parts.push(format!(
                "SELECT * FROM (SELECT started_at, id FROM sessions {wanted}{ORDER} LIMIT {limit}) AS part{at}"
            ));
        }
        // UNION: a session of the viewer's own on an account of theirs is found twice.
        let sql = format!(
            concat!(
                "SELECT ",
                columns!(),
                " FROM sessions WHERE id IN (SELECT id FROM ({}) AS parts {} LIMIT {}) {}"
            ),
            parts.join(" UNION "),
            ORDER,
            limit,
            ORDER
        );
        Statement { sql, binds }
    }

    fn tests(&self, owner: Owner, binds: &mut Binds) -> Vec<String> {
        let chosen = self.key(owner);
        let mut tests = Vec::new();
        match owner {
            Owner::Anybody => {}
            Owner::User(user) => tests.push(format!("user_id = {}", binds.text(user.to_string()))),
            Owner::Account(account) => {
                tests.push(format!("account_id = {}", binds.text(account.to_string())));
            }
        }
        let on_agent = chosen == Some(Key::LoginOnAgent);
        for (column, value, plain) in [
            ("user_id", self.user.as_deref(), chosen == Some(Key::User)),
            ("user_name", self.reported.as_deref(), chosen == Some(Key::Reported)),
            ("agent", self.agent.as_deref(), on_agent || chosen == Some(Key::Agent)),
            ("account_name", self.login.as_deref(), on_agent || chosen == Some(Key::Login)),
            ("type", self.kind.map(SessionType::as_str), chosen == Some(Key::Kind)),
        ] {
            if let Some(value) = value {
                let bind = binds.text(value.to_owned());
                tests.push(if plain { format!("{column} = {bind}") } else { Self::masked(column, &bind) });
            }
        }
        if self.reported.is_some() {
            tests.push("user_id IS NULL".into());
        }
        match self.state {
            LogState::All => {}
            LogState::Open => tests.push("ended_at IS NULL".into()),
            LogState::Ended => tests.push("ended_at IS NOT NULL".into()),
        }
        if let Some(from) = self.from {
            tests.push(format!("started_at >= {}", binds.number(from)));
        }
        if let Some(until) = self.until {
            tests.push(format!("started_at < {}", binds.number(until)));
        }
        if let Some(before) = self.before {
            let (at, id) = (binds.number(before.started_at), binds.text(before.id.to_string()));
            tests.push(format!("(started_at, id) < ({at}, {id})"));
        }
        tests
    }

    /// A test that no index serves.
    fn masked(column: &str, bind: &str) -> String {
        format!("COALESCE({column}, '') = {bind}")
    }
}

#[derive(Clone, Debug)]
enum Bind {
    Text(String),
    Number(i64),
}

/// What was typed, beside the statement that names it by number.
#[derive(Clone, Debug, Default)]
struct Binds(Vec<Bind>);

impl Binds {
    fn text(&mut self, text: String) -> String {
        self.0.push(Bind::Text(text));
        format!("${}", self.0.len())
    }

    fn number(&mut self, at: Millis) -> String {
        self.0.push(Bind::Number(at.0));
        format!("${}", self.0.len())
    }
}

/// Made of names of columns, numbers and the two lists above: nothing that somebody typed is in its text.
#[derive(Clone, Debug)]
struct Statement {
    sql: String,
    binds: Binds,
}

impl Statement {
    async fn rows(self, store: &Store) -> Result<Vec<SessionRow>, StoreError> {
        let mut query = sqlx::query(sqlx::AssertSqlSafe(self.sql));
        for bind in self.binds.0 {
            query = match bind {
                Bind::Text(text) => query.bind(text),
                Bind::Number(number) => query.bind(number),
            };
        }
        query.fetch_all(&store.pool).await?.iter().map(SessionRow::from_row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sql(search: &Search) -> String {
        let sql = search.with(&[Owner::Anybody], 9).sql;
        let (_, tests) = sql.split_once("id FROM sessions ").expect("a table");
        let (tests, _) = tests.split_once("ORDER BY").expect("an order");
        tests.trim_end().to_owned()
    }

    #[test]
    fn one_index_serves_and_everything_else_is_masked() {
        let mut search = Search { kind: Some(SessionType::PamSsh), ..Search::default() };
        assert_eq!(sql(&search), "WHERE type = $1");
        search.login = Some("root".into());
        assert_eq!(sql(&search), "WHERE account_name = $1 AND COALESCE(type, '') = $2");
        search.user = Some("0199".into());
        assert_eq!(
            sql(&search),
            "WHERE user_id = $1 AND COALESCE(account_name, '') = $2 AND COALESCE(type, '') = $3"
        );
        search.agent = Some("db-1".into());
        assert_eq!(
            sql(&search),
            "WHERE COALESCE(user_id, '') = $1 AND agent = $2 AND account_name = $3 AND COALESCE(type, '') = $4"
        );
        search.state = LogState::Open;
        assert!(sql(&search).contains("COALESCE(agent, '') = $2"), "{}", sql(&search));
        assert_eq!(sql(&Search::default()), "");
    }

    #[test]
    fn what_was_typed_is_never_in_the_statement() {
        let odd = "'; DROP TABLE sessions; --";
        let search = Search { login: Some(odd.into()), agent: Some(odd.into()), ..Search::default() };
        let statement = search.with(&[Owner::Anybody], 9);
        assert!(!statement.sql.contains("DROP"));
        assert_eq!(statement.binds.0.len(), 2);
    }
}
