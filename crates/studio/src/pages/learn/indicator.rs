//! One indicator: what it says, and what it said before.

use super::indicators::{back, card, unit_of};
use super::kinds::{wire, words_of};
use super::{Chooser, Learn, few, learn, shown};
use crate::atoms::Page;
use crate::charts::{Cell, Chart, Column, Plot, Row, Sheet};
use crate::pages::missing::Missing;
use crate::remote::Remote;
use crate::server;
use crate::words::say;
use contract::insights::{IndicatorReading, Insight, InsightName, SeriesReply};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use rules::insights::Step;

/// The indicator that the address names.
#[component]
pub(crate) fn OneIndicator() -> impl IntoView {
    let params = use_params_map();
    let named = Memo::new(move |_| {
        let named = params.with(|params| params.get("indicator"));
        let known = InsightName::ALL.into_iter();
        let mut known = known.filter(|name| words_of(*name).is_some());
        known.find(|name| Some(wire(*name)) == named)
    });
    move || match named.get() {
        Some(name) => view! { <One name /> }.into_any(),
        None => view! { <Missing /> }.into_any(),
    }
}

#[component]
fn One(
    /// Which.
    name: InsightName,
) -> impl IntoView {
    let learn = learn();
    let read = Remote::new(move || {
        let (window, end) = (learn.window(), learn.end());
        let asked = learn.asked.get();
        let (terms, step) = (asked.terms(), asked.step_name());
        async move {
            let this = format!("/v1/insights/{}", wire(name));
            let over_time = format!("{this}/series?periods=24&step={step}&{terms}&{end}");
            let path = format!("{this}?compare=previous&{terms}&{window}");
            let now = server::get::<Insight>(&path).await?;
            let series = server::get::<SeriesReply>(&over_time).await?.series;
            let reading = IndicatorReading {
                name,
                unit: series.unit,
                figure: now.figure,
                too_few: now.too_few,
                previous: now.previous.and_then(|previous| previous.figure),
                trend: now.trend,
                points: series.points,
            };
            Ok((reading, series.step))
        }
    });
    let (title, ..) = words_of(name).unwrap_or_default();
    view! {
        {back(learn)}
        <Page title>
            <Chooser steps=true />
            {shown(read, move |(reading, step)| one(reading, step, learn))}
        </Page>
    }
}

fn one(reading: IndicatorReading, step: Step, learn: Learn) -> impl IntoView {
    let kept = StoredValue::new(reading.clone());
    let sheet = Signal::derive(move || kept.with_value(|reading| table(reading, step, learn)));
    let plot = Plot::Lines {
        columns: vec![1],
        interval: Some((2, 3)),
    };
    let lead = Signal::derive(move || say("indicator.over_time.lead"));
    view! {
        {card(reading, learn, false)}
        <Chart sheet plot lead />
    }
}

fn table(reading: &IndicatorReading, step: Step, learn: Learn) -> Sheet {
    let unit = unit_of(reading, learn);
    let (title, _, sample) = words_of(reading.name).unwrap_or_default();
    let number = |key: &str| Column::of(key, &unit);
    let rows = reading.points.iter().map(|point| {
        let (full, brief) = learn.piece(step, point.from);
        let figure = point.figure;
        let few = if point.too_few {
            Cell::Text(say(few(sample == "sample.answers")))
        } else {
            Cell::Text(String::new())
        };
        Row {
            cells: vec![
                Cell::Text(full),
                Cell::maybe(figure.map(|figure| figure.value)),
                Cell::maybe(figure.and_then(|figure| figure.low)),
                Cell::maybe(figure.and_then(|figure| figure.high)),
                figure.map_or(Cell::Nothing, |figure| Cell::count(figure.n)),
                few,
            ],
            brief,
            running: point.running,
        }
    });
    Sheet {
        title: say(title),
        file: wire(reading.name),
        columns: vec![
            Column::words("column.period"),
            number("column.value"),
            number("column.low"),
            number("column.high"),
            Column::of("column.sample", &crate::charts::Unit::Count),
            Column::words("column.note"),
        ],
        rows: rows.collect(),
    }
}
