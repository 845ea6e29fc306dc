//! `/studio`: the marketer's app. One page for every place in it, which its router tells apart, and files named by
//! their content.
//!
//! The page may run and load what is this server's own and nothing else, and nobody may frame it. It may itself show
//! pages of this server in a frame: the widget's preview is one, which has an origin of its own and so neither the
//! session nor what the browser keeps.

use crate::assets;
use crate::frame::Framed;
use crate::problem::{Error, Result};
use crate::state::State;
use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;

const PAGE: &str = "index.html";

/// What the page may do.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; \
     img-src 'self' data:; font-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

/// `GET /studio` and every path below it: the page.
///
/// # Errors
/// 404 when this server has no studio.
pub(crate) async fn page(Shared(state): Shared<State>, headers: HeaderMap) -> Result<Response> {
    let mut response = assets::serve_as(&state.studio, PAGE, "text/html; charset=utf-8", &headers)
        .await
        .map_err(|_| {
            Error::not_found(
                "This server has no studio. A release has it inside; others take it from a folder, by --studio.",
            )
        })?;
    let out = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ] {
        out.insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

/// What the preview may do: run and load what is this server's own, and nothing in its name.
const PREVIEW_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; \
     img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts; \
     require-trusted-types-for 'script'; trusted-types vafa";

/// `GET /studio/preview`: the page that shows the widget beside a draft.
///
/// # Errors
/// 404 when this server has no studio.
pub(crate) async fn preview(Shared(state): Shared<State>, headers: HeaderMap) -> Result<Response> {
    let html = "text/html; charset=utf-8";
    let mut response = assets::serve_as(&state.studio, "preview.html", html, &headers).await?;
    response.extensions_mut().insert(Framed);
    let out = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, PREVIEW_POLICY),
    ] {
        out.insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

/// `GET /studio/assets/{file}`: a file whose name changes with its content.
///
/// # Errors
/// 404 when there is no such file.
pub(crate) async fn hashed(
    Shared(state): Shared<State>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    assets::immutable(&state.studio, &file, &headers).await
}
