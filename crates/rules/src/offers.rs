//! Which gifts are for a member now, and why the others are not.
//!
//! An offer is made for an occasion: a birthday, a tenth order, a long silence. Each occasion has a name
//! that never changes, and a member takes an offer once for each name.

mod occasion;

use self::occasion::{Occasion, birthday, written};
use crate::audience::{self, Miss};
use crate::experiments::{in_arm, sample};
use crate::member::Member;
use crate::program::{Benefit, Offer, OfferTrigger};
use crate::tips::among;
use crate::{Bp, Program, Timestamp, Zone, tiers};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

const HOUR_MS: i64 = 3_600_000;

/// How far an open offer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It can be taken.
    Open,
    /// It can be taken, and not much longer: the last quarter of its time, at most the last 24 hours.
    Ending,
}

/// Whether an offer is for a member now, or why it is not.
///
/// Of several reasons the first is told, in this order: the offer's own schedule, the audience (tier,
/// segment, days since joining, orders), the arm of an experiment, the occasion, and then what became of
/// it: taken, lapsed, sold out, and the member's limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It can be taken.
    Open {
        /// The occasion's name: to be kept in [`crate::member::Taken`].
        occasion: String,
        /// The first instant at which the member could take it.
        since: Timestamp,
        /// The first instant at which it is over, if it ever is.
        #[serde(default)]
        until: Option<Timestamp>,
        /// How far it is.
        stage: Stage,
    },
    /// The occasion is not there.
    NotTriggered,
    /// The offer has not begun.
    NotStarted {
        /// When it does.
        at: Timestamp,
    },
    /// The offer is over.
    Ended {
        /// Since when.
        at: Timestamp,
    },
    /// For other tiers.
    WrongTier,
    /// For other segments.
    NotInSegment,
    /// The member has not been one for long enough.
    TooNew {
        /// From when they have.
        at: Timestamp,
    },
    /// The member has too few paid orders.
    TooFewOrders,
    /// For another arm of the experiment, or the experiment is not running.
    NotInArm,
    /// No gift is left: of the offer, or of the reward that it gives.
    SoldOut,
    /// The member has had it for this occasion.
    Taken,
    /// The member has had it as often as one may.
    LimitReached {
        /// When they may again; absent when they never may.
        #[serde(default)]
        resets_at: Option<Timestamp>,
    },
    /// The occasion was there, and its hours are over.
    Lapsed {
        /// Since when.
        at: Timestamp,
    },
}

impl Verdict {
    /// The verdict's stable name, as on the wire.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Open { .. } => "open",
            Self::NotTriggered => "not_triggered",
            Self::NotStarted { .. } => "not_started",
            Self::Ended { .. } => "ended",
            Self::WrongTier => "wrong_tier",
            Self::NotInSegment => "not_in_segment",
            Self::TooNew { .. } => "too_new",
            Self::TooFewOrders => "too_few_orders",
            Self::NotInArm => "not_in_arm",
            Self::SoldOut => "sold_out",
            Self::Taken => "taken",
            Self::LimitReached { .. } => "limit_reached",
            Self::Lapsed { .. } => "lapsed",
        }
    }
}

/// An offer that can be taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    /// The offer's id.
    pub offer: String,
    /// The occasion's name.
    pub occasion: String,
    /// The first instant at which the member could take it.
    pub since: Timestamp,
    /// The first instant at which it is over, if it ever is.
    #[serde(default)]
    pub until: Option<Timestamp>,
    /// How far it is.
    pub stage: Stage,
}

/// A verdict for every offer, by its id, in the program's order.
pub fn judge(
    program: &Program,
    zone: &Zone,
    member: &Member,
    now: Timestamp,
) -> Vec<(String, Verdict)> {
    verdicts(program, zone, member, now)
        .map(|(offer, verdict)| (offer.id.clone(), verdict))
        .collect()
}

/// The offers that can be taken: the highest priority first, then the one that ends first, then by id.
pub fn open(program: &Program, zone: &Zone, member: &Member, now: Timestamp) -> Vec<Open> {
    open_offers(program, zone, member, now)
        .into_iter()
        .map(|(_, open)| open)
        .collect()
}

/// The open offer that multiplies the next purchase's points most: its id, the occasion, and the
/// multiplier. One that does not raise the points is passed over; of equal ones the first of [`open`]
/// counts.
pub fn multiplier(
    program: &Program,
    zone: &Zone,
    member: &Member,
    now: Timestamp,
) -> Option<(String, String, Bp)> {
    let mut best: Option<(String, String, Bp)> = None;
    for (offer, open) in open_offers(program, zone, member, now) {
        let Benefit::Multiplier(rate) = offer.benefit else {
            continue;
        };
        if rate > best.as_ref().map_or(Bp::ONE, |(_, _, best)| *best) {
            best = Some((open.offer, open.occasion, rate));
        }
    }
    best
}

/// Ids of the offers that are open `after` something has happened to the member and were not `before`,
/// in the order of [`open`].
pub fn after(
    program: &Program,
    zone: &Zone,
    before: &Member,
    after: &Member,
    now: Timestamp,
) -> Vec<String> {
    let were = open(program, zone, before, now);
    open(program, zone, after, now)
        .into_iter()
        .map(|open| open.offer)
        .filter(|id| were.iter().all(|were| were.offer != *id))
        .collect()
}

fn open_offers<'a>(
    program: &'a Program,
    zone: &Zone,
    member: &Member,
    now: Timestamp,
) -> Vec<(&'a Offer, Open)> {
    let mut all: Vec<(&Offer, Open)> = Vec::new();
    let rank = |(offer, open): &(&Offer, Open)| {
        let end = open.until.map_or((true, Timestamp::MAX), |at| (false, at));
        (Reverse(offer.priority), end)
    };
    for (offer, verdict) in verdicts(program, zone, member, now) {
        let Verdict::Open {
            occasion,
            since,
            until,
            stage,
        } = verdict
        else {
            continue;
        };
        let open = Open {
            offer: offer.id.clone(),
            occasion,
            since,
            until,
            stage,
        };
        let new = (offer, open);
        // Insertion: a program has few offers, and the bundle no sorting routine for them.
        let after =
            |other: &(&Offer, Open)| (rank(other), &other.1.offer) > (rank(&new), &new.1.offer);
        let place = all.iter().position(after).unwrap_or(all.len());
        all.insert(place, new);
    }
    all
}

fn verdicts<'p, 'c>(
    program: &'p Program,
    zone: &'c Zone,
    member: &'c Member,
    now: Timestamp,
) -> impl Iterator<Item = (&'p Offer, Verdict)> + use<'p, 'c> {
    let by_tier = |offer: &Offer| !offer.audience.tiers.is_empty();
    let tier = if program.offers.iter().any(by_tier) {
        tiers::current(program, zone, member, now)
    } else {
        None
    };
    let club = Club {
        program,
        zone,
        member,
        tier,
        now,
    };
    program
        .offers
        .iter()
        .map(move |offer| (offer, club.verdict(offer)))
}

/// Who is judged, and when.
struct Club<'p, 'c> {
    program: &'p Program,
    zone: &'c Zone,
    member: &'c Member,
    tier: Option<usize>,
    now: Timestamp,
}

impl Club<'_, '_> {
    fn verdict(&self, offer: &Offer) -> Verdict {
        let (program, member, now) = (self.program, self.member, self.now);
        if let Some(at) = offer.starts_at.filter(|at| now < *at) {
            return Verdict::NotStarted { at };
        }
        if let Some(at) = offer.ends_at.filter(|at| *at <= now) {
            return Verdict::Ended { at };
        }
        match audience::miss(program, &offer.audience, member, self.tier, 0, now) {
            None => {}
            Some(Miss::WrongTier) => return Verdict::WrongTier,
            Some(Miss::NotInSegment) => return Verdict::NotInSegment,
            Some(Miss::TooNew { at }) => return Verdict::TooNew { at },
            Some(Miss::TooFewOrders) => return Verdict::TooFewOrders,
        }
        if let Some(arm) = &offer.arm
            && !in_arm(program, arm, &member.id, now)
        {
            return Verdict::NotInArm;
        }
        let Some(occasion) = self.occasion(offer) else {
            return Verdict::NotTriggered;
        };
        self.what_became(offer, occasion)
    }

    /// The occasion is there; whether the gift still is.
    fn what_became(&self, offer: &Offer, occasion: Occasion) -> Verdict {
        let now = self.now;
        let mine = || self.member.offers.iter().filter(|t| t.offer == offer.id);
        if mine().any(|taken| taken.occasion == occasion.name) {
            return Verdict::Taken;
        }
        let since = occasion.since;
        let hours = offer.valid_hours;
        let lapses_at = hours.map(|hours| since.plus_ms(i64::from(hours) * HOUR_MS));
        if let Some(at) = lapses_at.filter(|at| *at <= now) {
            return Verdict::Lapsed { at };
        }
        if offer.stock == Some(0) || self.gift_is_gone(offer) {
            return Verdict::SoldOut;
        }
        if let Some(most) = offer.per_member {
            let period = self.program.calendar.period(self.zone, offer.period, now);
            let counted = |at| period.is_none_or(|(start, end)| start <= at && at < end);
            let taken = mine().filter(|taken| counted(taken.at)).count();
            if taken as u64 >= u64::from(most) {
                let resets_at = period
                    .map(|(_, end)| end)
                    .filter(|at| most > 0 && offer.ends_at.is_none_or(|ends_at| *at < ends_at));
                return Verdict::LimitReached { resets_at };
            }
        }
        let experiment_ends = self.experiment(offer).and_then(|e| e.ends_at);
        let until = [occasion.until, lapses_at, offer.ends_at, experiment_ends];
        let until = until.into_iter().flatten().min();
        let ending = until.is_some_and(|until| {
            let last = (until.since(since) / 4).min(24 * HOUR_MS);
            until.since(now) <= last
        });
        Verdict::Open {
            occasion: occasion.name,
            since,
            until,
            stage: if ending { Stage::Ending } else { Stage::Open },
        }
    }

    /// The occasion, when it is there. It does not begin before the offer does, nor before the member has
    /// joined and is old enough in days and orders to get it: hours of a countdown are hours in which the
    /// gift can be taken. When a member came into a tier or a segment is not known, and not asked.
    fn occasion(&self, offer: &Offer) -> Option<Occasion> {
        let mut occasion = self.trigger(offer)?;
        let audience = &offer.audience;
        let days = audience.member_days_min.unwrap_or_default();
        let orders = audience.orders_min.checked_sub(1);
        let nth = orders.and_then(|before| self.member.purchases.get(before as usize));
        let first = [
            offer.starts_at,
            self.experiment(offer).and_then(|e| e.starts_at),
            Some(self.member.joined_at.plus_days(days.into())),
            nth.map(|purchase| purchase.paid_at),
        ];
        let first = first.into_iter().flatten().max();
        occasion.since = first.map_or(occasion.since, |at| at.max(occasion.since));
        (occasion.since <= self.now).then_some(occasion)
    }

    fn trigger(&self, offer: &Offer) -> Option<Occasion> {
        let (zone, member, now) = (self.zone, self.member, self.now);
        let calendar = self.program.calendar;
        let mut paid = member.purchases.iter().filter(|p| p.paid_at <= now);
        match &offer.trigger {
            OfferTrigger::MilestoneOrders(n) => {
                let nth = paid.nth(n.checked_sub(1)? as usize)?;
                Some(Occasion::since(n.to_string(), nth.paid_at))
            }
            OfferTrigger::MilestoneAmount(amount) => {
                let mut sum = crate::Money::ZERO;
                let crossing = paid.find(|purchase| {
                    sum = sum.plus(purchase.spend);
                    sum >= *amount
                });
                let crossing = crossing.filter(|_| amount.is_positive())?;
                Some(Occasion::since(amount.to_string(), crossing.paid_at))
            }
            OfferTrigger::NthOrder(n) => {
                let before = n.checked_sub(1)?;
                let (count, last) = paid.fold((0_u32, member.joined_at), |(count, _), purchase| {
                    (count.saturating_add(1), purchase.paid_at)
                });
                (count == before).then(|| Occasion::since(n.to_string(), last))
            }
            OfferTrigger::Birthday {
                days_before,
                days_after,
            } => birthday(
                calendar,
                zone,
                member.birthday?,
                (*days_before, *days_after),
                now,
            ),
            OfferTrigger::Inactive(days) => {
                let last = last_order(member)?;
                let since = zone.plus_days(last, (*days).into());
                (since <= now).then(|| Occasion::since(last.to_string(), since))
            }
            OfferTrigger::Bought {
                products,
                within_days,
            } => {
                let bought = member.bought.iter();
                let last = bought
                    .filter(|bought| bought.at <= now && among(products, bought))
                    .map(|bought| bought.at)
                    .max()?;
                let until = zone.plus_days(last, (*within_days).into());
                (now < until).then(|| Occasion {
                    name: last.to_string(),
                    since: last,
                    until: Some(until),
                })
            }
            OfferTrigger::Schedule => Some(Occasion::since(String::new(), member.joined_at)),
            OfferTrigger::Segment(segment) => member
                .segments
                .contains(segment)
                .then(|| Occasion::since(String::new(), member.joined_at)),
            OfferTrigger::Surprise { rate, period } => {
                let span = calendar.period(zone, *period, now);
                let name = span.map_or_else(String::new, |(start, _)| {
                    written(calendar.date_at(zone, start))
                });
                let draw = sample(&member.id, &(offer.id.clone() + &name), &self.program.id);
                (draw < rate.0).then(|| Occasion {
                    name,
                    since: span.map_or(member.joined_at, |(start, _)| start),
                    until: span.map(|(_, end)| end),
                })
            }
        }
    }

    /// The gift is a reward of which nothing is left.
    fn gift_is_gone(&self, offer: &Offer) -> bool {
        let Benefit::Reward(id) = &offer.benefit else {
            return false;
        };
        let mut rewards = self.program.rewards.iter();
        rewards.any(|reward| reward.id == *id && reward.stock == Some(0))
    }

    fn experiment(&self, offer: &Offer) -> Option<&crate::program::Experiment> {
        let arm = offer.arm.as_ref()?;
        let mut all = self.program.experiments.iter();
        all.find(|experiment| experiment.id == arm.experiment)
    }
}

/// When the member last paid for an order, whether it went back or not.
pub(crate) fn last_order(member: &Member) -> Option<Timestamp> {
    let paid = member.purchases.iter().map(|purchase| purchase.paid_at);
    paid.chain(member.last_order_at).max()
}

#[cfg(test)]
mod tests;
