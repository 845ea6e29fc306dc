//! The member, as their own page reads them, and joining.

use super::{Wish, answer};
use crate::body::Json;
use crate::credentials::Shopper;
use crate::inputs::{Key, Known, PageSize, Query};
use crate::openapi::{Route, Tag, get, post};
use crate::problem::Result;
use crate::state::State;
use crate::{birthdays, books, history, ids, members, snapshot};
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::Response;
use contract::orders::MemberInput;
use contract::shopper::{EntryPage, Join, Snapshot};
use rules::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/v1/me", me)
            .named(
                "readMe",
                "Read the member",
                "Everything that a page needs about the logged-in shopper, in one call. The tag holds as long as the \
                 facts do, however much later it is.",
            )
            .tagged(Tag::Shopper)
            .replies::<Snapshot>(200, "The member.", example())
            .refuses(&["not_a_member"]),
        post("/v1/me", join)
            .named(
                "joinClub",
                "Join the club",
                "Makes the logged-in shopper a member, with the points for joining if the program gives any. A shopper \
                 who is a member already is read. A claim that does not count, or is not known, changes nothing.",
            )
            .tagged(Tag::Shopper)
            .body("By oneself", json!({}))
            .body("By an invitation", json!({ "claim_id": "clm_1q9r4t7v2yaz8x0w3k6m" }))
            .replies::<Snapshot>(201, "The member.", example()),
        get("/v1/me/entries", entries)
            .named(
                "listEntries",
                "List the entries",
                "What changed the member's points and wallet, newest first, in pages.",
            )
            .tagged(Tag::Shopper)
            .replies::<EntryPage>(
                200,
                "A page.",
                json!({ "entries": [entry()], "next_cursor": null }),
            )
            .refuses(&["not_a_member"]),
    ]
}

fn entry() -> Value {
    json!({
        "id": "txn_2yaz8x0w3k6m1q9r4t7v", "at": "2026-11-20T08:00:00Z", "reason": "purchase", "points": 1000,
        "wallet": 0, "activates_at": null, "expires_at": null, "source": "A-1001",
    })
}

fn example() -> Value {
    let facts = rules::member::Member {
        id: "mem_7v2yaz8x0w3k6m1q9r4t".to_owned(),
        joined_at: Timestamp(1_767_225_600_000),
        ..rules::member::Member::default()
    };
    json!({
        "as_of": "2026-11-22T08:30:00Z", "first_name": "Sara", "facts": facts,
        "referral": { "code": "7K2M-QXRT-9FVN", "friends": [] },
        "redemptions": [], "entries": [entry()], "next_cursor": null, "prompts": [],
        "delivered_order_id": null, "resolved_complaint": null,
    })
}

async fn me(Shared(state): Shared<State>, shopper: Shopper, known: Known) -> Result<Response> {
    let read = shopper.clone().read(&state, (), |club, member, ()| {
        Box::pin(async move {
            let account = books::facts(club, &member.member).await?;
            let birthday = birthdays::is_due(club, &account);
            Ok((snapshot::of(club, member).await?, birthday))
        })
    });
    let (mut snapshot, birthday) = read.await?;
    if birthday {
        let come_by = shopper.write(&state, (), |club, member, ()| {
            Box::pin(async move {
                birthdays::come_by(club, &member.member).await?;
                snapshot::of(club, member).await
            })
        });
        snapshot = come_by.await?;
    }
    answer::tagged(&known, &tag_of(&snapshot)?, "private, no-store", &snapshot)
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

async fn join(
    Shared(state): Shared<State>,
    shopper: Shopper,
    Key(key): Key,
    Json { value, text }: Json<Join>,
) -> Result<Response> {
    let wish = Wish {
        route: "POST /v1/me",
        key,
        content: text,
        status: StatusCode::CREATED,
    };
    let joined = shopper.once_as_anybody(&state, wish, value, |club, who, value| {
        Box::pin(async move {
            let input = MemberInput {
                claim_id: value.claim_id.clone(),
                ..MemberInput::default()
            };
            let (member, _) = members::put(club, who, &input).await?;
            snapshot::of(club, &member).await
        })
    });
    joined.await
}

/// Which page of a list.
#[derive(Debug, Deserialize, JsonSchema)]
struct Paging {
    /// How many on a page; 20 when absent.
    limit: Option<PageSize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

async fn entries(
    Shared(state): Shared<State>,
    shopper: Shopper,
    Query(paging): Query<Paging>,
) -> Result<Response> {
    let page = shopper.read(&state, paging, |club, member, paging| {
        Box::pin(async move {
            let account = books::facts(club, &member.member).await?;
            let limit = paging.limit.map_or(history::PAGE, PageSize::get);
            let cursor = paging.cursor.as_deref();
            history::page(club, &member.member, limit, cursor, Some(&account)).await
        })
    });
    answer::ok(&page.await?)
}
