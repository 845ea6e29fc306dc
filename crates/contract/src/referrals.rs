//! Invitations at the shop's desk.

use crate::shopper::FriendState;
use rules::Timestamp;
use serde::{Deserialize, Serialize};

/// A friend's claim on an invitation, as the shop sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct DeskClaim {
    /// Prefixed id, `clm_…`.
    pub id: String,
    /// When the invitation was followed.
    pub created_at: Timestamp,
    /// The shop's id of the member who invited; absent once they were erased.
    #[serde(default)]
    pub advocate: Option<String>,
    /// The shop's id of the friend, once they joined by it.
    #[serde(default)]
    pub friend: Option<String>,
    /// How far it is, or why it was refused.
    pub state: FriendState,
    /// Since when.
    pub state_at: Timestamp,
    /// When it no longer counts.
    pub expires_at: Timestamp,
    /// The friend's first order, once there is one.
    #[serde(default)]
    pub order_id: Option<String>,
    /// When somebody of the shop let it count after all.
    #[serde(default)]
    pub allowed_at: Option<Timestamp>,
    /// Whether it was refused on suspicion, so that somebody may let it count.
    pub can_be_allowed: bool,
}

/// `GET /v1/claims?state=&limit=&cursor=`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct ClaimPage {
    /// Newest first.
    pub claims: Vec<DeskClaim>,
    /// Absent on the last page.
    #[serde(default)]
    pub next_cursor: Option<String>,
}

/// `POST /v1/claims/{claim}/allow`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct DeskClaimReply {
    /// The claim as it stands.
    pub claim: DeskClaim,
}
