//! Invitations, as a guest follows them.

use super::answer;
use super::paths::InvitationCode;
use crate::credentials::{Page, Peer};
use crate::idempotency::{self, Intent};
use crate::inputs::{Key, Path};
use crate::limits::Kind;
use crate::openapi::{Route, Tag, get, post};
use crate::problem::Result;
use crate::referrals;
use crate::state::State;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::Response;
use contract::shopper::{ClaimReply, LandingReply};
use serde_json::json;

const GUEST: &str = "guest";

pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/v1/referrals/{code}/claims", claim)
            .named(
                "claimInvitation",
                "Claim an invitation",
                "A guest follows a friend's invitation. The page keeps the claim's id and hands it over when the guest \
                 joins. A code that nobody has is answered like one that is wrong.",
            )
            .tagged(Tag::Guests)
            .replies::<ClaimReply>(
                201,
                "The claim.",
                json!({ "claim": {
                    "id": "clm_1q9r4t7v2yaz8x0w3k6m", "friend_points": 300, "minimum_order": 3000,
                    "expires_at": "2026-12-22T08:30:00Z", "refused": null,
                } }),
            ),
        get("/v1/referrals/{code}", landing)
            .named(
                "readInvitation",
                "Read an invitation",
                "What a friend reads who followed an invitation, before they claim it. It does not say who invites. A \
                 code that nobody has is answered like one that is wrong, and counts toward the same limit as claims.",
            )
            .tagged(Tag::Guests)
            .replies::<LandingReply>(
                200,
                "The invitation.",
                json!({ "referral": {
                    "code": "7K2M-QXRT-9FVN", "name": { "en": "Club" }, "friend_points": 300,
                    "minimum_order": 3000, "expires_at": "2026-12-22T08:30:00Z",
                } }),
            ),
    ]
}

async fn claim(
    Shared(state): Shared<State>,
    page: Page,
    Key(key): Key,
    peer: Peer,
    Path(InvitationCode(code)): Path<InvitationCode>,
) -> Result<Response> {
    peer.count(&state, Kind::Claim)?;
    let intent = Intent {
        tenant: page.tenant,
        subject: GUEST.to_owned(),
        route: "POST /v1/referrals/{code}/claims",
        key,
    };
    let content = code.clone();
    let status = StatusCode::CREATED;
    let input = (code, peer.0);
    idempotency::once(
        &state,
        intent,
        GUEST,
        &content,
        status,
        input,
        |club, (code, from)| {
            Box::pin(async move {
                let claim = referrals::claim(club, code, *from).await?;
                Ok(ClaimReply { claim })
            })
        },
    )
    .await
}

async fn landing(
    Shared(state): Shared<State>,
    page: Page,
    peer: Peer,
    Path(InvitationCode(code)): Path<InvitationCode>,
) -> Result<Response> {
    peer.count(&state, Kind::Claim)?;
    let referral = state
        .read(&page.tenant, code, |club, code| {
            Box::pin(referrals::landing(club, code))
        })
        .await?;
    answer::ok(&LandingReply { referral })
}
