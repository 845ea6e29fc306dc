//! Ordinary things for tests to begin with.
#![allow(
    clippy::unwrap_used,
    reason = "a sample that cannot be made is a broken test"
)]

use crate::calendar::Calendar;
use crate::member::{Lot, Member, Purchase};
use crate::program::*;
use crate::{Bp, Money, Points, Program, Timestamp, Transition, Zone};

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// Tehran since 2023: no summer time.
pub(crate) fn tehran() -> Zone {
    Zone {
        offset_minutes: 210,
        transitions: Vec::new(),
    }
}

/// Berlin in 2025.
pub(crate) fn berlin() -> Zone {
    let change = |text, offset_minutes| Transition {
        at: at(text),
        offset_minutes,
    };
    let transitions = vec![
        change("2025-03-30T01:00:00Z", 120),
        change("2025-10-26T01:00:00Z", 60),
    ];
    Zone {
        offset_minutes: 60,
        transitions,
    }
}

pub(crate) fn text(words: &str) -> Text {
    Text::from([("fa".to_owned(), words.to_owned())])
}

pub(crate) fn program() -> Program {
    Program {
        id: "club".to_owned(),
        version: 1,
        name: text("باشگاه"),
        languages: vec!["fa".to_owned()],
        currency: Currency {
            code: "IRR".to_owned(),
            display: MoneyDisplay::Toman,
        },
        zone: "Asia/Tehran".to_owned(),
        calendar: Calendar::Jalali,
        earning: Earning {
            purchase: Some(rule()),
            ..Earning::default()
        },
        reinstate_days: 30,
        ..Program::default()
    }
}

pub(crate) fn rule() -> PurchaseRule {
    PurchaseRule {
        id: "purchase".to_owned(),
        points: Points(1),
        per: Money(100),
        ..PurchaseRule::default()
    }
}

pub(crate) fn tier(id: &str, enter: i64) -> Tier {
    Tier {
        id: id.to_owned(),
        name: text(id),
        enter,
        ..Tier::default()
    }
}

pub(crate) fn ladder(window: Window) -> Ladder {
    Ladder {
        measure: Measure::Spend,
        window,
        downgrade: Downgrade::Recompute,
        grace_days: 0,
        notice_days: 30,
        levels: vec![tier("bronze", 0), tier("silver", 100), tier("gold", 300)],
        former: Vec::new(),
    }
}

pub(crate) fn reward(id: &str, cost: i64) -> Reward {
    Reward {
        id: id.to_owned(),
        title: text(id),
        terms: Text::new(),
        kind: RewardKind::FreeShipping,
        cost: Points(cost),
        units: None,
        segments: Vec::new(),
        excluded: Products::default(),
        consent: None,
        period: Period::Lifetime,
        minimum_order: None,
        tier: None,
        starts_at: None,
        ends_at: None,
        stock: None,
        per_member: None,
        coupon_days: 30,
    }
}

pub(crate) fn survey(id: &str) -> Survey {
    Survey {
        id: id.to_owned(),
        kind: SurveyKind::Nps,
        enabled: true,
        question: Text::new(),
        follow_up: FollowUp::default(),
        pages: Pages::default(),
        arm: None,
        trigger: Trigger::Page,
        scope: Scope::Periodic,
        audience: Audience::default(),
        answered_wait_days: None,
        dismissed_wait_days: None,
        global_wait_days: None,
        max_displays: None,
        rate: Bp::ONE,
        priority: 0,
        starts_at: None,
        ends_at: None,
    }
}

pub(crate) fn member() -> Member {
    Member {
        id: "mem_1".to_owned(),
        joined_at: at("2024-01-01T00:00:00Z"),
        ..Member::default()
    }
}

pub(crate) fn lot(id: &str, remaining: i64) -> Lot {
    let earned_at = at("2025-01-01T00:00:00Z");
    Lot {
        id: id.to_owned(),
        earned_at,
        activates_at: earned_at,
        expires_at: None,
        remaining: Points(remaining),
    }
}

pub(crate) fn purchase(paid_at: &str, spend: i64) -> Purchase {
    Purchase {
        paid_at: at(paid_at),
        spend: Money(spend),
    }
}
