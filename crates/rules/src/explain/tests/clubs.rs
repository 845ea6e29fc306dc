//! Clubs that between them have everything a program can have.

use crate::Program;
use serde_json::{Value, json};

/// A club with points, tiers and all the rest.
fn full() -> Value {
    json!({
        "id": "club", "version": 1, "name": {"fa": "باشگاه", "en": "Club"}, "languages": ["fa", "en"],
        "currency": {"code": "IRR", "display": "toman"}, "zone": "Asia/Tehran", "calendar": "jalali",
        "earning": {
            "purchase": {
                "id": "purchase", "points": 1, "per": 100_000, "pending_days": 7, "multiplier_max": 30_000,
                "base": {"shipping": true, "excluded_categories": ["gold"]},
                "caps": [{"per": "day", "points": 500}, {"per": "month", "times": 10}]
            },
            "activities": [
                {"id": "a1", "kind": "join", "points": 1, "title": {"fa": "بپیوند"}},
                {"id": "a2", "kind": "join", "points": 1},
                {"id": "a3", "kind": "first_purchase", "points": 1},
                {"id": "a4", "kind": {"survey": "srv_nps"}, "points": 1},
                {"id": "a5", "kind": "birthday", "points": 1},
                {"id": "a6", "kind": "profile", "points": 1},
                {"id": "a7", "kind": "review", "points": 1, "caps": [{"per": "week", "times": 1}]},
                {"id": "a8", "kind": "daily_visit", "points": 1, "caps": [{"per": "year", "times": 1}]},
                {"id": "a9", "kind": {"social_follow": "instagram"}, "points": 1},
                {"id": "a10", "kind": {"event": "poll"}, "points": 1, "caps": [{"per": "lifetime", "times": 1}]}
            ],
            "campaigns": [
                {"id": "c1", "title": {"fa": "همیشه"}, "multiplier": 20_000},
                {"id": "c2", "title": {"fa": "نوروز"}, "multiplier": 20_000, "minimum_order": 5,
                 "starts_at": "2025-03-20T20:30:00Z", "ends_at": "2025-04-03T20:30:00Z",
                 "audience": {"member_days_min": 30, "orders_min": 2, "tiers": ["gold"], "segments": ["loyal"]}},
                {"id": "c3", "title": {"fa": "از"}, "multiplier": 20_000, "starts_at": "2025-03-20T20:30:00Z"},
                {"id": "c4", "title": {"fa": "تا"}, "multiplier": 20_000, "ends_at": "2025-03-20T20:30:00Z"}
            ]
        },
        "expiry": {"per_lot": {"months": 12}},
        "tiers": {
            "measure": "spend", "window": "calendar_year", "downgrade": "one_down", "grace_days": 30,
            "levels": [
                {"id": "bronze", "name": {"fa": "برنزی"}, "enter": 0},
                {"id": "silver", "name": {"fa": "نقره‌ای"}, "enter": 10, "entry": {"points": 5}},
                {"id": "gold", "name": {"fa": "طلایی"}, "enter": 20, "retain": 15, "multiplier": 15_000,
                 "perks": [{"text": {"fa": "هدیه"}}, "free_shipping", {"early_access": 24}, "support_line",
                           {"birthday_bonus": 50}]}
            ]
        },
        "rewards": [
            {"id": "rwd_1", "title": {"fa": "تخفیف"}, "kind": {"amount_off": 500_000}, "cost": 1000,
             "minimum_order": 10, "tier": "gold", "segments": ["loyal"], "consent": "sms", "stock": 5,
             "excluded": {"categories": ["gold"], "skus": ["s1"]}, "units": {"min": 1, "max": 5},
             "per_member": 1, "starts_at": "2025-03-20T20:30:00Z"},
            {"id": "rwd_4", "title": {"fa": "محک"}, "kind": {"donation": "mahak"}, "cost": 100},
            {"id": "rwd_5", "title": {"fa": "قرعه"}, "kind": {"lottery_ticket": "yalda"}, "cost": 0},
            {"id": "rwd_2", "title": {"fa": "برگ دوم"}, "kind": "free_shipping", "cost": 0},
            {"id": "rwd_3", "title": {"fa": "کافه"}, "cost": 0,
             "kind": {"partner_coupon": {"partner": "cafe", "codes": "shared"}}}
        ],
        "referral": {"advocate_points": 5, "friend_points": 5, "minimum_order": 5, "pending_days": 7, "cap": 3},
        "offers": [
            offer("o1", json!({"milestone_orders": 5}), json!({"points": 5})),
            offer("o2", json!({"milestone_amount": 5}), json!({"wallet_credit": 5})),
            offer("o3", json!({"nth_order": 1}), json!({"reward": "rwd_1"})),
            offer("o4", json!({"nth_order": 2}), json!({"multiplier": 20_000})),
            offer("o5", json!({"birthday": {"days_before": 0, "days_after": 0}}), json!({"points": 5})),
            offer("o6", json!({"birthday": {"days_before": 3, "days_after": 3}}), json!({"points": 5})),
            offer("o7", json!({"inactive": 60}), json!({"points": 5})),
            offer("o8", json!({"bought": {"products": {}, "within_days": 30}}), json!({"points": 5})),
            offer("o9", json!("schedule"), json!({"points": 5})),
            offer("o10", json!({"segment": "loyal"}), json!({"points": 5})),
            surprise("o11", "day"), surprise("o12", "week"), surprise("o13", "month"),
            surprise("o14", "year"), surprise("o15", "lifetime"),
            {"id": "o16", "title": {"fa": "هدیه"}, "trigger": "schedule", "benefit": {"points": 5},
             "valid_hours": 48, "per_member": 2, "period": "year", "stock": 10,
             "arm": {"experiment": "e", "arm": "a"}}
        ],
        "memberships": [
            {"id": "m1", "name": {"fa": "ویژه"}, "price": 5, "months": 1, "notice_days": 3,
             "perks": ["free_shipping"]},
            {"id": "m2", "name": {"fa": "ساده"}, "price": 5, "months": 12}
        ],
        "partners": [{"id": "cafe", "name": {"fa": "کافه"}}, {"id": "idle", "name": {"fa": "بی‌کوپن"}}],
        "surveys": [
            survey("srv_nps", "nps", "periodic"), survey("srv_csat", "csat", "per_order"),
            survey("srv_ces", "ces", "once"), survey("srv_cli", "cli", "periodic"),
            {"id": "srv_own", "kind": "nps", "trigger": "page", "scope": "once", "question": {"fa": "؟"}}
        ]
    })
}

fn offer(id: &str, trigger: Value, benefit: Value) -> Value {
    json!({"id": id, "title": {"fa": "هدیه"}, "trigger": trigger, "benefit": benefit})
}

fn surprise(id: &str, period: &str) -> Value {
    offer(
        id,
        json!({"surprise": {"rate": 1000, "period": period}}),
        json!({"points": 5}),
    )
}

fn survey(id: &str, kind: &str, scope: &str) -> Value {
    json!({"id": id, "kind": kind, "trigger": "page", "scope": scope})
}

/// Other choices, each put in place of the full club's own.
fn choices() -> Vec<(&'static str, Value)> {
    let whole = |rate| json!([{"from": 0, "rate": rate}, {"from": 5, "rate": 500}]);
    vec![
        ("/earning/purchase/rounding", json!("half_up")),
        ("/earning/purchase/rounding", json!("ceil")),
        (
            "/earning/purchase/base",
            json!({"tax": true, "shipping": true, "gift_cards": true}),
        ),
        ("/earning/purchase/pending_days", json!(0)),
        ("/earning/combine", json!("product")),
        ("/calendar", json!("gregorian")),
        ("/expiry", json!("none")),
        (
            "/expiry",
            json!({"per_lot": {"months": 12, "end_of_month": true}}),
        ),
        (
            "/expiry",
            json!({"inactivity": {"months": 6, "warn_days": 0}}),
        ),
        ("/negative_policy", json!("pending_only")),
        ("/negative_policy", json!("within_balance")),
        ("/tiers/measure", json!("points_earned")),
        ("/tiers/measure", json!("orders")),
        ("/tiers/window", json!("lifetime")),
        ("/tiers/window", json!({"rolling_months": 12})),
        ("/tiers/downgrade", json!("none")),
        ("/tiers/downgrade", json!("recompute")),
        ("/tiers/levels/0/multiplier", json!(11_000)),
        (
            "/rewards",
            json!([{"id": "rwd_1", "title": {"fa": "ا"}, "kind": "free_shipping", "cost": 1}]),
        ),
        (
            "/referral",
            json!({"advocate_points": 0, "friend_points": 5}),
        ),
        (
            "/referral",
            json!({"advocate_points": 5, "friend_points": 0}),
        ),
        (
            "/referral",
            json!({"advocate_points": 0, "friend_points": 0}),
        ),
        ("/surveys/0/global_wait_days", json!(0)),
        (
            "/cashback",
            json!({"id": "back", "brackets": whole(200), "pending_days": 7, "months": 6,
                             "minimum_order": 5, "ceiling": 50}),
        ),
        (
            "/cashback",
            json!({"id": "back", "brackets": whole(0), "scale": {"spent": "lifetime"}}),
        ),
        (
            "/cashback",
            json!({"id": "back", "brackets": whole(0), "scale": {"spent": "calendar_year"}}),
        ),
        (
            "/cashback",
            json!({"id": "back", "brackets": whole(0), "scale": {"spent": {"rolling_months": 3}}}),
        ),
    ]
}

/// The full club, and the full club with each other choice.
pub(super) fn clubs() -> Vec<Program> {
    let mut clubs = vec![full()];
    for (pointer, choice) in choices() {
        let mut club = full();
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        let place = if parent.is_empty() {
            Some(&mut club)
        } else {
            club.pointer_mut(parent)
        };
        match place.unwrap() {
            Value::Array(items) => items[field.parse::<usize>().unwrap()] = choice,
            fields => fields[field] = choice,
        }
        clubs.push(club);
    }
    let read = |club| serde_json::from_value(club).unwrap();
    clubs.into_iter().map(read).collect()
}

/// A club that has no points: money back by amount spent, and tiers.
pub(super) fn spending() -> Program {
    let club = json!({
        "id": "club", "version": 1, "name": {"fa": "باشگاه"}, "languages": ["fa"],
        "currency": {"code": "IRR", "display": "toman"}, "zone": "Asia/Tehran", "calendar": "jalali",
        "cashback": {"id": "back", "brackets": [{"from": 0, "rate": 200}]},
        "tiers": {"measure": "spend", "window": "calendar_year", "levels": [
            {"id": "bronze", "name": {"fa": "برنزی"}, "enter": 0},
            {"id": "gold", "name": {"fa": "طلایی"}, "enter": 20}
        ]}
    });
    serde_json::from_value(club).unwrap()
}
