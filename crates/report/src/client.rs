//! One request to the server, and its answer.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde::de::DeserializeOwned;
use ureq::http::Response;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body};

use crate::{Answer, Answers, Commands, Report, bounds};

/// How long a request may take beyond what the server was asked to wait.
const PATIENCE: Duration = Duration::from_secs(30);
/// Where a server takes reports.
const REPORTS: &str = "/api/v1/reports";
/// Longest answer that is read, in bytes.
const ANSWER_BYTES: u64 = 16 << 20;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The server could not be reached or could not do it now: the same may be sent again.
    #[error("not sent, try again: {0}")]
    Again(String),
    /// The server does not take this: the token, the address or the request is wrong.
    #[error("refused with status {status}: {reason}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// The server's sentence.
        reason: String,
    },
}

/// Speaks to one server with one agent's token. Blocks; cheap to clone.
#[derive(Clone)]
pub struct Client {
    agent: Agent,
    base: String,
    bearer: String,
}

impl Client {
    /// A client for the server at `url` (`https://sightline.example`).
    #[must_use]
    pub fn new(url: &str, token: &str) -> Self {
        Self::with(url, token, TlsConfig::default())
    }

    /// A client that trusts the certificates of a PEM file, and no others: for a server with a certificate of the
    /// organisation's own.
    ///
    /// # Errors
    /// When there is no certificate in it, or one that cannot be read.
    pub fn trusting(url: &str, token: &str, pem: &[u8]) -> Result<Self, String> {
        let mut trusted = Vec::new();
        for item in parse_pem(pem) {
            // A key beside it is nobody's business here.
            if let PemItem::Certificate(certificate) = item.map_err(|error| error.to_string())? {
                trusted.push(certificate);
            }
        }
        if trusted.is_empty() {
            return Err("it holds no certificate (PEM)".into());
        }
        Ok(Self::with(url, token, TlsConfig::builder().root_certs(RootCerts::from(trusted)).build()))
    }

    fn with(url: &str, token: &str, tls: TlsConfig) -> Self {
        let config =
            Agent::config_builder().http_status_as_error(false).max_redirects(0).tls_config(tls).build();
        let base = format!("{}{REPORTS}", url.trim_end_matches('/'));
        Self { agent: config.into(), base, bearer: format!("Bearer {}", token.trim()) }
    }

    /// The server's clock, as the head of an answer says it; asks nothing of the token.
    ///
    /// # Errors
    /// When there is no answer, or one without a time.
    pub fn time(&self) -> Result<Timestamp, Failed> {
        let again = |error: String| Failed::Again(error);
        let url = format!("{}/healthz", self.base.strip_suffix(REPORTS).unwrap_or(&self.base));
        let request = self.agent.get(&url).config().timeout_global(Some(PATIENCE)).build();
        let response = request.call().map_err(|error| again(error.to_string()))?;
        let date = response.headers().get("date").and_then(|date| date.to_str().ok());
        let date = date.ok_or_else(|| again("the answer has no date".into()))?;
        let zoned = rfc2822::parse(date).map_err(|error| again(format!("the answer's date: {error}")))?;
        Ok(zoned.timestamp())
    }

    /// Sends up to [`bounds::BATCH`] reports in one request; the answers are in their order. Sending them again
    /// changes nothing.
    ///
    /// # Errors
    /// When nothing of them was taken, or it is not known.
    pub fn send(&self, reports: &[Report]) -> Result<Vec<Answer>, Failed> {
        let body = serde_json::to_vec(reports).map_err(|error| Failed::Refused {
            status: 0,
            reason: format!("the reports cannot be written as JSON: {error}"),
        })?;
        let sent = self
            .agent
            .post(&self.base)
            .config()
            .timeout_global(Some(PATIENCE))
            .build()
            .header("Authorization", &self.bearer)
            .header("Content-Type", "application/json")
            .send(&body[..]);
        let Answers { answers } = read(sent)?;
        if answers.len() == reports.len() {
            Ok(answers)
        } else {
            Err(Failed::Again("the server answered to another number of reports".into()))
        }
    }

    /// What the agent is asked to do: what is new since `after` (0 at first, then the answer's `next`), or what
    /// comes up within `wait` (at most [`bounds::WAIT_MAX`] seconds).
    ///
    /// # Errors
    /// When there is no answer.
    pub fn commands(&self, after: u64, wait: Duration) -> Result<Commands, Failed> {
        let seconds = wait.as_secs().min(bounds::WAIT_MAX);
        let url = format!("{}/commands?after={after}&wait={seconds}", self.base);
        let whole = PATIENCE + Duration::from_secs(seconds);
        let request = self.agent.get(&url).config().timeout_global(Some(whole)).build();
        read(request.header("Authorization", &self.bearer).call())
    }
}

fn read<T: DeserializeOwned>(sent: Result<Response<Body>, ureq::Error>) -> Result<T, Failed> {
    let again = |error: ureq::Error| Failed::Again(error.to_string());
    let mut response = sent.map_err(again)?;
    let status = response.status().as_u16();
    let body = response.body_mut().with_config().limit(ANSWER_BYTES).read_to_vec().map_err(again)?;
    match status {
        200 => serde_json::from_slice(&body)
            .map_err(|error| Failed::Again(format!("the answer cannot be read: {error}"))),
        408 | 429 | 500.. => Err(Failed::Again(format!("the server answered with status {status}"))),
        _ => {
            let problem: Option<serde_json::Value> = serde_json::from_slice(&body).ok();
            let detail = problem.as_ref().and_then(|problem| problem["detail"].as_str());
            Err(Failed::Refused { status, reason: detail.unwrap_or("without a reason").to_owned() })
        }
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Not the token.
        f.debug_struct("Client").field("base", &self.base).finish_non_exhaustive()
    }
}
