//! Sightline as OpenID Connect provider: people sign in to web applications with their sign-in here.
//!
//! Reads what applications send, gives codes and tokens, signs, and tells applications of ends. Knows no web
//! framework: what is answered to whom is `web::oidc`'s. Never logs a code, a token or a secret.

pub mod claims;
pub mod credentials;
pub mod discovery;
pub mod jws;
pub mod keys;
pub mod params;
pub mod pkce;
pub mod request;
pub mod signing_key;
