//! What came of the experiments: each arm with its interval, beside the first.

use super::{Chooser, learn, nothing, shown};
use crate::atoms::Page;
use crate::charts::{Cell, Chart, Column, Plot, Row, Sheet, Unit};
use crate::remote::Remote;
use crate::server;
use crate::words::{say, t};
use contract::insights::{ArmResult, ExperimentResult, Insight};
use leptos::prelude::*;

/// The page of experiments.
#[component]
pub(crate) fn Experiments() -> impl IntoView {
    let learn = learn();
    let read = Remote::new(move || {
        let window = learn.window();
        async move { server::get::<Insight>(&format!("/v1/insights/experiments?{window}")).await }
    });
    view! {
        <Page title="learn.experiments">
            <Chooser />
            <p class="lead">{t("experiments.lead")}</p>
            {shown(
                read,
                |insight| {
                    if insight.experiments.is_empty() {
                        return nothing("experiments.none", "experiments.none.text").into_any();
                    }
                    insight.experiments.into_iter().map(one).collect_view().into_any()
                },
            )}
        </Page>
    }
}

fn one(result: ExperimentResult) -> impl IntoView {
    let result = StoredValue::new(result);
    let sheet = Signal::derive(move || result.with_value(table));
    let verdict = Signal::derive(move || result.with_value(verdict));
    let plot = Plot::Ranges {
        column: 3,
        interval: (4, 5),
        ends: (0, 10_000),
    };
    view! { <Chart sheet plot lead=verdict /> }
}

/// What may be said of an experiment.
fn verdict(result: &ExperimentResult) -> String {
    let few = result.arms.iter().any(|arm| arm.people < 30);
    let decided = |arm: &ArmResult| arm.difference.is_some_and(|it| it.decided);
    say(if few {
        "experiments.too_few"
    } else if result.arms.iter().any(decided) {
        "experiments.decided"
    } else {
        "experiments.open"
    })
}

/// A share of 1, to four decimals, in basis points.
fn bp(share: f64) -> i64 {
    (share * 10_000.0).round() as i64
}

fn table(result: &ExperimentResult) -> Sheet {
    let row = |arm: &ArmResult| {
        let share = arm.share;
        let difference = arm.difference;
        let more = |value: Option<f64>| {
            value.map_or(Cell::Text(String::new()), |value| {
                Cell::In(Unit::Percent, bp(value), true)
            })
        };
        let says = match difference {
            None => say("experiments.first"),
            Some(it) if it.decided && it.value > 0.0 => say("experiments.better"),
            Some(it) if it.decided => say("experiments.worse"),
            Some(_) => say("experiments.unclear"),
        };
        Row::of(vec![
            Cell::Text(arm.arm.clone()),
            Cell::count(arm.people),
            Cell::count(arm.successes),
            Cell::maybe(share.map(|share| share.value)),
            Cell::maybe(share.and_then(|share| share.low)),
            Cell::maybe(share.and_then(|share| share.high)),
            more(difference.map(|it| it.value)),
            more(difference.map(|it| it.low)),
            more(difference.map(|it| it.high)),
            Cell::Text(says),
        ])
    };
    let number = |key: &str| Column::of(key, &Unit::Count);
    let share = |key: &str| Column::of(key, &Unit::Percent);
    Sheet {
        title: result.experiment.clone(),
        file: result.experiment.clone(),
        columns: vec![
            Column::words("column.arm"),
            number("column.people"),
            number("column.bought"),
            share("column.share"),
            share("column.low"),
            share("column.high"),
            share("column.difference"),
            share("column.difference_low"),
            share("column.difference_high"),
            Column::words("column.result"),
        ],
        rows: result.arms.iter().map(row).collect(),
    }
}
