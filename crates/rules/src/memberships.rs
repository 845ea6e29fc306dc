//! Paid plans: what a member has of them.

use crate::ledger::whole;
use crate::member::{Member, Membership};
use crate::program::{Perk, Plan};
use crate::{Bp, Program, Timestamp, Zone, tiers};
use serde::{Deserialize, Serialize};

/// Most periods that are counted: a century of months.
const PERIODS: u32 = 1_200;

/// A member's plan, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The plan's id.
    pub plan: String,
    /// How it stands.
    pub state: State,
}

/// How a plan stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Bought, and not begun.
    Upcoming {
        /// When it begins.
        starts_at: Timestamp,
    },
    /// Running.
    Active {
        /// The first instant that is not paid for.
        until: Timestamp,
        /// It goes on by itself then.
        renews: bool,
        /// It does not, and the plan's `notice_days` before the end have begun.
        ending: bool,
    },
    /// Over. One that renews by itself is over too until the shop says that it was paid again.
    Ended {
        /// Since when.
        at: Timestamp,
    },
}

/// How the member's plan stands; none without a plan, or with one that the program no longer has.
pub fn status(program: &Program, zone: &Zone, member: &Member, now: Timestamp) -> Option<Status> {
    let membership = member.membership.as_ref()?;
    let plan = find(program, &membership.plan)?;
    let until = membership.ends_at;
    let state = if now < membership.started_at {
        State::Upcoming {
            starts_at: membership.started_at,
        }
    } else if until <= now {
        State::Ended { at: until }
    } else {
        let told_from = zone.plus_days(until, -i64::from(plan.notice_days));
        State::Active {
            until,
            renews: membership.renews,
            ending: !membership.renews && told_from <= now,
        }
    };
    Some(Status {
        plan: plan.id.clone(),
        state,
    })
}

/// The plan that is running for the member.
pub fn running<'a>(program: &'a Program, member: &Member, now: Timestamp) -> Option<&'a Plan> {
    let membership = member.membership.as_ref()?;
    if now < membership.started_at || membership.ends_at <= now {
        return None;
    }
    find(program, &membership.plan)
}

fn find<'a>(program: &'a Program, plan: &str) -> Option<&'a Plan> {
    program.memberships.iter().find(|one| one.id == plan)
}

/// What the member's plan multiplies purchase points by.
pub fn multiplier(program: &Program, member: &Member, now: Timestamp) -> Bp {
    running(program, member, now).map_or(Bp::ONE, |plan| plan.multiplier)
}

/// The first instant that a period begun at `start` no longer pays for.
pub fn period_end(program: &Program, zone: &Zone, plan: &Plan, start: Timestamp) -> Timestamp {
    renewal(program, zone, plan, start, 1)
}

/// When the `n`-th renewal of a plan begins that began at `started_at`; the 0th is the beginning itself.
/// Months are counted from the beginning, in the program's calendar and zone, so that a plan begun on the
/// 31st goes back to the 31st after a short month.
pub fn renewal(
    program: &Program,
    zone: &Zone,
    plan: &Plan,
    started_at: Timestamp,
    n: u32,
) -> Timestamp {
    let months = whole(plan.months.saturating_mul(n));
    program.calendar.add_months(zone, started_at, months)
}

/// The end of a plan that runs, once a further period is paid. Periods are counted from the plan's beginning, as in
/// [`renewal`]; where its end is no such count (the plan's months were others before), the period is added to it.
pub fn extended(program: &Program, zone: &Zone, plan: &Plan, running: &Membership) -> Timestamp {
    let (start, end) = (running.started_at, running.ends_at);
    let mut paid: u32 = 0;
    while paid < PERIODS && renewal(program, zone, plan, start, paid) < end {
        paid += 1;
    }
    if renewal(program, zone, plan, start, paid) == end {
        renewal(program, zone, plan, start, paid + 1)
    } else {
        period_end(program, zone, plan, end)
    }
}

/// What the member's tier and running plan bring, the tier's first. What both bring is there once; of
/// early accesses only the longest.
pub fn perks<'a>(
    program: &'a Program,
    zone: &Zone,
    member: &Member,
    now: Timestamp,
) -> Vec<&'a Perk> {
    let tier = tiers::current(program, zone, member, now);
    let ladder = program.tiers.as_ref();
    let level = ladder.zip(tier).and_then(|(l, held)| l.levels.get(held));
    let plan = running(program, member, now);
    let held = level.map(|level| &level.perks);
    let all = || {
        let bought = plan.map(|plan| &plan.perks);
        held.into_iter().chain(bought).flatten()
    };
    let hours = |perk: &Perk| match perk {
        Perk::EarlyAccess(hours) => Some(*hours),
        _ => None,
    };
    let longest = all().filter_map(hours).max();
    let mut perks: Vec<&Perk> = Vec::new();
    for perk in all() {
        let short = hours(perk).is_some_and(|hours| Some(hours) < longest);
        if !short && !perks.contains(&perk) {
            perks.push(perk);
        }
    }
    perks
}

#[cfg(test)]
mod tests;
