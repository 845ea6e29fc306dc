//! One line of an import, played in the club as of its own date.

use super::lines::{AdjustmentLine, Line, RedemptionLine};
use crate::adjustments;
use crate::books::Coupon;
use crate::club::Club;
use crate::ids;
use crate::problem::{Error, Result};
use crate::{members, orders, redemptions, refunds};
use contract::members::AdjustmentInput;
use rules::Timestamp;

/// When lines happen: at their own dates, never later than now; one without a date when the one before it did.
#[derive(Clone, Copy, Debug)]
pub(super) struct Calendar {
    /// The last line's instant.
    pub(super) last: Option<Timestamp>,
    /// The instant at which all is written down.
    pub(super) today: Timestamp,
}

impl Calendar {
    fn at(&mut self, own: Option<Timestamp>) -> Timestamp {
        let at = own.or(self.last).unwrap_or(self.today).min(self.today);
        self.last = Some(at);
        at
    }
}

/// Plays a line. What it does again changes nothing.
///
/// # Errors
/// Those of the request that tells the same.
pub(super) async fn play(club: &mut Club, line: &Line, calendar: &mut Calendar) -> Result<()> {
    match line {
        Line::Member(external_id, input) => {
            club.now = calendar.at(input.joined_at);
            members::put(club, external_id, input).await?;
        }
        Line::Order(order_id, input, at) => {
            club.now = calendar.at(at.or(input.paid_at).or(input.placed_at));
            orders::put(club, order_id, input).await?;
        }
        Line::Refund(order_id, input, at) => {
            club.now = calendar.at(*at);
            refunds::refund(club, order_id, input).await?;
        }
        Line::Redemption(line) => {
            club.now = calendar.at(Some(line.at));
            redemption(club, line, calendar).await?;
        }
        Line::Adjustment(line) => {
            club.now = calendar.at(line.at);
            adjustment(club, line).await?;
        }
    }
    Ok(())
}

async fn member_of(club: &mut Club, external_id: &str) -> Result<String> {
    let member = members::find(club, external_id).await?;
    member
        .map(|row| row.member)
        .ok_or_else(|| members::unknown(external_id))
}

async fn redemption(club: &mut Club, line: &RedemptionLine, calendar: &mut Calendar) -> Result<()> {
    let member = member_of(club, &line.member).await?;
    let code = line.code.as_deref().map(|code| {
        ids::read_code(code).ok_or_else(|| {
            Error::invalid(
                "/code",
                "bad_code",
                "This is no code of ours; leave it out for a new one.",
            )
        })
    });
    let code = code.transpose()?;
    // A line is known again by its code, or by what was taken when.
    let named = match &code {
        Some(code) => format!("code {code}"),
        None => format!("{} {}", line.reward_id, line.at),
    };
    let key = format!("import-{}", ids::digest(named.as_bytes()));
    let known: Option<(String, String)> = club
        .query(
            "SELECT redemption, state FROM redemptions WHERE tenant = $1 AND member = $2 AND key = $3",
        )
        .bind(&member)
        .bind(&key)
        .fetch_optional(&mut club.tx)
        .await?;
    let (redemption, state) = match known {
        Some(known) => known,
        None => {
            if let Some(code) = &code {
                free(club, code).await?;
            }
            let coupon = Coupon {
                redemption: ids::id("rdm"),
                key,
                code: code.unwrap_or_else(ids::code),
                gift: false,
            };
            let (reward, units) = (&line.reward_id, line.units);
            let new = redemptions::redeem_as(club, &member, reward, units, coupon).await?;
            (new.id, "open".to_owned())
        }
    };
    if let Some(at) = line.cancelled_at
        && state != "cancelled"
    {
        club.now = calendar.at(Some(at));
        redemptions::cancel(club, &member, &redemption).await?;
    }
    Ok(())
}

/// A code belongs to one coupon.
async fn free(club: &mut Club, code: &str) -> Result<()> {
    let taken: Option<i64> = club
        .query("SELECT 1 FROM redemptions WHERE tenant = $1 AND code = $2")
        .bind(code)
        .fetch_optional(&mut club.tx)
        .await?;
    match taken {
        None => Ok(()),
        Some(_) => Err(Error::invalid(
            "/code",
            "code_taken",
            "Another redemption has this code.",
        )),
    }
}

async fn adjustment(club: &mut Club, line: &AdjustmentLine) -> Result<()> {
    if line.id.is_empty() || line.id.len() > 128 || line.id.contains(char::is_control) {
        return Err(Error::invalid(
            "/id",
            "bad_id",
            "An adjustment's id has 1 to 128 bytes.",
        ));
    }
    let member = member_of(club, &line.member).await?;
    // An export names our own ids; the shop's are its own for each member.
    let id = if line.id.starts_with("adj_") {
        line.id.clone()
    } else {
        let named = format!("{}\n{}", line.member, line.id);
        format!("adj_{}", ids::digest(named.as_bytes()))
    };
    let known: Option<i64> = club
        .query("SELECT 1 FROM adjustments WHERE tenant = $1 AND adjustment = $2")
        .bind(&id)
        .fetch_optional(&mut club.tx)
        .await?;
    if known.is_none() {
        let input = AdjustmentInput {
            points: line.points,
            reason: line.reason.clone().unwrap_or_else(|| "Imported".to_owned()),
        };
        adjustments::adjust_as(club, &member, &input, id).await?;
    }
    Ok(())
}
