//! The router, and what holds for every request: ids, limits, headers, one shape of error.

use crate::keys;
use crate::problem::Error;
use crate::state::State;
use crate::{assets, ids, openapi, routes};
use axum::Router;
use axum::extract::{MatchedPath, Request, State as Shared};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::time::{Duration, Instant};
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument;

/// A request that takes longer is answered; a write that it began goes on to its end.
const PATIENCE: Duration = Duration::from_secs(10);

/// The whole API.
pub fn app(state: State) -> Router {
    Router::new()
        .merge(routes::all().router())
        .merge(openapi::pages(routes::document()))
        .route("/", get(routes::entrance))
        .route("/v1/vafa.js", get(assets::loader))
        .route("/v1/assets/{file}", get(assets::hashed))
        .fallback(async || Error::not_found("No such path; every path begins with /v1."))
        .method_not_allowed_fallback(async || Error::method_not_allowed())
        .layer(middleware::from_fn(in_time))
        .layer(middleware::from_fn_with_state(state.clone(), cross_origin))
        .layer(CatchPanicLayer::custom(|_| {
            Error::internal("a handler panicked").into_response()
        }))
        .layer(middleware::from_fn(traced))
        .with_state(state)
}

async fn in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(PATIENCE, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Error::timeout().into_response(),
    }
}

/// Gives each request an id and one line in the log. The query is not logged: it may carry a key.
async fn traced(request: Request, next: Next) -> Response {
    let id = ids::id("req");
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "-".to_owned(), |path| path.as_str().to_owned());
    let span = tracing::info_span!("request", id, method = %request.method(), route);
    let began = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    span.in_scope(|| {
        tracing::info!(
            status = response.status().as_u16(),
            took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            "answered"
        );
    });
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert("x-request-id", id);
    }
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        (
            "content-security-policy",
            "default-src 'none'; frame-ancestors 'none'",
        ),
    ] {
        // A page brings its own policy.
        headers
            .entry(HeaderName::from_static(name))
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Lets the pages of a shop read what its own key or token was answered; whether the credential may be
/// used from there is the credential's own check.
async fn cross_origin(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
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
