//! People who are made up, to see a document with: nobody has to be a member to know what a member would read.
//!
//! A sample is facts and nothing else. What they come to (tier, worth, what can be taken) the rules say, as of
//! anybody; so a sample stands wherever the document puts it.

use contract::shopper::{Entry, EntryReason, Friend, FriendState, Invitation, Snapshot};
use rules::member::{Credit, Lot, Member, Membership, Purchase};
use rules::program::{Activity, Expiry, Measure};
use rules::{Money, Points, Program, Timestamp};
use schemars::JsonSchema;
use serde::Deserialize;

/// How somebody stands who is made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sample {
    /// Has joined a moment ago.
    New,
    /// Lacks little for the second tier, and has points for a small reward.
    NearTier,
    /// Is in the highest tier, and has points for every reward.
    TopTier,
}

/// Points of somebody in a club without rewards that cost any.
const POINTS: i64 = 1_000;
/// Wallet credit, in a club that gives some.
const CREDIT: i64 = 500_000;
/// Days for which a regular has been a member.
const MEMBER_DAYS: i64 = 400;

/// What the widget would be told of them.
#[must_use]
pub fn of(program: &Program, sample: Sample, now: Timestamp) -> Snapshot {
    let facts = member(program, sample, now);
    let entries = facts.lots.iter().rev().map(|lot| Entry {
        id: lot.id.replace("lot_", "txn_"),
        at: lot.earned_at,
        reason: match sample {
            Sample::New => EntryReason::Joined,
            Sample::NearTier | Sample::TopTier => EntryReason::Purchase,
        },
        points: lot.remaining,
        wallet: Money::ZERO,
        activates_at: None,
        expires_at: lot.expires_at,
        source: None,
    });
    let friends = match sample {
        Sample::New => Vec::new(),
        Sample::NearTier => vec![FriendState::Joined],
        Sample::TopTier => vec![FriendState::Bought, FriendState::Rewarded],
    };
    let friends = friends
        .into_iter()
        .map(|state| Friend { at: now, state })
        .collect();
    Snapshot {
        as_of: now,
        first_name: None,
        entries: entries.collect(),
        facts,
        referral: program.referral.as_ref().map(|_| Invitation {
            code: "SAMPLE".to_owned(),
            friends,
        }),
        redemptions: Vec::new(),
        next_cursor: None,
        prompts: Vec::new(),
        delivered_order_id: None,
        resolved_complaint: None,
    }
}

fn member(program: &Program, sample: Sample, now: Timestamp) -> Member {
    let mut member = Member {
        id: "mem_sample".to_owned(),
        joined_at: now,
        ..Member::default()
    };
    let points = points(program, sample);
    if sample == Sample::New {
        member.lots.extend(lot("lot_1", points, now, None));
        return member;
    }
    member.joined_at = now.plus_days(-MEMBER_DAYS);
    member.last_order_at = Some(now);
    member.last_active_at = Some(now);
    // A part of them ends soon, where points end by themselves.
    let soon = match program.expiry {
        Expiry::PerLot { warn_days, .. } => i64::from(warn_days).div_euclid(2).max(1),
        Expiry::None | Expiry::Inactivity { .. } => 0,
    };
    let ending = if soon > 0 { points.div_euclid(5) } else { 0 };
    let ends = (soon > 0).then(|| now.plus_days(soon));
    let ends_later = (soon > 0).then(|| now.plus_days(soon.saturating_add(180)));
    member
        .lots
        .extend(lot("lot_1", ending, now.plus_days(-30), ends));
    let rest = points.saturating_sub(ending);
    member
        .lots
        .extend(lot("lot_2", rest, now.plus_days(-1), ends_later));
    if program.cashback.is_some() {
        member.wallet.push(Lot {
            id: "lot_w".to_owned(),
            earned_at: now,
            activates_at: now,
            expires_at: None,
            remaining: Money(CREDIT),
        });
    }
    stand(program, sample, now, &mut member);
    if let Some(plan) = program
        .memberships
        .first()
        .filter(|_| sample == Sample::TopTier)
    {
        member.membership = Some(Membership {
            plan: plan.id.clone(),
            started_at: now.plus_days(-10),
            ends_at: now.plus_days(20),
            renews: true,
        });
    }
    member
}

fn lot(id: &str, points: i64, at: Timestamp, expires_at: Option<Timestamp>) -> Option<Lot> {
    (points > 0).then(|| Lot {
        id: id.to_owned(),
        earned_at: at,
        activates_at: at,
        expires_at,
        remaining: Points(points),
    })
}

/// What they can spend: what joining brings, a little over the cheapest reward, or over the dearest.
fn points(program: &Program, sample: Sample) -> i64 {
    let mut costs = program.rewards.iter().map(|reward| reward.cost.0);
    let cost = match sample {
        Sample::New => {
            let joining = program.earning.activities.iter();
            let joining = joining.filter(|rule| rule.kind == Activity::Join);
            return joining.map(|rule| rule.points.0).sum();
        }
        Sample::NearTier => costs.filter(|cost| *cost > 0).min(),
        Sample::TopTier => costs.by_ref().max().filter(|cost| *cost > 0),
    };
    let cost = cost.unwrap_or(POINTS);
    cost.saturating_add(cost.div_euclid(5))
}

/// Has bought as much as puts them where the sample is on the ladder. All of it now, so that it is in any window.
fn stand(program: &Program, sample: Sample, now: Timestamp, member: &mut Member) {
    let value = program.tiers.as_ref().and_then(|ladder| {
        let enter = |index: usize| ladder.levels.get(index).map(|level| level.enter);
        match sample {
            Sample::New => None,
            // An eighth short of the second tier; an order short of it at least.
            Sample::NearTier => enter(1).map(|next| next.saturating_sub((next / 8).max(1))),
            Sample::TopTier => ladder.levels.last().map(|top| top.enter.saturating_add(1)),
        }
    });
    let measure = program
        .tiers
        .as_ref()
        .map_or(Measure::Spend, |it| it.measure);
    let value = value.unwrap_or(1).max(0);
    let bought = |spend| Purchase {
        paid_at: now,
        spend: Money(spend),
    };
    match measure {
        Measure::Spend => member.purchases.push(bought(value)),
        Measure::PointsEarned => {
            member.purchases.push(bought(1));
            member.credits.push(Credit {
                activates_at: now,
                points: Points(value),
            });
        }
        Measure::Orders => {
            let orders = usize::try_from(value.min(1_000)).unwrap_or_default();
            member
                .purchases
                .extend(std::iter::repeat_n(bought(1), orders));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;
    use crate::zone::zone;
    use rules::tiers::current;

    const NOW: &str = "2026-11-22T08:30:00Z";

    #[test]
    fn a_sample_stands_where_its_name_says_on_any_ladder() {
        let now = Timestamp::parse(NOW).unwrap();
        let text = include_str!("../templates/tiers.json");
        let program: Program = serde_json::from_str(text).unwrap();
        let zone = zone(&program.zone, now).unwrap();
        for measure in [Measure::Spend, Measure::PointsEarned, Measure::Orders] {
            let mut program = program.clone();
            let ladder = program.tiers.as_mut().unwrap();
            ladder.measure = measure;
            for (level, enter) in ladder.levels.iter_mut().zip([0, 4, 9, 20, 50]) {
                level.enter = enter;
                level.retain = None;
            }
            let top = ladder.levels.len() - 1;
            let tier = |sample| current(&program, &zone, &member(&program, sample, now), now);
            assert_eq!(tier(Sample::New), Some(0), "{measure:?}");
            assert_eq!(tier(Sample::NearTier), Some(0), "{measure:?}");
            assert_eq!(tier(Sample::TopTier), Some(top), "{measure:?}");
        }
    }

    #[test]
    fn a_sample_can_pay_what_its_name_says() {
        let now = Timestamp::parse(NOW).unwrap();
        let text = include_str!("../templates/points.json");
        let program: Program = serde_json::from_str(text).unwrap();
        let has = |sample| -> i64 {
            let lots = member(&program, sample, now).lots;
            lots.iter().map(|lot| lot.remaining.0).sum()
        };
        let costs = || program.rewards.iter().map(|reward| reward.cost.0);
        assert!(has(Sample::NearTier) >= costs().min().unwrap());
        assert!(has(Sample::TopTier) >= costs().max().unwrap());
        assert!(has(Sample::New) < has(Sample::NearTier));
    }
}
