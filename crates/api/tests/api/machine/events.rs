//! A club that has everything, and what can happen to its members.

use crate::harness::program;
use proptest::prelude::*;
use rules::journal::{Bill, BillLine, Event};
use rules::{Money, Points, Timestamp};
use serde_json::{Value, json};

pub(super) const MEMBERS: [&str; 3] = ["c0", "c1", "c2"];
pub(super) const HOUR_MS: i64 = 3_600_000;

/// A club that has a rule of every sort that the books know.
pub(super) fn everything(ways: Ways) -> Value {
    let expiry = match ways.expiry {
        0 => json!("none"),
        1 => json!({"per_lot": {"months": 1, "end_of_month": true}}),
        _ => json!({"inactivity": {"months": 2}}),
    };
    let mut club = program("club");
    club["version"] = json!(2);
    club["zone"] = json!("Europe/Berlin");
    club["negative_policy"] = json!(ways.policy);
    club["expiry"] = expiry;
    club["earning"]["purchase"]["pending_days"] = json!(3);
    club["earning"]["purchase"]["caps"] = json!([{"per": "month", "points": 900}]);
    club["earning"]["activities"] = json!([
        {"id": "first", "kind": "first_purchase", "points": 20},
        {"id": "visit", "kind": "daily_visit", "points": 20, "caps": [{"per": "week", "times": 2}]},
        {"id": "review", "kind": "review", "points": 20, "caps": [{"per": "week", "points": 50}]},
        {"id": "answer", "kind": {"survey": "srv_order"}, "points": 20},
    ]);
    club["rewards"] = json!([
        {"id": "rwd_five", "title": {"en": "5 off"}, "kind": {"amount_off": 500}, "cost": 500, "coupon_days": 9,
         "units": {"min": 1, "max": 5}},
        {"id": "rwd_ship", "title": {"en": "Free shipping"}, "kind": "free_shipping", "cost": 100},
        {"id": "rwd_money", "title": {"en": "Credit"}, "kind": {"wallet_credit": 90}, "cost": 60,
         "units": {"min": 2, "max": 3}},
        {"id": "rwd_gold", "title": {"en": "Gift"}, "kind": {"free_product": "gift"}, "cost": 10, "tier": "gold",
         "per_member": 1, "period": "month"},
    ]);
    club["tiers"] = json!({
        "measure": "spend", "window": {"rolling_months": 6}, "downgrade": "recompute",
        "levels": [
            {"id": "base", "name": {"en": "Base"}, "enter": 0},
            {"id": "gold", "name": {"en": "Gold"}, "enter": 30_000, "multiplier": 12_000,
             "entry": {"points": 25}},
            {"id": "jade", "name": {"en": "Jade"}, "enter": 60_000, "multiplier": 20_000,
             "entry": {"reward": "rwd_ship"}},
        ],
    });
    club["cashback"] = json!({"id": "back", "brackets": [{"from": 0, "rate": 300}], "months": 2});
    club["memberships"] = json!([
        {"id": "plus", "name": {"en": "Plus"}, "price": 900, "months": 1, "multiplier": 11_000},
    ]);
    let offer = |id: &str, trigger: Value, benefit: Value| json!({"id": id, "title": {"en": id}, "trigger": trigger, "benefit": benefit});
    club["offers"] = json!([
        offer(
            "off_third",
            json!({"nth_order": 3}),
            json!({"multiplier": 30_000})
        ),
        offer(
            "off_two",
            json!({"milestone_orders": 2}),
            json!({"points": 40})
        ),
        offer(
            "off_tea",
            json!({"bought": {"products": {"skus": ["sku1"]}, "within_days": 9}}),
            json!({"wallet_credit": 70})
        ),
        offer(
            "off_ship",
            json!({"milestone_amount": 20_000}),
            json!({"reward": "rwd_ship"})
        ),
    ]);
    club
}

/// Ways in which clubs differ.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ways {
    policy: &'static str,
    expiry: u8,
}

pub(super) fn some_ways() -> impl Strategy<Value = Ways> {
    let policies = prop::sample::select(vec!["debt", "within_balance", "pending_only"]);
    (policies, 0..3_u8).prop_map(|(policy, expiry)| Ways { policy, expiry })
}

/// Few ids, so that events meet each other.
fn id(prefix: &str, n: u8) -> String {
    format!("{prefix}{}", n % 4)
}

fn some_event() -> impl Strategy<Value = Event> {
    let price = prop_oneof![4 => 0..50_000_i64, 1 => Just(0), 1 => Just(-1)];
    let paid = |(n, price, coupon, late): (u8, i64, Option<u8>, bool)| {
        let line = BillLine {
            sku: id("sku", n),
            quantity: 2,
            unit_price: Money(price),
            ..BillLine::default()
        };
        Event::Paid(Bill {
            order: id("o", n),
            // Some are told days after they were paid.
            paid_at: late.then_some(Timestamp(1_795_000_000_000)),
            lines: vec![line],
            coupons: coupon.map(|c| id("rdm", c)).into_iter().collect(),
            ..Bill::default()
        })
    };
    let credited = |(n, points, pending_days)| Event::Credited {
        rule: "referral_friend".to_owned(),
        source: id("mem", n),
        points: Points(points),
        pending_days,
    };
    prop_oneof![
        4 => (any::<u8>(), price.clone(), prop::option::of(any::<u8>()), prop::bool::weighted(0.2)).prop_map(paid),
        3 => (any::<u8>(), any::<u8>(), prop::option::of(price)).prop_map(|(n, r, base)| Event::Refunded {
            order: id("o", n), refund: id("r", r), base: base.map(Money),
        }),
        1 => any::<u8>().prop_map(|n| Event::Cancelled { order: id("o", n) }),
        4 => (any::<u8>(), 0..4_usize, 0..4_u32).prop_map(|(n, reward, units)| Event::Redeemed {
            redemption: id("rdm", n),
            reward: ["rwd_five", "rwd_ship", "rwd_money", "rwd_gold"][reward].to_owned(),
            units,
        }),
        1 => any::<u8>().prop_map(|n| Event::GaveBack { redemption: id("rdm", n) }),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(n, o)| Event::CouponUsed {
            redemption: id("rdm", n), order: id("o", o),
        }),
        1 => any::<u8>().prop_map(|n| Event::CouponReleased { redemption: id("rdm", n) }),
        2 => (any::<u8>(), -900..2_000_i64).prop_map(|(n, points)| Event::Adjusted {
            adjustment: id("adj", n), points: Points(points),
        }),
        1 => Just(Event::Did { rule: "visit".to_owned(), source: None }),
        1 => any::<u8>().prop_map(|n| Event::Did { rule: "review".to_owned(), source: Some(id("sku", n)) }),
        1 => (any::<u8>(), 0..400_i64, 0..40_u32).prop_map(credited),
        1 => any::<u8>().prop_map(|n| Event::Revoked {
            rule: "referral_friend".to_owned(), source: id("mem", n),
        }),
        2 => prop::sample::select(vec!["off_third", "off_two", "off_tea", "off_ship"])
            .prop_map(|offer| Event::TookOffer { offer: offer.to_owned() }),
        1 => prop::bool::ANY.prop_map(|renews| Event::Subscribed { plan: "plus".to_owned(), renews }),
        1 => (any::<u8>(), 0..300_i64).prop_map(|(n, amount)| Event::WalletSpent {
            order: id("o", n), amount: Money(amount),
        }),
        2 => Just(Event::TimePassed),
    ]
}

/// What happens next: to whom, and by how many hours the clock goes on first.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) member: usize,
    pub(super) hours: i64,
    pub(super) event: Event,
}

pub(super) fn some_steps() -> impl Strategy<Value = Vec<Step>> {
    let hours = prop_oneof![3 => 0..300_i64, 1 => -30..0_i64];
    let step = (0..MEMBERS.len(), hours, some_event()).prop_map(|(member, hours, event)| Step {
        member,
        hours,
        event: of_member(event, member),
    });
    prop::collection::vec(step, 1..30).prop_map(|mut steps| {
        // Each adjustment is one of its own: what makes it one is the key of its request.
        for (at, step) in steps.iter_mut().enumerate() {
            if let Event::Adjusted { adjustment, .. } = &mut step.event {
                *adjustment = format!("adj{at}");
            }
        }
        steps
    })
}

/// An order belongs to one member, and so does a redemption.
fn of_member(event: Event, member: usize) -> Event {
    let own = |id: String| format!("{id}-{member}");
    match event {
        Event::Paid(bill) => Event::Paid(Bill {
            order: own(bill.order),
            coupons: bill.coupons.into_iter().map(own).collect(),
            ..bill
        }),
        Event::Refunded {
            order,
            refund,
            base,
        } => Event::Refunded {
            order: own(order),
            refund,
            base,
        },
        Event::Cancelled { order } => Event::Cancelled { order: own(order) },
        Event::Redeemed {
            redemption,
            reward,
            units,
        } => Event::Redeemed {
            redemption: own(redemption),
            reward,
            units,
        },
        Event::GaveBack { redemption } => Event::GaveBack {
            redemption: own(redemption),
        },
        Event::CouponUsed { redemption, order } => Event::CouponUsed {
            redemption: own(redemption),
            order: own(order),
        },
        Event::CouponReleased { redemption } => Event::CouponReleased {
            redemption: own(redemption),
        },
        Event::WalletSpent { order, amount } => Event::WalletSpent {
            order: own(order),
            amount,
        },
        other => other,
    }
}
