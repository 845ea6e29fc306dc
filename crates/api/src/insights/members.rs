//! What is told of members: their tiers, cohorts, and what experiments did to them.

use super::pages::{self, History, ever};
use crate::club::Club;
use crate::problem::Result;
use contract::insights::{ArmResult, ExperimentResult, TierShare};
use rules::experiments as arms;
use rules::insights::{Cohort, Ratio, Sale, Window, cohorts as cohorts_of};
use std::collections::{BTreeMap, HashSet};

/// Months of a cohort's row.
const MONTHS: u8 = 24;
/// Members of a page of those who joined.
const PAGE: i64 = 5_000;

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

/// Cohorts whose first order was in the window.
pub(super) async fn cohorts(club: &mut Club, window: Window) -> Result<Vec<Cohort>> {
    let published = club.published();
    let (calendar, zone) = (published.program.calendar, &published.zone);
    let end = club.now.min(window.to);
    // The last instant of the window: its end is in the next month where the window is whole months.
    let last = club.now.min(window.to.plus_ms(-1));
    let mut sums: BTreeMap<(i32, u8), Vec<u32>> = BTreeMap::new();
    pages::each(club, ever(end), |page| {
        let sales: Vec<Sale<'_>> = page.iter().flat_map(History::sales).collect();
        for cohort in cohorts_of(&sales, calendar, zone, last, MONTHS) {
            let sum = sums.entry((cohort.year, cohort.month)).or_default();
            sum.resize(sum.len().max(cohort.bought.len()), 0);
            for (sum, one) in sum.iter_mut().zip(cohort.bought) {
                *sum = sum.saturating_add(one);
            }
        }
    })
    .await?;
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
    // Who is in an arm is the rules' to say, member by member; who bought while it ran is a set of ids.
    let mut buyers: Vec<HashSet<String>> = Vec::with_capacity(running.len());
    for (_, ran) in &running {
        let members: Vec<String> = club
            .query(
                "SELECT DISTINCT member FROM orders
                 WHERE tenant = $1 AND paid_at >= $2 AND paid_at < $3 AND gone = 0",
            )
            .bind(ran.from.0)
            .bind(ran.to.0)
            .fetch_all(&mut club.tx)
            .await?;
        buyers.push(members.into_iter().collect());
    }
    let mut after = String::new();
    // Without an experiment nobody is in an arm.
    while !running.is_empty() {
        let joined: Vec<(String, i64)> = club
            .query(
                "SELECT member, joined_at FROM members WHERE tenant = $1 AND member > $2
                 ORDER BY member LIMIT $3",
            )
            .bind(&after)
            .bind(PAGE)
            .fetch_all(&mut club.tx)
            .await?;
        let Some((last, _)) = joined.last() else {
            break;
        };
        after = last.clone();
        for (((experiment, ran), tally), buyers) in running.iter().zip(&mut tallies).zip(&buyers) {
            for (member, joined_at) in &joined {
                if *joined_at >= window.to.0 {
                    continue;
                }
                let Some(arm) = arms::assign(program, &experiment.id, member, ran.from) else {
                    continue;
                };
                let (people, successes) = tally.entry(arm).or_default();
                *people = people.saturating_add(1);
                *successes = successes.saturating_add(u32::from(buyers.contains(member)));
            }
        }
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
