//! Who may type into a session beside its owner, as this watcher knows it, and how that is said.
//!
//! Pure: frames in, words out. What a watcher may do is decided by the server alone.

use wire::Millis;
use wire::live::{Lease, LeaseMode};

use super::phase::sentence;
use crate::text::visible;
use crate::words::{fill, told, words};

/// From here on the end of a lease is near, in milliseconds: it is said, and Renew stands out.
const NEAR_MS: i64 = 60_000;

/// The control lease and the owner's input, seen from one seat.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// The watcher's own seat; none before the screen comes.
    seat: Option<u64>,
    lease: Option<Lease>,
    /// Who paused the owner's input.
    paused: Option<String>,
    /// The watcher just gave the lease back.
    released: bool,
    /// What happened last, as a sentence; empty when nothing is to be said.
    said: String,
    /// It is the server's refusal.
    denied: bool,
    /// It is that the lease was lost.
    lost: bool,
}

impl Standing {
    /// The watcher's own lease.
    pub(crate) fn mine(&self) -> Option<&Lease> {
        self.lease.as_ref().filter(|lease| Some(lease.seat) == self.seat)
    }

    /// Whoever holds the lease.
    pub(crate) fn lease(&self) -> Option<&Lease> {
        self.lease.as_ref()
    }

    /// Who paused the owner's input, if somebody did.
    pub(crate) fn paused(&self) -> Option<&str> {
        self.paused.as_deref()
    }

    /// What happened last.
    pub(crate) fn said(&self) -> &str {
        &self.said
    }

    /// Begins anew with a seat: nobody has control, nothing is paused, until it is said.
    pub(crate) fn seated(&mut self, seat: u64) {
        let (said, lost) = (std::mem::take(&mut self.said), self.lost);
        *self = Self { seat: Some(seat), said, lost, ..Self::default() };
    }

    /// Takes what the server says of the lease. `owner` is the name of the session's user.
    pub(crate) fn control(&mut self, lease: Option<Lease>, owner: &str, now: Millis) {
        let had = self.mine().cloned();
        self.lease = lease;
        match (had, self.mine()) {
            (Some(had), None) => {
                // A refusal says it better.
                if self.denied {
                    self.said.push(' ');
                    self.said.push_str(words().control.lost);
                } else {
                    self.said = loss(&had, self.released, self.lease.is_some(), owner, now);
                }
                self.lost = true;
            }
            (None, Some(_)) => self.asks(false),
            _ => {}
        }
        self.released = false;
    }

    /// Takes who paused the owner's input.
    pub(crate) fn pause(&mut self, by: Option<String>) {
        self.paused = by;
    }

    /// Something was not done, in the server's words.
    pub(crate) fn denied(&mut self, words: &str) {
        let words = sentence(&visible(&told(words)));
        // What was typed too late is refused after the loss; the loss is what is to be read.
        self.said = if self.lost { format!("{} {words}", self.said) } else { words };
        self.denied = true;
    }

    /// The connection is lost, and the lease with it.
    pub(crate) fn disconnected(&mut self) {
        let said = match self.mine() {
            Some(_) => words().control.broke.to_owned(),
            None => String::new(),
        };
        *self = Self { lost: !said.is_empty(), said, ..Self::default() };
    }

    /// The watcher asks for something: what was said before is over.
    pub(crate) fn asks(&mut self, release: bool) {
        self.said.clear();
        (self.denied, self.lost) = (false, false);
        self.released = release;
    }

    /// Says something that the page itself knows.
    pub(crate) fn say(&mut self, words: &str) {
        words.clone_into(&mut self.said);
        (self.denied, self.lost) = (false, false);
    }
}

fn loss(had: &Lease, released: bool, by_other: bool, owner: &str, now: Millis) -> String {
    let words = &words().control;
    if by_other {
        return words.lost.to_owned();
    }
    if released {
        return words.gave.to_owned();
    }
    if had.until.since(now) <= 1_000 {
        return words.time_up.to_owned();
    }
    match had.mode {
        LeaseMode::Exclusive => fill(words.taken_back, &[("owner", &visible(owner))]),
        LeaseMode::Shared => words.taken.to_owned(),
    }
}

/// The name of whoever holds a lease.
pub(crate) fn holder(lease: &Lease) -> String {
    let name = if lease.full_name.is_empty() { &lease.user } else { &lease.full_name };
    visible(name).into_owned()
}

/// How a lease is shared, in a word.
pub(crate) fn mode_word(mode: LeaseMode) -> &'static str {
    match mode {
        LeaseMode::Shared => words().control.shared_word,
        LeaseMode::Exclusive => words().control.exclusive_word,
    }
}

/// What is left of a lease: `4:12`.
pub(crate) fn left(lease: &Lease, now: Millis) -> String {
    let seconds = (lease.until.since(now).max(0) + 500) / 1_000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// Whether a lease ends soon.
pub(crate) fn is_near(lease: &Lease, now: Millis) -> bool {
    lease.until.since(now) < NEAR_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_000_000);

    fn lease(seat: u64, mode: LeaseMode) -> Lease {
        Lease {
            seat,
            user: format!("user{seat}"),
            full_name: String::new(),
            mode,
            until: Millis(NOW.0 + 252_000),
        }
    }

    fn holding(mode: LeaseMode) -> Standing {
        let mut standing = Standing::default();
        standing.seated(7);
        standing.control(Some(lease(7, mode)), "alice", NOW);
        standing
    }

    #[test]
    fn a_lease_is_mine_by_its_seat() {
        let mut standing = holding(LeaseMode::Shared);
        assert!(standing.mine().is_some());
        standing.control(Some(lease(8, LeaseMode::Shared)), "alice", NOW);
        assert_eq!((standing.mine(), standing.lease().map(holder)), (None, Some("user8".to_owned())));
        assert_eq!(standing.said(), "You no longer have control.");
    }

    #[test]
    fn a_loss_is_said_with_its_reason() {
        let later = Millis(NOW.0 + 252_000);
        for (mode, release, now, words) in [
            (LeaseMode::Shared, true, NOW, "You gave control back."),
            (LeaseMode::Shared, false, later, "Your time is up: you no longer have control."),
            (LeaseMode::Exclusive, false, NOW, "alice took the keyboard back: you no longer have control."),
            (LeaseMode::Shared, false, NOW, "Control was taken from you."),
        ] {
            let mut standing = holding(mode);
            standing.asks(release);
            standing.control(None, "alice", now);
            assert_eq!((standing.said(), standing.mine()), (words, None));
        }
        let mut standing = holding(LeaseMode::Exclusive);
        standing.denied("you may no longer type here");
        standing.control(None, "alice", NOW);
        assert_eq!(standing.said(), "You may no longer type here. You no longer have control.");
        let mut standing = holding(LeaseMode::Exclusive);
        standing.say("Message sent.");
        standing.control(None, "alice", NOW);
        standing.denied("you do not have the keyboard");
        assert_eq!(
            standing.said(),
            "alice took the keyboard back: you no longer have control. You do not have the keyboard."
        );
    }

    #[test]
    fn a_lost_connection_takes_the_lease() {
        let mut standing = holding(LeaseMode::Shared);
        standing.pause(Some("tom".into()));
        standing.disconnected();
        assert_eq!((standing.mine(), standing.paused()), (None, None));
        assert_eq!(standing.said(), "The connection broke: you no longer have control.");
        // The new seat may have the number of the old: the words stay until something is asked.
        standing.seated(7);
        assert!(standing.mine().is_none() && !standing.said().is_empty());
        standing.asks(false);
        assert!(standing.said().is_empty());
    }

    #[test]
    fn what_is_left_counts_down_to_nothing() {
        let lease = lease(1, LeaseMode::Shared);
        for (after, shown, near) in [
            (0, "4:12", false),
            (500, "4:12", false),
            (192_000, "1:00", false),
            (192_001, "1:00", true),
            (251_001, "0:01", true),
            (252_000, "0:00", true),
            (999_000, "0:00", true),
        ] {
            let now = Millis(NOW.0 + after);
            assert_eq!((&*left(&lease, now), is_near(&lease, now)), (shown, near), "{after}");
        }
    }
}
