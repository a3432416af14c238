//! The gateway, its directory, ledger and hub, a `sshd` behind it, and `ssh` in front of it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use gateway_ssh::{Connection, Gateway, GatewayConfig, Secret, Terminals, User, keys};
use hub::{Hub, RecordingRule, Times, Viewer, WatchPolicy};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use wire::{AccountId, AgentId, SessionId, UserId};
use zeroize::Zeroizing;

use super::book::{Book, Person};
use super::ledger::Rows;
use super::reels::Reels;
use super::sshd::Sshd;
use super::tools::{key, me, program, public, read, until, within};

/// Alice's password on Sightline.
pub(crate) const PASSWORD: &str = "wonder land";

/// Everything that a test needs; Alice may connect to `ME@box`, which is the `sshd`.
pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) book: Arc<Book>,
    pub(crate) rows: Arc<Rows>,
    pub(crate) reels: Reels,
    pub(crate) hub: Hub,
    pub(crate) sshd: Sshd,
    pub(crate) address: SocketAddr,
    pub(crate) terminals: Terminals,
    pub(crate) alice: UserId,
    pub(crate) account: AccountId,
    /// Alice's private key.
    pub(crate) key: PathBuf,
    pub(crate) stop: CancellationToken,
    pub(crate) serving: JoinHandle<()>,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// With other settings.
    pub(crate) async fn with(set: impl FnOnce(&mut GatewayConfig)) -> Self {
        Self::with_times(set, Times::default()).await
    }

    /// With other settings, and leases and questions that last other times.
    pub(crate) async fn with_times(set: impl FnOnce(&mut GatewayConfig), times: Times) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let key_of_alice = key(folder.path(), "alice", "ed25519");
        let key_of_account = key(folder.path(), "account", "ed25519");
        let sshd = Sshd::start(folder.path(), &[public(&key_of_account)]).await;

        let alice = UserId::generate();
        let book = Arc::<Book>::default();
        book.people.lock().unwrap().push(Person {
            user: User { id: alice, name: "alice".into(), full_name: "Alice Liddell".into() },
            password: PASSWORD.into(),
            keys: vec![public(&key_of_alice)],
        });
        let rows = Arc::<Rows>::default();
        let reels = Reels::default();
        let hub = Hub::with(rows.clone(), Some(Arc::new(reels.clone())), times);
        let mut config = GatewayConfig::new("node-1", keys::generate_host_key().expect("a key"));
        config.threads = 2;
        set(&mut config);
        let gateway = Gateway::new(config, book.clone(), hub.clone());
        let bound = gateway.bind("127.0.0.1:0".parse().unwrap()).await.expect("bound");
        let address = bound.local_addr();
        let terminals = bound.terminals();
        let stop = CancellationToken::new();
        let stopping = stop.clone();
        let serving = tokio::spawn(async move { bound.serve(stopping).await.expect("served") });

        let secret = Secret::PrivateKey(Zeroizing::new(read(&key_of_account)));
        let target = sshd.address;
        let mut world = Self {
            folder,
            book,
            rows,
            reels,
            hub,
            sshd,
            address,
            terminals,
            alice,
            account: AccountId::generate(),
            key: key_of_alice,
            stop,
            serving,
        };
        world.account = world.add(&me(), "box", target, secret);
        world
    }

    /// One more account that Alice may connect to.
    pub(crate) fn add(&self, login: &str, agent: &str, address: SocketAddr, secret: Secret) -> AccountId {
        let account = AccountId::generate();
        let connection = Connection {
            account,
            login: login.into(),
            agent: AgentId::generate(),
            agent_name: agent.into(),
            display_name: format!("The {agent}"),
            jump_server_group: Some("dmz".into()),
            host: address.ip().to_string(),
            port: address.port(),
            service_url: format!("ssh://{address}"),
            pinned_key: None,
            secret,
            policy: WatchPolicy::Announced,
            recording: RecordingRule::Wanted,
        };
        self.book.accounts.lock().unwrap().push((connection, vec![self.alice]));
        account
    }

    /// Changes the account that was added for an agent.
    pub(crate) fn change(&self, agent: &str, change: impl FnOnce(&mut Connection)) {
        let mut accounts = self.book.accounts.lock().unwrap();
        let (connection, _) =
            accounts.iter_mut().find(|(connection, _)| connection.agent_name == agent).expect("an agent");
        change(connection);
    }

    /// `alice:ME@box`.
    pub(crate) fn login(&self) -> String {
        format!("alice:{}@box", me())
    }

    /// The options that every OpenSSH client gets, but how to sign in; it tells errors only.
    pub(crate) fn options(&self) -> Vec<String> {
        self.options_and_log("ERROR")
    }

    /// The same, and what it tells of itself.
    pub(crate) fn options_and_log(&self, level: &str) -> Vec<String> {
        let known = self.folder.path().join("known_hosts");
        ["-F".into(), "none".into()]
            .into_iter()
            .chain(
                [
                    format!("Port={}", self.address.port()),
                    format!("UserKnownHostsFile={}", known.display()),
                    "GlobalKnownHostsFile=/dev/null".into(),
                    "StrictHostKeyChecking=no".into(),
                    format!("LogLevel={level}"),
                    "IdentitiesOnly=yes".into(),
                    "IdentityAgent=none".into(),
                ]
                .into_iter()
                .flat_map(|option| ["-o".to_owned(), option]),
            )
            .collect()
    }

    /// The options with Alice's key.
    pub(crate) fn by_key(&self) -> Vec<String> {
        let mut options = self.options();
        options.extend(["-o".into(), "BatchMode=yes".into(), "-i".into(), self.key.display().to_string()]);
        options
    }

    /// `ssh` as Alice with her key: `login` is the user name, then the rest of the line.
    pub(crate) fn ssh(&self, login: &str, rest: &[&str]) -> Command {
        let mut command = Command::new(program("ssh"));
        command.args(self.by_key()).arg(format!("{login}@127.0.0.1")).args(rest);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }

    /// Runs a command on the box to its end.
    pub(crate) async fn run(&self, command: &str) -> Output {
        self.run_as(&self.login(), &[command]).await
    }

    /// Runs `ssh LOGIN@gateway REST` to its end.
    pub(crate) async fn run_as(&self, login: &str, rest: &[&str]) -> Output {
        within("ssh", self.ssh(login, rest).output()).await.expect("ssh runs")
    }

    /// Runs a command on the box to its end, with something to read.
    pub(crate) async fn run_with(&self, command: &str, input: Vec<u8>) -> Output {
        let mut child =
            self.ssh(&self.login(), &[command]).stdin(Stdio::piped()).spawn().expect("ssh starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        let writing = async move {
            // A command that reads less than it is given is no error of this one.
            let _ = stdin.write_all(&input).await;
        };
        let (output, ()) = within("ssh", async { tokio::join!(child.wait_with_output(), writing) }).await;
        output.expect("ssh ran")
    }

    /// Starts a command on the box and waits until its session is open.
    pub(crate) async fn start_session(&self, command: &str) -> (Child, SessionId) {
        let before = self.rows.all().len();
        let child = self.ssh(&self.login(), &[command]).spawn().expect("ssh starts");
        let session = || Some(self.rows.all().get(before)?.0.session.id);
        // Written first, announced second: only then is it there to be watched or ended.
        until("a session", || session().is_some_and(|id| self.hub.facts(id).is_some())).await;
        let session = session().expect("just seen");
        (child, session)
    }

    /// Ends a session as the command line would.
    pub(crate) fn terminate(&self, session: SessionId, reason: &str) {
        let facts = self.hub.facts(session).expect("an open session");
        let permit = hub::permit(&Viewer::command_line(), &facts).expect("a permit");
        self.hub.terminate(permit, reason).expect("terminated");
    }

    /// Waits until no session is open.
    pub(crate) async fn quiet(&self) {
        until("the end of every session", || self.rows.open().is_empty()).await;
    }
}

/// Asserts that something took no longer than a person would notice.
pub(crate) fn assert_quick(started: std::time::Instant, limit: Duration) {
    let took = started.elapsed();
    assert!(took < limit, "took {took:?}, longer than {limit:?}");
}
