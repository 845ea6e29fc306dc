//! Members, as the shop's server keeps them.

use super::answer;
use super::paths::MemberId;
use crate::body::Json;
use crate::credentials::Shop;
use crate::inputs::Path;
use crate::members::{self, View};
use crate::openapi::{Route, Tag, delete, get, put};
use crate::problem::Result;
use crate::scopes::Scope;
use crate::state::State;
use axum::extract::State as Shared;
use axum::response::Response;
use contract::orders::MemberInput;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

const PATH: &str = "/v1/members/{external_id}";

pub(super) fn routes() -> Vec<Route> {
    vec![
        put(PATH, put_member)
            .named(
                "putMember",
                "Create or update a member",
                "What is not told stays as it is. The points for joining are given once, when the member is new; those for \
                 a complete profile once there are a first name and a birthday. Of contacts only hashes are kept.",
            )
            .tagged(Tag::Members)
            .body("By id alone", json!({}))
            .body("With a name", json!({ "first_name": "Sara" }))
            .body(
                "With all that is known",
                json!({
                    "first_name": "Sara", "birthday": { "month": 6, "day": 21 }, "language": "en",
                    "consents": ["news"], "blocked": false,
                    "contacts": { "email": "sara@example.com", "phone": "+44 20 7946 0018" },
                }),
            )
            .replies::<MemberReply>(201, "The member is new.", example())
            .replies::<MemberReply>(200, "The member was known.", example()),
        get(PATH, get_member)
            .named("readMember", "Read a member", "With balances and standing as of now.")
            .tagged(Tag::Members)
            .replies::<MemberReply>(200, "The member.", example()),
        delete(PATH, erase_member)
            .named(
                "eraseMember",
                "Erase a member",
                "Removes what tells who the member is, everywhere: name, birthday, contacts, comments, complaints, messages \
                 that wait. The ledger stays, and says no name. Whoever joins by the same id later is somebody new. This \
                 cannot be undone.",
            )
            .tagged(Tag::Members)
            .empty(204, "Erased."),
    ]
}

/// The one member of the replies.
#[derive(Serialize, JsonSchema)]
struct MemberReply {
    /// The member as they stand.
    member: View,
}

fn example() -> Value {
    json!({ "member": view() })
}

/// A member, as the reference shows one.
pub(super) fn view() -> Value {
    json!({
        "id": "mem_7v2yaz8x0w3k6m1q9r4t", "external_id": "customer-1042", "first_name": "Sara",
        "birthday": { "month": 6, "day": 21 }, "language": "en", "consents": ["news"],
        "joined_at": "2026-01-01T00:00:00Z", "blocked": false, "referral_code": "7K2M-QXRT-9FVN",
        "balances": { "available": 1000, "pending": 0, "held": 0, "debt": 0, "expiring": [] },
        "wallet": { "available": 0, "pending": 0, "held": 0, "debt": 0, "expiring": [] },
        "standing": null,
    })
}

async fn put_member(
    Shared(state): Shared<State>,
    shop: Shop,
    Path(MemberId(id)): Path<MemberId>,
    Json { value, .. }: Json<MemberInput>,
) -> Result<Response> {
    shop.needs(Scope::Members)?;
    let put = shop.write(&state, (id, value), |club, (id, value)| {
        Box::pin(async move {
            let (member, created) = members::put(club, id, value).await?;
            Ok((members::view(club, &member).await?, created))
        })
    });
    let (member, created) = put.await?;
    answer::made(created, &MemberReply { member })
}

async fn get_member(
    Shared(state): Shared<State>,
    shop: Shop,
    Path(MemberId(id)): Path<MemberId>,
) -> Result<Response> {
    shop.needs(Scope::Members)?;
    let read = shop.read(&state, id, |club, id| {
        Box::pin(async move {
            let member = members::known(club, id).await?;
            members::view(club, &member).await
        })
    });
    answer::ok(&MemberReply {
        member: read.await?,
    })
}

async fn erase_member(
    Shared(state): Shared<State>,
    shop: Shop,
    Path(MemberId(id)): Path<MemberId>,
) -> Result<Response> {
    shop.needs(Scope::Members)?;
    shop.write(&state, id, |club, id| Box::pin(members::erase(club, id)))
        .await?;
    Ok(answer::nothing())
}
