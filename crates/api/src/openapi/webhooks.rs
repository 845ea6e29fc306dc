//! Events that are delivered to a shop's server, by the rules of Standard Webhooks.

use super::schemas::Schemas;
use schemars::JsonSchema;
use serde_json::{Map, Value, json};

/// Every event, and when it happens. Clients skip an event that they do not know: there may be more.
pub const EVENTS: &[(&str, &str)] = &[
    (
        "points.earned",
        "A member has earned points, pending or active.",
    ),
    ("points.activated", "Pending points have become active."),
    ("points.expiring", "Points of a member end soon."),
    ("points.expired", "Points have ended."),
    (
        "points.reversed",
        "Points were taken back after a refund, or taken away by the shop.",
    ),
    ("reward.redeemed", "A member has taken a reward."),
    (
        "reward.cancelled",
        "A redemption was given back and its points have returned.",
    ),
    ("tier.raised", "A member has reached a higher tier."),
    (
        "tier.at_risk",
        "A member will lose their tier at the next review as things stand.",
    ),
    ("tier.lowered", "A member has a lower tier."),
    ("referral.claimed", "A friend has opened an invitation."),
    ("referral.joined", "An invited friend has joined."),
    (
        "referral.bought",
        "An invited friend has bought; the rewards of both are pending.",
    ),
    (
        "referral.rewarded",
        "The refund window is over, and the rewards of both are active.",
    ),
    (
        "referral.refused",
        "An invitation does not count, for the reason that it names.",
    ),
    ("survey.answered", "A member has answered a survey."),
    ("complaint.filed", "A member has complained."),
    (
        "complaint.written",
        "A member has written about a complaint.",
    ),
    ("complaint.answered", "The shop has answered a complaint."),
    ("complaint.resolved", "The shop calls a complaint settled."),
    ("complaint.reopened", "A complaint was taken up again."),
    ("complaint.closed", "A complaint was closed."),
    (
        "complaint.overdue",
        "A complaint has waited for the shop's answer too long.",
    ),
    ("member.joined", "Somebody has joined the club."),
    (
        "member.updated",
        "What the shop told about a member has changed.",
    ),
    ("member.erased", "A member's personal data was erased."),
    ("membership.started", "A paid plan has begun."),
    (
        "membership.renewed",
        "A paid plan goes on for another period.",
    ),
    ("membership.ended", "A paid plan has ended."),
    (
        "webhook.test",
        "Somebody asked for a test. It goes to the endpoint of the test alone.",
    ),
];

/// An event as the description shows it.
#[derive(Clone, Debug)]
pub struct Webhook {
    pub(super) event: &'static str,
    data: fn(&mut Schemas) -> Value,
    example: Value,
}

impl Webhook {
    /// An event of [`EVENTS`] whose `data` is a `T`, and an example of that.
    #[must_use]
    pub fn new<T: JsonSchema>(event: &'static str, example: Value) -> Self {
        Self {
            event,
            data: Schemas::written::<T>,
            example,
        }
    }

    /// The event.
    #[must_use]
    pub const fn event(&self) -> &'static str {
        self.event
    }

    /// Its path item in the document's `webhooks`.
    pub(super) fn item(&self, schemas: &mut Schemas) -> Value {
        let summary = EVENTS
            .iter()
            .find(|(event, _)| *event == self.event)
            .map(|(_, summary)| *summary)
            .unwrap_or_default();
        let schema = json!({
            "type": "object",
            "required": ["type", "timestamp", "data"],
            "properties": {
                "type": { "const": self.event },
                "timestamp": { "type": "string", "format": "date-time", "description": "When it happened." },
                "data": (self.data)(schemas),
            },
        });
        let example = json!({
            "type": self.event, "timestamp": "2026-11-22T04:10:00Z", "data": self.example,
        });
        let header = |name: &str, description: &str, example: &str| {
            json!({
                "name": name, "in": "header", "required": true, "description": description,
                "schema": { "type": "string" }, "example": example,
            })
        };
        json!({ "post": {
            "operationId": self.event,
            "summary": summary,
            "parameters": [
                header("webhook-id", "The same for each delivery of one event: what was seen before is not taken \
                    twice.", "msg_01j8x3k4"),
                header("webhook-timestamp", "Seconds since 1970 at this attempt. Refuse what is more than five \
                    minutes away from your own clock.", "1795320600"),
                header("webhook-signature", "One signature or, while a secret is rotated, several with spaces \
                    between: `v1,` and the base64 of the HMAC-SHA256 of `{webhook-id}.{webhook-timestamp}.{body}`.",
                    "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="),
            ],
            "requestBody": {
                "required": true,
                "content": { "application/json": {
                    "schema": schema,
                    "examples": { self.event: { "summary": summary, "value": example } },
                } },
            },
            "responses": {
                "2XX": { "description": "Taken. Anything else is tried again, ever more rarely, for about three days." },
                "410": { "description": "The endpoint is gone: no more events are sent to it." },
            },
        } })
    }
}

/// All path items, by event.
pub(super) fn items(webhooks: &[Webhook], schemas: &mut Schemas) -> Map<String, Value> {
    webhooks
        .iter()
        .map(|webhook| (webhook.event.to_owned(), webhook.item(schemas)))
        .collect()
}
