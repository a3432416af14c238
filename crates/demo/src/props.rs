//! What lies on the targets: homes with files worth looking at, and a log that grows.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use rand::Rng as _;

use crate::cast::System;

/// Lines after which the log starts anew, so that a night of it fills no disk.
const LOG_LINES: u32 = 20_000;

/// Programs of the targets, in plain shell: they run on any machine.
const SCRIPTS: &[(&str, &str)] =
    &[("watch-load", include_str!("props/watch-load.sh")), ("dashboard", include_str!("props/dashboard.sh"))];

/// Makes the home of a system's account below a folder.
pub(crate) fn home(below: &Path, system: &System) -> Result<PathBuf> {
    let home = below.join(system.agent);
    fs::create_dir_all(home.join("bin")).with_context(|| format!("cannot create {}", home.display()))?;
    fs::create_dir_all(home.join("logs"))?;
    let sign = if system.login == "root" { '#' } else { '$' };
    let prompt = format!(
        "PS1='\\[\\e[1;32m\\]{}@{}\\[\\e[0m\\]:\\[\\e[1;34m\\]\\w\\[\\e[0m\\]{sign} '",
        system.login, system.agent
    );
    fs::write(
        home.join(".bashrc"),
        format!(
            "{prompt}\nPATH=\"$HOME/bin:$PATH\"\nunset PROMPT_COMMAND HISTFILE\nalias ls='ls --color=auto'\n"
        ),
    )?;
    // Vi without questions about a colour or a mouse that nobody here has.
    fs::write(home.join(".vimrc"), "set nocompatible ruler showmode\nset noswapfile viminfo=\nsyntax off\n")?;
    for (name, text) in SCRIPTS {
        let path = home.join("bin").join(name);
        fs::write(&path, text)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    }
    fs::write(home.join("orders.csv"), orders())?;
    fs::write(home.join("runbook.txt"), include_str!("props/runbook.txt"))?;
    fs::write(home.join("logs/build.log"), "")?;
    Ok(home)
}

/// Writes what only this person may read.
pub(crate) fn secret_file(path: &Path, text: impl AsRef<[u8]>) -> Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    Ok(file.write_all(text.as_ref())?)
}

fn orders() -> String {
    let mut rng = rand::rng();
    let mut text = String::from("id,day,country,amount\n");
    for id in 1..=600 {
        let country = ["DE", "FR", "ES", "PL", "SE", "IT"][rng.random_range(0..6)];
        let (day, cents) = (rng.random_range(1..=28), rng.random_range(400..90_000));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{id},2026-11-{day:02},{country},{}.{:02}", cents / 100, cents % 100);
    }
    text
}

/// Writes the build farm's log, line by line, until it is dropped.
pub(crate) async fn write_log(home: PathBuf) -> Result<()> {
    let path = home.join("logs/build.log");
    let mut line = 0;
    loop {
        let mut log = fs::OpenOptions::new().append(true).open(&path)?;
        if line >= LOG_LINES {
            log.set_len(0)?;
            line = 0;
        }
        line += 1;
        writeln!(log, "{}", log_line(line))?;
        let pause = rand::rng().random_range(80..900);
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
}

fn log_line(number: u32) -> String {
    let mut rng = rand::rng();
    let job = number / 14 + 4100;
    let package = ["checkout", "ledger", "search", "mailer", "catalogue", "gateway"][rng.random_range(0..6)];
    match rng.random_range(0..20) {
        0 => format!("\x1b[31m FAIL \x1b[0m job {job} {package}: test timed out, trying again"),
        1..=2 => format!("\x1b[33m WARN \x1b[0m job {job} {package}: cache miss, fetching"),
        3..=7 => format!("\x1b[32m  OK  \x1b[0m job {job} {package}: {} tests", rng.random_range(20..400)),
        8..=10 => {
            let done = rng.random_range(1..=30);
            format!(
                "\x1b[36m LINK \x1b[0m job {job} {package} [{}{}]",
                "#".repeat(done),
                "·".repeat(30 - done)
            )
        }
        _ => format!("\x1b[2m      \x1b[0m job {job} {package}: compiling unit {}", rng.random_range(1..900)),
    }
}
