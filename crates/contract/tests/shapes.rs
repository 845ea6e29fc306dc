//! The documented JSON, read and written again: what a shop's developer sees is what the types say.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test may stop at the first surprise"
)]

use contract::orders::*;
use contract::problem::Problem;
use contract::shopper::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Reads a sample and writes it again: nothing is lost, added or renamed.
fn same<T: DeserializeOwned + Serialize>(sample: Value) -> T {
    let read: T = serde_json::from_value(sample.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), sample);
    read
}

/// Reads a sample that leaves out what may be left out.
fn short<T: DeserializeOwned>(sample: Value) -> T {
    serde_json::from_value(sample).unwrap()
}

fn refused<T: DeserializeOwned>(sample: Value) -> String {
    serde_json::from_value::<T>(sample)
        .err()
        .unwrap()
        .to_string()
}

/// The names that a list of unit variants has on the wire.
fn names<T: DeserializeOwned + Serialize>(names: &[&str]) {
    for name in names {
        same::<T>(json!(name));
    }
}

fn redemption() -> Value {
    json!({
        "id": "rdm_01", "key": "0b1c", "reward_id": "rwd_50k", "units": 1, "points": 1000,
        "at": "2026-11-20T08:00:00Z", "code": "VF-7K2M-9QXA", "state": "open",
        "expires_at": "2026-12-20T08:00:00Z"
    })
}

fn entry() -> Value {
    json!({
        "id": "txn_01", "at": "2026-11-20T08:00:00Z", "reason": "purchase", "points": 120, "wallet": 0,
        "activates_at": "2026-11-27T08:00:00Z", "expires_at": null, "source": "order-17"
    })
}

fn snapshot() -> Value {
    json!({
        "as_of": "2026-11-22T04:10:00.250Z",
        "first_name": "سارا",
        "facts": {
            "id": "mem_01",
            "joined_at": "2025-11-22T04:10:00Z",
            "lots": [{
                "id": "lot_01", "earned_at": "2026-11-20T08:00:00Z",
                "activates_at": "2026-11-27T08:00:00Z", "expires_at": null, "remaining": 120
            }],
            "held": 1000,
            "debt": 0,
            "purchases": [{"paid_at": "2026-11-20T08:00:00Z", "spend": 1200000}],
            "credits": [{"activates_at": "2026-11-27T08:00:00Z", "points": 120}],
            "redeemed": [{"reward": "rwd_50k", "at": "2026-11-20T08:00:00Z", "open": true}],
            "last_active_at": "2026-11-20T08:00:00Z",
            "blocked": false,
            "prompts": [{
                "survey": "srv_order", "scope": "order-17", "displays": 1,
                "shown_at": "2026-11-20T08:00:30Z", "answered_at": null, "dismissed_at": null
            }]
        },
        "referral": {
            "code": "BAHAR-2M4K",
            "friends": [{"at": "2026-11-01T00:00:00Z", "state": "bought"}]
        },
        "redemptions": [redemption()],
        "entries": [entry()],
        "next_cursor": "eyJ0IjoxfQ",
        "prompts": [{"id": "prm_W10.c2ln", "survey_id": "srv_order", "scope": "order-17"}],
        "delivered_order_id": "order-16",
        "resolved_complaint": "cmp_8x0w3k6m1q9r4t7v2yaz"
    })
}

#[test]
fn a_snapshot_is_as_documented() {
    let read: Snapshot = same(snapshot());
    assert_eq!(read.facts.lots[0].remaining, rules::Points(120));
    assert_eq!(read.as_of.to_string(), "2026-11-22T04:10:00.250Z");
}

#[test]
fn a_snapshot_of_a_newcomer_may_leave_out_what_they_have_not() {
    let read: Snapshot = short(json!({
        "as_of": "2026-11-22T04:10:00Z",
        "facts": {"id": "mem_02", "joined_at": "2026-11-22T04:10:00Z", "lots": [], "purchases": []},
        "redemptions": [],
        "entries": []
    }));
    assert_eq!(read.referral, None);
    assert_eq!(read.facts.held, rules::Points::ZERO);
}

#[test]
fn a_newer_servers_field_does_not_stop_an_older_widget() {
    let mut newer = snapshot();
    newer["badges"] = json!(["first"]);
    newer["facts"]["badges"] = json!({"amount": 5});
    assert_eq!(short::<Snapshot>(newer), short::<Snapshot>(snapshot()));
}

#[test]
fn a_program_view_carries_the_document_and_its_clock() {
    let read: ProgramView = short(json!({
        "program": {
            "id": "demo", "version": 3, "name": {"fa": "باشگاه", "en": "Club"},
            "languages": ["fa", "en"], "currency": {"code": "IRR", "display": "toman"},
            "zone": "Asia/Tehran", "calendar": "jalali",
            "earning": {"purchase": {"id": "purchase", "points": 1, "per": 10000, "rounding": "half_up"}},
            "expiry": {"per_lot": {"months": 12}},
            "tiers": {
                "measure": "spend", "window": {"rolling_months": 12},
                "levels": [{"id": "bronze", "name": {"fa": "برنزی", "en": "Bronze"}, "enter": 0}]
            },
            "rewards": [{
                "id": "rwd_15", "title": {"fa": "تخفیف", "en": "Off"}, "cost": 10,
                "kind": {"percent_off": {"rate": 1500}}
            }],
            "surveys": [{"id": "srv_1", "kind": "csat", "trigger": "order_confirmed", "scope": "per_order"}]
        },
        "zone": {
            "offset_minutes": 210,
            "transitions": [{"at": "2022-03-21T20:30:00Z", "offset_minutes": 270}]
        }
    }));
    assert_eq!(read.program.rewards[0].coupon_days, 30);
    assert_eq!(
        read.program.tiers.as_ref().unwrap().levels[0].multiplier,
        rules::Bp::ONE
    );
    let again: ProgramView = short(serde_json::to_value(&read).unwrap());
    assert_eq!(again, read);
}

#[test]
fn pages_of_entries_and_answers_to_writes_have_one_key_each() {
    same::<EntryPage>(json!({"entries": [entry()], "next_cursor": null}));
    same::<RedemptionReply>(json!({"redemption": redemption()}));
    same::<ResponseReply>(json!({"response": {"id": "rsp_01", "points": 20, "counted": true}}));
    same::<ClaimReply>(json!({"claim": {
        "id": "clm_01", "friend_points": 300, "minimum_order": 3000000,
        "expires_at": "2026-12-22T00:00:00Z", "refused": null
    }}));
}

#[test]
fn what_a_shopper_sends_is_as_documented() {
    same::<Join>(json!({"claim_id": "clm_01"}));
    short::<Join>(json!({}));
    same::<Redeem>(json!({"reward_id": "rwd_50k", "units": 2}));
    short::<Redeem>(json!({"reward_id": "rwd_50k"}));
    same::<SurveyResponse>(json!({
        "id": "rsp_01", "survey_id": "srv_order", "scope": "order-17", "score": 5,
        "comment": "چای عالی بود", "completed": true
    }));
    same::<Events>(json!({"events": [{
        "id": "evt_01", "kind": "prompt_shown", "at": "2026-11-20T08:00:30Z",
        "survey_id": "srv_order", "scope": "order-17"
    }]}));
    short::<Events>(json!({"events": [
        {"id": "evt_02", "kind": "panel_opened", "at": "2026-11-20T08:00:30Z"}
    ]}));
}

#[test]
fn what_the_shops_server_sends_is_as_documented() {
    let order = json!({
        "member": "customer-7", "status": "paid", "currency": "IRR",
        "items": [{
            "sku": "first-flush", "category": "tea", "quantity": 2, "unit_price": 900000, "discount": 100000
        }],
        "tax": 0, "shipping": 350000, "coupons": ["VF-7K2M-9QXA"],
        "placed_at": "2026-11-20T08:00:00+03:30", "paid_at": null
    });
    let read: OrderInput = short(order);
    assert_eq!(read.placed_at.unwrap().to_string(), "2026-11-20T04:30:00Z");
    same::<RefundInput>(json!({"id": "refund-1", "amount": 900000}));
    short::<MemberInput>(json!({
        "first_name": "سارا", "joined_at": "2025-11-22T04:10:00Z", "birthday": {"month": 1, "day": 20},
        "consents": ["partners"], "contacts": ["sara@shop.example"]
    }));
    same::<CouponAction>(json!({"action": "use", "order_id": "order-17"}));
}

#[test]
fn a_misspelt_field_of_the_shops_server_is_refused_by_name() {
    let error = refused::<OrderItem>(json!({"sku": "a", "qty": 1, "quantity": 1, "unit_price": 5}));
    assert!(error.contains("qty"), "{error}");
    assert!(refused::<RefundInput>(json!({"id": "r", "ammount": 5})).contains("ammount"));
}

#[test]
fn points_and_money_are_whole_and_times_are_text() {
    refused::<Redemption>({
        let mut half = redemption();
        half["points"] = json!(0.5);
        half
    });
    refused::<Redemption>({
        let mut number = redemption();
        number["at"] = json!(1_795_000_000);
        number
    });
}

#[test]
fn states_and_reasons_keep_their_names() {
    names::<RedemptionState>(&["open", "used", "cancelled", "expired"]);
    names::<OrderStatus>(&["placed", "paid", "fulfilled", "cancelled"]);
    names::<CouponVerb>(&["hold", "use", "release"]);
    names::<EventKind>(&[
        "prompt_shown",
        "prompt_dismissed",
        "panel_opened",
        "offer_shown",
    ]);
    names::<EntryReason>(&[
        "purchase",
        "refund",
        "joined",
        "first_purchase",
        "survey",
        "referral_advocate",
        "referral_friend",
        "redemption",
        "redemption_returned",
        "expired",
        "adjustment",
        "activity",
        "tier_entry",
        "offer",
        "wallet_spent",
    ]);
    names::<FriendState>(&[
        "invited",
        "joined",
        "bought",
        "rewarded",
        "self_referral",
        "not_first_order",
        "below_minimum",
        "expired",
        "cap_reached",
        "already_referred",
        "same_contact",
        "too_many_from_address",
    ]);
}

#[test]
fn a_problem_is_rfc_9457_with_faults_only_where_there_are_some() {
    let plain = json!({
        "type": "https://vafa.example/problems/not_found", "status": 404,
        "code": "not_found", "detail": "There is no reward rwd_9."
    });
    same::<Problem>(plain);
    #[derive(Deserialize)]
    struct Code {
        code: String,
    }
    let faulty = json!({
        "type": "https://vafa.example/problems/not_eligible", "status": 422, "code": "not_eligible",
        "detail": "50 points are missing.",
        "errors": [{"pointer": "/reward_id", "code": "not_enough_points", "detail": "50 points are missing."}]
    });
    same::<Problem>(faulty.clone());
    assert_eq!(short::<Code>(faulty).code, "not_eligible");
}
