//! The handlers: read the request, ask for the work, write the answer.

use crate::assets::matches_tag;
use crate::body::{self, Json, Text};
use crate::credentials::{self, Page, Peer, Shop, Shopper};
use crate::idempotency::{self, Intent};
use crate::limits::Kind;
use crate::problem::{CODES, Error, Result};
use crate::scopes::Scope;
use crate::state::State;
use crate::{
    books, coupons, history, ids, members, orders, programs, redemptions, referrals, refunds,
    snapshot, surveys,
};
use axum::extract::{Path, Query, State as Shared};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use contract::orders::{CouponAction, MemberInput, OrderInput, RefundInput};
use contract::shopper::{
    ClaimReply, Event, Join, ProgramView, Redeem, RedemptionReply, ResponseReply, Snapshot,
    SurveyResponse,
};
use rules::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// JSON with a status, for one reader and no cache.
fn reply(status: StatusCode, body: &impl Serialize) -> Result<Response> {
    let mut response = (status, serde_json::to_vec(body)?).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-store"),
    );
    Ok(response)
}

/// JSON with a strong tag; 304 when the caller has it already.
fn tagged(
    headers: &HeaderMap,
    tag: &str,
    cache: &'static str,
    body: &impl Serialize,
) -> Result<Response> {
    let tag = format!("\"{tag}\"");
    let mut response = if matches_tag(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        reply(StatusCode::OK, body)?
    };
    let out = response.headers_mut();
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    out.insert(
        header::ETAG,
        HeaderValue::from_str(&tag).map_err(Error::internal)?,
    );
    Ok(response)
}

pub(crate) async fn health() -> &'static str {
    "ok"
}

/// The page that an error's `type` leads to.
pub(crate) async fn problem_page(Path(code): Path<String>) -> Result<String> {
    CODES
        .iter()
        .find(|(known, _)| *known == code)
        .map(|(code, meaning)| format!("{code}\n\n{meaning}\n"))
        .ok_or_else(|| Error::not_found("No error has this code."))
}

/// Ready once the database answers.
pub(crate) async fn ready(Shared(state): Shared<State>) -> Result<&'static str> {
    state
        .db
        .look((), |mut tx, ()| {
            Box::pin(async move {
                let one = store::query("SELECT 1 FROM tenants LIMIT 1");
                let one = one.fetch_optional::<i64>(&mut tx).await;
                (tx, one.map(|_| "ready").map_err(Error::from))
            })
        })
        .await
}

pub(crate) async fn program(
    Shared(state): Shared<State>,
    page: Page,
    peer: Peer,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    peer.count(&state, Kind::Program)?;
    let view = state
        .read(&page.tenant, name, |club, name| {
            Box::pin(async move {
                if club.program().id != *name {
                    return Err(Error::not_found(format!("This key has no program {name}.")));
                }
                Ok(ProgramView {
                    program: programs::as_it_stands(club).await?,
                    zone: club.zone().clone(),
                })
            })
        })
        .await?;
    let tag = ids::digest(&serde_json::to_vec(&view)?);
    tagged(
        &headers,
        &tag,
        "public, max-age=60, stale-while-revalidate=600",
        &view,
    )
}

pub(crate) async fn me(
    Shared(state): Shared<State>,
    Shopper(subject): Shopper,
    headers: HeaderMap,
) -> Result<Response> {
    let snapshot = state
        .read(&subject.tenant, subject.external_id, |club, external_id| {
            Box::pin(async move {
                let member = members::of_shopper(club, external_id).await?;
                snapshot::of(club, &member).await
            })
        })
        .await?;
    let tag = tag_of(&snapshot)?;
    tagged(&headers, &tag, "private, no-store", &snapshot)
}

/// The instant at which a snapshot was read is no part of what it says: the same facts a minute later
/// have the same tag.
fn tag_of(snapshot: &Snapshot) -> Result<String> {
    let timeless = Snapshot {
        as_of: Timestamp(0),
        ..snapshot.clone()
    };
    Ok(ids::digest(&serde_json::to_vec(&timeless)?))
}

#[derive(Deserialize)]
pub(crate) struct Paging {
    limit: Option<u32>,
    cursor: Option<String>,
}

pub(crate) async fn entries(
    Shared(state): Shared<State>,
    Shopper(subject): Shopper,
    paging: Result<Query<Paging>, axum::extract::rejection::QueryRejection>,
) -> Result<Response> {
    let Query(paging) = paging.map_err(|error| Error::malformed(error.body_text()))?;
    let input = (subject.external_id, paging);
    let page = state
        .read(&subject.tenant, input, |club, (external_id, paging)| {
            Box::pin(async move {
                let member = members::of_shopper(club, external_id).await?.member;
                let account = books::facts(club, &member).await?;
                let limit = paging.limit.unwrap_or(history::PAGE);
                let cursor = paging.cursor.as_deref();
                history::page(club, &member, limit, cursor, Some(&account)).await
            })
        })
        .await?;
    reply(StatusCode::OK, &page)
}

/// A shopper's write, as [`idempotency::once`] takes it.
fn intent(subject: &crate::tokens::Subject, route: &'static str, key: String) -> Intent {
    Intent {
        tenant: subject.tenant.clone(),
        subject: members::subject_key(&subject.external_id),
        route,
        key,
    }
}

const SHOPPER: &str = "shopper";

pub(crate) async fn join(
    Shared(state): Shared<State>,
    Shopper(subject): Shopper,
    headers: HeaderMap,
    body: Json<Join>,
) -> Result<Response> {
    let intent = intent(&subject, "POST /v1/me", idempotency::key(&headers)?);
    let Json { value, text } = body;
    idempotency::once(
        &state,
        intent,
        SHOPPER,
        &text,
        StatusCode::CREATED,
        (subject.external_id, value),
        |club, (external_id, value)| {
            Box::pin(async move {
                let input = MemberInput {
                    claim_id: value.claim_id.clone(),
                    ..MemberInput::default()
                };
                let (member, _) = members::put(club, external_id, &input).await?;
                snapshot::of(club, &member).await
            })
        },
    )
    .await
}

pub(crate) async fn redeem(
    Shared(state): Shared<State>,
    Shopper(subject): Shopper,
    headers: HeaderMap,
    body: Json<Redeem>,
) -> Result<Response> {
    let key = idempotency::key(&headers)?;
    let intent = intent(&subject, "POST /v1/me/redemptions", key.clone());
    let Json { value, text } = body;
    idempotency::once(
        &state,
        intent,
        SHOPPER,
        &text,
        StatusCode::CREATED,
        (subject.external_id, value, key),
        |club, (external_id, value, key)| {
            Box::pin(async move {
                let member = members::of_shopper(club, external_id).await?.member;
                let (reward, units) = (&value.reward_id, value.units);
                let redemption = redemptions::redeem(club, &member, reward, units, key).await?;
                Ok(RedemptionReply { redemption })
            })
        },
    )
    .await
}

pub(crate) async fn cancel(
    Shared(state): Shared<State>,
    Shopper(subject): Shopper,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let key = idempotency::key(&headers)?;
    let intent = intent(&subject, "DELETE /v1/me/redemptions/{id}", key);
    let content = id.clone();
    idempotency::once(
        &state,
        intent,
        SHOPPER,
        &content,
        StatusCode::OK,
        (subject.external_id, id),
        |club, (external_id, id)| {
            Box::pin(async move {
                let member = members::of_shopper(club, external_id).await?.member;
                let redemption = redemptions::cancel(club, &member, id).await?;
                Ok(RedemptionReply { redemption })
            })
        },
    )
    .await
}

pub(crate) async fn respond(
    Shared(state): Shared<State>,
    Shopper(subject): Shopper,
    headers: HeaderMap,
    body: Json<SurveyResponse>,
) -> Result<Response> {
    let intent = intent(
        &subject,
        "POST /v1/me/responses",
        idempotency::key(&headers)?,
    );
    let Json { value, text } = body;
    idempotency::once(
        &state,
        intent,
        SHOPPER,
        &text,
        StatusCode::CREATED,
        (subject.external_id, value),
        |club, (external_id, value)| {
            Box::pin(async move {
                let member = members::of_shopper(club, external_id).await?.member;
                let response = surveys::respond(club, &member, value).await?;
                Ok(ResponseReply { response })
            })
        },
    )
    .await
}

pub(crate) async fn claim(
    Shared(state): Shared<State>,
    page: Page,
    peer: Peer,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let key = idempotency::key(&headers)?;
    peer.count(&state, Kind::Claim)?;
    let intent = Intent {
        tenant: page.tenant,
        subject: "guest".to_owned(),
        route: "POST /v1/referrals/{code}/claims",
        key,
    };
    let content = code.clone();
    idempotency::once(
        &state,
        intent,
        "guest",
        &content,
        StatusCode::CREATED,
        code,
        |club, code| {
            Box::pin(async move {
                Ok(ClaimReply {
                    claim: referrals::claim(club, code).await?,
                })
            })
        },
    )
    .await
}

#[derive(Deserialize)]
struct EventsBody {
    events: Vec<Event>,
    /// A beacon cannot carry a header.
    #[serde(default)]
    token: Option<String>,
}

/// A beacon is sent as text; whatever the type says, the body is JSON.
pub(crate) async fn events(
    Shared(state): Shared<State>,
    headers: HeaderMap,
    Text(text): Text,
) -> Result<Response> {
    let in_header = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .map(str::to_owned);
    // Who asks comes first: without a credential nothing is said about the body.
    let body = body::read::<EventsBody>(&text);
    let in_body = body.as_ref().ok().and_then(|body| body.token.clone());
    let token = in_header
        .or(in_body)
        .ok_or_else(|| Error::unauthorized("Send the member token in the header or as `token`."))?;
    let Shopper(subject) = credentials::shopper(&state, &token, &headers).await?;
    let events = body?.events;
    let tenant = subject.tenant.clone();
    let new = state
        .write(
            &tenant,
            SHOPPER,
            (subject.external_id, events),
            |club, (external_id, events)| {
                Box::pin(async move {
                    let member = members::of_shopper(club, external_id).await?.member;
                    surveys::events(club, &member, events).await
                })
            },
        )
        .await?;
    reply(StatusCode::ACCEPTED, &json!({ "accepted": new }))
}

pub(crate) async fn put_member(
    Shared(state): Shared<State>,
    shop: Shop,
    Path(external_id): Path<String>,
    Json { value, .. }: Json<MemberInput>,
) -> Result<Response> {
    shop.needs(Scope::Members)?;
    let (body, created) = state
        .write(
            &shop.tenant,
            &shop.actor,
            (external_id, value),
            |club, (external_id, value)| {
                Box::pin(async move {
                    let (member, created) = members::put(club, external_id, value).await?;
                    Ok((members::view(club, &member).await?, created))
                })
            },
        )
        .await?;
    reply(made(created), &json!({ "member": body }))
}

pub(crate) async fn get_member(
    Shared(state): Shared<State>,
    shop: Shop,
    Path(external_id): Path<String>,
) -> Result<Response> {
    shop.needs(Scope::Members)?;
    let body = state
        .read(&shop.tenant, external_id, |club, external_id| {
            Box::pin(async move {
                let member = members::find(club, external_id).await?;
                let member = member.ok_or_else(|| members::unknown(external_id))?;
                members::view(club, &member).await
            })
        })
        .await?;
    reply(StatusCode::OK, &json!({ "member": body }))
}

pub(crate) async fn erase_member(
    Shared(state): Shared<State>,
    shop: Shop,
    Path(external_id): Path<String>,
) -> Result<Response> {
    shop.needs(Scope::Members)?;
    state
        .write(
            &shop.tenant,
            &shop.actor,
            external_id,
            |club, external_id| Box::pin(members::erase(club, external_id)),
        )
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// 201 for what is new, 200 for what was there.
const fn made(created: bool) -> StatusCode {
    if created {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    }
}

pub(crate) async fn put_order(
    Shared(state): Shared<State>,
    shop: Shop,
    Path(order_id): Path<String>,
    Json { value, .. }: Json<OrderInput>,
) -> Result<Response> {
    shop.needs(Scope::Orders)?;
    let (order, created) = state
        .write(
            &shop.tenant,
            &shop.actor,
            (order_id, value),
            |club, (order_id, value)| Box::pin(orders::put(club, order_id, value)),
        )
        .await?;
    reply(made(created), &json!({ "order": order }))
}

pub(crate) async fn refund(
    Shared(state): Shared<State>,
    shop: Shop,
    Path(order_id): Path<String>,
    Json { value, .. }: Json<RefundInput>,
) -> Result<Response> {
    shop.needs(Scope::Orders)?;
    let (refund, created) = state
        .write(
            &shop.tenant,
            &shop.actor,
            (order_id, value),
            |club, (order_id, value)| Box::pin(refunds::refund(club, order_id, value)),
        )
        .await?;
    reply(made(created), &json!({ "refund": refund }))
}

pub(crate) async fn coupon(
    Shared(state): Shared<State>,
    shop: Shop,
    Path(code): Path<String>,
) -> Result<Response> {
    shop.needs(Scope::Coupons)?;
    let coupon = state
        .read(&shop.tenant, code, |club, code| {
            Box::pin(coupons::get(club, code))
        })
        .await?;
    reply(StatusCode::OK, &json!({ "coupon": coupon }))
}

pub(crate) async fn act_on_coupon(
    Shared(state): Shared<State>,
    shop: Shop,
    Path(code): Path<String>,
    Json { value, .. }: Json<CouponAction>,
) -> Result<Response> {
    shop.needs(Scope::Coupons)?;
    let coupon = state
        .write(
            &shop.tenant,
            &shop.actor,
            (code, value),
            |club, (code, value)| Box::pin(coupons::act(club, code, value)),
        )
        .await?;
    reply(StatusCode::OK, &json!({ "coupon": coupon }))
}
