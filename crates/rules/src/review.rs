//! What a program makes of a member when nothing but time happens: how every member is looked at when a new version
//! begins, and how it is known beforehand what would come of one.

use crate::journal::{Account, Event, Refused};
use crate::ledger;
use crate::member::Member;
use crate::rewards;
use crate::tiers::{self, Notice, Standing};
use crate::{Points, Program, Timestamp, Zone};

/// Brings an account up to `now` under a program.
///
/// # Errors
/// [`Refused::TooEarly`] for an instant before the account's last one.
pub fn settle(
    program: &Program,
    zone: &Zone,
    account: &mut Account,
    now: Timestamp,
) -> Result<(), Refused> {
    account
        .apply(program, zone, now, &Event::TimePassed)
        .map(|_| ())
}

/// Where a member stands; none in a program without tiers.
pub fn standing(
    program: &Program,
    zone: &Zone,
    member: &Member,
    now: Timestamp,
) -> Option<Standing> {
    let ladder = program.tiers.as_ref()?;
    Some(tiers::standing(ladder, program.calendar, zone, member, now))
}

/// What a member has under a program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outlook {
    /// Index of the tier that is held; none in a program without tiers.
    pub tier: Option<usize>,
    /// The member would not reach that tier by today's measure and marks, and holds it by what was reached before.
    pub keeps: bool,
    /// The right to it is gone already, and the tier follows at the end of its grace.
    pub in_grace: bool,
    /// Points that can be spent.
    pub available: Points,
    /// Points that are not active yet.
    pub pending: Points,
    /// For each reward, in the program's order: nothing keeps the member from taking it now.
    pub in_reach: Vec<bool>,
}

/// Lets time pass under a program, and tells what the member has then. `shelf` is the program with what is left of
/// its stocks.
///
/// # Errors
/// [`Refused::TooEarly`] for an instant before the account's last one.
pub fn outlook(
    program: &Program,
    shelf: &Program,
    zone: &Zone,
    mut account: Account,
    now: Timestamp,
) -> Result<Outlook, Refused> {
    settle(program, zone, &mut account, now)?;
    let standing = standing(program, zone, &account.member, now);
    let mark = |standing: &Standing| {
        let levels = &program.tiers.as_ref()?.levels;
        levels.get(standing.current).map(|level| level.enter)
    };
    let keeps = standing.as_ref().is_some_and(|standing| {
        standing.current > 0 && mark(standing).is_some_and(|enter| standing.value < enter)
    });
    let in_grace = standing.as_ref().is_some_and(|standing| {
        let mut notices = standing.notices.iter();
        notices.any(|notice| matches!(notice, Notice::InGrace { .. }))
    });
    let balances = ledger::balances_under(program, zone, &account.member, now);
    let reasons = rewards::eligibilities(shelf, zone, Some(&account.member), None, now);
    Ok(Outlook {
        tier: standing.map(|standing| standing.current),
        keeps,
        in_grace,
        available: balances.available,
        pending: balances.pending,
        in_reach: reasons.iter().map(Vec::is_empty).collect(),
    })
}
