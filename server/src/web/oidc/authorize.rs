//! `/oidc/authorize`: a browser comes from an application and goes back with a code, or with what is wrong.
//!
//! It goes nowhere before the application and the address were found good (RFC 9700, 4.11).

use app::text::percent_encoded;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::response::Response;
use wire::Millis;

use super::super::Shared;
use super::super::forms::to;
use super::{AUTHORIZE, again, failed, refused};
use crate::applications::WebSsoError;
use crate::console::SignedIn;
use crate::oidc::params::Params;
use crate::oidc::request::{Code, Fault, Prompt, SINCE, Sender, Wish, state};

/// Where the answer goes, and what goes with every one.
struct Back<'r> {
    address: &'r str,
    state: Option<&'r str>,
    issuer: &'r str,
}

impl Back<'_> {
    /// With `iss`, so that an application knows which provider answers (RFC 9207, 2).
    fn send(&self, mut answer: Params) -> Response {
        if let Some(state) = self.state {
            answer = answer.with("state", state);
        }
        to(&answer.with("iss", self.issuer).onto(self.address))
    }

    fn fault(&self, Fault { code, text }: Fault) -> Response {
        self.send(Params::default().with("error", code.as_str()).with("error_description", text))
    }
}

/// `POST`.
pub(super) async fn ask_by_form(body: Bytes) -> Response {
    again(AUTHORIZE, &body)
}

/// `GET`.
pub(super) async fn ask(State(web): State<Shared>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let Ok(params) = Params::read(parts.uri.query().unwrap_or_default().as_bytes()) else {
        return refused("request");
    };
    let Some(sender) = Sender::read(&params) else { return refused("request") };
    let oidc = &web.services.oidc;
    let application = match oidc.client(&sender.client).await {
        Ok(Some(application)) => application,
        Ok(None) => return refused("client"),
        Err(error) => return failed(error),
    };
    if !application.redirects.contains(&sender.address) {
        return refused("address");
    }
    let state = state(&params).ok().flatten();
    let back = Back { address: &sender.address, state, issuer: oidc.issuer() };
    let wish = match Wish::read(&params) {
        Ok(wish) => wish,
        Err(fault) => return back.fault(fault),
    };
    let signed = match web.signed_in(&parts).await {
        Ok(signed) => signed,
        Err(error) => return failed(error),
    };
    let signed = match expected(&web, &wish, signed).await {
        Ok(signed) => signed,
        Err(error) => return failed(error),
    };
    let Some(signed) = signed else { return sign_in(&params, &wish, &back) };
    match oidc.code(&signed, &application, &wish, &sender.address, web.peer(&parts)).await {
        Ok(code) => back.send(Params::default().with("code", code)),
        Err(WebSsoError::Terminated { .. }) => sign_in_again("terminated", &params, &wish, &back),
        Err(error @ WebSsoError::NotAdmitted { .. }) => {
            back.fault(Fault { code: Code::AccessDenied, text: error.to_string() })
        }
        Err(error) => {
            tracing::error!(%error, "a sign-in to an application could not be opened");
            let text = "the server could not do that: try again".into();
            back.fault(Fault { code: Code::ServerError, text })
        }
    }
}

/// Who is signed in, if that is whom the application expects, and not too long ago.
async fn expected(
    web: &Shared,
    wish: &Wish,
    signed: Option<SignedIn>,
) -> Result<Option<SignedIn>, crate::oidc::OidcError> {
    let signed = signed.filter(|signed| !wish.wants_again(signed.since(), Millis::now()));
    let (Some(signed), Some(hint)) = (&signed, &wish.hint) else { return Ok(signed) };
    let hint = web.services.oidc.hint(hint).await?;
    let who = signed.known.viewer.user_id.map(|id| id.to_string());
    let other = hint.is_some_and(|hint| Some(hint.sub) != who);
    Ok((!other).then(|| signed.clone()))
}

/// The person signs in, and comes back with the request as it is; or with one that a new sign-in fulfils.
fn sign_in(params: &Params, wish: &Wish, back: &Back<'_>) -> Response {
    if wish.prompt == Prompt::Never {
        return login_required(back);
    }
    let asks = wish.prompt == Prompt::Always || wish.max_age.is_some() || wish.since.is_some();
    if asks || wish.hint.is_some() {
        return sign_in_again("again", params, wish, back);
    }
    to(&format!("/sign-in?next={}", percent_encoded(&params.onto(AUTHORIZE))))
}

/// The person shows again who they are.
fn sign_in_again(why: &str, params: &Params, wish: &Wish, back: &Back<'_>) -> Response {
    if wish.prompt == Prompt::Never {
        return login_required(back);
    }
    let params = params
        .without(&["prompt", "max_age", "id_token_hint", SINCE])
        .with(SINCE, Millis::now().0.to_string());
    to(&format!("/sign-in?error={why}&next={}", percent_encoded(&params.onto(AUTHORIZE))))
}

fn login_required(back: &Back<'_>) -> Response {
    let text = "the person has to sign in".into();
    back.fault(Fault { code: Code::LoginRequired, text })
}
