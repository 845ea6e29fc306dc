//! Taking rewards and giving them back.

use super::Wish;
use super::paths::RedemptionId;
use crate::body::Json;
use crate::credentials::Shopper;
use crate::inputs::{Key, Path};
use crate::openapi::{Route, Tag, delete, post};
use crate::problem::Result;
use crate::redemptions;
use crate::state::State;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::Response;
use contract::shopper::{Redeem, RedemptionReply};
use serde_json::{Value, json};

pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/v1/me/redemptions", redeem)
            .named(
                "takeReward",
                "Take a reward",
                "Spends points on a reward and gives its coupon, in one step: sixteen requests for the last points end \
                 in one coupon.",
            )
            .tagged(Tag::Shopper)
            .body("A discount", json!({ "reward_id": "rwd_five" }))
            .replies::<RedemptionReply>(201, "The reward is taken.", example("open"))
            .refuses(&["not_a_member", "not_found", "not_eligible"]),
        delete("/v1/me/redemptions/{id}", cancel)
            .named(
                "giveRewardBack",
                "Give a reward back",
                "Takes back a coupon that nobody has used; its points return to the lots that they came from.",
            )
            .tagged(Tag::Shopper)
            .replies::<RedemptionReply>(200, "The reward is given back.", example("cancelled"))
            .refuses(&["not_a_member", "not_cancellable"]),
    ]
}

fn example(state: &str) -> Value {
    json!({ "redemption": {
        "id": "rdm_8x0w3k6m1q9r4t7v2yaz", "key": "5d0c6c1e-6d5a-4f0e-9a53-3f0f2f6f2f11", "reward_id": "rwd_five",
        "units": 1, "points": 500, "at": "2026-11-22T08:30:00Z", "code": "4AQR-P8GH-KXDZ", "state": state,
        "expires_at": "2026-12-22T08:30:00Z",
    } })
}

async fn redeem(
    Shared(state): Shared<State>,
    shopper: Shopper,
    Key(key): Key,
    Json { value, text }: Json<Redeem>,
) -> Result<Response> {
    let wish = Wish {
        route: "POST /v1/me/redemptions",
        key: key.clone(),
        content: text,
        status: StatusCode::CREATED,
    };
    let taken = shopper.once(&state, wish, (value, key), |club, member, (value, key)| {
        Box::pin(async move {
            let (reward, units) = (&value.reward_id, value.units);
            let redemption = redemptions::redeem(club, &member.member, reward, units, key).await?;
            Ok(RedemptionReply { redemption })
        })
    });
    taken.await
}

async fn cancel(
    Shared(state): Shared<State>,
    shopper: Shopper,
    Key(key): Key,
    Path(RedemptionId(id)): Path<RedemptionId>,
) -> Result<Response> {
    let wish = Wish {
        route: "DELETE /v1/me/redemptions/{id}",
        key,
        content: id.clone(),
        status: StatusCode::OK,
    };
    let given = shopper.once(&state, wish, id, |club, member, id| {
        Box::pin(async move {
            let redemption = redemptions::cancel(club, &member.member, id).await?;
            Ok(RedemptionReply { redemption })
        })
    });
    given.await
}
