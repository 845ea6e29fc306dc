use super::*;
use crate::program::{Arm, ArmWeight, Experiment, Pages};
use crate::surveys::history::tests::some_history;
use proptest::prelude::*;

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
