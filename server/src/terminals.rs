//! Sessions whose terminal, or desktop, is a page: who holds them, and how long they outlive their page.
//!
//! A session belongs to the sign-in that opened it: only there it can be taken up again, and it ends with it.

mod own;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gateway_rdp::Desktops;
use gateway_ssh::User;
use hub::{NotOpen, Window};
use tokio::sync::watch;
use tokio::time::timeout;
use wire::connect::Room;
use wire::{AccountId, SessionId};

use crate::console::{SignInKey, SignedIn};
use crate::store::{AgentKind, UsableAccount};
pub use own::{Misfit, OwnSession};
use own::{cells, pixels};

/// How long a session goes on without its page, until the page is back or the session ends as `client lost`:
/// long enough for a train's tunnel, short enough that nobody finds an open shell later.
pub const RETURN_WITHIN: Duration = Duration::from_secs(60);

/// All of them on this node. Cheap to clone.
#[derive(Clone)]
pub struct Terminals {
    ssh: gateway_ssh::Terminals,
    rdp: Desktops,
    return_within: Duration,
    held: Arc<Mutex<HashMap<SessionId, Arc<Held>>>>,
}

/// One open session.
struct Held {
    own: OwnSession,
    account: AccountId,
    sign_in: SignInKey,
    /// Which page holds it, counted from 1; 0 while none does.
    page: watch::Sender<u64>,
    pages: Mutex<u64>,
}

/// Why there is no session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoPage {
    /// In one line for the person.
    Failed(String),
    /// The page asked for a terminal where there is a desktop, or the other way round.
    Misfit,
}

/// A page's hold of a session. Dropping it leaves the session without a page.
pub struct Page {
    held: Arc<Held>,
    number: u64,
    now: watch::Receiver<u64>,
}

impl Terminals {
    /// Opens sessions through these gateways; they outlive their page so long.
    #[must_use]
    pub fn new(ssh: gateway_ssh::Terminals, rdp: Desktops, return_within: Duration) -> Self {
        Self { ssh, rdp, return_within, held: Arc::default() }
    }

    /// Whether a page can be a session on such an agent.
    #[must_use]
    pub const fn has_room_for(kind: AgentKind) -> bool {
        matches!(kind, AgentKind::Ssh | AgentKind::Rdp)
    }

    /// Opens a session for a sign-in's page; dropping the future gives it up.
    ///
    /// # Errors
    /// Why there is none: one line for the person, or that the account has no such room.
    pub async fn open(
        &self,
        account: &UsableAccount,
        signed: &SignedIn,
        from: IpAddr,
        room: Room,
    ) -> Result<Page, NoPage> {
        let viewer = &signed.known.viewer;
        let user =
            User { id: account.user(), name: viewer.name.clone(), full_name: viewer.full_name.clone() };
        let (login, agent) = (account.login().to_owned(), account.agent().to_owned());
        let own = match (account.kind(), room) {
            (AgentKind::Ssh, Room::Cells(size)) => {
                let visit = gateway_ssh::Visit { user, from, login, agent, size: cells(size) };
                OwnSession::Terminal(self.ssh.open(visit).await.map_err(NoPage::Failed)?)
            }
            (AgentKind::Rdp, Room::Pixels(extent)) => {
                let visit = gateway_rdp::Visit { user, from, login, agent, extent: pixels(extent) };
                OwnSession::Desktop(self.rdp.open(visit).await.map_err(NoPage::Failed)?)
            }
            _ => return Err(NoPage::Misfit),
        };
        let held = Arc::new(Held {
            own,
            account: account.id(),
            sign_in: signed.key.clone(),
            page: watch::Sender::new(0),
            pages: Mutex::new(0),
        });
        let page = Page::of(&held);
        self.held().insert(page.session(), Arc::clone(&held));
        tokio::spawn(keep(self.clone(), held, signed.clone()));
        Ok(page)
    }

    /// Takes a session up again: whatever page held it does not any more. `None` when the sign-in has no such
    /// session on that account.
    #[must_use]
    pub fn take_up(&self, session: SessionId, account: &UsableAccount, signed: &SignedIn) -> Option<Page> {
        let held = self.held().get(&session).cloned()?;
        (held.sign_in == signed.key && held.account == account.id()).then(|| {
            held.own.let_go();
            Page::of(&held)
        })
    }

    /// The sessions that a sign-in may take up, each with its account.
    #[must_use]
    pub fn of(&self, sign_in: &SignInKey) -> Vec<(SessionId, AccountId)> {
        let held = self.held();
        let own = held.iter().filter(|(_, held)| held.sign_in == *sign_in);
        own.map(|(session, held)| (*session, held.account)).collect()
    }

    fn held(&self) -> MutexGuard<'_, HashMap<SessionId, Arc<Held>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a session whose page stays away or whose sign-in ends, and forgets it when it is over.
async fn keep(terminals: Terminals, held: Arc<Held>, mut signed: SignedIn) {
    let signed_out = async {
        drop(signed.ended.wait_for(Option::is_some).await);
    };
    tokio::select! {
        () = held.own.over() => {}
        () = left_alone(held.page.subscribe(), terminals.return_within) => {
            held.own.lose();
            held.own.over().await;
        }
        () = signed_out => {
            held.own.leave();
            held.own.over().await;
        }
    }
    terminals.held().remove(&held.own.session());
}

/// Completes when no page has held the session for so long.
async fn left_alone(mut page: watch::Receiver<u64>, patience: Duration) {
    loop {
        let left = page.wait_for(|page| *page == 0).await.is_ok();
        if !left || timeout(patience, page.wait_for(|page| *page != 0)).await.is_err() {
            return;
        }
    }
}

impl Page {
    /// The newest page of a session.
    fn of(held: &Arc<Held>) -> Self {
        let mut pages = held.pages.lock().unwrap_or_else(PoisonError::into_inner);
        *pages += 1;
        let (number, held) = (*pages, Arc::clone(held));
        // While the count is locked, so that the newest number is the last one set.
        held.page.send_replace(number);
        drop(pages);
        let now = held.page.subscribe();
        Self { held, number, now }
    }

    /// The session.
    #[must_use]
    pub fn session(&self) -> SessionId {
        self.held.own.session()
    }

    /// A window on its screen.
    ///
    /// # Errors
    /// When it is over.
    pub fn window(&self) -> Result<Window, NotOpen> {
        self.held.own.window()
    }

    /// The session, and what completes when another page holds it. Cancel-safe.
    pub fn parts(&mut self) -> (&OwnSession, impl Future<Output = ()>) {
        let (number, now) = (self.number, &mut self.now);
        let replaced = async move {
            if now.wait_for(|page| *page != number).await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        (&self.held.own, replaced)
    }

    /// The session, to be typed into and ended.
    #[must_use]
    pub fn own(&self) -> &OwnSession {
        &self.held.own
    }

    /// Completes when another page holds the session. Cancel-safe.
    pub async fn replaced(&mut self) {
        self.parts().1.await;
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let left = self.held.page.send_if_modified(|page| {
            let is_mine = *page == self.number;
            if is_mine {
                *page = 0;
            }
            is_mine
        });
        if left {
            self.held.own.let_go();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_session_outlives_its_page_for_a_while() {
        let page = watch::Sender::new(1);
        let alone = tokio::spawn(left_alone(page.subscribe(), RETURN_WITHIN));
        let almost = RETURN_WITHIN - Duration::from_secs(1);
        for back in 2..5 {
            tokio::time::sleep(RETURN_WITHIN * 10).await;
            page.send_replace(0);
            tokio::time::sleep(almost).await;
            page.send_replace(back);
        }
        tokio::time::sleep(RETURN_WITHIN * 10).await;
        assert!(!alone.is_finished(), "it has a page");
        page.send_replace(0);
        tokio::time::sleep(almost).await;
        assert!(!alone.is_finished(), "there is still time");
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert!(alone.is_finished());
    }
}
