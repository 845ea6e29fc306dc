//! Who did what.

use super::answer;
use crate::audit::{self, Asked, Page};
use crate::credentials::Desk;
use crate::inputs::Query;
use crate::openapi::{Route, Tag, get};
use crate::problem::Result;
use crate::state::State;
use axum::extract::State as Shared;
use axum::response::Response;
use serde_json::json;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/v1/audit", list)
            .named(
                "listAudit",
                "List who did what",
                "Every change of the club, newest first. Rows are never changed or removed. For an owner, or a key with \
                 the scope `*`.",
            )
            .tagged(Tag::Staff)
            .replies::<Page>(200, "A page of the audit.", json!({
                "audit": [{
                    "id": "aud_8x0w3k6m1q9r4t7v2yaz", "at": "2026-11-22T08:30:00Z", "actor": "stf_1q9r4t7v2yaz8x0w3k6m",
                    "action": "program.published", "object": "club", "detail": { "version": 7, "note": null },
                }],
                "next_cursor": null,
            })),
    ]
}

async fn list(
    Shared(state): Shared<State>,
    desk: Desk,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    desk.needs_all()?;
    let page = desk.read(&state, asked, |club, asked| {
        Box::pin(async move {
            let tenant = club.tenant().to_owned();
            audit::list(&mut club.tx, &tenant, asked).await
        })
    });
    answer::ok(&page.await?)
}
