//! Attempts to sign in, counted by user and by address: each failure past a few doubles the wait.
//!
//! One throttle serves the sign-in page and the SSH gateway. It lives in memory: a restart forgives.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::names;

/// Failures that a user may have before they wait: people mistype.
const FREE_BY_USER: u32 = 5;
/// Failures from one address before it waits: many people may be behind it.
const FREE_BY_ADDRESS: u32 = 20;
/// The first wait; each further failure doubles it.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait for a user: somebody else's guesses must not keep them out for long.
const LONGEST_BY_USER: Duration = Duration::from_secs(60);
/// The longest wait for an address.
const LONGEST_BY_ADDRESS: Duration = Duration::from_secs(15 * 60);
/// Without a failure for this long, everything is forgotten.
const FORGET_AFTER: Duration = Duration::from_secs(30 * 60);
/// Users or addresses that are remembered at most; then what is oldest goes.
const REMEMBERED: usize = 20_000;

#[derive(Clone, Copy, Debug)]
struct Count {
    failures: u32,
    last: Instant,
    until: Instant,
}

struct Counts<K> {
    by: HashMap<K, Count>,
    free: u32,
    longest: Duration,
}

impl<K: Hash + Eq + Clone> Counts<K> {
    fn new(free: u32, longest: Duration) -> Self {
        Self { by: HashMap::new(), free, longest }
    }

    fn wait(&self, key: &K, now: Instant) -> Option<Duration> {
        let count = self.by.get(key)?;
        count.until.checked_duration_since(now).filter(|left| !left.is_zero())
    }

    /// Counts a failure; `true` when it is the one with which the waiting begins.
    fn fail(&mut self, key: K, now: Instant) -> bool {
        if self.by.len() >= REMEMBERED && !self.by.contains_key(&key) {
            self.by.retain(|_, count| now.duration_since(count.last) < FORGET_AFTER);
            if self.by.len() >= REMEMBERED
                && let Some(oldest) =
                    self.by.iter().min_by_key(|(_, count)| count.last).map(|(key, _)| key.clone())
            {
                self.by.remove(&oldest);
            }
        }
        let count = self.by.entry(key).or_insert(Count { failures: 0, last: now, until: now });
        if now.duration_since(count.last) >= FORGET_AFTER {
            count.failures = 0;
        }
        count.failures = count.failures.saturating_add(1);
        count.last = now;
        let past = count.failures.saturating_sub(self.free);
        if past > 0 {
            let doubled = FIRST_WAIT.saturating_mul(1_u32.checked_shl(past - 1).unwrap_or(u32::MAX));
            count.until = now + doubled.min(self.longest);
        }
        past == 1
    }

    fn take_back(&mut self, key: &K) {
        if let Some(count) = self.by.get_mut(key) {
            count.failures = count.failures.saturating_sub(1);
            if count.failures < self.free {
                count.until = count.last;
            }
        }
    }
}

struct State {
    users: Counts<String>,
    addresses: Counts<IpAddr>,
}

/// Shared by everything that signs people in. Cheap to clone.
#[derive(Clone)]
pub struct Throttle {
    state: Arc<Mutex<State>>,
}

/// An attempt under way. It counts as a failure from its beginning, so that many at once gain
/// nothing; [`Attempt::succeeded`] takes that back.
pub struct Attempt {
    throttle: Throttle,
    user: String,
    address: IpAddr,
    /// With this attempt, should it fail, waiting begins.
    pub tips: bool,
}

impl Default for Throttle {
    fn default() -> Self {
        let users = Counts::new(FREE_BY_USER, LONGEST_BY_USER);
        let addresses = Counts::new(FREE_BY_ADDRESS, LONGEST_BY_ADDRESS);
        Self { state: Arc::new(Mutex::new(State { users, addresses })) }
    }
}

impl Throttle {
    /// Begins an attempt, or says how long to wait.
    ///
    /// # Errors
    /// The time to wait.
    pub fn attempt(&self, user: &str, from: IpAddr) -> Result<Attempt, Duration> {
        self.attempt_at(user, from, Instant::now())
    }

    fn attempt_at(&self, user: &str, from: IpAddr, now: Instant) -> Result<Attempt, Duration> {
        let user = names::key(user);
        let address = network(from);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let waits = state.users.wait(&user, now).max(state.addresses.wait(&address, now));
        if let Some(wait) = waits {
            return Err(wait);
        }
        let by_user = state.users.fail(user.clone(), now);
        let by_address = state.addresses.fail(address, now);
        drop(state);
        Ok(Attempt { throttle: self.clone(), user, address, tips: by_user || by_address })
    }
}

impl Attempt {
    /// It was no failure: the user starts anew. The address keeps its other failures, or whoever
    /// knows one password could guess at others for ever.
    pub fn succeeded(self) {
        let mut state = self.throttle.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.users.by.remove(&self.user);
        state.addresses.take_back(&self.address);
    }
}

/// What counts as one address: for IPv6 the network of a customer (RFC 6177), /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: &str = "192.0.2.7";

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn waits_double_and_a_success_ends_them() {
        let throttle = Throttle::default();
        let start = Instant::now();
        for n in 0..5 {
            let attempt = throttle
                .attempt_at("alice", ip(HOME), start)
                .unwrap_or_else(|_| panic!("attempt {n} is free"));
            assert!(!attempt.tips);
        }
        let sixth = throttle
            .attempt_at("ALICE", ip(HOME), start)
            .unwrap_or_else(|_| panic!("the sixth is looked at"));
        assert!(sixth.tips);
        assert_eq!(throttle.attempt_at("Alice", ip("192.0.2.8"), start).err(), Some(Duration::from_secs(1)));
        let after = start + Duration::from_secs(1);
        assert!(throttle.attempt_at("alice", ip(HOME), after).is_ok());
        assert_eq!(throttle.attempt_at("alice", ip(HOME), after).err(), Some(Duration::from_secs(2)));
        let later = after + Duration::from_secs(2);
        let Ok(right) = throttle.attempt_at("alice", ip(HOME), later) else { panic!("looked at") };
        right.succeeded();
        assert!(throttle.attempt_at("alice", ip(HOME), later).is_ok());
        assert!(throttle.attempt_at("bob", ip(HOME), later).is_ok());
    }

    #[test]
    fn an_address_waits_whatever_the_user() {
        let throttle = Throttle::default();
        let now = Instant::now();
        for n in 0..21 {
            assert!(throttle.attempt_at(&format!("user{n}"), ip("2001:db8::1"), now).is_ok());
        }
        assert!(throttle.attempt_at("fresh", ip("2001:db8::2"), now).is_err(), "same /64");
        assert!(throttle.attempt_at("fresh", ip("2001:db8:0:1::2"), now).is_ok());
        assert!(throttle.attempt_at("fresh", ip(HOME), now).is_ok());
    }

    #[test]
    fn the_wait_for_a_user_is_bounded() {
        let throttle = Throttle::default();
        let mut now = Instant::now();
        for _ in 0..50 {
            now += throttle.attempt_at("alice", ip("192.0.2.1"), now).err().unwrap_or_default();
            now += Duration::from_millis(1);
        }
        let wait = throttle.state.lock().unwrap().users.by["alice"].until.duration_since(now);
        assert!(wait <= LONGEST_BY_USER, "{wait:?}");
    }
}
