//! What a server keeps of a password.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::Rng;
use ring::pbkdf2;
use stringprep::saslprep;
use zeroize::Zeroizing;

use super::{PLAIN, hmac, sha256};

/// Rounds of PBKDF2: far more than the 4,096 of RFC 7677, because people's passwords are guessable; a client
/// works them out at each sign-in.
const ITERATIONS: NonZeroU32 = NonZeroU32::new(100_000).unwrap();
/// Salt, in bytes.
const SALT_BYTES: usize = 16;

/// What a password can be checked with, and nobody can sign in with. Its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Verifier {
    pub(super) iterations: NonZeroU32,
    pub(super) salt: Vec<u8>,
    pub(super) stored_key: [u8; 32],
    pub(super) server_key: [u8; 32],
}

/// The keys of a password: the client's, the one that is stored of it, the server's.
pub(super) struct Keys {
    pub(super) client: [u8; 32],
    pub(super) stored: [u8; 32],
    pub(super) server: [u8; 32],
}

impl Keys {
    pub(super) fn of(password: &str, salt: &[u8], iterations: NonZeroU32) -> Self {
        // As PostgreSQL has it: what cannot be prepared is taken as it is.
        let prepared = Zeroizing::new(saslprep(password).map_or_else(|_| password.into(), String::from));
        let mut salted = Zeroizing::new([0; 32]);
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, iterations, salt, prepared.as_bytes(), &mut *salted);
        let client = hmac(&*salted, b"Client Key");
        Self { client, stored: sha256(&client), server: hmac(&*salted, b"Server Key") }
    }
}

impl Verifier {
    /// Of a password, with a new salt. Takes tens of milliseconds: not for an async thread.
    #[must_use]
    pub fn new(password: &str) -> Self {
        Self::with(password, &rand::rng().random::<[u8; SALT_BYTES]>(), ITERATIONS)
    }

    pub(super) fn with(password: &str, salt: &[u8], iterations: NonZeroU32) -> Self {
        let Keys { stored, server, .. } = Keys::of(password, salt, iterations);
        Self { iterations, salt: salt.into(), stored_key: stored, server_key: server }
    }

    /// One that no password fits, for somebody who is not known: it looks like any other.
    #[must_use]
    pub fn of_nobody(salt: [u8; SALT_BYTES]) -> Self {
        let mut random = rand::rng();
        Self {
            iterations: ITERATIONS,
            salt: salt.into(),
            stored_key: random.random(),
            server_key: random.random(),
        }
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier(..)")
    }
}

impl Verifier {
    /// As it is kept: the form that PostgreSQL has it in.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let Self { iterations, salt, stored_key, server_key } = self;
        let [salt, stored, server] =
            [salt.as_slice(), stored_key, server_key].map(|bytes| STANDARD.encode(bytes));
        Zeroizing::new(format!("{PLAIN}${iterations}:{salt}${stored}:{server}"))
    }
}

impl FromStr for Verifier {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (mechanism, rest) = text.split_once('$')?;
            let (salted, keys) = rest.split_once('$')?;
            let (iterations, salt) = salted.split_once(':')?;
            let (stored, server) = keys.split_once(':')?;
            let key = |text: &str| STANDARD.decode(text).ok()?.try_into().ok();
            Some(Self {
                iterations: iterations.parse().ok().filter(|_| mechanism == PLAIN)?,
                salt: STANDARD.decode(salt).ok()?,
                stored_key: key(stored)?,
                server_key: key(server)?,
            })
        };
        read().ok_or("this is no SCRAM verifier")
    }
}
