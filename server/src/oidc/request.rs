//! The authorisation request (OpenID Connect Core 1.0, 3.1.2.1): what an application asks of a sign-in.
//!
//! Read in two steps. [`Sender`] says where an answer may go; only when that was found good is the rest read,
//! whose faults go back to the application (RFC 6749, 4.1.2.1).

use wire::Millis;

use super::params::{Params, Twice};
use super::pkce::Challenge;

/// Of our own: the person must have signed in since this moment. It takes the place of `prompt` and `max_age`
/// when the person comes back from signing in again.
pub const SINCE: &str = "signed_in_since";
/// Longest state or nonce, in bytes: both are kept or sent back.
const MAX_OPAQUE: usize = 2048;

/// Who asks, and where the answer is to go; nothing of it is proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// `client_id`.
    pub client: String,
    /// `redirect_uri`.
    pub address: String,
}

impl Sender {
    /// Reads it; `None` when a part is missing or there twice.
    #[must_use]
    pub fn read(params: &Params) -> Option<Self> {
        let part = |name| params.get(name).ok().flatten().map(str::to_owned);
        Some(Self { client: part("client_id")?, address: part("redirect_uri")? })
    }
}

/// An error code for the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// Something is missing, there twice or malformed.
    InvalidRequest,
    /// Another flow than that of the code.
    UnsupportedResponseType,
    /// Without `openid` it is no sign-in.
    InvalidScope,
    /// Request objects are not taken (6.1).
    RequestNotSupported,
    /// Nor are addresses of them (6.2).
    RequestUriNotSupported,
    /// Applications are registered on the command line (7.2.1).
    RegistrationNotSupported,
    /// The person may not sign in to this application.
    AccessDenied,
    /// The person would have to sign in, and may not be asked to.
    LoginRequired,
    /// We cannot now.
    ServerError,
}

impl Code {
    /// As it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::AccessDenied => "access_denied",
            Self::LoginRequired => "login_required",
            Self::ServerError => "server_error",
        }
    }
}

/// What is wrong, for the application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The code.
    pub code: Code,
    /// What to do about it.
    pub text: String,
}

impl From<Twice> for Fault {
    fn from(twice: Twice) -> Self {
        Self { code: Code::InvalidRequest, text: twice.to_string() }
    }
}

fn fault<T>(code: Code, text: &str) -> Result<T, Fault> {
    Err(Fault { code, text: text.into() })
}

/// How the person may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// As need be.
    AsNeeded,
    /// Not at all.
    Never,
    /// In any case.
    Always,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Of what is on offer: `openid`, `profile`, `email`, `groups`.
    pub scopes: Scopes,
    /// Comes back in the ID token.
    pub nonce: Option<String>,
    /// Who fetches the code must know its verifier.
    pub challenge: Challenge,
    /// How the person may be asked.
    pub prompt: Prompt,
    /// The sign-in may be so many seconds old.
    pub max_age: Option<u64>,
    /// The sign-in may not be older than that.
    pub since: Option<Millis>,
    /// An ID token of the person whom the application expects.
    pub hint: Option<String>,
}

/// The scopes that are given of those asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes {
    /// Names.
    pub profile: bool,
    /// The mail address.
    pub email: bool,
    /// The accounts on the application.
    pub groups: bool,
}

impl Scopes {
    /// The known ones of a list; `None` without `openid`.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let has = |name| text.split(' ').any(|scope| scope == name);
        has("openid").then(|| Self { profile: has("profile"), email: has("email"), groups: has("groups") })
    }
}

impl std::fmt::Display for Scopes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("openid")?;
        let all = [(self.profile, " profile"), (self.email, " email"), (self.groups, " groups")];
        all.iter().filter(|(given, _)| *given).try_for_each(|(_, name)| f.write_str(name))
    }
}

impl Wish {
    /// Reads it, and what goes back with every answer, `state`.
    ///
    /// # Errors
    /// With what the application is told.
    pub fn read(params: &Params) -> Result<Self, Fault> {
        // First: these would change the meaning of everything else.
        for (name, code) in [
            ("request", Code::RequestNotSupported),
            ("request_uri", Code::RequestUriNotSupported),
            ("registration", Code::RegistrationNotSupported),
        ] {
            if params.get(name)?.is_some() {
                return fault(code, &format!("{name} is not taken here"));
            }
        }
        state(params)?;
        match params.get("response_type")? {
            Some("code") => {}
            None => return fault(Code::InvalidRequest, "response_type is missing: send code"),
            Some(_) => return fault(Code::UnsupportedResponseType, "only the response type code is given"),
        }
        if params.get("response_mode")?.is_some_and(|mode| mode != "query") {
            return fault(Code::InvalidRequest, "only the response mode query is given");
        }
        let Some(scopes) = params.get("scope")?.and_then(Scopes::read) else {
            return fault(Code::InvalidScope, "the scope openid is missing");
        };
        let nonce = params.get("nonce")?.map(str::to_owned);
        if nonce.as_ref().is_some_and(|nonce| nonce.len() > MAX_OPAQUE) {
            return fault(Code::InvalidRequest, "nonce is too long");
        }
        let challenge = params.get("code_challenge")?;
        // RFC 7636, 4.3: without a method it would be `plain`.
        if challenge.is_none() || params.get("code_challenge_method")? != Some("S256") {
            return fault(
                Code::InvalidRequest,
                "send a code_challenge with code_challenge_method S256 (PKCE)",
            );
        }
        let Some(challenge) = challenge.and_then(Challenge::read) else {
            return fault(Code::InvalidRequest, "code_challenge is not base64url of a SHA-256");
        };
        let max_age = match params.get("max_age")?.map(str::parse) {
            Some(Err(_)) => return fault(Code::InvalidRequest, "max_age is no number of seconds"),
            Some(Ok(seconds)) => Some(seconds),
            None => None,
        };
        let since = params.get(SINCE)?.and_then(|text| text.parse().ok()).map(Millis);
        let (prompt, hint) = (prompt(params)?, params.get("id_token_hint")?.map(str::to_owned));
        Ok(Self { scopes, nonce, challenge, prompt, max_age, since, hint })
    }

    /// Whether somebody who signed in then has to sign in again.
    #[must_use]
    pub fn wants_again(&self, signed_in_at: Millis, now: Millis) -> bool {
        let too_old = |seconds: u64| {
            let age = u64::try_from(now.since(signed_in_at)).unwrap_or(0);
            age >= seconds.saturating_mul(1000)
        };
        match self.since {
            Some(since) => signed_in_at < since,
            None => self.prompt == Prompt::Always || self.max_age.is_some_and(too_old),
        }
    }
}

/// What goes back to the application with every answer.
///
/// # Errors
/// When it is there twice or too long.
pub fn state(params: &Params) -> Result<Option<&str>, Fault> {
    match params.get("state")? {
        Some(state) if state.len() > MAX_OPAQUE => fault(Code::InvalidRequest, "state is too long"),
        state => Ok(state),
    }
}

fn prompt(params: &Params) -> Result<Prompt, Fault> {
    let mut prompt = Prompt::AsNeeded;
    let words: Vec<_> = params.get("prompt")?.unwrap_or_default().split(' ').collect();
    for word in &words {
        match *word {
            "none" if words.len() > 1 => {
                return fault(Code::InvalidRequest, "prompt none does not go with another one");
            }
            "none" => prompt = Prompt::Never,
            "login" | "select_account" => prompt = Prompt::Always,
            // Consent is the organisation's: whoever registers an application gives it. Unknown ones are new.
            _ => {}
        }
    }
    Ok(prompt)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GOOD: &str = "client_id=crm&redirect_uri=https%3A%2F%2Fcrm.test%2Fback&response_type=code\
                        &scope=openid+email+x&state=s&nonce=n\
                        &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";

    fn read(query: &str) -> Result<Wish, Fault> {
        Wish::read(&Params::read(query.as_bytes()).expect("short"))
    }

    #[test]
    fn a_good_request_is_read() {
        let wish = read(GOOD).expect("good");
        assert_eq!((wish.scopes.to_string().as_str(), wish.nonce.as_deref()), ("openid email", Some("n")));
        assert_eq!((wish.prompt, wish.max_age, wish.since), (Prompt::AsNeeded, None, None));
        let params = Params::read(GOOD.as_bytes()).expect("short");
        let sender = Sender { client: "crm".into(), address: "https://crm.test/back".into() };
        assert_eq!(Sender::read(&params), Some(sender));
        assert_eq!(state(&params), Ok(Some("s")));
        assert_eq!(Sender::read(&params.clone().with("client_id", "erp")), None);
        assert_eq!(Sender::read(&params.without(&["redirect_uri"])), None);
    }

    #[test]
    fn each_fault_has_its_code() {
        for (change, code) in [
            ("response_type=code>", Code::InvalidRequest),
            ("response_type=code>response_type=token", Code::UnsupportedResponseType),
            ("response_type=code>response_type=code+id_token", Code::UnsupportedResponseType),
            ("scope=openid+>scope=", Code::InvalidScope),
            ("&code_challenge_method=S256>", Code::InvalidRequest),
            ("=S256>=plain", Code::InvalidRequest),
            ("E9M>", Code::InvalidRequest),
            ("&code_challenge=>&c=", Code::InvalidRequest),
            ("state=s>state=s&state=s", Code::InvalidRequest),
            ("state=s>request=x", Code::RequestNotSupported),
            ("state=s>request_uri=x", Code::RequestUriNotSupported),
            ("state=s>registration=x", Code::RegistrationNotSupported),
            ("state=s>response_mode=fragment", Code::InvalidRequest),
            ("state=s>max_age=soon", Code::InvalidRequest),
            ("state=s>max_age=-1", Code::InvalidRequest),
            ("state=s>prompt=none+login", Code::InvalidRequest),
        ] {
            let (from, to) = change.split_once('>').expect("a change");
            let changed = GOOD.replace(from, to);
            assert_ne!(changed, GOOD, "{change}");
            assert_eq!(read(&changed).expect_err(change).code, code, "{change}");
        }
        let long = GOOD.replace("nonce=n", &format!("nonce={}", "n".repeat(MAX_OPAQUE + 1)));
        assert_eq!(read(&long).expect_err("long").code, Code::InvalidRequest);
    }

    #[test]
    fn an_old_sign_in_is_not_enough() {
        let at = |seconds: i64| Millis(seconds * 1000);
        for (added, signed_in, now, again) in [
            ("", 0, 999_999, false),
            ("&prompt=consent", 0, 999_999, false),
            ("&prompt=login", 100, 100, true),
            ("&prompt=select_account", 100, 100, true),
            ("&max_age=60", 100, 159, false),
            ("&max_age=60", 100, 160, true),
            ("&max_age=0", 100, 100, true),
            // Back from signing in.
            ("&signed_in_since=100000", 100, 999, false),
            ("&signed_in_since=100001", 100, 999, true),
            ("&max_age=0&signed_in_since=100000", 100, 999, false),
        ] {
            let wish = read(&format!("{GOOD}{added}")).expect("good");
            assert_eq!(wish.wants_again(at(signed_in), at(now)), again, "{added}");
        }
    }

    proptest! {
        #[test]
        fn any_request_is_read(text in "[ -~]{0,200}", names in proptest::collection::vec(
            ("(client_id|redirect_uri|scope|state|nonce|prompt|max_age|response_type|request|code_challenge|id_token_hint)",
             any::<String>()), 0..8)) {
            let mut params = Params::read(text.as_bytes()).expect("short");
            for (name, value) in names {
                params = params.with(&name, value);
            }
            let _ = (Sender::read(&params), Wish::read(&params), state(&params));
        }
    }
}
