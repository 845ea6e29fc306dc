//! Charts: a table of figures, drawn. Everything that a chart shows stands in the table behind it, and in its files.
//!
//! # Invariants
//! - Page, table and file have one source, the [`Sheet`].
//! - Series differ by stroke, mark and hatching, not by colour alone.
//! - A chart begins where lines of text begin; its numbers are written as the language writes them.

mod ink;
mod picture;
mod plot;
mod scale;
mod sheet;
mod unit;

pub(crate) use plot::Plot;
pub(crate) use sheet::{Cell, Column, Row, Sheet};
pub(crate) use unit::Unit;

use crate::icons::{Icon, icon};
use crate::words::{fill, say, t};
use leptos::html::Div;
use leptos::prelude::*;
use leptos::svg::Svg;

/// How wide a chart is before anybody has measured its place.
const WIDTH: i32 = 640;

/// A table as a chart, with the table behind it and both as files; the table alone where nothing is to be drawn.
#[component]
pub(crate) fn Chart(
    /// What it shows.
    #[prop(into)]
    sheet: Signal<Sheet>,
    /// How it is drawn.
    #[prop(optional, into)]
    plot: Option<Plot>,
    /// In the table, and in a picture of it, shares are the darker the more they are.
    #[prop(optional)]
    heat: bool,
    /// A sentence below its name.
    #[prop(optional, into)]
    lead: Signal<String>,
) -> impl IntoView {
    let drawn = plot.is_some();
    let open = RwSignal::new(!drawn);
    let title = move || sheet.with(|sheet| sheet.title.clone());
    let write = move |_| {
        let (text, name) = sheet.with_untracked(|sheet| (sheet.csv(), sheet.file.clone()));
        picture::save_text(&text, &format!("{name}.csv"));
    };
    let chart = NodeRef::<Svg>::new();
    let size = RwSignal::new((f64::from(WIDTH), 0.0));
    let paint = move |_| {
        if let Some(chart) = chart.get_untracked() {
            let (title, name) =
                sheet.with_untracked(|sheet| (sheet.title.clone(), format!("{}.png", sheet.file)));
            picture::save_picture(&chart, size.get_untracked(), &title, name);
        }
    };
    let named = move |key: &'static str| {
        move || fill("chart.named", &[("what", &say(key)), ("title", &title())])
    };
    view! {
        <figure class="card chart">
            <figcaption>
                <h2>{title}</h2>
                <div class="tools">
                    {drawn
                        .then(|| {
                            view! {
                                <button
                                    type="button"
                                    class="button small"
                                    aria-pressed=move || if open.get() { "true" } else { "false" }
                                    aria-label=named("chart.table")
                                    on:click=move |_| open.update(|open| *open = !*open)
                                >
                                    {icon(Icon::Table)}
                                    <span>{t("chart.table")}</span>
                                </button>
                            }
                        })}
                    {(drawn || heat)
                        .then(|| {
                            view! {
                                <button
                                    type="button"
                                    class="button small"
                                    aria-label=named("chart.png")
                                    on:click=paint
                                >
                                    {t("chart.png")}
                                </button>
                            }
                        })}
                    <button
                        type="button"
                        class="button small"
                        aria-label=named("chart.csv")
                        on:click=write
                    >
                        {t("chart.csv")}
                    </button>
                </div>
                {move || {
                    let lead = lead.get();
                    (!lead.is_empty()).then(|| view! { <p class="hint">{lead}</p> })
                }}
            </figcaption>
            {plot.map(|plot| view! { <Drawn sheet plot chart size /> })}
            {heat.then(|| view! { <Shaded sheet chart size /> })}
            {move || open.get().then(|| sheet.with(|sheet| sheet.view(heat)))}
        </figure>
    }
}

/// The chart itself, as wide as its place.
#[component]
fn Drawn(
    /// What it shows.
    sheet: Signal<Sheet>,
    /// How.
    plot: Plot,
    /// The chart, for whoever paints it.
    chart: NodeRef<Svg>,
    /// How large it is.
    size: RwSignal<(f64, f64)>,
) -> impl IntoView {
    let place = NodeRef::<Div>::new();
    let width = RwSignal::new(WIDTH);
    let measure = move || {
        let found = place.get_untracked().map(|place| place.client_width());
        if let Some(found) = found.filter(|found| *found > 0 && *found != width.get_untracked()) {
            width.set(found);
        }
    };
    Effect::new(move |_| {
        place.track();
        measure();
    });
    let resized = window_event_listener(leptos::ev::resize, move |_| measure());
    on_cleanup(move || resized.remove());
    let ink = Memo::new(move |_| sheet.with(|sheet| plot::draw(sheet, &plot, width.get().into())));
    Effect::new(move |_| size.set(ink.with(|ink| (ink.width, ink.height))));
    let name = move || {
        sheet.with(|sheet| {
            let head = |row: Option<&Row>| {
                let cell = row.and_then(|row| row.cells.first());
                let cell = cell.zip(sheet.columns.first());
                cell.map(|(cell, column)| cell.shown(column))
                    .unwrap_or_default()
            };
            let (first, last) = (head(sheet.rows.first()), head(sheet.rows.last()));
            fill(
                "chart.name",
                &[("title", &sheet.title), ("first", &first), ("last", &last)],
            )
        })
    };
    view! {
        <div class="plot" node_ref=place>
            <svg
                node_ref=chart
                role="img"
                aria-label=name
                viewBox=move || ink.with(|ink| format!("0 0 {} {}", ink.width, ink.height))
            >
                {move || ink.get().view()}
            </svg>
        </div>
    }
}

/// The picture of a table that is itself dark and light: nobody sees it in the page, it is there to be painted.
#[component]
fn Shaded(
    /// What it shows.
    sheet: Signal<Sheet>,
    /// The picture, for whoever paints it.
    chart: NodeRef<Svg>,
    /// How large it is.
    size: RwSignal<(f64, f64)>,
) -> impl IntoView {
    let ink = Memo::new(move |_| sheet.with(plot::shades));
    Effect::new(move |_| size.set(ink.with(|ink| (ink.width, ink.height))));
    view! {
        <div class="plot to-paint">
            <svg
                node_ref=chart
                aria-hidden="true"
                focusable="false"
                viewBox=move || ink.with(|ink| format!("0 0 {} {}", ink.width, ink.height))
            >
                {move || ink.get().view()}
            </svg>
        </div>
    }
}

/// A line through what is known, for the corner of a card; what it shows is told beside it.
pub(crate) fn spark(values: &[Option<i64>], running: bool) -> impl IntoView + use<> {
    let ink = plot::spark(values, running, say("dir") == "rtl");
    view! {
        <svg class="spark" viewBox="0 0 160 44" aria-hidden="true" focusable="false">
            {ink.view()}
        </svg>
    }
}
