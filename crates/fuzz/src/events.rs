//! A member's account, event by event: the books must close, and a refusal or a repetition change nothing.

use crate::facts::{Instant, NEW_YEAR, Number};
use crate::{facts, panel, program};
use arbitrary::{Arbitrary, Result, Unstructured};
use rules::journal::{Account, Bill, BillLine, Book, Event, Refused};
use rules::member::Member;
use rules::{Money, Program, Timestamp, Zone, ledger};

/// Most events of one story.
const EVENTS_MAX: usize = 60;

/// The bytes change the demo shop's program, and tell what happens to a member of it.
///
/// # Panics
/// Where an audit fails, a refusal or a repetition changes the account, or a rule panics.
pub fn check(bytes: &[u8]) {
    let mut bytes = Unstructured::new(bytes);
    // A story that breaks off is told as far as it goes.
    let _ = tell(&mut bytes);
}

fn tell(bytes: &mut Unstructured<'_>) -> Result<()> {
    let changes = bytes.arbitrary::<&[u8]>()?;
    let changes = changes.get(..changes.len().min(64)).unwrap_or_default();
    let Some(program) = program::changed(&mut Unstructured::new(changes)) else {
        return Ok(());
    };
    let zone = facts::zone(bytes)?;
    let (strange, member) = match bytes.ratio(1, 4)? {
        true => (true, facts::member(&program, bytes)?),
        false => (false, Member::default()),
    };
    let mut now = NEW_YEAR;
    let mut account = Account::open(&program, &zone, member, now);
    for _ in 0..EVENTS_MAX {
        if bytes.is_empty() {
            break;
        }
        now = later(now, bytes)?;
        let event = event(&program, bytes)?;
        happen(&mut account, &program, &zone, now, &event);
        // What a strange member brings may be more than any sum holds.
        if !strange {
            close(&account, &program, &zone, now);
        }
    }
    panel::ask(&program, &zone, &account.member, now);
    Ok(())
}

/// Mostly a while later, at times at once or at any time that can be written.
fn later(now: Timestamp, bytes: &mut Unstructured<'_>) -> Result<Timestamp> {
    let at = match bytes.int_in_range(0..=15_u8)? {
        0 => bytes.arbitrary::<Instant>()?.0,
        1..=5 => now,
        _ => now.plus_ms(3_600_000 * bytes.int_in_range(0..=3_000)?),
    };
    Ok(at.clamp(Timestamp::MIN, Timestamp::MAX))
}

fn happen(account: &mut Account, program: &Program, zone: &Zone, now: Timestamp, event: &Event) {
    let mut idle = account.clone();
    let outcome = account.apply(program, zone, now, event).map(<[_]>::len);
    match outcome {
        Ok(_) => {
            // What came too late to live ends at once.
            let _ = account.apply(program, zone, now, &Event::TimePassed);
            let once = account.clone();
            let again = account.apply(program, zone, now, event);
            if repeats(event) {
                assert_eq!(again, Ok(&[][..]), "a second {event:?} writes nothing");
                assert_eq!(account.member, once.member, "a second {event:?}");
            }
        }
        Err(refused) => {
            let passed = idle.apply(program, zone, now, &Event::TimePassed);
            assert_eq!(passed.is_err(), refused == Refused::TooEarly);
            assert_eq!(account.member, idle.member, "{refused:?} to {event:?}");
            assert_eq!(
                account.journal(),
                idle.journal(),
                "{refused:?} to {event:?}"
            );
        }
    }
}

/// Whether an event has an id of its own, by which a repetition is known.
fn repeats(event: &Event) -> bool {
    !matches!(
        event,
        Event::Did { .. }
            | Event::GaveBack { .. }
            | Event::TookOffer { .. }
            | Event::Subscribed { .. }
            | Event::Refunded { base: None, .. }
    )
}

fn close(account: &Account, program: &Program, zone: &Zone, now: Timestamp) {
    assert_eq!(account.audit(), Ok(()));
    let books = [
        Book::Available,
        Book::Pending,
        Book::Held,
        Book::Redeemed,
        Book::Expired,
        Book::Debt,
    ];
    let points: i128 = books.iter().map(|book| account.points_in(*book)).sum();
    assert_eq!(points, -account.points_in(Book::Issued), "points vanished");
    let money: i128 = books.iter().map(|book| account.wallet_in(*book)).sum();
    assert_eq!(money, -account.wallet_in(Book::Issued), "credit vanished");
    let all = ledger::balances_under(program, zone, &account.member, now);
    let told = i128::from(all.available.0) + i128::from(all.pending.0);
    let ended = ledger::expired(&account.member, program, zone, now);
    let ended: i128 = ended.iter().map(|taking| i128::from(taking.points.0)).sum();
    let booked = account.points_in(Book::Available) + account.points_in(Book::Pending);
    assert_eq!(told + ended, booked, "{all:?}");
}

/// Something that may happen; ids are few, so that events meet each other.
fn event(program: &Program, bytes: &mut Unstructured<'_>) -> Result<Event> {
    let rules = || program.earning.activities.iter().map(|rule| &rule.id);
    Ok(match bytes.int_in_range(0..=15_u8)? {
        0..=3 => Event::Paid(bill(bytes)?),
        4 | 5 => Event::Refunded {
            order: id("ord", bytes)?,
            refund: id("rfd", bytes)?,
            base: bytes.arbitrary::<Option<Number>>()?.map(|n| Money(n.0)),
        },
        6 => Event::Cancelled {
            order: id("ord", bytes)?,
        },
        7 => Event::Did {
            rule: facts::one_of(bytes, rules())?,
            source: match bytes.arbitrary()? {
                true => Some(id("src", bytes)?),
                false => None,
            },
        },
        8 => Event::Credited {
            rule: id("rule", bytes)?,
            source: id("src", bytes)?,
            points: facts::points(bytes)?,
            pending_days: *bytes.choose(&[0, 0, 14, u32::MAX])?,
        },
        9 => Event::Revoked {
            rule: id("rule", bytes)?,
            source: id("src", bytes)?,
        },
        10 => Event::Adjusted {
            adjustment: id("adj", bytes)?,
            points: facts::points(bytes)?,
        },
        11 => Event::Redeemed {
            redemption: id("rdm", bytes)?,
            reward: facts::one_of(bytes, program.rewards.iter().map(|r| &r.id))?,
            units: *bytes.choose(&[1, 1, 2, 0, u32::MAX])?,
        },
        12 => Event::GaveBack {
            redemption: id("rdm", bytes)?,
        },
        13 => Event::TookOffer {
            offer: facts::one_of(bytes, program.offers.iter().map(|o| &o.id))?,
        },
        14 => match bytes.arbitrary()? {
            true => Event::Subscribed {
                plan: facts::one_of(bytes, program.memberships.iter().map(|p| &p.id))?,
                renews: bytes.arbitrary()?,
            },
            false => Event::WalletSpent {
                order: id("ord", bytes)?,
                amount: facts::money(bytes)?,
            },
        },
        _ => Event::TimePassed,
    })
}

fn id(prefix: &str, bytes: &mut Unstructured<'_>) -> Result<String> {
    Ok(format!("{prefix}_{}", bytes.int_in_range(0..=5_u8)?))
}

#[derive(Arbitrary)]
struct Extra {
    tax: Number,
    shipping: Number,
    gift_cards: Number,
}

fn bill(bytes: &mut Unstructured<'_>) -> Result<Bill> {
    let extra = bytes.arbitrary::<Option<Extra>>()?.unwrap_or(Extra {
        tax: Number(0),
        shipping: Number(0),
        gift_cards: Number(0),
    });
    let line = |bytes: &mut Unstructured<'_>| {
        Ok(BillLine {
            sku: id("sku", bytes)?,
            category: None,
            quantity: *bytes.choose(&[1, 1, 3, 0, u32::MAX])?,
            unit_price: facts::money(bytes)?,
            discount: match bytes.ratio(1, 4)? {
                true => facts::money(bytes)?,
                false => Money::ZERO,
            },
        })
    };
    Ok(Bill {
        order: id("ord", bytes)?,
        lines: facts::some(bytes, 3, line)?,
        tax: Money(extra.tax.0),
        shipping: Money(extra.shipping.0),
        gift_cards: Money(extra.gift_cards.0),
        coupons: facts::some(bytes, 2, |bytes| id("rdm", bytes))?,
        paid_at: facts::perhaps(bytes)?,
    })
}
