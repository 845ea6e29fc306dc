//! The widget as a page of this server's own origin, for a shop to show in a frame: for pages that cannot or will not
//! run its script. The page is a shell: `bridge.js` in it speaks with the page around it, and brings the loader.
//!
//! Only the origins of the tenant's publishable keys may frame it, and its scripts, connections and styles are this
//! server's own. Nothing of the request is written into it but the program's id and the key, which have no sign that
//! means anything in HTML.

use crate::assets;
use crate::credentials::Page;
use crate::inputs::Path;
use crate::keys;
use crate::problem::{Error, Result};
use crate::routes::paths::ProgramId;
use crate::state::State;
use axum::extract::{RawQuery, State as Shared};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use url::form_urlencoded;

/// Marks an answer that some pages may frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Framed;

/// `GET /v1/frame.js`: what a shop's page may run to have the frame placed, sized and spoken with.
///
/// # Errors
/// 404 when there are no assets.
pub(crate) async fn script(state: Shared<State>, headers: HeaderMap) -> Result<Response> {
    assets::stable(state, "frame.js", &headers).await
}

/// `GET /v1/bridge.js`: the other end, inside the frame.
///
/// # Errors
/// 404 when there are no assets.
pub(crate) async fn bridge(state: Shared<State>, headers: HeaderMap) -> Result<Response> {
    assets::stable(state, "bridge.js", &headers).await
}

/// `GET /v1/frame/{program}?key=pk_…`: the page.
///
/// # Errors
/// 401 for a key that is none, 404 for a program that it has not.
pub(crate) async fn page(
    Shared(state): Shared<State>,
    page: Page,
    Path(ProgramId(program)): Path<ProgramId>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let missing = || Error::not_found(format!("This key has no program {program}."));
    if !is_plain(&program) {
        return Err(missing());
    }
    let (tenant, wanted) = (page.tenant, program.clone());
    let (known, origins) = state
        .db
        .look((tenant, wanted), |mut tx, (tenant, wanted)| {
            Box::pin(async move {
                let found = async {
                    let known = keys::speaks_of(&mut tx, tenant, wanted).await?;
                    Ok::<_, Error>((known, keys::origins(&mut tx, tenant).await?))
                }
                .await;
                (tx, found)
            })
        })
        .await?;
    if !known {
        return Err(missing());
    }
    let key = form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "key")
        .map(|(_, key)| key.into_owned())
        .filter(|key| is_plain(key))
        .unwrap_or_default();
    let origins = origins.join(" ");
    let text = document(&program, &key, &origins);
    let mut response = Html(text).into_response();
    response.extensions_mut().insert(Framed);
    let out = response.headers_mut();
    out.insert(
        HeaderName::from_static("content-security-policy"),
        HeaderValue::from_str(&policy(&origins)).map_err(Error::internal)?,
    );
    // Whom it lists may change with the keys.
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

/// Letters, digits, `_` and `-`.
fn is_plain(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    !text.is_empty() && text.bytes().all(plain)
}

/// What the page may do, and who may frame it. Links lead to the shop, so a shop's origin may be the base of them.
fn policy(origins: &str) -> String {
    let those = if origins.is_empty() {
        "'none'"
    } else {
        origins
    };
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; base-uri {those}; \
         form-action 'none'; frame-ancestors {those}; require-trusted-types-for 'script'; trusted-types vafa"
    )
}

/// Relative addresses, for a server that stands under a path.
fn document(program: &str, key: &str, origins: &str) -> String {
    format!(
        "<!doctype html>\n<html>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1, viewport-fit=cover\">\n\
         <title>{program}</title>\n\
         <script src=\"../bridge.js\" data-program=\"{program}\" data-key=\"{key}\" data-origins=\"{origins}\" defer></script>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::{document, is_plain, policy};

    #[test]
    fn nothing_that_means_something_in_html_is_plain() {
        assert!(is_plain("pk_live-1"));
        for text in ["", "a b", "a\"b", "<a>", "a&b", "a'b", "باشگاه"] {
            assert!(!is_plain(text), "{text}");
        }
    }

    #[test]
    fn only_listed_pages_may_frame_it() {
        let listed = policy("https://a.example https://b.example");
        assert!(listed.contains("frame-ancestors https://a.example https://b.example;"));
        assert!(policy("").contains("frame-ancestors 'none';"));
        assert!(
            document("club", "pk_1", "https://a.example")
                .contains("data-origins=\"https://a.example\"")
        );
    }
}
