//! Second tries in the clear. A client that prefers TLS and does not insist on it (libpq's default) blames TLS for
//! whatever refuses it, and sends the same password again without. That try is refused before it is looked at, so
//! that one wrong password counts once. Never lets anybody in.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How soon after a refusal another try is no person's.
const AT_ONCE: Duration = Duration::from_secs(2);

/// The users that were refused under TLS a moment ago, each with the address they came from.
#[derive(Default)]
pub(crate) struct Retries(Mutex<HashMap<(IpAddr, String), Instant>>);

impl Retries {
    /// The user is about to hear that their password, sent under TLS, is wrong.
    pub(super) fn expect(&self, user: &str, from: IpAddr) {
        let now = Instant::now();
        let mut refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        refused.retain(|_, at| now.duration_since(*at) < AT_ONCE);
        refused.insert((from, user.to_owned()), now);
    }

    /// Whether this try in the clear is the second half of one that was refused; each refusal has one.
    pub(super) fn is_one(&self, user: &str, from: IpAddr) -> bool {
        let mut refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        refused.remove(&(from, user.to_owned())).is_some_and(|at| at.elapsed() < AT_ONCE)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::{AT_ONCE, IpAddr, Retries};

    #[tokio::test(start_paused = true)]
    async fn each_refusal_has_one_second_try_and_it_comes_at_once() {
        let (retries, here) = (Retries::default(), IpAddr::V4(Ipv4Addr::LOCALHOST));
        let there = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
        assert!(!retries.is_one("ann", here));
        retries.expect("ann", here);
        assert!(!retries.is_one("bob", here) && !retries.is_one("ann", there));
        assert!(retries.is_one("ann", here));
        assert!(!retries.is_one("ann", here), "that was it");
        retries.expect("ann", here);
        tokio::time::advance(AT_ONCE).await;
        assert!(!retries.is_one("ann", here), "a person");
        retries.expect("ann", here);
        tokio::time::advance(AT_ONCE).await;
        retries.expect("bob", here);
        assert_eq!(retries.0.lock().unwrap().len(), 1, "what is over is forgotten");
    }
}
