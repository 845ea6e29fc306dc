//! Either of the two who work on the club itself.

use super::{Shop, Staff};
use crate::problem::{Error, Result};
use crate::scopes::Scope;
use crate::staff::Role;
use crate::state::State;
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

/// Whoever works on the club itself: the shop's server with a secret key, or a person who is logged in.
///
/// A request with an `Authorization` header is judged by its key alone, and one without by its cookie alone: nobody
/// gets by the one what the other lacks.
#[derive(Clone, Debug)]
pub enum Desk {
    /// By a secret key.
    Shop(Shop),
    /// By a login.
    Staff(Staff),
}

impl Desk {
    /// Whose club it is.
    #[must_use]
    pub fn tenant(&self) -> &str {
        match self {
            Self::Shop(shop) => &shop.tenant,
            Self::Staff(staff) => staff.tenant(),
        }
    }

    /// Who acts, for the audit: the key's id or the account's.
    #[must_use]
    pub fn actor(&self) -> &str {
        match self {
            Self::Shop(shop) => &shop.actor,
            Self::Staff(staff) => staff.actor(),
        }
    }

    /// Whether a key with this scope, or an account with this role, may do this work; each handler asks first.
    ///
    /// # Errors
    /// 403 `scope_missing` naming the scope, or `role_missing` naming the role.
    pub fn needs(&self, scope: Scope, role: Role) -> Result<()> {
        match self {
            Self::Shop(shop) => shop.needs(scope),
            Self::Staff(staff) => staff.needs(role),
        }
    }

    /// Whether it is an owner, or a key that may do everything (`*`): for accounts, keys and the audit.
    ///
    /// # Errors
    /// 403 `scope_missing` or `role_missing`.
    pub fn needs_all(&self) -> Result<()> {
        match self {
            Self::Shop(shop) => shop.needs_all(),
            Self::Staff(staff) => staff.needs(Role::Owner),
        }
    }
}

impl FromRequestParts<State> for Desk {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self> {
        if parts.headers.contains_key(header::AUTHORIZATION) {
            return Shop::from_request_parts(parts, state).await.map(Self::Shop);
        }
        if !parts.headers.contains_key(header::COOKIE) {
            return Err(Error::unauthorized(
                "Send a secret key as Authorization: Bearer sk_…, or log in (POST /v1/sessions).",
            ));
        }
        Staff::from_request_parts(parts, state)
            .await
            .map(Self::Staff)
    }
}
