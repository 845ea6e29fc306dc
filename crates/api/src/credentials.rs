//! Who asks: a page with a publishable key, a shopper with a token, the shop's server with a secret key, the
//! marketer with a session.

mod desk;
mod ours;

pub use desk::Desk;
pub use ours::same_site;

use crate::keys;
use crate::limits::Kind;
use crate::problem::{Error, Result};
use crate::scopes::{Scope, Scopes};
use crate::sessions::{self, Cookie, Session};
use crate::sightings::Seen;
use crate::staff::{self, Role};
use crate::state::State;
use crate::tokens::{Subject, Unverified};
use axum::extract::{ConnectInfo, FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use ours::{FETCH_SITE, names_our_host, origin};
use serde::Deserialize;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The name of the marketer's cookie. The prefix makes browsers refuse one that another host, another path or a
/// plain connection set.
pub const COOKIE: &str = "__Host-vafa";

/// A logged-in shopper.
#[derive(Clone, Debug)]
pub struct Shopper(pub Subject);

/// The shop's server.
#[derive(Clone, Debug)]
pub struct Shop {
    /// The tenant whose key it is.
    pub tenant: String,
    /// Who acts, for the audit: the key's id.
    pub actor: String,
    scopes: Scopes,
}

impl Shop {
    /// Whether the key may do this work; each handler asks first.
    ///
    /// # Errors
    /// 403 `scope_missing` naming the scope.
    pub fn needs(&self, scope: Scope) -> Result<()> {
        if self.scopes.has(scope) {
            return Ok(());
        }
        Err(Error::forbidden(
            "scope_missing",
            format!(
                "This secret key has not the scope {}; it has: {}.",
                scope.name(),
                self.scopes
            ),
        ))
    }

    /// Whether the key may do everything.
    ///
    /// # Errors
    /// 403 `scope_missing` naming `*`.
    pub fn needs_all(&self) -> Result<()> {
        if self.scopes == Scopes::ALL {
            return Ok(());
        }
        Err(Error::forbidden(
            "scope_missing",
            format!(
                "This needs a secret key with the scope *; this one has: {}.",
                self.scopes
            ),
        ))
    }
}

/// Anyone on a shop's page.
#[derive(Clone, Debug)]
pub struct Page {
    /// The tenant whose key it is.
    pub tenant: String,
}

/// The marketer, logged in. A request that changes something is taken from our own pages alone.
#[derive(Clone, Debug)]
pub struct Staff {
    /// Who it is, and for whom.
    pub session: Session,
    /// Where the session is kept.
    pub cookie: Cookie,
}

impl Staff {
    /// The tenant whose account it is.
    #[must_use]
    pub fn tenant(&self) -> &str {
        &self.session.tenant
    }

    /// Who acts, for the audit: the account's id.
    #[must_use]
    pub fn actor(&self) -> &str {
        &self.session.staff
    }

    /// Whether the account may do what this role may; each handler asks first.
    ///
    /// # Errors
    /// 403 `role_missing` naming the role.
    pub fn needs(&self, role: Role) -> Result<()> {
        staff::covers(self.session.role, role)
    }
}

/// The request comes from a page of our own, or changes nothing.
#[derive(Clone, Copy, Debug)]
pub struct SameSite;

/// The address that a request comes from.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}

fn origin_refused(origin: &str) -> Error {
    Error::origin_not_allowed(format!(
        "Pages of {origin} may not use this key; add the origin to the publishable key's list."
    ))
}

/// The shopper whom a token speaks for, if their page may ask.
///
/// # Errors
/// 401 for a token that does not hold, 403 for a page of somebody else.
pub async fn shopper(state: &State, token: &str, headers: &HeaderMap) -> Result<Shopper> {
    let token = Unverified::read(token)?;
    let origin = origin(headers)?.map(str::to_owned);
    // The page that a shop shows in a frame.
    let ours = names_our_host(headers);
    let now = state.clock.now();
    let asked = (token, origin, ours, now);
    let subject = state
        .db
        .look(asked, |mut tx, (token, origin, ours, now)| {
            Box::pin(async move {
                let found = async {
                    let key = keys::signing(&mut tx, token.kid()).await?;
                    let subject = token.verify(key.as_ref(), *now)?;
                    if let Some(origin) = origin
                        && !*ours
                        && !keys::allows(&mut tx, &subject.tenant, origin).await?
                    {
                        return Err(origin_refused(origin));
                    }
                    Ok(subject)
                }
                .await;
                (tx, found)
            })
        })
        .await?;
    Ok(Shopper(subject))
}

impl FromRequestParts<State> for Shopper {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self> {
        let token = bearer(&parts.headers).ok_or_else(|| {
            Error::unauthorized("Send the member token as Authorization: Bearer <token>.")
        })?;
        shopper(state, token, &parts.headers).await
    }
}

impl FromRequestParts<State> for Shop {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self> {
        // Browsers alone send these, and a page cannot leave the second out.
        if parts.headers.contains_key(header::ORIGIN) || parts.headers.contains_key(FETCH_SITE) {
            return Err(Error::origin_not_allowed(
                "A secret key belongs on the shop's server. If it was in a page, revoke it now.",
            ));
        }
        let key = bearer(&parts.headers).ok_or_else(|| {
            Error::unauthorized("Send the secret key as Authorization: Bearer sk_….")
        })?;
        let found = state
            .db
            .look(key.to_owned(), |mut tx, key| {
                Box::pin(async move {
                    let found = keys::secret(&mut tx, key).await;
                    (tx, found)
                })
            })
            .await?;
        let key =
            found.ok_or_else(|| Error::unauthorized("This is not a live secret key (sk_…)."))?;
        let counted = state.limits.count_key(&key.id, state.clock.now());
        counted.map_err(|seconds| {
            state.metrics.limited("key");
            Error::rate_limited(seconds)
        })?;
        Ok(Self {
            tenant: key.tenant,
            actor: key.id,
            scopes: key.scopes,
        })
    }
}

#[derive(Deserialize)]
struct PageQuery {
    key: Option<String>,
}

impl FromRequestParts<State> for Page {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self> {
        let key = Query::<PageQuery>::try_from_uri(&parts.uri)
            .ok()
            .and_then(|query| query.0.key);
        let key = key.ok_or_else(|| {
            Error::unauthorized("Name the publishable key in the query: ?key=pk_….")
        })?;
        let origin = origin(&parts.headers)?.map(str::to_owned);
        // The page that a shop shows in a frame.
        let ours = names_our_host(&parts.headers);
        // A page of the shop's own says that the widget is there; nothing else does.
        let of_shop = origin.clone().filter(|_| !ours);
        let (tenant, id) = state
            .db
            .look((key, origin, ours), |mut tx, (key, origin, ours)| {
                Box::pin(async move {
                    let found = async {
                        let live = keys::page(&mut tx, key).await?;
                        let (tenant, id) = live.ok_or_else(|| {
                            Error::unauthorized("This is not a live publishable key (pk_…).")
                        })?;
                        if let Some(origin) = origin
                            && !*ours
                            && !keys::allows(&mut tx, &tenant, origin).await?
                        {
                            return Err(origin_refused(origin));
                        }
                        Ok::<_, Error>((tenant, id))
                    }
                    .await;
                    (tx, found)
                })
            })
            .await?;
        if let Some(origin) = of_shop {
            let seen = Seen {
                tenant: tenant.clone(),
                key: id,
                origin,
            };
            state.sightings.note(&state.db, &state.clock, seen);
        }
        Ok(Self { tenant })
    }
}

impl<S: Sync> FromRequestParts<S> for SameSite {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        same_site(&parts.method, &parts.headers)?;
        Ok(Self)
    }
}

/// The session's cookie, if there is exactly one: two would be somebody's attempt to be picked.
fn cookie(headers: &HeaderMap) -> Option<Cookie> {
    let mut ours = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| *name == COOKIE);
    match (ours.next(), ours.next()) {
        (Some((_, value)), None) => Cookie::read(value),
        _ => None,
    }
}

impl FromRequestParts<State> for Staff {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self> {
        same_site(&parts.method, &parts.headers)?;
        let nobody = || Error::unauthorized("Nobody is logged in. POST /v1/sessions logs in.");
        let cookie = cookie(&parts.headers).ok_or_else(nobody)?;
        let now = state.clock.now();
        let found = state
            .db
            .look((cookie.clone(), now), |mut tx, (cookie, now)| {
                Box::pin(async move {
                    let found = sessions::find(&mut tx, cookie, *now).await;
                    (tx, found)
                })
            })
            .await?;
        let session = found.ok_or_else(nobody)?;
        if session.is_to_be_noted(now) {
            let noted: Result<()> = state
                .db
                .write((cookie.clone(), now), |mut tx, (cookie, now)| {
                    Box::pin(async move {
                        let noted = sessions::note(&mut tx, cookie, *now).await;
                        (tx, noted)
                    })
                })
                .await;
            if let Err(error) = noted {
                // The session holds all the same; the next request notes it.
                tracing::warn!(%error, "the use of a session was not noted");
            }
        }
        Ok(Self { session, cookie })
    }
}

impl FromRequestParts<State> for Peer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self> {
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
        if !state.behind_proxy {
            return Ok(Self(peer));
        }
        // The last address is the one that the proxy itself saw; those before it are anybody's claim.
        let forwarded = parts
            .headers
            .get_all("x-forwarded-for")
            .iter()
            .next_back()
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.rsplit(',').next())
            .and_then(|address| address.trim().parse().ok());
        Ok(Self(forwarded.unwrap_or(peer)))
    }
}

impl Peer {
    /// Counts a request of this address.
    ///
    /// # Errors
    /// 429 when there were too many.
    pub fn count(self, state: &State, kind: Kind) -> Result<()> {
        state
            .limits
            .count(kind, self.0, state.clock.now())
            .map_err(|seconds| {
                state.metrics.limited("address");
                Error::rate_limited(seconds)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_cookie_is_found_among_others_and_two_are_none() {
        let ours = format!("{COOKIE}=ten_a.{}", "A".repeat(43));
        let found = |value: &str| {
            let value = HeaderValue::from_str(value);
            let headers: HeaderMap = value
                .into_iter()
                .map(|value| (header::COOKIE, value))
                .collect();
            cookie(&headers).is_some()
        };
        assert!(found(&ours));
        assert!(found(&format!("a=1; {ours};b=2")));
        assert!(!found(&format!("{ours}; {ours}")));
        assert!(!found(&ours.replace("__Host-", "")));
        assert!(!found(&ours.replace("__Host", "__host")));
        assert!(!found(""));
    }
}
