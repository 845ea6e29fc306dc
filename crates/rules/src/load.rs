//! A club and a member of any size, for measuring: what a panel asks when it opens.
//!
//! Behind the feature `load`, so that no shopper downloads it.

use crate::calendar::Calendar;
use crate::member::{Credit, Lot, Member, Prompted, Purchase, Redeemed};
use crate::program::*;
use crate::rewards::{Basket, eligibilities};
use crate::surveys::{Context, decide};
use crate::tiers::standing;
use crate::time::DAY_MS;
use crate::{Bp, Money, Points, Program, Timestamp, Zone};

/// The instant of every measurement: 2026-01-01T00:00:00Z.
pub const NOW: Timestamp = Timestamp(1_767_225_600_000);
/// Rewards of the club.
pub const REWARDS: usize = 50;
/// Surveys of the club.
const SURVEYS: usize = 10;
/// Entries of a list that is not what a shape is about.
const FEW: usize = 10;
/// How far back the first entry of the longest list is.
const YEARS_MS: i64 = 5 * 365 * DAY_MS;

/// Which list of the member is long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// All but the prompts, which a server keeps to a few hundred.
    Ordinary,
    /// Lots that end one after the other.
    Lots,
    /// Lots that become active one after the other.
    Pending,
    /// Lots of a program whose points end by inactivity.
    Silent,
    /// Purchases, counted by calendar years.
    Purchases,
    /// Purchases, counted over the last twelve months.
    Rolling,
    /// Credits, counted by calendar years.
    Credits,
    /// Redemptions, counted by months.
    Redemptions,
    /// Prompts, one for each order.
    Prompts,
}

impl Shape {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Ordinary,
        Self::Lots,
        Self::Pending,
        Self::Silent,
        Self::Purchases,
        Self::Rolling,
        Self::Credits,
        Self::Redemptions,
        Self::Prompts,
    ];
}

/// How the long lists lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Oldest first, as a server sends them.
    Sorted,
    /// Newest first.
    Reversed,
    /// Anyhow, always the same way.
    Shuffled,
}

impl Order {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Sorted, Self::Reversed, Self::Shuffled];

    fn lay<T>(self, list: &mut [T]) {
        match self {
            Self::Sorted => {}
            Self::Reversed => list.reverse(),
            Self::Shuffled => {
                let mut state = 0x9e37_79b9_7f4a_7c15_u64;
                for last in (1..list.len()).rev() {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    list.swap(last, (state % (last as u64 + 1)) as usize);
                }
            }
        }
    }
}

/// All that a panel is asked about.
#[derive(Clone, Debug)]
pub struct Club {
    program: Program,
    zone: Zone,
    member: Member,
    basket: Basket,
    context: Context,
}

impl Club {
    /// A club with [`REWARDS`] rewards, and a member with so many entries in what the shape is about.
    pub fn of(shape: Shape, order: Order, entries: usize) -> Self {
        let context = Context {
            order_id: Some("ord_0".to_owned()),
            slot_free: true,
            language: "fa".to_owned(),
            ..Context::default()
        };
        let basket = Basket {
            total: Money(900),
            ..Basket::default()
        };
        Self {
            program: program(shape),
            zone: Zone {
                offset_minutes: 210,
                transitions: Vec::new(),
            },
            member: member(shape, order, entries),
            basket,
            context,
        }
    }

    /// What the opened panel asks: the standing, every reward, the due survey. The answers come as one
    /// number, so that none of them can be left out.
    pub fn answer(&self) -> u64 {
        let (program, zone, member) = (&self.program, &self.zone, &self.member);
        let mut sum = 0_u64;
        if let Some(ladder) = &program.tiers {
            let standing = standing(ladder, program.calendar, zone, member, NOW);
            sum = mixed(sum, standing.value.unsigned_abs());
            sum = mixed(sum, standing.progress.into());
        }
        for reasons in eligibilities(program, zone, Some(member), Some(&self.basket), NOW) {
            sum = mixed(sum, reasons.len() as u64);
        }
        let decision = decide(program, zone, member, &member.prompts, &self.context, NOW);
        mixed(sum, u64::from(decision.show.is_some()))
    }
}

fn mixed(sum: u64, part: u64) -> u64 {
    sum.wrapping_mul(31).wrapping_add(part)
}

fn program(shape: Shape) -> Program {
    let tier = |place: usize| Tier {
        id: format!("tier_{place}"),
        enter: 1_000 * place as i64,
        ..Tier::default()
    };
    let ladder = Ladder {
        measure: match shape {
            Shape::Credits => Measure::PointsEarned,
            _ => Measure::Spend,
        },
        window: match shape {
            Shape::Rolling => Window::RollingMonths(12),
            _ => Window::CalendarYear,
        },
        downgrade: Downgrade::OneDown,
        grace_days: 30,
        notice_days: 30,
        former: Vec::new(),
        levels: (0..4).map(tier).collect(),
    };
    let expiry = match shape {
        Shape::Silent => Expiry::Inactivity {
            months: 12,
            warn_days: 30,
        },
        _ => Expiry::PerLot {
            months: 72,
            end_of_month: false,
            warn_days: 30,
        },
    };
    Program {
        id: "club".to_owned(),
        languages: vec!["fa".to_owned()],
        zone: "Asia/Tehran".to_owned(),
        calendar: Calendar::Jalali,
        expiry,
        tiers: Some(ladder),
        rewards: (0..REWARDS).map(reward).collect(),
        surveys: (0..SURVEYS).map(survey).collect(),
        ..Program::default()
    }
}

/// A third of them cost more than anybody has; some need a tier, a basket or a limit.
fn reward(place: usize) -> Reward {
    let cost = if place % 3 == 2 {
        i64::MAX
    } else {
        50 * place as i64
    };
    Reward {
        id: format!("rwd_{place}"),
        title: Text::new(),
        terms: Text::new(),
        kind: RewardKind::AmountOff(Money(1_000)),
        cost: Points(cost),
        units: None,
        minimum_order: place.is_multiple_of(5).then_some(Money(1_000)),
        tier: (place % 4 == 1).then(|| format!("tier_{}", place % 3)),
        segments: Vec::new(),
        excluded: Products::default(),
        consent: None,
        starts_at: None,
        ends_at: None,
        stock: Some(100),
        per_member: place.is_multiple_of(2).then_some(3),
        period: Period::Month,
        coupon_days: 30,
    }
}

fn survey(place: usize) -> Survey {
    let per_order = place.is_multiple_of(2);
    Survey {
        id: format!("srv_{place}"),
        kind: SurveyKind::Nps,
        enabled: true,
        question: Text::new(),
        follow_up: FollowUp::default(),
        trigger: if per_order {
            Trigger::OrderConfirmed
        } else {
            Trigger::Page
        },
        pages: Pages::default(),
        scope: if per_order {
            Scope::PerOrder
        } else {
            Scope::Periodic
        },
        audience: Audience::default(),
        answered_wait_days: None,
        dismissed_wait_days: None,
        global_wait_days: None,
        max_displays: None,
        rate: Bp::ONE,
        priority: 0,
        starts_at: None,
        ends_at: None,
        arm: None,
    }
}

fn member(shape: Shape, order: Order, entries: usize) -> Member {
    let long = |about: &[Shape]| {
        let about = shape == Shape::Ordinary || about.contains(&shape);
        if about { entries } else { entries.min(FEW) }
    };
    let prompts = match shape {
        Shape::Prompts => entries,
        _ => entries.min(200),
    };
    let future = shape == Shape::Pending;
    let lots = listed(
        order,
        long(&[Shape::Lots, Shape::Pending, Shape::Silent]),
        |place, at| Lot {
            id: format!("lot_{place}"),
            earned_at: at,
            activates_at: if future { at.plus_ms(YEARS_MS) } else { at },
            expires_at: (shape != Shape::Silent).then(|| at.plus_ms(2 * YEARS_MS)),
            remaining: Points(1 + place as i64 % 7),
        },
    );
    let purchases = long(&[Shape::Purchases, Shape::Rolling]);
    Member {
        id: "mem_1".to_owned(),
        joined_at: NOW.plus_ms(-YEARS_MS),
        lots,
        purchases: listed(order, purchases, |place, paid_at| Purchase {
            paid_at,
            spend: Money(1 + place as i64 % 900),
        }),
        credits: listed(order, long(&[Shape::Credits]), |place, activates_at| {
            Credit {
                activates_at,
                points: Points(1 + place as i64 % 9),
            }
        }),
        redeemed: listed(order, long(&[Shape::Redemptions]), |place, at| Redeemed {
            reward: format!("rwd_{}", place % REWARDS),
            at,
            open: false,
        }),
        last_order_at: Some(NOW.plus_days(-3)),
        last_active_at: Some(NOW.plus_days(-3)),
        prompts: listed(order, prompts, |place, at| Prompted {
            survey: format!("srv_{}", 2 * (place % (SURVEYS / 2))),
            scope: format!("ord_{}", 1 + place),
            displays: 1,
            shown_at: Some(at.plus_days(-30)),
            answered_at: Some(at.plus_days(-30)),
            dismissed_at: None,
        }),
        ..Member::default()
    }
}

/// So many entries, evenly over five years up to now.
fn listed<T>(order: Order, entries: usize, entry: impl Fn(usize, Timestamp) -> T) -> Vec<T> {
    let span = |place: usize| YEARS_MS / entries.max(1) as i64 * place as i64;
    let at = |place| NOW.plus_ms(span(place) - YEARS_MS);
    let mut list: Vec<T> = (0..entries).map(|place| entry(place, at(place))).collect();
    order.lay(&mut list);
    list
}
