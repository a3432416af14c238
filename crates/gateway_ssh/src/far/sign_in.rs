//! Proving an account to its target, with what Sightline keeps of it.

use std::sync::Arc;

use russh::MethodKind;
use russh::client::{AuthResult, Handle, KeyboardInteractiveAuthResponse as Answer};
use russh::keys::{HashAlg, PrivateKeyWithHashAlg};

use super::Met;
use super::handler::FarHandler;
use crate::words::{Trouble, ssh_error};
use crate::{Connection, Secret, keys};

/// Rounds of questions that a target may ask; a sane one asks once and may then say good-bye.
const ROUNDS: usize = 4;

/// Signs in, or says what the person should know.
pub(super) async fn sign_in(
    handle: &mut Handle<FarHandler>,
    connection: &Connection,
    met: &Met,
) -> Result<(), Trouble> {
    let login = connection.login.as_str();
    let result = match &connection.secret {
        Secret::Password(password) => by_password(handle, login, password).await,
        Secret::PrivateKey(text) => {
            let key = keys::read_private(text)
                .map_err(|error| Trouble::Key { login: login.into(), why: error.to_string() })?;
            by_key(handle, login, key).await
        }
    };
    let target = || connection.agent_name.clone();
    match result {
        Ok(true) => Ok(()),
        Ok(false) if handle.is_closed() => Err(met.take().unwrap_or_else(|| Trouble::Handshake {
            target: target(),
            why: "connection closed during sign-in".into(),
        })),
        Ok(false) => Err(Trouble::SignIn { target: target(), login: login.into() }),
        Err(error) => Err(Trouble::Handshake { target: target(), why: ssh_error(&error) }),
    }
}

async fn by_password(
    handle: &mut Handle<FarHandler>,
    login: &str,
    password: &str,
) -> Result<bool, russh::Error> {
    match handle.authenticate_password(login, password).await? {
        AuthResult::Success => Ok(true),
        AuthResult::Failure { remaining_methods, .. }
            if remaining_methods.contains(&MethodKind::KeyboardInteractive) =>
        {
            by_answers(handle, login, password).await
        }
        AuthResult::Failure { .. } => Ok(false),
    }
}

/// Answers the one hidden question of a target that asks for its passwords that way.
async fn by_answers(
    handle: &mut Handle<FarHandler>,
    login: &str,
    password: &str,
) -> Result<bool, russh::Error> {
    let mut answer = handle.authenticate_keyboard_interactive_start(login, None).await?;
    let mut told = false;
    for _ in 0..ROUNDS {
        let answers = match answer {
            Answer::Success => return Ok(true),
            Answer::Failure { .. } => return Ok(false),
            Answer::InfoRequest { prompts, .. } => match prompts.as_slice() {
                [] => Vec::new(),
                // A question that is asked again, or shown while it is answered, is another one.
                [prompt] if !prompt.echo && !told => {
                    told = true;
                    vec![password.to_owned()]
                }
                _ => return Ok(false),
            },
        };
        answer = handle.authenticate_keyboard_interactive_respond(answers).await?;
    }
    Ok(matches!(answer, Answer::Success))
}

async fn by_key(
    handle: &mut Handle<FarHandler>,
    login: &str,
    key: russh::keys::PrivateKey,
) -> Result<bool, russh::Error> {
    // Never SHA-1: a target that names no algorithm gets the strongest.
    let hash = if key.algorithm().is_rsa() {
        Some(handle.best_supported_rsa_hash().await?.flatten().unwrap_or(HashAlg::Sha512))
    } else {
        None
    };
    let key = PrivateKeyWithHashAlg::new(Arc::new(key), hash);
    Ok(handle.authenticate_publickey(login, key).await?.success())
}
