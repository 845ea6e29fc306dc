//! Members: who they are, and the facts about them that the rules judge.

use crate::books::{self, About};
use crate::club::Club;
use crate::ids;
use crate::problem::{Error, Result, fault};
use crate::referrals;
use contract::orders::MemberInput;
use rules::earning;
use rules::journal::Event;
use rules::ledger::Balances;
use rules::program::Activity;
use rules::tiers::{self, Standing};
use rules::{Money, Timestamp};
use schemars::JsonSchema;
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
    let row: Option<(String, String, Option<String>, i64, String, bool)> = club
        .query(
            "SELECT member, external_id, first_name, joined_at, referral_code, blocked FROM members
         WHERE tenant = $1 AND external_id = $2 AND erased_at IS NULL",
        )
        .bind(external_id)
        .fetch_optional(&mut club.tx)
        .await?;
    Ok(row.map(
        |(member, external_id, first_name, joined_at, referral_code, blocked)| Row {
            member,
            external_id,
            first_name,
            joined_at: Timestamp(joined_at),
            referral_code,
            blocked,
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
        club.query("UPDATE members SET first_name = $3 WHERE tenant = $1 AND external_id = $2")
            .bind(external_id)
            .bind(input.first_name.clone())
            .execute(&mut club.tx)
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
    club.query("INSERT INTO members (tenant, member, external_id, first_name, joined_at, settled_at, referral_code)
         VALUES ($1, $2, $3, $4, $5, $5, $6)")
    .bind(ids::id("mem"))
    .bind(external_id)
    .bind(input.first_name.clone())
    .bind(input.joined_at.unwrap_or(club.now).min(club.now).0)
    .bind(ids::code())
    .execute(&mut club.tx)
    .await?;
    Ok(())
}

async fn give_for_joining(club: &mut Club, row: &Row) -> Result<()> {
    let published = club.published();
    let Some(rule) = earning::activity(&published.program, &Activity::Join) else {
        return Ok(());
    };
    let event = Event::Did {
        rule: rule.id.clone(),
        source: None,
    };
    // One who joined long ago joined then.
    let now = std::mem::replace(&mut club.now, row.joined_at);
    let given = books::post(club, &row.member, About::MEMBER, &event).await;
    club.now = now;
    given?;
    Ok(())
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
    club.query(
        "UPDATE members SET external_id = $3, first_name = NULL, referral_code = $3, erased_at = $4
         WHERE tenant = $1 AND member = $2",
    )
    .bind(&row.member)
    .bind(&tombstone)
    .bind(club.now.0)
    .execute(&mut club.tx)
    .await?;
    for statement in [
        "UPDATE responses SET comment = NULL WHERE tenant = $1 AND member = $2",
        "DELETE FROM events WHERE tenant = $1 AND member = $2",
        "DELETE FROM prompts WHERE tenant = $1 AND member = $2",
    ] {
        club.query(statement)
            .bind(&row.member)
            .execute(&mut club.tx)
            .await?;
    }
    club.query("DELETE FROM outcomes WHERE tenant = $1 AND subject = $2")
        .bind(subject_key(external_id))
        .execute(&mut club.tx)
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

/// A member, as the shop's server reads it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
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
    /// Wallet credit by what can be done with it, in minor units.
    pub wallet: Balances<Money>,
    /// The place on the ladder, where the program has one.
    pub standing: Option<Standing>,
}

/// The member with balances and standing as of now.
///
/// # Errors
/// When the database fails.
pub async fn view(club: &mut Club, member: &Row) -> Result<View> {
    let account = books::facts(club, &member.member).await?;
    let facts = &account.member;
    let (program, zone) = (club.program(), club.zone());
    Ok(View {
        id: member.member.clone(),
        external_id: member.external_id.clone(),
        first_name: member.first_name.clone(),
        joined_at: member.joined_at,
        blocked: member.blocked,
        referral_code: member.referral_code.clone(),
        balances: rules::ledger::balances_under(program, zone, facts, club.now),
        wallet: rules::ledger::wallet(facts, club.now),
        standing: program
            .tiers
            .as_ref()
            .map(|ladder| tiers::standing(ladder, program.calendar, zone, facts, club.now)),
    })
}
