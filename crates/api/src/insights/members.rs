//! What is told of members: their tiers, cohorts, who may leave, and what experiments did to them.

use super::pages::{self, Bought};
use crate::club::Club;
use crate::problem::Result;
use contract::insights::{ArmResult, AtRisk, ExperimentResult, TierShare};
use rules::churn::{self, QuarterDays, Risk};
use rules::insights::{Cohort, Figure, Ratio, Sale, Window, cohorts as cohorts_of};
use rules::{Timestamp, experiments as arms};
use std::collections::{BTreeMap, BTreeSet};

/// Months of a cohort's row.
const MONTHS: u8 = 24;
/// Members at risk that are told by name.
const AT_RISK_MAX: usize = 100;

/// How many members hold each tier, as it was last written down. Who has none yet is on the lowest.
pub(super) async fn tiers(club: &mut Club) -> Result<Vec<TierShare>> {
    let groups: Vec<(Option<String>, i64)> = club
        .query("SELECT tier, COUNT(*) FROM members WHERE tenant = $1 AND erased_at IS NULL GROUP BY tier")
        .fetch_all(&mut club.tx)
        .await?;
    let Some(ladder) = &club.program().tiers else {
        return Ok(Vec::new());
    };
    let count = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    let all = count(groups.iter().map(|group| group.1).sum());
    let known = |tier: &str| ladder.levels.iter().any(|level| level.id == tier);
    let lowest = ladder.levels.first().map(|level| level.id.clone());
    let mut members: BTreeMap<String, u32> = BTreeMap::new();
    for (tier, times) in groups {
        let tier = tier.filter(|tier| known(tier)).or_else(|| lowest.clone());
        let sum = members.entry(tier.unwrap_or_default()).or_default();
        *sum = sum.saturating_add(count(times));
    }
    let share = |level: &rules::program::Tier| {
        let members = members.get(&level.id).copied().unwrap_or(0);
        TierShare {
            tier: level.id.clone(),
            members,
            share: Ratio::of(members, all).and_then(Ratio::figure),
        }
    };
    Ok(ladder.levels.iter().map(share).collect())
}

/// Every order up to an instant.
const fn ever(to: Timestamp) -> Window {
    Window {
        from: Timestamp::MIN,
        to,
    }
}

/// Cohorts whose first order was in the window.
pub(super) async fn cohorts(club: &mut Club, window: Window) -> Result<Vec<Cohort>> {
    let published = club.published();
    let (calendar, zone) = (published.program.calendar, &published.zone);
    let now = club.now.min(window.to);
    let mut sums: BTreeMap<(i32, u8), Vec<u32>> = BTreeMap::new();
    let mut after = String::new();
    while let Some(page) = pages::next(club, &after).await? {
        let bought = pages::orders(club, &page, ever(now)).await?;
        let sales: Vec<Sale<'_>> = bought.iter().map(Bought::sale).collect();
        for cohort in cohorts_of(&sales, calendar, zone, now, MONTHS) {
            let sum = sums.entry((cohort.year, cohort.month)).or_default();
            sum.resize(sum.len().max(cohort.bought.len()), 0);
            for (sum, one) in sum.iter_mut().zip(cohort.bought) {
                *sum = sum.saturating_add(one);
            }
        }
        after = page.end().to_owned();
    }
    let first = calendar.date_at(zone, window.from);
    let rows = sums
        .into_iter()
        .filter(|(month, _)| *month >= (first.year, first.month));
    Ok(rows
        .map(|((year, month), bought)| Cohort {
            year,
            month,
            bought,
        })
        .collect())
}

/// How many are at risk of those of whom something can be said, and the latest of them. The members of the club are
/// the cohort.
pub(super) async fn at_risk(
    club: &mut Club,
    now: Timestamp,
) -> Result<(Option<Figure>, Vec<AtRisk>)> {
    let now = club.now.min(now);
    let published = club.published();
    let zone = &published.zone;
    // Two readings: the first finds the usual gap, the second judges by it.
    let mut gaps: Vec<QuarterDays> = Vec::new();
    let mut after = String::new();
    while let Some(page) = pages::next(club, &after).await? {
        for orders in orders_of_members(&pages::orders(club, &page, ever(now)).await?).values() {
            gaps.extend(churn::own_gap(zone, orders));
        }
        after = page.end().to_owned();
    }
    let cohort = churn::cohort_gap(gaps);
    let (mut late, mut judged) = (0_u32, 0_u32);
    let mut worst: Vec<(String, Risk)> = Vec::new();
    after.clear();
    while let Some(page) = pages::next(club, &after).await? {
        for (member, orders) in orders_of_members(&pages::orders(club, &page, ever(now)).await?) {
            let Some(risk) = churn::risk(zone, &orders, cohort, now) else {
                continue;
            };
            judged = judged.saturating_add(1);
            if risk.at_risk {
                late = late.saturating_add(1);
                worst.push((member.to_owned(), risk));
            }
        }
        worst.sort_by(|(a, one), (b, two)| two.ratio_bp.cmp(&one.ratio_bp).then(a.cmp(b)));
        worst.truncate(AT_RISK_MAX);
        after = page.end().to_owned();
    }
    let mut named = Vec::with_capacity(worst.len());
    for (member, risk) in worst {
        let external: Option<String> = club
            .query(
                "SELECT external_id FROM members WHERE tenant = $1 AND member = $2 AND erased_at IS NULL",
            )
            .bind(member)
            .fetch_optional(&mut club.tx)
            .await?;
        named.extend(external.map(|member| AtRisk { member, risk }));
    }
    Ok((Ratio::of(late, judged).and_then(Ratio::figure), named))
}

fn orders_of_members(bought: &[Bought]) -> BTreeMap<&str, Vec<Timestamp>> {
    let mut orders: BTreeMap<&str, Vec<Timestamp>> = BTreeMap::new();
    for one in bought {
        orders.entry(&one.member).or_default().push(one.paid_at);
    }
    orders
}

/// What came of the experiments that ran in the window: a member succeeds who has a paid order while it ran.
pub(super) async fn experiments(club: &mut Club, window: Window) -> Result<Vec<ExperimentResult>> {
    let published = club.published();
    let program = &published.program;
    let running: Vec<(&rules::program::Experiment, Window)> = program
        .experiments
        .iter()
        .map(|one| {
            let from = one.starts_at.map_or(window.from, |at| at.max(window.from));
            let to = one.ends_at.map_or(window.to, |at| at.min(window.to));
            (one, Window { from, to })
        })
        .filter(|(_, ran)| ran.from < ran.to)
        .collect();
    let mut tallies: Vec<BTreeMap<&str, (u32, u32)>> = vec![BTreeMap::new(); running.len()];
    let mut after = String::new();
    while let Some(page) = pages::next(club, &after).await? {
        let joined: Vec<String> = club
            .query(
                "SELECT member FROM members WHERE tenant = $1 AND member > $2 AND member <= $3 AND joined_at < $4",
            )
            .bind(&after)
            .bind(page.end())
            .bind(window.to.0)
            .fetch_all(&mut club.tx)
            .await?;
        let bought = pages::orders(club, &page, window).await?;
        for ((experiment, ran), tally) in running.iter().zip(&mut tallies) {
            let buyers: BTreeSet<&str> = bought
                .iter()
                .filter(|one| ran.has(one.paid_at))
                .map(|one| one.member.as_str())
                .collect();
            for member in &joined {
                let Some(arm) = arms::assign(program, &experiment.id, member, ran.from) else {
                    continue;
                };
                let (people, successes) = tally.entry(arm).or_default();
                *people = people.saturating_add(1);
                *successes = successes.saturating_add(u32::from(buyers.contains(member.as_str())));
            }
        }
        after = page.end().to_owned();
    }
    let results = running
        .iter()
        .zip(&tallies)
        .map(|((experiment, _), tally)| {
            let of = |arm: &str| tally.get(arm).copied().unwrap_or_default();
            let first = experiment
                .arms
                .first()
                .map(|arm| of(&arm.id))
                .unwrap_or_default();
            let result = |(place, arm): (usize, &rules::program::ArmWeight)| {
                let (people, successes) = of(&arm.id);
                let beside = arms::difference(successes, people, first.1, first.0);
                ArmResult {
                    arm: arm.id.clone(),
                    people,
                    successes,
                    share: Ratio::of(successes, people).and_then(Ratio::figure),
                    difference: beside.filter(|_| place > 0),
                }
            };
            ExperimentResult {
                experiment: experiment.id.clone(),
                arms: experiment.arms.iter().enumerate().map(result).collect(),
            }
        });
    Ok(results.collect())
}
