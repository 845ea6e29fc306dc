//! Where events are delivered, and what became of each delivery.

use super::answer;
use super::paths::{EndpointId, MessageId};
use crate::body::Json;
use crate::club::Club;
use crate::credentials::Desk;
use crate::inputs::{PageSize, Path, Query};
use crate::openapi::{Route, Tag, delete, get, patch, post};
use crate::problem::Result;
use crate::scopes::Scope;
use crate::staff::Role;
use crate::state::{State, Work};
use crate::webhooks::{endpoints, log};
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::Response;
use contract::webhooks::{
    DeliveriesPage, DeliveryState, Endpoint, EndpointInput, EndpointPatch, EndpointReply,
    EndpointSecretReply, EndpointsReply, MessageReply, ReplayMany, ReplayOne, ReplayReply,
    TestReply,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

const ALL: &str = "/v1/webhooks/endpoints";
const ONE: &str = "/v1/webhooks/endpoints/{endpoint}";

pub(super) fn routes() -> Vec<Route> {
    let mut all = of_endpoints();
    all.extend(of_messages());
    all
}

fn of_endpoints() -> Vec<Route> {
    let shown =
        || json!({ "endpoint": example(), "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD" });
    vec![
        get(ALL, list)
            .named(
                "listEndpoints",
                "List the endpoints",
                "All endpoints, oldest first, without their secrets.",
            )
            .tagged(Tag::Webhooks)
            .replies::<EndpointsReply>(200, "The endpoints.", json!({ "endpoints": [example()] })),
        post(ALL, create)
            .named(
                "createEndpoint",
                "Add an endpoint",
                "From now on events are sent there, at least once and in no promised order: a receiver tells a \
                 repetition by `webhook-id`. The secret is shown this once.",
            )
            .tagged(Tag::Webhooks)
            .body(
                "Some events",
                json!({ "url": "https://crm.example/hooks/vafa", "kinds": ["points.earned", "tier.raised"] }),
            )
            .body("All events", json!({ "url": "https://crm.example/hooks/vafa" }))
            .replies::<EndpointSecretReply>(201, "The endpoint and its secret.", shown())
            .refuses(&["too_many_endpoints"]),
        patch(ONE, update)
            .named(
                "updateEndpoint",
                "Change an endpoint",
                "What is absent stays. `enabled: false` stops it: what waits is dropped, and what happens from then on \
                 is kept for a replay.",
            )
            .tagged(Tag::Webhooks)
            .body("Other events", json!({ "kinds": ["reward.redeemed"] }))
            .body("Stop", json!({ "enabled": false }))
            .replies::<EndpointReply>(200, "The endpoint.", json!({ "endpoint": example() })),
        delete(ONE, remove)
            .named(
                "deleteEndpoint",
                "Take an endpoint away",
                "With the log of its deliveries.",
            )
            .tagged(Tag::Webhooks)
            .empty(204, "It is gone."),
        post("/v1/webhooks/endpoints/{endpoint}/rotate", rotate)
            .named(
                "rotateSecret",
                "Give an endpoint a new secret",
                "Messages are signed by both for 24 hours, so that the receiver can change at its leisure. The new one \
                 is shown this once.",
            )
            .tagged(Tag::Webhooks)
            .replies::<EndpointSecretReply>(200, "The endpoint and its new secret.", shown())
            .refuses(&["too_many_webhook_secrets"]),
        post("/v1/webhooks/endpoints/{endpoint}/enable", enable)
            .named(
                "enableEndpoint",
                "Enable an endpoint",
                "After it was disabled by its own 410, by five days of nothing but failures, or by hand. What was \
                 dropped meanwhile is sent when it is replayed.",
            )
            .tagged(Tag::Webhooks)
            .replies::<EndpointReply>(200, "The endpoint.", json!({ "endpoint": example() })),
        post("/v1/webhooks/endpoints/{endpoint}/test", test)
            .named(
                "testEndpoint",
                "Send a test",
                "Sends `webhook.test` to this endpoint, whatever events it asks for.",
            )
            .tagged(Tag::Webhooks)
            .replies::<TestReply>(
                202,
                "It is on its way.",
                json!({ "message_id": "msg_8x0w3k6m1q9r4t7v2yaz" }),
            )
            .refuses(&["endpoint_disabled"]),
    ]
}

fn of_messages() -> Vec<Route> {
    let again = json!({ "deliveries": 2, "go_on_from": null });
    vec![
        get("/v1/webhooks/endpoints/{endpoint}/deliveries", deliveries)
            .named(
                "listDeliveries",
                "List an endpoint's deliveries",
                "What was sent and what became of it, newest first, in pages; for 30 days.",
            )
            .tagged(Tag::Webhooks)
            .replies::<DeliveriesPage>(
                200,
                "A page.",
                json!({ "deliveries": [delivery()], "next_cursor": null }),
            ),
        get("/v1/webhooks/messages/{message}", message)
            .named(
                "getMessage",
                "Read a message",
                "Its body as it is sent, where it goes, and each try.",
            )
            .tagged(Tag::Webhooks)
            .replies::<MessageReply>(
                200,
                "The message.",
                json!({ "message": {
                    "id": "msg_8x0w3k6m1q9r4t7v2yaz", "kind": "points.earned", "at": "2026-11-22T08:30:00Z",
                    "body": "{\"type\":\"points.earned\",…}", "deliveries": [delivery()],
                    "attempts": [{
                        "endpoint_id": "whe_8x0w3k6m1q9r4t7v2yaz", "attempt": 1, "at": "2026-11-22T08:30:01Z",
                        "took_ms": 84, "status": 503, "error": "the receiver answered 503 Service Unavailable",
                    }],
                } }),
            ),
        post("/v1/webhooks/messages/{message}/replay", replay)
            .named(
                "replayMessage",
                "Send a message again",
                "To one endpoint, or to every enabled one that wants its kind. The message keeps its id.",
            )
            .tagged(Tag::Webhooks)
            .body("To all", json!({}))
            .body("To one", json!({ "endpoint_id": "whe_8x0w3k6m1q9r4t7v2yaz" }))
            .replies::<ReplayReply>(202, "It is on its way.", again.clone())
            .refuses(&["endpoint_disabled"]),
        post("/v1/webhooks/replay", replay_many)
            .named(
                "replayMessages",
                "Send what happened in a time again",
                "Oldest first, about a thousand messages at a time: `go_on_from` says where the next request begins.",
            )
            .tagged(Tag::Webhooks)
            .body(
                "An hour",
                json!({ "from": "2026-11-22T07:00:00Z", "to": "2026-11-22T08:00:00Z", "kinds": ["points.earned"] }),
            )
            .replies::<ReplayReply>(202, "They are on their way.", again)
            .refuses(&["endpoint_disabled", "not_found"]),
    ]
}

fn example() -> Value {
    json!({
        "id": "whe_8x0w3k6m1q9r4t7v2yaz", "url": "https://crm.example/hooks/vafa",
        "kinds": ["points.earned", "tier.raised"], "note": null, "enabled": true, "disabled_reason": null,
        "failing_since": null, "created_at": "2026-11-22T08:30:00Z", "secrets": 1,
    })
}

fn delivery() -> Value {
    json!({
        "message_id": "msg_8x0w3k6m1q9r4t7v2yaz", "endpoint_id": "whe_8x0w3k6m1q9r4t7v2yaz",
        "kind": "points.earned", "state": "waiting", "at": "2026-11-22T08:30:00Z", "attempts": 1,
        "next_at": "2026-11-22T08:30:06Z", "last_status": 503,
        "last_error": "the receiver answered 503 Service Unavailable",
    })
}

/// Endpoints see what happens in the club: a key with the scope, or an owner.
fn may(desk: &Desk) -> Result<()> {
    desk.needs(Scope::Webhooks, Role::Owner)
}

async fn write<I, T, F>(state: &State, desk: &Desk, input: I, work: F) -> Result<T>
where
    I: Send + Sync + 'static,
    T: Send + 'static,
    F: for<'a> Fn(&'a mut Club, &'a I) -> Work<'a, T> + Send + Sync + 'static,
{
    may(desk)?;
    state.write(desk.tenant(), desk.actor(), input, work).await
}

async fn read<I, T, F>(state: &State, desk: &Desk, input: I, work: F) -> Result<T>
where
    I: Send + Sync + 'static,
    T: Send + 'static,
    F: for<'a> Fn(&'a mut Club, &'a I) -> Work<'a, T> + Send + Sync + 'static,
{
    may(desk)?;
    state.read(desk.tenant(), input, work).await
}

async fn list(Shared(state): Shared<State>, desk: Desk) -> Result<Response> {
    let endpoints = read(&state, &desk, (), |club, ()| {
        Box::pin(endpoints::list(club))
    });
    answer::ok(&EndpointsReply {
        endpoints: endpoints.await?,
    })
}

async fn create(
    Shared(state): Shared<State>,
    desk: Desk,
    Json { mut value, .. }: Json<EndpointInput>,
) -> Result<Response> {
    may(&desk)?;
    endpoints::check(&value.kinds, value.note.as_deref())?;
    value.url = endpoints::callable(state.sender.guard(), &value.url).await?;
    let made = write(&state, &desk, value, |club, input| {
        Box::pin(endpoints::create(club, input))
    });
    shown(StatusCode::CREATED, made.await?)
}

fn shown(status: StatusCode, (endpoint, secret): (Endpoint, String)) -> Result<Response> {
    answer::json(status, &EndpointSecretReply { endpoint, secret })
}

async fn update(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(EndpointId(id)): Path<EndpointId>,
    Json { mut value, .. }: Json<EndpointPatch>,
) -> Result<Response> {
    may(&desk)?;
    endpoints::check(
        value.kinds.as_deref().unwrap_or_default(),
        value.note.as_deref(),
    )?;
    if let Some(url) = &value.url {
        value.url = Some(endpoints::callable(state.sender.guard(), url).await?);
    }
    let changed = write(&state, &desk, (id, value), |club, (id, patch)| {
        Box::pin(endpoints::update(club, id, patch))
    });
    answer::ok(&EndpointReply {
        endpoint: changed.await?,
    })
}

async fn remove(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(EndpointId(id)): Path<EndpointId>,
) -> Result<Response> {
    write(&state, &desk, id, |club, id| {
        Box::pin(endpoints::delete(club, id))
    })
    .await?;
    Ok(answer::nothing())
}

async fn rotate(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(EndpointId(id)): Path<EndpointId>,
) -> Result<Response> {
    let rotated = write(&state, &desk, id, |club, id| {
        Box::pin(endpoints::rotate(club, id))
    });
    shown(StatusCode::OK, rotated.await?)
}

async fn enable(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(EndpointId(id)): Path<EndpointId>,
) -> Result<Response> {
    let enabled = write(&state, &desk, id, |club, id| {
        Box::pin(async move {
            endpoints::enable(club, id).await?;
            endpoints::get(club, id).await
        })
    });
    answer::ok(&EndpointReply {
        endpoint: enabled.await?,
    })
}

async fn test(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(EndpointId(id)): Path<EndpointId>,
) -> Result<Response> {
    let sent = write(&state, &desk, id, |club, id| {
        Box::pin(endpoints::test(club, id))
    });
    let reply = TestReply {
        message_id: sent.await?,
    };
    answer::json(StatusCode::ACCEPTED, &reply)
}

/// Which deliveries, and how many.
#[derive(Debug, Deserialize, JsonSchema)]
struct Filter {
    /// Those in this state alone.
    state: Option<DeliveryState>,
    /// How many on a page; 50 when absent.
    limit: Option<PageSize<{ log::PAGE_MAX }>>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

async fn deliveries(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(EndpointId(id)): Path<EndpointId>,
    Query(filter): Query<Filter>,
) -> Result<Response> {
    let page = read(&state, &desk, (id, filter), |club, (id, filter)| {
        let limit = filter.limit.map_or(log::PAGE, PageSize::get);
        let cursor = filter.cursor.as_deref();
        Box::pin(log::deliveries(club, id, filter.state, limit, cursor))
    });
    answer::ok(&page.await?)
}

async fn message(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(MessageId(id)): Path<MessageId>,
) -> Result<Response> {
    let message = read(&state, &desk, id, |club, id| {
        Box::pin(log::message(club, id))
    });
    answer::ok(&MessageReply {
        message: message.await?,
    })
}

async fn replay(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(MessageId(id)): Path<MessageId>,
    Json { value, .. }: Json<ReplayOne>,
) -> Result<Response> {
    let again = write(&state, &desk, (id, value), |club, (id, asked)| {
        Box::pin(log::replay(club, id, asked.endpoint_id.as_deref()))
    });
    answer::json(StatusCode::ACCEPTED, &again.await?)
}

async fn replay_many(
    Shared(state): Shared<State>,
    desk: Desk,
    Json { value, .. }: Json<ReplayMany>,
) -> Result<Response> {
    let again = write(&state, &desk, value, |club, asked| {
        Box::pin(log::replay_many(club, asked))
    });
    answer::json(StatusCode::ACCEPTED, &again.await?)
}
