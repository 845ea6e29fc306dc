//! The program: one document in which a merchant says how the club works.
//!
//! The document is public. Whatever a shopper must not read (code pools, keys) lives elsewhere.
//! Variants are externally tagged (`{"per_lot": {"months": 12}}`): the browser's deserialiser stays small.

use crate::calendar::Calendar;
use crate::{Bp, Money, Points, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A sentence in each of the program's languages, by BCP 47 tag (`fa`, `en`).
pub type Text = BTreeMap<String, String>;

/// The whole program. See [`crate::validate`] for what makes one sound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    pub earning: Earning,
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
    #[serde(default)]
    pub tiers: Option<Ladder>,
    /// What points can be spent on.
    #[serde(default)]
    pub rewards: Vec<Reward>,
    /// Referral terms, if members may invite friends.
    #[serde(default)]
    pub referral: Option<Referral>,
    /// Surveys that may be shown.
    #[serde(default)]
    pub surveys: Vec<Survey>,
    /// Where the shop's own pages are.
    #[serde(default)]
    pub links: Links,
    /// Colours and the like.
    #[serde(default)]
    pub look: Look,
    /// What one point is worth; derived from the best fixed-amount reward when absent.
    #[serde(default)]
    pub point_value: Option<PointValue>,
}

const fn thirty() -> u32 {
    30
}

/// ISO 4217 code, and how shoppers read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Currency {
    /// ISO 4217, e.g. `IRR`.
    pub code: String,
    /// What is shown.
    #[serde(default)]
    pub display: MoneyDisplay,
}

/// How money is shown to shoppers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
pub struct PointValue {
    /// So many points…
    pub points: Points,
    /// …are worth this much money.
    pub money: Money,
}

/// All earning rules.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Earning {
    /// Points for buying.
    #[serde(default)]
    pub purchase: Option<PurchaseRule>,
    /// Fixed points for doing something.
    #[serde(default)]
    pub activities: Vec<ActivityRule>,
}

/// `points` for every `per` of a purchase's base.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PurchaseRule {
    /// Stable id, remembered by entries.
    pub id: String,
    /// Points per `per`.
    pub points: Points,
    /// Amount that earns `points`.
    pub per: Money,
    /// Rounded once, at the end.
    #[serde(default)]
    pub rounding: Rounding,
    /// Days from payment during which the points cannot be spent, 0…90.
    #[serde(default)]
    pub pending_days: u32,
    /// Count tax in the base.
    #[serde(default)]
    pub include_tax: bool,
    /// Count shipping in the base.
    #[serde(default)]
    pub include_shipping: bool,
    /// Categories that earn nothing.
    #[serde(default)]
    pub excluded_categories: Vec<String>,
    /// Ceiling for the product of all multipliers.
    #[serde(default)]
    pub multiplier_max: Option<Bp>,
}

/// How a fraction of a point is settled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// Down.
    #[default]
    Floor,
    /// To the nearest, a half up.
    HalfUp,
    /// Up.
    Ceil,
}

/// Fixed points, once per source: (member, rule, source id) is unique for ever.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActivityRule {
    /// Stable id.
    pub id: String,
    /// What is done.
    pub kind: Activity,
    /// Points for it.
    pub points: Points,
    /// What the shopper reads; a sentence of the locale file when absent.
    #[serde(default)]
    pub title: Text,
}

/// What a member can do to earn fixed points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// Joining the club.
    Join,
    /// The first paid order.
    FirstPurchase,
    /// Answering the survey with this id.
    Survey(String),
}

/// When points end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expiry {
    /// Never.
    #[default]
    None,
    /// Each lot by itself.
    PerLot {
        /// Months of the program's calendar, counted from `earned_at`.
        months: u32,
        /// Last to the end of that month.
        #[serde(default)]
        end_of_month: bool,
        /// Days before the end from which the shopper is warned.
        #[serde(default = "thirty")]
        warn_days: u32,
    },
    /// All available points, after so many months without an order or a redemption.
    Inactivity {
        /// Months of the program's calendar.
        months: u32,
        /// Days before the end from which the shopper is warned.
        #[serde(default = "thirty")]
        warn_days: u32,
    },
}

/// What a clawback does when the points are already spent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NegativePolicy {
    /// Takes this order's pending points only.
    PendingOnly,
    /// Takes what is there; the rest is claimed at the order's next refund.
    WithinBalance,
    /// Takes all; what is missing becomes a debt that later credits pay.
    #[default]
    Debt,
}

/// Tiers and what moves a member between them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ladder {
    /// What is counted.
    pub measure: Measure,
    /// Over which time.
    pub window: Window,
    /// What happens when a tier is not kept.
    #[serde(default)]
    pub downgrade: Downgrade,
    /// Days between losing the right to a tier and losing the tier.
    #[serde(default)]
    pub grace_days: u32,
    /// From the lowest up; the first one's `enter` is 0.
    pub levels: Vec<Tier>,
}

/// What a tier counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Money paid, net of refunds, in minor units.
    Spend,
    /// Points that became active.
    PointsEarned,
    /// Paid orders.
    Orders,
}

/// Time over which a measure is summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// Since joining.
    Lifetime,
    /// The program's calendar year; a Jalali year starts at Nowruz.
    CalendarYear,
    /// The last so many months.
    RollingMonths(u32),
}

/// What happens when a tier is not kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Downgrade {
    /// Tiers are for ever.
    None,
    /// One step down.
    OneDown,
    /// To the tier that the measure reaches now.
    #[default]
    Recompute,
}

/// One tier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tier {
    /// Stable id.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// Measure that reaches it (minor units, points or orders).
    pub enter: i64,
    /// Measure that keeps it; `enter` when absent.
    #[serde(default)]
    pub retain: Option<i64>,
    /// Multiplies purchase points.
    #[serde(default)]
    pub multiplier: Bp,
    /// What it brings, a phrase each.
    #[serde(default)]
    pub perks: Vec<Text>,
}

/// Something points can be spent on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reward {
    /// Prefixed id, `rwd_…`.
    pub id: String,
    /// What the shopper reads.
    pub title: Text,
    /// Terms in a sentence, if any.
    #[serde(default)]
    pub terms: Text,
    /// What is given.
    pub kind: RewardKind,
    /// Points it costs.
    pub cost: Points,
    /// Smallest order it can be used on.
    #[serde(default)]
    pub minimum_order: Option<Money>,
    /// Lowest tier that may take it.
    #[serde(default)]
    pub tier: Option<String>,
    /// First instant it can be taken.
    #[serde(default)]
    pub starts_at: Option<Timestamp>,
    /// First instant it can no longer be taken.
    #[serde(default)]
    pub ends_at: Option<Timestamp>,
    /// Units left for everybody; without end when absent.
    #[serde(default)]
    pub stock: Option<u32>,
    /// Most times one member may take it.
    #[serde(default)]
    pub per_member: Option<u32>,
    /// Days that an unused coupon can be used.
    #[serde(default = "thirty")]
    pub coupon_days: u32,
}

/// What a reward gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RewardKind {
    /// A fixed amount off an order.
    AmountOff(Money),
    /// A part of an order, up to a ceiling.
    PercentOff {
        /// The part.
        rate: Bp,
        /// At most this much.
        #[serde(default)]
        ceiling: Option<Money>,
    },
    /// No shipping fee.
    FreeShipping,
    /// A product for nothing, by the shop's SKU.
    FreeProduct(String),
    /// Given to a cause.
    Donation(String),
}

/// Terms of inviting friends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Referral {
    /// For the member who invited.
    pub advocate_points: Points,
    /// For the friend.
    pub friend_points: Points,
    /// Smallest first order, after discount.
    #[serde(default)]
    pub minimum_order: Money,
    /// Days that a claim stays good.
    #[serde(default = "thirty")]
    pub claim_days: u32,
    /// Days that both rewards are pending: the shop's refund window.
    #[serde(default)]
    pub pending_days: u32,
    /// Friends rewarded per member, at most.
    #[serde(default)]
    pub cap: Option<u32>,
}

/// A survey: one score, then at most one free text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Survey {
    /// Prefixed id, `srv_…`.
    pub id: String,
    /// What is measured.
    pub kind: SurveyKind,
    /// Shown at all.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The question; a sentence of the locale file when absent.
    #[serde(default)]
    pub question: Text,
    /// What makes it due.
    pub trigger: Trigger,
    /// How often one person is asked.
    pub scope: Scope,
    /// Who is asked.
    #[serde(default)]
    pub audience: Audience,
    /// Days after an answer before it is asked again (periodic).
    #[serde(default)]
    pub answered_wait_days: Option<u32>,
    /// Days after a dismissal before it is asked again.
    #[serde(default)]
    pub dismissed_wait_days: Option<u32>,
    /// Days since any prompt before this one may be shown; 7 when absent.
    #[serde(default)]
    pub global_wait_days: Option<u32>,
    /// Times it may be shown and ignored; 3 when absent.
    #[serde(default)]
    pub max_displays: Option<u32>,
    /// Share of people who are asked, always the same ones.
    #[serde(default)]
    pub rate: Bp,
    /// Higher goes first.
    #[serde(default)]
    pub priority: i32,
    /// First instant it may be shown.
    #[serde(default)]
    pub starts_at: Option<Timestamp>,
    /// First instant it may no longer be shown.
    #[serde(default)]
    pub ends_at: Option<Timestamp>,
}

const fn yes() -> bool {
    true
}

/// What a survey measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SurveyKind {
    /// Net Promoter Score: 0–10.
    Nps,
    /// Customer satisfaction: 1–5.
    Csat,
}

/// What makes a survey due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// Any page.
    Page,
    /// The shop said that an order was placed.
    OrderConfirmed,
}

/// How often one person is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Once in a life.
    Once,
    /// Once for each order id.
    PerOrder,
    /// Again after the waits.
    Periodic,
}

/// Who is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audience {
    /// Days since joining; 30 for a periodic survey when absent.
    #[serde(default)]
    pub member_days_min: Option<u32>,
    /// Paid orders.
    #[serde(default)]
    pub orders_min: u32,
}

/// Where the shop's own pages are; https, or a path on the shop's origin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
pub struct Look {
    /// One colour, `#rrggbb`, from which the palette is derived.
    #[serde(default)]
    pub accent: Option<String>,
}
