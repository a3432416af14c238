//! Runs `cargo test`, shows its output and counts its suites.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use anyhow::{Context, Result};

use super::Tally;
use crate::{say, tool};

/// Runs the tests that the options choose.
pub(crate) fn run(options: &[&str], tally: &mut Tally) {
    say::step("test", &format!("cargo test {}", options.join(" ")));
    match counted(options) {
        Ok(Counted { passed, mut failed, is_success }) => {
            // A suite that died or did not compile prints no result.
            if !is_success && failed == 0 {
                failed = 1;
            }
            tally.add(format!("cargo test {}", options.join(" ")), passed, failed);
        }
        Err(error) => tally.one("cargo test", Err(error)),
    }
}

struct Counted {
    passed: u64,
    failed: u64,
    is_success: bool,
}

fn counted(options: &[&str]) -> Result<Counted> {
    let mut child = tool::cargo()
        .args(["test", "--locked", "--no-fail-fast"])
        .args(options)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start cargo")?;
    let stdout = child.stdout.take().context("cargo has no output")?;
    let (mut passed, mut failed) = (0, 0);
    for line in BufReader::new(stdout).split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        if let Some((more_passed, more_failed)) = parse(&line) {
            passed += more_passed;
            failed += more_failed;
        }
    }
    Ok(Counted { passed, failed, is_success: child.wait()?.success() })
}

/// The counts of one suite's last line.
fn parse(line: &str) -> Option<(u64, u64)> {
    let counts = line.strip_prefix("test result: ")?.split_once(". ")?.1;
    let count = |word: &str| {
        counts.split(';').find_map(|part| part.trim().strip_suffix(word)?.trim().parse::<u64>().ok())
    };
    Some((count("passed")?, count("failed")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_of_a_suite_is_understood() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(parse(line), Some((12, 3)));
        assert_eq!(parse("test result: ok. 7 passed; 0 failed; 0 ignored"), Some((7, 0)));
        assert_eq!(parse("test sums::add ... ok"), None);
        assert_eq!(parse("test result: "), None);
    }
}
