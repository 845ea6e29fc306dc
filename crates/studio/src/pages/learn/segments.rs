//! Members by what they bought: the map of recency and frequency, its segments, and the classes A, B and C.

use super::names::segment;
use super::{Chooser, Learn, fact, learn, nothing, shown};
use crate::atoms::Page;
use crate::charts::{Cell, Chart, Column, Plot, Row, Sheet, Unit};
use crate::remote::Remote;
use crate::server;
use crate::words::{fill, money, number, say, t};
use contract::insights::Insight;
use leptos::prelude::*;
use rules::segments::{Group, Map};

/// The page of segments.
#[component]
pub(crate) fn Segments() -> impl IntoView {
    let learn = learn();
    let read = Remote::new(move || {
        let window = learn.window();
        async move { server::get::<Insight>(&format!("/v1/insights/segments?{window}")).await }
    });
    view! {
        <Page title="learn.segments">
            <Chooser />
            {shown(read, move |insight| insight.segments.map(|map| on_the_map(map, learn)))}
        </Page>
    }
}

fn on_the_map(map: Map, learn: Learn) -> impl IntoView {
    let lead = t("segments.lead");
    if map.customers == 0 {
        return view! {
            <p class="lead">{lead}</p>
            {nothing("segments.none", "segments.none.text")}
        }
        .into_any();
    }
    let currency = learn.names().currency;
    let facts = view! {
        {fact("segments.customers", number(map.customers.into()))}
        {fact("segments.no_orders", number(map.no_orders.into()))}
        {fact("segments.revenue", money(map.revenue, &currency))}
    };
    let map = StoredValue::new(map);
    let grid = Signal::derive(move || map.with_value(grid));
    let rfm = Signal::derive(move || {
        map.with_value(|map| groups("segments.rfm", "rfm", &map.rfm, learn))
    });
    let abc = Signal::derive(move || {
        map.with_value(|map| groups("segments.abc", "abc", &map.abc, learn))
    });
    let of_grid = Signal::derive(move || say("segments.grid.lead"));
    let of_abc = Signal::derive(move || say("segments.abc.lead"));
    view! {
        <p class="lead">{lead}</p>
        <dl class="facts card">{facts}</dl>
        <Chart sheet=grid plot=Plot::Grid lead=of_grid />
        <Chart sheet=rfm plot=Plot::Shares { column: 1 } />
        <Chart sheet=abc plot=Plot::Shares { column: 1 } lead=of_abc />
    }
    .into_any()
}

/// A row for each score of recency, a column for each of frequency.
fn grid(map: &Map) -> Sheet {
    let scores = [1_u8, 2, 3, 4, 5];
    let named = |key: &str, score: u8| fill(key, &[("n", &number(score.into()))]);
    let columns = scores.map(|score| Column {
        name: named("segments.frequency", score),
        unit: Some(Unit::Count),
    });
    let rows = scores.into_iter().rev().map(|recency| {
        let of = |frequency: u8| {
            let mut cells = map.grid.iter();
            let cell = cells.find(|cell| (cell.recency, cell.frequency) == (recency, frequency));
            cell.map_or(Cell::Nothing, |cell| Cell::count(cell.members))
        };
        let head = Cell::Text(named("segments.recency", recency));
        let mut row = Row::of([vec![head], scores.map(of).to_vec()].concat());
        row.brief = number(recency.into());
        row
    });
    Sheet {
        title: say("segments.grid"),
        file: "rfm-map".to_owned(),
        columns: [vec![Column::words("column.recency")], columns.to_vec()].concat(),
        rows: rows.collect(),
    }
}

fn groups(title: &str, file: &str, groups: &[Group], learn: Learn) -> Sheet {
    let row = |group: &Group| {
        Row::of(vec![
            Cell::Text(segment(&group.segment)),
            Cell::count(group.members),
            Cell::Number(group.members_bp.0.into()),
            Cell::Number(group.revenue.0),
            Cell::Number(group.revenue_bp.0.into()),
        ])
    };
    Sheet {
        title: say(title),
        file: format!("segments-{file}"),
        columns: vec![
            Column::words("column.segment"),
            Column::of("column.members", &Unit::Count),
            Column::of("column.members_share", &Unit::Percent),
            Column::of("column.revenue", &Unit::Money(learn.names().currency)),
            Column::of("column.revenue_share", &Unit::Percent),
        ],
        rows: groups.iter().map(row).collect(),
    }
}
