//! What the shop's server tells: credential is a secret key.

use crate::members::Contacts;
use rules::member::MonthDay;
use rules::{Money, Timestamp};
use serde::{Deserialize, Serialize};

/// `PUT /v1/members/{external_id}`: creates or updates a member.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MemberInput {
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
    /// When they joined, for imports; now when absent. A member who is known keeps it.
    #[serde(default)]
    pub joined_at: Option<Timestamp>,
    /// Birthday in the program's calendar. The shop may correct it whenever it likes.
    #[serde(default)]
    pub birthday: Option<MonthDay>,
    /// Language, as an IETF tag such as `fa` or `en-GB`.
    #[serde(default)]
    #[cfg_attr(
        feature = "document",
        schemars(regex(pattern = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}$"))
    )]
    pub language: Option<String>,
    /// All that the member consents to, by name; what is not listed is withdrawn. 32 names at most, each 1 to 64
    /// lower-case letters, digits, `-` or `_`.
    #[serde(default)]
    #[cfg_attr(
        feature = "document",
        schemars(length(max = 32), inner(regex(pattern = "^[a-z0-9_-]{1,64}$")))
    )]
    pub consents: Option<Vec<String>>,
    /// How the member can be reached; the whole of it, so that `{}` forgets them.
    #[serde(default)]
    pub contacts: Option<Contacts>,
    /// The member may not redeem.
    #[serde(default)]
    pub blocked: Option<bool>,
    /// The claim that an invitation gave.
    #[serde(default)]
    pub claim_id: Option<String>,
}

/// `PUT /v1/orders/{order_id}`: idempotent by order id and status.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OrderInput {
    /// The shop's id of the member.
    pub member: String,
    /// How far the order is.
    pub status: OrderStatus,
    /// ISO 4217, three capital letters; must be the program's.
    #[cfg_attr(feature = "document", schemars(regex(pattern = "^[A-Z]{3}$")))]
    pub currency: String,
    /// Its lines, 500 at most.
    #[cfg_attr(feature = "document", schemars(length(max = 500)))]
    pub items: Vec<OrderItem>,
    /// Tax, in addition to the lines.
    #[serde(default)]
    #[cfg_attr(feature = "document", schemars(extend("minimum" = 0, "maximum" = 1_000_000_000_000_000i64)))]
    pub tax: Money,
    /// Shipping, in addition to the lines.
    #[serde(default)]
    #[cfg_attr(feature = "document", schemars(extend("minimum" = 0, "maximum" = 1_000_000_000_000_000i64)))]
    pub shipping: Money,
    /// What of the whole was paid with gift cards.
    #[serde(default)]
    #[cfg_attr(feature = "document", schemars(extend("minimum" = 0, "maximum" = 1_000_000_000_000_000i64)))]
    pub gift_cards: Money,
    /// Codes of coupons that were used on it, 10 at most; their value is taken off the base.
    #[serde(default)]
    #[cfg_attr(feature = "document", schemars(length(max = 10)))]
    pub coupons: Vec<String>,
    /// When it was placed; now when absent.
    #[serde(default)]
    pub placed_at: Option<Timestamp>,
    /// When it was paid; now when absent and the status says paid.
    #[serde(default)]
    pub paid_at: Option<Timestamp>,
}

/// A line of an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OrderItem {
    /// The shop's product id.
    pub sku: String,
    /// The shop's category.
    #[serde(default)]
    pub category: Option<String>,
    /// How many, at least 1.
    #[cfg_attr(feature = "document", schemars(range(min = 1)))]
    pub quantity: u32,
    /// Price of one.
    #[cfg_attr(feature = "document", schemars(extend("minimum" = 0, "maximum" = 1_000_000_000_000_000i64)))]
    pub unit_price: Money,
    /// Discount on the whole line, not counting coupons of the club.
    #[serde(default)]
    #[cfg_attr(feature = "document", schemars(extend("minimum" = 0, "maximum" = 1_000_000_000_000_000i64)))]
    pub discount: Money,
}

/// How far an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Not paid yet.
    Placed,
    /// Paid.
    Paid,
    /// Delivered.
    Fulfilled,
    /// Called off.
    Cancelled,
}

/// `POST /v1/orders/{order_id}/refunds`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RefundInput {
    /// The shop's refund id, 1 to 128 bytes; the same id again changes nothing.
    #[cfg_attr(feature = "document", schemars(length(min = 1, max = 128)))]
    pub id: String,
    /// The part of the earning base that goes back; absent for all that remains.
    #[serde(default)]
    pub amount: Option<Money>,
}

/// `GET /v1/coupons/{code}` and `POST` with `{"action": "use" | "release", "order_id": …}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CouponAction {
    /// What to do.
    pub action: CouponVerb,
    /// The shop's order id, 1 to 128 bytes.
    #[cfg_attr(feature = "document", schemars(length(min = 1, max = 128)))]
    pub order_id: String,
}

/// What a shop does with a coupon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CouponVerb {
    /// Keep it for the order's checkout, 15 minutes at most.
    Hold,
    /// Spend it on the order.
    Use,
    /// Take it back from the order.
    Release,
}
