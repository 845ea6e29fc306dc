//! One of each: every variant that has something to say.

use super::variants::variants;
use crate::explain::{
    Message, activity_refusal, brings, churn, complaint_refusal, notice, offer, reason,
    referral_refusal, verdict,
};
use crate::rewards::Reason;
use crate::samples::{at, program};
use crate::surveys::Verdict;
use crate::whatif::WhatIf;
use crate::{Money, Points, churn as leaving, complaints, earning, offers, referral, tiers};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use std::collections::BTreeSet;

fn reasons() -> Vec<Reason> {
    let (at, until) = (at("2025-03-21T00:00:00Z"), at("2025-04-01T00:00:00Z"));
    vec![
        Reason::NotEnoughPoints { missing: Points(5) },
        Reason::OnlyPending { activates_at: at },
        Reason::TierTooLow {
            needs: "gold".to_owned(),
        },
        Reason::MembersOnly,
        Reason::BelowMinimumOrder { missing: Money(5) },
        Reason::NotStarted { at },
        Reason::Ended { at },
        Reason::SoldOut,
        Reason::LimitReached {
            resets_at: Some(until),
        },
        Reason::LimitReached { resets_at: None },
        Reason::AlreadyHeld,
        Reason::Blocked,
        Reason::NotInSegment,
        Reason::ExcludedProducts,
        Reason::ConsentNeeded {
            consent: "sms".to_owned(),
        },
    ]
}

fn verdicts() -> Vec<Verdict> {
    let at = at("2025-03-21T00:00:00Z");
    vec![
        Verdict::Show,
        Verdict::Outranked {
            by: "srv_1".to_owned(),
        },
        Verdict::Disabled,
        Verdict::NotStarted { at },
        Verdict::Ended { at },
        Verdict::NoLanguage,
        Verdict::NotTriggered,
        Verdict::TooNew { at },
        Verdict::TooFewOrders,
        Verdict::AlreadyAsked,
        Verdict::AnsweredWait { until: at },
        Verdict::DismissedWait { until: at },
        Verdict::Ignored,
        Verdict::GlobalWait { until: at },
        Verdict::OncePerVisit,
        Verdict::NotSampled,
        Verdict::SlotTaken,
        Verdict::BlockedPage,
        Verdict::WrongPage,
        Verdict::WrongDevice,
        Verdict::WrongTier,
        Verdict::NotInSegment,
        Verdict::NotInArm,
    ]
}

fn offers() -> Vec<offers::Verdict> {
    use offers::Verdict;
    let at = at("2025-03-21T00:00:00Z");
    let open = |until| Verdict::Open {
        occasion: "first".to_owned(),
        since: at,
        until,
        stage: offers::Stage::Open,
    };
    vec![
        open(None),
        open(Some(at)),
        Verdict::NotTriggered,
        Verdict::NotStarted { at },
        Verdict::Ended { at },
        Verdict::WrongTier,
        Verdict::NotInSegment,
        Verdict::TooNew { at },
        Verdict::TooFewOrders,
        Verdict::NotInArm,
        Verdict::SoldOut,
        Verdict::Taken,
        Verdict::LimitReached { resets_at: None },
        Verdict::LimitReached {
            resets_at: Some(at),
        },
        Verdict::Lapsed { at },
    ]
}

fn referrals() -> Vec<referral::Refusal> {
    use referral::Refusal;
    vec![
        Refusal::SelfReferral,
        Refusal::NotFirstOrder,
        Refusal::BelowMinimum,
        Refusal::Expired,
        Refusal::CapReached,
        Refusal::SameContact,
        Refusal::TooManyFromAddress,
        Refusal::AlreadyReferred,
    ]
}

fn activities() -> Vec<earning::Refusal> {
    use earning::Refusal;
    let at = at("2025-03-21T00:00:00Z");
    vec![
        Refusal::AlreadyEarned,
        Refusal::CapReached { resets_at: None },
        Refusal::CapReached {
            resets_at: Some(at),
        },
        Refusal::NotToday { next: at },
        Refusal::NoBirthday,
        Refusal::SourceNeeded,
    ]
}

fn notices() -> Vec<tiers::Notice> {
    use tiers::Notice;
    let until = at("2025-03-21T00:00:00Z");
    vec![
        Notice::AtRisk { until, missing: 5 },
        Notice::InGrace { until, missing: 5 },
        Notice::NearNext { missing: 5 },
    ]
}

fn complaints() -> Vec<complaints::Refused> {
    vec![complaints::Refused::NotYours, complaints::Refused::NotNow]
}

fn risks() -> [leaving::Risk; 2] {
    let risk = |by| leaving::Risk {
        days_since: 90,
        usual_gap: leaving::QuarterDays(122),
        by,
        ratio_bp: 29_508,
        at_risk: true,
    };
    [leaving::Baseline::Own, leaving::Baseline::Cohort].map(risk)
}

/// What an order would bring: points, credit, both.
fn orders() -> [WhatIf; 3] {
    let order = |points, cashback| WhatIf {
        points: Points(points),
        cashback: Money(cashback),
        ..WhatIf::default()
    };
    [order(5, 0), order(0, 5), order(5, 5)]
}

/// What all of these say.
pub(super) fn answers() -> Vec<Message> {
    let program = program();
    let mut all = Vec::new();
    all.extend(reasons().iter().map(|it| reason(&program, it)));
    all.extend(verdicts().iter().map(verdict));
    all.extend(offers().iter().map(offer));
    all.extend(referrals().into_iter().map(referral_refusal));
    all.extend(activities().iter().map(activity_refusal));
    all.extend(notices().iter().map(|it| notice(&program, it)));
    all.extend(risks().iter().map(churn));
    all.extend(orders().iter().filter_map(brings));
    all.extend(complaints().into_iter().map(complaint_refusal));
    all
}

/// The name of a variant on the wire.
fn code(value: &impl Serialize) -> String {
    match serde_json::to_value(value).unwrap() {
        Json::String(code) => code,
        Json::Object(fields) => fields.keys().next().unwrap().clone(),
        other => panic!("{other} is no variant"),
    }
}

/// Every variant is among the samples, and its key is its family and its name on the wire.
fn all_told<T: Serialize + DeserializeOwned>(
    family: &str,
    samples: &[T],
    say: impl Fn(&T) -> Message,
) {
    let told: BTreeSet<String> = samples.iter().map(code).collect();
    let there = variants::<T>().iter().map(|name| (*name).to_owned());
    assert_eq!(told, there.collect(), "{family}");
    for sample in samples {
        let known = [family, ".", &code(sample)].concat();
        let key = say(sample).key;
        let form = key.strip_prefix(&known);
        assert!(
            form.is_some_and(|form| ["", ".again", ".until"].contains(&form)),
            "{key}"
        );
    }
}

#[test]
fn every_variant_has_a_message_under_its_own_name() {
    let program = program();
    all_told("reason", &reasons(), |it| reason(&program, it));
    all_told("survey", &verdicts(), verdict);
    all_told("offer", &offers(), offer);
    all_told("referral", &referrals(), |it| referral_refusal(*it));
    all_told("earning", &activities(), activity_refusal);
    all_told("notice", &notices(), |it| notice(&program, it));
    let told = risks().map(|risk| churn(&risk).key);
    let all = variants::<leaving::Baseline>();
    assert_eq!(
        told.to_vec(),
        all.iter()
            .map(|by| ["churn.", by].concat())
            .collect::<Vec<_>>()
    );
    all_told("complaint", &complaints(), |it| complaint_refusal(*it));
}
