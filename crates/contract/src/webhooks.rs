//! Where a club's events are sent, and what became of each.

use rules::Timestamp;
use serde::{Deserialize, Serialize};

/// `POST /v1/webhooks/endpoints`: a new endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EndpointInput {
    /// Where to post: `https`, on the public internet, 2048 bytes at most.
    #[cfg_attr(feature = "document", schemars(length(max = 2_048)))]
    pub url: String,
    /// The events to send, by name; empty for all, those to come included.
    #[serde(default)]
    #[cfg_attr(feature = "document", schemars(length(max = 100)))]
    pub kinds: Vec<String>,
    /// What it is, for people: 200 characters at most.
    #[serde(default)]
    #[cfg_attr(feature = "document", schemars(length(max = 200)))]
    pub note: Option<String>,
}

/// `PATCH /v1/webhooks/endpoints/{id}`: what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EndpointPatch {
    /// Where to post, as in the beginning.
    #[serde(default)]
    #[cfg_attr(feature = "document", schemars(length(max = 2_048)))]
    pub url: Option<String>,
    /// The events to send; empty for all.
    #[serde(default)]
    #[cfg_attr(feature = "document", schemars(length(max = 100)))]
    pub kinds: Option<Vec<String>>,
    /// What it is, for people; an empty text takes it away.
    #[serde(default)]
    #[cfg_attr(feature = "document", schemars(length(max = 200)))]
    pub note: Option<String>,
    /// `false` stops it: what waits is dropped, and what happens from then on is kept for a replay.
    #[serde(default)]
    pub enabled: Option<bool>,
}

/// An endpoint, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Endpoint {
    /// Prefixed id, `whe_…`.
    pub id: String,
    /// Where to post, as it is called.
    pub url: String,
    /// The events that are sent; empty for all.
    pub kinds: Vec<String>,
    /// What it is, for people.
    pub note: Option<String>,
    /// Whether events are sent.
    pub enabled: bool,
    /// Why not, when they are not: `gone` (it answered 410), `failing` (nothing was taken for five days), `by_hand`.
    pub disabled_reason: Option<DisabledReason>,
    /// Since when nothing was taken any more; absent when the last try went well.
    pub failing_since: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// How many secrets sign: more than one while a former one is still good.
    pub secrets: u32,
}

/// Why an endpoint is disabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DisabledReason {
    /// It answered 410.
    Gone,
    /// It took nothing for five days.
    Failing,
    /// Somebody stopped it.
    ByHand,
}

/// One endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct EndpointReply {
    /// The endpoint as it stands.
    pub endpoint: Endpoint,
}

/// An endpoint and its new secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct EndpointSecretReply {
    /// The endpoint as it stands.
    pub endpoint: Endpoint,
    /// What proves that a message is ours: `whsec_` and base64. It is shown this once.
    pub secret: String,
}

/// All endpoints, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct EndpointsReply {
    /// The endpoints.
    pub endpoints: Vec<Endpoint>,
}

/// How far a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It is tried at `next_at`.
    Waiting,
    /// The receiver took it.
    Delivered,
    /// Every try failed.
    Failed,
    /// Its endpoint was disabled. A replay sends it.
    Dropped,
}

/// A message on its way to one endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Delivery {
    /// The message's id, `msg_…`.
    pub message_id: String,
    /// The endpoint's id, `whe_…`.
    pub endpoint_id: String,
    /// The event.
    pub kind: String,
    /// How far it is.
    pub state: DeliveryState,
    /// When it happened.
    pub at: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next, while it waits.
    pub next_at: Option<Timestamp>,
    /// The status of the last try, when there was an answer.
    pub last_status: Option<u16>,
    /// What went wrong at the last try.
    pub last_error: Option<String>,
}

/// A page of deliveries, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct DeliveriesPage {
    /// The deliveries.
    pub deliveries: Vec<Delivery>,
    /// Asks for the next page; absent on the last.
    pub next_cursor: Option<String>,
}

/// One try.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Attempt {
    /// The endpoint's id.
    pub endpoint_id: String,
    /// Which try it was, from 1 on.
    pub attempt: u32,
    /// When.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub took_ms: u32,
    /// The status, when there was an answer.
    pub status: Option<u16>,
    /// What went wrong, when it did.
    pub error: Option<String>,
}

/// A message: what was sent, where to, and each try.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct Message {
    /// Prefixed id, `msg_…`; the header `webhook-id`.
    pub id: String,
    /// The event.
    pub kind: String,
    /// When it happened.
    pub at: Timestamp,
    /// The body, to the byte as it is sent and signed.
    pub body: String,
    /// To each endpoint.
    pub deliveries: Vec<Delivery>,
    /// The last 200 tries, oldest first.
    pub attempts: Vec<Attempt>,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct MessageReply {
    /// The message.
    pub message: Message,
}

/// `POST /v1/webhooks/endpoints/{id}/test`: what is on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct TestReply {
    /// The message's id, to see what becomes of it.
    pub message_id: String,
}

/// `POST /v1/webhooks/messages/{id}/replay`: sends one message again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReplayOne {
    /// To this endpoint alone; to every enabled one that wants its kind when absent.
    #[serde(default)]
    pub endpoint_id: Option<String>,
}

/// `POST /v1/webhooks/replay`: sends what happened in a time again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReplayMany {
    /// First instant; messages are kept for 30 days.
    pub from: Timestamp,
    /// First instant that is not meant.
    pub to: Timestamp,
    /// These events alone; all when empty.
    #[serde(default)]
    #[cfg_attr(feature = "document", schemars(length(max = 100)))]
    pub kinds: Vec<String>,
    /// To this endpoint alone; to every enabled one that wants the kind when absent.
    #[serde(default)]
    pub endpoint_id: Option<String>,
}

/// What is on its way again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
pub struct ReplayReply {
    /// Deliveries that wait now.
    pub deliveries: u32,
    /// From when on to ask again: there were more than one request takes. Absent when that was all.
    pub go_on_from: Option<Timestamp>,
}
