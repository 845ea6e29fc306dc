//! Everything that is known of a member, as one document: what somebody who asks for their data is given.

use super::{find, unknown, view};
use crate::club::Club;
use crate::history;
use crate::problem::Result;
use crate::{adjustments, books, redemptions};
use contract::members::{Adjustment, MemberView};
use contract::shopper::{Entry, Redemption};
use rules::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use store::FromRow;

/// Everything that is known of a member. Contacts are not in it: only hashes of them are kept.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Export {
    /// When it was made.
    pub as_of: Timestamp,
    /// Profile, consents, balances and standing.
    pub member: MemberView,
    /// Segments that the member was put in.
    pub segments: Vec<String>,
    /// Everything that changed their points and wallet, newest first.
    pub entries: Vec<Entry>,
    /// Orders, oldest first, with what they brought and their refunds.
    pub orders: Vec<Value>,
    /// Rewards that they took or were given, newest first.
    pub redemptions: Vec<Redemption>,
    /// What the wallet paid for orders, oldest first.
    pub wallet_payments: Vec<Value>,
    /// Points that the merchant gave or took, newest first.
    pub adjustments: Vec<Adjustment>,
    /// Answers to surveys, oldest first.
    pub responses: Vec<Value>,
    /// Complaints with all that was written to them, oldest first.
    pub complaints: Vec<Value>,
    /// Invitations that they gave or came by, oldest first.
    pub claims: Vec<Value>,
    /// Offers that they took, oldest first.
    pub offers: Vec<Value>,
    /// Prompts that they were shown.
    pub prompts: Vec<Value>,
    /// What their page reported, oldest first.
    pub events: Vec<Value>,
    /// What was done to their record, and by whom, oldest first.
    pub audit: Vec<Value>,
}

/// Everything that is known of the member.
///
/// # Errors
/// 404 when there is no such member.
pub async fn export(club: &mut Club, external_id: &str) -> Result<Export> {
    let row = find(club, external_id)
        .await?
        .ok_or_else(|| unknown(external_id))?;
    let member = row.member.as_str();
    let segments = books::facts(club, member).await?.member.segments;
    Ok(Export {
        as_of: club.now,
        member: view(club, &row).await?,
        segments,
        entries: entries(club, member).await?,
        orders: orders(club, member).await?,
        redemptions: redemptions::all(club, member).await?,
        wallet_payments: payments(club, member).await?,
        adjustments: all_adjustments(club, member).await?,
        responses: responses(club, member).await?,
        complaints: complaints(club, member).await?,
        claims: claims(club, member).await?,
        offers: offers(club, member).await?,
        prompts: prompts(club, member).await?,
        events: events(club, member).await?,
        audit: audit(club, member).await?,
    })
}

/// All pages of what changed.
async fn entries(club: &mut Club, member: &str) -> Result<Vec<Entry>> {
    let account = books::facts(club, member).await?;
    let (mut all, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let page = history::page(club, member, u32::MAX, cursor.as_deref(), Some(&account)).await?;
        all.extend(page.entries);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(all);
        }
    }
}

async fn all_adjustments(club: &mut Club, member: &str) -> Result<Vec<Adjustment>> {
    let (mut all, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let page = adjustments::page(club, member, u32::MAX, cursor.as_deref()).await?;
        all.extend(page.adjustments);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(all);
        }
    }
}

async fn rows<T: FromRow>(club: &mut Club, statement: &'static str, of: &str) -> Result<Vec<T>> {
    let rows = club.query(statement).bind(of);
    Ok(rows.fetch_all(&mut club.tx).await?)
}

fn at(ms: Option<i64>) -> Option<Timestamp> {
    ms.map(Timestamp)
}

/// A column that holds JSON.
fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

async fn orders(club: &mut Club, member: &str) -> Result<Vec<Value>> {
    type Row = (
        String,
        String,
        String,
        i64,
        i64,
        i64,
        i64,
        String,
        i64,
        Option<i64>,
        Option<i64>,
    );
    let orders: Vec<Row> = rows(
        club,
        "SELECT order_id, status, currency, spend, base, remaining, earned, items, placed_at, paid_at, fulfilled_at
         FROM orders WHERE tenant = $1 AND member = $2 ORDER BY placed_at, order_id",
        member,
    )
    .await?;
    let mut all = Vec::with_capacity(orders.len());
    for (
        id,
        status,
        currency,
        spend,
        base,
        left,
        earned,
        items,
        placed_at,
        paid_at,
        fulfilled_at,
    ) in orders
    {
        type Refund = (String, i64, i64, i64, i64);
        let refunds: Vec<Refund> = rows(
            club,
            "SELECT refund_id, amount, taken, returned, at FROM refunds
             WHERE tenant = $1 AND order_id = $2 ORDER BY at, refund_id",
            &id,
        )
        .await?;
        let refund = |(id, amount, taken, returned, at): Refund| {
            json!({
                "id": id, "amount": amount, "points_taken": taken, "points_returned": returned, "at": Timestamp(at),
            })
        };
        all.push(json!({
            "order_id": id, "status": status, "currency": currency, "spend": spend, "base": base,
            "base_remaining": left, "points": earned, "items": read(&items), "placed_at": Timestamp(placed_at),
            "paid_at": at(paid_at), "fulfilled_at": at(fulfilled_at),
            "refunds": refunds.into_iter().map(refund).collect::<Vec<_>>(),
        }));
    }
    Ok(all)
}

async fn payments(club: &mut Club, member: &str) -> Result<Vec<Value>> {
    type Row = (String, i64, i64, Option<i64>);
    let payments: Vec<Row> = rows(
        club,
        "SELECT order_id, amount, at, returned_at FROM wallet_payments
         WHERE tenant = $1 AND member = $2 ORDER BY at, order_id",
        member,
    )
    .await?;
    let payment = |(order, amount, when, returned): Row| json!({ "order_id": order, "amount": amount, "at": Timestamp(when), "returned_at": at(returned) });
    Ok(payments.into_iter().map(payment).collect())
}

async fn responses(club: &mut Club, member: &str) -> Result<Vec<Value>> {
    type Row = (
        String,
        String,
        String,
        String,
        Option<String>,
        bool,
        i64,
        i64,
        i64,
    );
    let responses: Vec<Row> = rows(
        club,
        "SELECT response, survey, scope, scores, comment, completed, points, created_at, updated_at FROM responses
         WHERE tenant = $1 AND member = $2 ORDER BY created_at, response",
        member,
    )
    .await?;
    let response =
        |(id, survey, scope, scores, comment, completed, points, created, updated): Row| {
            json!({
                "id": id, "survey_id": survey, "scope": scope, "scores": read(&scores), "comment": comment,
                "completed": completed, "points": points, "at": Timestamp(created), "updated_at": Timestamp(updated),
            })
        };
    Ok(responses.into_iter().map(response).collect())
}

async fn complaints(club: &mut Club, member: &str) -> Result<Vec<Value>> {
    type Row = (
        String,
        i64,
        String,
        Option<String>,
        Option<String>,
        String,
        i64,
    );
    let complaints: Vec<Row> = rows(
        club,
        "SELECT complaint, number, topic, order_id, survey, state, created_at FROM complaints
         WHERE tenant = $1 AND member = $2 ORDER BY created_at, number",
        member,
    )
    .await?;
    let mut all = Vec::with_capacity(complaints.len());
    for (id, number, topic, order, survey, state, created) in complaints {
        type Note = (String, Option<String>, i64);
        let notes: Vec<Note> = rows(
            club,
            "SELECT author, body, at FROM complaint_notes WHERE tenant = $1 AND complaint = $2 ORDER BY note",
            &id,
        )
        .await?;
        let note = |(author, body, at): Note| json!({ "author": author, "body": body, "at": Timestamp(at) });
        all.push(json!({
            "id": id, "number": number, "topic": topic, "order_id": order, "survey_id": survey, "state": state,
            "at": Timestamp(created), "notes": notes.into_iter().map(note).collect::<Vec<_>>(),
        }));
    }
    Ok(all)
}

async fn claims(club: &mut Club, member: &str) -> Result<Vec<Value>> {
    type Row = (String, bool, String, i64, i64, Option<String>);
    let claims: Vec<Row> = rows(
        club,
        "SELECT claim, CASE WHEN advocate = $2 THEN 1 ELSE 0 END, state, created_at, state_at,
             CASE WHEN advocate = $2 THEN NULL ELSE order_id END
         FROM claims WHERE tenant = $1 AND (advocate = $2 OR friend = $2) ORDER BY created_at, claim",
        member,
    )
    .await?;
    let claim = |(id, gave, state, created, since, order): Row| {
        json!({
            "id": id, "as": if gave { "advocate" } else { "friend" }, "state": state, "at": Timestamp(created),
            "state_at": Timestamp(since), "order_id": order,
        })
    };
    Ok(claims.into_iter().map(claim).collect())
}

async fn offers(club: &mut Club, member: &str) -> Result<Vec<Value>> {
    type Row = (String, String, i64);
    let offers: Vec<Row> = rows(
        club,
        "SELECT offer, occasion, at FROM offers_taken WHERE tenant = $1 AND member = $2 ORDER BY at, offer, occasion",
        member,
    )
    .await?;
    let taken = |(offer, occasion, at): Row| json!({ "offer": offer, "occasion": occasion, "at": Timestamp(at) });
    Ok(offers.into_iter().map(taken).collect())
}

async fn prompts(club: &mut Club, member: &str) -> Result<Vec<Value>> {
    type Row = (String, String, i64, Option<i64>, Option<i64>, Option<i64>);
    let prompts: Vec<Row> = rows(
        club,
        "SELECT survey, scope, displays, shown_at, answered_at, dismissed_at FROM prompts
         WHERE tenant = $1 AND member = $2 ORDER BY survey, scope",
        member,
    )
    .await?;
    let prompt = |(survey, scope, displays, shown, answered, dismissed): Row| {
        json!({
            "survey_id": survey, "scope": scope, "displays": displays, "shown_at": at(shown),
            "answered_at": at(answered), "dismissed_at": at(dismissed),
        })
    };
    Ok(prompts.into_iter().map(prompt).collect())
}

async fn events(club: &mut Club, member: &str) -> Result<Vec<Value>> {
    type Row = (String, String, Option<String>, Option<String>, i64);
    let events: Vec<Row> = rows(
        club,
        "SELECT event, kind, survey, scope, at FROM events WHERE tenant = $1 AND member = $2 ORDER BY at, event",
        member,
    )
    .await?;
    let event = |(id, kind, survey, scope, at): Row| json!({ "id": id, "kind": kind, "survey_id": survey, "scope": scope, "at": Timestamp(at) });
    Ok(events.into_iter().map(event).collect())
}

async fn audit(club: &mut Club, member: &str) -> Result<Vec<Value>> {
    type Row = (i64, String, String, String, String);
    let lines: Vec<Row> = rows(
        club,
        "SELECT at, actor, action, object, detail FROM audit
         WHERE tenant = $1 AND (object = $2 OR detail LIKE '%\"' || $2 || '\"%') ORDER BY at, id",
        member,
    )
    .await?;
    let line = |(at, actor, action, object, detail): Row| {
        json!({
            "at": Timestamp(at), "by": actor, "action": action, "object": object, "detail": read(&detail),
        })
    };
    Ok(lines.into_iter().map(line).collect())
}
