//! Who asks: a page with a publishable key, a shopper with a token, the shop's server with a secret key.

use crate::keys;
use crate::limits::Kind;
use crate::problem::{Error, Result};
use crate::state::State;
use crate::tokens::{self, Subject};
use axum::extract::{ConnectInfo, FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde::Deserialize;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// A logged-in shopper.
#[derive(Clone, Debug)]
pub struct Shopper(pub Subject);

/// The shop's server.
#[derive(Clone, Debug)]
pub struct Shop {
    /// The tenant whose key it is.
    pub tenant: String,
    /// Who acts, for the audit.
    pub actor: String,
}

/// Anyone on a shop's page.
#[derive(Clone, Debug)]
pub struct Page {
    /// The tenant whose key it is.
    pub tenant: String,
}

/// The address that a request comes from.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn origin(headers: &HeaderMap) -> Result<Option<&str>> {
    match headers.get(header::ORIGIN).map(|value| value.to_str()) {
        None => Ok(None),
        Some(Ok(origin)) => Ok(Some(origin)),
        Some(Err(_)) => Err(Error::malformed("The Origin header is not ASCII.")),
    }
}

async fn check_origin(state: &State, tenant: &str, headers: &HeaderMap) -> Result<()> {
    let Some(origin) = origin(headers)? else {
        return Ok(());
    };
    let mut connection = state.db.readers().acquire().await?;
    if keys::allows(&mut connection, Some(tenant), origin).await? {
        return Ok(());
    }
    Err(Error::origin_not_allowed(format!(
        "Pages of {origin} may not use this key; add the origin to the publishable key's list."
    )))
}

/// The shopper whom a token speaks for, if their page may ask.
///
/// # Errors
/// 401 for a token that does not hold, 403 for a page of somebody else.
pub async fn shopper(state: &State, token: &str, headers: &HeaderMap) -> Result<Shopper> {
    let mut connection = state.db.readers().acquire().await?;
    let subject = tokens::verify(&mut connection, token, state.clock.now()).await?;
    drop(connection);
    check_origin(state, &subject.tenant, headers).await?;
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
        if parts.headers.contains_key(header::ORIGIN) {
            return Err(Error::origin_not_allowed(
                "A secret key belongs on the shop's server. If it was in a page, revoke it now.",
            ));
        }
        let key = bearer(&parts.headers).ok_or_else(|| {
            Error::unauthorized("Send the secret key as Authorization: Bearer sk_….")
        })?;
        let mut connection = state.db.readers().acquire().await?;
        match keys::secret(&mut connection, key).await? {
            Some((tenant, id)) => Ok(Self { tenant, actor: id }),
            None => Err(Error::unauthorized("This is not a live secret key (sk_…).")),
        }
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
        let mut connection = state.db.readers().acquire().await?;
        let (tenant, _) = keys::page(&mut connection, &key)
            .await?
            .ok_or_else(|| Error::unauthorized("This is not a live publishable key (pk_…)."))?;
        drop(connection);
        check_origin(state, &tenant, &parts.headers).await?;
        Ok(Self { tenant })
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
            .map_err(Error::rate_limited)
    }
}
