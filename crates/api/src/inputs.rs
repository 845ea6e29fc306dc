//! What a handler takes from a request besides its credential and body. Each refusal is a problem with a code.
//!
//! Handlers take these in place of axum's own and in place of the bare header map: what a handler asks for is then
//! also what [`crate::openapi`] says of it.

use crate::assets::matches_tag;
use crate::idempotency;
use crate::problem::{Error, Result};
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;

/// The parameters of the path: a struct with a field for each, or the type of the only one.
///
/// A segment that cannot be read names nothing, so it is a 404.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Path<T>(pub T);

/// The parameters of the query, as a struct. One that cannot be read is a 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Query<T>(pub T);

/// The `Idempotency-Key` of a write: 1 to 128 visible ASCII characters. Without one the request is a 400.
///
/// It stands after the credential among a handler's arguments, because who asks is found out first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key(pub String);

/// What the caller has already: the tags of `If-None-Match`. A handler that takes it answers 304 to a tag that
/// still holds.
#[derive(Clone, Debug)]
pub struct Known(HeaderMap);

impl Known {
    /// Whether the caller has the content of this tag; `tag` comes with its quotation marks.
    #[must_use]
    pub fn has(&self, tag: &str) -> bool {
        matches_tag(&self.0, tag)
    }
}

/// How many things a page of a list has: 1 to `MAX`. Another number is a 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSize<const MAX: u32 = 100>(u32);

impl<const MAX: u32> PageSize<MAX> {
    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl<'de, const MAX: u32> Deserialize<'de> for PageSize<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            size if (1..=MAX).contains(&size) => Ok(Self(size)),
            size => Err(D::Error::custom(format!(
                "a page has 1 to {MAX} things, not {size}"
            ))),
        }
    }
}

impl<const MAX: u32> JsonSchema for PageSize<MAX> {
    fn schema_name() -> Cow<'static, str> {
        format!("PageSize{MAX}").into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "maximum": MAX })
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        axum::extract::Path::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(value)| Self(value))
            .map_err(|error| Error::not_found(error.body_text()))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        axum::extract::Query::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Query(value)| Self(value))
            .map_err(|error| Error::malformed(error.body_text()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Key {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        idempotency::key(&parts.headers).map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Known {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        Ok(Self(parts.headers.clone()))
    }
}
