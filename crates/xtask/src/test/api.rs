//! Tries the JSON API of a real server with whatever its own description allows, and what it does not:
//! schemathesis, which must find no answer that the description does not name, and no failure of the server.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use super::Tally;
use crate::{place, say, tool};

/// Its version. Later ones are tried when somebody says so here, not by chance.
const VERSION: &str = "4.32.5";
/// Made-up requests for each operation, beside those at every bound of the description.
const EXAMPLES: &str = "60";
/// What it looks for. Not whether everything that the description allows is taken: that a time is not in the
/// future, or that a text has no invisible characters, no description says.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance,unsupported_method,allow_header_conformance,\
    ignored_auth,missing_required_header";

/// Opens a session by report and another one that ends, and prints their ids.
const OPEN_TWO: &str = r#"
import json, sys, urllib.request
url, token = sys.argv[1:]
def opened(key):
    return {"open": {"key": key, "user": "zoe", "device": "192.0.2.9", "client": "ws-12", "port": 443, "type": "ESSO",
                     "service_url": "https://crm.example", "account_name": "zoe", "lease_seconds": 3600}}
body = json.dumps([opened("open"), opened("ended"), {"close": {"key": "ended"}}]).encode()
request = urllib.request.Request(url + "/api/v1/reports", body,
                                 {"Authorization": "Bearer " + token, "Content-Type": "application/json"})
answers = json.load(urllib.request.urlopen(request))["answers"]
print(answers[0]["session"], answers[1]["session"])
"#;

/// Runs it and counts what it ran.
pub(crate) fn run(tally: &mut Tally) {
    say::step("api", "the JSON API against its own description, with schemathesis");
    tally
        .one("JSON API of sessions against its description", prepared().and_then(|world| world.try_people()));
    tally
        .one("JSON API of reports against its description", prepared().and_then(|world| world.try_sources()));
}

struct World {
    tool: PathBuf,
    folder: PathBuf,
    server: Child,
    /// Held open: the server says more than where it listens, and ends when nobody can hear it.
    _said: BufReader<ChildStdout>,
    url: String,
    person: String,
    agent: String,
}

impl Drop for World {
    fn drop(&mut self) {
        // It may have died, which the run has found.
        let _ = self.server.kill();
        let _ = self.server.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn prepared() -> Result<World> {
    let tool = installed()?;
    let folder = place::kept("api");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let data = folder.join("data");
    let sightline = |arguments: &[&str], input: &str| sightline(&data, arguments, input);
    sightline(&["user", "add", "root", "--role", "admin", "--password-stdin"], "correct horse battery")?;
    sightline(&["agent", "add", "crm", "--url", "ssh://127.0.0.1:1"], "")?;
    let person = sightline(&["token", "add", "root"], "")?;
    let agent = sightline(&["agent", "token", "crm"], "")?;
    let here = "127.0.0.1:0";
    let mut server = command(&data, &["serve", "--web-addr", here, "--ssh-addr", here, "--pg-addr", "off"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start the server")?;
    let stdout = server.stdout.take().context("the server has no output")?;
    let (mut line, mut said) = (String::new(), BufReader::new(stdout));
    said.read_line(&mut line)?;
    let mut world = World { tool, folder, server, _said: said, url: String::new(), person, agent };
    let url = line.trim().strip_prefix("listening on ").context("the server did not start")?;
    world.url = url.to_owned();
    Ok(world)
}

impl World {
    fn try_people(&self) -> Result<()> {
        let python = self.tool.join("bin").join("python");
        let script = ["-c", OPEN_TWO, &self.url, &self.agent];
        let ids = tool::output(tool::program(python, &self.folder).args(script));
        let ids = ids.context("no session could be opened by report")?;
        let (open, ended) = ids.trim().split_once(' ').context("two sessions")?;
        self.schemathesis(
            &self.person,
            &["--exclude-path-regex", "reports"],
            &[
                ("/api/v1/sessions/{id}", format!("id = \"{open}\"")),
                // One that is open would have to be ended by its source, which takes its time.
                ("/api/v1/sessions/{id}/terminate", format!("id = \"{ended}\"")),
            ],
        )
    }

    fn try_sources(&self) -> Result<()> {
        let wait = [("/api/v1/reports/commands", "wait = 0".to_owned())];
        self.schemathesis(&self.agent, &["--include-path-regex", "reports"], &wait)
    }

    fn schemathesis(&self, token: &str, which: &[&str], fixed: &[(&str, String)]) -> Result<()> {
        let config = self.folder.join("schemathesis.toml");
        let mut file = fs::File::create(&config)?;
        for (path, parameter) in fixed {
            writeln!(file, "[[operations]]\ninclude-path = \"{path}\"\nparameters = {{ {parameter} }}\n")?;
        }
        drop(file);
        let url = format!("{}/api/v1/openapi.json", self.url);
        let mut command = tool::program(self.tool.join("bin").join("schemathesis"), &self.folder);
        command.arg("--config-file").arg(config).args(["run", &url, "--checks", CHECKS, "-n", EXAMPLES]);
        command.args(["--request-timeout", "30", "--no-color"]).args(which);
        tool::call(command.arg("-H").arg(format!("Authorization: Bearer {token}")), "schemathesis")
    }
}

/// Installs it, in an environment of its own under the target folder, if it is not there.
fn installed() -> Result<PathBuf> {
    let root = place::installed("schemathesis");
    let program = root.join("bin").join("schemathesis");
    let printed = tool::output(tool::program(&program, place::root()).arg("--version"));
    if printed.is_some_and(|printed| printed.trim().ends_with(VERSION)) {
        say::fresh("api", "schemathesis, which the JSON API is tried with, is here");
        return Ok(root);
    }
    say::step("api", &format!("installing schemathesis {VERSION}, which the JSON API is tried with"));
    let python = tool::find("python3").context("python3 is missing: `apt-get install python3-venv`")?;
    let mut make = tool::program(python, place::root());
    tool::call(make.args(["-m", "venv", "--clear"]).arg(&root), "`python3 -m venv`")?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    let mut pip = tool::program(root.join("bin").join("python"), place::root());
    tool::call(pip.args(install).arg(format!("schemathesis=={VERSION}")), "`pip install schemathesis`")?;
    Ok(root)
}

fn command(data: &Path, arguments: &[&str]) -> Command {
    let mut command = tool::program(place::release("sightline"), place::root());
    command.args(arguments).env("SIGHTLINE_DATA", data).env_remove("SIGHTLINE_LOG");
    command
}

/// A command of the program with that on standard input; what it prints.
fn sightline(data: &Path, arguments: &[&str], input: &str) -> Result<String> {
    let mut child = command(data, arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // A command that reads nothing may be gone before the write.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "`sightline {}` failed", arguments.join(" "));
    let printed = String::from_utf8(output.stdout)?;
    if printed.trim().is_empty() {
        bail!("`sightline {}` printed nothing", arguments.join(" "));
    }
    Ok(printed.trim().to_owned())
}
