//! What happened in a club, for the shop's own systems: written in the transaction that did it, sent later.

use crate::club::Club;
use crate::ids;
use crate::problem::Result;
use rules::Timestamp;
use serde_json::{Value, json};

/// Most bytes that a message's body has. What would be longer is told by its ids alone.
pub const BODY_BYTES_MAX: usize = 20_000;

/// A member's personal data was erased.
const ERASED: &str = "member.erased";

/// Whether the tenant has an endpoint at all. One that is disabled counts: what happens meanwhile is kept for it, to be
/// sent again when it is back.
///
/// # Errors
/// When the database fails.
pub async fn anybody_listens(club: &mut Club) -> Result<bool> {
    if club.quiet {
        return Ok(false);
    }
    let one: Option<i64> = club
        .query("SELECT 1 FROM endpoints WHERE tenant = $1 LIMIT 1")
        .fetch_optional(&mut club.tx)
        .await?;
    Ok(one.is_some())
}

/// Leaves a message for every endpoint that wants this kind; a disabled one gets it when somebody replays it.
///
/// `data` is the event's, an object. Beside a `member_id` (our id), the shop's `external_id` of that member is added,
/// unless it is there; so for `advocate_id` and `friend_id`. Nothing is told of a member who was erased but their
/// erasing itself, by our id alone.
///
/// # Errors
/// When the database fails.
pub async fn tell(club: &mut Club, kind: &str, data: Value) -> Result<()> {
    if club.quiet {
        return Ok(());
    }
    let wanted: Vec<(String, Option<i64>)> = club
        .query(
            "SELECT endpoint, disabled_at FROM endpoints WHERE tenant = $1
                 AND (kinds = '[]' OR kinds LIKE '%\"' || $2 || '\"%')",
        )
        .bind(kind)
        .fetch_all(&mut club.tx)
        .await?;
    if wanted.is_empty() {
        return Ok(());
    }
    let Some(data) = named(club, kind, data).await? else {
        return Ok(());
    };
    let body = written(kind, club.now, data);
    let message = keep(club, kind, &body).await?;
    for (endpoint, disabled_at) in wanted {
        let state = if disabled_at.is_none() {
            "waiting"
        } else {
            "dropped"
        };
        deliver(club, &message, &endpoint, state).await?;
    }
    Ok(())
}

/// Leaves a message for one endpoint, whatever kinds it asks for. Gives the message's id.
///
/// # Errors
/// When the database fails.
pub async fn tell_one(club: &mut Club, endpoint: &str, kind: &str, data: Value) -> Result<String> {
    let body = written(kind, club.now, data);
    let message = keep(club, kind, &body).await?;
    deliver(club, &message, endpoint, "waiting").await?;
    Ok(message)
}

async fn keep(club: &mut Club, kind: &str, body: &str) -> Result<String> {
    let message = ids::id("msg");
    club.query(
        "INSERT INTO messages (tenant, message, kind, body, at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(&message)
    .bind(kind)
    .bind(body)
    .bind(club.now.0)
    .execute(&mut club.tx)
    .await?;
    Ok(message)
}

async fn deliver(
    club: &mut Club,
    message: &str,
    endpoint: &str,
    state: &'static str,
) -> Result<()> {
    club.query(
        "INSERT INTO deliveries (tenant, message, endpoint, at, state, next_at)
         VALUES ($1, $2, $3, $4, $5, $4)",
    )
    .bind(message)
    .bind(endpoint)
    .bind(club.now.0)
    .bind(state)
    .execute(&mut club.tx)
    .await?;
    Ok(())
}

/// Fields with our id of a member, and beside each the field that gets the shop's.
const NAMES: [(&str, &str); 3] = [
    ("member_id", "external_id"),
    ("advocate_id", "advocate_external_id"),
    ("friend_id", "friend_external_id"),
];

/// With the shop's ids of the members that it is about; nothing when it is about one who was erased.
async fn named(club: &mut Club, kind: &str, mut data: Value) -> Result<Option<Value>> {
    for (ours, shops) in NAMES {
        let known = data.get(shops).is_some();
        let member = data.get(ours).and_then(Value::as_str);
        let Some(member) = member.filter(|_| !known) else {
            continue;
        };
        let row: Option<(String, Option<i64>)> = club
            .query("SELECT external_id, erased_at FROM members WHERE tenant = $1 AND member = $2")
            .bind(member)
            .fetch_optional(&mut club.tx)
            .await?;
        match row {
            Some((external_id, None)) => data[shops] = json!(external_id),
            // The other of two is told of all the same, without the name of the one who is gone.
            Some(_) if ours != "member_id" || kind == ERASED => {}
            Some(_) => return Ok(None),
            None => {}
        }
    }
    Ok(Some(data))
}

fn written(kind: &str, at: Timestamp, data: Value) -> String {
    let whole = |data: &Value| json!({ "type": kind, "timestamp": at, "data": data }).to_string();
    let body = whole(&data);
    if body.len() <= BODY_BYTES_MAX {
        return body;
    }
    tracing::error!(
        kind,
        bytes = body.len(),
        "a message is too long; its ids alone are told"
    );
    let ids = ["member_id", "external_id"].map(|name| (name.to_owned(), data[name].clone()));
    whole(&Value::Object(ids.into_iter().collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_stays_in_its_bounds() {
        let data =
            |text: String| json!({ "member_id": "mem_1", "external_id": "c1", "text": text });
        let short = written("survey.answered", Timestamp(0), data("a".repeat(100)));
        assert!(short.contains("\"text\""), "{short}");
        let long = written("survey.answered", Timestamp(0), data("a".repeat(20_000)));
        assert!(long.len() < 200 && long.contains("\"mem_1\""), "{long}");
    }
}
