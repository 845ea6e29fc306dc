//! What a shopper's page asks and gets: credentials are a publishable key or a member token.

use crate::surveys::Prompt;
use rules::member::Member;
use rules::program::Text;
use rules::rewards::Basket;
use rules::{Money, Points, Program, Timestamp, Zone};
use serde::{Deserialize, Serialize};

/// `GET /v1/programs/{program}`: public, cached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct ProgramView {
    /// The published document.
    pub program: Program,
    /// Its zone's offsets for the years that matter.
    pub zone: Zone,
}

/// `GET /v1/me`: everything that the widget needs about the member, in one call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Snapshot {
    /// The server's instant.
    pub as_of: Timestamp,
    /// Given name, if the shop told it.
    #[serde(default)]
    pub first_name: Option<String>,
    /// What the rules need.
    pub facts: Member,
    /// The member's invitation, when the program has referral.
    #[serde(default, deserialize_with = "rules::later::maybe")]
    pub referral: Option<Invitation>,
    /// Redemptions, newest first: all open ones, and the latest of the others (20 at most).
    #[serde(deserialize_with = "rules::later::read")]
    pub redemptions: Vec<Redemption>,
    /// The newest page of entries (20).
    #[serde(deserialize_with = "rules::later::read")]
    pub entries: Vec<Entry>,
    /// For `GET /v1/me/entries?cursor=`, when there are more.
    #[serde(default)]
    pub next_cursor: Option<String>,
    /// Surveys that the member may answer now, whatever page they are on.
    #[serde(default)]
    pub prompts: Vec<Prompt>,
    /// The shop's id of the order that has arrived (`fulfilled`) in the last 14 days: the newest that a survey with the
    /// trigger `order_delivered` was neither answered nor dismissed about. Absent where no survey waits for one.
    #[serde(default)]
    pub delivered_order_id: Option<String>,
    /// The complaint (`cmp_…`) that was resolved in the last 14 days: the newest since which a survey with the trigger
    /// `complaint_resolved` was neither answered nor dismissed. Absent where no survey waits for one.
    #[serde(default)]
    pub resolved_complaint: Option<String>,
}

/// `GET /v1/me/entries?limit=&cursor=`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct EntryPage {
    /// Newest first.
    pub entries: Vec<Entry>,
    /// Absent on the last page.
    #[serde(default)]
    pub next_cursor: Option<String>,
}

/// A change of the member's points, in one line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Entry {
    /// Prefixed id, `txn_…`.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: EntryReason,
    /// Change of what the member has; negative when points left.
    pub points: Points,
    /// Change of the wallet, in minor units.
    #[serde(default)]
    pub wallet: Money,
    /// When pending points become active; absent when they were active at once.
    #[serde(default)]
    pub activates_at: Option<Timestamp>,
    /// When these points end, for a credit that ends.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// The shop's order id, reward id or survey id that it came from.
    #[serde(default)]
    pub source: Option<String>,
}

/// Why points changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EntryReason {
    /// Bought.
    Purchase,
    /// An order was refunded or cancelled.
    Refund,
    /// Joined the club.
    Joined,
    /// Bought for the first time.
    FirstPurchase,
    /// Answered a survey.
    Survey,
    /// A friend that the member invited has bought.
    ReferralAdvocate,
    /// Came by an invitation and has bought.
    ReferralFriend,
    /// Took a reward.
    Redemption,
    /// Cancelled an unused reward, or its order was refunded whole.
    RedemptionReturned,
    /// Points ended.
    Expired,
    /// The merchant changed the balance.
    Adjustment,
    /// Did something that a rule pays for.
    Activity,
    /// Reached a tier.
    TierEntry,
    /// Took an offer.
    Offer,
    /// Wallet credit was spent on an order.
    WalletSpent,
}

/// `POST /v1/programs/{program}/earnings` and `POST /v1/me/earnings`: what would these baskets bring?
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct EarningsInput {
    /// The language of the sentences; the program's first one when absent or not spoken here.
    #[serde(default)]
    pub language: Option<String>,
    /// What the amounts are in, for a shop that sells in several currencies: the program's, or it is a fault.
    #[serde(default)]
    pub currency: Option<String>,
    /// Each for itself, as if it were the only order.
    #[cfg_attr(feature = "document", schemars(length(min = 1, max = 50)))]
    pub baskets: Vec<Basket>,
}

/// What the baskets would bring.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct EarningsReply {
    /// In the order of the baskets.
    pub earnings: Vec<Earning>,
}

/// What a basket would bring, if it were paid now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Earning {
    /// Points for the purchase itself; a gift for a first order, or for a tier that it reaches, is not among them.
    pub points: Points,
    /// Wallet credit that comes back.
    pub cashback: Money,
    /// When the points become active; absent when they are at once.
    pub pending_until: Option<Timestamp>,
    /// The sentence for the shopper; absent when nothing is earned.
    pub text: Option<String>,
}

/// `POST /v1/me`: a logged-in shopper joins the club. Body `{}` or this.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Join {
    /// The claim that an invitation gave this browser (`clm_…`).
    #[serde(default)]
    pub claim_id: Option<String>,
}

/// `POST /v1/me/redemptions`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Redeem {
    /// The reward's id.
    pub reward_id: String,
    /// How many units of it; 1 when absent.
    #[serde(default = "one")]
    pub units: u32,
}

const fn one() -> u32 {
    1
}

/// `POST` and `DELETE /v1/me/redemptions…` answer `{"redemption": …}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct RedemptionReply {
    /// The redemption as it stands.
    pub redemption: Redemption,
}

/// A reward that was taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Redemption {
    /// Prefixed id, `rdm_…`.
    pub id: String,
    /// The `Idempotency-Key` that made it: a browser that lost the answer finds its redemption by it.
    pub key: String,
    /// The reward's id.
    pub reward_id: String,
    /// How many units of it.
    #[serde(default = "one")]
    pub units: u32,
    /// Points it cost.
    pub points: Points,
    /// When it was taken.
    pub at: Timestamp,
    /// The coupon's code.
    pub code: String,
    /// What became of it.
    pub state: RedemptionState,
    /// First instant the coupon can no longer be used.
    pub expires_at: Timestamp,
}

/// What became of a redemption.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RedemptionState {
    /// The coupon can be used.
    Open,
    /// An order used it.
    Used,
    /// The member gave it back.
    Cancelled,
    /// Nobody used it in time.
    Expired,
}

/// `POST /v1/me/offers/{offer}/take` answers `{"offer": …}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct OfferReply {
    /// What the member got.
    pub offer: TakenOffer,
}

/// An offer that was taken, and what it gave: one of points, wallet credit and a coupon.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct TakenOffer {
    /// The offer's id.
    pub id: String,
    /// The occasion's name: an offer is taken once for each.
    pub occasion: String,
    /// When it was taken.
    pub at: Timestamp,
    /// Points that it gave.
    #[serde(default)]
    pub points: Points,
    /// Wallet credit that it gave, in minor units.
    #[serde(default)]
    pub wallet: Money,
    /// The reward that it gave for nothing.
    #[serde(default)]
    pub redemption: Option<Redemption>,
}

/// A member's invitation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Invitation {
    /// The code that a friend types or follows.
    pub code: String,
    /// Friends so far, newest first, without names.
    pub friends: Vec<Friend>,
}

/// An invited friend, as the advocate may see them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Friend {
    /// When this state began.
    pub at: Timestamp,
    /// How far they are.
    pub state: FriendState,
}

/// How far an invited friend is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FriendState {
    /// Opened the invitation.
    Invited,
    /// Joined.
    Joined,
    /// Bought; the reward is pending.
    Bought,
    /// The reward is active.
    Rewarded,
    /// Refused: self-referral.
    SelfReferral,
    /// Refused: had bought before.
    NotFirstOrder,
    /// Refused: the first order was too small.
    BelowMinimum,
    /// Refused: the claim was too old.
    Expired,
    /// Refused: the advocate's cap.
    CapReached,
    /// Refused: another invitation came first.
    AlreadyReferred,
    /// Refused: the friend's contact is the member's.
    SameContact,
    /// Refused: too many invitations from one network address.
    TooManyFromAddress,
}

/// `POST /v1/referrals/{code}/claims` answers `{"claim": …}` (201).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct ClaimReply {
    /// The claim.
    pub claim: Claim,
}

/// A friend's claim on an invitation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Claim {
    /// Prefixed id, `clm_…`; the friend's browser keeps it until they join.
    pub id: String,
    /// Points the friend will get.
    pub friend_points: Points,
    /// Smallest first order.
    pub minimum_order: Money,
    /// First instant it no longer counts.
    pub expires_at: Timestamp,
    /// Why it does not count from the start: `too_many_from_address`.
    #[serde(default)]
    pub refused: Option<FriendState>,
}

/// `GET /v1/referrals/{code}` answers `{"referral": …}`: what a friend reads who followed an invitation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct LandingReply {
    /// The invitation.
    pub referral: Landing,
}

/// An invitation as a friend reads it before they claim it. It does not say who invites.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Landing {
    /// The invitation's code, as it is written.
    pub code: String,
    /// The club's name.
    pub name: Text,
    /// Points the friend will get.
    pub friend_points: Points,
    /// Smallest first order.
    pub minimum_order: Money,
    /// First instant at which a claim that is made now no longer counts.
    pub expires_at: Timestamp,
}

/// `POST /v1/me/responses`: the same id may be sent again with more answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct SurveyResponse {
    /// Made by the browser before sending, `rsp_…`: 1 to 64 letters, digits, `_` or `-`. Sending it again changes nothing.
    #[cfg_attr(
        feature = "document",
        schemars(regex(pattern = "^[A-Za-z0-9_-]{1,64}$"))
    )]
    pub id: String,
    /// The survey.
    pub survey_id: String,
    /// Order id for a survey asked per order, else empty.
    #[serde(default)]
    #[cfg_attr(feature = "document", schemars(length(max = 128)))]
    pub scope: String,
    /// The score, within the survey's scale. A response has either this or `scores`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<u8>,
    /// The scores of a survey with several items, in the order of the items; as long as the response is not
    /// completed, the last ones may be missing. A survey with one item takes a list of one as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "document", schemars(length(max = 3)))]
    pub scores: Vec<u8>,
    /// The prompt that is answered, from the snapshot or a link: it makes the answer count. Without one an answer
    /// about the member's own paid order counts, and any other is stored only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "document", schemars(length(max = 600)))]
    pub prompt: Option<String>,
    /// Free text, 1,000 characters at most.
    #[serde(default)]
    #[cfg_attr(feature = "document", schemars(length(max = 1000)))]
    pub comment: Option<String>,
    /// The person has finished.
    pub completed: bool,
}

/// Answer to a response: `{"response": …}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct ResponseReply {
    /// What was stored.
    pub response: StoredResponse,
}

/// A response as stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct StoredResponse {
    /// The id that was sent.
    pub id: String,
    /// Points that this response has earned.
    pub points: Points,
    /// It counts in the shop's scores: it answers a prompt, or is about the member's own paid order, and is the first
    /// to do so.
    #[serde(default)]
    pub counted: bool,
}

/// `POST /v1/events`: `{"events": […]}`, at most 50; 202. The member token may be in the body of a beacon.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Events {
    /// What happened, 50 at most.
    #[cfg_attr(feature = "document", schemars(length(max = 50)))]
    pub events: Vec<Event>,
}

/// Something that a prompt or panel did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Event {
    /// Made by the browser: 1 to 64 letters, digits, `_` or `-`; a repeated id is counted once.
    #[cfg_attr(
        feature = "document",
        schemars(regex(pattern = "^[A-Za-z0-9_-]{1,64}$"))
    )]
    pub id: String,
    /// What.
    pub kind: EventKind,
    /// When, by the corrected clock.
    pub at: Timestamp,
    /// The survey, for prompt events.
    #[serde(default)]
    pub survey_id: Option<String>,
    /// Its scope.
    #[serde(default)]
    pub scope: Option<String>,
    /// The offer, for offer events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer_id: Option<String>,
}

/// Kinds of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A prompt was rendered and visible.
    PromptShown,
    /// A prompt was closed unanswered.
    PromptDismissed,
    /// The panel was opened.
    PanelOpened,
    /// An offer was rendered and visible.
    OfferShown,
}
