//! All indicators: what each says, of how many, how sure that is, where it comes from, and what it means.

use super::kinds::{GROUPS, wire, words_of};
use super::period::Asked;
use super::{Chooser, Learn, between, learn, shown, too_few};
use crate::atoms::Page;
use crate::charts::{Cell, Chart, Column, Row, Sheet, Unit, spark};
use crate::icons::{Icon, icon};
use crate::remote::Remote;
use crate::server;
use crate::words::{count, fill, say, t};
use contract::insights::{IndicatorReading, Indicators, IndicatorsReply, InsightName};
use leptos::prelude::*;

/// The page of all indicators.
#[component]
pub(crate) fn AllIndicators() -> impl IntoView {
    let learn = learn();
    let read = Remote::new(move || {
        let window = learn.window();
        let asked = learn.asked.get();
        let (terms, step) = (asked.terms(), asked.step_name());
        async move {
            let path = format!("/v1/indicators?{window}&{terms}&step={step}");
            server::get::<IndicatorsReply>(&path).await
        }
    });
    view! {
        <Page title="learn.indicators">
            <Chooser steps=true />
            <Terms />
            {shown(read, move |reply| all(reply.indicators, learn))}
        </Page>
    }
}

/// What a lifetime value is made with.
#[component]
fn Terms() -> impl IntoView {
    let learn = learn();
    let asked = learn.asked;
    let put = move |change: &dyn Fn(&mut Asked)| {
        let mut next = asked.get_untracked();
        change(&mut next);
        learn.choose.run(next);
    };
    view! {
        <details class="terms">
            <summary>{t("terms.title")}</summary>
            <div class="chooser">
                <label>
                    <span>{t("terms.margin")}</span>
                    <input
                        type="number"
                        inputmode="numeric"
                        min="0"
                        max="100"
                        prop:value=move || asked.get().margin.to_string()
                        on:change:target=move |event| {
                            if let Ok(margin) = event.target().value().parse::<u32>() {
                                put(&|asked| asked.margin = margin.min(100));
                            }
                        }
                    />
                </label>
                <label>
                    <span>{t("terms.years")}</span>
                    <input
                        type="number"
                        inputmode="numeric"
                        min="1"
                        max="50"
                        prop:value=move || asked.get().years.to_string()
                        on:change:target=move |event| {
                            if let Ok(years) = event.target().value().parse::<u32>() {
                                put(&|asked| asked.years = years.clamp(1, 50));
                            }
                        }
                    />
                </label>
            </div>
        </details>
    }
}

/// The unit of an indicator.
pub(super) fn unit_of(reading: &IndicatorReading, learn: Learn) -> Unit {
    let currency = learn.names().currency;
    Unit::of(reading.unit, reading.name == InsightName::Nps, &currency)
}

fn all(indicators: Indicators, learn: Learn) -> impl IntoView {
    let Indicators {
        from,
        to,
        previous_from,
        previous_to,
        readings,
        ..
    } = indicators;
    let lead = move || {
        fill(
            "indicators.lead",
            &[
                ("now", &between(from, to)),
                ("before", &between(previous_from, previous_to)),
            ],
        )
    };
    let groups = GROUPS.map(|(title, members)| {
        let cards = members.iter().filter_map(|name| {
            let reading = readings.iter().find(|reading| reading.name == *name)?;
            Some(view! { <li>{card(reading.clone(), learn, true)}</li> })
        });
        view! {
            <section class="group" aria-labelledby=title>
                <h2 id=title>{t(title)}</h2>
                <ul class="indicators">{cards.collect_view()}</ul>
            </section>
        }
    });
    let readings = StoredValue::new(readings);
    let sheet = Signal::derive(move || readings.with_value(|readings| table(readings, learn)));
    view! {
        <p class="lead">{lead}</p>
        {groups.into_iter().collect_view()}
        <Chart sheet />
    }
}

/// A card: the name leads to the indicator's own page, where it is not already there.
pub(super) fn card(reading: IndicatorReading, learn: Learn, leads: bool) -> impl IntoView {
    let unit = unit_of(&reading, learn);
    let IndicatorReading {
        name,
        figure,
        previous,
        trend,
        points,
        ..
    } = reading;
    let (title, says, sample) = words_of(name).unwrap_or_default();
    let values: Vec<Option<i64>> = points
        .iter()
        .map(|point| point.figure.map(|figure| figure.value))
        .collect();
    let running = points.last().is_some_and(|point| point.running);
    let known = values.iter().flatten().count();
    let heading = if leads {
        let to = move || learn.link(&format!("/indicators/{}", wire(name)));
        view! {
            <h3>
                <a href=to>{t(title)}</a>
            </h3>
        }
        .into_any()
    } else {
        ().into_any()
    };
    let told = figure.map(|figure| {
        let interval = figure.low.zip(figure.high);
        let shown = unit.clone();
        let ends = interval.map(|(low, high)| {
            let ends = fill(
                "indicator.interval",
                &[("low", &shown.show(low)), ("high", &shown.show(high))],
            );
            view! { <span class="beside">{ends}</span> }
        });
        let of = count(sample, figure.n.into(), &[]);
        view! {
            <strong>{unit.show(figure.value)}</strong>
            {ends}
            <span class="beside">{of} " " {too_few(figure.n, sample == "sample.answers")}</span>
        }
    });
    let none = figure.is_none().then(|| {
        view! {
            <strong class="none">{t("indicator.none")}</strong>
            <span class="beside">{t("indicator.none.why")}</span>
        }
    });
    let before = previous.map(|figure| unit.show(figure.value));
    let change = trend.zip(before).map(|(trend, before)| {
        let falls = matches!(name, InsightName::Churn);
        let (word, class, picture) = match trend {
            0 => ("indicator.same", "change", None),
            up if up > 0 => (
                "indicator.up",
                if falls { "change bad" } else { "change good" },
                Some(Icon::Up),
            ),
            _ => (
                "indicator.down",
                if falls { "change good" } else { "change bad" },
                Some(Icon::Down),
            ),
        };
        let sentence = fill(word, &[("n", &unit.apart(trend)), ("before", &before)]);
        view! {
            <p class=class>
                {picture.map(icon)} <span>{sentence}</span>
            </p>
        }
    });
    let no_change = (figure.is_some() && trend.is_none()).then(|| {
        view! { <p class="change">{t("indicator.no_before")}</p> }
    });
    view! {
        <article class="card indicator" data-indicator=wire(name)>
            {heading}
            <p class="says">{t(says)}</p>
            <div class="told">
                <p class="figure">{told} {none}</p>
                {(leads && known > 1).then(|| spark(&values, running))}
            </div>
            {change}
            {no_change}
        </article>
    }
}

fn table(readings: &[IndicatorReading], learn: Learn) -> Sheet {
    let row = |reading: &IndicatorReading| {
        let unit = unit_of(reading, learn);
        let (title, ..) = words_of(reading.name).unwrap_or_default();
        let of = |value: Option<i64>| {
            value.map_or(Cell::Nothing, |raw| Cell::In(unit.clone(), raw, false))
        };
        let figure = reading.figure;
        Row::of(vec![
            Cell::Text(say(title)),
            Cell::Text(unit.name()),
            of(figure.map(|figure| figure.value)),
            of(figure.and_then(|figure| figure.low)),
            of(figure.and_then(|figure| figure.high)),
            figure.map_or(Cell::Nothing, |figure| Cell::count(figure.n)),
            of(reading.previous.map(|figure| figure.value)),
            reading
                .trend
                .map_or(Cell::Nothing, |raw| Cell::In(unit.clone(), raw, true)),
        ])
    };
    let number = |key: &str| Column::of(key, &Unit::Count);
    Sheet {
        title: say("indicators.table"),
        file: "indicators".to_owned(),
        columns: vec![
            Column::words("column.indicator"),
            Column::words("column.unit"),
            number("column.value"),
            number("column.low"),
            number("column.high"),
            number("column.sample"),
            number("column.before"),
            number("column.change"),
        ],
        rows: readings.iter().map(row).collect(),
    }
}

/// Where all indicators are.
pub(super) fn back(learn: Learn) -> impl IntoView {
    let to = move || learn.link("");
    view! {
        <a class="button quiet back" href=to>
            {icon(Icon::Back)}
            {t("indicator.back")}
        </a>
    }
}
