//! A real server on free ports with a data folder of its own, and the people of these tests.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use hub::{Facts, KeysRule, OpenSession, Opening, RecordingRule, ScreenKind, WatchPolicy};
use server::config::{Config, Listen};
use server::serve::{Running, start};
use server::services::Services;
use tempfile::TempDir;
use wire::live::Size;
use wire::{EndAsked, Millis, Session, SessionId, SessionType};

use crate::web_client::Browser;

/// What everybody's password is here.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// Name of the data folder in the folder of a test.
const DATA: &str = "data";

/// The server with `root` (admin), `olaf` (operator), `anna` (auditor), `otto` (user, owns root@db-1),
/// `uma` (user, may connect as root@db-1) and `ned` (user, holds nothing).
pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) running: Running,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// With settings changed by `change`.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let cli = |arguments: &[&str], input: &str| command(&folder.path().join(DATA), arguments, input);
        for (name, role) in [
            ("root", "admin"),
            ("olaf", "operator"),
            ("anna", "auditor"),
            ("otto", "user"),
            ("uma", "user"),
            ("ned", "user"),
        ] {
            cli(&["user", "add", name, "--role", role, "--full-name", name, "--password-stdin"], PASSWORD);
        }
        cli(&["agent", "add", "db-1", "--url", "ssh://127.0.0.1:1", "--display-name", "Database 1"], "");
        cli(&["account", "add", "root@db-1", "--password-stdin"], "secret");
        cli(&["account", "add", "ask@db-1", "--password-stdin", "--watch", "consent"], "secret");
        cli(&["grant", "add", "otto", "owner", "root@db-1"], "");
        cli(&["grant", "add", "otto", "owner", "ask@db-1"], "");
        cli(&["grant", "add", "uma", "user", "root@db-1"], "");
        let running = empty_in(folder.path(), change).await;
        Self { folder, running }
    }

    /// Without anybody.
    pub(crate) async fn start_empty() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let running = empty_in(folder.path(), |_| {}).await;
        Self { folder, running }
    }

    /// Stops the server; its folder stays, and its address is kept for [`Stopped::start`].
    pub(crate) async fn stop(self) -> Stopped {
        let address = self.running.web_addr;
        self.running.stop().await;
        Stopped { folder: self.folder, address }
    }

    pub(crate) fn services(&self) -> &Arc<Services> {
        &self.running.services
    }

    /// Runs the program on the data folder; its output.
    pub(crate) fn cli(&self, arguments: &[&str]) -> String {
        command(&self.folder.path().join(DATA), arguments, "")
    }

    /// Somebody's API token.
    pub(crate) fn token(&self, user: &str) -> String {
        self.cli(&["token", "add", user]).trim().to_owned()
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.running.web_addr)
    }

    /// A browser in which somebody is signed in.
    pub(crate) async fn signed_in(&self, user: &str) -> Browser {
        let mut browser = self.browser();
        assert_eq!(browser.sign_in(user, PASSWORD).await.location(), "/sessions");
        assert!(browser.cookie.is_some());
        browser
    }

    /// Opens a session of `user` as `login` on db-1, as the gateway does.
    pub(crate) async fn open(&self, user: &str, login: &str) -> OpenSession {
        self.open_with(user, login, ScreenKind::Terminal(Size { cols: 40, rows: 5 })).await
    }

    pub(crate) async fn open_with(&self, user: &str, login: &str, screen: ScreenKind) -> OpenSession {
        let services = self.services();
        let user = services.store.expect_user(user).await.expect("a user");
        let account = services.store.expect_account(login, "db-1").await.expect("an account");
        let policy = if login == "ask" { WatchPolicy::Consent } else { WatchPolicy::Announced };
        let id = SessionId::generate();
        let now = Millis::now();
        let session = Session {
            id,
            user: user.name,
            full_name: user.full_name,
            device: "192.0.2.7".into(),
            client: services.config.node.clone(),
            started_at: now,
            kind: SessionType::PamSsh,
            port: 2222,
            service_url: "ssh://127.0.0.1:1".into(),
            account_name: login.into(),
            service_provider: "Database 1".into(),
            agent: Some("db-1".into()),
            jump_server_group: None,
            watchers: 0,
            last_active_at: now,
            node: services.config.node.clone(),
            recorded: false,
            user_reported: false,
            end_asked: EndAsked::No,
        };
        let facts = Facts { session: id, user: Some(user.id), account: Some(account.id), policy };
        services
            .hub
            .open(Opening {
                session,
                facts,
                screen,
                recording: RecordingRule::Wanted,
                keys: KeysRule::Masked,
            })
            .await
            .expect("the session opens")
    }

    /// The one open `CONSOLE` session of somebody.
    pub(crate) fn console_of(&self, user: &str) -> SessionId {
        let listed = self.services().hub.list().snapshot();
        let mut theirs = listed
            .iter()
            .filter(|listed| listed.session.kind == SessionType::Console && listed.session.user == user);
        let id = theirs.next().expect("a CONSOLE session").session.id;
        assert!(theirs.next().is_none(), "one CONSOLE session");
        id
    }
}

/// A server that was stopped.
pub(crate) struct Stopped {
    folder: TempDir,
    address: std::net::SocketAddr,
}

impl Stopped {
    /// Starts it again where it was.
    pub(crate) async fn start(self) -> World {
        let running = empty_in(self.folder.path(), |config| config.web_addr = self.address).await;
        World { folder: self.folder, running }
    }
}

/// Runs the program on a world's data folder, with something on standard input; its output.
pub(crate) fn cli_with(world: &World, arguments: &[&str], input: &str) -> String {
    command(&world.folder.path().join(DATA), arguments, input)
}

async fn empty_in(folder: &Path, change: impl FnOnce(&mut Config)) -> Running {
    let site = folder.join("site");
    std::fs::create_dir_all(site.join("pkg")).expect("a folder");
    for (name, contents) in [
        (
            "assets.json",
            r#"{"build":"b1","js":"/pkg/a.1.js","wasm":"/pkg/a.1.wasm","css":"/pkg/a.1.css","preload_fonts":[]}"#,
        ),
        ("favicon.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
        ("pkg/a.1.js", "export default 1"),
        ("pkg/a.1.js.br", "compressed"),
    ] {
        std::fs::write(site.join(name), contents).expect("a file");
    }
    let local = "127.0.0.1:0".parse().expect("an address");
    let mut config = Config::defaults(&folder.join(DATA));
    config.web_addr = local;
    config.ssh_addr = local;
    config.pg_addr = Listen::At(local);
    config.node = "node-1".into();
    config.site = site;
    change(&mut config);
    start(config).await.expect("the server starts")
}

fn command(folder: &Path, arguments: &[&str], input: &str) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sightline"))
        .args(arguments)
        .env("SIGHTLINE_DATA", folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // Dropped at once, so that the program sees the end of its input.
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).ok();
    let output = child.wait_with_output().expect("the program ends");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}
