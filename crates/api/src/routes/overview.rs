//! How the club stands, on one page.

use super::answer;
use crate::credentials::Desk;
use crate::openapi::{Route, Tag, get};
use crate::overview;
use crate::problem::Result;
use crate::scopes::Scope;
use crate::staff::Role;
use crate::state::State;
use axum::extract::State as Shared;
use axum::response::Response;
use contract::overview::OverviewReply;
use serde_json::json;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/v1/overview", read)
            .named(
                "readOverview",
                "Read how the club stands",
                "Members, what they hold, what waits for the shop, and what is still to be set up. A secret key needs \
                 the scope insights, a person any role.",
            )
            .tagged(Tag::Insights)
            .replies::<OverviewReply>(200, "How it stands.", json!({ "overview": {
                "club": {
                    "program": "club", "name": { "en": "Corner Bakery Club" }, "languages": ["en"],
                    "currency": { "code": "EUR", "display": "native" }, "zone": "Europe/Berlin", "version": 7,
                    "published_at": "2026-11-22T08:30:00Z",
                },
                "members": 1042, "available": 180500, "pending": 2300, "worth": 182800, "wallet": 0, "waiting": 3,
                "overdue": 1, "steps": ["colleagues"],
            } })),
    ]
}

async fn read(Shared(state): Shared<State>, desk: Desk) -> Result<Response> {
    desk.needs(Scope::Insights, Role::Viewer)?;
    let overview = desk.read(&state, (), |club, ()| Box::pin(overview::read(club)));
    answer::ok(&OverviewReply {
        overview: overview.await?,
    })
}
