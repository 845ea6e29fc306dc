//! Paid plans: the shop sells them and says so, by its own payment ids.
//!
//! A payment for the plan that runs adds a period at its end; one for another plan begins that one at once, and what
//! was left of the first is over. What a plan brings (a multiplier, perks) is the rules' business; here it is only
//! written down what the member has. A plan that nobody paid again is over at its end, also one that renews by
//! itself: [`end_due`] tells the shop's systems.

use crate::books::{About, Books, refusal};
use crate::club::Club;
use crate::members;
use crate::outbox;
use crate::problem::{Error, Result, fault};
use contract::memberships::{MembershipInput, MembershipState, MembershipView, PlanPayment};
use rules::Timestamp;
use rules::journal::Event;
use rules::member::{Member, Membership};
use rules::memberships::{self as plans, State};
use serde_json::{Map, Value, json};

const ID_BYTES_MAX: usize = 128;
/// Payments that are shown.
const SHOWN: i64 = 20;
/// Where a member's row notes the last end that was told.
const TOLD: &str = "membership_ended";

/// Takes a payment for a plan. True when the payment is new.
///
/// # Errors
/// 404 for an unknown member; 422 for an id that cannot be or a plan that the program has not; 409 `payment_known`
/// for a payment that was told for another member or plan.
pub async fn put(
    club: &mut Club,
    external_id: &str,
    input: &MembershipInput,
) -> Result<(MembershipView, bool)> {
    check(club, input)?;
    let member = member(club, external_id).await?;
    let mut books = Books::open(club, &member, About::MEMBER).await?;
    let known: Option<(String, String)> = club
        .query("SELECT member, plan FROM plan_payments WHERE tenant = $1 AND payment = $2")
        .bind(&input.id)
        .fetch_optional(&mut club.tx)
        .await?;
    if let Some((of, plan)) = known {
        if of != member || plan != input.plan {
            return Err(Error::refused(
                "payment_known",
                format!(
                    "Payment {} was told of before, for another member or plan.",
                    input.id
                ),
            ));
        }
        return Ok((shown(club, &books.account.member).await?, false));
    }
    if club
        .program()
        .memberships
        .iter()
        .all(|plan| plan.id != input.plan)
    {
        let detail = format!("The program has no plan {}.", input.plan);
        return Err(Error::invalid("/plan", "unknown_plan", detail));
    }
    let before = books.account.member.membership.clone();
    let event = Event::Subscribed {
        plan: input.plan.clone(),
        renews: input.renews,
    };
    books
        .apply(club, &event)
        .map_err(|refused| refusal(&refused))?;
    let after = books.account.member.membership.clone();
    let after = after.ok_or_else(|| Error::internal("a plan that was just sold is missing"))?;
    let renewed = before
        .as_ref()
        .filter(|m| m.plan == after.plan && m.started_at == after.started_at);
    let starts_at = renewed.map_or(after.started_at, |running| running.ends_at);
    let kind = if renewed.is_some() {
        "membership.renewed"
    } else {
        "membership.started"
    };
    if let Some(over) = before.as_ref().filter(|_| renewed.is_none()) {
        let over = Membership {
            ends_at: over.ends_at.min(club.now),
            ..over.clone()
        };
        tell_end(club, &member, &over).await?;
    }
    let facts = books.account.member.clone();
    books.close(club).await?;
    note_payment(club, &member, input, starts_at, after.ends_at).await?;
    outbox::tell(club, kind, message(&member, &after)).await?;
    let detail = json!({ "plan": input.plan, "payment": input.id, "ends_at": after.ends_at });
    club.audit(kind, &member, detail).await?;
    Ok((shown(club, &facts).await?, true))
}

fn check(club: &Club, input: &MembershipInput) -> Result<()> {
    let mut faults = Vec::new();
    let id = &input.id;
    if id.is_empty() || id.len() > ID_BYTES_MAX || id.contains(char::is_control) {
        let detail = "A payment's id has 1 to 128 bytes and no control character.";
        faults.push(fault("/id", "bad_payment_id", detail));
    }
    if input.plan.contains('\0') {
        let detail = format!("The program {} has no such plan.", club.program().id);
        faults.push(fault("/plan", "unknown_plan", detail));
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Error::validation(faults))
    }
}

async fn member(club: &mut Club, external_id: &str) -> Result<String> {
    let row = members::find(club, external_id).await?;
    Ok(row.ok_or_else(|| members::unknown(external_id))?.member)
}

async fn note_payment(
    club: &mut Club,
    member: &str,
    input: &MembershipInput,
    starts_at: Timestamp,
    ends_at: Timestamp,
) -> Result<()> {
    club.query(
        "INSERT INTO plan_payments (tenant, payment, member, plan, starts_at, ends_at, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&input.id)
    .bind(member)
    .bind(&input.plan)
    .bind(starts_at.0)
    .bind(ends_at.0)
    .bind(club.now.0)
    .execute(&mut club.tx)
    .await?;
    Ok(())
}

/// The member's plan, running or lately ended; none for one who never had any.
///
/// # Errors
/// 404 for an unknown member.
pub async fn get(club: &mut Club, external_id: &str) -> Result<Option<MembershipView>> {
    let member = member(club, external_id).await?;
    let account = crate::books::facts(club, &member).await?;
    if account.member.membership.is_none() {
        return Ok(None);
    }
    shown(club, &account.member).await.map(Some)
}

/// Ends the member's plan: it is not renewed at its end, or it is over `at_once`. A plan that is over already stays
/// as it is.
///
/// # Errors
/// 404 for an unknown member, and for one who never had a plan.
pub async fn end(club: &mut Club, external_id: &str, at_once: bool) -> Result<MembershipView> {
    let member = member(club, external_id).await?;
    let mut books = Books::open(club, &member, About::MEMBER).await?;
    books.settle(club)?;
    let now = books.account.settled_at();
    let Some(plan) = &mut books.account.member.membership else {
        return Err(Error::not_found(format!(
            "Member {external_id} never had a plan."
        )));
    };
    let before = plan.clone();
    if now < plan.ends_at {
        plan.renews = false;
        if at_once {
            plan.ends_at = now;
        }
    }
    let (changed, after) = (before != *plan, plan.clone());
    let facts = books.account.member.clone();
    if changed {
        books.close(club).await?;
        if at_once {
            tell_end(club, &member, &after).await?;
        }
        let detail = json!({ "plan": after.plan, "ends_at": after.ends_at });
        club.audit("membership.cancelled", &member, detail).await?;
    }
    shown(club, &facts).await
}

/// Tells the shop's systems that the member's plan is over, once, when its end has passed. True when it did.
///
/// # Errors
/// When the database fails.
pub async fn end_due(club: &mut Club, member: &str) -> Result<bool> {
    let plan: Option<Option<String>> = club
        .query("UPDATE members SET revision = revision + 1 WHERE tenant = $1 AND member = $2 RETURNING membership")
        .bind(member)
        .fetch_optional(&mut club.tx)
        .await?;
    let Some(plan) = plan.flatten() else {
        return Ok(false);
    };
    let plan: Membership = serde_json::from_str(&plan)?;
    if club.now < plan.ends_at || !tell_end(club, member, &plan).await? {
        return Ok(false);
    }
    let detail = json!({ "plan": plan.plan, "ends_at": plan.ends_at });
    club.audit("membership.ended", member, detail).await?;
    Ok(true)
}

/// Tells of an end, unless this one was told before. The member's row is locked by the caller.
async fn tell_end(club: &mut Club, member: &str, plan: &Membership) -> Result<bool> {
    let told: String = club
        .query("SELECT told FROM members WHERE tenant = $1 AND member = $2")
        .bind(member)
        .fetch_one(&mut club.tx)
        .await?;
    let mut told: Map<String, Value> = serde_json::from_str(&told)?;
    let this = json!([plan.plan, plan.started_at.0]);
    if told.get(TOLD) == Some(&this) {
        return Ok(false);
    }
    told.insert(TOLD.to_owned(), this);
    club.query("UPDATE members SET told = $3 WHERE tenant = $1 AND member = $2")
        .bind(member)
        .bind(Value::Object(told).to_string())
        .execute(&mut club.tx)
        .await?;
    outbox::tell(club, "membership.ended", message(member, plan)).await?;
    Ok(true)
}

fn message(member: &str, plan: &Membership) -> Value {
    json!({
        "member_id": member, "plan": plan.plan, "started_at": plan.started_at, "ends_at": plan.ends_at,
        "renews": plan.renews,
    })
}

async fn shown(club: &mut Club, facts: &Member) -> Result<MembershipView> {
    let plan = facts.membership.clone();
    let plan = plan.ok_or_else(|| Error::internal("a plan that was just read is missing"))?;
    let payments: Vec<(String, String, i64, i64)> = club
        .query(
            "SELECT payment, plan, starts_at, ends_at FROM plan_payments WHERE tenant = $1 AND member = $2
             ORDER BY at DESC, starts_at DESC, payment LIMIT $3",
        )
        .bind(&facts.id)
        .bind(SHOWN)
        .fetch_all(&mut club.tx)
        .await?;
    let payment = |(id, plan, starts_at, ends_at)| PlanPayment {
        id,
        plan,
        starts_at: Timestamp(starts_at),
        ends_at: Timestamp(ends_at),
    };
    let status = plans::status(club.program(), club.zone(), facts, club.now);
    let state = match status.map(|status| status.state) {
        Some(State::Active { ending: true, .. }) => MembershipState::Ending,
        Some(State::Active { .. } | State::Upcoming { .. }) => MembershipState::Active,
        Some(State::Ended { .. }) | None => MembershipState::Ended,
    };
    Ok(MembershipView {
        plan: plan.plan,
        state,
        started_at: plan.started_at,
        ends_at: plan.ends_at,
        renews: plan.renews,
        payments: payments.into_iter().map(payment).collect(),
    })
}
