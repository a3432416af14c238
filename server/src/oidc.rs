//! Sightline as OpenID Connect provider: people sign in to web applications with their sign-in here.
//!
//! [`Provider`] gives codes for sign-ins, tokens for codes, and says whose a token is; [`Teller`] tells applications
//! of ends. Everything else here reads and writes what travels. Knows no web framework, and never logs a code, a token
//! or a secret.

pub mod claims;
mod clients;
pub mod credentials;
pub mod discovery;
pub mod jws;
pub mod keys;
pub mod params;
pub mod pkce;
mod provider;
pub mod request;
pub mod signing_key;
mod teller;
pub mod token_request;

pub use clients::NoClient;
pub use provider::{Hint, OidcError, Provider, Tokens};
pub use teller::Teller;
