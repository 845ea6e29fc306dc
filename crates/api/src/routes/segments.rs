//! Segments of members: their sizes, who is in them, and computing them anew.

use super::answer;
use super::paths::SegmentId;
use crate::credentials::Desk;
use crate::inputs::{PageSize, Path, Query};
use crate::openapi::{Route, Tag, get, post};
use crate::problem::{Error, Result};
use crate::scopes::Scope;
use crate::segments;
use crate::staff::Role;
use crate::state::State;
use axum::extract::State as Shared;
use axum::response::Response;
use contract::segments::{RecomputedReply, SegmentPage, Segments};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/v1/segments", sizes)
            .named(
                "listSegments",
                "List the segments",
                "Every segment with the number of its members: RFM and ABC by what members bought, and the shop's own.",
            )
            .tagged(Tag::Insights)
            .replies::<Segments>(
                200,
                "The segments.",
                json!({
                    "segments": [{ "segment": "rfm:champions", "members": 12 }, { "segment": "no_orders", "members": 40 }],
                    "unsorted": 3, "computed_at": "2026-11-22T02:00:00Z",
                }),
            ),
        get("/v1/segments/{segment}/members", members)
            .named("listSegmentMembers", "List a segment's members", "In pages, by the members' ids.")
            .tagged(Tag::Insights)
            .replies::<SegmentPage>(
                200,
                "A page of members.",
                json!({
                    "members": [{
                        "id": "mem_7v2yaz8x0w3k6m1q9r4t", "external_id": "customer-1042",
                        "segments": ["rfm:champions", "abc:a"],
                    }],
                    "next_cursor": null,
                }),
            ),
        post("/v1/segments/recompute", recompute)
            .named(
                "recomputeSegments",
                "Compute the segments now",
                "It is done every day by itself. The work goes on when the caller does not wait for its end.",
            )
            .tagged(Tag::Insights)
            .replies::<RecomputedReply>(
                200,
                "What was done.",
                json!({ "recomputed": { "members": 1204, "changed": 61 } }),
            ),
    ]
}

async fn sizes(Shared(state): Shared<State>, desk: Desk) -> Result<Response> {
    desk.needs(Scope::Insights, Role::Viewer)?;
    let segments = desk
        .read(&state, (), |club, ()| Box::pin(segments::sizes(club)))
        .await?;
    answer::ok(&segments)
}

/// Which part of the list.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
struct Paging {
    /// Members on the page; 100 when absent.
    limit: Option<PageSize<{ segments::MEMBERS_MAX }>>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

async fn members(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(SegmentId(segment)): Path<SegmentId>,
    Query(paging): Query<Paging>,
) -> Result<Response> {
    desk.needs(Scope::Insights, Role::Viewer)?;
    let page = desk.read(&state, (segment, paging), |club, (segment, paging)| {
        let limit = paging.limit.map_or(segments::MEMBERS, PageSize::get);
        Box::pin(segments::members(
            club,
            segment,
            limit,
            paging.cursor.as_deref(),
        ))
    });
    answer::ok(&page.await?)
}

async fn recompute(Shared(state): Shared<State>, desk: Desk) -> Result<Response> {
    desk.needs(Scope::Insights, Role::Editor)?;
    let work =
        tokio::spawn(async move { segments::recompute(&state, desk.tenant(), desk.actor()).await });
    let recomputed = work.await.map_err(Error::internal)??;
    answer::ok(&RecomputedReply { recomputed })
}
