//! Databases for the store's tests: SQLite in a folder, PostgreSQL started here on a free port.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use server::store::Store;
use sqlx::{AnyConnection, Connection};
use tempfile::TempDir;

/// An empty database of its own, with its tables.
pub(crate) struct Database {
    pub(crate) store: Store,
    pub(crate) url: String,
    _folder: Option<TempDir>,
}

impl Database {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = Store::sqlite_url(&folder.path().join("odd name?#%.db"));
        let store = Store::open(&url).await.expect("opened");
        Self { store, url, _folder: Some(folder) }
    }

    pub(crate) async fn postgres() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let server = Postgres::running();
        let name = format!("t{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let mut connection = server.connect().await;
        let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
        sqlx::query(create).execute(&mut connection).await.expect("created");
        connection.close().await.expect("closed");
        let url = server.url(&name);
        let store = Store::open(&url).await.expect("opened");
        Self { store, url, _folder: None }
    }
}

/// Runs each test function on both databases.
macro_rules! on_both {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test] async fn $test() { super::$test(crate::database::Database::sqlite().await).await; })*
        }
        mod postgres {
            $(#[tokio::test] async fn $test() { super::$test(crate::database::Database::postgres().await).await; })*
        }
    };
}
pub(crate) use on_both;

/// One PostgreSQL for all tests of this process.
struct Postgres {
    port: u16,
    /// Holds the server's life: when this process ends, however it does, the pipe closes.
    _life: Child,
}

/// Starts a server in a new folder and ends it, by its own id, when standard input closes.
const SCRIPT: &str = r#"
set -e
folder=$(mktemp -d /tmp/sightline-postgres.XXXXXX)
trap 'rm -rf "$folder"' EXIT
"$1/initdb" -D "$folder/data" -U sightline -A trust -E UTF8 --locale=C --no-sync > /dev/null
"$1/postgres" -D "$folder/data" -p "$2" -h 127.0.0.1 -k "$folder" -c fsync=off 2> "$folder/log" &
server=$!
cat > /dev/null
kill -INT "$server"
wait "$server" || true
"#;

impl Postgres {
    fn running() -> &'static Self {
        static SERVER: OnceLock<Postgres> = OnceLock::new();
        SERVER.get_or_init(Self::start)
    }

    fn start() -> Self {
        let bin = programs().expect("PostgreSQL is missing: install it (Debian: `apt install postgresql`)");
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = free.local_addr().expect("bound").port();
        drop(free);
        // PostgreSQL refuses to run as root: become the user that its package made.
        let root = Command::new("id").arg("-u").output().expect("id runs").stdout == b"0\n";
        let mut command = if root {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "sh"]);
            command
        } else {
            Command::new("sh")
        };
        command.args(["-c", SCRIPT, "sh"]).arg(bin).arg(port.to_string());
        let life = command.current_dir("/").stdin(Stdio::piped()).spawn().expect("a shell runs");
        Self { port, _life: life }
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://sightline@127.0.0.1:{}/{database}", self.port)
    }

    /// Connects as soon as the server takes connections.
    async fn connect(&self) -> AnyConnection {
        sqlx::any::install_default_drivers();
        let begun = Instant::now();
        loop {
            match AnyConnection::connect(&self.url("postgres")).await {
                Ok(connection) => return connection,
                Err(error) => {
                    assert!(begun.elapsed() < Duration::from_secs(60), "PostgreSQL does not start: {error}");
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// The folder with the newest server's programs.
pub(crate) fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut folders: Vec<PathBuf> = versions
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|bin| bin.join("initdb").exists() && bin.join("postgres").exists())
        .collect();
    folders.sort();
    folders.pop()
}
