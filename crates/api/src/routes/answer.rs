//! Answers that go well.

use crate::inputs::Known;
use crate::problem::{Error, Result};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// JSON with a status, for one reader and no cache.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Result<Response> {
    let mut response = (status, serde_json::to_vec(body)?).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "private, no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

/// JSON with status 200.
pub(crate) fn ok(body: &impl Serialize) -> Result<Response> {
    json(StatusCode::OK, body)
}

/// JSON with 201 for what is new, and 200 for what was there.
pub(crate) fn made(created: bool, body: &impl Serialize) -> Result<Response> {
    let status = if created {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    json(status, body)
}

/// 204.
pub(crate) fn nothing() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// JSON with a strong tag, which is given without its quotation marks; 304 when the caller has it already.
pub(crate) fn tagged(
    known: &Known,
    tag: &str,
    cache: &'static str,
    body: &impl Serialize,
) -> Result<Response> {
    let tag = format!("\"{tag}\"");
    let mut response = if known.has(&tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ok(body)?
    };
    let tag = HeaderValue::from_str(&tag).map_err(Error::internal)?;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::ETAG, tag);
    Ok(response)
}
