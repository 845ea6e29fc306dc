//! What members answered: each score with its answers, and by survey, tier or segment.

use super::kinds::{wire, words_of};
use super::names::segment;
use super::{Chooser, Learn, fact, learn, nothing, shown, too_few};
use crate::atoms::Page;
use crate::charts::{Cell, Chart, Column, Plot, Row, Sheet, Unit};
use crate::remote::Remote;
use crate::server;
use crate::words::{fill, number, say, t};
use contract::insights::{Insight, InsightName, ScorePart, SurveyFigures};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use rules::insights::Figure;
use rules::scores::Score;

/// The scores, and the ends of their scales in the figures' whole numbers.
const KINDS: [(InsightName, (i64, i64)); 4] = [
    (InsightName::Nps, (-10_000, 10_000)),
    (InsightName::Csat, (0, 10_000)),
    (InsightName::Ces, (10_000, 70_000)),
    (InsightName::Cli, (10_000, 60_000)),
];

/// By what answers are parted, and the keys of their words.
const PARTS: [(&str, &str); 3] = [
    ("survey", "scores.by.survey"),
    ("tier", "scores.by.tier"),
    ("segment", "scores.by.segment"),
];

/// The page of scores.
#[component]
pub(crate) fn Scores() -> impl IntoView {
    let learn = learn();
    let address = use_query_map();
    let kind = Memo::new(move |_| {
        let named = address.with(|address| address.get("kind"));
        let known = KINDS.iter().find(|kind| Some(wire(kind.0)) == named);
        known.map_or(InsightName::Nps, |kind| kind.0)
    });
    let by = Memo::new(move |_| {
        let named = address.with(|address| address.get("by"));
        let known = PARTS.iter().find(|part| Some(part.0) == named.as_deref());
        known.map_or("survey", |part| part.0)
    });
    let read = Remote::new(move || {
        let (window, kind, by) = (learn.window(), wire(kind.get()), by.get());
        async move {
            let path = format!("/v1/insights/{kind}?{window}&by={by}&compare=previous");
            server::get::<Insight>(&path)
                .await
                .map(|insight| (insight, by))
        }
    });
    let navigate = use_navigate();
    let go = Callback::new(move |(kind, by): (InsightName, String)| {
        let query = learn.asked.get_untracked().query();
        let joined = if query.is_empty() { "" } else { "&" };
        let to = format!("/learn/scores?{query}{joined}kind={}&by={by}", wire(kind));
        let options = NavigateOptions {
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&to, options);
    });
    let kinds = KINDS.map(|(one, _)| {
        let (name, ..) = words_of(one).unwrap_or_default();
        view! {
            <option value=wire(one) selected=move || kind.get() == one>
                {t(name)}
            </option>
        }
    });
    let parts = PARTS.map(|(one, name)| {
        view! {
            <option value=one selected=move || by.get() == one>
                {t(name)}
            </option>
        }
    });
    view! {
        <Page title="learn.scores">
            <Chooser />
            <div class="chooser" role="group" aria-label=t("scores.which")>
                <label>
                    <span>{t("scores.kind")}</span>
                    <select
                        prop:value=move || wire(kind.get())
                        on:change:target=move |event| {
                            let value = event.target().value();
                            if let Some((one, _)) = KINDS.iter().find(|one| wire(one.0) == value) {
                                go.run((*one, by.get_untracked().to_owned()));
                            }
                        }
                    >
                        {kinds.into_iter().collect_view()}
                    </select>
                </label>
                <label>
                    <span>{t("scores.by")}</span>
                    <select
                        prop:value=move || by.get()
                        on:change:target=move |event| {
                            go.run((kind.get_untracked(), event.target().value()));
                        }
                    >
                        {parts.into_iter().collect_view()}
                    </select>
                </label>
            </div>
            {shown(read, move |(insight, by)| scores(insight, by, learn))}
        </Page>
    }
}

fn scores(insight: Insight, by: &'static str, learn: Learn) -> impl IntoView {
    let name = insight.name;
    let (_, says, _) = words_of(name).unwrap_or_default();
    let Some((figure, survey)) = insight.figure.zip(insight.survey.clone()) else {
        return view! {
            <p class="lead">{t(says)}</p>
            {nothing("scores.none", "scores.none.text")}
        }
        .into_any();
    };
    let unit = unit_of(name);
    let before = insight.previous.and_then(|previous| previous.figure);
    let insight = StoredValue::new(insight.parts);
    let counts = StoredValue::new(survey.counts.clone());
    let answers = Signal::derive(move || counts.with_value(|counts| answers(name, counts)));
    let parts = Signal::derive(move || insight.with_value(|parts| by_part(name, by, parts, learn)));
    let ends = KINDS.iter().find(|kind| kind.0 == name);
    let plot = Plot::Ranges {
        column: 1,
        interval: (2, 3),
        ends: ends.map_or((0, 10_000), |kind| kind.1),
    };
    let some = insight.with_value(|parts| !parts.is_empty());
    view! {
        <p class="lead">{t(says)}</p>
        <dl class="facts card">{facts(name, &unit, figure, before, &survey)}</dl>
        {if some {
            view! { <Chart sheet=parts plot /> }.into_any()
        } else {
            ().into_any()
        }}
        <Chart sheet=answers plot=Plot::Shares { column: 1 } />
    }
    .into_any()
}

fn unit_of(name: InsightName) -> Unit {
    match name {
        InsightName::Nps => Unit::Score,
        InsightName::Csat => Unit::Percent,
        _ => Unit::Times,
    }
}

/// A score that is told in percent, or as a mean, with its interval.
fn told(unit: &Unit, score: Score) -> String {
    let figure = match unit {
        Unit::Times => Figure::of_mean(score),
        _ => Figure::of_percent(score),
    };
    with_interval(unit, figure)
}

fn with_interval(unit: &Unit, figure: Figure) -> String {
    let value = unit.show(figure.value);
    match figure.low.zip(figure.high) {
        None => value,
        Some((low, high)) => fill(
            "sheet.interval",
            &[
                ("value", &value),
                ("low", &unit.show(low)),
                ("high", &unit.show(high)),
            ],
        ),
    }
}

fn facts(
    name: InsightName,
    unit: &Unit,
    figure: Figure,
    before: Option<Figure>,
    survey: &SurveyFigures,
) -> impl IntoView + use<> {
    let (title, ..) = words_of(name).unwrap_or_default();
    let rates = survey.rates;
    let rate = |rate: Option<Score>| rate.map(|rate| told(&Unit::Percent, rate));
    view! {
        {fact(title, with_interval(unit, figure))}
        <div>
            <dt>{t("scores.answers")}</dt>
            <dd>{number(figure.n.into())} " " {too_few(figure.n, true)}</dd>
        </div>
        {before.map(|before| fact("scores.before", with_interval(unit, before)))}
        {survey
            .mean
            .map(|mean| fact("scores.mean", Unit::Times.show((mean * 10_000.0).round() as i64)))}
        {survey.easy.map(|easy| fact("scores.easy", told(&Unit::Percent, easy)))}
        {survey.index.map(|index| fact("scores.index", told(&Unit::Score, index)))}
        {rate(rates.response).map(|rate| fact("scores.response", rate))}
        {rate(rates.completion).map(|rate| fact("scores.completion", rate))}
        {rate(rates.dismissal).map(|rate| fact("scores.dismissal", rate))}
    }
}

/// The smallest score that is counted.
const fn least(name: InsightName) -> i64 {
    match name {
        InsightName::Nps => 0,
        InsightName::Cli => 3,
        _ => 1,
    }
}

fn answers(name: InsightName, counts: &[u32]) -> Sheet {
    let all: u32 = counts.iter().sum();
    let least = least(name);
    let scores = (least..).zip(counts);
    let rows = scores.map(|(score, given)| {
        let share = rules::scores::share(*given, all).map(Figure::of_percent);
        Row::of(vec![
            Cell::Text(number(score)),
            Cell::count(*given),
            Cell::maybe(share.map(|share| share.value)),
        ])
    });
    let head = if name == InsightName::Cli {
        "column.sum"
    } else {
        "column.score"
    };
    Sheet {
        title: say("scores.given"),
        file: format!("{}-answers", wire(name)),
        columns: vec![
            Column::words(head),
            Column::of("column.answers", &Unit::Count),
            Column::of("column.share", &Unit::Percent),
        ],
        rows: rows.collect(),
    }
}

fn by_part(name: InsightName, by: &str, parts: &[ScorePart], learn: Learn) -> Sheet {
    let names = learn.names();
    let unit = unit_of(name);
    let row = |part: &ScorePart| {
        let called = match by {
            "tier" => names.tier(&part.id),
            "segment" => segment(&part.id),
            _ => names.survey(&part.id),
        };
        let figure = part.figure;
        let few = if part.too_few {
            say(super::few(true))
        } else {
            String::new()
        };
        Row::of(vec![
            Cell::Text(called),
            Cell::maybe(figure.map(|figure| figure.value)),
            Cell::maybe(figure.and_then(|figure| figure.low)),
            Cell::maybe(figure.and_then(|figure| figure.high)),
            figure.map_or(Cell::Nothing, |figure| Cell::count(figure.n)),
            Cell::Text(few),
        ])
    };
    let (title, head) = match by {
        "tier" => ("scores.of.tier", "column.tier"),
        "segment" => ("scores.of.segment", "column.segment"),
        _ => ("scores.of.survey", "column.survey"),
    };
    let number = |key: &str| Column::of(key, &unit);
    Sheet {
        title: say(title),
        file: format!("{}-by-{by}", wire(name)),
        columns: vec![
            Column::words(head),
            number("column.value"),
            number("column.low"),
            number("column.high"),
            Column::of("column.sample", &Unit::Count),
            Column::words("column.note"),
        ],
        rows: parts.iter().map(row).collect(),
    }
}
