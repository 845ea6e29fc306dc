//! The document and the reference, as they are served: made once, when somebody first asks.

use super::page;
use crate::ids;
use crate::inputs::{Known, Path};
use crate::problem::{Error, Result};
use axum::Router;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::Value;
use std::sync::{Arc, OnceLock};

/// A text with its tag.
struct Served {
    text: String,
    tag: String,
    kind: &'static str,
}

impl Served {
    fn new(text: String, kind: &'static str) -> Self {
        let tag = format!("\"{}\"", ids::digest(text.as_bytes()));
        Self { text, tag, kind }
    }

    fn answer(&self, known: &Known) -> Response {
        let mut response = if known.has(&self.tag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            self.text.clone().into_response()
        };
        let headers = response.headers_mut();
        for (name, value) in [
            (header::CONTENT_TYPE, self.kind),
            (header::ETAG, &self.tag),
            (header::CACHE_CONTROL, "public, max-age=300"),
        ] {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        }
        if self.kind == HTML {
            let policy = format!(
                "default-src 'none'; style-src '{}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
                page::style_hash()
            );
            if let Ok(policy) = HeaderValue::from_str(&policy) {
                headers.insert(HeaderName::from_static("content-security-policy"), policy);
            }
        }
        response
    }
}

const HTML: &str = "text/html; charset=utf-8";

/// `/openapi.json`, `/docs`, and a page for every code at `/problems/{code}`.
///
/// The pages bring their own Content-Security-Policy: their style sheet by its hash, and nothing else.
pub fn pages<S: Clone + Send + Sync + 'static>(document: &'static Value) -> Router<S> {
    let (made, drawn) = (Arc::new(OnceLock::new()), Arc::new(OnceLock::new()));
    let json = async move |known: Known| {
        let served = made.get_or_init(|| Served::new(document.to_string(), "application/json"));
        served.answer(&known)
    };
    let html = async move |known: Known| {
        let served = drawn.get_or_init(|| Served::new(page::page(document), HTML));
        served.answer(&known)
    };
    let problem = async move |Path(code): Path<String>, known: Known| -> Result<Response> {
        let page = page::problem(document, &code)
            .ok_or_else(|| Error::not_found("No error has this code."))?;
        Ok(Served::new(page, HTML).answer(&known))
    };
    Router::new()
        .route("/openapi.json", get(json))
        .route("/docs", get(html))
        .route("/problems/{code}", get(problem))
}
