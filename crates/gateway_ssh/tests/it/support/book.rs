//! A directory in memory.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;

use async_trait::async_trait;
use gateway_ssh::{
    Account, Connection, Directory, DirectoryError, HostKeyCheck, Refused, SignIn, Targets, User, keys,
};
use wire::{AgentId, UserId};

/// A user with one password and some keys.
pub(crate) struct Person {
    pub(crate) user: User,
    pub(crate) password: String,
    pub(crate) keys: Vec<String>,
}

/// Users, accounts, pinned keys; and what was asked of it.
#[derive(Default)]
pub(crate) struct Book {
    pub(crate) people: Mutex<Vec<Person>>,
    /// Accounts, with the users who may connect to each.
    pub(crate) accounts: Mutex<Vec<(Connection, Vec<UserId>)>>,
    pub(crate) pinned: Mutex<HashMap<AgentId, String>>,
    pub(crate) refused: Mutex<Vec<Refused>>,
    pub(crate) throttled: Mutex<bool>,
    /// What fails, in words.
    pub(crate) broken: Mutex<Option<&'static str>>,
}

impl Book {
    fn works(&self) -> Result<(), DirectoryError> {
        match *self.broken.lock().unwrap() {
            Some(why) => Err(DirectoryError(why.into())),
            None => Ok(()),
        }
    }

    fn sign_in(&self, matches: impl Fn(&Person) -> bool) -> SignIn {
        if *self.throttled.lock().unwrap() {
            return SignIn::Throttled;
        }
        let people = self.people.lock().unwrap();
        people
            .iter()
            .find(|person| matches(person))
            .map_or(SignIn::Refused, |person| SignIn::Accepted(person.user.clone()))
    }
}

#[async_trait]
impl Directory for Book {
    async fn password(&self, user: &str, password: &str, _from: IpAddr) -> Result<SignIn, DirectoryError> {
        self.works()?;
        Ok(self.sign_in(|person| person.user.name == user && person.password == password))
    }

    async fn public_key(
        &self,
        user: &str,
        key: &str,
        _from: IpAddr,
        _proven: bool,
    ) -> Result<SignIn, DirectoryError> {
        self.works()?;
        Ok(self.sign_in(|person| person.user.name == user && person.keys.iter().any(|known| known == key)))
    }

    async fn accounts(&self, user: UserId) -> Result<Vec<Account>, DirectoryError> {
        self.works()?;
        let accounts = self.accounts.lock().unwrap();
        let mine = accounts.iter().filter(|(_, users)| users.contains(&user));
        Ok(mine
            .map(|(connection, _)| Account {
                login: connection.login.clone(),
                agent: connection.agent_name.clone(),
                display_name: connection.display_name.clone(),
            })
            .collect())
    }
}

#[async_trait]
impl Targets for Book {
    async fn connection(
        &self,
        user: UserId,
        login: &str,
        agent: &str,
    ) -> Result<Option<Connection>, DirectoryError> {
        self.works()?;
        let accounts = self.accounts.lock().unwrap();
        let found = accounts.iter().find(|(connection, users)| {
            connection.login == login && connection.agent_name == agent && users.contains(&user)
        });
        Ok(found.map(|(connection, _)| connection.clone()))
    }

    async fn check_host_key(&self, agent: AgentId, key: &str) -> Result<HostKeyCheck, DirectoryError> {
        let mut pinned = self.pinned.lock().unwrap();
        let known = pinned.entry(agent).or_insert_with(|| key.to_owned());
        if known == key {
            return Ok(HostKeyCheck::Known);
        }
        Ok(HostKeyCheck::Changed { pinned: keys::fingerprint(known).unwrap() })
    }

    async fn refused(&self, refused: Refused) {
        self.refused.lock().unwrap().push(refused);
    }
}
