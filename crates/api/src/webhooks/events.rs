//! What the data of each event has in it, as the reference shows it.
//!
//! Every message names members by our id and the shop's, and says nothing else of who they are: no name, no address, no
//! text that somebody wrote. Fields may be added; a receiver passes over those that it does not know.

use crate::openapi::Webhook;
use rules::{Points, Timestamp};
use schemars::JsonSchema;
use serde_json::{Value, json};

/// Points or wallet credit moved.
#[derive(Debug, JsonSchema)]
#[allow(dead_code, reason = "the schema is all that is made of it")]
struct Moved {
    /// Our id of the member.
    member_id: String,
    /// The shop's id of the member.
    external_id: String,
    /// `points`, or `wallet` for credit in minor units.
    unit: String,
    /// How much the member has more; negative for what went. When points become active, how many did.
    amount: i64,
    /// Why, in a word: `purchase`, `activity`, `expiry` and the like.
    reason: String,
    /// What it came from: an order, a survey's scope, a date; empty when the reason says it all.
    source: String,
    /// The program's rule, where there is one.
    rule: Option<String>,
    /// When it counts from.
    at: Timestamp,
}

/// Points end soon.
#[derive(Debug, JsonSchema)]
#[allow(dead_code, reason = "the schema is all that is made of it")]
struct Expiring {
    /// Our id of the member.
    member_id: String,
    /// The shop's id of the member.
    external_id: String,
    /// How many end.
    points: Points,
    /// First instant at which they can no longer be spent.
    expires_at: Timestamp,
}

/// A redemption.
#[derive(Debug, JsonSchema)]
#[allow(dead_code, reason = "the schema is all that is made of it")]
struct Redemption {
    /// Our id of the member.
    member_id: String,
    /// The shop's id of the member.
    external_id: String,
    /// Prefixed id, `rdm_…`.
    redemption_id: String,
    /// The reward.
    reward_id: String,
    /// How many of a reward by units; else 1.
    units: u32,
    /// What it cost; 0 for a gift.
    points: Points,
    /// When it was taken.
    redeemed_at: Timestamp,
    /// First instant at which its coupon can no longer be used.
    expires_at: Timestamp,
}

/// Another tier.
#[derive(Debug, JsonSchema)]
#[allow(dead_code, reason = "the schema is all that is made of it")]
struct TierChange {
    /// Our id of the member.
    member_id: String,
    /// The shop's id of the member.
    external_id: String,
    /// The level that was held.
    from: String,
    /// The level that is held now.
    to: String,
}

/// A tier that will be lost.
#[derive(Debug, JsonSchema)]
#[allow(dead_code, reason = "the schema is all that is made of it")]
struct TierRisk {
    /// Our id of the member.
    member_id: String,
    /// The shop's id of the member.
    external_id: String,
    /// The level that is held.
    tier: String,
    /// When it is lost, or its grace begins.
    until: Timestamp,
    /// What is missing to keep it, in the ladder's measure: minor units, points or orders.
    missing: i64,
    /// The right to it is gone already, and this is its grace.
    in_grace: bool,
}

/// An invitation.
#[derive(Debug, JsonSchema)]
#[allow(dead_code, reason = "the schema is all that is made of it")]
struct Referral {
    /// Prefixed id, `clm_…`.
    claim_id: String,
    /// Our id of the member who invited.
    advocate_id: String,
    /// The shop's id of them; absent when they were erased.
    #[serde(default)]
    advocate_external_id: Option<String>,
    /// Our id of the friend, once they have joined.
    friend_id: Option<String>,
    /// The shop's id of the friend.
    #[serde(default)]
    friend_external_id: Option<String>,
    /// The order that counts, once there is one.
    order_id: Option<String>,
    /// Why it does not count, when it is refused.
    #[serde(default)]
    reason: Option<String>,
}

/// An answer to a survey.
#[derive(Debug, JsonSchema)]
#[allow(dead_code, reason = "the schema is all that is made of it")]
struct Answer {
    /// Our id of the member.
    member_id: String,
    /// The shop's id of the member.
    external_id: String,
    /// The response's id.
    response_id: String,
    /// The survey.
    survey_id: String,
    /// What it asks: `nps`, `csat`, `ces` or `cli`.
    kind: String,
    /// What it is about: an order, or the period.
    scope: String,
    /// The scores, in the order of the questions.
    scores: Vec<u8>,
    /// Whether the figures count it.
    counted: bool,
}

/// A complaint.
#[derive(Debug, JsonSchema)]
#[allow(dead_code, reason = "the schema is all that is made of it")]
struct Complaint {
    /// Our id of the member.
    member_id: String,
    /// The shop's id of the member.
    external_id: String,
    /// Our id of the complaint.
    complaint_id: String,
    /// What the member was told, with its check digit.
    number: String,
    /// How far it is.
    state: String,
    /// Whether the member was content with how it was settled, once they have said so.
    satisfied: Option<bool>,
}

/// A member.
#[derive(Debug, JsonSchema)]
#[allow(dead_code, reason = "the schema is all that is made of it")]
struct Member {
    /// Our id of the member.
    member_id: String,
    /// The shop's id of the member.
    external_id: String,
}

/// A member who was erased: the shop knows our id from the events before.
#[derive(Debug, JsonSchema)]
#[allow(dead_code, reason = "the schema is all that is made of it")]
struct Erased {
    /// Our id of the member.
    member_id: String,
}

/// A paid plan.
#[derive(Debug, JsonSchema)]
#[allow(dead_code, reason = "the schema is all that is made of it")]
struct Membership {
    /// Our id of the member.
    member_id: String,
    /// The shop's id of the member.
    external_id: String,
    /// The plan.
    plan: String,
    /// First instant.
    started_at: Timestamp,
    /// First instant that is not paid for.
    ends_at: Timestamp,
    /// It goes on by itself.
    renews: bool,
}

/// A test.
#[derive(Debug, JsonSchema)]
#[allow(dead_code, reason = "the schema is all that is made of it")]
struct Test {
    /// The endpoint that is tested.
    endpoint_id: String,
}

/// Every event, with its data and an example.
#[must_use]
pub fn all() -> Vec<Webhook> {
    let moved = |event, reason, amount: i64| {
        let example = of_member(json!({
            "unit": "points", "amount": amount, "reason": reason, "source": "A-1002", "rule": "buy",
            "at": "2026-11-22T04:10:00Z",
        }));
        Webhook::new::<Moved>(event, example)
    };
    let taken = json!({
        "redemption_id": "rdm_01j8x3k4", "reward_id": "rwd_five", "units": 1, "points": 500,
        "redeemed_at": "2026-11-22T04:10:00Z", "expires_at": "2026-12-22T04:10:00Z",
    });
    let taken = |event| Webhook::new::<Redemption>(event, of_member(taken.clone()));
    let tier = |event, from, to| {
        Webhook::new::<TierChange>(event, of_member(json!({ "from": from, "to": to })))
    };
    let risk = json!({
        "tier": "gold", "until": "2027-03-21T00:00:00Z", "missing": 1_500_000, "in_grace": false,
    });
    let plan = json!({
        "plan": "plus", "started_at": "2026-11-22T04:10:00Z", "ends_at": "2026-12-22T04:10:00Z", "renews": true,
    });
    let plan = |event| Webhook::new::<Membership>(event, of_member(plan.clone()));
    let member = |event| Webhook::new::<Member>(event, of_member(json!({})));
    let complaint = |event, state| {
        let example = json!({ "complaint_id": "cmp_01j8x3k4", "number": "00013", "state": state, "satisfied": null });
        Webhook::new::<Complaint>(event, of_member(example))
    };
    vec![
        moved("points.earned", "purchase", 120),
        moved("points.activated", "activation", 120),
        Webhook::new::<Expiring>(
            "points.expiring",
            of_member(json!({ "points": 80, "expires_at": "2026-12-22T20:30:00Z" })),
        ),
        moved("points.expired", "expiry", -80),
        moved("points.reversed", "clawback", -40),
        taken("reward.redeemed"),
        taken("reward.cancelled"),
        tier("tier.raised", "silver", "gold"),
        Webhook::new::<TierRisk>("tier.at_risk", of_member(risk)),
        tier("tier.lowered", "gold", "silver"),
        referral("referral.claimed", false, None, None),
        referral("referral.joined", true, None, None),
        referral("referral.bought", true, Some("A-1002"), None),
        referral("referral.rewarded", true, Some("A-1002"), None),
        referral("referral.refused", true, None, Some("self_referral")),
        Webhook::new::<Answer>(
            "survey.answered",
            of_member(json!({
                "response_id": "rsp_01j8x3k4", "survey_id": "srv_order", "kind": "csat", "scope": "A-1002",
                "scores": [5], "counted": true,
            })),
        ),
        complaint("complaint.filed", "open"),
        complaint("complaint.written", "open"),
        complaint("complaint.answered", "answered"),
        complaint("complaint.resolved", "resolved"),
        complaint("complaint.reopened", "reopened"),
        complaint("complaint.closed", "closed"),
        complaint("complaint.overdue", "open"),
        member("member.joined"),
        member("member.updated"),
        Webhook::new::<Erased>("member.erased", json!({ "member_id": "mem_01j8x3k4" })),
        plan("membership.started"),
        plan("membership.renewed"),
        plan("membership.ended"),
        Webhook::new::<Test>("webhook.test", json!({ "endpoint_id": "whe_01j8x3k4" })),
    ]
}

fn of_member(mut rest: Value) -> Value {
    rest["member_id"] = json!("mem_01j8x3k4");
    rest["external_id"] = json!("customer-1042");
    rest
}

fn referral(
    event: &'static str,
    joined: bool,
    order: Option<&str>,
    reason: Option<&str>,
) -> Webhook {
    let mut example = json!({
        "claim_id": "clm_01j8x3k4", "advocate_id": "mem_01j8x3k4",
        "advocate_external_id": "customer-1042", "friend_id": joined.then_some("mem_01j8x3k5"),
        "order_id": order,
    });
    if joined {
        example["friend_external_id"] = json!("customer-2077");
    }
    if let Some(reason) = reason {
        example["reason"] = json!(reason);
    }
    Webhook::new::<Referral>(event, example)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openapi::EVENTS;

    #[test]
    fn every_event_is_described_once() {
        let described: Vec<&str> = all().iter().map(Webhook::event).collect();
        let known: Vec<&str> = EVENTS.iter().map(|(event, _)| *event).collect();
        assert_eq!(described, known);
    }
}
