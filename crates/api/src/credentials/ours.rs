//! Which requests come from a page of this server's own origin.
//!
//! `Host` and `Origin` are what browsers tell, and no page can write them: this holds other people's pages off, and
//! nobody with a client of their own, who could write any origin that a key lists. `X-Forwarded-Host` counts for
//! nothing; a proxy passes the `Host` on that the browser sent.

use crate::problem::{Error, Result};
use axum::http::{HeaderMap, HeaderName, Method, header};

pub(super) const FETCH_SITE: &str = "sec-fetch-site";

/// Refuses a request that may change something and does not come from our own pages. Browsers tell it by
/// `Sec-Fetch-Site`, which no page can forge; one without that header has to name our own host as its
/// `Origin`.
///
/// # Errors
/// 403 `cross_site`.
pub fn same_site(method: &Method, headers: &HeaderMap) -> Result<()> {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    if fetched_from_here(headers).unwrap_or_else(|| names_our_host(headers)) {
        return Ok(());
    }
    Err(Error::forbidden(
        "cross_site",
        "Only pages of this server may ask this: send Sec-Fetch-Site: same-origin, or an Origin with this \
         server's host.",
    ))
}

/// The page's origin, as the browser tells it.
///
/// # Errors
/// 400 for one that is not ASCII, and for more than one.
pub(super) fn origin(headers: &HeaderMap) -> Result<Option<&str>> {
    if !headers.contains_key(header::ORIGIN) {
        return Ok(None);
    }
    let one = only(headers, &header::ORIGIN);
    let malformed = || Error::malformed("There is one Origin header, and it is ASCII.");
    one.map(Some).ok_or_else(malformed)
}

/// Whether the `Origin` is the host that was asked, and nothing else about the request denies it.
pub(super) fn names_our_host(headers: &HeaderMap) -> bool {
    let (Some(origin), Some(host)) = (
        only(headers, &header::ORIGIN),
        only(headers, &header::HOST).filter(|host| is_plain(host)),
    ) else {
        return false;
    };
    let (authority, port) = match origin.split_once("://") {
        // A page without TLS is another origin than the server with TLS that has its name.
        Some(("http", authority)) if !came_by_tls(headers) => (authority, ":80"),
        Some(("https", authority)) => (authority, ":443"),
        _ => return false,
    };
    // Browsers leave the port out that goes without saying; some proxies write it.
    let bare = |name: &str| name.strip_suffix(port).unwrap_or(name).to_ascii_lowercase();
    bare(authority) == bare(host) && fetched_from_here(headers) != Some(false)
}

/// What a browser tells of where a request comes from; none by one that does not tell.
fn fetched_from_here(headers: &HeaderMap) -> Option<bool> {
    let mut told = headers.get_all(FETCH_SITE).iter().peekable();
    told.peek()?;
    Some(told.all(|site| site == "same-origin"))
}

/// Whether a proxy says so. It only ever makes the answer stricter, so that anybody may be believed.
fn came_by_tls(headers: &HeaderMap) -> bool {
    headers
        .get_all("x-forwarded-proto")
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .any(|scheme| scheme.trim_ascii().eq_ignore_ascii_case(b"https"))
}

/// The value of a header that is there once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

/// A host as an origin has it, perhaps with a port: no name of a user, no path, not nothing.
fn is_plain(host: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
    !host.is_empty() && !host.starts_with(':') && host.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut all = HeaderMap::new();
        for (name, value) in pairs {
            let name = HeaderName::from_static(name);
            all.append(name, HeaderValue::from_static(value));
        }
        all
    }

    #[test]
    fn only_our_own_pages_change_something() {
        let host = ("host", "club.example:8443");
        let cases: &[(&[(&'static str, &'static str)], bool)] = &[
            (&[host], false),
            (&[host, (FETCH_SITE, "same-origin")], true),
            (&[host, (FETCH_SITE, "same-site")], false),
            (&[host, (FETCH_SITE, "cross-site")], false),
            (&[host, (FETCH_SITE, "none")], false),
            (
                &[
                    host,
                    (FETCH_SITE, "same-origin"),
                    (FETCH_SITE, "cross-site"),
                ],
                false,
            ),
            (
                &[
                    host,
                    (FETCH_SITE, "cross-site"),
                    ("origin", "https://club.example:8443"),
                ],
                false,
            ),
            (&[host, ("origin", "https://club.example:8443")], true),
            (&[host, ("origin", "https://Club.Example:8443")], true),
            (&[host, ("origin", "https://club.example")], false),
            (&[host, ("origin", "https://evil.example:8443")], false),
            (&[host, ("origin", "null")], false),
            (&[("origin", "https://club.example:8443")], false),
        ];
        for (pairs, ours) in cases {
            let headers = headers(pairs);
            for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                assert_eq!(same_site(&method, &headers).is_ok(), *ours, "{pairs:?}");
            }
            assert!(same_site(&Method::GET, &headers).is_ok());
        }
    }

    #[test]
    fn an_origin_is_told_once_or_not_at_all() {
        let told = |pairs: &[(&'static str, &'static str)]| {
            origin(&headers(pairs))
                .map(|one| one.map(str::to_owned))
                .ok()
        };
        let one = ("origin", "https://shop.example");
        assert_eq!(told(&[]), Some(None));
        assert_eq!(told(&[one]), Some(Some(one.1.to_owned())));
        assert_eq!(told(&[one, one]), None);
        let odd =
            HeaderValue::from_bytes(b"https://caf\xe9.example").map(|odd| (header::ORIGIN, odd));
        let odd: HeaderMap = odd.into_iter().collect();
        assert!(!odd.is_empty() && origin(&odd).is_err());
    }
}
