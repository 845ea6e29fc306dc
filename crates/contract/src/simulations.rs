//! What a document would change for the members, before it is published.

use rules::{Money, Points, Timestamp};
use serde::{Deserialize, Serialize};

/// Answer to a simulation that was asked for or looked at: `{"simulation": …}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct SimulationReply {
    /// The simulation.
    pub simulation: Simulation,
}

/// A simulation, and how far it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Simulation {
    /// `sim_…`.
    pub id: String,
    /// How far it is.
    pub state: SimulationState,
    /// Members who were looked at.
    pub done: u64,
    /// Members there are.
    pub members: u64,
    /// The account or key that asked for it.
    pub created_by: String,
    /// As of when it is: as if the document had been published then.
    pub created_at: Timestamp,
    /// What would come of it, once it is done.
    #[serde(default)]
    pub effect: Option<Effect>,
}

/// How far a simulation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SimulationState {
    /// Members are being looked at.
    Running,
    /// The effect is known.
    Done,
    /// Another one was asked for meanwhile, or it failed. Nothing comes of it any more.
    Stopped,
}

/// What a document would change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Effect {
    /// Members who were looked at; those who were erased are not.
    pub members: u64,
    /// Members who would hold a higher tier at once.
    pub raised: u64,
    /// Members who would hold a lower tier at once.
    pub lowered: u64,
    /// Members by the tier that they hold now and the one that they would hold, also where both are the same: by the
    /// places of the tiers, lowest first.
    pub tiers: Vec<TierChange>,
    /// Members who would not reach their tier by the new marks and what counts today, and keep it by what they
    /// reached before.
    pub keeping: u64,
    /// Those of them whose right to it is gone, and who lose it at the end of their grace.
    pub in_grace: u64,
    /// Each reward of either version: those that the document has in its order, then those that it has no more.
    pub rewards: Vec<RewardChange>,
    /// Points as they are.
    pub points_before: Outstanding,
    /// Points as they would be.
    pub points_after: Outstanding,
}

/// Members who would come from one tier to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct TierChange {
    /// The id of the tier that they hold; absent where the program has none.
    #[serde(default)]
    pub from: Option<String>,
    /// The id of the tier that they would hold; absent where the document has none.
    #[serde(default)]
    pub to: Option<String>,
    /// How many.
    pub members: u64,
    /// The shop's ids of a few of them; none where the tier stays the same.
    pub sample: Vec<String>,
}

/// For how many members a reward would come within reach, and for how many out of it: a member can take it now when
/// nothing speaks against it, neither points nor tier nor limits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct RewardChange {
    /// The reward's id.
    pub reward: String,
    /// Members who can take it now.
    pub before: u64,
    /// Members who could take it.
    pub after: u64,
    /// Those who could, and cannot now.
    pub gained: u64,
    /// Those who can now, and could not.
    pub lost: u64,
}

/// What members have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Outstanding {
    /// Points that can be spent.
    pub available: Points,
    /// Points that are not active yet.
    pub pending: Points,
    /// What both are worth, in minor units; absent where the program gives points no worth.
    #[serde(default)]
    pub worth: Option<Money>,
}
