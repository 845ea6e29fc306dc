//! Segments of members, as the shop reads them: credential is a secret key.

use rules::Timestamp;
use serde::{Deserialize, Serialize};

/// `GET /v1/segments`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Segments {
    /// Every segment by orders, in the order of the tables, and then those of the shop's own by name.
    pub segments: Vec<SegmentSize>,
    /// Members who are in none, because they joined after the last computing.
    pub unsorted: u64,
    /// When members were last put into segments; absent before the first time.
    #[serde(default)]
    pub computed_at: Option<Timestamp>,
}

/// How many members a segment has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct SegmentSize {
    /// Its id, like `rfm:champions`, `abc:a` or `no_orders`.
    pub segment: String,
    /// Its members.
    pub members: u64,
}

/// `GET /v1/segments/{segment}/members`: a page, by the members' ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct SegmentPage {
    /// Members of the segment.
    pub members: Vec<SegmentMember>,
    /// Absent on the last page.
    #[serde(default)]
    pub next_cursor: Option<String>,
}

/// A member of a segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct SegmentMember {
    /// Prefixed id, `mem_…`.
    pub id: String,
    /// The shop's id.
    pub external_id: String,
    /// All segments of the member.
    pub segments: Vec<String>,
}

/// `POST /v1/segments/recompute` answers `{"recomputed": …}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct RecomputedReply {
    /// What was done.
    pub recomputed: Recomputed,
}

/// What computing the segments did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Recomputed {
    /// Members who were looked at.
    pub members: u64,
    /// Members whose segments are others now.
    pub changed: u64,
}
