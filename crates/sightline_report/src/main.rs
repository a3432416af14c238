//! `sightline-report`: reports the log-ins of a workstation or server to Sightline, and ends them when asked.
//!
//! Linux-PAM calls `sightline-report pam` as a log-in begins and ends; that writes a file and does nothing else.
//! `sightline-report run` is the service that sends those files. Never decides whether somebody may log in, and
//! never keeps them waiting.

mod address;
mod book;
mod check;
mod config;
mod describe;
mod ending;
mod event;
mod hearer;
mod moment;
mod pam;
mod process;
mod sender;
mod service;
mod spool;
mod status;
mod syslog;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
sightline-report: reports the log-ins of this machine to Sightline

  sightline-report run      send what is waiting, and end log-ins when asked: the service
  sightline-report status   say what is open and what waits
  sightline-report check    say whether everything is in order
  sightline-report pam      called by pam_exec.so as a log-in begins and ends

  --config FILE             another configuration than /etc/sightline-report.toml
";

/// What was asked for on the command line.
#[derive(Debug, PartialEq)]
struct Arguments {
    command: String,
    config: PathBuf,
    /// The process that called PAM: what `pam` tells the process that writes for it.
    leader: Option<String>,
}

fn main() -> ExitCode {
    let arguments = match arguments(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(wrong) => {
            eprint!("{wrong}");
            return ExitCode::from(2);
        }
    };
    let config = arguments.config.as_path();
    match (arguments.command.as_str(), arguments.leader) {
        ("pam", None) => return pam::called(config),
        ("pam", Some(leader)) => return pam::write(config, &leader),
        ("check", _) => return check::check(config),
        _ => {}
    }
    let run: fn(&Path) -> Result<(), String> =
        if arguments.command == "run" { service::run } else { status::status };
    match run(config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sightline-report: {error}");
            ExitCode::FAILURE
        }
    }
}

fn arguments(mut words: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let (mut command, mut config, mut leader) = (None, PathBuf::from(config::FILE), None);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--config" => match words.next() {
                Some(file) => config = file.into(),
                None => return Err("sightline-report: --config needs a file\n".into()),
            },
            "--leader" => leader = words.next(),
            "run" | "status" | "check" | "pam" if command.is_none() => command = Some(word),
            _ => return Err(USAGE.into()),
        }
    }
    let command = command.ok_or(USAGE)?;
    Ok(Arguments { command, config, leader })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_read() {
        let read = |line: &str| arguments(line.split_whitespace().map(String::from));
        let pam = read("pam --config /x.toml").unwrap();
        assert_eq!(
            (pam.command.as_str(), pam.config.as_path(), pam.leader),
            ("pam", Path::new("/x.toml"), None)
        );
        assert_eq!(read("status").unwrap().config, Path::new(config::FILE));
        for wrong in ["", "--config", "sing", "run status", "--help", "pam --quick"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
