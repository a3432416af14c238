//! A directory and a ledger in memory.

use std::collections::HashMap;
use std::sync::Mutex;

use async_trait::async_trait;
use gateway::{Connection, DirectoryError, HostKeyCheck, Refused, Targets};
use gateway_rdp::{Clipped, Directory, Rules};
use hub::{Ledger, LedgerError, Opening};
use wire::{AccountId, AgentId, End, SessionId, UserId};

/// Accounts, their rules, pinned certificates; and what was noted.
#[derive(Default)]
pub(crate) struct Book {
    pub(crate) accounts: Mutex<Vec<(Connection, Rules)>>,
    pub(crate) pinned: Mutex<HashMap<AgentId, String>>,
    pub(crate) refused: Mutex<Vec<Refused>>,
    pub(crate) clipped: Mutex<Vec<Clipped>>,
}

#[async_trait]
impl Targets for Book {
    async fn connection(
        &self,
        _: UserId,
        login: &str,
        agent: &str,
    ) -> Result<Option<Connection>, DirectoryError> {
        let accounts = self.accounts.lock().unwrap();
        let found = accounts.iter().find(|(known, _)| known.login == login && known.agent_name == agent);
        Ok(found.map(|(connection, _)| connection.clone()))
    }

    async fn check_host_key(&self, agent: AgentId, key: &str) -> Result<HostKeyCheck, DirectoryError> {
        let mut pinned = self.pinned.lock().unwrap();
        let known = pinned.entry(agent).or_insert_with(|| key.to_owned());
        Ok(if known == key { HostKeyCheck::Known } else { HostKeyCheck::Changed { pinned: known.clone() } })
    }

    async fn refused(&self, refused: Refused) {
        self.refused.lock().unwrap().push(refused);
    }
}

#[async_trait]
impl Directory for Book {
    async fn rules(&self, account: AccountId) -> Result<Rules, DirectoryError> {
        let accounts = self.accounts.lock().unwrap();
        let found = accounts.iter().find(|(known, _)| known.account == account);
        found.map(|(_, rules)| *rules).ok_or_else(|| DirectoryError("no such account".into()))
    }

    fn clipped(&self, clipped: Clipped) {
        self.clipped.lock().unwrap().push(clipped);
    }
}

/// Every session that was written down, with its end.
#[derive(Default)]
pub(crate) struct Rows(Mutex<Vec<(Opening, Option<End>)>>);

impl Rows {
    pub(crate) fn all(&self) -> Vec<(Opening, Option<End>)> {
        self.0.lock().unwrap().clone()
    }

    /// The end of the only session, if it has one.
    pub(crate) fn end(&self) -> Option<End> {
        let all = self.all();
        assert_eq!(all.len(), 1, "one session");
        all[0].1.clone()
    }
}

#[async_trait]
impl Ledger for Rows {
    async fn opened(&self, opening: &Opening, _recorded: bool) -> Result<(), LedgerError> {
        self.0.lock().unwrap().push((opening.clone(), None));
        Ok(())
    }

    fn ended(&self, session: SessionId, end: &End) {
        let mut rows = self.0.lock().unwrap();
        let row = rows.iter_mut().find(|(opening, _)| opening.session.id == session).expect("a row");
        assert!(row.1.is_none(), "a session ends once");
        row.1 = Some(end.clone());
    }
}
