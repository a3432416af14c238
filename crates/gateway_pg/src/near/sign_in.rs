//! Signing a person in by SCRAM: their password never comes here.

use std::net::IpAddr;

use gateway::{SignIn, User};
use tokio::time::{Instant, sleep};

use crate::backend::{authentication, number32, text};
use crate::gateway::Shared;
use crate::scram::{self, First, Malformed, Server};
use crate::stream::{Broken, Talk};
use crate::words::Trouble;

/// Longest message of a sign-in, in bytes.
const MOST: usize = 4 << 10;

/// Why somebody is not signed in.
pub(super) enum Refusal {
    /// They are told.
    Trouble(Trouble),
    /// They left. Many a client does that to ask for the password first.
    Gone,
}

impl From<Trouble> for Refusal {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

impl From<Malformed> for Refusal {
    fn from(malformed: Malformed) -> Self {
        Self::Trouble(Trouble::Exchange(malformed.0))
    }
}

impl From<std::io::Error> for Refusal {
    fn from(_: std::io::Error) -> Self {
        Self::Gone
    }
}

impl From<Broken> for Refusal {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Io(_) => Self::Gone,
            Broken::TooLong(_) => Self::Trouble(Trouble::NoMessage),
        }
    }
}

/// Signs a user in, or says why not: for each reason as late.
pub(super) async fn sign_in(
    talk: &mut Talk,
    shared: &Shared,
    user: &str,
    from: IpAddr,
) -> Result<User, Refusal> {
    let binding = shared.config.identity.binding.as_deref().filter(|_| talk.stream.is_tls());
    let offer = match binding {
        Some(_) => format!("{}\0{}\0\0", scram::PLUS, scram::PLAIN),
        None => format!("{}\0\0", scram::PLAIN),
    };
    talk.send(&authentication(10, offer.as_bytes())).await?;
    let body = answer(talk).await?;
    let mut rest = &body[..];
    let mechanism = text(&mut rest);
    let is_bound = mechanism == scram::PLUS.as_bytes();
    if !is_bound && mechanism != scram::PLAIN.as_bytes() {
        return Err(Malformed("this mechanism was not offered").into());
    }
    let length = number32(&mut rest).and_then(|length| usize::try_from(length).ok());
    if length != Some(rest.len()) {
        return Err(Malformed("a SCRAM message has another length").into());
    }
    let first = First::read(rest, is_bound, binding.is_some())?;
    let verifier = shared.office.verifier(user.to_owned()).await.map_err(Trouble::from)?;
    let (server, said) = Server::begin(first, verifier, &scram::nonce(), binding.unwrap_or_default());
    talk.send(&authentication(11, said.as_bytes())).await?;
    let last = answer(talk).await?;

    let started = Instant::now();
    let checked = server.finish(&last)?;
    let signed_in = shared.office.sign_in(user.to_owned(), from, checked.is_proven).await;
    match signed_in.map_err(Trouble::from)? {
        SignIn::Accepted(user) => {
            talk.send(&authentication(12, checked.proof.as_bytes())).await?;
            Ok(user)
        }
        refused => {
            sleep(shared.config.rejection_delay.saturating_sub(started.elapsed())).await;
            Err(match refused {
                SignIn::Throttled => Trouble::Throttled.into(),
                _ => Trouble::SignInRefused.into(),
            })
        }
    }
}

/// The client's next answer.
async fn answer(talk: &mut Talk) -> Result<bytes::Bytes, Refusal> {
    match talk.message(MOST).await? {
        (b'p', body) => Ok(body),
        (b'X', _) => Err(Refusal::Gone),
        _ => Err(Trouble::NoMessage.into()),
    }
}
