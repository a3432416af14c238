//! The browser's half: scripts of `end2end/bench` in Node, which drive Chromium.

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{ChildStdout, Command, Stdio};

use anyhow::Context;
use serde_json::{Value, json};

use crate::children::Guarded;
use crate::world::{ADMIN, PASSWORD, World};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../end2end");

/// A running script: it says one JSON value a line.
pub(crate) struct Script {
    lines: Lines<BufReader<ChildStdout>>,
    node: Guarded,
}

/// Why no browser can be measured here, if so.
pub(crate) fn missing() -> Option<String> {
    let modules = Path::new(FOLDER).join("node_modules/@playwright/test");
    if !modules.exists() {
        return Some("skipped: run `npm ci` in end2end".into());
    }
    let chromium = std::env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".into());
    (!Path::new(&chromium).exists()).then(|| format!("skipped: {chromium} is missing"))
}

impl Script {
    /// Starts `end2end/bench/NAME.mjs`; returns when its page is ready.
    pub(crate) fn start(world: &World, name: &str, mut arguments: Value) -> anyhow::Result<Self> {
        arguments["url"] = json!(format!("http://{}", world.web));
        arguments["user"] = json!(ADMIN);
        arguments["password"] = json!(PASSWORD);
        let mut node = Command::new("node");
        node.arg(format!("bench/{name}.mjs")).arg(arguments.to_string()).current_dir(FOLDER);
        let mut node = Guarded::start(node.stdin(Stdio::piped()).stdout(Stdio::piped()))?;
        let stdout = node.inner().stdout.take().context("no output")?;
        let mut script = Self { lines: BufReader::new(stdout).lines(), node };
        let ready = script.says()?;
        anyhow::ensure!(ready == json!("ready"), "{name} began with {ready}");
        Ok(script)
    }

    /// Lets it go on, where it waits for that.
    pub(crate) fn go(&mut self) -> anyhow::Result<()> {
        let stdin = self.node.inner().stdin.as_mut().context("no input")?;
        Ok(stdin.write_all(b"\n")?)
    }

    /// The next value.
    pub(crate) fn says(&mut self) -> anyhow::Result<Value> {
        let line = self.lines.next().context("the script ended early")??;
        Ok(serde_json::from_str(&line)?)
    }
}
