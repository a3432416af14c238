//! Proving an account to its target, with what Sightline keeps of it.

use gateway::{Connection, Secret, io_error};
use md5::{Digest, Md5};
use zeroize::Zeroizing;

use super::Certificate;
use crate::backend::{Report, message, number32};
use crate::certificate::binding;
use crate::scram::{self, Client};
use crate::startup::Startup;
use crate::stream::{Broken, Talk};
use crate::words::Trouble;

/// Longest message of a sign-in, in bytes: an error with its context may be long.
const MOST: usize = 64 << 10;
/// What a target may say of itself before it is ready, in bytes.
const MOST_SAID: usize = 256 << 10;

/// A target that is ready.
pub(super) struct SignedIn {
    pub(super) said: Vec<u8>,
    pub(super) ready: Vec<u8>,
    pub(super) process: u32,
    pub(super) secret: Vec<u8>,
}

/// Begins the session and signs in, or says what the person should know.
pub(super) async fn sign_in(
    talk: &mut Talk,
    connection: &Connection,
    certificate: Option<&Certificate>,
    startup: &Startup,
) -> Result<SignedIn, Trouble> {
    let Secret::Password(password) = &connection.secret else {
        return Err(Trouble::Method { target: connection.agent_name.clone(), why: "by password" });
    };
    let mut exchange = Exchange { talk, connection, certificate, password };
    exchange.talk.send(&startup.to_bytes()).await.map_err(|error| exchange.broken(error.into()))?;
    loop {
        let (kind, body) = exchange.next().await?;
        let mut rest = &body[..];
        match kind {
            b'R' => match number32(&mut rest) {
                Some(0) => break,
                Some(3) => exchange.in_the_clear().await?,
                Some(5) => exchange.by_md5(rest).await?,
                Some(10) => exchange.by_scram(rest).await?,
                Some(7..=9) => return Err(exchange.method("by Kerberos")),
                _ => return Err(exchange.method("unknown")),
            },
            b'v' | b'N' => {}
            _ => return Err(exchange.odd()),
        }
    }
    exchange.until_ready().await
}

struct Exchange<'a> {
    talk: &'a mut Talk,
    connection: &'a Connection,
    certificate: Option<&'a Certificate>,
    password: &'a str,
}

impl Exchange<'_> {
    fn target(&self) -> String {
        self.connection.agent_name.clone()
    }

    fn broken(&self, broken: Broken) -> Trouble {
        let why = match broken {
            Broken::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                "connection closed".into()
            }
            Broken::Io(error) => io_error(&error),
            Broken::TooLong(_) => broken.to_string(),
        };
        Trouble::Handshake { target: self.target(), why }
    }

    fn odd(&self) -> Trouble {
        Trouble::Handshake { target: self.target(), why: "it does not keep to PostgreSQL's protocol".into() }
    }

    fn method(&self, why: &'static str) -> Trouble {
        Trouble::Method { target: self.target(), why }
    }

    /// The next message that is no error.
    async fn next(&mut self) -> Result<(u8, bytes::Bytes), Trouble> {
        let (kind, body) = self.talk.message(MOST).await.map_err(|broken| self.broken(broken))?;
        if kind != b'E' {
            return Ok((kind, body));
        }
        let report = Report::read(&body);
        let (target, login) = (self.target(), self.connection.login.clone());
        // Class 28: the authorisation is not valid.
        Err(if report.code.starts_with("28") {
            tracing::warn!(?target, ?login, said = ?report.message, "a target refused a sign-in");
            Trouble::SignIn { target, login }
        } else {
            Trouble::Target { target, report: report.into() }
        })
    }

    async fn say(&mut self, body: &[u8]) -> Result<(), Trouble> {
        let said = Zeroizing::new(message(b'p', body));
        self.talk.send(&said).await.map_err(|error| self.broken(error.into()))
    }

    /// The password itself, and only under TLS.
    async fn in_the_clear(&mut self) -> Result<(), Trouble> {
        self.only_under_tls()?;
        let body = Zeroizing::new([self.password.as_bytes(), b"\0"].concat());
        self.say(&body).await
    }

    async fn by_md5(&mut self, salt: &[u8]) -> Result<(), Trouble> {
        self.only_under_tls()?;
        let inner = hex(Md5::new_with_prefix(self.password).chain_update(&self.connection.login));
        let outer = hex(Md5::new_with_prefix(inner.as_bytes()).chain_update(salt));
        self.say(format!("md5{}\0", outer.as_str()).as_bytes()).await
    }

    fn only_under_tls(&self) -> Result<(), Trouble> {
        if self.talk.stream.is_tls() {
            Ok(())
        } else {
            Err(self.method("a password in the clear, without TLS"))
        }
    }

    async fn by_scram(&mut self, offered: &[u8]) -> Result<(), Trouble> {
        let offers =
            |mechanism: &str| offered.split(|&byte| byte == 0).any(|name| name == mechanism.as_bytes());
        let bound = self.certificate.filter(|_| offers(scram::PLUS)).and_then(|shown| binding(&shown.der));
        let mechanism = match &bound {
            Some(_) => scram::PLUS,
            None if offers(scram::PLAIN) => scram::PLAIN,
            None => return Err(self.method("a kind of SCRAM")),
        };
        let (client, first) = Client::begin(scram::nonce(), bound);
        let length = u32::try_from(first.len()).unwrap_or(u32::MAX).to_be_bytes();
        self.say(&[mechanism.as_bytes(), b"\0", &length, first.as_bytes()].concat()).await?;
        let answer = self.scram_answer(11).await?;
        let password = Zeroizing::new(self.password.to_owned());
        // As many rounds as the target likes: not here, where other sessions wait.
        let answered = tokio::task::spawn_blocking(move || client.answer(&answer, &password)).await;
        let (waiting, last) = answered.map_err(|_| self.odd())?.map_err(|why| self.malformed(why))?;
        self.say(last.as_bytes()).await?;
        let proof = self.scram_answer(12).await?;
        waiting.check(&proof).map_err(|why| self.malformed(why))
    }

    fn malformed(&self, why: scram::Malformed) -> Trouble {
        Trouble::Handshake { target: self.target(), why: why.to_string() }
    }

    async fn scram_answer(&mut self, code: i32) -> Result<Vec<u8>, Trouble> {
        let (kind, body) = self.next().await?;
        let mut rest = &body[..];
        if kind != b'R' || number32(&mut rest) != Some(code) {
            return Err(self.odd());
        }
        Ok(rest.to_vec())
    }

    /// What the target says of itself, until it is ready.
    async fn until_ready(&mut self) -> Result<SignedIn, Trouble> {
        let mut signed_in = SignedIn { said: Vec::new(), ready: Vec::new(), process: 0, secret: Vec::new() };
        loop {
            let (kind, body) = self.next().await?;
            match kind {
                b'K' => {
                    let mut rest = &body[..];
                    let process = number32(&mut rest).ok_or_else(|| self.odd())?;
                    (signed_in.process, signed_in.secret) = (process.cast_unsigned(), rest.to_vec());
                }
                b'Z' => {
                    signed_in.ready = message(kind, &body);
                    return Ok(signed_in);
                }
                b'S' | b'N' if signed_in.said.len() + body.len() <= MOST_SAID => {
                    signed_in.said.extend_from_slice(&message(kind, &body));
                }
                b'v' => {}
                _ => return Err(self.odd()),
            }
        }
    }
}

fn hex(digest: Md5) -> Zeroizing<String> {
    use std::fmt::Write;
    digest.finalize().iter().fold(Zeroizing::new(String::new()), |mut text, byte| {
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
