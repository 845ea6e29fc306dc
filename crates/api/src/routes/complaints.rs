//! Complaints: the member's side, and the shop's desk.

use super::paths::ComplaintName;
use super::{Wish, answer};
use crate::body::Json;
use crate::complaints::{self, Filter, Name};
use crate::credentials::{Desk, Shopper};
use crate::inputs::{Key, PageSize, Path, Query};
use crate::openapi::{Route, Tag, get, post};
use crate::problem::Result;
use crate::scopes::Scope;
use crate::staff::Role;
use crate::state::State;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::Response;
use contract::complaints::{
    ComplaintInput, ComplaintPage, ComplaintReply, DeskMessageInput, DeskPage, DeskReply,
    JudgementInput, MessageInput,
};
use rules::complaints::Action;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) fn routes() -> Vec<Route> {
    let mut routes = of_members();
    routes.extend(of_the_desk());
    routes
}

fn of_members() -> Vec<Route> {
    let changed = "The complaint as it stands.";
    let refusals: &[&'static str] = &["not_a_member", "not_found", "complaint_not_now"];
    vec![
        post("/v1/me/complaints", file)
            .named(
                "fileComplaint",
                "File a complaint",
                "Gives the complaint a number with a check digit, to say on the telephone. A member has 10 complaints \
                 that are not closed at most.",
            )
            .tagged(Tag::Shopper)
            .body(
                "About the club",
                json!({ "topic": "Delivery", "text": "The parcel came open." }),
            )
            .replies::<ComplaintReply>(201, "Filed.", example())
            .refuses(&["not_a_member", "too_many_complaints"]),
        get("/v1/me/complaints", list)
            .named("listComplaints", "List one's complaints", "Newest first, without what was written.")
            .tagged(Tag::Shopper)
            .replies::<ComplaintPage>(
                200,
                "A page.",
                json!({ "complaints": [example()["complaint"]], "next_cursor": null }),
            )
            .refuses(&["not_a_member"]),
        get("/v1/me/complaints/{complaint}", read)
            .named(
                "readComplaint",
                "Read a complaint",
                "How far it is, and what both sides have written, oldest first.",
            )
            .tagged(Tag::Shopper)
            .replies::<ComplaintReply>(200, "The complaint.", example())
            .refuses(&["not_a_member"]),
        post("/v1/me/complaints/{complaint}/messages", write)
            .named(
                "writeToShop",
                "Write about a complaint",
                "Gives the turn back to the shop; a complaint that was resolved is taken up again.",
            )
            .tagged(Tag::Shopper)
            .body("A message", json!({ "text": "Two of the cups are broken." }))
            .replies::<ComplaintReply>(201, changed, example())
            .refuses(refusals),
        post("/v1/me/complaints/{complaint}/judgement", judge)
            .named(
                "judgeComplaint",
                "Judge how a complaint was resolved",
                "Of a resolved complaint. Who is satisfied closes it, who is not takes it up again.",
            )
            .tagged(Tag::Shopper)
            .body("Settled", json!({ "satisfied": true }))
            .replies::<ComplaintReply>(200, changed, example())
            .refuses(refusals),
        post("/v1/me/complaints/{complaint}/close", close)
            .named("closeComplaint", "Close a complaint", "The member may at any time.")
            .tagged(Tag::Shopper)
            .replies::<ComplaintReply>(200, changed, example())
            .refuses(refusals),
        post("/v1/me/complaints/{complaint}/reopen", reopen)
            .named("reopenComplaint", "Take up a complaint again", "One that is resolved or closed.")
            .tagged(Tag::Shopper)
            .replies::<ComplaintReply>(200, changed, example())
            .refuses(refusals),
    ]
}

fn of_the_desk() -> Vec<Route> {
    let changed = "The complaint as it stands.";
    let refusals: &[&'static str] = &["complaint_not_now"];
    vec![
        get("/v1/complaints", desk_list)
            .named(
                "listComplaintsOfShop",
                "List complaints",
                "Newest first. A secret key needs the scope complaints, a person any role.",
            )
            .tagged(Tag::Complaints)
            .replies::<DeskPage>(
                200,
                "A page.",
                json!({ "complaints": [desk_example()["complaint"]], "next_cursor": null }),
            ),
        get("/v1/complaints/{complaint}", desk_read)
            .named(
                "readComplaintOfShop",
                "Read a complaint as the shop",
                "With the shop's notes to itself, and who wrote what.",
            )
            .tagged(Tag::Complaints)
            .replies::<DeskReply>(200, "The complaint.", desk_example()),
        post("/v1/complaints/{complaint}/messages", desk_write)
            .named(
                "answerComplaint",
                "Answer a complaint",
                "An answer to the member, or an internal note that the member never reads and that answers nothing. \
                 With an id of the caller's own it is written once, however often it is sent.",
            )
            .tagged(Tag::Complaints)
            .body("An answer", json!({ "id": "msg-1", "text": "New cups are on their way." }))
            .body("A note", json!({ "text": "Ask the courier.", "internal": true }))
            .replies::<DeskReply>(201, changed, desk_example())
            .refuses(refusals),
        post("/v1/complaints/{complaint}/resolve", desk_resolve)
            .named(
                "resolveComplaint",
                "Call a complaint settled",
                "The member then judges. What is resolved stays so.",
            )
            .tagged(Tag::Complaints)
            .replies::<DeskReply>(200, changed, desk_example())
            .refuses(refusals),
        post("/v1/complaints/{complaint}/close", desk_close)
            .named(
                "closeComplaintOfShop",
                "Close a complaint as the shop",
                "Once it is resolved, when no judgement comes.",
            )
            .tagged(Tag::Complaints)
            .replies::<DeskReply>(200, changed, desk_example())
            .refuses(refusals),
        post("/v1/complaints/{complaint}/reopen", desk_reopen)
            .named(
                "reopenComplaintOfShop",
                "Take up a complaint again as the shop",
                "One that is resolved or closed.",
            )
            .tagged(Tag::Complaints)
            .replies::<DeskReply>(200, changed, desk_example())
            .refuses(refusals),
    ]
}

fn example() -> Value {
    json!({
        "complaint": {
            "id": "cmp_8x0w3k6m1q9r4t7v2yaz", "number": "00013", "topic": "Delivery", "order_id": null,
            "survey_id": null, "state": "open", "satisfied": null, "created_at": "2026-11-22T08:30:00Z",
            "state_at": "2026-11-22T08:30:00Z",
        },
        "messages": [{
            "id": "msg_1q9r4t7v2yaz8x0w3k6m", "author": "member", "text": "The parcel came open.",
            "at": "2026-11-22T08:30:00Z",
        }],
    })
}

fn desk_example() -> Value {
    let shown = example();
    json!({
        "complaint": {
            "complaint": shown["complaint"], "member": "customer-1042", "reopened": 0,
            "due_at": "2026-11-23T08:30:00Z", "overdue": false,
        },
        "messages": [{ "message": shown["messages"][0], "by": null }],
    })
}

/// Which page.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
struct Paging {
    /// Complaints of a page; 20 when absent.
    limit: Option<PageSize>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Which complaints.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
struct DeskQuery {
    /// Those in this state alone.
    state: Option<rules::complaints::State>,
    /// Those alone whose answer is overdue.
    #[serde(default)]
    overdue: bool,
    /// Complaints of a page; 20 when absent.
    limit: Option<PageSize>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

async fn file(
    Shared(state): Shared<State>,
    shopper: Shopper,
    Key(key): Key,
    Json { value, text }: Json<ComplaintInput>,
) -> Result<Response> {
    let wish = Wish {
        route: "POST /v1/me/complaints",
        key,
        content: text,
        status: StatusCode::CREATED,
    };
    let filed = shopper.once(&state, wish, value, |club, member, value| {
        Box::pin(async move {
            let id = complaints::file(club, &member.member, value).await?;
            complaints::of_member(club, &member.member, &Name::Id(id)).await
        })
    });
    filed.await
}

async fn list(
    Shared(state): Shared<State>,
    shopper: Shopper,
    Query(paging): Query<Paging>,
) -> Result<Response> {
    let page = shopper.read(&state, paging, |club, member, paging| {
        let cursor = paging.cursor.as_deref();
        Box::pin(complaints::page_of_member(
            club,
            &member.member,
            paging.limit,
            cursor,
        ))
    });
    answer::ok(&page.await?)
}

async fn read(
    Shared(state): Shared<State>,
    shopper: Shopper,
    Path(ComplaintName(name)): Path<ComplaintName>,
) -> Result<Response> {
    let complaint = shopper.read(&state, Name::read(&name), |club, member, name| {
        Box::pin(complaints::of_member(club, &member.member, name))
    });
    answer::ok(&complaint.await?)
}

async fn write(
    Shared(state): Shared<State>,
    shopper: Shopper,
    Key(key): Key,
    Path(ComplaintName(name)): Path<ComplaintName>,
    Json { value, text }: Json<MessageInput>,
) -> Result<Response> {
    let wish = Wish {
        route: "POST /v1/me/complaints/{complaint}/messages",
        key,
        content: format!("{name}\n{text}"),
        status: StatusCode::CREATED,
    };
    let input = (Name::read(&name), value);
    let written = shopper.once(&state, wish, input, |club, member, (name, value)| {
        Box::pin(async move {
            let id = complaints::write(club, &member.member, name, &value.text).await?;
            complaints::of_member(club, &member.member, &Name::Id(id)).await
        })
    });
    written.await
}

async fn judge(
    state: Shared<State>,
    shopper: Shopper,
    key: Key,
    name: Path<ComplaintName>,
    Json { value, .. }: Json<JudgementInput>,
) -> Result<Response> {
    let satisfied = value.satisfied;
    let route = "POST /v1/me/complaints/{complaint}/judgement";
    act(
        state,
        shopper,
        key,
        name,
        route,
        Action::Judge { satisfied },
    )
    .await
}

async fn close(
    state: Shared<State>,
    shopper: Shopper,
    key: Key,
    name: Path<ComplaintName>,
) -> Result<Response> {
    let route = "POST /v1/me/complaints/{complaint}/close";
    act(state, shopper, key, name, route, Action::Close).await
}

async fn reopen(
    state: Shared<State>,
    shopper: Shopper,
    key: Key,
    name: Path<ComplaintName>,
) -> Result<Response> {
    let route = "POST /v1/me/complaints/{complaint}/reopen";
    act(state, shopper, key, name, route, Action::Reopen).await
}

async fn act(
    Shared(state): Shared<State>,
    shopper: Shopper,
    Key(key): Key,
    Path(ComplaintName(name)): Path<ComplaintName>,
    route: &'static str,
    action: Action,
) -> Result<Response> {
    let wish = Wish {
        route,
        key,
        content: format!("{name}\n{action:?}"),
        status: StatusCode::OK,
    };
    let input = (Name::read(&name), action);
    let done = shopper.once(&state, wish, input, |club, member, (name, action)| {
        Box::pin(async move {
            let id = complaints::act(club, Some(&member.member), name, *action).await?;
            complaints::of_member(club, &member.member, &Name::Id(id)).await
        })
    });
    done.await
}

async fn desk_list(
    Shared(state): Shared<State>,
    desk: Desk,
    Query(query): Query<DeskQuery>,
) -> Result<Response> {
    desk.needs(Scope::Complaints, Role::Viewer)?;
    let filter = Filter {
        state: query.state,
        overdue: query.overdue,
        cursor: query.cursor,
        limit: query.limit,
    };
    let page = desk.read(&state, filter, |club, filter| {
        Box::pin(complaints::desk_page(club, filter))
    });
    answer::ok(&page.await?)
}

async fn desk_read(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(ComplaintName(name)): Path<ComplaintName>,
) -> Result<Response> {
    desk.needs(Scope::Complaints, Role::Viewer)?;
    let complaint = desk.read(&state, Name::read(&name), |club, name| {
        Box::pin(complaints::desk(club, name))
    });
    answer::ok(&complaint.await?)
}

async fn desk_write(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(ComplaintName(name)): Path<ComplaintName>,
    Json { value, .. }: Json<DeskMessageInput>,
) -> Result<Response> {
    desk.needs(Scope::Complaints, Role::Editor)?;
    let input = (Name::read(&name), value);
    let written = desk.write(&state, input, |club, (name, value)| {
        Box::pin(async move {
            let id = complaints::write_back(club, name, value).await?;
            complaints::desk(club, &Name::Id(id)).await
        })
    });
    answer::json(StatusCode::CREATED, &written.await?)
}

async fn desk_resolve(
    state: Shared<State>,
    desk: Desk,
    name: Path<ComplaintName>,
) -> Result<Response> {
    desk_act(state, desk, name, Action::Resolve).await
}

async fn desk_close(
    state: Shared<State>,
    desk: Desk,
    name: Path<ComplaintName>,
) -> Result<Response> {
    desk_act(state, desk, name, Action::Close).await
}

async fn desk_reopen(
    state: Shared<State>,
    desk: Desk,
    name: Path<ComplaintName>,
) -> Result<Response> {
    desk_act(state, desk, name, Action::Reopen).await
}

async fn desk_act(
    Shared(state): Shared<State>,
    desk: Desk,
    Path(ComplaintName(name)): Path<ComplaintName>,
    action: Action,
) -> Result<Response> {
    desk.needs(Scope::Complaints, Role::Editor)?;
    let input = (Name::read(&name), action);
    let done = state.write(
        desk.tenant(),
        desk.actor(),
        input,
        |club, (name, action)| {
            Box::pin(async move {
                let id = complaints::act(club, None, name, *action).await?;
                complaints::desk(club, &Name::Id(id)).await
            })
        },
    );
    answer::ok(&done.await?)
}
