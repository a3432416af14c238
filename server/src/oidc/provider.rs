//! Codes for sign-ins, tokens for codes, and who a token stands for.

use std::net::IpAddr;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use wire::Millis;

use super::claims::{ID_TOKEN, IdToken, Person, at_hash, seconds};
use super::clients::{Clients, NoClient};
use super::credentials::Credentials;
use super::keys::{Keys, KeysError};
use super::pkce::Challenge;
use super::request::{Scopes, Wish};
use super::signing_key::KeyFault;
use super::token_request::{TokenFault, TokenRequest};
use crate::applications::{Applications, WebSso, WebSsoError, WebSsoKey};
use crate::audit::{Action, Event};
use crate::console::{Console, ConsoleError, SignInKey, SignedIn};
use crate::crypto::tokens;
use crate::journal::Journal;
use crate::store::{Application, OidcCode, OidcSignIn, Store, StoreError, TakenCode};

/// For how long a code is good: an application fetches its tokens at once.
const CODE_MS: i64 = 60 * 1000;
/// For how long an access token is good, in seconds, if its session lasts as long.
const TOKEN_SECONDS: i64 = 60 * 60;

/// The provider could not.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No key signs.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The key that signs does not.
    #[error(transparent)]
    Key(#[from] KeyFault),
    /// The sign-in to Sightline could not be looked up.
    #[error(transparent)]
    Console(#[from] ConsoleError),
    /// The session at the application could not be looked up, or opened.
    #[error(transparent)]
    WebSso(#[from] WebSsoError),
}

/// What a code gives (OpenID Connect Core 1.0, 3.1.3.3).
#[derive(Serialize)]
pub struct Tokens {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    scope: String,
    id_token: String,
}

/// What an ID token of ours says when it comes back, however old it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Whose.
    pub sub: String,
    /// The name of the application that it was made for.
    pub client: String,
    /// The sign-in.
    pub sid: String,
}

/// The provider. Cheap to clone.
#[derive(Clone)]
pub struct Provider {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    applications: Applications,
    console: Console,
    journal: Journal,
    keys: Keys,
    clients: Clients,
    issuer: String,
}

impl Provider {
    /// A provider at that address; what people sign in to are these applications.
    #[must_use]
    pub fn new(
        store: Store,
        applications: Applications,
        console: Console,
        journal: Journal,
        keys: Keys,
        issuer: String,
    ) -> Self {
        let clients = Clients::new(applications.clone(), journal.clone());
        Self { inner: Arc::new(Inner { store, applications, console, journal, keys, clients, issuer }) }
    }

    /// Its name: the address that people open.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.inner.issuer
    }

    /// The keys that sign.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.inner.keys
    }

    /// The application of that client id.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn client(&self, id: &str) -> Result<Option<Arc<Application>>, StoreError> {
        self.inner.clients.named(id).await
    }

    /// The application with these credentials.
    ///
    /// # Errors
    /// When there is none, or it has to wait.
    pub async fn proved(&self, given: &Credentials, from: IpAddr) -> Result<Arc<Application>, NoClient> {
        self.inner.clients.proved(given, from).await
    }

    /// Signs somebody in to an application: a code that is to be sent to `address`, which was found good.
    ///
    /// # Errors
    /// When they may not sign in to it.
    pub async fn code(
        &self,
        signed: &SignedIn,
        application: &Application,
        wish: &Wish,
        address: &str,
        device: IpAddr,
    ) -> Result<String, WebSsoError> {
        let inner = &self.inner;
        let found = inner.applications.signed_in(signed, application, device).await?;
        let WebSso { key, session, person, .. } = found;
        let sid = inner.store.oidc_sid(key.sign_in.as_str(), key.application, person.id, session).await?;
        let code = tokens::random();
        let kept = OidcCode {
            hash: tokens::hash(&code),
            sid,
            redirect_uri: address.into(),
            challenge: wish.challenge.as_str().into(),
            scope: wish.scopes.to_string(),
            nonce: wish.nonce.clone(),
            expires_at: Millis(Millis::now().0 + CODE_MS),
        };
        inner.store.add_oidc_code(&kept).await?;
        Ok(code)
    }

    /// What a code gives to the application that brings it. Whatever comes of it, the code is used up.
    ///
    /// # Errors
    /// When the provider could not; a refusal is the inner error.
    pub async fn redeem(
        &self,
        application: &Application,
        request: &TokenRequest,
    ) -> Result<Result<Tokens, TokenFault>, OidcError> {
        let inner = &self.inner;
        let now = Millis::now();
        let no_good =
            || Ok(Err(TokenFault::grant("this code is not good: it is over, used, or of somebody else")));
        let (code, sign_in) = match inner.store.take_oidc_code(&tokens::hash(&request.code), now).await? {
            TakenCode::Fresh(code, sign_in) => (code, sign_in),
            TakenCode::Again(sign_in) => {
                tracing::warn!(application = application.name, "a code came twice: what it gave is revoked");
                let event = Event::new(Action::TokenRevoked, &application.name).session(sign_in.session);
                inner.journal.note(event.on(&application.name).detail("its code came a second time"));
                return no_good();
            }
            TakenCode::Unknown => return no_good(),
        };
        if sign_in.agent != application.agent || code.expires_at <= now {
            return no_good();
        }
        if code.redirect_uri != request.redirect_uri {
            return Ok(Err(TokenFault::grant("the code was sent to another redirect_uri")));
        }
        if !Challenge::read(&code.challenge).is_some_and(|challenge| challenge.is_of(&request.verifier)) {
            return Ok(Err(TokenFault::grant(
                "code_verifier is not the one that code_challenge was made from",
            )));
        }
        let Some((found, signed)) = self.live(&sign_in).await? else { return no_good() };
        let access_token = tokens::random();
        let expires_at = Millis(now.0 + TOKEN_SECONDS * 1000);
        let scopes = Scopes::read(&code.scope).unwrap_or_default();
        let id_token = IdToken {
            iss: inner.issuer.clone(),
            aud: application.name.clone(),
            person: Person::of(&found.person, scopes),
            sid: sign_in.sid,
            auth_time: seconds(signed.since()),
            nonce: code.nonce,
            at_hash: at_hash(&access_token),
            iat: 0,
            exp: 0,
        };
        let id_token = inner.keys.current().await?.sign(ID_TOKEN, &id_token.made_at(now))?;
        if !inner.store.add_oidc_token(&tokens::hash(&access_token), &code.hash, expires_at).await? {
            return no_good();
        }
        let scope = code.scope;
        Ok(Ok(Tokens { access_token, token_type: "Bearer", expires_in: TOKEN_SECONDS, scope, id_token }))
    }

    /// Who an access token stands for; `None` when nobody (any more).
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn person(&self, access_token: &str) -> Result<Option<Person>, OidcError> {
        let hash = tokens::hash(access_token);
        let Some(token) = self.inner.store.oidc_token(&hash, Millis::now()).await? else { return Ok(None) };
        let found = self.inner.applications.find(&key_of(&token.sign_in)).await?;
        let scopes = Scopes::read(&token.scope).unwrap_or_default();
        Ok(found.map(|found| Person::of(&found.person, scopes)))
    }

    /// What an ID token says that comes back; `None` when it is none of ours.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn hint(&self, token: &str) -> Result<Option<Hint>, OidcError> {
        let Some(claims) = self.inner.keys.proved(token, ID_TOKEN).await? else { return Ok(None) };
        let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
        let ours = text("iss").is_some_and(|iss| iss == self.inner.issuer);
        let hint = || Some(Hint { sub: text("sub")?, client: text("aud")?, sid: text("sid")? });
        Ok(hint().filter(|_| ours))
    }

    /// Signs out of Sightline who signed in to an application with that `sid`, if they still are.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sign_out(&self, sid: &str) -> Result<(), OidcError> {
        if let Some(sign_in) = self.inner.store.oidc_sign_in(sid).await? {
            self.inner.console.sign_out_of(&key_of(&sign_in).sign_in).await?;
        }
        Ok(())
    }

    async fn live(&self, sign_in: &OidcSignIn) -> Result<Option<(WebSso, SignedIn)>, OidcError> {
        let key = key_of(sign_in);
        let Some(found) = self.inner.applications.find(&key).await? else { return Ok(None) };
        let signed = self.inner.console.of_key(&key.sign_in).await?;
        Ok(signed.map(|signed| (found, signed)))
    }
}

/// What a sign-in to an application is looked for with.
pub(super) fn key_of(sign_in: &OidcSignIn) -> WebSsoKey {
    WebSsoKey { sign_in: SignInKey::new(sign_in.sign_in.clone()), application: sign_in.agent }
}
