//! Members beside their orders: profile, activities, adjustments, wallet payments.

use crate::shopper::Redemption;
use rules::ledger::Balances;
use rules::member::MonthDay;
use rules::tiers::Standing;
use rules::{Money, Points, Timestamp};
use serde::{Deserialize, Serialize};

/// How a member can be reached. Only a hash of each is kept, to tell whether two members are one person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Contacts {
    /// An e-mail address. Case does not matter, nor what stands after a `+` before the `@`.
    #[serde(default)]
    #[cfg_attr(feature = "document", schemars(length(max = 254)))]
    pub email: Option<String>,
    /// A phone number with its country code: `+` or `00`, then 8 to 15 digits; spaces, dashes, dots and brackets do
    /// not matter.
    #[serde(default)]
    #[cfg_attr(feature = "document", schemars(length(max = 32)))]
    pub phone: Option<String>,
}

/// `PATCH /v1/me/profile`: what is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProfileInput {
    /// Given name, shown in greetings: 100 characters at most, none of them a control character. Empty takes it away.
    #[serde(default)]
    #[cfg_attr(
        feature = "document",
        schemars(
            length(max = 100),
            regex(pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$")
        )
    )]
    pub first_name: Option<String>,
    /// Birthday in the program's calendar. It can be changed a year after it was last told.
    #[serde(default)]
    pub birthday: Option<MonthDay>,
    /// Language, as an IETF tag such as `fa` or `en-GB`.
    #[serde(default)]
    #[cfg_attr(
        feature = "document",
        schemars(regex(pattern = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}$"))
    )]
    pub language: Option<String>,
    /// All that the member consents to, by name; what is not listed is withdrawn. 32 names at most, each 1 to 64 lower-case
    /// letters, digits, `-` or `_`.
    #[serde(default)]
    #[cfg_attr(
        feature = "document",
        schemars(length(max = 32), inner(regex(pattern = "^[a-z0-9_-]{1,64}$")))
    )]
    pub consents: Option<Vec<String>>,
}

/// Answer to a change of the profile: `{"profile": …}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct ProfileReply {
    /// The profile as it stands.
    pub profile: Profile,
}

/// What a member has told about themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Profile {
    /// Given name.
    #[serde(default)]
    pub first_name: Option<String>,
    /// Birthday in the program's calendar.
    #[serde(default)]
    pub birthday: Option<MonthDay>,
    /// First instant at which the member may tell another birthday; absent where they told none.
    #[serde(default)]
    pub birthday_changes_at: Option<Timestamp>,
    /// Language, as an IETF tag.
    #[serde(default)]
    pub language: Option<String>,
    /// What the member consents to, by name.
    pub consents: Vec<String>,
    /// Points that this change has earned.
    pub points: Points,
}

/// `POST /v1/me/activities` and `POST /v1/members/{external_id}/activities`: the member did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ActivityInput {
    /// The rule's id.
    pub rule: String,
    /// What it was done to, 1 to 128 bytes: the product of a review, the id of an event. Rules of other kinds find
    /// their source by themselves.
    #[serde(default)]
    #[cfg_attr(feature = "document", schemars(length(min = 1, max = 128)))]
    pub source: Option<String>,
}

/// Answer to an activity: `{"activity": …}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct ActivityReply {
    /// What it brought.
    pub activity: Activity,
}

/// What a member did, and what it brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Activity {
    /// The rule's id.
    pub rule: String,
    /// What it was for; once for each. Empty for what is done once in a life.
    pub source: String,
    /// Points it has earned.
    pub points: Points,
    /// When.
    pub at: Timestamp,
}

/// `POST /v1/members/{external_id}/adjustments`: the merchant gives points, or takes them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AdjustmentInput {
    /// How many; below zero to take them. Not 0, and 1,000,000,000,000 at most either way.
    #[cfg_attr(
        feature = "document",
        schemars(extend("minimum" = -1_000_000_000_000i64, "maximum" = 1_000_000_000_000i64, "not" = {"const": 0}))
    )]
    pub points: Points,
    /// Why, in 1 to 500 characters: for the audit, and for who asks later.
    #[cfg_attr(
        feature = "document",
        schemars(length(min = 1, max = 500), regex(pattern = r"\S"))
    )]
    pub reason: String,
}

/// Answer to an adjustment: `{"adjustment": …}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct AdjustmentReply {
    /// What was adjusted.
    pub adjustment: Adjustment,
}

/// Points that the merchant gave or took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Adjustment {
    /// Prefixed id, `adj_…`.
    pub id: String,
    /// The member's prefixed id, `mem_…`.
    pub member: String,
    /// How many; below zero when they were taken.
    pub points: Points,
    /// Why; absent once the member is erased.
    #[serde(default)]
    pub reason: Option<String>,
    /// Who did it: the id of a key or of an account.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// `GET /v1/members/{external_id}/adjustments?limit=&cursor=`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct AdjustmentPage {
    /// Newest first.
    pub adjustments: Vec<Adjustment>,
    /// Absent on the last page.
    #[serde(default)]
    pub next_cursor: Option<String>,
}

/// `POST /v1/orders/{order_id}/wallet`: the member pays for an order, or a part of it, with wallet credit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WalletInput {
    /// The shop's id of the member.
    pub member: String,
    /// How much, in minor units: 1 or more.
    #[cfg_attr(
        feature = "document",
        schemars(extend("minimum" = 1, "maximum" = 1_000_000_000_000_000i64))
    )]
    pub amount: Money,
}

/// Answer to a wallet payment: `{"payment": …}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct WalletReply {
    /// The payment as it stands.
    pub payment: WalletPayment,
}

/// What the wallet paid for an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct WalletPayment {
    /// The shop's order id.
    pub order_id: String,
    /// The member's prefixed id, `mem_…`.
    pub member: String,
    /// How much, in minor units.
    pub amount: Money,
    /// When.
    pub at: Timestamp,
    /// When it went back, because the order was called off or refunded whole.
    #[serde(default)]
    pub returned_at: Option<Timestamp>,
}

/// A member, as whoever works for the shop reads it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct MemberView {
    /// Prefixed id, `mem_…`.
    pub id: String,
    /// The shop's id.
    pub external_id: String,
    /// Given name.
    pub first_name: Option<String>,
    /// Birthday in the program's calendar.
    pub birthday: Option<MonthDay>,
    /// Language, as an IETF tag.
    pub language: Option<String>,
    /// What the member consents to, by name.
    pub consents: Vec<String>,
    /// When they joined.
    pub joined_at: Timestamp,
    /// May not redeem.
    pub blocked: bool,
    /// What a friend types.
    pub referral_code: String,
    /// Points by what can be done with them.
    pub balances: Balances,
    /// Wallet credit by what can be done with it, in minor units.
    pub wallet: Balances<Money>,
    /// The place on the ladder, where the program has one.
    pub standing: Option<Standing>,
}

/// A reply with one member: `{"member": …}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct MemberReply {
    /// The member as they stand.
    pub member: MemberView,
}

/// A member in a list. Balances and tier are as of the member's last change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct ListedMember {
    /// Prefixed id, `mem_…`.
    pub id: String,
    /// The shop's id.
    pub external_id: String,
    /// Given name.
    #[serde(default)]
    pub first_name: Option<String>,
    /// When they joined.
    pub joined_at: Timestamp,
    /// May not redeem.
    pub blocked: bool,
    /// The id of the tier that they were last told of; absent where there is none.
    #[serde(default)]
    pub tier: Option<String>,
    /// Points that can be spent.
    pub available: Points,
    /// Points that are not active yet.
    pub pending: Points,
    /// When they last ordered; absent where they never did.
    #[serde(default)]
    pub last_order_at: Option<Timestamp>,
}

/// `GET /v1/members?search=&limit=&cursor=`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct MemberPage {
    /// Those who joined last first; of a search, those whose id fits first.
    pub members: Vec<ListedMember>,
    /// Absent on the last page.
    #[serde(default)]
    pub next_cursor: Option<String>,
}

/// `GET /v1/members/{external_id}/redemptions`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct RedemptionsReply {
    /// Newest first: all open ones, and the latest of the others (20 at most).
    pub redemptions: Vec<Redemption>,
}
