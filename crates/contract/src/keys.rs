//! Keys of the shop's pages and servers, as an owner sees them.

use rules::Timestamp;
use serde::{Deserialize, Serialize};

/// A key; never its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Listed {
    /// What ends it.
    pub id: String,
    /// What it is for: `publishable`, `secret` or `signing`.
    pub kind: String,
    /// The publishable key or the signing key's `kid`.
    pub name: Option<String>,
    /// How a signing key's tokens are signed.
    pub alg: Option<String>,
    /// What a secret key may do.
    pub scopes: Option<String>,
    /// Whose pages may use a publishable key.
    pub origins: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was ended.
    pub revoked_at: Option<Timestamp>,
}

/// `GET /v1/keys`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct KeysReply {
    /// Oldest first.
    pub keys: Vec<Listed>,
}
