//! A target of our own, for what `sshd` cannot show without accounts of the machine: sign-in by
//! password, by question, and connections that break.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use russh::keys::ssh_key::PrivateKey;
use russh::keys::{Algorithm, key::safe_rng};
use russh::server::{Auth, ChannelOpenHandle, Config, Handler, Msg, Response, Session, run_stream};
use russh::{Channel, ChannelId, Error, MethodKind, MethodSet, Sig};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The one account.
pub(crate) const LOGIN: &str = "app";
/// Its password.
pub(crate) const PASSWORD: &str = "s3cret of the target";

/// A running target; ends with it.
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    /// Passwords that were shown to it.
    pub(crate) shown: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Target {
    /// Starts a target that takes passwords, or asks for them.
    pub(crate) async fn start(method: MethodKind) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let config = Arc::new(Config {
            methods: MethodSet::from([method].as_slice()),
            keys: vec![PrivateKey::random(&mut safe_rng(), Algorithm::Ed25519).expect("a key")],
            auth_rejection_time: Duration::ZERO,
            ..Config::default()
        });
        let shown = Arc::<Mutex<Vec<String>>>::default();
        let for_handlers = Arc::clone(&shown);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let handler = Peer { method, shown: Arc::clone(&for_handlers) };
                let config = Arc::clone(&config);
                tokio::spawn(async move {
                    if let Ok(running) = run_stream(config, stream, handler).await {
                        let _ = running.await;
                    }
                });
            }
        });
        Self { address, shown, task }
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Peer {
    method: MethodKind,
    shown: Arc<Mutex<Vec<String>>>,
}

impl Peer {
    fn check(&self, login: &str, password: &str) -> Auth {
        self.shown.lock().unwrap().push(password.into());
        if login == LOGIN && password == PASSWORD { Auth::Accept } else { Auth::reject() }
    }
}

impl Handler for Peer {
    type Error = Error;

    async fn auth_password(&mut self, login: &str, password: &str) -> Result<Auth, Error> {
        if self.method == MethodKind::Password {
            return Ok(self.check(login, password));
        }
        let proceed_with_methods = Some([self.method].as_slice().into());
        Ok(Auth::Reject { proceed_with_methods, partial_success: false })
    }

    async fn auth_keyboard_interactive<'a>(
        &'a mut self,
        login: &str,
        _submethods: &str,
        response: Option<Response<'a>>,
    ) -> Result<Auth, Error> {
        match response.and_then(|mut response| response.next()) {
            Some(answer) => Ok(self.check(login, &String::from_utf8_lossy(&answer))),
            None => Ok(Auth::Partial {
                name: "".into(),
                instructions: "".into(),
                prompts: vec![("Your password: ".into(), false)].into(),
            }),
        }
    }

    async fn channel_open_session(
        &mut self,
        _channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Error> {
        reply.accept().await;
        Ok(())
    }

    /// `wait` waits for a signal, `break` for input to break the connection off; everything else is
    /// said back.
    async fn exec_request(
        &mut self,
        channel: ChannelId,
        command: &[u8],
        session: &mut Session,
    ) -> Result<(), Error> {
        session.channel_success(channel)?;
        session.data(channel, command.to_vec())?;
        if command == b"break" || command == b"wait" {
            return Ok(());
        }
        session.exit_status_request(channel, 0)?;
        session.eof(channel)?;
        session.close(channel)
    }

    async fn subsystem_request(
        &mut self,
        channel: ChannelId,
        _name: &str,
        session: &mut Session,
    ) -> Result<(), Error> {
        session.channel_failure(channel)
    }

    async fn signal(&mut self, channel: ChannelId, signal: Sig, session: &mut Session) -> Result<(), Error> {
        session.data(channel, format!("caught {signal:?}"))?;
        session.exit_status_request(channel, 5)?;
        session.close(channel)
    }

    async fn data(&mut self, _channel: ChannelId, _data: &[u8], _session: &mut Session) -> Result<(), Error> {
        Err(Error::Disconnect)
    }
}
