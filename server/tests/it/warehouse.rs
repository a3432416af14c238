//! A real PostgreSQL as target, and the real programs that people reach it with.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use tempfile::TempDir;

use crate::database::programs;
use crate::sshd::until;

/// Password of the account on the target.
pub(crate) const ACCOUNT_PASSWORD: &str = "warehouse secret";

/// Starts a server in a new folder and ends it, by its own id, when standard input closes. Its folder and its
/// port come as arguments; what is in `tls.pem` makes it speak TLS.
const SCRIPT: &str = r#"
set -e
folder=$(mktemp -d /tmp/sightline-warehouse.XXXXXX)
trap 'rm -rf "$folder"' EXIT
printf '%s' "$3" > "$folder/password"
"$1/initdb" -D "$folder/data" -U app -A scram-sha-256 --pwfile "$folder/password" -E UTF8 --locale=C --no-sync > /dev/null
tls=off
if [ -n "$4" ]; then
  tls=on
  printf '%s' "$4" > "$folder/data/server.crt"
  cp "$folder/data/server.crt" "$folder/data/server.key"
  chmod 600 "$folder/data/server.key"
fi
"$1/postgres" -D "$folder/data" -p "$2" -h 127.0.0.1 -k "$folder" -c fsync=off -c ssl=$tls 2> "$folder/log" &
server=$!
cat > /dev/null
kill -INT "$server" 2> /dev/null || true
wait "$server" || true
"#;

/// A running target with a database `dw`; ends with it.
pub(crate) struct Warehouse {
    pub(crate) port: u16,
    life: Child,
}

impl Warehouse {
    /// In the clear.
    pub(crate) fn start() -> Self {
        Self::at(free_port(), "")
    }

    /// Under TLS, with a certificate and key in PEM form.
    pub(crate) fn start_under_tls(pem: &str) -> Self {
        Self::at(free_port(), pem)
    }

    /// On a port that one had before.
    pub(crate) fn at(port: u16, pem: &str) -> Self {
        let bin = programs().expect("PostgreSQL is missing: install it (Debian: `apt install postgresql`)");
        // PostgreSQL refuses to run as root: become the user that its package made.
        let root = Command::new("id").arg("-u").output().expect("id runs").stdout == b"0\n";
        let mut command = if root {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "sh"]);
            command
        } else {
            Command::new("sh")
        };
        command.args(["-c", SCRIPT, "sh"]).arg(bin).arg(port.to_string()).args([ACCOUNT_PASSWORD, pem]);
        let life = command.current_dir("/").stdin(Stdio::piped()).spawn().expect("a shell runs");
        let warehouse = Self { port, life };
        until("the warehouse", || {
            warehouse.direct("psql", &["-d", "postgres", "-c", "SELECT 1"]).status.success()
        });
        let made = warehouse.direct("psql", &["-d", "postgres", "-c", "CREATE DATABASE dw"]);
        assert!(made.status.success(), "{made:?}");
        warehouse
    }

    /// Runs a program on it without a gateway.
    pub(crate) fn direct(&self, program: &str, arguments: &[&str]) -> Output {
        let mut command = client(program, self.port, "app", ACCOUNT_PASSWORD);
        command.args(arguments).stdin(Stdio::null()).output().expect("the client is missing")
    }

    /// The answer to a query without a gateway.
    pub(crate) fn answer(&self, query: &str) -> String {
        let output = self.direct("psql", &["-XAt", "-d", "dw", "-c", query]);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    }

    /// Stops it, as an administrator does.
    pub(crate) fn stop(mut self) -> u16 {
        drop(self.life.stdin.take());
        self.life.wait().expect("it ends");
        self.port
    }
}

impl Drop for Warehouse {
    fn drop(&mut self) {
        drop(self.life.stdin.take());
        let _ = self.life.wait();
    }
}

pub(crate) fn free_port() -> u16 {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    free.local_addr().expect("bound").port()
}

/// A program of PostgreSQL's, as a user on a port of this machine.
pub(crate) fn client(program: &str, port: u16, user: &str, password: &str) -> Command {
    let path = match program {
        // Debian wraps the others in one that chooses a version.
        "pgbench" | "pg_dump" => programs().expect("PostgreSQL is missing").join(program),
        _ => PathBuf::from(program),
    };
    let mut command = Command::new(path);
    command.args(["-h", "127.0.0.1", "-p", &port.to_string(), "-U", user]);
    command.env("PGPASSWORD", password).env("PGCONNECT_TIMEOUT", "60").env("LC_ALL", "C.UTF-8");
    for name in ["PGSSLMODE", "PGHOST", "PGUSER", "PGDATABASE", "PGOPTIONS"] {
        command.env_remove(name);
    }
    command
}

/// A `psql` that somebody types in, and what came from it so far.
pub(crate) struct Psql {
    child: Child,
    input: Option<ChildStdin>,
    said: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
}

impl Psql {
    pub(crate) fn start(gateway: SocketAddr, user: &str, password: &str, database: &str) -> Self {
        let mut command = client("psql", gateway.port(), user, password);
        command.args(["-XAt", "-d", database]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("psql is missing: install postgresql-client");
        let said = Arc::<Mutex<String>>::default();
        let out = follow(child.stdout.take().expect("piped"), Arc::clone(&said));
        let err = follow(child.stderr.take().expect("piped"), Arc::clone(&said));
        let input = child.stdin.take();
        Self { child, input, said, readers: vec![out, err] }
    }

    pub(crate) fn types(&mut self, line: &str) {
        let input = self.input.as_mut().expect("open");
        input.write_all(format!("{line}\n").as_bytes()).expect("it reads");
        input.flush().expect("it reads");
    }

    /// Everything that has come so far, of both streams.
    pub(crate) fn heard(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    pub(crate) fn shows(&self, text: &str) {
        until(text, || self.heard().contains(text));
    }

    /// Presses Ctrl+C.
    pub(crate) fn interrupt(&self) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::INT).expect("it runs");
    }

    /// Pulls the plug.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// Waits for its end; what it said.
    pub(crate) fn ends(&mut self) -> String {
        self.input = None;
        until("psql's end", || self.child.try_wait().expect("a child").is_some());
        // What it wrote last may still be on its way.
        self.readers.drain(..).for_each(|reader| reader.join().expect("it reads"));
        self.heard()
    }
}

impl Drop for Psql {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn follow(from: impl Read + Send + 'static, into: Arc<Mutex<String>>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let mut from = BufReader::new(from);
        let mut line = Vec::new();
        while from.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
            into.lock().unwrap().push_str(&String::from_utf8_lossy(&line));
            line.clear();
        }
    })
}

/// A file's bytes.
pub(crate) fn bytes(file: &Path) -> Vec<u8> {
    std::fs::read(file).expect("readable")
}

/// A folder of its own.
pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}
