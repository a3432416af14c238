//! What applications are told of a person and of their sign-in.
//!
//! Not the role: that says what somebody may do in Sightline, and nothing of what they may do elsewhere.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use wire::Millis;

use super::request::Scopes;
use crate::applications;

/// Type of an ID token.
pub const ID_TOKEN: &str = "JWT";
/// Type of a logout token (Back-Channel Logout 1.0, 2.4).
pub const LOGOUT_TOKEN: &str = "logout+jwt";
/// For how long an ID token counts, in seconds: it is looked at once, when it has come.
const ID_TOKEN_SECONDS: i64 = 10 * 60;
/// For how long a logout token counts, in seconds (Back-Channel Logout 1.0, 2.4: two minutes at most).
const LOGOUT_TOKEN_SECONDS: i64 = 2 * 60;
/// What a logout token says (Back-Channel Logout 1.0, 2.4).
const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// The person, as far as the scopes go (OpenID Connect Core 1.0, 5.1 and 5.4).
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct Person {
    /// Their id here: it stays theirs whatever their name.
    pub sub: String,
    /// Their user name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_username: Option<String>,
    /// Their full name, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Their mail address, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The accounts on the application that they own or may use, by login.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<String>>,
}

impl Person {
    /// What these scopes tell of somebody.
    #[must_use]
    pub fn of(person: &applications::Person, scopes: Scopes) -> Self {
        let known = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Self {
            sub: person.id.to_string(),
            preferred_username: scopes.profile.then(|| person.user.clone()),
            name: known(&person.full_name).filter(|_| scopes.profile),
            email: known(&person.email).filter(|_| scopes.email),
            groups: scopes.groups.then(|| person.groups.clone()),
        }
    }
}

/// An ID token (OpenID Connect Core 1.0, 2).
#[derive(Clone, Debug, Serialize)]
pub struct IdToken {
    /// The issuer.
    pub iss: String,
    /// The application.
    pub aud: String,
    /// The person.
    #[serde(flatten)]
    pub person: Person,
    /// The sign-in to this application (Back-Channel Logout 1.0, 2.1).
    pub sid: String,
    /// When the person signed in, in seconds.
    pub auth_time: i64,
    /// What the application sent along.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// Ties it to the access token (3.1.3.6).
    pub at_hash: String,
    /// When it was made, in seconds.
    pub iat: i64,
    /// Until when it counts, in seconds.
    pub exp: i64,
}

impl IdToken {
    /// With the times of a token made now.
    #[must_use]
    pub const fn made_at(mut self, now: Millis) -> Self {
        self.iat = seconds(now);
        self.exp = self.iat + ID_TOKEN_SECONDS;
        self
    }
}

/// Seconds since 1970.
#[must_use]
pub const fn seconds(at: Millis) -> i64 {
    at.0.div_euclid(1000)
}

/// The left half of an access token's hash (OpenID Connect Core 1.0, 3.1.3.6).
#[must_use]
pub fn at_hash(access_token: &str) -> String {
    let hash = Sha256::digest(access_token.as_bytes());
    URL_SAFE_NO_PAD.encode(&hash[..hash.len() / 2])
}

/// The claims of a logout token (Back-Channel Logout 1.0, 2.4).
#[must_use]
pub fn logout(issuer: &str, client: &str, sub: &str, sid: &str, now: Millis) -> Value {
    let iat = seconds(now);
    json!({
        "iss": issuer, "aud": client, "sub": sub, "sid": sid, "iat": iat,
        "exp": iat + LOGOUT_TOKEN_SECONDS, "jti": Uuid::new_v4().to_string(),
        "events": { LOGOUT_EVENT: {} },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scopes_say_what_is_told() {
        let ann = applications::Person {
            id: wire::UserId::generate(),
            user: "ann".into(),
            full_name: "Ann Lee".into(),
            email: String::new(),
            groups: vec!["admin".into()],
        };
        let told = |scopes: &str, person: &applications::Person| {
            let person = Person::of(person, Scopes::read(scopes).expect("openid"));
            serde_json::to_value(person).expect("JSON")
        };
        let sub = ann.id.to_string();
        assert_eq!(told("openid", &ann), json!({ "sub": sub }));
        assert_eq!(
            told("openid profile email", &ann),
            json!({ "sub": sub, "preferred_username": "ann", "name": "Ann Lee" })
        );
        assert_eq!(told("openid groups", &ann), json!({ "sub": sub, "groups": ["admin"] }));
        let ann = applications::Person { email: "ann@example.org".into(), ..ann };
        assert_eq!(told("email openid", &ann), json!({ "sub": sub, "email": "ann@example.org" }));
    }

    #[test]
    fn the_hash_is_that_of_the_standard() {
        // OpenID Connect Core 1.0, A.3.
        assert_eq!(at_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
    }
}
