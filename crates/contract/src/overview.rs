//! How a club stands, on one page: what whoever works for it sees first.

use rules::program::{Currency, Text};
use rules::{Money, Points, Timestamp};
use serde::{Deserialize, Serialize};

/// The club, as its program has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct ClubView {
    /// The program's id.
    pub program: String,
    /// What members call it.
    pub name: Text,
    /// BCP 47 tags, the first is the default.
    pub languages: Vec<String>,
    /// What money means in it.
    pub currency: Currency,
    /// The IANA time zone of its days.
    pub zone: String,
    /// The number of the version that runs.
    pub version: i64,
    /// Since when it runs.
    pub published_at: Timestamp,
}

/// What is still to be done before a club is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The program has no colour of the shop's own.
    Look,
    /// No publishable key lives: the widget is on no page.
    Page,
    /// No secret key lives: the shop's server reports nothing.
    Server,
    /// Nobody has joined.
    Members,
    /// No order was reported.
    Orders,
    /// No survey is asked.
    Surveys,
    /// Nobody but the owner has an account.
    Colleagues,
}

/// How a club stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Overview {
    /// The club.
    pub club: ClubView,
    /// Members that were not erased.
    pub members: i64,
    /// Points that members can spend.
    pub available: Points,
    /// Points that are not active yet.
    pub pending: Points,
    /// What both are worth; absent where the program gives points no worth.
    #[serde(default)]
    pub worth: Option<Money>,
    /// Money in the members' wallets, what is not active yet with it.
    pub wallet: Money,
    /// Complaints that wait for the shop.
    pub waiting: i64,
    /// Those of them whose answer is overdue.
    pub overdue: i64,
    /// What is still to be done, what comes first first.
    pub steps: Vec<Step>,
}

/// `GET /v1/overview`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct OverviewReply {
    /// How the club stands.
    pub overview: Overview,
}
