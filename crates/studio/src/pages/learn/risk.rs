//! Who may be about to leave, why, and what there is to send them.

use super::{Chooser, Learn, fact, learn, nothing, shown};
use crate::atoms::{Page, Problem, announce};
use crate::charts::{Cell, Chart, Column, Row, Sheet, Unit};
use crate::icons::{Icon, icon};
use crate::remote::Remote;
use crate::server;
use crate::session;
use crate::words::{count, fill, number, say, t};
use contract::insights::{AtRisk, Insight, RiskPage};
use contract::staff::Role;
use leptos::prelude::*;
use leptos::task::spawn_local;
use rules::churn::Baseline;
use rules::insights::Figure;

/// Members on a page.
const LIMIT: u32 = 50;

/// The page of members at risk.
#[component]
pub(crate) fn Risk() -> impl IntoView {
    let learn = learn();
    let figure = Remote::new(move || {
        let window = learn.window();
        async move { server::get::<Insight>(&format!("/v1/insights/churn_risk?{window}")).await }
    });
    let members = Remote::new(move || {
        let path = format!("{PATH}?limit={LIMIT}&{}", learn.end());
        async move { server::get::<RiskPage>(&path).await }
    });
    view! {
        <Page title="learn.risk">
            <Chooser />
            <p class="lead">{t("risk.lead")}</p>
            {shown(
                figure,
                move |insight| {
                    view! {
                        <dl class="facts card">
                            {facts(insight.figure)} {offers(learn)}
                        </dl>
                    }
                },
            )}
            {shown(members, move |page| view! { <List page members /> })}
        </Page>
    }
}

const PATH: &str = "/v1/insights/churn_risk/members";

fn facts(figure: Option<Figure>) -> impl IntoView {
    let Some(figure) = figure else {
        return view! { {fact("risk.share", say("sheet.none"))} }.into_any();
    };
    let interval = figure.low.zip(figure.high);
    let value = Unit::Percent.show(figure.value);
    let told = interval.map_or(value.clone(), |(low, high)| {
        let (low, high) = (Unit::Percent.show(low), Unit::Percent.show(high));
        fill(
            "sheet.interval",
            &[("value", &value), ("low", &low), ("high", &high)],
        )
    });
    view! {
        {fact("risk.share", told)}
        {fact("risk.judged", number(figure.n.into()))}
    }
    .into_any()
}

/// What the club offers to those who stay away.
fn offers(learn: Learn) -> impl IntoView {
    let offers = learn.names().come_back().into_iter();
    // Each in the direction of its own letters.
    let offers: Vec<String> = offers.map(|it| format!("\u{2068}{it}\u{2069}")).collect();
    let told = if offers.is_empty() {
        say("risk.offer.none")
    } else {
        offers.join(&say("risk.offer.and"))
    };
    fact("risk.offer", told)
}

#[component]
fn List(
    /// What has been read so far.
    page: RiskPage,
    /// Where it is from.
    members: Remote<RiskPage>,
) -> impl IntoView {
    let learn = learn();
    if page.members.is_empty() {
        return nothing("risk.none", "risk.none.text").into_any();
    }
    let cursor = page.next_cursor.clone();
    let (busy, failure) = (RwSignal::new(false), RwSignal::new(None));
    let known = StoredValue::new(page);
    let more = move |cursor: String| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let end = untrack(|| learn.end());
        let path = format!("{PATH}?limit={LIMIT}&cursor={cursor}&{end}");
        spawn_local(async move {
            match server::get::<RiskPage>(&path).await {
                Ok(page) => {
                    let new = i64::try_from(page.members.len()).unwrap_or(0);
                    announce(untrack(|| count("risk.more.done", new, &[])));
                    let all = [known.get_value().members, page.members].concat();
                    members.put(RiskPage {
                        members: all,
                        next_cursor: page.next_cursor,
                    });
                }
                Err(refused) => {
                    failure.set(Some(refused));
                    busy.set(false);
                }
            }
        });
    };
    let sheet = Signal::derive(move || known.with_value(|page| table(&page.members)));
    let whole = Memo::new(|_| session::may(Role::Editor));
    let export = move || format!("/v1/insights/churn_risk/export?{}", learn.end());
    view! {
        <Chart sheet />
        <Problem failure=failure />
        <div class="buttons">
            {cursor
                .map(|cursor| {
                    view! {
                        <button
                            type="button"
                            class="button"
                            aria-disabled=move || busy.get().then_some("true")
                            on:click=move |_| more(cursor.clone())
                        >
                            {move || say(if busy.get() { "busy" } else { "risk.more" })}
                        </button>
                    }
                })}
            {move || {
                whole
                    .get()
                    .then(|| {
                        view! {
                            <a class="button" href=export download="churn-risk.csv" rel="external">
                                {icon(Icon::Table)}
                                {t("risk.export")}
                            </a>
                        }
                    })
            }}
        </div>
    }
    .into_any()
}

fn table(members: &[AtRisk]) -> Sheet {
    let row = |one: &AtRisk| {
        let risk = one.risk;
        let (since, gap) = (
            Unit::Days.show(risk.days_since.saturating_mul(4)),
            Unit::Days.show(risk.usual_gap.0),
        );
        let why = match risk.by {
            Baseline::Own => "risk.why.own",
            Baseline::Cohort => "risk.why.cohort",
        };
        Row::of(vec![
            Cell::Text(one.member.clone()),
            Cell::Number(risk.days_since.saturating_mul(4)),
            Cell::Number(risk.usual_gap.0),
            Cell::Number(risk.ratio_bp),
            Cell::Text(fill(why, &[("since", &since), ("gap", &gap)])),
        ])
    };
    Sheet {
        title: say("risk.table"),
        file: "churn-risk".to_owned(),
        columns: vec![
            Column::words("column.member"),
            Column::of("column.since", &Unit::Days),
            Column::of("column.gap", &Unit::Days),
            Column::of("column.ratio", &Unit::Times),
            Column::words("column.why"),
        ],
        rows: members.iter().map(row).collect(),
    }
}
