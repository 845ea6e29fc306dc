//! Offers, as a shopper takes them.

use super::Wish;
use super::paths::OfferId;
use crate::credentials::Shopper;
use crate::inputs::{Key, Path};
use crate::offers;
use crate::openapi::{Route, Tag, post};
use crate::problem::Result;
use crate::state::State;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::Response;
use contract::shopper::OfferReply;
use serde_json::json;

const TAKE: &str = "/v1/me/offers/{offer}/take";

pub(super) fn routes() -> Vec<Route> {
    vec![
        post(TAKE, take)
            .named(
                "takeOffer",
                "Take an offer",
                "Gives what an open offer brings: points, wallet credit, or a reward whose coupon is among the \
                 redemptions then. Which offers are open is computed from the program and the snapshot, by the same \
                 rules. An offer is taken once for each occasion. One that multiplies the next purchase's points \
                 applies by itself.",
            )
            .tagged(Tag::Shopper)
            .replies::<OfferReply>(
                201,
                "The offer is taken.",
                json!({ "offer": {
                    "id": "off_welcome", "occasion": "1", "at": "2026-11-22T08:30:00Z", "points": 100, "wallet": 0,
                    "redemption": null,
                } }),
            )
            .refuses(&["not_a_member", "offer_closed", "offer_automatic"]),
    ]
}

async fn take(
    Shared(state): Shared<State>,
    shopper: Shopper,
    Key(key): Key,
    Path(OfferId(id)): Path<OfferId>,
) -> Result<Response> {
    let wish = Wish {
        route: "POST /v1/me/offers/{offer}/take",
        key,
        content: id.clone(),
        status: StatusCode::CREATED,
    };
    let taken = shopper.once(&state, wish, id, |club, member, id| {
        Box::pin(async move {
            let offer = offers::take(club, &member.member, id).await?;
            Ok(OfferReply { offer })
        })
    });
    taken.await
}
