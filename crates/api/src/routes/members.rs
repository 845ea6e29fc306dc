//! Members, as the shop's server keeps them.

use super::answer;
use super::paths::MemberId;
use crate::body::Json;
use crate::credentials::{Desk, Shop};
use crate::inputs::{PageSize, Path, Query};
use crate::members::{self, Find};
use crate::openapi::{Route, Tag, delete, get, put};
use crate::problem::Result;
use crate::scopes::Scope;
use crate::staff::Role;
use crate::state::State;
use crate::{books, history, redemptions};
use axum::extract::State as Shared;
use axum::response::Response;
use contract::members::{MemberPage, MemberReply, RedemptionsReply};
use contract::orders::MemberInput;
use contract::shopper::EntryPage;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

const PATH: &str = "/v1/members/{external_id}";

pub(super) fn routes() -> Vec<Route> {
    let mut routes = of_one();
    routes.extend(of_desk());
    routes
}

/// What whoever looks a member up asks.
fn of_desk() -> Vec<Route> {
    vec![
        get("/v1/members", list)
            .named(
                "listMembers",
                "List members",
                "In pages, those who joined last first. With `search`, those whose id begins so and then those whose \
                 first name does; contacts cannot be searched for, because only hashes of them are kept. Balances are \
                 as of a member's last change. A secret key needs the scope members, a person any role.",
            )
            .tagged(Tag::Members)
            .replies::<MemberPage>(
                200,
                "A page.",
                json!({ "members": [listed()], "next_cursor": null }),
            ),
        get("/v1/members/{external_id}/entries", entries)
            .named(
                "listEntriesOfMember",
                "List what changed a member's points",
                "Newest first, in pages; of what time has done, the newest page tells what nobody wrote down yet.",
            )
            .tagged(Tag::Members)
            .replies::<EntryPage>(
                200,
                "A page.",
                json!({ "entries": [entry()], "next_cursor": null }),
            ),
        get("/v1/members/{external_id}/redemptions", taken)
            .named(
                "listRedemptionsOfMember",
                "List a member's coupons",
                "All that are open, and the latest of the others, newest first.",
            )
            .tagged(Tag::Members)
            .replies::<RedemptionsReply>(
                200,
                "The coupons.",
                json!({ "redemptions": [redemption()] }),
            ),
    ]
}

fn of_one() -> Vec<Route> {
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

fn example() -> Value {
    json!({ "member": view() })
}

fn listed() -> Value {
    json!({
        "id": "mem_7v2yaz8x0w3k6m1q9r4t", "external_id": "customer-1042", "first_name": "Sara",
        "joined_at": "2026-01-01T00:00:00Z", "blocked": false, "tier": null, "available": 1000, "pending": 0,
        "last_order_at": null,
    })
}

fn entry() -> Value {
    json!({
        "id": "txn_7v2yaz8x0w3k6m1q9r4t_2", "at": "2026-11-22T08:30:00Z", "reason": "purchase", "points": 50,
        "wallet": 0, "activates_at": null, "expires_at": null, "source": "A-1001",
    })
}

fn redemption() -> Value {
    json!({
        "id": "rdm_8x0w3k6m1q9r4t7v2yaz", "key": "taken", "reward_id": "rwd_ship", "units": 1, "points": 300,
        "at": "2026-11-22T08:30:00Z", "code": "4AQR-P8GH-KXDZ", "state": "open",
        "expires_at": "2026-12-22T08:30:00Z",
    })
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
    desk: Desk,
    Path(MemberId(id)): Path<MemberId>,
) -> Result<Response> {
    desk.needs(Scope::Members, Role::Viewer)?;
    let read = desk.read(&state, id, |club, id| {
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
    desk: Desk,
    Path(MemberId(id)): Path<MemberId>,
) -> Result<Response> {
    desk.needs(Scope::Members, Role::Editor)?;
    desk.write(&state, id, |club, id| Box::pin(members::erase(club, id)))
        .await?;
    Ok(answer::nothing())
}

/// Which members.
#[derive(Debug, Deserialize, JsonSchema)]
struct Which {
    /// How the shop's id or the first name begins, control characters aside; all when absent.
    #[serde(default)]
    #[schemars(length(max = 128))]
    search: String,
    /// Members of a page; 20 when absent.
    limit: Option<PageSize>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

async fn list(
    Shared(state): Shared<State>,
    desk: Desk,
    Query(which): Query<Which>,
) -> Result<Response> {
    desk.needs(Scope::Members, Role::Viewer)?;
    let find = Find {
        search: which.search,
        limit: which.limit.map_or(members::PAGE, PageSize::get),
        cursor: which.cursor,
    };
    let page = desk.read(&state, find, |club, find| {
        Box::pin(members::page(club, find))
    });
    answer::ok(&page.await?)
}

/// Which page.
#[derive(Debug, Deserialize, JsonSchema)]
struct Paging {
    /// Entries of a page; 20 when absent.
    limit: Option<PageSize>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

async fn entries(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(MemberId(id)): Path<MemberId>,
    Query(paging): Query<Paging>,
) -> Result<Response> {
    desk.needs(Scope::Members, Role::Viewer)?;
    let page = desk.read(&state, (id, paging), |club, (id, paging)| {
        Box::pin(async move {
            let member = members::known(club, id).await?.member;
            let limit = paging.limit.map_or(history::PAGE, PageSize::get);
            let cursor = paging.cursor.as_deref();
            let account = match cursor {
                None => Some(books::facts(club, &member).await?),
                Some(_) => None,
            };
            history::page(club, &member, limit, cursor, account.as_ref()).await
        })
    });
    answer::ok(&page.await?)
}

async fn taken(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(MemberId(id)): Path<MemberId>,
) -> Result<Response> {
    desk.needs(Scope::Members, Role::Viewer)?;
    let listed = desk.read(&state, id, |club, id| {
        Box::pin(async move {
            let member = members::known(club, id).await?.member;
            redemptions::list(club, &member).await
        })
    });
    answer::ok(&RedemptionsReply {
        redemptions: listed.await?,
    })
}
