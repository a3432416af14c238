//! One-time codes, with which somebody who has signed in here comes back to an application's host.
//!
//! In memory alone: a code lives for a minute, and whoever's is lost signs in once more without noticing.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use wire::AgentId;

use super::mark::fits;
use crate::console::SignInKey;
use crate::crypto::tokens;

/// How long a code is good: a redirect takes no minute.
const LIFETIME: Duration = Duration::from_secs(60);
/// Codes that may wait at once; each is a few hundred bytes.
const MOST: usize = 20_000;
/// Longest code that is looked up, in bytes.
const MAX_CODE_BYTES: usize = 128;

/// Somebody on the way back to an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::web) struct Pending {
    /// Their sign-in here.
    pub(super) sign_in: SignInKey,
    /// The application's agent.
    pub(super) application: AgentId,
    /// Which browser began, see [`super::mark`].
    pub(super) state: String,
    /// The address at the application that they wanted.
    pub(super) back: String,
    /// Where they signed in from.
    pub(super) device: IpAddr,
}

/// Why a code is good for nothing; the words are for the audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Wrong {
    /// Nobody was given it, or it was used.
    #[error("web application: the code is unknown, or was used before")]
    Unknown,
    /// It was given more than a minute ago.
    #[error("web application: the code has expired")]
    Expired,
    /// It was given for another application.
    #[error("web application: the code is for another application")]
    Another,
    /// It was given to another browser.
    #[error("web application: the code was given to another browser")]
    Browser,
}

/// The codes that were given and not used yet.
#[derive(Default)]
pub(in crate::web) struct Codes {
    /// By the hash of the code.
    given: Mutex<HashMap<String, (Instant, Pending)>>,
}

impl Codes {
    /// A new code; `None` when too many wait.
    pub(super) fn add(&self, pending: Pending) -> Option<String> {
        self.add_at(pending, Instant::now())
    }

    fn add_at(&self, pending: Pending, now: Instant) -> Option<String> {
        let mut given = self.given();
        if given.len() >= MOST {
            given.retain(|_, (at, _)| now.duration_since(*at) < LIFETIME);
        }
        if given.len() >= MOST {
            return None;
        }
        let code = tokens::random();
        given.insert(tokens::hash(&code), (now, pending));
        Some(code)
    }

    /// What a code was given for, when it comes from the browser with that mark. Whatever the answer, it is good for
    /// nothing afterwards.
    pub(super) fn take(
        &self,
        code: &str,
        application: AgentId,
        mark: Option<&str>,
    ) -> Result<Pending, Wrong> {
        self.take_at(code, application, mark, Instant::now())
    }

    fn take_at(
        &self,
        code: &str,
        application: AgentId,
        mark: Option<&str>,
        now: Instant,
    ) -> Result<Pending, Wrong> {
        if code.is_empty() || code.len() > MAX_CODE_BYTES {
            return Err(Wrong::Unknown);
        }
        let (at, pending) = self.given().remove(&tokens::hash(code)).ok_or(Wrong::Unknown)?;
        if now.duration_since(at) >= LIFETIME {
            return Err(Wrong::Expired);
        }
        if pending.application != application {
            return Err(Wrong::Another);
        }
        match mark {
            Some(mark) if fits(mark, &pending.state) => Ok(pending),
            _ => Err(Wrong::Browser),
        }
    }

    fn given(&self) -> MutexGuard<'_, HashMap<String, (Instant, Pending)>> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::super::mark::Mark;
    use super::*;

    /// A browser's mark.
    const MARK: &str = "0123456789abcdefghijABCDEFGHIJ0123456789_-z";

    fn pending(application: AgentId) -> Pending {
        let sign_in = SignInKey::new("key".into());
        Pending {
            sign_in,
            application,
            state: Mark::of(Some(MARK)).state(),
            back: "https://crm.example/".into(),
            device: Ipv4Addr::LOCALHOST.into(),
        }
    }

    #[test]
    fn a_code_is_good_once_for_a_minute_for_its_application_and_browser() {
        let (codes, now) = (Codes::default(), Instant::now());
        let (crm, wiki) = (AgentId::generate(), AgentId::generate());
        let code = codes.add_at(pending(crm), now).expect("room");
        assert_eq!(codes.take_at(&code, crm, Some(MARK), now + LIFETIME / 2), Ok(pending(crm)));
        assert_eq!(codes.take_at(&code, crm, Some(MARK), now), Err(Wrong::Unknown), "used");
        let code = codes.add_at(pending(crm), now).expect("room");
        assert_eq!(codes.take_at(&code, crm, Some(MARK), now + LIFETIME), Err(Wrong::Expired));
        let code = codes.add_at(pending(crm), now).expect("room");
        assert_eq!(codes.take_at(&code, wiki, Some(MARK), now), Err(Wrong::Another));
        assert_eq!(codes.take_at(&code, crm, Some(MARK), now), Err(Wrong::Unknown), "tried elsewhere");
        for other in [None, Some(""), Some("another"), Some(&*pending(crm).state)] {
            let code = codes.add_at(pending(crm), now).expect("room");
            assert_eq!(codes.take_at(&code, crm, other, now), Err(Wrong::Browser), "{other:?}");
            assert_eq!(codes.take_at(&code, crm, Some(MARK), now), Err(Wrong::Unknown), "tried elsewhere");
        }
        for bad in [String::new(), "x".into(), "x".repeat(4096)] {
            assert_eq!(codes.take_at(&bad, crm, Some(MARK), now), Err(Wrong::Unknown));
        }
    }

    #[test]
    fn codes_that_nobody_used_make_room() {
        let (codes, now) = (Codes::default(), Instant::now());
        let crm = AgentId::generate();
        for _ in 0..MOST {
            codes.add_at(pending(crm), now).expect("room");
        }
        assert_eq!(codes.add_at(pending(crm), now), None);
        assert!(codes.add_at(pending(crm), now + LIFETIME).is_some());
        assert_eq!(codes.given().len(), 1);
    }
}
