//! Paid plans: what a member has of them.

use crate::member::Member;
use crate::program::Plan;
use crate::{Bp, Program, Timestamp};

/// The plan that is running for the member.
pub fn running<'a>(program: &'a Program, member: &Member, now: Timestamp) -> Option<&'a Plan> {
    let membership = member.membership.as_ref()?;
    if now < membership.started_at || membership.ends_at <= now {
        return None;
    }
    program
        .memberships
        .iter()
        .find(|plan| plan.id == membership.plan)
}

/// What the member's plan multiplies purchase points by.
pub fn multiplier(program: &Program, member: &Member, now: Timestamp) -> Bp {
    running(program, member, now).map_or(Bp::ONE, |plan| plan.multiplier)
}
