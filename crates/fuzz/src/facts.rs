//! Numbers, times and members that nobody has in mind.

use arbitrary::{Arbitrary, Result, Unstructured};
use rules::member::{
    Bought, Credit, Earned, Lot, Member, Membership, MonthDay, Prompted, Purchase, Redeemed, Taken,
};
use rules::{Money, Points, Program, Timestamp, Transition, Zone};

/// A number: mostly one that a club has, at times one at the ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Number(pub(crate) i64);

impl<'a> Arbitrary<'a> for Number {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self(match bytes.int_in_range(0..=7_u8)? {
            0 => i64::MAX,
            1 => i64::MIN,
            2 => bytes.arbitrary()?,
            3 => bytes.int_in_range(-2..=2)?,
            4 => i64::from(bytes.arbitrary::<u32>()?),
            _ => i64::from(bytes.arbitrary::<u16>()?),
        }))
    }
}

/// An instant: mostly of our days, at times at the ends of what can be written or held.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instant(pub(crate) Timestamp);

/// 2026-01-01T00:00:00Z.
pub(crate) const NEW_YEAR: Timestamp = Timestamp(1_767_225_600_000);

impl<'a> Arbitrary<'a> for Instant {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self(match bytes.int_in_range(0..=9_u8)? {
            0 => Timestamp::MIN,
            1 => Timestamp::MAX,
            2 => Timestamp(bytes.arbitrary()?),
            3 => Timestamp(i64::MAX),
            4 => Timestamp(i64::MIN),
            // Midnights and the like meet each other.
            5 | 6 => NEW_YEAR.plus_days(bytes.int_in_range(-1_500..=400)?),
            _ => NEW_YEAR.plus_ms(60_000 * bytes.int_in_range(-2_000_000..=500_000)?),
        }))
    }
}

pub(crate) fn instant(bytes: &mut Unstructured<'_>) -> Result<Timestamp> {
    Ok(bytes.arbitrary::<Instant>()?.0)
}

pub(crate) fn perhaps(bytes: &mut Unstructured<'_>) -> Result<Option<Timestamp>> {
    Ok(bytes.arbitrary::<Option<Instant>>()?.map(|at| at.0))
}

pub(crate) fn points(bytes: &mut Unstructured<'_>) -> Result<Points> {
    Ok(Points(bytes.arbitrary::<Number>()?.0))
}

pub(crate) fn money(bytes: &mut Unstructured<'_>) -> Result<Money> {
    Ok(Money(bytes.arbitrary::<Number>()?.0))
}

/// A zone, at times one that no place on Earth has.
pub(crate) fn zone(bytes: &mut Unstructured<'_>) -> Result<Zone> {
    Ok(Zone {
        offset_minutes: offset(bytes)?,
        transitions: some(bytes, 4, |bytes| {
            Ok(Transition {
                at: instant(bytes)?,
                offset_minutes: offset(bytes)?,
            })
        })?,
    })
}

fn offset(bytes: &mut Unstructured<'_>) -> Result<i32> {
    Ok(match bytes.int_in_range(0..=9_u8)? {
        0 => bytes.arbitrary()?,
        1 => 60,
        2 => -480,
        _ => 210,
    })
}

/// Up to so many of something.
pub(crate) fn some<T>(
    bytes: &mut Unstructured<'_>,
    most: usize,
    one: impl Fn(&mut Unstructured<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let count = bytes.int_in_range(0..=most)?;
    (0..count).map(|_| one(bytes)).collect()
}

/// One of the program's ids, or one that it does not have.
pub(crate) fn one_of<'a>(
    bytes: &mut Unstructured<'_>,
    ids: impl Iterator<Item = &'a String>,
) -> Result<String> {
    let ids: Vec<&String> = ids.collect();
    let at = bytes.int_in_range(0..=ids.len())?;
    Ok(ids
        .get(at)
        .map_or_else(|| "none".to_owned(), |id| (*id).clone()))
}

fn lot<A>(bytes: &mut Unstructured<'_>, remaining: A) -> Result<Lot<A>> {
    Ok(Lot {
        id: format!("lot_{}", bytes.int_in_range(0..=9_u8)?),
        earned_at: instant(bytes)?,
        activates_at: instant(bytes)?,
        expires_at: perhaps(bytes)?,
        remaining,
    })
}

/// A member of this program, of whom little is sure.
pub(crate) fn member(program: &Program, bytes: &mut Unstructured<'_>) -> Result<Member> {
    let rewards = || program.rewards.iter().map(|r| &r.id);
    let surveys = || program.surveys.iter().map(|s| &s.id);
    Ok(Member {
        id: bytes.arbitrary::<&str>()?.to_owned(),
        joined_at: instant(bytes)?,
        blocked: bytes.ratio(1, 8)?,
        held: points(bytes)?,
        debt: points(bytes)?,
        lots: some(bytes, 8, |bytes| {
            let remaining = points(bytes)?;
            lot(bytes, remaining)
        })?,
        wallet: some(bytes, 3, |bytes| {
            let remaining = money(bytes)?;
            lot(bytes, remaining)
        })?,
        purchases: some(bytes, 8, |bytes| {
            Ok(Purchase {
                paid_at: instant(bytes)?,
                spend: money(bytes)?,
            })
        })?,
        credits: some(bytes, 8, |bytes| {
            Ok(Credit {
                activates_at: instant(bytes)?,
                points: points(bytes)?,
            })
        })?,
        redeemed: some(bytes, 4, |bytes| {
            Ok(Redeemed {
                reward: one_of(bytes, rewards())?,
                at: instant(bytes)?,
                open: bytes.arbitrary()?,
            })
        })?,
        prompts: some(bytes, 4, |bytes| {
            Ok(Prompted {
                survey: one_of(bytes, surveys())?,
                scope: String::new(),
                displays: bytes.arbitrary()?,
                shown_at: perhaps(bytes)?,
                answered_at: perhaps(bytes)?,
                dismissed_at: perhaps(bytes)?,
            })
        })?,
        last_order_at: perhaps(bytes)?,
        last_active_at: perhaps(bytes)?,
        earned: some(bytes, 4, |bytes| {
            Ok(Earned {
                rule: one_of(bytes, program.earning.activities.iter().map(|a| &a.id))?,
                source: String::new(),
                at: instant(bytes)?,
                points: points(bytes)?,
            })
        })?,
        birthday: if bytes.arbitrary()? {
            Some(MonthDay {
                month: bytes.arbitrary()?,
                day: bytes.arbitrary()?,
            })
        } else {
            None
        },
        membership: if bytes.arbitrary()? {
            Some(Membership {
                plan: one_of(bytes, program.memberships.iter().map(|p| &p.id))?,
                started_at: instant(bytes)?,
                ends_at: instant(bytes)?,
                renews: bytes.arbitrary()?,
            })
        } else {
            None
        },
        offers: some(bytes, 3, |bytes| {
            Ok(Taken {
                offer: one_of(bytes, program.offers.iter().map(|o| &o.id))?,
                occasion: String::new(),
                at: instant(bytes)?,
            })
        })?,
        bought: some(bytes, 3, |bytes| {
            Ok(Bought {
                sku: "a".to_owned(),
                category: None,
                at: instant(bytes)?,
            })
        })?,
        ..Member::default()
    })
}
