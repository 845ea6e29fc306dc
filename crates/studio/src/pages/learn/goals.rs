//! Goals: what an indicator is to become, and how far it is.

use super::day::Day;
use super::kinds::words_of;
use super::{Chooser, Learn, learn, nothing, shown};
use crate::atoms::{Page, Problem, announce, busy_button};
use crate::charts::Unit;
use crate::icons::{Icon, icon};
use crate::remote::Remote;
use crate::server::{self, Failure};
use crate::session;
use crate::words::{self, date, fill, say, t};
use contract::insights::{GoalState, Insight, InsightName};
use contract::staff::Role;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use rules::goals::{Goal, Progress};
use rules::insights::{self, Indicator};
use rules::{DAY_MS, Timestamp};
use serde_json::json;

/// The page of goals.
#[component]
pub(crate) fn Goals() -> impl IntoView {
    let learn = learn();
    let read = Remote::new(move || {
        let window = learn.window();
        let terms = learn.asked.get().terms();
        async move { server::get::<Insight>(&format!("/v1/insights/goals?{window}&{terms}")).await }
    });
    let changes = Memo::new(|_| session::may(Role::Editor));
    view! {
        <Page title="learn.goals">
            <Chooser />
            <p class="lead">{t("goals.lead")}</p>
            {shown(read, move |insight| list(insight.goals, read, learn))}
            {move || {
                if changes.get() {
                    view! { <Setting read /> }.into_any()
                } else {
                    view! { <p class="notice">{t("goals.only_read")}</p> }.into_any()
                }
            }}
        </Page>
    }
}

/// The insight that an indicator is.
fn name_of(indicator: Indicator) -> InsightName {
    let all = InsightName::ALL.into_iter();
    let mut known = all.filter(|name| name.indicator() == Some(indicator));
    known.next().unwrap_or(InsightName::Retention)
}

fn unit_of(indicator: Indicator, learn: Learn) -> Unit {
    match (indicator, indicator.unit()) {
        (Indicator::Nps, _) => Unit::Score,
        (_, insights::Unit::Share) => Unit::Percent,
        (_, insights::Unit::Times) => Unit::Times,
        (_, insights::Unit::Money) => Unit::Money(learn.names().currency),
    }
}

fn list(goals: Vec<GoalState>, read: Remote<Insight>, learn: Learn) -> impl IntoView {
    if goals.is_empty() {
        return nothing("goals.none", "goals.none.text").into_any();
    }
    let all = goals
        .into_iter()
        .map(|state| view! { <li>{one(state, read, learn)}</li> });
    view! { <ul class="goals">{all.collect_view()}</ul> }.into_any()
}

fn one(state: GoalState, read: Remote<Insight>, learn: Learn) -> impl IntoView {
    let GoalState {
        goal,
        value,
        progress,
    } = state;
    let unit = unit_of(goal.indicator, learn);
    let (title, ..) = words_of(name_of(goal.indicator)).unwrap_or_default();
    let way = fill(
        "goals.way",
        &[
            ("from", &unit.show(goal.from)),
            ("to", &unit.show(goal.to)),
            ("date", &date(goal.ends_at)),
        ],
    );
    let now = value.map_or_else(
        || say("goals.no_value"),
        |value| fill("goals.now", &[("n", &unit.show(value))]),
    );
    let may = Memo::new(|_| session::may(Role::Editor));
    let failure = RwSignal::new(None::<Failure>);
    let id = goal.id.clone();
    let take_away = move |_| {
        let path = format!("/v1/goals/{id}");
        spawn_local(async move {
            match server::delete(&path).await {
                Ok(()) => {
                    announce(untrack(|| say("goals.gone")));
                    read.again();
                }
                Err(refused) => failure.set(Some(refused)),
            }
        });
    };
    let (heading, labelled) = (format!("goal-{}", goal.id), format!("goal-{}", goal.id));
    view! {
        <article class="card goal" aria-labelledby=labelled>
            <h2 id=heading>{t(title)}</h2>
            <p>{way}</p>
            {progress.map(|progress| far(progress, &goal))}
            <p class="beside">{now}</p>
            <Problem failure=failure />
            {move || {
                let take_away = take_away.clone();
                may.get()
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="button small"
                                aria-label=fill("goals.take_away.of", &[("goal", &say(title))])
                                on:click=take_away
                            >
                                {t("goals.take_away")}
                            </button>
                        }
                    })
            }}
        </article>
    }
}

/// How much is done, how much is due, and what that means.
fn far(progress: Progress, goal: &Goal) -> impl IntoView + use<> {
    let (word, class, picture) = if progress.reached {
        ("goals.reached", "pill good", Icon::Check)
    } else if progress.on_track {
        ("goals.on_track", "pill good", Icon::Up)
    } else {
        ("goals.behind", "pill waits", Icon::Alert)
    };
    let (done, due) = (
        Unit::Percent.show(progress.bp.into()),
        Unit::Percent.show(progress.due_bp.into()),
    );
    let told = fill("goals.far", &[("done", &done), ("due", &due)]);
    let named = fill("goals.progress", &[("date", &date(goal.ends_at))]);
    view! {
        <progress max="10000" value=progress.bp.to_string() aria-label=named>
            {done}
        </progress>
        <p>
            <span class=class>{icon(picture)} {t(word)}</span>
            " "
            <span>{told}</span>
        </p>
    }
}

/// The number that somebody has written, in the unit's whole numbers; in any of the language's digits.
fn whole(text: &str, unit: &Unit) -> Option<i64> {
    let latin = |c: char| match c {
        '۰'..='۹' => char::from_digit(c as u32 - '۰' as u32, 10).unwrap_or(c),
        '٫' => '.',
        '−' => '-',
        c => c,
    };
    let text: String = text
        .chars()
        .filter(|c| !matches!(c, '٬' | ',' | ' ' | '٪' | '%' | '\u{200e}'))
        .map(latin)
        .collect();
    let number: f64 = text.parse().ok()?;
    let raw = (number * unit.divisor()).round();
    (raw.abs() < 1e15).then_some(raw as i64)
}

/// A new goal.
#[component]
fn Setting(
    /// Where goals are read.
    read: Remote<Insight>,
) -> impl IntoView {
    let learn = learn();
    let indicator = RwSignal::new(Indicator::YearlyFrequency);
    let (from, to) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let due = RwSignal::new(words::today() + 90);
    let (busy, failure) = (RwSignal::new(false), RwSignal::new(None::<Failure>));
    let fault = RwSignal::new(false);
    let unit = Memo::new(move |_| unit_of(indicator.get(), learn));
    let all = || {
        InsightName::ALL
            .into_iter()
            .filter_map(InsightName::indicator)
    };
    let options = all().map(|one| {
        let (name, ..) = words_of(name_of(one)).unwrap_or_default();
        view! {
            <option value=super::kinds::wire(name_of(one)) selected=move || indicator.get() == one>
                {t(name)}
            </option>
        }
    });
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let unit = unit.get_untracked();
        let value = |text: RwSignal<String>| text.with_untracked(|text| whole(text, &unit));
        let Some((start, end)) = value(from).zip(value(to)) else {
            fault.set(true);
            return;
        };
        fault.set(false);
        busy.set(true);
        let one = indicator.get_untracked();
        let name = super::kinds::wire(name_of(one));
        // The last day counts whole.
        let ends_at = Timestamp((due.get_untracked() + 1) * DAY_MS);
        let body = json!({
            "indicator": one, "from": start, "to": end, "starts_at": Timestamp(words::today() * DAY_MS),
            "ends_at": ends_at,
        });
        // A goal for each indicator and day: set again it is changed.
        let path = format!("/v1/goals/goal_{name}_{}", due.get_untracked());
        spawn_local(async move {
            match server::put(&path, &body).await {
                Ok(()) => {
                    failure.set(None);
                    from.set(String::new());
                    to.set(String::new());
                    announce(untrack(|| say("goals.set")));
                    read.again();
                }
                Err(refused) => failure.set(Some(refused)),
            }
            busy.set(false);
        });
    };
    let typed = move |id: &'static str, label: &'static str, value: RwSignal<String>| {
        view! {
            <div class="field">
                <label for=id>{t(label)}</label>
                <input
                    id=id
                    inputmode="decimal"
                    autocomplete="off"
                    aria-invalid=move || fault.get().then_some("true")
                    aria-describedby="goal-unit goal-fault"
                    prop:value=move || value.get()
                    on:input:target=move |event| value.set(event.target().value())
                />
            </div>
        }
    };
    let hint = move || {
        let unit = unit.get();
        let name = unit.name();
        if name.is_empty() {
            say("goals.plain")
        } else {
            fill("goals.unit", &[("unit", &name)])
        }
    };
    view! {
        <section class="card" aria-labelledby="goal-new">
            <h2 id="goal-new">{t("goals.new")}</h2>
            <Problem failure=failure />
            <form class="form" on:submit=send>
                <div class="field">
                    <label for="goal-indicator">{t("column.indicator")}</label>
                    <select
                        id="goal-indicator"
                        on:change:target=move |event| {
                            let value = event.target().value();
                            let known = all().find(|one| super::kinds::wire(name_of(*one)) == value);
                            if let Some(one) = known {
                                indicator.set(one);
                            }
                        }
                    >
                        {options.collect_view()}
                    </select>
                </div>
                {typed("goal-from", "goals.from", from)}
                {typed("goal-to", "goals.to", to)}
                <p class="hint" id="goal-unit">{hint}</p>
                <p class="fault" id="goal-fault" role="alert">
                    {move || fault.get().then(|| say("goals.no_number"))}
                </p>
                <Day label="goals.due" value=due choose=Callback::new(move |day| due.set(day)) />
                {busy_button("goals.send", busy)}
            </form>
        </section>
    }
}
