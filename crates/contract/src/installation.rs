//! Where the widget is: keys that stand in pages, and when pages were last heard of.

use rules::Timestamp;
use serde::{Deserialize, Serialize};

/// A page's origin, and when a page of it last asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct SeenOrigin {
    /// As it stands on the key's list.
    pub origin: String,
    /// When a page of it last asked with this key, to the hour; absent where none ever did.
    #[serde(default)]
    pub seen_at: Option<Timestamp>,
}

/// A live publishable key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct PageKey {
    /// `key_…`.
    pub id: String,
    /// `pk_…`, as it stands in pages.
    pub publishable_key: String,
    /// Whose pages may use it.
    pub origins: Vec<SeenOrigin>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// `GET /v1/installation`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct InstallationReply {
    /// Oldest first.
    pub keys: Vec<PageKey>,
}
