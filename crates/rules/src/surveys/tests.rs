#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use super::*;
use crate::Bp;
use crate::experiments::sample;
use crate::program::Arm;
use crate::samples::{at, member, program, survey, tehran};

const DAY: &str = "2025-06-01T00:00:00Z";

fn page() -> Context {
    Context {
        slot_free: true,
        language: "fa".to_owned(),
        ..Context::default()
    }
}

fn with(surveys: Vec<Survey>) -> Program {
    Program {
        surveys,
        ..program()
    }
}

fn verdict(survey: Survey, history: &[Prompted], now: &str) -> Verdict {
    let decision = decide(
        &with(vec![survey]),
        &tehran(),
        &member(),
        history,
        &page(),
        at(now),
    );
    decision.verdicts.into_iter().next().unwrap().1
}

fn shown(survey: &str, when: &str) -> Prompted {
    let shown_at = Some(at(when));
    Prompted {
        survey: survey.to_owned(),
        displays: 1,
        shown_at,
        ..Prompted::default()
    }
}

#[test]
fn a_survey_that_nobody_was_asked_is_shown() {
    let decision = decide(
        &with(vec![survey("srv")]),
        &tehran(),
        &member(),
        &[],
        &page(),
        at(DAY),
    );
    let show = Show {
        survey: "srv".to_owned(),
        scope: String::new(),
    };
    assert_eq!(decision.show, Some(show));
    assert_eq!(decision.verdicts, [("srv".to_owned(), Verdict::Show)]);
}

#[test]
fn a_wait_has_passed_after_whole_days_of_24_hours() {
    let answered = Prompted {
        answered_at: Some(at("2025-03-03T00:00:00Z")),
        ..shown("srv", "2025-03-03T00:00:00Z")
    };
    let until = at(DAY);
    assert_eq!(
        verdict(
            survey("srv"),
            std::slice::from_ref(&answered),
            "2025-05-31T23:59:59.999Z"
        ),
        Verdict::AnsweredWait { until }
    );
    assert_eq!(verdict(survey("srv"), &[answered], DAY), Verdict::Show);
}

#[test]
fn a_clock_that_ran_ahead_does_not_silence_a_survey_for_years() {
    let ahead = shown("other", "2040-01-01T00:00:00Z");
    let until = at("2025-06-08T00:00:00Z");
    assert_eq!(
        verdict(survey("srv"), &[ahead], DAY),
        Verdict::GlobalWait { until }
    );
    // Five minutes are a clock's freedom: the instant is taken as it is.
    let close = shown("other", "2025-06-01T00:05:00Z");
    let until = at("2025-06-08T00:05:00Z");
    assert_eq!(
        verdict(survey("srv"), &[close], DAY),
        Verdict::GlobalWait { until }
    );
}

#[test]
fn three_silences_are_enough() {
    let mut record = Prompted {
        displays: 2,
        ..shown("srv", "2025-05-01T00:00:00Z")
    };
    assert_eq!(
        verdict(survey("srv"), &[record.clone()], DAY),
        Verdict::Show
    );
    record.displays = 3;
    assert_eq!(
        verdict(survey("srv"), &[record.clone()], DAY),
        Verdict::Ignored
    );
    // An answer since then begins the count anew.
    record.answered_at = Some(at("2025-05-01T00:00:10Z"));
    assert_eq!(
        verdict(survey("srv"), &[record], "2025-12-01T00:00:00Z"),
        Verdict::Show
    );
}

#[test]
fn gates_are_tried_in_their_order() {
    // Everything is closed; then one gate after the other opens.
    let mut survey = Survey {
        enabled: false,
        starts_at: Some(at("2025-06-02T00:00:00Z")),
        ends_at: Some(at(DAY)),
        trigger: Trigger::OrderConfirmed,
        rate: Bp(0),
        dismissed_wait_days: Some(30),
        scope: Scope::Once,
        ..survey("srv")
    };
    survey.question.insert("en".to_owned(), "?".to_owned());
    survey.audience.member_days_min = Some(3650);
    survey.audience.orders_min = 1;
    let mut context = Context {
        prompted_this_visit: true,
        blocked_page: true,
        ..page()
    };
    context.slot_free = false;
    let mut person = member();
    let instant = Some(at("2025-05-31T00:00:00Z"));
    let mut history = vec![Prompted {
        survey: "srv".to_owned(),
        displays: 3,
        shown_at: instant,
        answered_at: instant,
        dismissed_at: instant,
        ..Prompted::default()
    }];
    let mut seen = Vec::new();
    for step in 0..16 {
        match step {
            1 => survey.enabled = true,
            2 => survey.starts_at = None,
            3 => survey.ends_at = None,
            4 => survey.question = Default::default(),
            5 => context.order_id = Some("o1".to_owned()),
            6 => survey.audience.member_days_min = None,
            7 => survey.audience.orders_min = 0,
            8 => survey.scope = Scope::Periodic,
            9 => history[0].answered_at = Some(at("2024-01-01T00:00:00Z")),
            10 => history[0].dismissed_at = None,
            11 => history[0].displays = 1,
            12 => history[0].shown_at = None,
            13 => context.prompted_this_visit = false,
            14 => survey.rate = Bp::ONE,
            15 => context.slot_free = true,
            _ => {}
        }
        person.joined_at = at("2020-01-01T00:00:00Z");
        let program = with(vec![survey.clone()]);
        let decision = decide(&program, &tehran(), &person, &history, &context, at(DAY));
        let wire = serde_json::to_value(&decision.verdicts[0].1).unwrap();
        let name = wire.as_object().and_then(|o| o.keys().next().cloned());
        seen.push(name.or(wire.as_str().map(str::to_owned)).unwrap());
    }
    assert_eq!(
        seen,
        [
            "disabled",
            "not_started",
            "ended",
            "no_language",
            "not_triggered",
            "too_new",
            "too_few_orders",
            "already_asked",
            "answered_wait",
            "dismissed_wait",
            "ignored",
            "global_wait",
            "once_per_visit",
            "not_sampled",
            "slot_taken",
            "blocked_page",
        ]
    );
}

#[test]
fn once_in_a_life_is_once() {
    let once = Survey {
        scope: Scope::Once,
        ..survey("srv")
    };
    let answered = Prompted {
        answered_at: Some(at("2020-01-01T00:00:00Z")),
        ..shown("srv", "2020-01-01T00:00:00Z")
    };
    assert_eq!(
        verdict(once.clone(), &[answered], DAY),
        Verdict::AlreadyAsked
    );
    let dismissed = Prompted {
        dismissed_at: Some(at("2025-05-20T00:00:00Z")),
        ..shown("srv", "2025-05-20T00:00:00Z")
    };
    assert_eq!(
        verdict(once.clone(), std::slice::from_ref(&dismissed), DAY),
        Verdict::AlreadyAsked
    );
    let patient = Survey {
        dismissed_wait_days: Some(15),
        ..once
    };
    let until = at("2025-06-04T00:00:00Z");
    assert_eq!(
        verdict(patient, &[dismissed], DAY),
        Verdict::DismissedWait { until }
    );
}

#[test]
fn a_question_must_be_in_the_shoppers_language() {
    let ask = |tag: &str, reader: &str| {
        let mut survey = survey("srv");
        survey.question.insert(tag.to_owned(), "?".to_owned());
        let context = Context {
            language: reader.to_owned(),
            ..page()
        };
        let decision = decide(
            &with(vec![survey]),
            &tehran(),
            &member(),
            &[],
            &context,
            at(DAY),
        );
        decision.show.is_some()
    };
    assert!(ask("fa", "fa"));
    assert!(ask("fa", "fa-IR"));
    assert!(!ask("en", "fa"));
}

#[test]
fn what_was_ignored_goes_before_what_was_never_shown_and_that_before_what_is_recent() {
    let first = |history: &[Prompted]| {
        let program = with(vec![survey("srv_b"), survey("srv_a")]);
        decide(&program, &tehran(), &member(), history, &page(), at(DAY))
            .show
            .unwrap()
            .survey
    };
    assert_eq!(first(&[]), "srv_a");
    assert_eq!(first(&[shown("srv_b", "2025-05-01T00:00:00Z")]), "srv_b");
    let done = |id: &str, when: &str| Prompted {
        answered_at: Some(at(when)),
        ..shown(id, when)
    };
    let both = [
        done("srv_a", "2025-02-02T00:00:00Z"),
        done("srv_b", "2025-02-01T00:00:00Z"),
    ];
    assert_eq!(first(&both), "srv_b");
    assert_eq!(first(&[done("srv_a", "2025-02-02T00:00:00Z")]), "srv_b");
}

#[test]
fn a_survey_for_another_trigger_never_wakes_the_page() {
    let mut order = survey("srv");
    order.trigger = Trigger::OrderConfirmed;
    let recent = shown("other", "2025-05-31T00:00:00Z");
    let context = Context {
        order_id: Some("o1".to_owned()),
        ..page()
    };
    let decision = decide(
        &with(vec![order]),
        &tehran(),
        &member(),
        &[recent],
        &context,
        at(DAY),
    );
    assert_eq!(decision.wake_at, None);
}

#[test]
fn what_only_the_server_knows_is_looked_for_after_a_day_and_wakes_the_page_at_once_when_it_is_known()
 {
    let mut parcel = survey("srv_parcel");
    parcel.trigger = Trigger::OrderDelivered;
    parcel.scope = Scope::PerOrder;
    let mut care = survey("srv_care");
    care.trigger = Trigger::ComplaintResolved;
    let told = |survey: &Survey, context: Context, history: &[Prompted]| {
        let program = with(vec![survey.clone()]);
        let decision = decide(&program, &tehran(), &member(), history, &context, at(DAY));
        let wait = decision.wake_at.map(|wake| wake.since(at(DAY)));
        (decision.show.map(|show| show.scope), wait)
    };
    let delivered = Context {
        delivered_order_id: Some("o7".to_owned()),
        ..page()
    };
    let resolved = Context {
        resolved_complaint: Some("cmp_1".to_owned()),
        ..page()
    };
    for (survey, context, scope) in [(&parcel, &delivered, "o7"), (&care, &resolved, "")] {
        assert_eq!(told(survey, page(), &[]), (None, Some(DAY_MS)));
        assert_eq!(
            told(survey, context.clone(), &[]),
            (Some(scope.to_owned()), Some(0))
        );
        // Something else was asked two days ago; it has to wait for five more, known or not.
        let recent = shown("other", "2025-05-30T00:00:00Z");
        for context in [page(), context.clone()] {
            assert_eq!(
                told(survey, context, std::slice::from_ref(&recent)),
                (None, Some(5 * DAY_MS))
            );
        }
    }
    let done = Prompted {
        scope: "o7".to_owned(),
        answered_at: Some(at("2025-01-01T00:00:00Z")),
        ..shown("srv_parcel", "2025-01-01T00:00:00Z")
    };
    // Asked about this one: what comes next may be another's, which is looked for as before.
    assert_eq!(told(&parcel, delivered, &[done]), (None, Some(DAY_MS)));
}

#[test]
fn the_same_person_always_gets_the_same_lot_and_about_the_rate_is_asked() {
    let person = |n: u32| format!("mem_{n}");
    let asked = (0..20_000)
        .filter(|n| sample(&person(*n), "srv", "club") < 2500)
        .count();
    assert!((4700..5300).contains(&asked), "{asked}");
    // Another survey asks other people.
    let both = (0..20_000)
        .filter(|n| sample(&person(*n), "srv", "club") < 2500)
        .filter(|n| sample(&person(*n), "srv_2", "club") < 2500)
        .count();
    assert!((1050..1450).contains(&both), "{both}");
    assert_eq!(
        sample("mem_1", "srv", "club"),
        sample("mem_1", "srv", "club")
    );
    assert_ne!(sample("ab", "c", ""), sample("a", "bc", ""));
}

#[test]
fn a_rate_of_nothing_asks_nobody_and_the_whole_asks_all() {
    for n in 0..500 {
        let person = crate::member::Member {
            id: n.to_string(),
            ..member()
        };
        let ask = |rate| {
            let program = with(vec![Survey {
                rate: Bp(rate),
                ..survey("srv")
            }]);
            decide(&program, &tehran(), &person, &[], &page(), at(DAY))
                .show
                .is_some()
        };
        assert!(ask(10_000) && !ask(0));
    }
}

#[test]
fn a_prompt_that_was_noted_is_not_asked_again_in_another_tab() {
    let program = with(vec![survey("srv")]);
    let mut history = Vec::new();
    let show = decide(&program, &tehran(), &member(), &history, &page(), at(DAY))
        .show
        .unwrap();
    note(&mut history, &show, Reaction::Shown, at(DAY));
    assert_eq!(
        decide(&program, &tehran(), &member(), &history, &page(), at(DAY)).show,
        None
    );
    note(&mut history, &show, Reaction::Dismissed, at(DAY).plus_ms(5));
    let later = at("2025-07-01T00:00:00.005Z");
    assert!(
        decide(&program, &tehran(), &member(), &history, &page(), later)
            .show
            .is_some()
    );
    note(&mut history, &show, Reaction::Shown, later);
    assert_eq!(history.len(), 1);
    assert_eq!(history[0].displays, 1);
}

mod properties;

#[test]
fn a_list_stands_for_tiers_and_arms() {
    let mut tiered = survey("tiered");
    tiered.audience.tiers = vec!["gold".to_owned()];
    let mut armed = survey("armed");
    armed.arm = Some(Arm {
        experiment: "exp".to_owned(),
        arm: "b".to_owned(),
    });
    let program = with(vec![tiered, armed, survey("free")]);
    let verdicts = |listed: &[&str]| {
        let listed = |survey: &str, scope: &str| scope.is_empty() && listed.contains(&survey);
        let (zone, member) = (tehran(), member());
        let decision = decide_listed(&listed, &program, &zone, &member, &[], &page(), at(DAY));
        let verdicts = decision.verdicts.into_iter();
        verdicts.map(|(_, verdict)| verdict).collect::<Vec<_>>()
    };
    assert_eq!(
        verdicts(&[]),
        [Verdict::WrongTier, Verdict::NotInArm, Verdict::Show]
    );
    let by = |id: &str| Verdict::Outranked { by: id.to_owned() };
    assert_eq!(
        verdicts(&["tiered", "armed"]),
        [by("armed"), Verdict::Show, by("armed")]
    );
}
