//! Members: who they are, and the facts about them that the rules judge.

use crate::club::Club;
use crate::ids;
use crate::ledger::{self, Account, Gift, Source};
use crate::problem::{Error, Result, fault};
use crate::settling;
use crate::{referrals, surveys};
use contract::orders::MemberInput;
use contract::shopper::EntryReason;
use rules::earning;
use rules::ledger::Balances;
use rules::member::{Credit, Earned, Member, Purchase, Redeemed};
use rules::program::{Activity, Measure};
use rules::tiers::{self, Standing};
use rules::{Money, Points, Timestamp};
use serde::Serialize;
use serde_json::json;

/// A member's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Prefixed id, `mem_…`.
    pub member: String,
    /// The shop's id.
    pub external_id: String,
    /// Given name, if the shop told it.
    pub first_name: Option<String>,
    /// When they joined.
    pub joined_at: Timestamp,
    /// What a friend types.
    pub referral_code: String,
    /// May not redeem.
    pub blocked: bool,
}

/// The member with the shop's id.
///
/// # Errors
/// When the database fails.
pub async fn find(club: &mut Club, external_id: &str) -> Result<Option<Row>> {
    let row: Option<(String, String, Option<String>, i64, String, i64)> = sqlx::query_as(
        "SELECT member, external_id, first_name, joined_at, referral_code, blocked FROM members
         WHERE tenant = $1 AND external_id = $2 AND erased_at IS NULL",
    )
    .bind(club.tenant())
    .bind(external_id)
    .fetch_optional(&mut *club.tx)
    .await?;
    Ok(row.map(
        |(member, external_id, first_name, joined_at, referral_code, blocked)| Row {
            member,
            external_id,
            first_name,
            joined_at: Timestamp(joined_at),
            referral_code,
            blocked: blocked != 0,
        },
    ))
}

/// The logged-in shopper as a member.
///
/// # Errors
/// `not_a_member` when they have not joined.
pub async fn of_shopper(club: &mut Club, subject: &str) -> Result<Row> {
    find(club, subject).await?.ok_or_else(Error::not_a_member)
}

/// Creates the member, or updates what is told. True when created.
///
/// # Errors
/// 422 for a name or date that cannot be.
pub async fn put(club: &mut Club, external_id: &str, input: &MemberInput) -> Result<(Row, bool)> {
    check(club, external_id, input)?;
    let known = find(club, external_id).await?;
    let created = known.is_none();
    if created {
        create(club, external_id, input).await?;
    } else if input.first_name.is_some() {
        sqlx::query("UPDATE members SET first_name = $3 WHERE tenant = $1 AND external_id = $2")
            .bind(club.tenant())
            .bind(external_id)
            .bind(&input.first_name)
            .execute(&mut *club.tx)
            .await?;
    }
    let row = find(club, external_id)
        .await?
        .ok_or_else(|| Error::internal("a member that was just written is missing"))?;
    if known.as_ref() != Some(&row) {
        let action = if created {
            "member.created"
        } else {
            "member.updated"
        };
        club.audit(action, &row.member, json!({})).await?;
    }
    if created {
        give_for_joining(club, &row).await?;
    }
    if let Some(claim) = &input.claim_id {
        referrals::attach(club, &row.member, claim).await?;
    }
    Ok((row, created))
}

fn check(club: &Club, external_id: &str, input: &MemberInput) -> Result<()> {
    let mut faults = Vec::new();
    if external_id.is_empty() || external_id.len() > 128 || external_id.contains(char::is_control) {
        faults.push(fault(
            "",
            "bad_external_id",
            "A member's id has 1 to 128 bytes.",
        ));
    }
    if let Some(name) = &input.first_name
        && (name.chars().count() > 100 || name.contains(char::is_control))
    {
        faults.push(fault(
            "/first_name",
            "bad_name",
            "A name has 100 characters at most.",
        ));
    }
    if input
        .joined_at
        .is_some_and(|at| at > club.now.plus_ms(CLOCK_SKEW_MS))
    {
        faults.push(fault(
            "/joined_at",
            "in_future",
            "A member cannot have joined in the future.",
        ));
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Error::validation(faults))
    }
}

/// How far a shop's clock may be ahead of ours.
pub const CLOCK_SKEW_MS: i64 = 5 * 60_000;

async fn create(club: &mut Club, external_id: &str, input: &MemberInput) -> Result<()> {
    sqlx::query(
        "INSERT INTO members (tenant, member, external_id, first_name, joined_at, referral_code)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(club.tenant())
    .bind(ids::id("mem"))
    .bind(external_id)
    .bind(&input.first_name)
    .bind(input.joined_at.unwrap_or(club.now).min(club.now).0)
    .bind(ids::code())
    .execute(&mut *club.tx)
    .await?;
    Ok(())
}

async fn give_for_joining(club: &mut Club, row: &Row) -> Result<()> {
    let published = club.published();
    let Some(rule) = earning::activity(&published.program, &Activity::Join) else {
        return Ok(());
    };
    let gift = Gift {
        member: &row.member,
        reason: EntryReason::Joined,
        source: Source::new("member", &row.member, &rule.id),
        shown_source: None,
        points: rule.points,
        earned_at: row.joined_at,
        activates_at: row.joined_at,
    };
    ledger::give(club, gift).await?;
    settling::settle(club, &row.member).await
}

/// Removes what tells who the member is; the ledger stays, and says no name.
///
/// # Errors
/// 404 when there is no such member.
pub async fn erase(club: &mut Club, external_id: &str) -> Result<()> {
    let row = find(club, external_id)
        .await?
        .ok_or_else(|| unknown(external_id))?;
    let tombstone = ids::id("gone");
    sqlx::query(
        "UPDATE members SET external_id = $3, first_name = NULL, referral_code = $3, erased_at = $4
         WHERE tenant = $1 AND member = $2",
    )
    .bind(club.tenant())
    .bind(&row.member)
    .bind(&tombstone)
    .bind(club.now.0)
    .execute(&mut *club.tx)
    .await?;
    for statement in [
        "UPDATE responses SET comment = NULL WHERE tenant = $1 AND member = $2",
        "DELETE FROM events WHERE tenant = $1 AND member = $2",
        "DELETE FROM prompts WHERE tenant = $1 AND member = $2",
    ] {
        sqlx::query(statement)
            .bind(club.tenant())
            .bind(&row.member)
            .execute(&mut *club.tx)
            .await?;
    }
    sqlx::query("DELETE FROM outcomes WHERE tenant = $1 AND subject = $2")
        .bind(club.tenant())
        .bind(subject_key(external_id))
        .execute(&mut *club.tx)
        .await?;
    club.audit("member.erased", &row.member, json!({})).await
}

/// The owner of a shopper's keys, as the table of outcomes names it.
#[must_use]
pub fn subject_key(external_id: &str) -> String {
    format!("member:{external_id}")
}

/// 404 for a member that the shop has not told us of.
#[must_use]
pub fn unknown(external_id: &str) -> Error {
    Error::not_found(format!(
        "No member {external_id}. Create it first with PUT /v1/members/{{external_id}}."
    ))
}

/// A member with nothing but the instants that inactivity is counted from.
///
/// # Errors
/// When the member is not there.
pub async fn activity(club: &mut Club, member: &str) -> Result<Member> {
    let (joined_at, last_active_at, blocked): (i64, Option<i64>, i64) = sqlx::query_as(
        "SELECT joined_at, last_active_at, blocked FROM members WHERE tenant = $1 AND member = $2",
    )
    .bind(club.tenant())
    .bind(member)
    .fetch_one(&mut *club.tx)
    .await?;
    Ok(Member {
        id: member.to_owned(),
        joined_at: Timestamp(joined_at),
        last_active_at: last_active_at.map(Timestamp),
        blocked: blocked != 0,
        ..Member::default()
    })
}

/// Notes an order or a redemption, for points that end by inactivity.
///
/// # Errors
/// When the database fails.
pub async fn was_active(club: &mut Club, member: &str, at: Timestamp) -> Result<()> {
    sqlx::query(
        "UPDATE members SET last_active_at = $3 WHERE tenant = $1 AND member = $2
         AND (last_active_at IS NULL OR last_active_at < $3)",
    )
    .bind(club.tenant())
    .bind(member)
    .bind(at.0)
    .execute(&mut *club.tx)
    .await?;
    Ok(())
}

/// What the rules need to place a member on the ladder, and nothing else.
///
/// # Errors
/// When the database fails.
pub async fn record(club: &mut Club, member: &str) -> Result<Member> {
    Ok(Member {
        purchases: purchases(club, member).await?,
        credits: credits(club, member).await?,
        earned: earned(club, member).await?,
        ..activity(club, member).await?
    })
}

/// What the purchase rule has given, where it has caps to count against.
async fn earned(club: &mut Club, member: &str) -> Result<Vec<Earned>> {
    let Some(rule) = club.program().earning.purchase.clone() else {
        return Ok(Vec::new());
    };
    if rule.caps.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(String, i64, i64)> = sqlx::query_as(
        "SELECT order_id, paid_at, points FROM orders
         WHERE tenant = $1 AND member = $2 AND paid_at IS NOT NULL AND points > 0 ORDER BY paid_at",
    )
    .bind(club.tenant())
    .bind(member)
    .fetch_all(&mut *club.tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(source, at, points)| Earned {
            rule: rule.id.clone(),
            source,
            at: Timestamp(at),
            points: Points(points),
        })
        .collect())
}

/// Everything the rules need to know about a member.
///
/// # Errors
/// When the member is not there.
pub async fn facts(club: &mut Club, member: &str) -> Result<Member> {
    let mut facts = activity(club, member).await?;
    facts.lots = ledger::lots(club, member).await?.lots;
    facts.held = Points(ledger::balance(club, member, Account::Held).await?);
    facts.debt = Points(
        ledger::balance(club, member, Account::Debt)
            .await?
            .saturating_neg(),
    );
    facts.purchases = purchases(club, member).await?;
    facts.credits = credits(club, member).await?;
    facts.earned = earned(club, member).await?;
    facts.last_order_at = last_order(club, member).await?;
    facts.redeemed = redeemed(club, member).await?;
    facts.prompts = surveys::history(club, member).await?;
    Ok(facts)
}

async fn purchases(club: &mut Club, member: &str) -> Result<Vec<Purchase>> {
    let rows: Vec<(i64, i64)> = sqlx::query_as(
        "SELECT paid_at, spend FROM orders
         WHERE tenant = $1 AND member = $2 AND paid_at IS NOT NULL AND voided = 0 ORDER BY paid_at",
    )
    .bind(club.tenant())
    .bind(member)
    .fetch_all(&mut *club.tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(paid_at, spend)| Purchase {
            paid_at: Timestamp(paid_at),
            spend: Money(spend),
        })
        .collect())
}

/// The latest order that was paid, refunded or not.
async fn last_order(club: &mut Club, member: &str) -> Result<Option<Timestamp>> {
    let at: Option<i64> =
        sqlx::query_scalar("SELECT MAX(paid_at) FROM orders WHERE tenant = $1 AND member = $2")
            .bind(club.tenant())
            .bind(member)
            .fetch_one(&mut *club.tx)
            .await?;
    Ok(at.map(Timestamp))
}

/// Only a ladder of points reads these; other programs need not carry them to the browser.
async fn credits(club: &mut Club, member: &str) -> Result<Vec<Credit>> {
    let by_points = club
        .program()
        .tiers
        .as_ref()
        .is_some_and(|ladder| ladder.measure == Measure::PointsEarned);
    if !by_points {
        return Ok(Vec::new());
    }
    let rows: Vec<(i64, i64)> = sqlx::query_as(
        "SELECT activates_at, counted FROM lots
         WHERE tenant = $1 AND member = $2 AND counted > 0 ORDER BY activates_at",
    )
    .bind(club.tenant())
    .bind(member)
    .fetch_all(&mut *club.tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(at, points)| Credit {
            activates_at: Timestamp(at),
            points: Points(points),
        })
        .collect())
}

async fn redeemed(club: &mut Club, member: &str) -> Result<Vec<Redeemed>> {
    let rows: Vec<(String, i64, bool)> = sqlx::query_as(
        "SELECT reward_id, at, state = 'open' AND expires_at > $3 FROM redemptions
         WHERE tenant = $1 AND member = $2 AND state <> 'cancelled' ORDER BY at",
    )
    .bind(club.tenant())
    .bind(member)
    .bind(club.now.0)
    .fetch_all(&mut *club.tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(reward, at, open)| Redeemed {
            reward,
            at: Timestamp(at),
            open,
        })
        .collect())
}

/// A member, as the shop's server reads it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct View {
    /// Prefixed id, `mem_…`.
    pub id: String,
    /// The shop's id.
    pub external_id: String,
    /// Given name.
    pub first_name: Option<String>,
    /// When they joined.
    pub joined_at: Timestamp,
    /// May not redeem.
    pub blocked: bool,
    /// What a friend types.
    pub referral_code: String,
    /// Points by what can be done with them.
    pub balances: Balances,
    /// The place on the ladder, where the program has one.
    pub standing: Option<Standing>,
}

/// The member with balances and standing as of now.
///
/// # Errors
/// When the database fails.
pub async fn view(club: &mut Club, member: &Row) -> Result<View> {
    let facts = facts(club, &member.member).await?;
    let (program, zone) = (club.program(), club.zone());
    Ok(View {
        id: member.member.clone(),
        external_id: member.external_id.clone(),
        first_name: member.first_name.clone(),
        joined_at: member.joined_at,
        blocked: member.blocked,
        referral_code: member.referral_code.clone(),
        balances: rules::ledger::balances_under(program, zone, &facts, club.now),
        standing: program
            .tiers
            .as_ref()
            .map(|ladder| tiers::standing(ladder, program.calendar, zone, &facts, club.now)),
    })
}
