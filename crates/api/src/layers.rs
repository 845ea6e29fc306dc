//! What holds for every request: its id, its place in the log and the figures, how often it may come, how long it may
//! take, which pages may read the answer, and what no browser may do with it.

use crate::credentials::Peer;
use crate::frame::Framed;
use crate::ids;
use crate::keys;
use crate::limits::Kind;
use crate::problem::Error;
use crate::state::State;
use axum::extract::{FromRequestParts, MatchedPath, Request, State as Shared};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::time::{Duration, Instant};
use tracing::Instrument;

/// Routes whose body is a file that streams in: they may take as long as that needs.
const STREAMED: [&str; 2] = ["/v1/imports", "/v1/partners/{partner}/codes"];
const STREAMED_PATIENCE: Duration = Duration::from_secs(3_600);

/// The pattern of the request's path, which is a label and a word in the log; `-` for a path that is none of ours.
fn route(request: &Request) -> String {
    let matched = request.extensions().get::<MatchedPath>();
    matched.map_or_else(|| "-".to_owned(), |path| path.as_str().to_owned())
}

/// Ends a request that takes too long with 408. A body that does not come is such a one.
pub(crate) async fn in_time(
    Shared(state): Shared<State>,
    request: Request,
    next: Next,
) -> Response {
    let streamed = STREAMED.contains(&route(&request).as_str());
    let patience = if streamed {
        STREAMED_PATIENCE
    } else {
        state.patience
    };
    match tokio::time::timeout(patience, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Error::timeout().into_response(),
    }
}

/// Counts every request by the address that it comes from.
pub(crate) async fn counted(
    Shared(state): Shared<State>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let counted = match Peer::from_request_parts(&mut parts, &state).await {
        Ok(peer) => peer.count(&state, Kind::Any),
        Err(error) => Err(error),
    };
    match counted {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(error) => error.into_response(),
    }
}

/// The id that the caller gave the request, if it can stand in a log: 1 to 64 letters, digits, and `.`, `_` and `-`.
fn own_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get("x-request-id")?.to_str().ok()?;
    let sane = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    ((1..=64).contains(&id.len()) && id.bytes().all(sane)).then(|| id.to_owned())
}

/// Gives each request an id, one line in the log and its place in the figures. The query is not logged: it may
/// carry a key.
pub(crate) async fn traced(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
    let id = own_id(request.headers()).unwrap_or_else(|| ids::id("req"));
    let route = route(&request);
    let method = request.method().clone();
    let span = tracing::info_span!("request", id, %method, route);
    let began = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, took) = (response.status().as_u16(), began.elapsed());
    span.in_scope(|| {
        let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        tracing::info!(status, took_ms, "answered");
    });
    state
        .metrics
        .answered(method.as_str(), &route, status, took);
    let framed = response.extensions().get::<Framed>().is_some();
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert("x-request-id", id);
    }
    for (name, value) in SECURITY {
        // Which pages may frame one that may be framed, its policy says; this header cannot.
        if framed && name == FRAME_OPTIONS {
            continue;
        }
        // A page brings its own policy.
        headers
            .entry(HeaderName::from_static(name))
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

const FRAME_OPTIONS: &str = "x-frame-options";

/// What no browser may do with an answer: guess its type, tell others where it came from, show it in a frame, run
/// what is in it.
const SECURITY: [(&str, &str); 4] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    (FRAME_OPTIONS, "DENY"),
    (
        "content-security-policy",
        "default-src 'none'; frame-ancestors 'none'",
    ),
];

/// Lets the pages of a shop read what its own key or token was answered; whether the credential may be
/// used from there is the credential's own check.
pub(crate) async fn cross_origin(
    Shared(state): Shared<State>,
    request: Request,
    next: Next,
) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let preflight = request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let known = match origin.as_ref().and_then(|origin| origin.to_str().ok()) {
        Some(origin) => is_known(&state, origin).await,
        None => false,
    };
    let mut response = if preflight {
        StatusCode::NO_CONTENT.into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    if headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
        return response;
    }
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = origin.filter(|_| known) else {
        return response;
    };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("ETag, Date, Retry-After, Idempotent-Replayed, X-Request-Id"),
    );
    if preflight {
        for (name, value) in [
            (
                header::ACCESS_CONTROL_ALLOW_METHODS,
                "GET, POST, PATCH, DELETE",
            ),
            (
                header::ACCESS_CONTROL_ALLOW_HEADERS,
                "Authorization, Content-Type, Idempotency-Key, If-None-Match",
            ),
            (header::ACCESS_CONTROL_MAX_AGE, "7200"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    response
}

async fn is_known(state: &State, origin: &str) -> bool {
    state
        .db
        .look(origin.to_owned(), |mut tx, origin| {
            Box::pin(async move {
                let known = keys::anybody_allows(&mut tx, origin).await;
                (tx, known)
            })
        })
        .await
        .unwrap_or(false)
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        reason = "a test that panics is a test that fails"
    )]
    use super::*;

    #[test]
    fn an_id_of_the_callers_is_taken_when_it_can_stand_in_a_log() {
        let id = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-request-id", HeaderValue::from_str(text).unwrap());
            own_id(&headers)
        };
        for good in ["a", "trace-1.2_3", &"a".repeat(64)] {
            assert_eq!(id(good).as_deref(), Some(good));
        }
        for bad in ["", "a b", "\"}", "a/b", &"a".repeat(65)] {
            assert_eq!(id(bad), None, "{bad}");
        }
        assert_eq!(own_id(&HeaderMap::new()), None);
    }
}
