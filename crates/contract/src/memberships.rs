//! Paid plans, as the shop's server tells of them: credential is a secret key.

use rules::Timestamp;
use serde::{Deserialize, Serialize};

/// `PUT /v1/members/{external_id}/membership`: the shop sold a plan, or a period of it was paid again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MembershipInput {
    /// The shop's payment id, 1 to 128 bytes: the same id again changes nothing.
    #[cfg_attr(feature = "document", schemars(length(min = 1, max = 128)))]
    pub id: String,
    /// The plan's id.
    pub plan: String,
    /// The shop goes on to renew it by itself at its end.
    #[serde(default)]
    pub renews: bool,
}

/// A member's plan: running, or lately ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct MembershipView {
    /// The plan's id.
    pub plan: String,
    /// How it stands.
    pub state: MembershipState,
    /// First instant.
    pub started_at: Timestamp,
    /// First instant that is not paid for: when it renews or ends.
    pub ends_at: Timestamp,
    /// It goes on by itself at `ends_at`.
    pub renews: bool,
    /// Payments that were told, newest first, 20 at most.
    pub payments: Vec<PlanPayment>,
}

/// How a plan stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MembershipState {
    /// Running.
    Active,
    /// Running, and about to end: the plan's days of notice have begun, and it does not renew.
    Ending,
    /// Over, or the program has this plan no more.
    Ended,
}

/// A period of a plan that was paid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct PlanPayment {
    /// The shop's payment id.
    pub id: String,
    /// The plan's id.
    pub plan: String,
    /// First instant that it pays for.
    pub starts_at: Timestamp,
    /// First instant that it does not pay for.
    pub ends_at: Timestamp,
}

/// Answers to requests about a plan: `{"membership": …}`; null for a member who never had one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct MembershipReply {
    /// The plan.
    pub membership: Option<MembershipView>,
}
