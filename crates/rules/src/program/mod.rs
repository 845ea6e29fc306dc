//! The program: one document in which a merchant says how the club works.
//!
//! The document is public. Whatever a shopper must not read (code pools, keys, goals) lives elsewhere.
//! Variants are externally tagged (`{"per_lot": {"months": 12}}`): the browser's deserialiser stays small.

mod earning;
mod expiry;
mod membership;
mod offers;
mod referral;
mod rewards;
mod surveys;
mod text;
#[cfg(feature = "document")]
mod texts;
mod tiers;

pub use earning::{
    Activity, ActivityRule, Base, Bracket, Campaign, Cap, Cashback, Combine, Earning, PurchaseRule,
    Rounding, Scale,
};
pub use expiry::{Expiry, NegativePolicy};
pub use membership::{Partner, Plan};
pub use offers::{Arm, ArmWeight, Benefit, Experiment, Messages, Offer, OfferTrigger, Tip};
pub use referral::Referral;
pub use rewards::{CodeSource, Products, Reward, RewardKind, Units};
pub use surveys::{Audience, Bucket, Device, FollowUp, Pages, Scope, Survey, SurveyKind, Trigger};
pub use text::Text;
#[cfg(feature = "document")]
pub use texts::{Sentences, Texts};
pub use tiers::{Downgrade, Former, Ladder, Mark, Measure, Perk, Tier, Window};

use crate::calendar::Calendar;
use crate::{Money, Points};
use serde::{Deserialize, Serialize};

/// The whole program. See [`crate::validate`] for what makes one sound.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Program {
    /// The merchant's name for the program, as in `data-program`.
    pub id: String,
    /// Grows by one with each publication; entries remember it.
    pub version: u32,
    /// The club's name.
    pub name: Text,
    /// BCP 47 tags, the first is the default.
    pub languages: Vec<String>,
    /// What money means here.
    pub currency: Currency,
    /// IANA time zone that fixes the program's days, months and years.
    pub zone: String,
    /// Calendar that fixes its months and years.
    pub calendar: Calendar,
    /// How points are earned.
    #[serde(default)]
    pub earning: Earning,
    /// Wallet credit back from what is spent, beside points or without any.
    #[serde(
        default,
        deserialize_with = "crate::later::maybe",
        skip_serializing_if = "Option::is_none"
    )]
    pub cashback: Option<Cashback>,
    /// When points end.
    #[serde(default)]
    pub expiry: Expiry,
    /// What a clawback does when the points are already spent.
    #[serde(default)]
    pub negative_policy: NegativePolicy,
    /// Days that a returned point lives on when its lot has already expired.
    #[serde(default = "thirty")]
    pub reinstate_days: u32,
    /// Tiers, if the program has them.
    #[serde(default, deserialize_with = "crate::later::maybe")]
    pub tiers: Option<Ladder>,
    /// What points can be spent on.
    #[serde(default, deserialize_with = "crate::later::read")]
    pub rewards: Vec<Reward>,
    /// Referral terms, if members may invite friends.
    #[serde(default, deserialize_with = "crate::later::maybe")]
    pub referral: Option<Referral>,
    /// Surveys that may be shown.
    #[serde(default)]
    pub surveys: Vec<Survey>,
    /// Gifts for an occasion.
    #[serde(
        default,
        deserialize_with = "crate::later::read",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub offers: Vec<Offer>,
    /// Membership plans that the shop sells.
    #[serde(
        default,
        deserialize_with = "crate::later::read",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub memberships: Vec<Plan>,
    /// Other merchants whose coupons are among the rewards.
    #[serde(
        default,
        deserialize_with = "crate::later::read",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub partners: Vec<Partner>,
    /// Guides and tips, chosen by what was bought.
    #[serde(
        default,
        deserialize_with = "crate::later::read",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub tips: Vec<Tip>,
    /// Experiments that offers and surveys take part in.
    #[serde(
        default,
        deserialize_with = "crate::later::read",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub experiments: Vec<Experiment>,
    /// Where the shop's own pages are.
    #[serde(default)]
    pub links: Links,
    /// Colours and the like.
    #[serde(default)]
    pub look: Look,
    /// What the widget says in the club's own words. A shopper's browser takes them from the document as it came, by
    /// their names, so its own program does without the field.
    #[cfg(feature = "document")]
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub texts: Texts,
    /// What one point is worth; derived from the best fixed-amount reward when absent.
    #[serde(default)]
    pub point_value: Option<PointValue>,
}

const fn thirty() -> u32 {
    30
}

const fn yes() -> bool {
    true
}

/// ISO 4217 code, and how shoppers read it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Currency {
    /// ISO 4217, e.g. `IRR`.
    pub code: String,
    /// What is shown.
    #[serde(default)]
    pub display: MoneyDisplay,
}

/// How money is shown to shoppers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MoneyDisplay {
    /// In the currency itself.
    #[default]
    Native,
    /// IRR ÷ 10, as Iranian shops say it.
    Toman,
}

/// `points` for every `per` of money (minor units).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct PointValue {
    /// So many points…
    pub points: Points,
    /// …are worth this much money.
    pub money: Money,
}

/// A span of the program's calendar and zone in which something is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// A calendar day.
    Day,
    /// Seven days: from Saturday in the Jalali calendar, from Monday in the Gregorian.
    Week,
    /// A month.
    Month,
    /// A year; a Jalali year starts at Nowruz.
    Year,
    /// For ever.
    #[default]
    Lifetime,
}

/// Where the shop's own pages are; https, or a path on the shop's origin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Links {
    /// Logging in.
    #[serde(default)]
    pub login: Option<String>,
    /// Opening an account.
    #[serde(default)]
    pub join: Option<String>,
    /// The club's own page: where the plain link leads when the panel cannot run.
    #[serde(default)]
    pub club: Option<String>,
    /// Where an invited friend lands; the code is added as `vafa_ref`.
    #[serde(default)]
    pub invite: Option<String>,
}

/// How the widget looks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Look {
    /// One colour, `#rrggbb`, from which the palette is derived; that of the preset when absent.
    #[serde(default)]
    pub accent: Option<String>,
    /// Corners, paper and letters to begin with; a page may change each of them.
    #[serde(default, deserialize_with = "crate::later::read")]
    pub preset: Preset,
}

impl Look {
    /// Fills in what the preset decides.
    #[must_use]
    pub fn completed(mut self) -> Self {
        self.accent = self.accent.or_else(|| {
            let own = match self.preset {
                Preset::Quiet => return None,
                Preset::Soft => "#b4532a",
                Preset::Sharp => "#111827",
            };
            Some(own.to_owned())
        });
        self
    }
}

/// The built-in looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// As it comes.
    #[default]
    Quiet,
    /// Round, on warm paper.
    Soft,
    /// Square, black on white, without shadows.
    Sharp,
}
