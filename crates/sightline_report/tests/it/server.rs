//! A real server in a process of its own, on a folder and a port that outlive it.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::until;

/// The server of one test, with the agent `ws-7`, the operator `olaf`, and his token.
pub(crate) struct Server {
    folder: PathBuf,
    pub(crate) address: SocketAddr,
    /// What the workstation reports with.
    pub(crate) agent_token: String,
    olaf: String,
    running: Option<Child>,
}

impl Server {
    pub(crate) fn start(folder: &Path) -> Self {
        let site = folder.join("site");
        fs::create_dir_all(site.join("pkg")).expect("a folder");
        let assets =
            r#"{"build":"b1","js":"/pkg/a.js","wasm":"/pkg/a.wasm","css":"/pkg/a.css","preload_fonts":[]}"#;
        fs::write(site.join("assets.json"), assets).expect("written");
        fs::write(site.join("favicon.svg"), "<svg xmlns=\"http://www.w3.org/2000/svg\"/>").expect("written");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("its address");
        drop(listener);
        let mut server = Self {
            folder: folder.to_owned(),
            address,
            agent_token: String::new(),
            olaf: String::new(),
            running: None,
        };
        server
            .cli(&["user", "add", "olaf", "--role", "operator", "--password-stdin"], "correct horse battery");
        server.cli(
            &["agent", "add", "ws-7", "--url", "ssh://127.0.0.1:1", "--display-name", "Workstation 7"],
            "",
        );
        server.agent_token = server.cli(&["agent", "token", "ws-7"], "");
        server.olaf = server.cli(&["token", "add", "olaf"], "");
        server.resume();
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let test = std::env::current_exe().expect("this program");
        let program = test.parent().and_then(Path::parent).expect("its folder").join("examples/sightline");
        assert!(
            program.exists(),
            "{} is missing: cargo build --package sightline_report --examples",
            program.display()
        );
        let mut command = Command::new(program);
        command.args(arguments).env("SIGHTLINE_DATA", self.folder.join("data")).env_remove("SIGHTLINE_LOG");
        command
    }

    /// Runs `sightline` on the data folder; what it printed.
    pub(crate) fn cli(&self, arguments: &[&str], input: &str) -> String {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        child.stdin.take().expect("a pipe").write_all(input.as_bytes()).ok();
        let output = child.wait_with_output().expect("the program ends");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    }

    /// Starts it, again where it was, and waits until it listens.
    pub(crate) fn resume(&mut self) {
        let (web, site) = (self.address.to_string(), self.folder.join("site").display().to_string());
        let mut command =
            self.command(&["serve", "--web-addr", &web, "--ssh-addr", "127.0.0.1:0", "--site", &site]);
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("server.log"))
            .expect("a log");
        self.running = Some(command.stdout(Stdio::null()).stderr(log).spawn().expect("the server starts"));
        until("the server", || TcpStream::connect(self.address).ok());
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) fn stop(&mut self) {
        let mut child = self.running.take().expect("it runs");
        kill_process(Pid::from_child(&child), Signal::TERM).expect("it runs");
        child.wait().expect("it ends");
    }

    /// Asks the JSON API as `olaf`; status and answer.
    pub(crate) fn api(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(self.address).expect("the server listens");
        let (host, token, length) = (self.address, &self.olaf, body.len());
        // HTTP/1.0: the answer ends with the connection.
        let request = format!(
            "{method} /api/v1{path} HTTP/1.0\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("text");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).expect("a status").parse().expect("a number");
        (status, serde_json::from_str(body).unwrap_or(Value::Null))
    }

    /// The open log-ins, as `sightline session list` says them.
    pub(crate) fn open(&self) -> Vec<Value> {
        let listed = self.cli(&["session", "list", "--json"], "");
        let Value::Array(rows) = serde_json::from_str(&listed).expect("JSON") else { panic!("{listed}") };
        rows.into_iter().filter(|row| row["type"] == "ESSO").collect()
    }

    /// Every log-in that there ever was, the first that began first.
    pub(crate) fn all(&self) -> Vec<Value> {
        let (status, page) = self.api("GET", "/access-logs?type=ESSO", "");
        assert_eq!(status, 200, "{page}");
        let mut rows = page["sessions"].as_array().expect("rows").clone();
        rows.sort_by_key(|row| (row["started_at"].to_string(), row["id"].to_string()));
        rows
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.running.take() {
            // Ended already in a test that passed.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
