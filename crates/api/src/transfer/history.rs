//! The club as its history: what an import plays to make the same club again.
//!
//! Of what gives points, the history has joining, purchases, refunds, rewards and adjustments. What members did
//! besides (surveys, invitations, offers) stays with the ledger, which is exported as `entries`.

use super::export::{Export, lines_of};
use crate::club::Club;
use crate::problem::Result;
use rules::Timestamp;
use serde_json::{Value, json};

/// Members on a page.
const PAGE: i64 = 20;

type MemberRow = (
    String,
    String,
    Option<String>,
    i64,
    Option<String>,
    Option<String>,
    String,
);

/// The page after this member: where the next begins, if there is one, and its lines.
pub(super) async fn page(
    club: &mut Club,
    export: &Export,
    after: Option<Vec<store::Value>>,
) -> Result<(Option<Vec<store::Value>>, Vec<u8>)> {
    let after = after.and_then(|mut key| key.pop());
    let (from, to) = export.bounds();
    let members: Vec<MemberRow> = club
        .query(
            "SELECT member, external_id, first_name, joined_at, birthday, language, consents FROM members
             WHERE tenant = $1 AND member > $2 AND joined_at >= $3 AND joined_at < $4 AND erased_at IS NULL
             ORDER BY member LIMIT $5",
        )
        .bind(after.unwrap_or(store::Value::Text(String::new())))
        .bind(from)
        .bind(to)
        .bind(PAGE)
        .fetch_all(&mut club.tx)
        .await?;
    let full = members.len() as i64 == PAGE;
    let mut last = None;
    let mut bytes = Vec::new();
    for (member, external_id, first_name, joined_at, birthday, language, consents) in members {
        let consents: Vec<String> = serde_json::from_str(&consents)?;
        let joined = json!({
            "external_id": external_id, "first_name": first_name, "joined_at": Timestamp(joined_at),
            "birthday": birthday.as_deref().and_then(crate::books::day), "language": language,
            "consents": Some(consents).filter(|consents| !consents.is_empty()),
        });
        let mut lines = vec![(joined_at, 0, "member", joined)];
        orders(club, &member, &external_id, &mut lines).await?;
        refunds(club, &member, &mut lines).await?;
        redemptions(club, &member, &external_id, &mut lines).await?;
        adjustments(club, &member, &external_id, &mut lines).await?;
        // Joining comes first, whatever an order's date says.
        lines.sort_by_key(|(at, rank, ..)| (*rank > 0, *at, *rank));
        for (_, _, name, fields) in lines {
            serde_json::to_writer(&mut bytes, &json!({ name: absent(fields) }))?;
            bytes.push(b'\n');
        }
        last = Some(vec![store::Value::Text(member)]);
    }
    Ok((last.filter(|_| full), bytes))
}

/// When, what comes first at one instant, what it is, and its fields.
type Dated = (i64, u8, &'static str, Value);

/// Without what is null.
fn absent(mut fields: Value) -> Value {
    if let Value::Object(fields) = &mut fields {
        fields.retain(|_, value| !value.is_null());
    }
    fields
}

type OrderRow = (
    String,
    String,
    String,
    i64,
    Option<i64>,
    Option<i64>,
    i64,
    i64,
    i64,
    i64,
    String,
);

async fn orders(
    club: &mut Club,
    member: &str,
    external_id: &str,
    lines: &mut Vec<Dated>,
) -> Result<()> {
    let rows: Vec<OrderRow> = club
        .query(
            "SELECT order_id, status, currency, placed_at, paid_at, fulfilled_at, updated_at, tax, shipping, gift_cards,
                 items
             FROM orders WHERE tenant = $1 AND member = $2",
        )
        .bind(member)
        .fetch_all(&mut club.tx)
        .await?;
    let codes: Vec<(String, String)> = club
        .query(
            "SELECT order_id, code FROM redemptions
             WHERE tenant = $1 AND member = $2 AND order_id IS NOT NULL AND state IN ('used', 'cancelled')
                 AND gift IS NULL
             ORDER BY at, redemption",
        )
        .bind(member)
        .fetch_all(&mut club.tx)
        .await?;
    for row in rows {
        let (
            order_id,
            status,
            currency,
            placed,
            paid,
            fulfilled,
            updated,
            tax,
            shipping,
            cards,
            items,
        ) = row;
        let coupons: Vec<&String> = codes
            .iter()
            .filter(|(order, _)| *order == order_id)
            .map(|(_, code)| code)
            .collect();
        let told = |status: &str, at: Option<i64>| {
            Ok::<_, crate::problem::Error>(json!({
                "order_id": order_id, "member": external_id, "status": status, "currency": currency,
                "placed_at": Timestamp(placed), "paid_at": paid.map(Timestamp), "at": at.map(Timestamp), "tax": tax,
                "shipping": shipping, "gift_cards": cards, "coupons": coupons,
                "items": lines_of(serde_json::from_str(&items)?)?,
            }))
        };
        match paid {
            Some(paid) => lines.push((paid, 2, "order", told("paid", None)?)),
            None => lines.push((placed, 1, "order", told("placed", None)?)),
        }
        if let Some(at) = fulfilled {
            lines.push((at, 3, "order", told("fulfilled", Some(at))?));
        }
        if status == "cancelled" {
            lines.push((updated, 6, "order", told("cancelled", Some(updated))?));
        }
    }
    Ok(())
}

async fn refunds(club: &mut Club, member: &str, lines: &mut Vec<Dated>) -> Result<()> {
    let rows: Vec<(String, String, i64, i64)> = club
        .query(
            // The member's orders first: SQLite keeps the order of a CROSS JOIN.
            "SELECT r.order_id, r.refund_id, r.amount, r.at FROM orders o CROSS JOIN refunds r
             WHERE o.tenant = $1 AND o.member = $2 AND r.tenant = o.tenant AND r.order_id = o.order_id",
        )
        .bind(member)
        .fetch_all(&mut club.tx)
        .await?;
    lines.extend(rows.into_iter().map(|(order_id, id, amount, at)| {
        let refund =
            json!({ "order_id": order_id, "id": id, "amount": amount, "at": Timestamp(at) });
        (at, 5, "refund", refund)
    }));
    Ok(())
}

async fn redemptions(
    club: &mut Club,
    member: &str,
    external_id: &str,
    lines: &mut Vec<Dated>,
) -> Result<()> {
    // What was a gift comes again by itself, where what it was given for is played.
    let rows: Vec<(String, String, i64, i64, String, String)> = club
        .query(
            "SELECT redemption, reward_id, units, at, code, state FROM redemptions
             WHERE tenant = $1 AND member = $2 AND gift IS NULL",
        )
        .bind(member)
        .fetch_all(&mut club.tx)
        .await?;
    for (redemption, reward_id, units, at, code, state) in rows {
        let taken = json!({
            "member": external_id, "reward_id": reward_id, "units": units, "at": Timestamp(at), "code": code,
        });
        if state == "cancelled" {
            let given_back: Option<i64> = club
                .query(
                    "SELECT at FROM entries WHERE tenant = $1 AND member = $2 AND why = 'return' AND source = $3
                     LIMIT 1",
                )
                .bind(member)
                .bind(&redemption)
                .fetch_optional(&mut club.tx)
                .await?;
            let given_back = given_back.unwrap_or(at);
            let mut cancelled = taken.clone();
            cancelled["cancelled_at"] = json!(Timestamp(given_back));
            lines.push((given_back, 7, "redemption", cancelled));
        }
        lines.push((at, 4, "redemption", taken));
    }
    Ok(())
}

async fn adjustments(
    club: &mut Club,
    member: &str,
    external_id: &str,
    lines: &mut Vec<Dated>,
) -> Result<()> {
    let rows: Vec<(String, i64, Option<String>, i64)> = club
        .query(
            "SELECT adjustment, points, reason, at FROM adjustments WHERE tenant = $1 AND member = $2 ORDER BY seq",
        )
        .bind(member)
        .fetch_all(&mut club.tx)
        .await?;
    lines.extend(rows.into_iter().map(|(id, points, reason, at)| {
        let adjustment = json!({
            "member": external_id, "id": id, "points": points, "reason": reason, "at": Timestamp(at),
        });
        (at, 3, "adjustment", adjustment)
    }));
    Ok(())
}
