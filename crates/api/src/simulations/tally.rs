//! What came of the members so far: sums alone, however many there are.

use contract::simulations::{Effect, Outstanding, RewardChange, TierChange};
use rules::review::Outlook;
use rules::{Points, Program, ledger};
use std::collections::BTreeMap;

/// Members of a pair of tiers that are told by name.
const SAMPLE: usize = 5;

/// Members of a pair of tiers.
#[derive(Clone, Debug, Default)]
struct Pair {
    members: u64,
    sample: Vec<String>,
}

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    before: Program,
    after: Program,
    /// By the places of the tiers.
    pairs: BTreeMap<(Option<usize>, Option<usize>), Pair>,
    /// Each reward, and its places in the two programs.
    rewards: Vec<(RewardChange, Option<usize>, Option<usize>)>,
    effect: Effect,
}

impl Tally {
    pub(super) fn new(before: &Program, after: &Program) -> Self {
        let place = |program: &Program, id: &str| {
            let mut rewards = program.rewards.iter();
            rewards.position(|reward| reward.id == id)
        };
        let gone = before.rewards.iter();
        let gone = gone.filter(|reward| place(after, &reward.id).is_none());
        let all = after.rewards.iter().chain(gone);
        let change = |reward: &rules::program::Reward| {
            let change = RewardChange {
                reward: reward.id.clone(),
                ..RewardChange::default()
            };
            (change, place(before, &reward.id), place(after, &reward.id))
        };
        Self {
            rewards: all.map(change).collect(),
            pairs: BTreeMap::new(),
            effect: Effect::default(),
            before: before.clone(),
            after: after.clone(),
        }
    }

    /// How many there were.
    pub(super) const fn members(&self) -> u64 {
        self.effect.members
    }

    /// Counts a member.
    pub(super) fn add(&mut self, external_id: &str, [now, then]: &[Outlook; 2]) {
        let effect = &mut self.effect;
        effect.members += 1;
        effect.keeping += u64::from(then.keeps);
        effect.in_grace += u64::from(then.keeps && then.in_grace);
        let pair = self.pairs.entry((now.tier, then.tier)).or_default();
        pair.members += 1;
        if id(&self.before, now.tier) != id(&self.after, then.tier) && pair.sample.len() < SAMPLE {
            pair.sample.push(external_id.to_owned());
        }
        for (change, before, after) in &mut self.rewards {
            let reach = |look: &Outlook, place: Option<usize>| {
                place.and_then(|place| look.in_reach.get(place)) == Some(&true)
            };
            let (can, could) = (reach(now, *before), reach(then, *after));
            change.before += u64::from(can);
            change.after += u64::from(could);
            change.gained += u64::from(could && !can);
            change.lost += u64::from(can && !could);
        }
        for (sum, look) in [
            (&mut effect.points_before, now),
            (&mut effect.points_after, then),
        ] {
            sum.available = sum.available.plus(look.available);
            sum.pending = sum.pending.plus(look.pending);
        }
    }

    /// What came of all of them.
    pub(super) fn effect(self) -> Effect {
        let mut effect = self.effect;
        for ((from, to), pair) in self.pairs {
            let change = TierChange {
                from: id(&self.before, from),
                to: id(&self.after, to),
                members: pair.members,
                sample: pair.sample,
            };
            // By the ladder to come; a tier that is not on it was below all.
            let was = change.from.as_deref().and_then(|id| place(&self.after, id));
            if change.from.is_some() && change.to.is_some() && was != to {
                if was < to {
                    effect.raised += change.members;
                } else {
                    effect.lowered += change.members;
                }
            }
            effect.tiers.push(change);
        }
        effect.rewards = self
            .rewards
            .into_iter()
            .map(|(change, ..)| change)
            .collect();
        let worth = |program: &Program, sum: &Outstanding| {
            ledger::worth(
                program,
                Points(sum.available.0.saturating_add(sum.pending.0)),
            )
        };
        effect.points_before.worth = worth(&self.before, &effect.points_before);
        effect.points_after.worth = worth(&self.after, &effect.points_after);
        effect
    }
}

/// The tier at a place.
fn id(program: &Program, place: Option<usize>) -> Option<String> {
    let levels = &program.tiers.as_ref()?.levels;
    levels.get(place?).map(|level| level.id.clone())
}

/// The place of a tier.
fn place(program: &Program, id: &str) -> Option<usize> {
    let levels = &program.tiers.as_ref()?.levels;
    levels.iter().position(|level| level.id == id)
}
