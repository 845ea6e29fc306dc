//! Members by tier, and how they moved between tiers.

use super::{Chooser, Learn, learn, nothing, shown};
use crate::atoms::Page;
use crate::charts::{Cell, Chart, Column, Plot, Row, Sheet, Unit};
use crate::remote::Remote;
use crate::server;
use crate::words::{say, t};
use contract::insights::{Insight, TierPeriod, TierShare};
use leptos::prelude::*;
use rules::insights::Step;
use std::collections::BTreeMap;

/// The page of tiers.
#[component]
pub(crate) fn Tiers() -> impl IntoView {
    let learn = learn();
    if !learn.names.with_value(super::names::Names::has_tiers) {
        return view! {
            <Page title="learn.tiers">{nothing("tiers.none", "tiers.none.text")}</Page>
        }
        .into_any();
    }
    let read = Remote::new(move || {
        let window = learn.window();
        let asked = learn.asked.get();
        let path = format!("/v1/insights/tier_flow?{window}&step={}", asked.step_name());
        async move {
            let now = server::get::<Insight>("/v1/insights/tier_distribution").await?;
            let flow = server::get::<Insight>(&path).await?;
            Ok((now.tiers, flow.tier_flow, asked.step))
        }
    });
    view! {
        <Page title="learn.tiers">
            <Chooser steps=true />
            <p class="lead">{t("tiers.lead")}</p>
            {shown(read, move |(now, flow, step)| both(now, flow, step, learn))}
        </Page>
    }
    .into_any()
}

fn both(now: Vec<TierShare>, flow: Vec<TierPeriod>, step: Step, learn: Learn) -> impl IntoView {
    let (now, flow) = (StoredValue::new(now), StoredValue::new(flow));
    let held = Signal::derive(move || now.with_value(|now| held(now, learn)));
    let moved = Signal::derive(move || flow.with_value(|flow| moved(flow, step, learn)));
    let pairs = Signal::derive(move || flow.with_value(|flow| pairs(flow, learn)));
    let some = pairs.with_untracked(|sheet| !sheet.rows.is_empty());
    view! {
        <Chart sheet=held plot=Plot::Shares { column: 1 } />
        <Chart sheet=moved plot=Plot::Bars { columns: vec![1, 2, 3] } />
        {some.then(|| view! { <Chart sheet=pairs plot=Plot::Shares { column: 1 } /> })}
    }
}

fn held(tiers: &[TierShare], learn: Learn) -> Sheet {
    let names = learn.names();
    let row = |tier: &TierShare| {
        Row::of(vec![
            Cell::Text(names.tier(&tier.tier)),
            Cell::count(tier.members),
            Cell::maybe(tier.share.map(|share| share.value)),
        ])
    };
    Sheet {
        title: say("tiers.held"),
        file: "tiers".to_owned(),
        columns: vec![
            Column::words("column.tier"),
            Column::of("column.members", &Unit::Count),
            Column::of("column.members_share", &Unit::Percent),
        ],
        rows: tiers.iter().map(row).collect(),
    }
}

fn moved(periods: &[TierPeriod], step: Step, learn: Learn) -> Sheet {
    let row = |period: &TierPeriod| {
        let (full, brief) = learn.piece(step, period.from);
        Row {
            cells: vec![
                Cell::Text(full),
                Cell::count(period.joined),
                Cell::count(period.promoted),
                Cell::count(period.demoted),
            ],
            brief,
            running: false,
        }
    };
    let number = |key: &str| Column::of(key, &Unit::Count);
    Sheet {
        title: say("tiers.moved"),
        file: "tier-moves".to_owned(),
        columns: vec![
            Column::words("column.period"),
            number("tiers.joined"),
            number("tiers.promoted"),
            number("tiers.demoted"),
        ],
        rows: periods.iter().map(row).collect(),
    }
}

/// The same by where from and where to, from the most frequent down.
fn pairs(periods: &[TierPeriod], learn: Learn) -> Sheet {
    let mut sums: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for one in periods.iter().flat_map(|period| &period.moves) {
        *sums.entry((&one.from, &one.to)).or_default() += i64::from(one.members);
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by_key(|(_, members)| std::cmp::Reverse(*members));
    let names = learn.names();
    let rows = sums.into_iter().map(|((from, to), members)| {
        let pair = [("from", &*names.tier(from)), ("to", &*names.tier(to))];
        Row::of(vec![
            Cell::Text(crate::words::fill("tiers.from_to", &pair)),
            Cell::Number(members),
        ])
    });
    Sheet {
        title: say("tiers.pairs"),
        file: "tier-pairs".to_owned(),
        columns: vec![
            Column::words("column.move"),
            Column::of("column.members", &Unit::Count),
        ],
        rows: rows.collect(),
    }
}
