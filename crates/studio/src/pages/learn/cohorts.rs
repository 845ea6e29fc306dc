//! Who came back, by the month of the first order.

use super::{Chooser, Learn, learn, nothing, shown};
use crate::atoms::Page;
use crate::charts::{Cell, Chart, Column, Plot, Row, Sheet, Unit};
use crate::remote::Remote;
use crate::server;
use crate::words::{self, Length, fill, number, say, t};
use contract::insights::Insight;
use leptos::prelude::*;
use rules::calendar::Date;
use rules::insights::{Cohort, Ratio};
use rules::{DAY_MS, Timestamp};

/// The page of cohorts.
#[component]
pub(crate) fn Cohorts() -> impl IntoView {
    let learn = learn();
    let read = Remote::new(move || {
        let window = learn.window();
        async move { server::get::<Insight>(&format!("/v1/insights/cohorts?{window}")).await }
    });
    view! {
        <Page title="learn.cohorts">
            <Chooser />
            <p class="lead">{t("cohorts.lead")}</p>
            {shown(read, move |insight| rows(insight.cohorts, learn))}
        </Page>
    }
}

fn rows(cohorts: Vec<Cohort>, learn: Learn) -> impl IntoView {
    if cohorts.is_empty() {
        return nothing("cohorts.none", "cohorts.none.text").into_any();
    }
    let cohorts = StoredValue::new(cohorts);
    let table = Signal::derive(move || cohorts.with_value(|cohorts| table(cohorts, learn)));
    let curve = Signal::derive(move || cohorts.with_value(|cohorts| curve(cohorts)));
    let of_curve = Signal::derive(move || say("cohorts.curve.lead"));
    let several = curve.with_untracked(|sheet| sheet.rows.len() > 1);
    let plot = Plot::Lines {
        columns: vec![1],
        interval: Some((2, 3)),
    };
    view! {
        <Chart sheet=table heat=true />
        {several.then(|| view! { <Chart sheet=curve plot lead=of_curve /> })}
    }
    .into_any()
}

/// A row for each cohort; from the third cell on the share that bought in that month and each one after.
fn table(cohorts: &[Cohort], learn: Learn) -> Sheet {
    let longest = cohorts.iter().map(|cohort| cohort.bought.len()).max();
    let longest = longest.unwrap_or(0);
    let after = (1..longest).map(|after| Column {
        name: fill(
            "cohorts.after",
            &[("n", &number(i64::try_from(after).unwrap_or(0)))],
        ),
        unit: Some(Unit::Percent),
    });
    let calendar = learn.names().calendar();
    let row = |cohort: &Cohort| {
        let middle = Date {
            year: cohort.year,
            month: cohort.month,
            day: 15,
        };
        let middle = Timestamp(calendar.day_of(middle) * DAY_MS);
        let size = cohort.bought.first().copied().unwrap_or(0);
        let share = |bought: &u32| {
            let figure = Ratio::of(*bought, size).and_then(Ratio::figure);
            Cell::maybe(figure.map(|figure| figure.value))
        };
        let mut cells = vec![
            Cell::Text(words::month(middle, calendar, Length::Full)),
            Cell::count(size),
        ];
        cells.extend(cohort.bought.iter().skip(1).map(share));
        // What has not come yet says nothing, not "none".
        cells.resize(longest + 1, Cell::Text(String::new()));
        Row::of(cells)
    };
    let first = [
        Column::words("column.cohort"),
        Column::of("column.members", &Unit::Count),
    ];
    Sheet {
        title: say("cohorts.table"),
        file: "cohorts".to_owned(),
        columns: first.into_iter().chain(after).collect(),
        rows: cohorts.iter().map(row).collect(),
    }
}

/// All cohorts together: of those who could have bought in a month after their first, how many did.
fn curve(cohorts: &[Cohort]) -> Sheet {
    let longest = cohorts.iter().map(|cohort| cohort.bought.len()).max();
    let rows = (1..longest.unwrap_or(0)).map(|after| {
        let there = cohorts.iter().filter(|cohort| cohort.bought.len() > after);
        let (mut bought, mut size) = (0_u32, 0_u32);
        for cohort in there {
            bought = bought.saturating_add(cohort.bought.get(after).copied().unwrap_or(0));
            size = size.saturating_add(cohort.bought.first().copied().unwrap_or(0));
        }
        let figure = Ratio::of(bought, size).and_then(Ratio::figure);
        let n = number(i64::try_from(after).unwrap_or(0));
        Row {
            cells: vec![
                Cell::Text(fill("cohorts.after", &[("n", &n)])),
                Cell::maybe(figure.map(|figure| figure.value)),
                Cell::maybe(figure.and_then(|figure| figure.low)),
                Cell::maybe(figure.and_then(|figure| figure.high)),
                Cell::count(size),
            ],
            brief: n,
            running: false,
        }
    });
    let number = |key: &str| Column::of(key, &Unit::Percent);
    Sheet {
        title: say("cohorts.curve"),
        file: "cohorts-together".to_owned(),
        columns: vec![
            Column::words("column.month"),
            number("column.value"),
            number("column.low"),
            number("column.high"),
            Column::of("column.sample", &Unit::Count),
        ],
        rows: rows.collect(),
    }
}
