//! Counts what passed and what failed.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::say;

/// What passed and what failed, over all suites, and how long each took.
pub(crate) struct Tally {
    suites: Vec<Suite>,
    /// When what comes next began.
    since: Instant,
}

struct Suite {
    name: String,
    passed: u64,
    failed: u64,
    took: Duration,
}

impl Default for Tally {
    fn default() -> Self {
        Self { suites: Vec::new(), since: Instant::now() }
    }
}

impl Tally {
    /// Adds a suite, which took the time since the one before.
    pub(crate) fn add(&mut self, suite: impl Into<String>, passed: u64, failed: u64) {
        let took = self.since.elapsed();
        self.since += took;
        self.suites.push(Suite { name: suite.into(), passed, failed, took });
    }

    /// Adds a check that passes or fails as a whole.
    pub(crate) fn one(&mut self, suite: &str, done: Result<()>) {
        match done {
            Ok(()) => self.add(suite, 1, 0),
            Err(error) => {
                say::failed("failed", &format!("{error:#}"));
                self.add(suite, 0, 1);
            }
        }
    }

    fn total(&self) -> (u64, u64) {
        self.suites
            .iter()
            .fold((0, 0), |(passed, failed), suite| (passed + suite.passed, failed + suite.failed))
    }

    /// Prints each suite and, as the last line, the total.
    pub(crate) fn finish(&self) -> ExitCode {
        println!();
        for Suite { name, passed, failed, took } in &self.suites {
            println!("{passed:>6} passed {failed:>5} failed {:>5} s  {name}", took.as_secs());
        }
        let (passed, failed) = self.total();
        println!("{passed} passed, {failed} failed");
        if failed == 0 && passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn suites_and_checks_add_up() {
        let mut tally = Tally::default();
        tally.add("unit", 40, 2);
        tally.one("formatting", Ok(()));
        tally.one("lints", Err(anyhow!("clippy failed")));
        assert_eq!(tally.total(), (41, 3));
        assert_eq!(tally.finish(), ExitCode::FAILURE);
    }

    #[test]
    fn nothing_at_all_is_no_success() {
        assert_eq!(Tally::default().finish(), ExitCode::FAILURE);
    }
}
