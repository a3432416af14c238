//! An application as these tests need one: an independent client library that speaks with the provider, and an
//! address at which the application is told of ends.

use std::convert::Infallible;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreJsonWebKeySet, CoreJwsSigningAlgorithm, CoreProviderMetadata,
    CoreTokenResponse,
};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    HttpRequest, HttpResponse, IssuerUrl, JsonWebKey, Nonce, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, Scope,
};
use serde_json::Value;
use url::Url;

use crate::web_client::{Browser, PATIENCE, Reply};
use crate::web_world::World;

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Where the application wants to be sent back to.
pub(crate) const BACK: &str = "https://crm.example/back?tenant=1";
/// And after signing out.
pub(crate) const BYE: &str = "https://crm.example/bye";

/// One application.
pub(crate) struct Application {
    pub(crate) name: String,
    pub(crate) secret: String,
    pub(crate) client: Client,
    pub(crate) metadata: CoreProviderMetadata,
    wire: Browser,
}

/// A sign-in that was begun, and what the browser has to go to.
pub(crate) struct Begun {
    pub(crate) url: Url,
    pub(crate) state: String,
    pub(crate) nonce: Nonce,
    pub(crate) verifier: PkceCodeVerifier,
}

impl Begun {
    /// Path and query, with something put into the place of something else.
    pub(crate) fn path_with(&self, from: &str, to: &str) -> String {
        let path = format!("{}?{}", self.url.path(), self.url.query().expect("a query"));
        assert!(from.is_empty() || path.contains(from), "{from} is not in {path}");
        path.replacen(from, to, 1)
    }

    pub(crate) fn path(&self) -> String {
        self.path_with("", "")
    }
}

impl Application {
    /// Registers it on the command line; it then finds everything out by discovery.
    pub(crate) async fn register(world: &World, name: &str, back_channel: Option<&str>) -> Self {
        let mut add =
            vec!["agent", "add", name, "--url", "https://crm.example", "--display-name", "Customers"];
        add.extend(["--redirect", BACK, "--sign-out-redirect", BYE]);
        add.extend(back_channel.iter().flat_map(|url| ["--back-channel", *url]));
        let secret = world.cli(&add).trim().to_owned();
        let known = async {
            while world.services().oidc.client(name).await.expect("read").is_none() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, known).await.expect("the server learns of it");
        Self::discover(world.browser(), name, &secret).await
    }

    /// The same application, with what the provider says now.
    pub(crate) async fn discovered_again(&self, world: &World) -> Self {
        Self::discover(world.browser(), &self.name, &self.secret).await
    }

    async fn discover(wire: Browser, name: &str, secret: &str) -> Self {
        let issuer = IssuerUrl::new(wire.origin()).expect("an address");
        let fetch = |request| http(wire.clone(), request);
        let metadata = CoreProviderMetadata::discover_async(issuer, &fetch).await.expect("discovered");
        let (id, hidden) = (ClientId::new(name.into()), ClientSecret::new(secret.into()));
        let client = CoreClient::from_provider_metadata(metadata.clone(), id, Some(hidden))
            .set_redirect_uri(RedirectUrl::new(BACK.into()).expect("an address"));
        Self { name: name.into(), secret: secret.into(), client, metadata, wire }
    }

    /// Begins a sign-in.
    pub(crate) fn begin(&self) -> Begun {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let request = self.client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random);
        let request = ["profile", "email"]
            .into_iter()
            .fold(request, |request, scope| request.add_scope(Scope::new(scope.into())));
        let (url, state, nonce) = request.set_pkce_challenge(challenge).url();
        Begun { url, state: state.secret().clone(), nonce, verifier }
    }

    /// Goes to the provider with a browser in which somebody is signed in; the code that comes back.
    pub(crate) async fn code(&self, browser: &Browser, begun: &Begun) -> String {
        let reply = browser.get(&begun.path()).await;
        let answer = answer(&reply);
        assert_eq!(answer.get("state"), Some(&begun.state), "{answer:?}");
        assert_eq!(answer.get("iss"), Some(&browser.origin()));
        answer.get("code").expect("a code").clone()
    }

    /// Fetches the tokens, as the library does it; the error's code when they are refused.
    pub(crate) async fn redeem(
        &self,
        code: &str,
        verifier: PkceCodeVerifier,
    ) -> Result<CoreTokenResponse, String> {
        let request = self.client.exchange_code(AuthorizationCode::new(code.into())).expect("an endpoint");
        let wire = self.wire.clone();
        let answer =
            request.set_pkce_verifier(verifier).request_async(&move |ask| http(wire.clone(), ask)).await;
        answer.map_err(|error| match error {
            openidconnect::RequestTokenError::ServerResponse(response) => response.error().to_string(),
            other => panic!("{other}"),
        })
    }

    /// All of it.
    pub(crate) async fn signed_in(&self, browser: &Browser) -> (CoreTokenResponse, Nonce) {
        let Begun { url, state, nonce, verifier } = self.begin();
        let begun =
            Begun { url, state, nonce: nonce.clone(), verifier: PkceCodeVerifier::new(String::new()) };
        let code = self.code(browser, &begun).await;
        (self.redeem(&code, verifier).await.expect("tokens"), nonce)
    }

    /// Asks who an access token stands for.
    pub(crate) async fn userinfo(&self, token: &str) -> Reply {
        let bearer = format!("Bearer {token}");
        self.wire.ask("GET", "/oidc/userinfo", &[("authorization", &bearer)], b"").await
    }

    /// A token request by hand.
    pub(crate) async fn token_request(&self, fields: &[(&str, &str)]) -> Reply {
        self.wire.clone().post_from("/oidc/token", fields, &[]).await
    }

    pub(crate) async fn http(&self, request: HttpRequest) -> Result<HttpResponse, Infallible> {
        http(self.wire.clone(), request).await
    }
}

/// What a redirect to the application says.
pub(crate) fn answer(reply: &Reply) -> std::collections::HashMap<String, String> {
    let location = reply.location();
    assert!(location.starts_with(&format!("{BACK}&")), "{location}");
    Url::parse(location).expect("an address").query_pairs().into_owned().collect()
}

/// The claims of a token, not looked at any closer.
pub(crate) fn claims(token: &str) -> Value {
    part(token, 1)
}

/// The claims of a token whose signature one of the provider's keys, as the library reads them, has made.
pub(crate) fn proved(keys: &CoreJsonWebKeySet, token: &str) -> (Value, Value) {
    let header = part(token, 0);
    let (signed, signature) = token.rsplit_once('.').expect("three parts");
    let signature = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
    let kid = header["kid"].as_str().expect("a key");
    let key =
        keys.keys().iter().find(|key| key.key_id().is_some_and(|id| id.as_str() == kid)).expect("known");
    key.verify_signature(&CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256, signed.as_bytes(), &signature)
        .expect("a good signature");
    (header, claims(token))
}

fn part(token: &str, n: usize) -> Value {
    let part = token.split('.').nth(n).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}

async fn http(wire: Browser, request: HttpRequest) -> Result<HttpResponse, Infallible> {
    let path = request.uri().path_and_query().expect("a path").as_str();
    let headers: Vec<_> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().expect("text")))
        .collect();
    let reply = wire.ask(request.method().as_str(), path, &headers, request.body()).await;
    let kind = reply.header("content-type").unwrap_or_default();
    let response = http::Response::builder().status(reply.status).header("content-type", kind);
    Ok(response.body(reply.bytes().to_vec()).expect("a response"))
}

/// Where an application is told of ends: it answers with these statuses, one after the other, and then 200.
pub(crate) struct BackChannel {
    pub(crate) url: String,
    told: Receiver<String>,
}

impl BackChannel {
    pub(crate) fn listen(statuses: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address: SocketAddr = listener.local_addr().expect("its address");
        let (sender, told) = channel();
        let statuses = statuses.to_vec();
        std::thread::spawn(move || {
            let mut statuses = statuses.into_iter();
            while let Ok((stream, _)) = listener.accept() {
                if !serve(stream, statuses.next().unwrap_or(200), &sender) {
                    return;
                }
            }
        });
        Self { url: format!("http://{address}/ended"), told }
    }

    /// The next logout token.
    pub(crate) async fn told(self) -> (String, Self) {
        tokio::task::spawn_blocking(move || (self.told.recv_timeout(PATIENCE).expect("told in time"), self))
            .await
            .expect("it ran")
    }
}

/// Takes one request; `false` when nobody listens any more.
fn serve(mut stream: TcpStream, status: u16, told: &Sender<String>) -> bool {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    let body = loop {
        let n = stream.read(&mut piece).expect("a request");
        bytes.extend_from_slice(&piece[..n]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse::<usize>().expect("a length"))
        });
        assert!(head.starts_with("POST /ended HTTP/1.1"), "{head}");
        if body.len() >= length.expect("a length") {
            break body.to_owned();
        }
    };
    let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    stream.write_all(answer.as_bytes()).expect("answered");
    let token = body.strip_prefix("logout_token=").expect("a logout token").to_owned();
    told.send(token).is_ok()
}
