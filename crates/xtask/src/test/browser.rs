//! Runs the browser tests of `end2end` against the release build and counts them.

use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;

use super::Tally;
use crate::{node, place, say, tool};

/// Runs the browser tests, and then Lighthouse: it measures, so nothing else may run beside it.
pub(crate) fn run(tally: &mut Tally) {
    for (suite, config, results) in [
        ("browser tests", "playwright.config.ts", "results.json"),
        ("Lighthouse", "lighthouse.config.ts", "lighthouse.json"),
    ] {
        say::step("browser", &format!("{suite} of end2end in Chromium, on the release build"));
        match counted(config, results) {
            Ok((passed, failed)) => tally.add(suite, passed, failed),
            Err(error) => tally.one(suite, Err(error)),
        }
    }
}

fn counted(config: &str, results: &str) -> Result<(u64, u64)> {
    node::modules()?;
    let results = place::end2end().join("test-results").join(results);
    // Results of an earlier run must not count.
    if results.exists() {
        fs::remove_file(&results)?;
    }
    let run = tool::call(
        tool::program("npx", &place::end2end())
            .args(["playwright", "test", "--config", config])
            .env("SIGHTLINE_BIN", place::release("sightline")),
        "the browser tests",
    );
    let text = match fs::read(&results) {
        Ok(text) => text,
        // Without results the reason why it did not even start tells more.
        Err(_) => return Err(run.err().context("the browser tests left no results")?),
    };
    let (passed, failed) = parse(&text)?;
    if failed == 0 {
        run?;
    }
    Ok((passed, failed))
}

/// The counts of Playwright's JSON report. A test that passed only when it was tried again has failed.
fn parse(text: &[u8]) -> Result<(u64, u64)> {
    let report: Value = serde_json::from_slice(text).context("the browser tests' results are no JSON")?;
    let count = |name: &str| {
        report["stats"][name].as_u64().with_context(|| format!("the browser tests' results lack {name}"))
    };
    Ok((count("expected")?, count("unexpected")? + count("flaky")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flaky_tests_have_failed() -> Result<()> {
        let report = br#"{"stats":{"expected":9,"unexpected":1,"flaky":2,"skipped":0}}"#;
        assert_eq!(parse(report)?, (9, 3));
        assert!(parse(b"{}").is_err());
        Ok(())
    }
}
