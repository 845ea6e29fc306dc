#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use super::history::tests::some_history;
use super::*;
use crate::Bp;
use crate::experiments::sample;
use crate::program::{Arm, ArmWeight, Experiment, Pages};
use crate::samples::{at, member, program, survey, tehran};
use proptest::prelude::*;

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
            4 => survey.question.clear(),
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

/// Surveys that differ in all that decides, from a few numbers.
fn some_surveys() -> impl Strategy<Value = Vec<Survey>> {
    let one = (0..6_u8, 0..3_u8, 0..3_i32, 0..4_u8, 0..4_u8, 0..200_u32);
    prop::collection::vec(one, 1..4).prop_map(|all| {
        let make = |(place, (trigger, scope, priority, page, arm, days)): (usize, _)| {
            let mut survey = survey(&format!("srv_{place}"));
            survey.trigger = match trigger {
                0 => Trigger::Dwell(20),
                1 => Trigger::InactiveReturn(days),
                2 => Trigger::OrderConfirmed,
                _ => Trigger::Page,
            };
            survey.scope = match scope {
                0 => Scope::Once,
                1 if trigger == 2 => Scope::PerOrder,
                _ => Scope::Periodic,
            };
            survey.priority = priority;
            if page == 0 {
                survey.pages.only.push("/shop/*".to_owned());
            }
            if arm == 0 {
                survey.arm = Some(Arm {
                    experiment: "exp".to_owned(),
                    arm: "a".to_owned(),
                });
            }
            survey.audience.member_days_min = Some(days);
            if page == 1 {
                survey.starts_at = Some(at("2025-01-01T00:00:00Z").plus_days(days.into()));
            }
            survey
        };
        all.into_iter().enumerate().map(make).collect()
    })
}

fn tested(surveys: Vec<Survey>, starts_at: Option<Timestamp>) -> Program {
    let arms = ["a", "b"].map(|id| ArmWeight {
        id: id.to_owned(),
        weight: 1,
    });
    Program {
        experiments: vec![Experiment {
            id: "exp".to_owned(),
            arms: arms.to_vec(),
            starts_at,
            ends_at: None,
        }],
        ..with(surveys)
    }
}

proptest! {
    #[test]
    fn nothing_becomes_due_before_the_instant_to_wake_at(
        surveys in some_surveys(), history in some_history(), person in 0..9_u8,
        asleep in 1..400_i64, joined in 0..150_i64, begins in 0..300_i64, bought in 0..200_i64,
    ) {
        let day = |days| at("2025-01-01T00:00:00Z").plus_days(days);
        let program = tested(surveys, Some(day(begins)));
        let member = Member {
            id: person.to_string(),
            joined_at: day(joined),
            last_order_at: Some(day(bought)),
            ..member()
        };
        let now = at("2025-07-20T00:00:00Z");
        let elsewhere = Context { path: "/cart".to_owned(), ..page() };
        let decision = decide(&program, &tehran(), &member, &history, &elsewhere, now);
        prop_assert_eq!(decision.verdicts.len(), program.surveys.len());
        if decision.show.is_some() {
            prop_assert_eq!(decision.wake_at, Some(now));
        }
        let later = now.plus_ms(asleep * 3_600_000 * 12);
        if decision.wake_at.is_none_or(|wake| later < wake) {
            for path in ["/cart", "/shop/1"] {
                let there = Context { path: path.to_owned(), dwell_seconds: 99, ..page() };
                let then = decide(&program, &tehran(), &member, &history, &there, later);
                prop_assert_eq!(then.show, None);
            }
        }
    }

    #[test]
    fn one_survey_is_shown_in_whatever_order_surveys_and_records_come(
        surveys in some_surveys(), history in some_history(), turn in 0..6_usize,
        path in prop::sample::select(vec!["/cart", "/shop/1"]),
    ) {
        let program = tested(surveys.clone(), None);
        let context = Context {
            order_id: Some("o1".to_owned()),
            path: path.to_owned(),
            dwell_seconds: 30,
            ..page()
        };
        let asked = |program: &Program, history: &[Prompted]| {
            decide(program, &tehran(), &member(), history, &context, at(DAY))
        };
        let first = asked(&program, &history);
        prop_assert_eq!(&first, &asked(&program, &history));
        let shown: Vec<_> = first.verdicts.iter().filter(|(_, v)| *v == Verdict::Show).collect();
        prop_assert_eq!(shown.len(), usize::from(first.show.is_some()));
        prop_assert_eq!(shown.first().map(|(id, _)| id), first.show.as_ref().map(|s| &s.survey));
        let mut turned = surveys;
        turned.reverse();
        let middle = turn.min(turned.len());
        turned.rotate_left(middle);
        let mut records = history.clone();
        records.reverse();
        let middle = turn.min(records.len());
        records.rotate_left(middle);
        let second = asked(&tested(turned, None), &records);
        prop_assert_eq!(&first.show, &second.show);
        prop_assert_eq!(first.wake_at, second.wake_at);
        // What was shown closes a gate for all of them.
        if let Some(show) = &first.show {
            note(&mut records, show, Reaction::Shown, at(DAY));
            prop_assert_eq!(asked(&program, &records).show, None);
        }
    }

    #[test]
    fn no_instant_or_number_is_too_strange(
        numbers in prop::array::uniform8(any::<i64>()), words in prop::array::uniform4(".{0,12}"),
        days in prop::array::uniform5(any::<u32>()), trigger in 0..4_u8, now: i64,
    ) {
        let [a, b, c, joined, bought, starts, ends, priority] = numbers;
        let [id, scope, pattern, path] = words;
        let mut strange = survey(&id);
        strange.trigger = match trigger {
            0 => Trigger::InactiveReturn(days[0]),
            1 => Trigger::Dwell(days[0]),
            2 => Trigger::OrderDelivered,
            _ => Trigger::Page,
        };
        strange.audience.member_days_min = Some(days[1]);
        strange.answered_wait_days = Some(days[2]);
        strange.dismissed_wait_days = Some(days[3]);
        strange.global_wait_days = Some(days[4]);
        strange.starts_at = (starts % 2 == 0).then_some(Timestamp(starts));
        strange.ends_at = (ends % 2 == 0).then_some(Timestamp(ends));
        strange.priority = priority as i32;
        strange.pages = Pages { only: vec![pattern], ..Pages::default() };
        let record = Prompted {
            survey: id,
            scope: scope.clone(),
            displays: days[0],
            shown_at: Some(Timestamp(a)),
            answered_at: Some(Timestamp(b)),
            dismissed_at: Some(Timestamp(c)),
        };
        let member = Member {
            joined_at: Timestamp(joined),
            last_order_at: Some(Timestamp(bought)),
            ..member()
        };
        let context = Context { path, delivered_order_id: Some(scope), ..page() };
        let decision = decide(&with(vec![strange]), &tehran(), &member, &[record], &context, Timestamp(now));
        prop_assert_eq!(decision.verdicts.len(), 1);
    }
}
