//! `sightline-report check`: whether everything is in order, in plain sentences.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::ExitCode;

use report::{Client, Failed, bounds};

use crate::config::Config;
use crate::moment::wall_ms;
use crate::pam::is_heard;
use crate::spool::Spool;

/// Where Linux-PAM is configured.
const PAM: &str = "/etc/pam.d";

/// Prints one line for each thing; fails when one is wrong.
pub(crate) fn check(file: &Path) -> ExitCode {
    let mut report = Report { is_wrong: false };
    if let Some(config) = report.line("configuration", configuration(file)) {
        if let Some(client) = report.line("token", token(&config)) {
            report.line("server", server(&client, &config));
            report.line("clock", clock(&client));
        }
        report.line("queue", queue(&config));
    }
    report.line("PAM", pam(Path::new(PAM)));
    if report.is_wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

struct Report {
    is_wrong: bool,
}

impl Report {
    fn line<T>(&mut self, what: &str, found: Result<(T, String), String>) -> Option<T> {
        match found {
            Ok((value, sentence)) => {
                println!("ok     {what}: {sentence}");
                Some(value)
            }
            Err(error) => {
                self.is_wrong = true;
                println!("WRONG  {what}: {error}");
                None
            }
        }
    }
}

fn configuration(file: &Path) -> Result<(Config, String), String> {
    let config = Config::load(file)?;
    Ok((config, format!("{} is good", file.display())))
}

fn token(config: &Config) -> Result<(Client, String), String> {
    let client = config.client()?;
    if config.is_open_to_listeners() {
        return Err(format!("it would go to {} in the open: use https://", config.server));
    }
    Ok((client, format!("{} is there, for its owner alone", config.token_file.display())))
}

fn server(client: &Client, config: &Config) -> Result<((), String), String> {
    match client.send(&[]) {
        Ok(_) => Ok(((), format!("{} answers and takes the token", config.server))),
        Err(Failed::Refused { status: 401 | 403, reason }) => Err(format!(
            "{} does not take the token: {reason}; make another with `sightline agent token`",
            config.server
        )),
        Err(error) => Err(format!("{}: {error}", config.server)),
    }
}

fn clock(client: &Client) -> Result<((), String), String> {
    let server = client.time().map_err(|error| error.to_string())?.as_millisecond();
    // The server names whole seconds.
    let ahead = wall_ms() - server - 500;
    let seconds = (ahead.abs() + 500) / 1000;
    if ahead.abs() < bounds::AHEAD_MS {
        return Ok(((), format!("within {} s of the server's", seconds.max(1))));
    }
    let how = if ahead > 0 { "ahead of" } else { "behind" };
    Err(format!("it is {seconds} s {how} the server's: set it, or the times of log-ins are wrong"))
}

fn queue(config: &Config) -> Result<((), String), String> {
    let folder = config.state_folder.as_path();
    let at = folder.display();
    let failed = |error: std::io::Error| format!("{at}: {error}");
    let spool = Spool::open(folder).map_err(failed)?;
    if fs::metadata(folder).map_err(failed)?.mode() & 0o077 != 0 {
        return Err(format!("others may use {at}: chmod 700 {at}"));
    }
    let waiting = spool.names().map_err(failed)?.len();
    if !is_heard(folder) {
        return Err(
            "the service does not run, nobody sends what is kept: systemctl start sightline-report".into()
        );
    }
    Ok(((), format!("{waiting} files in {at}, and the service runs")))
}

/// The services whose file names this program; Debian's common files count.
fn pam(folder: &Path) -> Result<((), String), String> {
    let mut named = Vec::new();
    let files = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for file in files.flatten() {
        let text = fs::read(file.path())
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default();
        let calls = |line: &str| {
            let line = line.trim_start();
            line.trim_start_matches('-').starts_with("session")
                && line.contains("pam_exec.so")
                && line.contains("sightline-report")
        };
        if text.lines().any(calls) {
            named.push(file.file_name().to_string_lossy().into_owned());
        }
    }
    named.sort();
    if named.is_empty() {
        return Err(format!("no file in {} calls it: no log-in is reported", folder.display()));
    }
    Ok(((), format!("it is called by {}", named.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_calls_it_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write(
            "other",
            "session required pam_unix.so\n# session optional pam_exec.so /usr/bin/sightline-report pam\n",
        );
        assert!(pam(folder.path()).expect_err("nobody").contains("no log-in is reported"));
        write("su", "auth x\nsession optional pam_exec.so seteuid /usr/bin/sightline-report pam\n");
        write("login", "  -session\t[default=ignore] pam_exec.so seteuid /usr/bin/sightline-report pam");
        assert_eq!(pam(folder.path()).unwrap().1, "it is called by login, su");
        assert!(pam(Path::new("/nowhere")).is_err());
    }
}
