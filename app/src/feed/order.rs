//! Which messages may follow which, and how long to wait before connecting again.

use wire::FeedFrame;

/// A message is missing or makes no sense: only a new connection helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Untrusted;

/// Follows the sequence numbers of one connection.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Order {
    greeted: bool,
    /// The last changes; none before the snapshot.
    last: Option<u64>,
    /// Sessions of the snapshot that have not come yet.
    rest: u32,
}

impl Order {
    /// Checks that `frame` is the next one.
    pub(super) fn accept(&mut self, frame: &FeedFrame) -> Result<(), Untrusted> {
        let fits = match (frame, self.last) {
            (FeedFrame::Hello { .. }, _) => !std::mem::replace(&mut self.greeted, true),
            (FeedFrame::SignedOut(_), _) => true,
            (FeedFrame::Snapshot { seq, sessions, rest }, _) => {
                return self.accept_piece(*seq, sessions.len(), *rest);
            }
            (FeedFrame::Changes { .. } | FeedFrame::Heartbeat { .. }, _) if self.rest > 0 => false,
            (FeedFrame::Changes { seq, .. }, Some(last)) => *seq == last + 1,
            (FeedFrame::Heartbeat { seq, .. }, Some(last)) => *seq == last,
            (FeedFrame::Changes { .. } | FeedFrame::Heartbeat { .. }, None) => false,
        };
        if let FeedFrame::Changes { seq, .. } = frame {
            self.last = Some(*seq);
        }
        if fits { Ok(()) } else { Err(Untrusted) }
    }

    /// Checks that a piece of a snapshot is the next frame; `came` sessions are in it.
    pub(super) fn accept_piece(&mut self, seq: u64, came: usize, rest: u32) -> Result<(), Untrusted> {
        let before = std::mem::replace(&mut self.rest, rest);
        let last = self.last.replace(seq);
        let came = u32::try_from(came).unwrap_or(u32::MAX);
        let fits = self.greeted
            && last.is_none_or(|last| last == seq)
            && (before == 0 || before.checked_sub(came) == Some(rest));
        if fits { Ok(()) } else { Err(Untrusted) }
    }
}

/// Shortest and longest wait before another attempt, in milliseconds: soon after a hiccup, and no
/// crowd at the door of a server that comes back.
const SHORTEST_MS: f64 = 250.0;
const LONGEST_MS: f64 = 8_000.0;

/// How long to wait before attempt number `attempt` (from 0), with `random` from 0 to 1.
pub(super) fn delay_ms(attempt: u32, random: f64) -> u64 {
    let full = (SHORTEST_MS * 2_f64.powi(attempt.min(10).cast_signed())).min(LONGEST_MS);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and LONGEST_MS")]
    let wait = (full * (0.5 + random.clamp(0.0, 1.0) / 2.0)) as u64;
    wait
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::Millis;

    fn hello() -> FeedFrame {
        FeedFrame::Hello { build: "b".into(), now: Millis(0), heartbeat_ms: 5_000 }
    }
    fn snapshot(seq: u64) -> FeedFrame {
        piece(seq, 0)
    }
    fn piece(seq: u64, rest: u32) -> FeedFrame {
        FeedFrame::Snapshot { seq, sessions: Vec::new(), rest }
    }
    fn changes(seq: u64) -> FeedFrame {
        FeedFrame::Changes { seq, changes: Vec::new() }
    }
    fn heartbeat(seq: u64) -> FeedFrame {
        FeedFrame::Heartbeat { seq, now: Millis(0) }
    }
    fn all(frames: &[FeedFrame]) -> Result<(), Untrusted> {
        let mut order = Order::default();
        frames.iter().try_for_each(|frame| order.accept(frame))
    }

    #[test]
    fn a_whole_connection_is_accepted() {
        let frames = [
            hello(),
            snapshot(0),
            changes(1),
            heartbeat(1),
            changes(2),
            snapshot(2),
            changes(3),
            heartbeat(3),
            piece(3, 2),
            piece(3, 2),
        ];
        assert_eq!(all(&frames), Ok(()));
    }

    #[test]
    fn gaps_and_repeats_are_not() {
        for frames in [
            vec![snapshot(0)],
            vec![hello(), hello()],
            vec![hello(), changes(1)],
            vec![hello(), heartbeat(0)],
            vec![hello(), snapshot(0), changes(2)],
            vec![hello(), snapshot(0), changes(1), changes(1)],
            vec![hello(), snapshot(0), changes(1), heartbeat(2)],
            vec![hello(), snapshot(0), snapshot(1)],
            vec![hello(), piece(0, 2), changes(1)],
            vec![hello(), piece(0, 2), piece(0, 1)],
            vec![hello(), piece(0, 2), snapshot(0)],
        ] {
            assert_eq!(all(&frames), Err(Untrusted), "{frames:?}");
        }
    }

    #[test]
    fn waits_grow_to_a_limit_and_differ() {
        assert_eq!(delay_ms(0, 0.0), 125);
        assert_eq!(delay_ms(0, 1.0), 250);
        assert_eq!(delay_ms(2, 1.0), 1_000);
        assert_eq!(delay_ms(u32::MAX, 1.0), 8_000);
    }
}
