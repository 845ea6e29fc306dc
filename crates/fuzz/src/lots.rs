//! What credits, debits, refunds and time do to lots, with books kept beside them: no point may appear or vanish.

use crate::facts::{Instant, NEW_YEAR, Number};
use crate::{facts, panel};
use arbitrary::{Arbitrary, Result, Unstructured};
use rules::calendar::Calendar;
use rules::earning::purchase_points;
use rules::ledger::{self, Taking};
use rules::member::{Credit, Lot, Member, Purchase};
use rules::program::{
    Downgrade, Expiry, Ladder, Measure, NegativePolicy, PurchaseRule, Rounding, Tier, Window,
};
use rules::refunds::{claw, clawback};
use rules::{Bp, Money, Points, Program, Timestamp, Zone};

/// Most events of one story.
const EVENTS_MAX: usize = 200;

/// The bytes tell a program, then events. After each one the books must close, and a panel must get an
/// answer.
///
/// # Panics
/// Where points are not conserved, a balance contradicts the lots, or a rule panics.
pub fn check(bytes: &[u8]) {
    let mut bytes = Unstructured::new(bytes);
    // A story that breaks off is told as far as it goes.
    let _ = tell(&mut bytes);
}

fn tell(bytes: &mut Unstructured<'_>) -> Result<()> {
    let mut story = Story::new(bytes)?;
    for _ in 0..EVENTS_MAX {
        if bytes.is_empty() {
            break;
        }
        story.now = match bytes.int_in_range(0..=9_u8)? {
            0 => bytes.arbitrary::<Instant>()?.0,
            1..=3 => story.now,
            _ => story
                .now
                .plus_ms(3_600_000 * bytes.int_in_range(0..=3_000)?),
        };
        // What happens has a time that can be written.
        story.now = story.now.clamp(Timestamp::MIN, Timestamp::MAX);
        let event = bytes.arbitrary()?;
        story.sweep();
        story.happen(event);
        story.repay();
        story.close();
    }
    panel::ask(&story.program, &story.zone, &story.member, story.now);
    Ok(())
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Event {
    Wait,
    Earn { points: Number, pending: bool },
    Buy { base: Number },
    Redeem { points: Number },
    Cancel { coupon: u8 },
    Use { coupon: u8 },
    Refund { order: u8, amount: Number },
}

struct Purchased {
    lot: String,
    base: Money,
    remaining: Money,
    multiplier: Bp,
    earned: Points,
    ended_unspent: Points,
    /// Its place among the member's purchases.
    place: usize,
}

/// The books of one member, beside what the rules hold.
struct Story {
    program: Program,
    rule: PurchaseRule,
    zone: Zone,
    member: Member,
    now: Timestamp,
    orders: Vec<Purchased>,
    coupons: Vec<Vec<Taking>>,
    issued: i128,
    redeemed: i128,
    expired: i128,
}

impl Story {
    fn new(bytes: &mut Unstructured<'_>) -> Result<Self> {
        let rule = PurchaseRule {
            points: Points(bytes.arbitrary::<Number>()?.0),
            per: Money(bytes.arbitrary::<Number>()?.0),
            rounding: *bytes.choose(&[Rounding::Floor, Rounding::HalfUp, Rounding::Ceil])?,
            pending_days: *bytes.choose(&[0, 0, 14, u32::MAX])?,
            multiplier_max: bytes.arbitrary::<Option<u32>>()?.map(Bp),
            ..PurchaseRule::default()
        };
        let mut program = Program {
            calendar: *bytes.choose(&[Calendar::Gregorian, Calendar::Jalali])?,
            reinstate_days: *bytes.choose(&[30, 0, 1, u32::MAX])?,
            expiry: expiry(bytes)?,
            negative_policy: *bytes.choose(&[
                NegativePolicy::Debt,
                NegativePolicy::WithinBalance,
                NegativePolicy::PendingOnly,
            ])?,
            tiers: Some(ladder(bytes)?),
            ..Program::default()
        };
        program.earning.purchase = Some(rule.clone());
        Ok(Self {
            program,
            rule,
            zone: facts::zone(bytes)?,
            member: Member {
                joined_at: NEW_YEAR,
                ..Member::default()
            },
            now: NEW_YEAR,
            orders: Vec::new(),
            coupons: Vec::new(),
            issued: 0,
            redeemed: 0,
            expired: 0,
        })
    }

    fn credit(&mut self, points: Points, activates_at: Timestamp) -> String {
        let id = format!("lot_{}", self.member.lots.len());
        self.issued += wide(points);
        self.member.lots.push(Lot {
            id: id.clone(),
            earned_at: self.now,
            activates_at,
            expires_at: ledger::lot_expiry(&self.program, &self.zone, self.now),
            remaining: points,
        });
        self.member.credits.push(Credit {
            activates_at,
            points,
        });
        id
    }

    /// What has ended leaves the lots.
    fn sweep(&mut self) {
        let ended = ledger::expired(&self.member, &self.program, &self.zone, self.now);
        for taking in ended {
            self.expired += wide(taking.points);
            for lot in self
                .member
                .lots
                .iter_mut()
                .filter(|lot| lot.id == taking.lot)
            {
                lot.remaining = lot.remaining.minus(taking.points);
            }
            for order in self
                .orders
                .iter_mut()
                .filter(|order| order.lot == taking.lot)
            {
                order.ended_unspent = order.ended_unspent.plus(taking.points);
            }
        }
        self.repay();
    }

    fn repay(&mut self) {
        let debt = self.member.debt;
        let paid = sum(&ledger::take_up_to(&mut self.member.lots, debt, self.now));
        assert!(paid <= wide(debt), "more is paid than was owed");
        self.member.debt = Points((wide(debt) - paid) as i64);
    }

    fn happen(&mut self, event: Event) {
        let now = self.now;
        match event {
            Event::Wait => {}
            Event::Earn { points, pending } => {
                let later = self.zone.plus_days(now, 14);
                self.credit(
                    Points(points.0).or_zero(),
                    if pending { later } else { now },
                );
            }
            Event::Buy { base } => self.buy(Money(base.0)),
            Event::Redeem { points } => {
                let points = Points(points.0).or_zero();
                if let Some(takings) = ledger::take(&mut self.member.lots, points, now) {
                    assert_eq!(sum(&takings), wide(points), "a debit takes what it says");
                    self.member.held = self.member.held.plus(points);
                    self.member.last_active_at = Some(now);
                    self.coupons.push(takings);
                }
            }
            Event::Cancel { coupon } => {
                let Some(takings) = self.coupon(coupon) else {
                    return;
                };
                let member = &mut self.member;
                let back = ledger::put_back(&self.program, &self.zone, member, &takings, now);
                let back = back.unwrap_or_default();
                let returned: i128 = back.iter().map(|r| wide(r.points)).sum();
                assert_eq!(returned, sum(&takings), "all of it comes back");
            }
            Event::Use { coupon } => {
                if let Some(takings) = self.coupon(coupon) {
                    self.redeemed += sum(&takings);
                }
            }
            Event::Refund { order, amount } => self.refund(order.into(), Money(amount.0)),
        }
    }

    fn buy(&mut self, base: Money) {
        let tier = rules::tiers::multiplier(&self.program, &self.zone, &self.member, self.now);
        let earned = purchase_points(&self.rule, base, &[tier]);
        assert!(earned >= Points::ZERO, "a purchase never takes");
        let pending = self.rule.pending_days.into();
        let lot = self.credit(earned, self.zone.plus_days(self.now, pending));
        self.orders.push(Purchased {
            lot,
            base,
            remaining: base,
            multiplier: tier,
            earned,
            ended_unspent: Points::ZERO,
            place: self.member.purchases.len(),
        });
        self.member.purchases.push(Purchase {
            paid_at: self.now,
            spend: base,
        });
        self.member.last_active_at = Some(self.now);
    }

    fn refund(&mut self, order: usize, amount: Money) {
        let place = order.checked_rem(self.orders.len());
        let Some(order) = place.and_then(|place| self.orders.get_mut(place)) else {
            return;
        };
        order.remaining = order.remaining.minus(amount.or_zero()).or_zero();
        let multipliers = [order.multiplier];
        let (base, remaining, earned) = (order.base, order.remaining, order.earned);
        let due = clawback(&self.rule, &multipliers, base, remaining, earned);
        assert!(due >= Points::ZERO && due <= order.earned.or_zero());
        let policy = self.program.negative_policy;
        let (lots, ended) = (&mut self.member.lots, order.ended_unspent);
        let clawed = claw(lots, &order.lot, ended, due, policy, self.now);
        let taken = sum(&clawed.takings);
        let parts = wide(clawed.forgiven) + wide(clawed.debt) + wide(clawed.short);
        assert_eq!(
            taken + parts,
            wide(due),
            "a clawback is met in full: {clawed:?}"
        );
        assert!(wide(clawed.forgiven) <= wide(order.ended_unspent));
        order.earned = order.earned.minus(due).plus(clawed.short);
        order.ended_unspent = order.ended_unspent.minus(clawed.forgiven);
        self.issued -= wide(due) - wide(clawed.short);
        self.expired -= wide(clawed.forgiven);
        let owed = wide(self.member.debt) + wide(clawed.debt);
        self.member.debt = Points(i64::try_from(owed).unwrap_or(i64::MAX));
        if let Some(purchase) = self.member.purchases.get_mut(order.place) {
            purchase.spend = order.remaining;
        }
    }

    /// A coupon that is neither used nor cancelled, and no longer is one.
    fn coupon(&mut self, coupon: u8) -> Option<Vec<Taking>> {
        let place = usize::from(coupon).checked_rem(self.coupons.len())?;
        let takings = self.coupons.swap_remove(place);
        self.member.held = Points((wide(self.member.held) - sum(&takings)) as i64);
        Some(takings)
    }

    /// What was issued is somewhere, and the balances say where.
    fn close(&self) {
        let (lots, held) = (&self.member.lots, self.member.held);
        assert!(lots.iter().all(|lot| lot.remaining >= Points::ZERO));
        let there: i128 = lots.iter().map(|lot| wide(lot.remaining)).sum();
        let debt = wide(self.member.debt);
        // Beyond this, sums are held at the ends and the books say so no more.
        if self.issued + self.redeemed + self.expired + debt > i64::MAX.into() {
            return;
        }
        let somewhere = there + wide(held) + self.redeemed + self.expired - debt;
        assert_eq!(self.issued, somewhere, "points appeared or vanished");
        let (program, zone) = (&self.program, &self.zone);
        let all = ledger::balances_under(program, zone, &self.member, self.now);
        assert_eq!(all.held, held);
        // What an event itself made to end is swept before the next one.
        let ended = sum(&ledger::expired(&self.member, program, zone, self.now));
        let told = wide(all.available) + wide(all.pending) - wide(all.debt);
        assert_eq!(told, there - ended - debt, "{all:?} of {lots:?}");
    }
}

fn expiry(bytes: &mut Unstructured<'_>) -> Result<Expiry> {
    let months = *bytes.choose(&[1, 12, 0, u32::MAX])?;
    let warn_days = 30;
    Ok(match bytes.int_in_range(0..=2_u8)? {
        0 => Expiry::None,
        1 => Expiry::PerLot {
            months,
            end_of_month: bytes.arbitrary()?,
            warn_days,
        },
        _ => Expiry::Inactivity { months, warn_days },
    })
}

fn ladder(bytes: &mut Unstructured<'_>) -> Result<Ladder> {
    let tier = |bytes: &mut Unstructured<'_>| {
        Ok(Tier {
            enter: bytes.arbitrary::<Number>()?.0,
            retain: bytes.arbitrary::<Option<Number>>()?.map(|n| n.0),
            multiplier: Bp(bytes.arbitrary()?),
            ..Tier::default()
        })
    };
    let levels = bytes.int_in_range(0..=3)?;
    let rolling = Window::RollingMonths(*bytes.choose(&[12, 1, 0, u32::MAX])?);
    Ok(Ladder {
        measure: *bytes.choose(&[Measure::Spend, Measure::PointsEarned, Measure::Orders])?,
        window: *bytes.choose(&[Window::Lifetime, Window::CalendarYear, rolling])?,
        downgrade: *bytes.choose(&[Downgrade::None, Downgrade::OneDown, Downgrade::Recompute])?,
        grace_days: *bytes.choose(&[0, 30, u32::MAX])?,
        notice_days: 30,
        former: Vec::new(),
        levels: (0..levels).map(|_| tier(bytes)).collect::<Result<_>>()?,
    })
}

fn wide(points: Points) -> i128 {
    points.0.into()
}

fn sum(takings: &[Taking]) -> i128 {
    assert!(takings.iter().all(|taking| taking.points >= Points::ZERO));
    takings.iter().map(|taking| wide(taking.points)).sum()
}
