//! Sessions through the PostgreSQL gateway: real clients, a real server, a real target.

mod bad_days;
mod carrying;
mod sign_in;
mod watched;

use std::net::SocketAddr;
use std::process::{Output, Stdio};
use std::time::Duration;

use server::store::{LogFilter, SessionRow};
use wire::SessionId;

use crate::warehouse::{ACCOUNT_PASSWORD, Psql, Warehouse, client};
use crate::web_world::{PASSWORD, World, cli_with};

/// A server with a target, and Uma, who may use `app@dw`, which Otto owns.
struct Dw {
    world: World,
    target: Warehouse,
}

impl Dw {
    async fn start() -> Self {
        Self::with(Warehouse::start()).await
    }

    async fn with(target: Warehouse) -> Self {
        let world = World::start().await;
        let url = format!("postgres://127.0.0.1:{}", target.port);
        world.cli(&["agent", "add", "dw", "--url", &url, "--display-name", "Warehouse", "--group", "inner"]);
        cli_with(&world, &["account", "add", "app@dw", "--password-stdin"], ACCOUNT_PASSWORD);
        world.cli(&["grant", "add", "otto", "owner", "app@dw"]);
        world.cli(&["grant", "add", "uma", "user", "app@dw"]);
        Self { world, target }
    }

    fn gateway(&self) -> SocketAddr {
        self.world.running.pg.as_ref().expect("it listens").0
    }

    /// Uma's psql on `dw`.
    fn psql(&self) -> Psql {
        Psql::start(self.gateway(), "uma:app@dw", PASSWORD, "dw")
    }

    /// Runs a program of Uma's through the gateway.
    fn run(&self, program: &str, arguments: &[&str]) -> Output {
        self.run_as("uma:app@dw", PASSWORD, program, arguments)
    }

    fn run_as(&self, user: &str, password: &str, program: &str, arguments: &[&str]) -> Output {
        let mut command = client(program, self.gateway().port(), user, password);
        command.args(arguments).stdin(Stdio::null()).output().expect("the client is missing")
    }

    /// What psql says when it does not come in.
    fn refusal(&self, user: &str, password: &str, more: &str) -> String {
        // Or it would try again in the clear; of two values the last one counts.
        let place = format!("dbname=dw sslmode=require {more}");
        let output = self.run_as(user, password, "psql", &["-X", "-c", "SELECT 1", &place]);
        assert!(!output.status.success(), "{output:?}");
        String::from_utf8(output.stderr).expect("text")
    }

    /// The PAM sessions, the oldest first, open or ended.
    async fn rows(&self) -> Vec<SessionRow> {
        let store = &self.world.services().store;
        let reach = hub::reach(&hub::Viewer::command_line());
        let mut rows = store.access_log(&reach, &LogFilter::default(), None, 1000).await.expect("read");
        rows.retain(|row| row.session.kind == wire::SessionType::Pam);
        rows.sort_by_key(|row| row.session.id);
        rows
    }

    /// The last PAM session, when it has ended.
    async fn ended(&self) -> SessionRow {
        let look = async {
            loop {
                if let Some(row) = self.rows().await.pop().filter(|row| row.ended.is_some()) {
                    return row;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), look).await.expect("it ends")
    }

    /// The one open PAM session.
    async fn open(&self) -> SessionId {
        let listed = self.world.services().hub.list().snapshot();
        let open: Vec<_> =
            listed.iter().filter(|listed| listed.session.kind == wire::SessionType::Pam).collect();
        assert_eq!(open.len(), 1);
        open[0].session.id
    }

    /// The recording of a session as text, after it was checked.
    fn recorded(&self, session: SessionId) -> String {
        let data = self.world.folder.path().join("data/recordings");
        let mut found = None;
        crate::sshd::until("the closed recording", || {
            let months =
                std::fs::read_dir(&data).expect("readable").map(|folder| folder.expect("readable").path());
            found = months
                .filter(|folder| !folder.ends_with("open"))
                .map(|folder| folder.join(format!("{session}.cast")))
                .find(|file| file.exists() && file.with_extension("idx").exists());
            found.is_some()
        });
        let file = found.expect("just found");
        let said = self.world.cli(&["recording", "verify", &session.to_string()]);
        assert!(said.starts_with("the recording is whole"), "{said}");
        let cast = String::from_utf8(crate::warehouse::bytes(&file)).expect("text");
        let events =
            cast.lines().skip(1).filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        events
            .filter(|event| event[1] == "o")
            .filter_map(|event| Some(event[2].as_str()?.to_owned()))
            .collect()
    }
}

fn text(output: &[u8]) -> String {
    String::from_utf8_lossy(output).into_owned()
}
