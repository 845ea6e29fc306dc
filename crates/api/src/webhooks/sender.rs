//! Sends one webhook, says what came of it, and when to try again.

use axum::http::{HeaderMap, StatusCode, header};
use chrono::DateTime;
use rustls::{ClientConfig, RootCertStore};
use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::address::Guard;
use super::signature::{self, Secret};

#[cfg(test)]
mod tests;

/// How long a delivery may take in all, from the look-up of the name to the last byte of the answer.
pub const TIMEOUT: Duration = Duration::from_secs(15);
/// How many bytes of an answer's body are read; the connection is closed on the rest.
pub const ANSWER_BYTES_MAX: usize = 4_096;
/// The longest that a receiver may put us off with `Retry-After`.
pub const RETRY_AFTER_MAX: Duration = Duration::from_secs(24 * 3_600);

const USER_AGENT: &str = concat!("vafa/", env!("CARGO_PKG_VERSION"));
/// How many characters of a refusal's body are told to the merchant.
const EXCERPT_CHARS: usize = 200;
/// The pauses before each try, in seconds: those that the Standard Webhooks recommend, 75.6 hours in all.
const PAUSES_S: [u64; 10] = [
    0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400,
];

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'text> {
    /// The message's id, the same at every try. ASCII without a full stop.
    pub id: &'text str,
    /// Seconds since 1970 at which this try is made.
    pub timestamp_s: i64,
    /// The event, as JSON.
    pub body: &'text str,
}

/// What came of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver took it: a status from 200 to 299, whatever became of the answer's body.
    Delivered {
        /// The status.
        status: u16,
    },
    /// The receiver wants no more of them (410): the endpoint is to be disabled.
    Gone,
    /// Everything else, redirects too.
    Failed {
        /// The status, when there was an answer.
        status: Option<u16>,
        /// What happened, for the merchant to read. It names no address, and of the answer at most its status
        /// and the first characters of its body.
        why: String,
        /// How long the receiver asked us to wait, by `Retry-After` on 429 or 503; at most [`RETRY_AFTER_MAX`].
        retry_after: Option<Duration>,
    },
}

impl Outcome {
    /// How long to wait before the next try when `attempt` tries have been made, this one included: as [`next_try`],
    /// and not before the receiver asked for it. `None` when there is nothing to try again.
    #[must_use]
    pub fn next_try(&self, attempt: u32, jitter: u64) -> Option<Duration> {
        match self {
            Self::Delivered { .. } | Self::Gone => None,
            Self::Failed { retry_after, .. } => {
                Some(next_try(attempt, jitter)?.max(retry_after.unwrap_or_default()))
            }
        }
    }

    fn failed(why: impl Into<String>) -> Self {
        Self::Failed {
            status: None,
            why: why.into(),
            retry_after: None,
        }
    }
}

/// How long to wait before the next try when `attempt` tries have been made: nothing before the first, then 5 s,
/// 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h, which makes 10 tries in about three days. `None`: give up.
///
/// `jitter` is any random number; it moves the pause by up to a tenth either way, so that messages which failed
/// together do not come back together.
#[must_use]
pub fn next_try(attempt: u32, jitter: u64) -> Option<Duration> {
    let pause_ms = PAUSES_S.get(usize::try_from(attempt).ok()?)? * 1_000;
    let tenth = pause_ms / 10;
    let moved = jitter % (2 * tenth + 1);
    Some(Duration::from_millis(pause_ms - tenth + moved))
}

/// Sends webhooks. It holds no connections; TLS sessions are resumed.
///
/// Certificates are checked against the roots that Mozilla trusts, which are part of the binary: the answer is the
/// same on every machine, also in a container without a store of its own.
#[derive(Clone, Debug)]
pub struct Sender {
    guard: Guard,
    timeout: Duration,
    tls: ClientConfig,
}

impl Sender {
    /// A sender that calls what `guard` allows and gives up after `timeout`, which is [`TIMEOUT`] outside of tests.
    #[must_use]
    pub fn new(guard: Guard, timeout: Duration) -> Self {
        let roots = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
        Self::trusting(roots, guard, timeout)
    }

    /// What it may call.
    #[must_use]
    pub const fn guard(&self) -> Guard {
        self.guard
    }

    fn trusting(roots: RootCertStore, guard: Guard, timeout: Duration) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        #[allow(clippy::expect_used, reason = "ring has suites for TLS 1.2 and 1.3")]
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring speaks the default versions");
        let mut tls = builder.with_root_certificates(roots).with_no_client_auth();
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        Self {
            guard,
            timeout,
            tls,
        }
    }

    /// Makes one try: checks `url` and every address it has, signs `message` with each of `secrets`, and posts it to
    /// the addresses that were checked. No redirect is followed and no proxy is used.
    pub async fn send(&self, url: &str, secrets: &[Secret], message: &Message<'_>) -> Outcome {
        let deadline = Instant::now() + self.timeout;
        let found = async {
            let url = self.guard.read(url)?;
            let addresses = self.guard.resolve(&url).await?;
            Ok::<_, super::address::Refused>((url, addresses))
        };
        match timeout_at(deadline, found).await {
            Ok(Ok((url, addresses))) => {
                self.post(&url, &addresses, secrets, message, deadline)
                    .await
            }
            Ok(Err(refused)) => Outcome::failed(refused.to_string()),
            Err(_) => self.too_late(),
        }
    }

    async fn post(
        &self,
        url: &Url,
        addresses: &[SocketAddr],
        secrets: &[Secret],
        message: &Message<'_>,
        deadline: Instant,
    ) -> Outcome {
        if secrets.is_empty() {
            return Outcome::failed("the endpoint has no secret to sign with");
        }
        let Ok(client) = self.client(url, addresses) else {
            return Outcome::failed("the request could not be prepared");
        };
        let Message {
            id,
            timestamp_s,
            body,
        } = *message;
        let signature = signature::sign(secrets, id, timestamp_s, body.as_bytes());
        let request = client
            .post(url.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .header(signature::ID, id)
            .header(signature::TIMESTAMP, timestamp_s)
            .header(signature::SIGNATURE, signature)
            .body(body.to_owned());
        let mut response = match timeout_at(deadline, request.send()).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return self.no_answer(&error),
            Err(_) => return self.too_late(),
        };
        // The status is the answer; a body that breaks off or never ends does not change it.
        let mut read = Vec::new();
        while read.len() < ANSWER_BYTES_MAX {
            let Ok(Ok(Some(chunk))) = timeout_at(deadline, response.chunk()).await else {
                break;
            };
            let room = ANSWER_BYTES_MAX - read.len();
            read.extend_from_slice(&chunk[..chunk.len().min(room)]);
        }
        outcome(response.status(), response.headers(), &read, timestamp_s)
    }

    /// A client that knows this host by these addresses alone.
    fn client(&self, url: &Url, addresses: &[SocketAddr]) -> reqwest::Result<reqwest::Client> {
        reqwest::Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            .resolve_to_addrs(url.host_str().unwrap_or_default(), addresses)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .https_only(!self.guard.allow_private)
            .user_agent(USER_AGENT)
            .pool_max_idle_per_host(0)
            // Shared by the addresses, so that a dead one leaves time for the next.
            .connect_timeout(self.timeout * 2 / 3)
            .build()
    }

    fn too_late(&self) -> Outcome {
        let seconds = self.timeout.as_secs_f64();
        Outcome::failed(format!("there was no answer within {seconds} s"))
    }

    fn no_answer(&self, error: &reqwest::Error) -> Outcome {
        if error.is_timeout() {
            return self.too_late();
        }
        if error.is_builder() {
            return Outcome::failed("the message's id cannot stand in a header");
        }
        if let Some(tls) = tls_error(error) {
            return Outcome::failed(format!("no secure connection was made: {tls}"));
        }
        Outcome::failed(if error.is_connect() {
            "no connection was made"
        } else {
            "the connection broke off before a whole answer came"
        })
    }
}

/// The error of TLS inside this one: an expired certificate, one for another name.
fn tls_error<'error>(error: &'error (dyn Error + 'static)) -> Option<&'error rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(tls) = error.downcast_ref() {
            return Some(tls);
        }
        // What an I/O error wraps is not its source.
        next = match error.downcast_ref().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

fn outcome(status: StatusCode, headers: &HeaderMap, body: &[u8], now_s: i64) -> Outcome {
    if status.is_success() {
        return Outcome::Delivered {
            status: status.as_u16(),
        };
    }
    if status == StatusCode::GONE {
        return Outcome::Gone;
    }
    let mut why = format!("the receiver answered {}", status.as_u16());
    if let Some(reason) = status.canonical_reason() {
        why.push(' ');
        why.push_str(reason);
    }
    if status.is_redirection() {
        why.push_str("; redirects are not followed: give the URL that it leads to");
    } else {
        let said = excerpt(body);
        if !said.is_empty() {
            why.push_str(": ");
            why.push_str(&said);
        }
    }
    let asks = [
        StatusCode::TOO_MANY_REQUESTS,
        StatusCode::SERVICE_UNAVAILABLE,
    ]
    .contains(&status);
    Outcome::Failed {
        status: Some(status.as_u16()),
        why,
        retry_after: if asks {
            retry_after(headers, now_s)
        } else {
            None
        },
    }
}

/// The beginning of a text on one line.
fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().take(EXCERPT_CHARS).collect()
}

/// Reads `Retry-After` (RFC 9110, 10.2.3): seconds, or a date that is compared with `now_s`.
fn retry_after(headers: &HeaderMap, now_s: i64) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds = if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // Only too many digits are no number.
        value.parse().unwrap_or(u64::MAX)
    } else {
        let until = DateTime::parse_from_rfc2822(value).ok()?.timestamp();
        u64::try_from(until.saturating_sub(now_s)).unwrap_or(0)
    };
    Some(Duration::from_secs(seconds).min(RETRY_AFTER_MAX))
}
