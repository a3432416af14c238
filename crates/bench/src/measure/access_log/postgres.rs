//! A PostgreSQL for the bench alone, on a free port, in a folder that goes with it.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use sqlx::{AnyConnection, Connection};

use crate::children::Guarded;
use crate::world::free_address;

/// How long it may take until it takes connections.
const START: Duration = Duration::from_secs(60);

/// Makes a folder and runs a server in it until standard input closes; ends it by its own id.
const SCRIPT: &str = r#"
set -e
folder=$(mktemp -d /tmp/sightline-bench-postgres.XXXXXX)
trap 'rm -rf "$folder"' EXIT
trap : TERM
"$1/initdb" -D "$folder/data" -U sightline -A trust -E UTF8 --locale=C --no-sync > /dev/null
"$1/postgres" -D "$folder/data" -p "$2" -h 127.0.0.1 -k "$folder" -c fsync=off -c wal_level=minimal \
    -c max_wal_senders=0 -c max_wal_size=1GB -c shared_buffers=512MB 2> "$folder/log" &
server=$!
cat > /dev/null || true
kill -INT "$server"
wait "$server" || true
"#;

/// A running server; ends when dropped.
pub(super) struct Postgres {
    url: String,
    shell: Guarded,
}

impl Postgres {
    /// Starts it and waits until it answers.
    pub(super) async fn start() -> anyhow::Result<Self> {
        let bin =
            programs().context("PostgreSQL is missing: install it (Debian: `apt install postgresql`)")?;
        let port = free_address()?.port();
        // PostgreSQL refuses to run as root: become the user that its package made.
        let mut command = if rustix::process::getuid().is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "sh"]);
            command
        } else {
            Command::new("sh")
        };
        command.args(["-c", SCRIPT, "sh"]).arg(bin).arg(port.to_string());
        let shell = Guarded::start(command.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::null()))?;
        let server = Self { url: format!("postgres://sightline@127.0.0.1:{port}/postgres"), shell };
        sqlx::any::install_default_drivers();
        let begun = Instant::now();
        loop {
            match AnyConnection::connect(&server.url).await {
                Ok(connection) => {
                    connection.close().await?;
                    return Ok(server);
                }
                Err(error) => {
                    anyhow::ensure!(begun.elapsed() < START, "PostgreSQL does not start: {error}");
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Where it is.
    pub(super) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.shell.inner().stdin.take());
        // Writing what it holds may take a while; when it takes longer, the guard ends the shell.
        let _ = self.shell.wait(START);
    }
}

/// The folder with the newest server's programs.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut folders: Vec<PathBuf> = versions
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|bin| bin.join("initdb").exists() && bin.join("postgres").exists())
        .collect();
    folders.sort();
    folders.pop()
}
