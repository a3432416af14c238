//! Signing in: every way ends in one question to the directory and one answer to the client.

use std::borrow::Cow;

use gateway::Login;
use russh::keys::{Algorithm, PublicKey};
use russh::server::Auth;
use russh::{Disconnect, MethodKind, MethodSet};
use tokio::time::Instant;
use zeroize::Zeroizing;

use super::Near;
use crate::connection::{methods, refusal};
use crate::{DirectoryError, SignIn, keys};

const THROTTLED: &str = "sightline: too many failed sign-ins, try again later";
const NO_DIRECTORY: &str = "sightline: cannot sign anybody in right now, ask an administrator";

/// What a client that asks for questions is asked.
fn question() -> Auth {
    const PROMPTS: &[(Cow<'static, str>, bool)] = &[(Cow::Borrowed("Password: "), false)];
    Auth::Partial { name: "".into(), instructions: "".into(), prompts: Cow::Borrowed(PROMPTS) }
}

/// A line to read, with nothing to answer.
fn told(line: &'static str) -> Auth {
    Auth::Partial { name: "".into(), instructions: line.into(), prompts: Cow::Borrowed(&[]) }
}

fn reject(proceed_with: MethodSet) -> Auth {
    Auth::Reject { proceed_with_methods: Some(proceed_with), partial_success: false }
}

impl Near {
    pub(super) async fn sign_in_by_password(&mut self, name: &str, password: &str) -> Auth {
        self.check_password(name, password, false).await
    }

    async fn check_password(&mut self, name: &str, password: &str, asked: bool) -> Auth {
        let started = Instant::now();
        let login = Login::parse(name);
        let password = Zeroizing::new(password.to_owned());
        let answer = self.shared.office.password(login.user.clone(), password, self.from).await;
        self.settle(login, answer, started, asked).await
    }

    pub(super) async fn sign_in_by_key(
        &mut self,
        name: &str,
        key: &PublicKey,
        algorithm: &Algorithm,
        proven: bool,
    ) -> Auth {
        let started = Instant::now();
        // Signatures over SHA-1 prove nothing any more.
        if matches!(algorithm, Algorithm::Rsa { hash: None } | Algorithm::Dsa) {
            return reject(methods());
        }
        let Ok(line) = keys::line_of(key) else { return reject(methods()) };
        let login = Login::parse(name);
        let answer = self.shared.office.public_key(login.user.clone(), line, self.from, proven).await;
        if proven {
            return self.settle(login, answer, started, false).await;
        }
        match answer {
            Ok(SignIn::Accepted(_)) => Auth::Accept,
            Ok(SignIn::Refused | SignIn::Throttled) => reject(methods()),
            Err(error) => self.no_directory(&error, false),
        }
    }

    async fn settle(
        &mut self,
        login: Login,
        answer: Result<SignIn, DirectoryError>,
        started: Instant,
        asked: bool,
    ) -> Auth {
        match answer {
            Ok(SignIn::Accepted(user)) => {
                self.person = Some((user, login.wish));
                Auth::Accept
            }
            Ok(SignIn::Refused) => {
                tracing::info!(user = ?login.user, from = %self.from, "sign-in refused");
                refusal(started, self.shared.config.rejection_delay).await;
                reject(methods())
            }
            Ok(SignIn::Throttled) => {
                tracing::warn!(user = ?login.user, from = %self.from, "sign-in throttled");
                self.turn_away(THROTTLED, asked)
            }
            Err(error) => self.no_directory(&error, asked),
        }
    }

    fn no_directory(&mut self, error: &DirectoryError, asked: bool) -> Auth {
        tracing::error!(%error, "nobody can sign in");
        self.turn_away(NO_DIRECTORY, asked)
    }

    /// Sees to it that the person learns why, which a refusal cannot say: by a question that says it
    /// and asks nothing. Whoever answers is disconnected.
    fn turn_away(&mut self, line: &'static str, asked: bool) -> Auth {
        self.turned_away = Some(line);
        if asked { told(line) } else { reject([MethodKind::KeyboardInteractive].as_slice().into()) }
    }

    /// Answers a client that asks for questions, or answered one.
    pub(super) async fn sign_in_by_answer(&mut self, name: &str, answer: Option<&[u8]>) -> Auth {
        match (self.turned_away, answer) {
            (Some(line), None) => told(line),
            (Some(line), Some(_)) => {
                if let Some(handle) = self.handle.get()
                    && handle.disconnect(Disconnect::ByApplication, line.into(), String::new()).await.is_err()
                {
                    tracing::debug!("the client left before it was turned away");
                }
                reject([MethodKind::KeyboardInteractive].as_slice().into())
            }
            (None, None) => question(),
            (None, Some(answer)) => match std::str::from_utf8(answer) {
                Ok(password) => self.check_password(name, password, true).await,
                // No password of ours: it would not have come through a form either.
                Err(_) => {
                    refusal(Instant::now(), self.shared.config.rejection_delay).await;
                    reject(methods())
                }
            },
        }
    }
}
