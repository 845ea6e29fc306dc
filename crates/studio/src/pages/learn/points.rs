//! What became of points, and what those that are out there are worth.

use super::{Chooser, Learn, fact, learn, nothing, shown};
use crate::atoms::Page;
use crate::charts::{Cell, Chart, Column, Plot, Row, Sheet, Unit};
use crate::remote::Remote;
use crate::server;
use crate::words::{money, number, say, t};
use contract::insights::{Insight, PointsPeriod};
use leptos::prelude::*;
use rules::Points;
use rules::insights::Step;

/// The page of points.
#[component]
pub(crate) fn PointsFlow() -> impl IntoView {
    let learn = learn();
    let read = Remote::new(move || {
        let window = learn.window();
        let asked = learn.asked.get();
        let path = format!(
            "/v1/insights/points_flow?{window}&step={}",
            asked.step_name()
        );
        async move {
            let insight = server::get::<Insight>(&path).await?;
            Ok((insight.points_flow, asked.step))
        }
    });
    view! {
        <Page title="learn.points">
            <Chooser steps=true />
            <p class="lead">{t("points.lead")}</p>
            {shown(read, move |(periods, step)| flow(periods, step, learn))}
        </Page>
    }
}

fn flow(periods: Vec<PointsPeriod>, step: Step, learn: Learn) -> impl IntoView {
    let still = |period: &PointsPeriod| {
        let moved = [period.issued, period.redeemed, period.expired];
        let there = [period.available, period.pending];
        moved.iter().chain(&there).all(|points| points.0 == 0)
    };
    let Some(last) = periods
        .last()
        .copied()
        .filter(|_| !periods.iter().all(still))
    else {
        return nothing("points.none", "points.none.text").into_any();
    };
    let sum = |of: fn(&PointsPeriod) -> Points| number(periods.iter().map(|one| of(one).0).sum());
    let currency = learn.names().currency;
    let worth = last
        .worth
        .map_or_else(|| say("points.no_worth"), |worth| money(worth, &currency));
    let facts = view! {
        {fact("points.worth", worth)}
        {fact("points.available", number(last.available.0))}
        {fact("points.pending", number(last.pending.0))}
        {fact("points.issued", sum(|one| one.issued))}
        {fact("points.redeemed", sum(|one| one.redeemed))}
        {fact("points.expired", sum(|one| one.expired))}
    };
    let periods = StoredValue::new(periods);
    let sheet_of = move |title: &'static str, file: &'static str| {
        Signal::derive(move || {
            periods.with_value(|periods| table(title, file, periods, step, learn))
        })
    };
    let (moved, there) = (
        sheet_of("points.moved", "points"),
        sheet_of("points.there", "points-outstanding"),
    );
    view! {
        <dl class="facts card">{facts}</dl>
        <Chart sheet=moved plot=Plot::Bars { columns: vec![1, 2, 3] } />
        <Chart sheet=there plot=Plot::Lines { columns: vec![4, 5], interval: None } />
    }
    .into_any()
}

fn table(title: &str, file: &str, periods: &[PointsPeriod], step: Step, learn: Learn) -> Sheet {
    let row = |period: &PointsPeriod| {
        let (full, brief) = learn.piece(step, period.from);
        let points = |points: Points| Cell::Number(points.0);
        Row {
            cells: vec![
                Cell::Text(full),
                points(period.issued),
                points(period.redeemed),
                points(period.expired),
                points(period.available),
                points(period.pending),
                Cell::maybe(period.worth.map(|worth| worth.0)),
            ],
            brief,
            running: false,
        }
    };
    let points = |key: &str| Column::of(key, &Unit::Points);
    Sheet {
        title: say(title),
        file: file.to_owned(),
        columns: vec![
            Column::words("column.period"),
            points("points.issued"),
            points("points.redeemed"),
            points("points.expired"),
            points("points.available"),
            points("points.pending"),
            Column::of("points.worth", &Unit::Money(learn.names().currency)),
        ],
        rows: periods.iter().map(row).collect(),
    }
}
