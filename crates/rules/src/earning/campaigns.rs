//! What a purchase's points are multiplied by.

use crate::member::Member;
use crate::program::{Campaign, Combine};
use crate::{Bp, Money, Program, Timestamp, Zone, audience, memberships, tiers};

/// The multipliers of a purchase that is paid `now`: the tier's, the membership's, then those of the
/// campaigns. With [`Combine::Best`] only the campaign that multiplies most is among them; one under
/// [`Bp::ONE`] lowers where no better one runs.
///
/// `member` is the member before the purchase, so the tier is the one held then. The ceiling is applied
/// by [`super::purchase_points`].
pub fn multipliers(
    program: &Program,
    zone: &Zone,
    member: &Member,
    base: Money,
    now: Timestamp,
) -> Vec<Bp> {
    let mut all = vec![
        tiers::multiplier(program, zone, member, now),
        memberships::multiplier(program, member, now),
    ];
    let campaigns = running(program, zone, member, base, now);
    let by = campaigns.into_iter().map(|campaign| campaign.multiplier);
    match program.earning.combine {
        Combine::Best => all.extend(by.max()),
        Combine::Product => all.extend(by),
    }
    all
}

/// The campaigns that multiply a purchase of this base, in the program's order: in their time
/// (half-open), from their smallest base on, and for this member.
pub fn running<'a>(
    program: &'a Program,
    zone: &Zone,
    member: &Member,
    base: Money,
    now: Timestamp,
) -> Vec<&'a Campaign> {
    let campaigns = &program.earning.campaigns;
    if campaigns.is_empty() {
        return Vec::new();
    }
    let tier = tiers::current(program, zone, member, now);
    campaigns
        .iter()
        .filter(|campaign| {
            campaign.starts_at.is_none_or(|at| at <= now)
                && campaign.ends_at.is_none_or(|at| now < at)
                && campaign.minimum_order.is_none_or(|least| least <= base)
                && audience::miss(program, &campaign.audience, member, tier, 0, now).is_none()
        })
        .collect()
}

#[cfg(test)]
mod tests;
