//! The browser's files, the widget's and the studio's: one stable loader and one page, everything else named by its
//! content, all compressed beforehand.

use crate::ids;
use crate::problem::{Error, Result};
use crate::state::State;
use axum::body::Body;
use axum::extract::{Path as UrlPath, State as Shared};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;

#[cfg(feature = "embed")]
mod embedded {
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

/// Where the files come from.
#[derive(Clone, Debug, Default)]
pub enum Assets {
    /// There are none: API only.
    #[default]
    None,
    /// From a folder, read for each request.
    Folder(Arc<PathBuf>),
    /// From inside this binary: names, and what they hold.
    #[cfg(feature = "embed")]
    Embedded(&'static [(&'static str, &'static [u8])]),
}

impl Assets {
    /// Files from a folder.
    #[must_use]
    pub fn folder(path: PathBuf) -> Self {
        Self::Folder(Arc::new(path))
    }

    /// The widget's files inside this binary, when it was built with them.
    #[must_use]
    pub const fn embedded() -> Self {
        #[cfg(feature = "embed")]
        {
            Self::Embedded(embedded::FILES)
        }
        #[cfg(not(feature = "embed"))]
        {
            Self::None
        }
    }

    /// The studio's files inside this binary, when it was built with them.
    #[must_use]
    pub const fn embedded_studio() -> Self {
        #[cfg(feature = "embed")]
        {
            Self::Embedded(embedded::STUDIO)
        }
        #[cfg(not(feature = "embed"))]
        {
            Self::None
        }
    }

    async fn read(&self, name: &str) -> Option<Cow<'static, [u8]>> {
        match self {
            Self::None => None,
            Self::Folder(root) => tokio::fs::read(root.join(name)).await.ok().map(Cow::Owned),
            #[cfg(feature = "embed")]
            Self::Embedded(files) => files
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, bytes)| Cow::Borrowed(*bytes)),
        }
    }
}

/// `GET /v1/vafa.js`: the loader under its one stable name.
///
/// # Errors
/// 404 when there are no assets.
pub async fn loader(state: Shared<State>, headers: HeaderMap) -> Result<Response> {
    stable(state, "vafa.js", &headers).await
}

/// A file whose name stays while its content changes.
pub(crate) async fn stable(
    Shared(state): Shared<State>,
    name: &str,
    headers: &HeaderMap,
) -> Result<Response> {
    let mut response = shared(serve(&state.assets, name, headers).await?);
    response.headers_mut().insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=300, stale-while-revalidate=86400"),
    );
    Ok(response)
}

/// `GET /v1/assets/{file}`: a file whose name changes with its content.
///
/// # Errors
/// 404 when there is no such file.
pub async fn hashed(
    Shared(state): Shared<State>,
    UrlPath(file): UrlPath<String>,
    headers: HeaderMap,
) -> Result<Response> {
    immutable(&state.assets, &file, &headers).await.map(shared)
}

/// A file that never changes, by its name alone.
pub(crate) async fn immutable(
    assets: &Assets,
    file: &str,
    headers: &HeaderMap,
) -> Result<Response> {
    if !is_file_name(file) {
        return Err(missing());
    }
    let mut response = serve(assets, &format!("assets/{file}"), headers).await?;
    response.headers_mut().insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    Ok(response)
}

/// Lets the pages of any origin have it: shops are elsewhere.
fn shared(mut response: Response) -> Response {
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        ),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

fn missing() -> Error {
    Error::not_found("No such asset.")
}

/// One plain name: no folder, no hidden file, no compressed sibling by its own name.
fn is_file_name(name: &str) -> bool {
    !name.starts_with('.')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        && mime(name).is_some()
}

fn mime(name: &str) -> Option<&'static str> {
    Some(match name.rsplit_once('.')?.1 {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        _ => return None,
    })
}

async fn serve(assets: &Assets, name: &str, headers: &HeaderMap) -> Result<Response> {
    let mime = mime(name).ok_or_else(missing)?;
    serve_as(assets, name, mime, headers).await
}

/// A file as this media type, in the best encoding that the caller takes.
pub(crate) async fn serve_as(
    assets: &Assets,
    name: &str,
    mime: &'static str,
    headers: &HeaderMap,
) -> Result<Response> {
    let accepted = headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect::<Vec<_>>()
        .join(",");
    let mut found = None;
    for (encoding, suffix) in [("br", ".br"), ("gzip", ".gz")] {
        if accepts(&accepted, encoding) {
            let bytes = assets.read(&format!("{name}{suffix}")).await;
            if let Some(bytes) = bytes {
                found = Some((bytes, Some(encoding)));
                break;
            }
        }
    }
    let (bytes, encoding) = match found {
        Some(found) => found,
        None => (assets.read(name).await.ok_or_else(missing)?, None),
    };
    let tag = format!("\"{}\"", ids::digest(&bytes));
    let mut response = if matches_tag(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(bytes.into_owned()).into_response()
    };
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime));
    out.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        out.insert(header::ETAG, tag);
    }
    if let Some(encoding) = encoding {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Ok(response)
}

/// Whether the caller has this very content.
#[must_use]
pub fn matches_tag(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| {
            value
                .split(',')
                .map(str::trim)
                .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
        })
}

fn accepts(accepted: &str, encoding: &str) -> bool {
    accepted.split(',').any(|part| {
        let mut pieces = part.split(';').map(str::trim);
        let named = pieces
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        let refused = pieces.any(|piece| {
            piece
                .strip_prefix("q=")
                .is_some_and(|q| q.trim_matches(['0', '.']).is_empty())
        });
        named && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_is_used_only_where_it_is_wanted() {
        for (accepted, wanted) in [
            ("gzip, deflate, br", true),
            ("br;q=0.5", true),
            ("BR", true),
            ("br;q=0", false),
            ("br; q=0.0", false),
            ("gzip", false),
            ("", false),
            ("brotli", false),
        ] {
            assert_eq!(accepts(accepted, "br"), wanted, "{accepted}");
        }
    }

    #[test]
    fn only_plain_names_are_files() {
        assert!(is_file_name("engine-0a1b2c.wasm"));
        for name in [
            "../vafa.js",
            "..",
            ".env",
            "a/b.js",
            "engine.wasm.br",
            "x.html",
            "manifest",
            "a\\b.js",
        ] {
            assert!(!is_file_name(name), "{name}");
        }
    }
}
