//! History from a file of lines, played as of its own dates.
//!
//! Each line is one of `{"member": …}`, `{"order": …}`, `{"refund": …}`, `{"redemption": …}`, oldest first.
//! The same file again changes nothing.

use crate::body;
use crate::club::Club;
use crate::ids;
use crate::problem::{Error, Result};
use crate::state::State;
use crate::{members, orders, programs, redemptions, refunds};
use contract::orders::{MemberInput, OrderInput, RefundInput};
use rules::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Lines in one transaction.
const BATCH: usize = 200;

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Member(Map<String, Value>),
    Order(Map<String, Value>),
    Refund(Map<String, Value>),
    Redemption(RedemptionLine),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RedemptionLine {
    member: String,
    reward_id: String,
    at: Timestamp,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Lines that were taken.
    pub taken: u64,
    /// Lines that the rules refused (a reward that was not affordable then), with the reason of each.
    pub refused: Vec<String>,
}

/// Plays a file into the program of this name. `progress` hears how many lines are done.
///
/// # Errors
/// The first line that cannot be read, with its number; what came before it in earlier batches stays.
pub async fn import(
    state: &State,
    program: &str,
    text: &str,
    mut progress: impl FnMut(u64),
) -> Result<Imported> {
    let tenant = programs::tenant(&state.db, program).await?;
    let lines: Vec<(usize, String)> = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(at, line)| (at + 1, line.to_owned()))
        .collect();
    let mut all = Imported::default();
    let mut clock = None;
    for batch in lines.chunks(BATCH) {
        let batch = batch.to_vec();
        let (done, at) = state
            .write(&tenant, "import", (batch, clock), |club, (batch, clock)| {
                Box::pin(play_batch(club, batch, *clock))
            })
            .await?;
        clock = at;
        all.taken += done.taken;
        all.refused.extend(done.refused);
        progress(all.taken + all.refused.len() as u64);
    }
    Ok(all)
}

async fn play_batch(
    club: &mut Club,
    batch: &[(usize, String)],
    mut clock: Option<Timestamp>,
) -> Result<(Imported, Option<Timestamp>)> {
    let today = club.now;
    let mut done = Imported::default();
    for (number, text) in batch {
        let line: Line = body::read(text).map_err(|error| at_line(*number, &error))?;
        club.tx.savepoint("line").await?;
        match play(club, line, &mut clock, today).await {
            Ok(()) => done.taken += 1,
            Err(error) if error.burns_key() => {
                club.tx.rollback_to("line").await?;
                done.refused.push(format!("line {number}: {error}"));
            }
            Err(error) => return Err(at_line(*number, &error)),
        }
        club.tx.release("line").await?;
    }
    club.now = today;
    Ok((done, clock))
}

fn at_line(number: usize, error: &Error) -> Error {
    Error::malformed(format!("line {number}: {error}"))
}

async fn play(
    club: &mut Club,
    line: Line,
    clock: &mut Option<Timestamp>,
    today: Timestamp,
) -> Result<()> {
    // A line without a date happens when the one before it did.
    let mut at = |own: Option<Timestamp>| {
        let at = own.or(*clock).unwrap_or(today).min(today);
        *clock = Some(at);
        at
    };
    match line {
        Line::Member(mut fields) => {
            let external_id = text_of(&mut fields, "external_id")?;
            let input: MemberInput = typed(fields)?;
            club.now = at(input.joined_at);
            members::put(club, &external_id, &input).await?;
        }
        Line::Order(mut fields) => {
            let order_id = text_of(&mut fields, "order_id")?;
            let input: OrderInput = typed(fields)?;
            club.now = at(input.paid_at.or(input.placed_at));
            orders::put(club, &order_id, &input).await?;
        }
        Line::Refund(mut fields) => {
            let order_id = text_of(&mut fields, "order_id")?;
            let own = fields.remove("at").map(serde_json::from_value).transpose();
            let own = own.map_err(|error| Error::malformed(format!("at: {error}")))?;
            let input: RefundInput = typed(fields)?;
            club.now = at(own);
            refunds::refund(club, &order_id, &input).await?;
        }
        Line::Redemption(line) => {
            club.now = at(Some(line.at));
            let member = members::find(club, &line.member)
                .await?
                .ok_or_else(|| members::unknown(&line.member))?
                .member;
            redeem_once(club, &member, &line).await?;
        }
    }
    Ok(())
}

async fn redeem_once(club: &mut Club, member: &str, line: &RedemptionLine) -> Result<()> {
    let key = format!(
        "import-{}",
        ids::digest(format!("{} {}", line.reward_id, line.at).as_bytes())
    );
    let known: Option<String> = club
        .query("SELECT redemption FROM redemptions WHERE tenant = $1 AND member = $2 AND key = $3")
        .bind(member)
        .bind(&key)
        .fetch_optional(&mut club.tx)
        .await?;
    if known.is_none() {
        redemptions::redeem(club, member, &line.reward_id, 1, &key).await?;
    }
    Ok(())
}

fn text_of(fields: &mut Map<String, Value>, name: &str) -> Result<String> {
    match fields.remove(name) {
        Some(Value::String(text)) => Ok(text),
        _ => Err(Error::malformed(format!(
            "{name} is missing or not a string"
        ))),
    }
}

fn typed<T: serde::de::DeserializeOwned>(fields: Map<String, Value>) -> Result<T> {
    body::read(&Value::Object(fields).to_string())
}
