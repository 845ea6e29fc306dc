//! The one error type: what a caller is told, and what is only logged.
//!
//! Every error leaves as `application/problem+json` (RFC 9457) with a stable code. Faults of ours carry no
//! inner detail to the caller; the log has it beside the request id.

mod codes;

pub use codes::CODES;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use contract::problem::{Fault, Problem};
use std::fmt;

/// An error on its way to the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    status: StatusCode,
    code: &'static str,
    detail: String,
    errors: Vec<Fault>,
    retry_after_s: Option<u32>,
    burns_key: bool,
}

/// What fallible functions of this crate give.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            errors: Vec::new(),
            retry_after_s: None,
            burns_key: false,
        }
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// What happened, in a sentence.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// A refusal that the state of the club decides: an `Idempotency-Key` keeps it for ever.
    #[must_use]
    pub const fn burns_key(&self) -> bool {
        self.burns_key
    }

    /// Faults of a body or document, each with its place.
    pub fn faults(&self) -> &[Fault] {
        &self.errors
    }

    /// With faults in the body, each with its place.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<Fault>) -> Self {
        self.errors = errors;
        self
    }

    /// 400: the request cannot be read.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed_request", detail)
    }

    /// 400: a shopper's write without its key.
    #[must_use]
    pub fn key_missing() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "idempotency_key_missing",
            "Send an Idempotency-Key header (1 to 128 visible ASCII characters) with every write; a \
             fresh UUID for each intent, the same one for each retry of it.",
        )
    }

    /// 422: the key was used with something else.
    #[must_use]
    pub fn key_reused() -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "idempotency_key_reused",
            "This Idempotency-Key was used for another request. Use a fresh key for a new intent.",
        )
    }

    /// 409: the first request with this key is still at work.
    #[must_use]
    pub fn key_in_flight() -> Self {
        let mut error = Self::new(
            StatusCode::CONFLICT,
            "idempotency_key_in_flight",
            "The first request with this Idempotency-Key is still at work. Send the same one again.",
        );
        error.retry_after_s = Some(1);
        error
    }

    /// 409: there is a club already.
    #[must_use]
    pub fn already_set_up() -> Self {
        Self::conflict(
            "already_set_up",
            "This server has a club already: log in, or ask its owner for an account.",
        )
    }

    /// 401: no credential, or one that says nothing to us.
    pub fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
    }

    /// 401: a member token that was good once.
    #[must_use]
    pub fn token_expired() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "token_expired",
            "The member token has ended. Ask the shop's server for a new one.",
        )
    }

    /// 401: a member token that is not good.
    pub fn token_invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "token_invalid", detail)
    }

    /// 403: a page that this credential is not meant for.
    pub fn origin_not_allowed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "origin_not_allowed", detail)
    }

    /// 403: the credential is good, and not for this. The code says what it lacks.
    pub fn forbidden(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, detail)
    }

    /// 401: e-mail address or password is wrong; which of them is not told.
    #[must_use]
    pub fn login_failed() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "login_failed",
            "No open account of this program has this e-mail address and password.",
        )
    }

    /// 404: a logged-in shopper who has not joined.
    #[must_use]
    pub fn not_a_member() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_a_member",
            "This shopper is not a member yet. POST /v1/me joins the club.",
        )
    }

    /// 404: no such thing for this caller.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    /// 405.
    #[must_use]
    pub fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "This path exists, but not with this method; the Allow header lists what it takes.",
        )
    }

    /// 408: the caller took too long.
    #[must_use]
    pub fn timeout() -> Self {
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            "request_timeout",
            "The request took too long. Its outcome is unknown: send it again with the same key.",
        )
    }

    /// 413: too large.
    #[must_use]
    pub fn too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
            "A body may have 64 KB at most.",
        )
    }

    /// 413: too large, where more than usual may be sent.
    #[must_use]
    pub fn too_large_for(bytes_max: usize) -> Self {
        let detail = format!("A body may have {} KB at most here.", bytes_max / 1_024);
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail)
    }

    /// 412: somebody else has saved the draft in the meantime.
    #[must_use]
    pub fn draft_changed(revision: i64) -> Self {
        Self::new(
            StatusCode::PRECONDITION_FAILED,
            "draft_changed",
            format!("The draft is at revision {revision} now. Read it, and save on top of that."),
        )
    }

    /// 503: the ledger does not add up, so nothing is written to it.
    #[must_use]
    pub fn ledger_broken() -> Self {
        let mut error = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "ledger_broken",
            "The server has found a fault in the ledger and writes nothing until its operator has repaired it. \
             Reading works.",
        );
        error.retry_after_s = Some(60);
        error
    }

    /// 503: the server is about to end.
    #[must_use]
    pub fn stopping() -> Self {
        let mut error = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "This server is stopping; another one answers.",
        );
        error.retry_after_s = Some(1);
        error
    }

    /// 415: not JSON.
    #[must_use]
    pub fn not_json() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not_json",
            "Send the body as JSON with Content-Type: application/json.",
        )
    }

    /// 415: not JSON, where other types are taken besides; the detail lists them.
    pub fn not_json_but(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", detail)
    }

    /// 422: read, but wrong; every fault is listed.
    #[must_use]
    pub fn validation(errors: Vec<Fault>) -> Self {
        let detail = match errors.as_slice() {
            [one] => format!("{}: {}", one.pointer, one.detail),
            many => format!("The body has {} faults; see `errors`.", many.len()),
        };
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "validation_failed",
            detail,
        )
        .with_errors(errors)
    }

    /// 422 with a single fault.
    pub fn invalid(
        pointer: impl Into<String>,
        code: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        Self::validation(vec![fault(pointer, code, detail)])
    }

    /// 409: the state of the club says no. The same key gets the same answer for ever.
    pub fn refused(code: &'static str, detail: impl Into<String>) -> Self {
        let mut error = Self::new(StatusCode::CONFLICT, code, detail);
        error.burns_key = true;
        error
    }

    /// 409: what stands now says no. Unlike [`Error::refused`] it keeps no key: asked again later, the answer may be
    /// another one.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 429.
    #[must_use]
    pub fn rate_limited(retry_after_s: u32) -> Self {
        let mut error = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "rate_limited",
            "Too many requests from this address or by this key. Wait as long as Retry-After says.",
        );
        error.retry_after_s = Some(retry_after_s);
        error
    }

    /// 503: not now.
    #[must_use]
    pub fn unavailable() -> Self {
        let mut error = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "The server is busy or its database is locked. Send the same request again.",
        );
        error.retry_after_s = Some(1);
        error
    }

    /// 500: a fault of ours. `why` is for the log alone.
    pub fn internal(why: impl fmt::Display) -> Self {
        tracing::error!(%why, "internal error");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_error",
            "Something went wrong on our side; the log has it under this request's id.",
        )
    }

    /// What an operator reads when a command cannot do its work; no request ever gets it.
    pub fn cannot_start(why: impl fmt::Display) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "cannot_start",
            why.to_string(),
        )
    }

    /// The body that a caller reads.
    #[must_use]
    pub fn body(&self) -> Problem {
        Problem {
            kind: format!("/problems/{}", self.code),
            status: self.status.as_u16(),
            code: self.code.to_owned(),
            detail: self.detail.clone(),
            errors: self.errors.clone(),
        }
    }
}

/// One fault in a body, at a JSON pointer (RFC 6901).
pub fn fault(
    pointer: impl Into<String>,
    code: impl Into<String>,
    detail: impl Into<String>,
) -> Fault {
    Fault {
        pointer: pointer.into(),
        code: code.into(),
        detail: detail.into(),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)?;
        for fault in &self.errors {
            write!(f, "\n  {} {}: {}", fault.pointer, fault.code, fault.detail)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Busy(_)
            | store::Error::Full(_)
            | store::Error::Unavailable(_)
            | store::Error::Unknown(_) => {
                tracing::warn!(%error, "the database cannot do this now");
                Self::unavailable()
            }
            other => Self::internal(other),
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error)
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self.body()).unwrap_or_default();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(
                HeaderName::from_static("www-authenticate"),
                HeaderValue::from_static("Bearer realm=\"vafa\""),
            );
        }
        response
    }
}
